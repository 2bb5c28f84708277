#!/usr/bin/env python3
"""transcribe.py MODEL.bin [--plain] [--float32] WAV... - the reference at work: texts of 16 kHz mono recordings

--plain decodes without timestamps. For each window the smallest lead of a chosen token over the next best one is printed, in
logits: an implementation whose logits err by less chooses the same tokens.

SPDX-License-Identifier: MIT
"""
import sys
import wave

import numpy as np

import decoding
from whisper_reference import Whisper


def read_wav(path):
    """samples [n] in [-1, 1)"""
    with wave.open(path) as f:
        if f.getparams()[:3] != (1, 2, 16000):
            raise ValueError(f"{path}: not 16 bit, 16 kHz, mono")
        return np.frombuffer(f.readframes(f.getnframes()), "<i2").astype(np.float32) / 32768


def main(args):
    options = [a for a in args if a.startswith("--")]
    path, *wavs = [a for a in args if a not in options]
    model = Whisper(path, np.float32 if "--float32" in options else np.float64)
    for wav in wavs:
        print(wav)
        segments = decoding.transcribe(model, read_wav(wav), "--plain" not in options, on_window=lambda frame, w: print(
            f"    window at {frame / 100:.2f} s: {len(w.tokens)} tokens, {'ended' if w.ended else 'cut off'}, smallest lead "
            f"{min(w.gaps):.4f}, mean log probability {w.sum_logprob / (len(w.tokens) + 1):.3f}, no speech {w.no_speech:.3f}"))
        for start, end, text in segments:
            print(f"  [{start:6.2f} --> {end:6.2f}] {text}")


if __name__ == "__main__":
    main(sys.argv[1:])
