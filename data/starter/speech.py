#!/usr/bin/env python3
"""speech.py - the training sentences, spoken by espeak-ng and flite

  speech.py TEXT.tsv POOL --first N --shards N

Speech is synthesised once, into a pool of shards, and cut and disturbed anew every time that training uses it.
A shard is NNNN.pcm (16 kHz, mono, s16, one utterance after the other) and NNNN.tsv, which gets its name when
the shard is complete, so that training can go on beside it:

  offset  length  voice  source  text  phones         (samples; phones: "name:ms name:ms ...", their starts)

espeak-ng speaks three in four utterances, since it is fast; flite the others. Both tell when each phoneme starts,
flite's written as espeak-ng's nearest. Shard N is the same for the same text, N and seed.

SPDX-License-Identifier: MIT
"""
import argparse
import ctypes
import io
import os
import random
import subprocess
import tempfile
import wave
from pathlib import Path

import numpy as np

RATE = 16000
SHORTEST, LONGEST = 0.25, 12.0            # seconds of speech; anything else is left out

# voice -> share of the utterances; "+": with one of VARIANTS, "accent": one of ACCENTS
VOICES = {"en-US": 27, "en": 21, "en-US+": 13, "en+": 8, "accent": 4,
          "slt": 10, "rms": 9, "kal16": 4, "awb": 4}
FLITE = ("slt", "rms", "kal16", "awb")
VARIANTS = ("m1 m2 m3 m4 m5 m6 m7 m8 f1 f2 f3 f4 f5 klatt2 klatt4 Andy Annie Gene Lee Alicia Michael steph belinda "
            "linda david max zac").split()
ACCENTS = "en-GB-scotland en-GB-x-gbclan en-GB-x-rp en-GB-x-gbcwmd en-US-nyc en-029".split()
# source of the text -> how much more often than others it is said: everyday language is what is wanted
WEIGHTS = {"fortune": 2.5, "dictation": 0.6, "fixed": 220, "man": 0.3, "doc": 0.4, "code": 0.3, "markup": 0.4,
           "words": 0.5, "example": 3, "gloss": 0.6, "game": 1.5, "dict": 2}
# flite's phonemes -> espeak-ng's
ARPABET = dict(pair.split("=") for pair in (
    "aa=A: ae=a ah=V ao=O: aw=aU ax=@ ay=aI b=b ch=tS d=d dh=D eh=E er=3 ey=eI f=f g=g hh=h ih=I iy=i: jh=dZ k=k l=l "
    "m=m n=n ng=N ow=oU oy=OI p=p pau=_: r=r s=s sh=S t=t th=T uh=U uw=u: v=v w=w y=j z=z zh=Z").split())


def resample(x, rate):
    """Band-limited resampling to RATE by cutting or extending the spectrum."""
    if rate == RATE:
        return x
    g = np.gcd(rate, RATE)
    down, up = rate // g * 16, RATE // g * 16
    m, want = -(-len(x) // down), len(x) * RATE // rate
    spec = np.fft.rfft(np.pad(x, (0, m * down - len(x))))
    n = m * up // 2 + 1
    spec = spec[:n] if len(spec) >= n else np.pad(spec, (0, n - len(spec)))
    return (np.fft.irfft(spec, m * up) * (up / down)).astype(np.float32)[:want]


def decode_wav(data):
    with wave.open(io.BytesIO(data)) as w:
        x = np.frombuffer(w.readframes(w.getnframes()), "<i2").astype(np.float32)
        return resample(x, w.getframerate())


def speech_range(x):
    """First and last sample of the speech (20 ms steps, 40 dB under the loudest)."""
    n = len(x) // 320
    level = (x[:n * 320].reshape(n, 320) ** 2).mean(1)
    loud = np.nonzero(level > max(level.max(initial=0) * 1e-4, 1.0))[0]
    return (max(loud[0] - 1, 0) * 320, min((loud[-1] + 2) * 320, len(x))) if len(loud) else (0, 0)


class Espeak:
    """libespeak-ng, which unlike its command also tells when each phoneme starts."""

    class Event(ctypes.Structure):
        _fields_ = [("type", ctypes.c_int), ("uid", ctypes.c_uint), ("text_position", ctypes.c_int),
                    ("length", ctypes.c_int), ("ms", ctypes.c_int), ("sample", ctypes.c_int),
                    ("user", ctypes.c_void_p), ("name", ctypes.c_char * 8)]

    SYNCHRONOUS, PHONEME_EVENTS = 2, 0x8001
    SPEED, PITCH, PHONEME, UTF8 = 1, 3, 7, 1

    def __init__(self):
        callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int,
                                    ctypes.POINTER(self.Event))
        self.lib = ctypes.CDLL("libespeak-ng.so.1")
        self.on_audio = callback(self.collect)
        self.rate = self.lib.espeak_Initialize(self.SYNCHRONOUS, 0, None, self.PHONEME_EVENTS)
        self.lib.espeak_SetSynthCallback(self.on_audio)
        self.lib.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self.lib.espeak_TextToPhonemes.argtypes = [ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int]

    def collect(self, audio, n, events):
        if audio and n > 0:
            self.audio.append(np.ctypeslib.as_array(audio, (n,)).astype(np.float32))
        i = 0
        while events[i].type:
            if events[i].type == self.PHONEME:
                self.phones.append((events[i].name.decode("utf-8", "replace"), events[i].ms))
            i += 1
        return 0

    def choose(self, voice):
        if self.lib.espeak_SetVoiceByName(f"gmw/{voice}".encode()) != 0:
            raise ValueError(f"espeak-ng has no voice “{voice}”")

    def phonemes(self, text, voice):
        """What it would say -> names, with a pause between clauses; thousands of times as fast as saying it."""
        self.choose(voice)
        rest, names = ctypes.c_char_p(text.encode()), []
        while rest.value:
            clause = self.lib.espeak_TextToPhonemes(ctypes.byref(rest), self.UTF8, ord("_") << 8).decode()
            stressed = clause.replace("_", " ").split()          # a pause, "_:", becomes ":"
            names += ["_:" if name == ":" else name.lstrip("',%=") for name in stressed] + ["_:"]
        return names[:-1]

    def say(self, text, voice, speed=175, pitch=50):
        """-> (samples, [(phoneme, start in ms)])"""
        self.audio, self.phones = [np.zeros(0, np.float32)], []
        self.choose(voice)
        self.lib.espeak_SetParameter(self.SPEED, speed, 0)
        self.lib.espeak_SetParameter(self.PITCH, pitch, 0)
        data = text.encode()
        self.lib.espeak_Synth(data, len(data) + 1, 0, 1, 0, self.UTF8, None, None)
        self.lib.espeak_Synchronize()
        return resample(np.concatenate(self.audio), self.rate), self.phones


def flite(text, voice, args=()):
    """-> (samples, [(phoneme, start in ms)])"""
    with tempfile.NamedTemporaryFile(suffix=".wav") as f:
        said = subprocess.run(["flite", "-voice", voice, *args, "-psdur", "-t", text, "-o", f.name],
                              capture_output=True, check=True, text=True).stdout
        names, ends = zip(*(mark.split(":") for mark in said.split()))
        starts = [0, *(round(1000 * float(end)) for end in ends[:-1])]
        return decode_wav(f.read()), [(ARPABET.get(name, name), start) for name, start in zip(names, starts)]


def say(text, kind, espeak, rng):
    """One utterance in a voice of this kind -> (voice name, samples, phones)."""
    if kind in FLITE:
        args = [] if rng.random() < 0.4 else ["--setf", f"duration_stretch={rng.uniform(0.85, 1.2):.2f}"]
        return kind, *flite(text, kind, args)
    voice = rng.choice(ACCENTS) if kind == "accent" else kind + (rng.choice(VARIANTS) if kind.endswith("+") else "")
    if voice in ("en-US", "en") and rng.random() < 0.4:
        return voice, *espeak.say(text, voice)
    return voice, *espeak.say(text, voice, rng.randint(130, 195), rng.randint(30, 70))


def utterances(lines, size, voices, espeak, rng):
    """-> (source, text, voice, samples, phones)"""
    kinds = rng.choices(voices, [VOICES[v] for v in voices], k=size)
    chosen = rng.choices(lines, [WEIGHTS.get(source, 1) for source, _ in lines], k=size)
    for (source, text), kind in zip(chosen, kinds):
        yield source, text, *say(text, kind, espeak, rng)


def make_shard(lines, pool, index, size, voices, espeak, rng):
    """-> seconds of speech in the shard"""
    offset, rows = 0, []
    with open(pool / f"{index:04}.pcm", "wb") as pcm:
        for source, text, voice, x, phones in utterances(lines, size, voices, espeak, rng):
            a, b = speech_range(x)
            if not SHORTEST * RATE < b - a < LONGEST * RATE:
                continue
            pcm.write(np.clip(x[a:b], -32768, 32767).astype("<i2").tobytes())
            marks = " ".join(f"{name}:{ms - a * 1000 // RATE}" for name, ms in phones)
            rows.append(f"{offset}\t{b - a}\t{voice}\t{source}\t{text}\t{marks}\n")
            offset += b - a
    unfinished = pool / f"{index:04}.tmp"
    unfinished.write_text("".join(rows))
    os.rename(unfinished, pool / f"{index:04}.tsv")
    return offset / RATE


def main():
    ap = argparse.ArgumentParser(description="Synthesise sentences into shards of a pool.")
    ap.add_argument("text", type=Path)
    ap.add_argument("pool", type=Path)
    ap.add_argument("--first", type=int, default=0, help="number of the first shard")
    ap.add_argument("--shards", type=int, default=1)
    ap.add_argument("--size", type=int, default=1000, help="utterances a shard")
    ap.add_argument("--voices", nargs="+", choices=VOICES, default=list(VOICES), metavar="VOICE",
                    help=", ".join(VOICES))
    ap.add_argument("--seed", type=int, default=0)
    a = ap.parse_args()
    a.pool.mkdir(parents=True, exist_ok=True)
    lines = [line.split("\t") for line in a.text.read_text().splitlines()]
    espeak = Espeak()
    for i in range(a.first, a.first + a.shards):
        seconds = make_shard(lines, a.pool, i, a.size, a.voices, espeak, random.Random(a.seed + i))
        print(f"shard {i}: {seconds:.0f} s of speech", flush=True)


if __name__ == "__main__":
    main()
