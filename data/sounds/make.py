#!/usr/bin/env python3
"""Make the two sounds of dictation: rising when listening begins, falling when it ends.

usage: make.py FOLDER
Two soft notes of 70 ms at -20 dB, which a microphone beside the loudspeaker hears as a tone and not as speech."""
import math
import struct
import sys
import wave
from pathlib import Path

RATE = 48000
NOTE = 0.07         # seconds
LEVEL = 0.1
NOTES = {"begin.wav": (659.3, 987.8), "end.wav": (987.8, 659.3)}       # E5, B5


def note(frequency):
    n = int(RATE * NOTE)
    return [LEVEL * math.sin(math.pi * i / n) ** 2 * math.sin(2 * math.pi * frequency * i / RATE) for i in range(n)]


for name, frequencies in NOTES.items():
    samples = [sample for frequency in frequencies for sample in note(frequency)]
    with wave.open(str(Path(sys.argv[1]) / name), "wb") as out:
        out.setparams((1, 2, RATE, len(samples), "NONE", "not compressed"))
        out.writeframes(b"".join(struct.pack("<h", round(32767 * sample)) for sample in samples))
