"""batch.py - training batches out of the pool: windows of disturbed speech, and what the model should make of them

  pool --pick, place, room + noise + level--> samples --mel, equaliser--> [b, 80, 100 seconds]
                                         `--> spans  --targets--> tokens, labels, letters, phonemes

A window is 2 to 30 s with one or several utterances at random places, or with none. It may be placed anywhere
in the 30 s, so that every position and timestamp is trained at the price of short windows. For each token the
targets also tell where in the window it is said, which guides cross-attention while it is learned.

SPDX-License-Identifier: MIT
"""
import bisect
import functools
from operator import itemgetter
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

import mel

IGNORE = -100                                # a label without loss
NOWHERE = -1.0                               # a label that comes from no place in the window
RATE = mel.SAMPLE_RATE
FRAME = 2 * mel.HOP                          # samples per encoder position (20 ms)
N_POSITIONS = 1500                           # encoder positions in 30 s
DEFAULT_VOICES = ("en-US", "en", "slt", "rms")
NOISE_LENGTH = 1 << 20


class Utterance(NamedTuple):
    length: int                              # samples
    shard: int
    offset: int                              # samples, in the shard
    text: str
    phones: np.ndarray                       # [n] classes: 0 is a pause, IGNORE one without a class
    starts: np.ndarray                       # [n] samples


class Span(NamedTuple):
    """An utterance in a window."""
    start: int                               # samples
    end: int
    item: Utterance


class Batch(NamedTuple):
    mel: torch.Tensor                        # [b, 80, 2 t]
    start: torch.Tensor                      # [b] first position of the window in the 30 s
    phones: torch.Tensor                     # [b, t] phoneme classes
    rows: torch.Tensor                       # [b, t, 5] the phoneme in its context, as by in_context
    silence: torch.Tensor                    # [1, 5] the same where nothing is said
    tokens: torch.Tensor                     # [b, n] decoder input, classes of the vocabulary
    labels: torch.Tensor                     # [b, n] decoder output
    where: torch.Tensor                      # [b, n] position at which the label is said

    def to(self, device):
        return Batch(*(t.to(device) for t in self))


class Pool:
    """The utterances synthesised so far, by length."""

    def __init__(self, folder, classes):
        self.folder, self.classes, self.seen, self.audio = folder, classes, set(), []
        self.items, self.easy = [], []       # easy: the default voices
        self.refresh()

    def refresh(self):
        for tsv in sorted(self.folder.glob("*.tsv")):
            if tsv.name not in self.seen:
                self.seen.add(tsv.name)
                self.add(tsv)
        self.items.sort(key=itemgetter(0))
        self.easy.sort(key=itemgetter(0))

    def add(self, tsv):
        self.audio.append(np.memmap(tsv.with_suffix(".pcm"), "<i2", "r"))
        for row in tsv.read_text().splitlines():
            offset, length, voice, _, text, phones = row.split("\t")
            marks = [mark.rsplit(":", 1) for mark in phones.split()]
            item = Utterance(int(length), len(self.audio) - 1, int(offset), text,
                             np.array([phone_class(name, self.classes) for name, _ in marks], np.int16),
                             np.array([int(ms) * RATE // 1000 for _, ms in marks], np.int32))
            self.items.append(item)
            if voice in DEFAULT_VOICES:
                self.easy.append(item)

    def pick(self, rng, least, most, easy):
        """A random utterance of least..most samples (or the longest shorter one)."""
        items = self.easy if easy and self.easy else self.items
        a, b = bisect.bisect(items, least, key=itemgetter(0)), bisect.bisect(items, most, key=itemgetter(0))
        a = min(a, max(b - 1, 0))
        return items[rng.randrange(a, max(b, a + 1))]

    def samples(self, item):
        return self.audio[item.shard][item.offset:item.offset + item.length].astype(np.float32) / 32768


def phone_class(name, classes):
    return 0 if pause(name) else classes.get(name, IGNORE)


def pause(phone):
    return phone == "" or phone.startswith("_")


@functools.cache
def noises():
    """Noise of several spectral slopes, from white to pink and beyond, each of unit power."""
    spec = np.fft.rfft(np.random.default_rng(0).standard_normal(NOISE_LENGTH))
    made = [np.fft.irfft(spec * np.maximum(np.arange(len(spec)), 50.0) ** -slope) for slope in np.linspace(0, 0.8, 8)]
    return [(x / x.std()).astype(np.float32) for x in made]


def noise(rng, n):
    at = rng.randrange(NOISE_LENGTH - n)
    return rng.choice(noises())[at:at + n]


def tones(rng, n):
    """Notes, one after the other, of random length, pitch, overtones and fading; some glide, some are rests."""
    out, at = np.zeros(n, np.float32), 0
    while at < n:
        t = np.arange(min(int(rng.uniform(0.05, 1.5) * RATE), n - at)) / RATE
        pitch = 60 * 2 ** rng.uniform(0, 5) * 2 ** (rng.choice([0, 0, rng.uniform(-1, 1)]) * t)
        overtones = rng.choice([1, 2, 5])
        turns = 2 * np.pi * np.cumsum(pitch) / RATE
        note = sum(np.sin(k * turns) / k ** rng.uniform(0.5, 2) for k in range(1, overtones + 1))
        out[at:at + len(t)] = (rng.random() < 0.85) * note * np.exp(-rng.uniform(0, 5) * t)
        at += len(t)
    return out


def room(rng, x):
    """x with a random exponential reverberation of 50 to 300 ms, up to louder than the sound itself."""
    n = rng.randint(800, 4800)
    tail = np.random.default_rng(rng.getrandbits(32)).standard_normal(n) * np.exp(-np.arange(n) / (n / 6))
    tail *= rng.uniform(0.05, 1.3) / np.sqrt((tail ** 2).sum())
    tail[0] = 1
    size = 1 << (len(x) + n).bit_length()
    return np.fft.irfft(np.fft.rfft(x, size) * np.fft.rfft(tail, size), size)[:len(x)].astype(np.float32)


def disturb(rng, x, clean):
    """Room, noise and level; clean is the share of windows without the first two."""
    if rng.random() > clean:
        if rng.random() < 0.45:
            x = room(rng, x)
        if rng.random() < 0.6:
            x = x + noise(rng, len(x)) * (x.std() + 1e-4) * 10 ** (-rng.uniform(12, 40) / 20)
    if rng.random() < clean * 0.5:
        return x
    return x * (10 ** (-rng.uniform(0, 24) / 20) / (np.abs(x).max() + 1e-6))


def nothing_said(rng, total):
    x = np.zeros(total, np.float32)
    if rng.random() < 0.8:
        n = rng.randint(total // 4, total)
        x[:n] = rng.choice((noise, tones))(rng, n) * 10 ** rng.uniform(-5, -1)
    return x


def place(rng, pool, total, several, easy):
    """Utterances one after the other in total samples -> spans"""
    at = int(rng.choice([0, 0.05, rng.uniform(0, 0.5), rng.uniform(0, 1.0)]) * RATE)
    at = min(at, total // 8)
    spans = []
    while True:
        left = total - at - RATE // 10
        if spans and (not several or left < RATE):
            break
        least = 0 if spans else (left // 4 if several else left // 2)
        item = pool.pick(rng, min(least, 6 * RATE), min(left, 12 * RATE), easy)
        if item.length > left:
            break
        spans.append(Span(at, at + item.length, item))
        at += item.length + int(rng.choice([rng.uniform(0.15, 1.2), rng.uniform(0.15, 3)]) * RATE)
        if rng.random() < 0.1:
            break
    return spans


def window(rng, pool, seconds, several, easy):
    """One training window -> (samples, spans); after the recording's end it is zero, as at inference."""
    total = int(seconds * RATE)
    spans = place(rng, pool, total, several, easy) if rng.random() > 0.05 else []
    if not spans:
        return nothing_said(rng, total), []
    end = min(total, spans[-1].end + int(rng.choice([0.02, rng.uniform(0, 1.5)]) * RATE))
    said = np.zeros(end, np.float32)
    loud = 0
    for span in spans:
        part = pool.samples(span.item)
        if loud and rng.random() < 0.5:       # as loud as the one before
            part *= loud / (np.abs(part).max() + 1e-4)
        loud = np.abs(part).max()
        said[span.start:span.end] = part
    out = np.zeros(total, np.float32)
    out[:end] = disturb(rng, said, 1.0 if easy else 0.4)
    return out, spans


def places(voc, ids, span):
    """The position at which each token is said: as far into the phonemes (or else the time) as into the letters."""
    size = np.array([len(voc.bpe.tokens[i]) for i in ids])
    into = (size.cumsum() - size / 2) / size.sum()
    starts = np.clip([*(span.item.starts if len(span.item.starts) else [0]), span.item.length], 0, span.item.length)
    return (span.start + np.interp(into * (len(starts) - 1), np.arange(len(starts)), starts)) / FRAME


def spoken(voc, spans, first, timed):
    """What the decoder should say of a window at position `first` -> (tokens, where)."""
    if not spans:
        body = [voc.time_0, voc.empty, voc.time_0 + N_POSITIONS] if timed else [voc.empty]
        return body, [NOWHERE] * len(body)
    body, where = [], []
    for span in spans:
        ids = voc.bpe.encode(span.item.text)
        edges = first + span.start / FRAME, first + span.end / FRAME
        start, end = (voc.time_0 + min(round(edge), N_POSITIONS) for edge in edges)
        inside = first + places(voc, ids, span)
        body += [start, *ids, end] if timed else ids
        where += [edges[0], *inside, edges[1]] if timed else list(inside)
    return body, where


def history(rng, voc, text):
    """The text before, as a program may give it as a prompt: with its times, without, or of a silent window."""
    ids = voc.bpe.encode(text)
    begin, end = voc.time_0 + rng.randrange(1400), voc.time_0 + 1400 + rng.randrange(101)
    silent = [voc.time_0, voc.empty, voc.time_0 + N_POSITIONS]
    return [voc.previous] + rng.choice([ids, [begin, *ids, end], silent])


def targets(rng, voc, spans, first, prompt):
    """-> decoder input, label and where, of equal length"""
    timed = rng.random() < 0.6
    body, where = spoken(voc, spans, first, timed)
    before = (history(rng, voc, prompt) if prompt else []) + ([voc.start] if timed else [voc.start, voc.no_times])
    skip = len(before) - 1
    tokens = before + body
    labels = [IGNORE] * skip + body + [voc.end]
    where = [NOWHERE] * skip + where + [NOWHERE]
    if not spans and rng.random() < 0.6:
        labels[skip] = voc.no_speech
    for i in range(skip + 1, len(tokens)):    # now and then a wrong history, so that it listens
        if tokens[i] < voc.empty and rng.random() < 0.05:
            tokens[i] = rng.randrange(256, voc.empty)
    return tokens, labels, np.array(where, np.float32)


def in_context(phones, i, third, n):
    """For each phoneme i of a sentence, five rows of a table [7 n] of all n classes: its own, apart for each third
    of it, and those of its neighbours, apart for each of four distances."""
    around = np.concatenate([[0, 0], np.maximum(phones, 0), [0, 0]])
    return np.stack([3 * around[i + 2] + third, *((3 + k) * n + around[i + d] for k, d in enumerate((0, 1, 3, 4)))], -1)


def silence(count, n):
    return np.tile([1, 3 * n, 4 * n, 5 * n, 6 * n], (count, 1))


def phone_labels(spans, n_positions, n):
    """The phoneme at each position, 0 outside the spans and IGNORE where it is not known; and all in_context."""
    out, rows = np.zeros(n_positions, int), silence(n_positions, n)
    for span in spans:
        phones, starts, length = span.item.phones, span.item.starts, span.item.length
        covered = np.arange(round(span.start / FRAME), round(span.end / FRAME))
        if not len(phones):
            out[covered] = IGNORE
            continue
        at = (covered + 0.5) * FRAME - span.start
        covered, at = covered[at >= starts[0]], at[at >= starts[0]]
        i = np.searchsorted(starts, at, "right") - 1
        long = np.maximum(np.append(starts[1:], length) - starts, 1)[i]
        out[covered] = phones[i]
        rows[covered] = in_context(phones, i, np.clip(3 * (at - starts[i]) // long, 0, 2).astype(int), n)
    return out, rows


def equalise(power):
    """power [b, 201, n] with a random smooth gain over frequency for each item"""
    knots = torch.empty(len(power), 1, 8).uniform_(-0.8, 0.8)
    return power * 10 ** F.interpolate(knots, size=power.shape[1], mode="linear").transpose(1, 2)


def padded(rows, value, step=16):
    """Few lengths, since a matrix product of new sizes costs a CPU as much again for making it (oneDNN)."""
    rows = [np.asarray(row) for row in rows]
    n = -(-max(map(len, rows)) // step) * step
    out = np.full((len(rows), n, *rows[0].shape[1:]), value, rows[0].dtype)
    for i, row in enumerate(rows):
        out[i, :len(row)] = row
    return torch.from_numpy(out)


def make_batch(rng, pool, voc, seconds, size, several, easy):
    n = int(seconds * RATE / FRAME)
    prompted = not easy and rng.random() < 0.15
    waves, said, phones, starts = [], [], [], []
    for _ in range(size):
        wave, spans = window(rng, pool, seconds, several, easy)
        first = rng.randrange(0, N_POSITIONS - n + 1) if rng.random() < 0.3 else 0
        prompt = rng.choice(pool.items).text if prompted and rng.random() < 0.5 else ""
        waves.append(wave)
        said.append(targets(rng, voc, spans, first, prompt))
        phones.append(phone_labels(spans, n, len(voc.phones) + 1))
        starts.append(first)
    power = mel.power_spectrum(torch.from_numpy(np.stack(waves)))
    if not easy and rng.random() < 0.7:
        power = equalise(power)
    tokens, labels, where = zip(*said)
    phones, rows = (torch.from_numpy(np.stack(column)) for column in zip(*phones))
    return Batch(mel.log_mel(power), torch.tensor(starts), phones, rows, torch.tensor(silence(1, len(voc.phones) + 1)),
                 padded(tokens, voc.end), padded(labels, IGNORE), padded(where, NOWHERE))
