#!/usr/bin/env python3
"""measure_voice.py - how much speech in noise voice activity keeps, what else it passes, and how soon it tells the end

  measure_voice.py [--seeds N] [--snr DB] [--only NOISE] COMMAND CLIPS...

  measure_voice.py build/tests/audio/hear-voice tests/data WORK/eval/{en-us,en-gb,slt,rms}

CLIPS are folders of clean WAV files, of which data/starter/evaluate.py makes the held-out ones; COMMAND is a filter such as
hear-voice.c describes. Every noise gets N minutes for each folder: clips of it in random order, 6 dB apart, with pauses of 0.4 to 4 s,
after 0.3 to 2 s of noise alone. The babble is of other clips, of all folders.

Speech is every frame of a clean clip less than 35 dB under its loudest. "Kept" is the share of these that was found, "passed" of
those farther than 300 ms from any that were taken for speech, and "settled" the same without the first 3 s. "Lost" counts the
clips of which a stretch of more than 100 ms with a frame of at least -20 dB is missing: a word, perhaps.
"End" is counted from the last frame of speech before a pause of at least 1 s: the decision's, and the time when it was known
in a microphone's stream, as the median and the 95th percentile.

SPDX-License-Identifier: MIT
"""
import argparse
import subprocess
import wave
from pathlib import Path

import numpy as np

RATE, FRAME, MINUTE = 16000, 160, 6000
UNDER_LOUDEST, MARGIN, SETTLED = 35, 30, 300
NOT_SPEECH = {"silence"}


# --- Sounds ---

def read_wav(path):
    with wave.open(str(path)) as w:
        return np.frombuffer(w.readframes(w.getnframes()), "<i2") / 32768


def coloured(rng, n, slope, low=20, high=RATE / 2):
    """Noise whose power falls by slope * 3 dB an octave."""
    spectrum, f = np.fft.rfft(rng.standard_normal(n)), np.arange(n // 2 + 1) * RATE / n
    return np.fft.irfft(spectrum / np.maximum(f, low) ** (slope / 2) * (f <= high), n)


def harmonics(n, f, levels):
    t = np.arange(n) / RATE
    return sum(a * np.sin(2 * np.pi * f * (k + 1) * t + k) for k, a in enumerate(levels))


def unit(x):
    return x / np.sqrt((x ** 2).mean())


def sway(rng, n, depth):
    """A gain that wanders within some dB over seconds."""
    t, f, phase = np.arange(n) / RATE, rng.uniform(0.05, 0.7, 3), rng.uniform(0, 6.28, 3)
    return 10 ** (depth / 60 * sum(np.sin(2 * np.pi * f * t + p) for f, p in zip(f, phase)))


def white(rng, n, clips):
    return coloured(rng, n, 0)


def pink(rng, n, clips):
    return coloured(rng, n, 1)


def hum(rng, n, clips):
    return harmonics(n, 50, [1, .5, .4, .15, .2, 0, .1]) + 0.02 * coloured(rng, n, 0)


def fan(rng, n, clips):
    t = np.arange(n) / RATE
    return unit(coloured(rng, n, 1.2)) * (1 + .15 * np.sin(2 * np.pi * 3.1 * t)) + 0.3 * np.sin(2 * np.pi * 117 * t)


def car(rng, n, clips):
    """Road under 300 Hz, wind, and an engine that speeds up and slows down."""
    speed = 25 * sway(rng, n, 3)
    engine = sum(np.sin(2 * np.pi * k * np.cumsum(speed) / RATE) / k for k in (1, 2, 4, 6))
    return (unit(coloured(rng, n, 2.5, low=40)) + 0.2 * unit(coloured(rng, n, 1)) + 0.3 * engine) * sway(rng, n, 2)


def keys(rng, n, clips):
    """Typing: 5 keys a second in bursts, each a thud, two clicks and a little of the room."""
    x, at = 0.003 * rng.standard_normal(n), 0
    while at < n - RATE:
        for _ in range(rng.integers(3, 15)):
            for delay, level in ((0, 1), (rng.integers(900, 1900), 0.5)):
                length = rng.integers(300, 1300)
                t = np.arange(length) / RATE
                click = rng.standard_normal(length) * np.exp(-t * rng.uniform(150, 400))
                click += 0.5 * np.sin(2 * np.pi * rng.uniform(150, 3500) * t) * np.exp(-t * rng.uniform(80, 200))
                here = min(at + delay, n - length)
                x[here:here + length] += level * rng.uniform(0.4, 1) * click
            at += int(rng.uniform(0.1, 0.3) * RATE)
            if at > n - RATE:
                break
        at += int(rng.uniform(0.2, 2) * RATE)
    return x


def music(rng, n, clips):
    """Chords that decay, and a melody over them."""
    x = np.zeros(n)
    for length, octave, notes, decay in ((1.0, 1, 3, 1.5), (0.25, 2, 1, 4)):
        step = int(length * RATE)
        for at in range(0, n, step):
            t = np.arange(min(step, n - at)) / RATE
            root = rng.integers(12)
            for third in range(notes):
                f = 110 * octave * 2 ** ((root + (0, 4, 7)[third]) / 12)
                x[at:at + step] += sum(np.sin(2 * np.pi * f * h * t) / h for h in (1, 2, 3, 4)) * np.exp(-decay * t)
    return x


def babble(rng, n, clips, voices=8):
    x = np.zeros(n)
    for _ in range(voices):
        voice, length = [], 0
        while length < 2 * n:
            clip = clips[rng.integers(len(clips))]
            voice.append(unit(clip))
            length += len(clip)
        x += np.roll(np.concatenate(voice), -rng.integers(length))[:n]
    return x


def crowd(rng, n, clips):
    return babble(rng, n, clips, 16)


NOISES = {"none": None, "white": white, "pink": pink, "hum": hum, "fan": fan, "car": car, "keys": keys, "music": music,
          "babble": babble, "crowd": crowd}


# --- Speech, and where it is ---

def level(x):
    """dB of each frame."""
    return 10 * np.log10((x[:len(x) // FRAME * FRAME].reshape(-1, FRAME) ** 2).mean(1) + 1e-13)


def find_speech(x):
    return level(x) > level(x).max() - UNDER_LOUDEST


def make_track(rng, clips):
    """-> (samples, speech or not for each frame, (first, end) frame of each clip)"""
    track, speech, spans, n = [], [], [], 0

    def add(x, s):
        nonlocal n
        track.append(x)
        speech.append(s)
        n += len(s)

    def pause(least, most):
        length = int(rng.uniform(least, most) * 100)
        add(np.zeros(length * FRAME), np.zeros(length, bool))

    pause(0.3, 2)
    while n < MINUTE:
        x = clips[rng.integers(len(clips))]
        x = np.pad(x, (0, -len(x) % FRAME))
        x *= 0.1 / np.sqrt((x.reshape(-1, FRAME)[find_speech(x)] ** 2).mean()) * 10 ** (rng.uniform(-3, 3) / 20)
        spans.append((n, n + len(x) // FRAME))
        add(x, find_speech(x))
        pause(0.4, 4)
    return np.concatenate(track), np.concatenate(speech), spans


def add_noise(rng, x, speech, noise, clips, snr):
    if noise is None:
        return x
    power = (x.reshape(-1, FRAME)[speech] ** 2).mean()
    return x + unit(noise(rng, len(x), clips)) * np.sqrt(power) * 10 ** (-snr / 20)


# --- What was heard ---

def hear(command, x):
    """-> (decision and frames late for each frame, microseconds for a second)"""
    pcm = np.clip(np.round(x * 32768), -32768, 32767).astype("<i2").tobytes()
    done = subprocess.run(command.split(), input=pcm, capture_output=True, check=True)
    out = np.frombuffer(done.stdout, np.uint8).reshape(-1, 2)
    return out[:, 0] > 0, out[:, 1], float(done.stderr.split()[-1])


def runs(marks):
    """-> [(first, end)] of every stretch that is true"""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], marks.astype(int), [0]])))
    return list(zip(edges[::2], edges[1::2]))


class Tally:
    def __init__(self):
        self.n = dict.fromkeys(("speech", "kept", "far", "passed", "later", "settled", "clips", "lost"), 0)
        self.ends, self.known, self.cost = [], [], []

    def add(self, x, speech, spans, heard, late, cost):
        n, far = self.n, np.convolve(speech, np.ones(2 * MARGIN + 1), "same") == 0
        heard, late = heard[:len(speech)], late[:len(speech)]
        n["speech"] += speech.sum()
        n["kept"] += heard[speech].sum()
        n["far"] += far.sum()
        n["passed"] += heard[far].sum()
        n["later"] += far[SETTLED:].sum()
        n["settled"] += heard[SETTLED:][far[SETTLED:]].sum()
        for first, end in spans:
            loud = level(x)[first:end]
            missing = runs(~heard[first:end] & speech[first:end])
            n["clips"] += 1
            n["lost"] += any(b - a > 10 and (loud[a:b] > loud.max() - 20).any() for a, b in missing)
        for first, end in runs(~speech):
            silent = np.flatnonzero(~heard[first:end])
            if first > 0 and end - first >= 100 and heard[max(first - 20, 0):first].any() and len(silent):
                self.ends.append(10 * silent[0])
                self.known.append(10 * (silent[0] + late[first + silent[0]]))
        self.cost.append(cost)

    def row(self):
        n = self.n
        share = [100 * n[a] / max(n[b], 1) for a, b in (("kept", "speech"), ("passed", "far"), ("settled", "later"))]
        ends = [np.percentile(v or [0], p) for v in (self.ends, self.known) for p in (50, 95)]
        return "{:6.2f} {:6.2f} {:6.2f} {:3}/{:3}  {:4.0f} {:4.0f}  {:4.0f} {:4.0f}  {:5.0f}".format(
            *share, n["lost"], n["clips"], *ends, np.median(self.cost))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--snr", type=float, default=10)
    parser.add_argument("--only", choices=NOISES, action="append")
    parser.add_argument("command")
    parser.add_argument("clips", nargs="+", type=Path)
    options = parser.parse_args()

    folders = [[read_wav(f) for f in sorted(d.glob("*.wav")) if f.stem not in NOT_SPEECH] for d in options.clips]
    print("            kept passed settled  lost   end, ms   known at   us/s")
    for name in options.only or NOISES:
        tally = Tally()
        for i, clips in enumerate(folders):
            for seed in range(options.seeds):
                rng = np.random.default_rng([seed, i])
                x, speech, spans = make_track(rng, clips)
                y = add_noise(rng, x, speech, NOISES[name], sum(folders, []), options.snr)
                tally.add(x, speech, spans, *hear(options.command, y))
        print(f"{name:8} {tally.row()}", flush=True)


if __name__ == "__main__":
    main()
