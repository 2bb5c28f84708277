"""decoding.py - greedy decoding by OpenAI's rules, of one window and of a recording of any length

Rules, applied to the logits of each step before the largest is taken:
  - non-speech and task tokens never; a blank or the end of text not as the first token;
  - timestamps come in pairs (end of a segment, start of the next) but for the first and the last; they never decrease, and a
    segment is never empty; the first token is a timestamp of at most one second;
  - if all timestamps together are more probable than any text token, the next token is a timestamp.

Source: openai/whisper whisper/decoding.py and transcribe.py, at temperature 0 without a second try.

SPDX-License-Identifier: MIT
"""
from dataclasses import dataclass, field

import numpy as np

import mel
from tokens import Tokens
from whisper_reference import softmax

MAX_FIRST_TIMESTAMP = 1.0  # seconds
CHUNK = 30.0


def log_sum_exp(x):
    top = x.max(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        total = np.log(np.exp(x - top).sum(axis=-1, keepdims=True)) + top
    return np.where(np.isneginf(top), top, total)[..., 0]


def allowed(t, sampled, logits, n_audio_ctx=1500, timestamps=True):
    """The logits [n_vocab] after these sampled tokens, with -inf for what must not follow. t: a Tokens."""
    x = logits.copy()
    if not sampled:
        x[t.encode(" ") + [t.end]] = -np.inf
    x[t.suppressed_ids] = -np.inf
    if not timestamps:
        return x

    stamp = t.timestamp
    x[t.no_timestamps] = -np.inf
    last = len(sampled) >= 1 and sampled[-1] >= stamp
    before = len(sampled) < 2 or sampled[-2] >= stamp
    if last and before:
        x[stamp:] = -np.inf
    elif last:
        x[:t.end] = -np.inf
    stamps = [s for s in sampled if s >= stamp]
    if stamps:
        x[stamp:stamps[-1] + (0 if last and not before else 1)] = -np.inf
    if not sampled:
        x[:stamp] = -np.inf
        x[stamp + round(MAX_FIRST_TIMESTAMP / (CHUNK / n_audio_ctx)) + 1:] = -np.inf
    if log_sum_exp(x[stamp:]) > x[:stamp].max():
        x[:stamp] = -np.inf
    return x


@dataclass
class Window:
    """tokens: sampled ones without the end of text; gaps: by how much each won over the next best; ended: by an end of text"""
    tokens: list = field(default_factory=list)
    gaps: list = field(default_factory=list)
    sum_logprob: float = 0.0
    no_speech: float = 0.0
    ended: bool = False


def greedy(model, audio, prompt, timestamps=True, max_tokens=None):
    """Decodes encoder output audio [n_ctx, n_state] after the tokens of prompt, which end in Tokens.prompt()."""
    t = tokens_of(model)
    cross = model.cross_keys(audio)
    window = Window()
    sequence = list(prompt)
    for _ in range(max_tokens or model.sizes.n_text_ctx // 2):
        x = model.decode(sequence, cross)
        if not window.tokens:
            window.no_speech = float(softmax(model.logits(x[sequence.index(t.start)][None]))[0, t.no_speech])
        logits = allowed(t, window.tokens, model.logits(x[-1:])[0], model.sizes.n_audio_ctx, timestamps)
        token = int(logits.argmax())
        window.sum_logprob += float(logits[token] - log_sum_exp(logits))
        window.gaps.append(float(logits[token] - np.delete(logits, token).max()))
        if token == t.end:
            window.ended = True
            break
        window.tokens.append(token)
        sequence.append(token)
        if len(sequence) > model.sizes.n_text_ctx:
            break
    return window


def tokens_of(model):
    t = Tokens(model.sizes.n_vocab, model.words)
    t.suppressed_ids = t.suppressed()
    return t


def segments_of(t, tokens, duration):
    """Cuts a window's tokens at pairs of timestamps -> [(start, end, tokens)] in seconds, and the seconds it covers: to the last
    pair, as what follows is unfinished, else to its end."""
    is_stamp = [token >= t.timestamp for token in tokens]
    seconds = [(token - t.timestamp) * 0.02 for token in tokens]
    single_ending = is_stamp[-2:] == [False, True]
    cuts = [i for i in range(1, len(tokens)) if is_stamp[i] and is_stamp[i - 1]]
    if not cuts:
        stamps = [s for s, stamp in zip(seconds, is_stamp) if stamp]
        return [(0.0, stamps[-1] if stamps and stamps[-1] else duration, tokens)], duration
    if single_ending:
        cuts.append(len(tokens))
    segments = [(seconds[a], seconds[b - 1], tokens[a:b]) for a, b in zip([0] + cuts, cuts)]
    return segments, duration if single_ending else seconds[cuts[-1] - 1]


def transcribe(model, samples, timestamps=True, condition=True, on_window=None):
    """A recording [n] -> [(start, end, text)], window after window, each told what was said before it"""
    t = tokens_of(model)
    start = [*t.prompt()] + ([] if timestamps else [t.no_timestamps])
    n_frames, frame = len(samples) // mel.HOP, 0
    said, segments = [], []
    while frame < n_frames:
        audio = model.encode(mel.log_mel(samples, model.filters, frame * mel.HOP, 2 * model.sizes.n_audio_ctx, model.dtype))
        prompt = [t.previous] + said[-(model.sizes.n_text_ctx // 2 - 1):] if said and condition else []
        window = greedy(model, audio, prompt + start, timestamps)
        if on_window:
            on_window(frame, window)
        size = min(2 * model.sizes.n_audio_ctx, n_frames - frame)
        offset = frame * mel.HOP / mel.SAMPLE_RATE
        found, seconds = segments_of(t, window.tokens, size * mel.HOP / mel.SAMPLE_RATE)
        for begin, end, tokens in found:
            if begin != end and t.text(tokens).strip():
                segments.append((offset + begin, offset + end, t.text(tokens)))
                said += tokens
        frame += round(seconds * mel.SAMPLE_RATE / mel.HOP)
    return segments
