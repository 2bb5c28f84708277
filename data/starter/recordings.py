"""recordings.py - the recordings by which a model is measured, and what is said in them, and when

  heldout.txt --four voices--> one sentence each: as it is, 20 dB over noise, in a room
                         `---> 30 s and 5 min of sentences with pauses between
              --festival-----> one sentence each, by the synthesiser that training never hears
  silence, noise and tones, in which nothing is said

Noise and rooms are not those of training (batch.py): the echoes of a room are those of its mirror images. The same
sentences and versions of the synthesisers give the same samples.
Source: Allen and Berkley 1979, "Image method for efficiently simulating small-room acoustics".

SPDX-License-Identifier: MIT
"""
import functools
import itertools
import json
import math
import random
import subprocess
import tempfile
import wave
from pathlib import Path
from typing import NamedTuple

import numpy as np

from speech import RATE, Espeak, decode_wav, flite, speech_range

HELDOUT = Path(__file__).with_name("heldout.txt")
# group of recordings -> the program and the voice that speak them
VOICES = {"en-us": ("espeak-ng", "en-US"), "en-gb": ("espeak-ng", "en"),
          "slt": ("flite", "slt"), "rms": ("flite", "rms")}
FESTIVAL = "ked_diphone"
CLIPS_OF_A_VOICE = 2
NOISE_DB = 20
PAUSE = 0.4, 2.5                          # seconds between sentences
LONGEST_ECHO = 0.35                       # seconds
SPEED_OF_SOUND = 343                      # metres a second
REFLECTED = 0.85                          # of the pressure, by a wall: -60 dB after a third of a second
N_NOTHING = 100

espeak = functools.cache(Espeak)


class Sentence(NamedTuple):
    text: str
    start: float                          # seconds
    end: float


def say(text, voice):
    program, name = VOICES[voice]
    return (espeak().say(text, name) if program == "espeak-ng" else flite(text, name))[0]


def festival(texts):
    """All texts in one run of festival, as it takes a second to start."""
    with tempfile.TemporaryDirectory() as folder:
        script = [f'(utt.save.wave (utt.synth (Utterance Text "{text}")) "{folder}/{i}.wav" \'riff)'
                  for i, text in enumerate(texts)]
        Path(folder, "say.scm").write_text("\n".join([f"(voice_{FESTIVAL})", *script]))
        subprocess.run(["festival", "-b", f"{folder}/say.scm"], capture_output=True, check=True)
        return [decode_wav(Path(folder, f"{i}.wav").read_bytes()) for i in range(len(texts))]


def single(x, text, disturb=lambda x: x):
    start, end = speech_range(x)
    return disturb(x), [Sentence(text, start / RATE, end / RATE)]


def slope(rng, n, steepness):
    """Noise of unit power whose amplitude falls with frequency to this power."""
    spec = np.fft.rfft(np.random.default_rng(rng.getrandbits(32)).standard_normal(n))
    x = np.fft.irfft(spec * np.maximum(np.arange(len(spec)), 20.0) ** -steepness, n)
    return x / x.std()


def noisy(rng, x):
    start, end = speech_range(x)
    return x + slope(rng, len(x), rng.choice([0, 0.5])) * x[start:end].std() * 10 ** (-NOISE_DB / 20)


def echoes(rng):
    """What a microphone a metre from the mouth hears of a click in a room, from the click itself on."""
    size = np.array([rng.uniform(4, 6), rng.uniform(3, 5), rng.uniform(2.4, 2.8)])
    mouth = size * [rng.uniform(0.3, 0.7) for _ in range(3)]
    angle = rng.uniform(0, 2 * math.pi)
    microphone = mouth + [math.cos(angle), math.sin(angle), 0]
    reach = int(LONGEST_ECHO * SPEED_OF_SOUND / (2 * size.min())) + 1
    cells = np.array(list(itertools.product(range(-reach, reach + 1), repeat=3)))        # [n, 3]
    out = np.zeros(int(LONGEST_ECHO * RATE) + 1)
    for mirrored in itertools.product((0, 1), repeat=3):
        image = (1 - 2 * np.array(mirrored)) * mouth + 2 * cells * size                  # [n, 3]
        far = np.sqrt(((image - microphone) ** 2).sum(1))
        hits = np.abs(cells - mirrored).sum(1) + np.abs(cells).sum(1)
        at = np.round((far - 1) / SPEED_OF_SOUND * RATE).astype(int)
        heard = at < len(out)
        np.add.at(out, at[heard], REFLECTED ** hits[heard] / far[heard])
    return out


def roomy(response, x):
    size = 1 << (len(x) + len(response)).bit_length()
    y = np.fft.irfft(np.fft.rfft(x, size) * np.fft.rfft(response, size), size)[:len(x) + len(response)]
    return y * (np.abs(x).max() / np.abs(y).max())


def several(rng, texts, voice, seconds):
    """As many of the texts, in random order, as fit -> (samples, sentences)"""
    x, said = np.zeros(RATE // 5), []
    for text in rng.sample(texts, len(texts)):
        y = say(text, voice)
        y = y[slice(*speech_range(y))]
        if len(x) + len(y) > (seconds - 0.5) * RATE:
            break
        said.append(Sentence(text, len(x) / RATE, (len(x) + len(y)) / RATE))
        x = np.concatenate([x, y, np.zeros(int(rng.uniform(*PAUSE) * RATE))])
    return x[:seconds * RATE], said


def nothing(rng, i):
    """Silence, noise or tones of 1 to 40 s."""
    n = int(RATE * math.exp(rng.uniform(0, math.log(40))))
    loud = 32768 * 10 ** (rng.uniform(-70, -15) / 20)
    if i % 4 == 0:
        return np.zeros(n)
    if i % 4 == 1:
        return slope(rng, n, 0) * loud
    if i % 4 == 2:
        return slope(rng, n, rng.uniform(0.3, 1.0)) * loud
    out, at = np.zeros(n), 0                                       # a melody of chords
    while at < n:
        t = np.arange(min(int(rng.uniform(0.1, 1.0) * RATE), n - at)) / RATE
        notes = [110 * 2 ** (rng.randint(0, 48) / 12) for _ in range(rng.randint(1, 3))]
        out[at:at + len(t)] = sum(np.sin(2 * math.pi * f * t) for f in notes) * np.exp(-2 * t)
        at += len(t)
    return out * loud


def make(group, texts):
    """-> (samples, sentences) of each recording of a group"""
    rng = random.Random(group)
    if group in VOICES:
        return (single(say(text, group), text) for text in texts)
    if group == "noise":
        return (single(say(text, voice), text, functools.partial(noisy, rng))
                for text, voice in zip(texts, itertools.cycle(VOICES)))
    if group == "room":
        rooms = [echoes(rng) for _ in VOICES]
        return (single(say(text, voice), text, functools.partial(roomy, response))
                for text, voice, response in zip(texts, itertools.cycle(VOICES), itertools.cycle(rooms)))
    if group == "festival":
        return (single(x, text) for x, text in zip(festival(texts), texts))
    if group == "nothing":
        return ((nothing(rng, i), []) for i in range(N_NOTHING))
    seconds, n = {"10s": (10, 1), "30s": (30, CLIPS_OF_A_VOICE), "5min": (300, 1)}[group]
    return (several(rng, texts, voice, seconds) for voice in VOICES for _ in range(n))


def write_wav(path, x):
    with wave.open(str(path), "wb") as w:
        w.setparams((1, 2, RATE, 0, "NONE", ""))
        w.writeframes(np.clip(x, -32768, 32767).astype("<i2").tobytes())


def recordings(folder, group):
    """-> [(path, sentences)] of a group; made on first use."""
    folder = folder / group
    table = folder / "said.json"
    if not table.exists():
        folder.mkdir(parents=True, exist_ok=True)
        said = []
        for i, (x, sentences) in enumerate(make(group, HELDOUT.read_text().splitlines())):
            write_wav(folder / f"{i:03}.wav", x)
            said.append(sentences)
        table.write_text(json.dumps(said, indent=1))
    said = json.loads(table.read_text())
    return [(folder / f"{i:03}.wav", [Sentence(*s) for s in sentences]) for i, sentences in enumerate(said)]
