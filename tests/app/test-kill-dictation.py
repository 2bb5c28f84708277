#!/usr/bin/env python3
"""Killed in the middle of a sentence: what was said until a tenth of a second before is there, and is text after the next start.

What was there to be heard is known from somebody else, parec, who listens to the same microphone in pieces of 10 ms and writes them down: where
in the clip his file was at the kill, and where in the clip the recording ends, is found by their samples. Both hear through the null sink,
which works in pieces of 10 ms; so what is compared is true but for 20 ms. That these pieces come late as a whole would be told by the clock:
since paplay was started the clip must have come as far, but for its own start and its latency (OPENING).

TILESCRIBE_KILLS: how often; a few by itself, many in `scripts/test --full`.

SPDX-License-Identifier: MIT
"""
import os
import random
import statistics
import subprocess
import time
import wave

import numpy as np

from fixture import CLIPS, AppTest, Editor, is_like, main, text_of, wait_until

KILLS = int(os.environ.get("TILESCRIBE_KILLS", "4"))
CLIP = "list.wav"
MISSING = 0.1    # seconds between a recording's end and what was to be heard at the kill, in the middle; a busy machine may be late once
LATE = 1.0       # seconds, at most
OPENING = 1.5    # seconds, from the start of paplay to the clip's first sample at the microphone
HEADER = 44      # bytes of a WAV file
RATE = 8000      # at which samples are compared: what parec writes
PIECE = 2 * RATE  # samples at the end by which its place in the clip is found: more than any pause
SURE = 0.7       # correlation; what does not belong together has 0.1
END = 2.2        # seconds of the clip, of its first sentence
FIRST_WORD = 1.0
MARGIN = 0.3     # seconds; a sentence that has just been said is text


def read_wav(path):
    """As parec would have it."""
    with wave.open(str(path)) as recording:
        sound = np.frombuffer(recording.readframes(recording.getnframes()), np.int16) / 32768
    return (sound[:len(sound) // 2 * 2:2] + sound[1::2]) / 2


def place_in(clip, sound):
    """Seconds of the clip at which the sound ends; None where it does not hold enough of it."""
    piece = sound[-PIECE:] - np.mean(sound[-PIECE:])
    loudness = np.sum(piece ** 2)
    padded = np.concatenate([np.zeros(len(piece)), clip])  # the sound may have begun before the clip
    n = len(padded) + len(piece)
    products = np.fft.irfft(np.fft.rfft(padded, n) * np.conj(np.fft.rfft(piece, n)), n)[:len(clip) + 1]
    energies = np.concatenate([[0], np.cumsum(padded ** 2)])
    energies = energies[len(piece):][:len(products)] - energies[:len(products)]
    likeness = products / np.sqrt((energies + 1) * (loudness + 1))
    best = int(np.argmax(likeness))
    return best / RATE if likeness[best] > SURE else None


class KillDictation(AppTest):
    chance = random.Random(1)
    clip = read_wav(CLIPS / CLIP)

    def recordings(self):
        folder = self.desktop.data / "recordings" / "unfinished"
        return set(folder.glob("*.wav")) if folder.exists() else set()

    def kill_at_some_instant(self, known):
        """After the first sound; the time, and what parec had heard."""
        path = wait_until(lambda: self.recordings() - known, "there is a recording").pop()
        wait_until(lambda: path.stat().st_size > HEADER, "something is heard")
        time.sleep(self.chance.uniform(0.2, 8))
        self.app.kill()
        killed, n = time.monotonic(), self.desktop.heard.stat().st_size
        self.app.wait()
        return killed, np.frombuffer(self.desktop.heard.read_bytes()[:n], np.uint8) / 128 - 1

    def test_what_was_said_is_there(self):
        editor = Editor(self.desktop)
        self.desktop.wait_for_sound()
        missing, openings = [], []
        for i in range(KILLS):
            self.start_app("--gapplication-service")
            known = self.recordings()
            begun = time.monotonic()
            speech = self.desktop.start("paplay", "--device=mic", CLIPS / CLIP, stdout=subprocess.DEVNULL)
            self.hotkey()
            killed, heard = self.kill_at_some_instant(known)
            speech.kill()
            self.start_app("--gapplication-service")
            wait_until(lambda: len(self.history()) == i + 1 and "done, recovered" in self.history()[0],
                       "what was said was transcribed")
            there = place_in(self.clip, read_wav(self.transcripts("source")[-1][0]))
            said = place_in(self.clip, heard)
            if said:
                self.assertIsNotNone(there, f"{said:.2f} s of the clip were said, and nothing of it is in the recording")
                missing.append(said - there)
                openings.append(killed - begun - said)
                self.assertLess(missing[-1], LATE, f"of {said:.2f} s there are {there:.2f} s")
                self.assertLess(openings[-1], OPENING)
                self.check_text(there)
            self.end_app()
        self.assertGreater(len(missing), KILLS // 2, "the clip was seldom heard")
        middle = statistics.median(missing)
        print(f"# missing at the end, of {len(missing)} kills: {middle * 1000:.0f} ms in the middle, {max(missing) * 1000:.0f} ms at most; "
              f"paplay needs {statistics.median(openings) * 1000:.0f} ms")
        self.assertLess(middle, MISSING)
        self.assertEqual(editor.text(), "", "nothing is pasted that was said before")

    def check_text(self, there):
        """The first sentence, where it is over in the recording; what follows the starter model makes little of."""
        text = self.newest_text()
        begin = text_of(CLIP).split(". ")[0]
        if there > END + MARGIN:
            self.assertTrue(is_like(text[:len(begin)], begin), f"“{text}” does not begin with “{begin}”")
        elif there > FIRST_WORD:
            self.assertTrue(text, f"{there:.2f} s of the clip are no text")


main()
