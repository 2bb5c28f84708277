"""alignment.py - when each word was said, read off cross-attention by dynamic time warping

The text tokens of a window are decoded once more, without timestamps. Some heads of the decoder look at the sound a token is
about; their weights are normalised over the tokens, smoothed over time and averaged, and the cheapest monotonic path through
them from the first token at the start of the sound to the last at its end tells which 20 ms belong to which token.

    scores [n_heads, n_tokens, n_ctx] --softmax over the window's sound--> --(w - mean) / std over tokens-->
    --median of 7 frames--> --mean over heads--> [n_tokens, n_ctx] --DTW of the negative--> path of (token, frame)

Source: openai/whisper whisper/timing.py (find_alignment).

SPDX-License-Identifier: MIT
"""
import string
from dataclasses import dataclass

import numpy as np

import decoding
from whisper_reference import softmax

MEDIAN = 7
FRAMES_A_SECOND = 50
STARTER = [(0, 0), (1, 0), (2, 0)]  # (layer, head): data/starter/train.py keeps the first of each layer where the token is said


def later_half(sizes):
    """(layer, head) of all heads of the later half of the decoder: what is used where no better ones are known"""
    return [(layer, head) for layer in range(sizes.n_text_layer // 2, sizes.n_text_layer) for head in range(sizes.n_text_head)]


def median_filter(x):
    """Over the last dimension, which is reflected at both ends; one too short for that is left as it is."""
    half = MEDIAN // 2
    if x.shape[-1] <= half:
        return x
    padded = np.pad(x, [(0, 0)] * (x.ndim - 1) + [(half, half)], mode="reflect")
    return np.sort(np.lib.stride_tricks.sliding_window_view(padded, MEDIAN, axis=-1), axis=-1)[..., half]


def cost_matrix(weights):
    """weights [n_heads, n_tokens, n_frames], each row summing up to 1 -> [n_tokens, n_frames], the negative of how well they fit"""
    z = (weights - weights.mean(axis=1, keepdims=True)) / weights.std(axis=1, keepdims=True)
    return -median_filter(z).mean(axis=0)


def dtw(cost):
    """The cheapest path from the first to the last element of cost [n, m] by steps down, right or both -> rows, columns of it.
    Among equally cheap steps, the one along the row."""
    n, m = cost.shape
    total = np.full((n + 1, m + 1), np.inf)
    total[0, 0] = 0
    step = np.zeros((n + 1, m + 1), int)
    for j in range(1, m + 1):
        for i in range(1, n + 1):
            both, down, right = total[i - 1, j - 1], total[i - 1, j], total[i, j - 1]
            if both < down and both < right:
                best, step[i, j] = both, 0
            elif down < both and down < right:
                best, step[i, j] = down, 1
            else:
                best, step[i, j] = right, 2
            total[i, j] = cost[i - 1, j - 1] + best
    step[0, :], step[:, 0] = 2, 1

    i, j = n, m
    path = []
    while i > 0 or j > 0:
        path.append((i - 1, j - 1))
        taken = step[i, j]
        i -= taken != 2
        j -= taken != 1
    return np.array(path[::-1]).T


def split_words(t, tokens):
    """Tokens of each word; a word begins with a space or is punctuation, and never splits a character"""
    words, part = [], []
    for token in tokens:
        part.append(token)
        text = b"".join(t.words[p] for p in part)
        try:
            text = text.decode()
        except UnicodeDecodeError:
            continue
        if not words or text.startswith(" ") or text.strip() in string.punctuation:
            words.append(part)
        else:
            words[-1] = words[-1] + part
        part = []
    return words + [part] if part else words


@dataclass
class Alignment:
    tokens: list          # of the decoder run
    scores: np.ndarray    # [n_heads, n_tokens, n_ctx]
    cost: np.ndarray      # [n_text_tokens + 1, n_frames]: the text and its end
    rows: np.ndarray      # the path
    columns: np.ndarray
    words: list           # (text, start, end, probability)


def align(model, audio, text_tokens, n_frames, heads):
    """Word times of the text tokens (no special ones) in a window whose first n_frames encoder positions hold sound, as these
    heads (layer, head) saw them."""
    t = decoding.tokens_of(model)
    prompt = t.prompt()
    tokens = [*prompt, t.no_timestamps, *text_tokens, t.end]
    scores = []
    x = model.decode(tokens, model.cross_keys(audio), scores)
    scores = np.stack([scores[layer][head] for layer, head in heads])
    cost = cost_matrix(softmax(scores[:, :, :n_frames]))[len(prompt):-1]
    rows, columns = dtw(cost)

    logits = model.logits(x[len(prompt):len(prompt) + len(text_tokens)])[:, :t.end]
    probability = softmax(logits)[np.arange(len(text_tokens)), text_tokens]
    first_frame = columns[np.flatnonzero(np.diff(rows, prepend=-1))] / FRAMES_A_SECOND
    words, at = [], 0
    for word in split_words(t, text_tokens):
        end = at + len(word)
        words.append((t.text(word), first_frame[at], first_frame[end], probability[at:end].mean()))
        at = end
    return Alignment(tokens, scores, cost, rows, columns, words)
