#!/usr/bin/env python3
"""evaluate.py - word error rate of any program that prints a transcript, on held-out sentences

  evaluate.py [--save TABLE] WAVS COMMAND...      ({} in the command stands for the recording)

  evaluate.py WORK/eval tilescribe transcribe --no-store --model starter-en.bin {}
  evaluate.py WORK/eval whisper-cli -m starter-en.bin -np -nt -bs 1 -bo 1 -f {}

WAVS is filled on first use: every held-out sentence in four voices, and eight clips of 30 s with several
sentences. Words are compared without case and punctuation; "exact" counts transcripts equal with them. Times
before a line ("[00:00.000 --> 00:02.000]") are taken off. With --save, transcripts go to a table, so that those
of two programs can be compared line by line.

SPDX-License-Identifier: MIT
"""
import argparse
import functools
import json
import random
import re
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np

from speech import RATE, Espeak, flite, speech_range
from text import key

HELDOUT = Path(__file__).with_name("heldout.tsv")
N_CLIPS, CLIP_SECONDS, PAUSE_SECONDS = 8, 30, 0.6
TIMES = re.compile(r"^\s*\[[\d:.,]+ *--> *[\d:.,]+\]\s*")
# group of recordings -> the program and the voice that speak them
VOICES = {"en-us": ("espeak-ng", "en-US"), "en-gb": ("espeak-ng", "en"),
          "slt": ("flite", "slt"), "rms": ("flite", "rms")}
CLIPS = "clips"

espeak = functools.cache(Espeak)


def say(text, group):
    program, voice = VOICES[group]
    return espeak().say(text, voice)[0] if program == "espeak-ng" else flite(text, voice)


def write_wav(path, x):
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as w:
        w.setparams((1, 2, RATE, 0, "NONE", ""))
        w.writeframes(np.clip(x, -32768, 32767).astype("<i2").tobytes())


def clip(texts, group):
    """As many sentences as fit, with pauses -> (samples, text)."""
    x, said = np.zeros(RATE // 5), []
    for text in texts:
        y = say(text, group)
        y = y[slice(*speech_range(y))]
        if len(x) + len(y) > (CLIP_SECONDS - 0.5) * RATE:
            break
        x = np.concatenate([x, y, np.zeros(int(PAUSE_SECONDS * RATE))])
        said.append(text)
    return x, " ".join(said)


def recordings(texts):
    """-> (name, samples, text)"""
    for group in VOICES:
        for i, text in enumerate(texts):
            yield f"{group}/{i:02}.wav", say(text, group), text
    for i in range(N_CLIPS):
        order = random.Random(i).sample(texts, len(texts))
        yield f"{CLIPS}/{i:02}.wav", *clip(order, list(VOICES)[i % len(VOICES)])


def cases(folder):
    """Recording -> its text; made on first use."""
    table = folder / "cases.json"
    if not table.exists():
        texts = [line.split("\t")[1] for line in HELDOUT.read_text().splitlines()[1:]]
        said = {}
        for name, x, text in recordings(texts):
            write_wav(folder / name, x)
            said[name] = text
        table.write_text(json.dumps(said, indent=1))
    return json.loads(table.read_text())


def transcribe(command, recording):
    args = [arg.replace("{}", str(recording)) for arg in command]
    done = subprocess.run(args, capture_output=True, text=True, errors="replace")
    if done.returncode != 0:
        sys.exit(f"“{' '.join(args)}” failed with status {done.returncode}: {done.stderr.strip()}")
    return " ".join(" ".join(TIMES.sub("", line) for line in done.stdout.splitlines()).split())


def errors(said, heard):
    """Edit distance of two lists of words."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (word != other))
    return row[-1]


def main():
    ap = argparse.ArgumentParser(description="Word error rate of a program on held-out sentences.")
    ap.add_argument("wavs", type=Path)
    ap.add_argument("command", nargs=argparse.REMAINDER, help="the program; {} stands for the recording")
    ap.add_argument("--limit", type=int, default=1000, help="recordings of each group, at most")
    ap.add_argument("--save", type=Path, help="table of the transcripts to write")
    a = ap.parse_args()
    if not any("{}" in arg for arg in a.command):
        ap.error("the command needs {} where the recording belongs")
    said, rows = cases(a.wavs), []
    for group in [*VOICES, CLIPS]:
        names = [name for name in said if name.startswith(f"{group}/")][:a.limit]
        heard = {name: transcribe(a.command, a.wavs / name) for name in names}
        words = sum(len(key(said[name]).split()) for name in names)
        wrong = sum(errors(key(said[name]).split(), key(heard[name]).split()) for name in names)
        exact = sum(heard[name] == said[name] for name in names)
        print(f"{group:6} WER {100 * wrong / max(words, 1):5.1f} %   exact {exact} of {len(names)}", flush=True)
        rows += [f"{name}\t{said[name]}\t{heard[name]}\n" for name in names]
    if a.save:
        a.save.write_text("recording\tsaid\theard\n" + "".join(rows))


if __name__ == "__main__":
    main()
