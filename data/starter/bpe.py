"""bpe.py - from text to token ids and back, and from training classes to Whisper's ids

Byte-level byte-pair encoding: ids 0..255 are the bytes, and merge i joins a pair of older ids into id
256 + i. Text is split into words first, each with the space before it, and merges never cross a word. As
every byte has an id, any text can be encoded, and decoding gives it back exactly.

A model of 1500 tokens trains faster than one of Whisper's 51864, so training knows only the classes that
are in use; Vocabulary numbers them and tells which class's embedding row every exported id gets.

Source: Sennrich, Haddow and Birch 2016, "Neural machine translation of rare words with subword units".

SPDX-License-Identifier: MIT
"""
import collections
import json
import re

# Whisper's English-only vocabulary: text tokens below END, and the specials that are in use
N_VOCAB = 51864
END, START, PREVIOUS, NO_SPEECH, NO_TIMES, TIME_0 = 50256, 50257, 50360, 50361, 50362, 50363
N_TIMES = N_VOCAB - TIME_0               # 0.00 to 30.00 s in steps of 0.02 s

WORD = re.compile(r" ?[A-Za-z]+|'[a-z]+| ?[0-9]+| ?[^ A-Za-z0-9]+| +")


def split(text):
    return WORD.findall(" " + text)      # every text starts with a space, as Whisper's do


def learn(texts, n_tokens):
    """The merges, as pairs of ids, that give n_tokens tokens in all (fewer if the texts run out of pairs)."""
    counts = collections.Counter(w for t in texts for w in split(t))
    words = [(tuple(w.encode()), n) for w, n in counts.items() if n > 1]
    pairs, where = collections.Counter(), collections.defaultdict(set)

    def count(i, sign):
        ids, n = words[i]
        for pair in zip(ids, ids[1:]):
            pairs[pair] += sign * n
            where[pair].add(i)

    for i in range(len(words)):
        count(i, 1)
    merges = []
    while pairs and 256 + len(merges) < n_tokens:
        best = max(pairs, key=lambda p: (pairs[p], p))
        for i in where.pop(best):
            count(i, -1)
            words[i] = merge(words[i][0], best, 256 + len(merges)), words[i][1]
            count(i, 1)
        del pairs[best]
        merges.append(best)
    return merges


def merge(ids, pair, new):
    out, i = [], 0
    while i < len(ids):
        joined = ids[i:i + 2] == pair
        out.append(new if joined else ids[i])
        i += 1 + joined
    return tuple(out)


class BPE:
    def __init__(self, merges):
        self.merges = [tuple(m) for m in merges]
        self.rank = {m: i for i, m in enumerate(self.merges)}
        self.tokens = [bytes([i]) for i in range(256)]
        for a, b in self.merges:
            self.tokens.append(self.tokens[a] + self.tokens[b])
        self.cache = {}

    def encode_word(self, word):
        ids = tuple(word.encode())
        while len(ids) > 1:
            pair = min(zip(ids, ids[1:]), key=lambda p: self.rank.get(p, len(self.rank)))
            if pair not in self.rank:
                break
            ids = merge(ids, pair, 256 + self.rank[pair])
        return ids

    def encode(self, text):
        out = []
        for word in split(text):
            if word not in self.cache:
                self.cache[word] = self.encode_word(word)
            out += self.cache[word]
        return out

    def decode(self, ids):
        return b"".join(self.tokens[i] for i in ids if i < len(self.tokens)).decode("utf-8", "replace")

    def save(self, path):
        path.write_text(json.dumps(self.merges))

    @classmethod
    def load(cls, path):
        return cls(json.loads(path.read_text()))


class Vocabulary:
    """The training classes, in this order: text tokens; "nothing was said"; the specials in use; one class
    for all the text ids that mean nothing; and the timestamps."""

    def __init__(self, path):
        self.bpe = BPE.load(path)
        n = len(self.bpe.tokens)
        self.empty, self.end, self.start, self.previous, self.no_speech, self.no_times, self.unused = range(n, n + 7)
        self.time_0 = self.n_plain = n + 7
        self.n_unused = N_VOCAB - N_TIMES - 6 - n

    def rows(self):
        """For every exported id, the class whose embedding row it gets."""
        ids = [self.unused] * N_VOCAB
        ids[:self.empty + 1] = range(self.empty + 1)
        ids[END], ids[START], ids[PREVIOUS] = self.end, self.start, self.previous
        ids[NO_SPEECH], ids[NO_TIMES] = self.no_speech, self.no_times
        ids[TIME_0:] = range(self.time_0, self.time_0 + N_TIMES)
        return ids
