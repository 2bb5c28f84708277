#!/usr/bin/env python3
"""reading.py - batches out of text alone: the phonemes of sentences in place of their sound

  reading.py TEXT.tsv PHONEMES.tsv

espeak-ng names the phonemes of a sentence thousands of times faster than it says them, and the blocks that turn
phonemes into words, above the hearing ones (model.py), cost a fraction of the whole. So these learn from millions
of sentences in the time in which they would hear some ten thousands. PHONEMES.tsv holds a line for each line of
the text, to be made once:

  source  text  phonemes in American English  in British English

  text --pick, pace--> utterance --place--> spans --targets---> tokens, labels
                                                 `--positions-> phonemes [b, t], the place of each in the 30 s

SPDX-License-Identifier: MIT
"""
import argparse
import bisect
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from batch import (FRAME, IGNORE, N_POSITIONS, NOWHERE, RATE, Utterance, in_context, padded, phone_class, place,
                   silence, targets)
from speech import WEIGHTS, Espeak

VOICES = "en-US", "en"
WINDOWS = 3.0, 3.5, 4.0, 4.0, 5.0, 5.0, 8.0, 12.0, 20.0, 30.0            # seconds
TOGETHER = 5                                 # batches that are made together, to be sorted by length
N_SILENT = 16                                # positions that stand for all the silence of a window
PACE = 0.8, 1.25                             # of the default voices
MISHEARD = 0.03                              # share of the phonemes


class Read(NamedTuple):
    rows: torch.Tensor                       # [b, t, 5] phonemes in context, as in Batch
    at: torch.Tensor                         # [b, t] place in the 30 s
    bias: torch.Tensor                       # [b, 1, 1, t] of attention: log of the positions it stands for
    tokens: torch.Tensor                     # as in Batch
    labels: torch.Tensor
    where: torch.Tensor

    def to(self, device):
        return Read(*(t.to(device) for t in self))


def durations(pool, n_classes):
    """The mean length in samples of each class of phonemes, by the default voices."""
    total, count = np.ones(n_classes), np.full(n_classes, 1 / 1200)
    for item in pool.easy:
        of, length = item.phones[:-1], np.diff(item.starts)
        known = of >= 0
        np.add.at(total, of[known], length[known])
        np.add.at(count, of[known], 1)
    return total / count


class Texts:
    """Sentences as phonemes, by their length; what Pool is for speech."""

    def __init__(self, path, classes, mean):
        self.mean, rows = mean, []
        for line in path.read_text().splitlines():
            source, text, *voices = line.split("\t")
            for names in voices:
                ids = [phone_class(name, classes) for name in names.split()]
                phones = bytes(i for i in ids if i != IGNORE)
                rows.append((int(mean[list(phones)].sum()), text, phones, WEIGHTS.get(source, 1)))
        rows.sort()
        self.lengths, self.texts, self.phones, weights = zip(*rows)
        self.before = [0, *np.cumsum(weights).tolist()]

    def pick(self, rng, least, most, easy):
        """A random sentence of about least..most samples, said at a random pace."""
        a, b = bisect.bisect(self.lengths, least), bisect.bisect(self.lengths, most)
        a = min(a, max(b - 1, 0))
        i = bisect.bisect(self.before, rng.uniform(self.before[a], self.before[max(b, a + 1)])) - 1
        phones = np.frombuffer(self.phones[i], np.uint8).astype(np.int16)
        noise = np.random.default_rng(rng.getrandbits(32)).standard_normal(len(phones))
        edges = np.cumsum(self.mean[phones] * np.exp(0.3 * noise)) * rng.uniform(*PACE)
        edges = (edges * min(1, most / edges[-1])).astype(np.int32)
        return Utterance(int(edges[-1]), 0, 0, self.texts[i], phones, np.concatenate([[0], edges[:-1]]))


def misheard(rng, phones, n):
    return np.where(rng.random(len(phones)) < MISHEARD, rng.integers(1, n, len(phones)), phones)


def positions(rng, spans, first, until, n, wrong=misheard):
    """One or two random positions of every phoneme, and some of the silence around: phonemes in context, places,
    and how many positions each stands for."""
    silent = np.ones(until, bool)
    parts = []
    for span in spans:
        edges = first + (span.start + np.append(span.item.starts, span.item.length)) / FRAME
        long = np.maximum(np.diff(edges), 0.5)
        times = 1 + (long > 6)
        of = np.repeat(np.arange(len(times)), times)
        turn = np.arange(len(of)) - np.repeat(times.cumsum() - times, times)
        into = (turn + rng.random(len(of))) / times[of]
        rows = in_context(wrong(rng, span.item.phones, n), of, (3 * into).astype(int), n)
        parts.append((rows, edges[of] + into * long[of], (long / times)[of]))
        silent[int(edges[0]):int(edges[-1]) + 1] = False
    rest = np.flatnonzero(silent)
    times = min(N_SILENT, len(rest))
    parts.append((silence(times, n), rng.choice(rest, times, replace=False), np.full(times, len(rest) / max(times, 1))))
    rows, at, count = map(np.concatenate, zip(*parts))
    return rows, at.astype(int).clip(0, N_POSITIONS - 1), np.log(count).astype(np.float32)


def read_window(rng, random, texts, voc, seconds):
    """-> (phonemes in context, places, biases), (tokens, labels, where)"""
    total, n = int(seconds * RATE), int(seconds * RATE / FRAME)
    until = N_POSITIONS if rng.random() < 0.8 else min(n + 50, N_POSITIONS)
    first = rng.randrange(0, until - n + 1) if rng.random() < 0.3 else 0
    spans = place(rng, texts, total, rng.random() < 0.7, False) if rng.random() > 0.02 else []
    prompt = rng.choice(texts.texts) if rng.random() < 0.05 else ""
    return positions(random, spans, first, until, len(texts.mean)), targets(rng, voc, spans, first, prompt)


def collate(voc, windows):
    heard, said = (list(zip(*columns)) for columns in zip(*windows))
    rows, at, bias = map(padded, heard, (0, 0, -1e4), [32] * 3)
    tokens, labels, where = map(padded, said, (voc.end, IGNORE, NOWHERE))
    return Read(rows, at, bias[:, None, None], tokens, labels, where)


def read_batches(rng, texts, voc, seconds):
    """Batches without end, each of `seconds` in all, of windows about as long as each other: little is padded."""
    random = np.random.default_rng(rng.getrandbits(32))
    while True:
        length = rng.choice(WINDOWS)
        size = max(1, int(seconds / length))
        windows = [read_window(rng, random, texts, voc, length) for _ in range(TOGETHER * size)]
        windows.sort(key=lambda window: len(window[1][0]))
        batches = [windows[i:i + size] for i in range(0, len(windows), size)]
        rng.shuffle(batches)
        for batch in batches:
            yield collate(voc, batch)


def main():
    ap = argparse.ArgumentParser(description="The phonemes of sentences.")
    ap.add_argument("text", type=Path)
    ap.add_argument("out", type=Path)
    a = ap.parse_args()
    espeak = Espeak()
    lines = [line.split("\t") for line in a.text.read_text().splitlines()]
    spoken = [[" ".join(espeak.phonemes(text, voice)) for _, text in lines] for voice in VOICES]
    a.out.write_text("".join(f"{source}\t{text}\t{us}\t{gb}\n" for (source, text), us, gb in zip(lines, *spoken)))


if __name__ == "__main__":
    main()
