#!/usr/bin/env python3
"""evaluate.py - how well any program that prints a transcript understands the held-out sentences

  evaluate.py [--beam COMMAND] [--save TABLE] WAVS COMMAND...      ({} in a command stands for the recording)

  T="tilescribe transcribe --no-store -f vtt"; evaluate.py --beam "$T -b 5 {}" WORK/eval $T {}
  evaluate.py WORK/eval whisper-cli -m starter-en.bin -np -bs 1 -bo 1 {}

Prints a table of what was measured beside what the starter model is meant to reach. WAVS is filled on first use
(recordings.py). Times are read from WebVTT, SubRip or whisper.cpp's brackets (score.py); without them, sentence
times are not measured. --beam names a second command, which should hear the same.

SPDX-License-Identifier: MIT
"""
import argparse
import math
import shlex
import subprocess
import sys
import time
from pathlib import Path

from recordings import VOICES, recordings
from score import Score, score, segments

# group of recordings -> what it is, and the highest word error rate, in percent
SPEECH = {"en-us": ("espeak-ng en-us", 4), "en-gb": ("espeak-ng en-gb", 4),
          "slt": ("flite slt", 8), "rms": ("flite rms", 8),
          "noise": ("these four, 20 dB over noise", 8), "room": ("these four, in a room", 10),
          "30s": ("30 s, sentences with pauses", 6), "5min": ("5 min, sentences with pauses", 6),
          "festival": ("festival, the synthesiser held out", 25)}
UNDISTURBED = (*VOICES, "30s", "5min")    # where times and ends of sentences are counted
TRIES = 3                                 # of which the quickest counts


def transcribe(command, recording):
    args = [arg.replace("{}", str(recording)) for arg in command]
    done = subprocess.run(args, capture_output=True, text=True, errors="replace")
    if done.returncode != 0:
        sys.exit(f"“{' '.join(args)}” failed with status {done.returncode}: {done.stderr.strip()}")
    return done.stdout


class Evaluation:
    def __init__(self, wavs, limit, save):
        self.wavs, self.limit, self.save = wavs, limit, save

    def heard(self, group, command):
        """-> [(sentences, segments)]"""
        out = []
        for path, sentences in recordings(self.wavs, group)[:self.limit]:
            out.append((sentences, segments(transcribe(command, path))))
            if self.save:
                text = " ".join(" ".join(s.text for s in out[-1][1]).split())
                print(group, path.stem, " ".join(s.text for s in sentences), text, sep="\t", file=self.save, flush=True)
        return out

    def score(self, group, command):
        scores = [score(*case) for case in self.heard(group, command)]
        return Score(*map(sum, zip(*scores)))

    def quickest(self, command):
        path, _ = recordings(self.wavs, "10s")[0]
        took = []
        for _ in range(TRIES):
            before = time.monotonic()
            transcribe(command, path)
            took.append(time.monotonic() - before)
        return min(took)


def row(what, bound, value, unit, most=True):
    """One line of the table; most: the bound is the highest value, not the lowest."""
    met = value <= bound if most else value >= bound
    measured = "not measured" if math.isnan(value) else f"{value:.2f}".rstrip("0").rstrip(".") + f" {unit}"
    print(f"| {what} | {'≤' if most else '≥'} {bound} {unit} | {measured} | {'yes' if met else 'no'} |", flush=True)


def wer(s):
    return round(100 * s.wrong / max(s.words, 1), 1)


def evaluate(evaluation, command, beam):
    print("| | wanted | measured | reached |\n|---|---|---|---|")
    scores = {}
    for group, (what, bound) in SPEECH.items():
        scores[group] = evaluation.score(group, command)
        row(f"word errors, {what}", bound, wer(scores[group]), "%")
    plain = Score(*map(sum, zip(*(scores[group] for group in UNDISTURBED))))
    quiet = [not heard for _, heard in evaluation.heard("nothing", command)]
    row("silence, noise and tones that give no text", 99, round(100 * sum(quiet) / len(quiet), 1), "%", False)
    row("sentence times within 0.2 s", 90, round(100 * plain.timed / plain.sentences, 1), "%", False)
    row("mark and capital right at a sentence's end", 95, round(100 * plain.ended / plain.sentences, 1), "%", False)
    if beam:
        clear = [Score(*map(sum, zip(*(scores[group] for group in VOICES)))),
                 Score(*map(sum, zip(*(evaluation.score(group, beam) for group in VOICES))))]
        row("word errors, greedy and beam apart", 1, round(abs(wer(clear[0]) - wer(clear[1])), 1), "%")
    row("10 s of speech, with the program's start", 0.5, round(evaluation.quickest(command), 2), "s")


def main():
    ap = argparse.ArgumentParser(description="Measure a program on held-out sentences.")
    ap.add_argument("wavs", type=Path, help="folder of the recordings, made if need be")
    ap.add_argument("command", nargs=argparse.REMAINDER, help="the program; {} stands for the recording")
    ap.add_argument("--beam", type=shlex.split, help="the same with several texts at once, as one argument")
    ap.add_argument("--limit", type=int, help="recordings of each group, at most")
    ap.add_argument("--save", type=argparse.FileType("w"), help="table of the transcripts to write")
    a = ap.parse_args()
    for command in filter(None, (a.command, a.beam)):
        if not any("{}" in arg for arg in command):
            ap.error("each command needs {} where the recording belongs")
    if not a.command:
        ap.error("no command to measure")
    evaluate(Evaluation(a.wavs, a.limit, a.save), a.command, a.beam)


if __name__ == "__main__":
    main()
