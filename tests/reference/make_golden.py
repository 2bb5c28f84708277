#!/usr/bin/env python3
"""make_golden.py OUT_DIR --data tests/data [--starter MODEL.bin] [--errors] - what every device must compute

    OUT_DIR/INDEX.tsv      name <tab> f32, i32 or u8 <tab> dimensions, comma separated <tab> file
    OUT_DIR/golden/...     the values: raw, little-endian, row-major
    OUT_DIR/models/*.bin   models of random weights (make_models.py); "mute" says nothing but a line break

Values are computed in float64 from float32 inputs and rounded once. --errors computes all again in float32 and prints, for each
output, the largest difference and that relative to the output's largest value: no tolerance can sensibly be below it. The names,
and what they mean, are in README.md. The same numpy gives the same files every time.

SPDX-License-Identifier: MIT
"""
import argparse
import os
from dataclasses import dataclass

import numpy as np

import alignment
import decoding
import ggml_file
import make_models
import mel
import whisper_reference as ref
from transcribe import read_wav

TYPE_NAMES = {np.dtype("f4"): "f32", np.dtype("i4"): "i32", np.dtype("u1"): "u8"}
STORED = {"f": "<f4", "i": "<i4", "u": "u1"}


class Golden:
    def __init__(self, folder, errors):
        self.folder = folder
        self.errors = errors
        self.index = []

    def put(self, name, values):
        values = np.asarray(values)
        values = np.ascontiguousarray(np.atleast_1d(values), STORED[values.dtype.kind])
        file = f"golden/{name}"
        os.makedirs(os.path.dirname(f"{self.folder}/{file}"), exist_ok=True)
        values.tofile(f"{self.folder}/{file}")
        self.index.append("\t".join([name, TYPE_NAMES[values.dtype], ",".join(map(str, values.shape)), file]))

    def case(self, name, inputs, compute):
        """compute takes the inputs by name and returns the outputs by name; None stands for an input that is not there."""
        inputs = {k: v for k, v in inputs.items() if v is not None}
        for key, values in inputs.items():
            self.put(f"{name}/{key}", values)

        def run(dtype):
            return compute(**{k: v.astype(dtype) if isinstance(v, np.ndarray) and v.dtype.kind == "f" else v
                              for k, v in inputs.items()})
        right = run(np.float64)
        for key, values in right.items():
            self.put(f"{name}/{key}", values)
        if self.errors:
            for key, values in run(np.float32).items():
                self.error(f"{name}/{key}", right[key], values)

    def error(self, name, right, other):
        right, other = np.asarray(right), np.asarray(other)
        if right.dtype.kind == "f" and right.size:
            finite = np.isfinite(right)
            worst = np.abs(right[finite] - other[finite]).max(initial=0)
            print(f"{name:36} {worst:9.2e} {worst / max(np.abs(right[finite]).max(initial=0), 1e-30):9.2e}")

    def finish(self):
        with open(f"{self.folder}/INDEX.tsv", "w", encoding="utf-8") as f:
            f.write("\n".join(self.index) + "\n")


# --- inputs: of the size they have in a trained model

def activations(random, *shape):
    """Normal, but for two channels that are 15 times as large"""
    x = random.standard_normal(shape)
    x[..., [3, shape[-1] // 2]] *= 15
    return x.astype(np.float32)


def weights(random, *shape):
    """Exact in half precision, so that a test may store them as f16 too; outputs have the size of the inputs."""
    fan_in = np.prod(shape[1:])
    return (random.standard_normal(shape) / np.sqrt(fan_in)).astype(np.float16).astype(np.float32)


def vector(random, n, mean=0.0):
    return (mean + 0.2 * random.standard_normal(n)).astype(np.float32)


# --- ops

def clips(data, random):
    """name, recording [n], first frame, number of frames"""
    fox = read_wav(f"{data}/fox.wav")
    impulse = np.zeros(16000, np.float32)
    impulse[8000] = 1
    noise = random.uniform(-1, 1, 40000).astype(np.float32)
    yield "fox", fox, 0, mel.N_FRAMES
    yield "fox-inside", fox, 57, 100
    yield "fox-end", fox, 200, 128
    yield "silence", np.zeros(16000, np.float32), 0, 200
    yield "noise", noise, 0, 240
    yield "impulse", impulse, 0, 120
    yield "short", noise[:50], 0, 20


def window_of(recording, first_frame, n_frames):
    """[160 n_frames + 240]: from 200 samples before the first frame's centre to 200 after the last one's"""
    x = mel.frames(recording, first_frame * mel.HOP, n_frames)
    return np.concatenate([x[:, :mel.HOP].reshape(-1), x[-1, mel.HOP:]])


def golden_mel(golden, random, data):
    for n_mels in (80, 128):
        golden.put(f"filters/{n_mels}", mel.filters(n_mels))
    for name, recording, first, n_frames in clips(data, random):
        golden.put(f"mel/{name}/samples", window_of(recording, first, n_frames))
        golden.case(f"mel/{name}", {"recording": recording, "first_frame": first}, lambda recording, first_frame: {
            "power": mel.power(recording, first_frame * mel.HOP, n_frames, recording.dtype.type),
            **{str(n): mel.log_mel(recording, mel.filters(n), first_frame * mel.HOP, n_frames, recording.dtype.type).T
               for n in (80, 128)}})


def golden_conv1d(golden, random):
    #          rows, channels in, out, stride, positions
    for i, (n, n_in, n_out, stride, with_positions) in enumerate((
            (64, 80, 64, 1, False), (64, 64, 64, 2, True), (2, 64, 64, 2, True), (2, 80, 64, 1, False),
            (66, 128, 128, 1, False), (66, 128, 128, 2, True), (14, 64, 128, 2, False))):
        golden.case(f"conv1d/{i}", {
            "x": activations(random, n, n_in), "w": weights(random, n_out, n_in, 3), "b": vector(random, n_out), "stride": stride,
            "positions": random.uniform(-1, 1, (n // stride, n_out)).astype(np.float32) if with_positions else None,
        }, lambda x, w, b, stride, positions=0: {"y": ref.conv1d(x, w, b, stride) + positions})


LINEAR_CASES = (  # type, rows, n_out, n_in, bias, gelu, residual
    ("f32", 1, 64, 64, True, False, False), ("f32", 1, 256, 64, True, True, False), ("f32", 7, 64, 128, False, False, False),
    ("f32", 33, 128, 64, True, False, True), ("f32", 100, 256, 64, True, True, False), ("f32", 100, 64, 256, True, False, True),
    ("f32", 5, 512, 512, True, False, False), ("f32", 31, 192, 192, False, False, False),
    *((kind, *shape) for kind in ("q8_0", "q5_0", "q5_1") for shape in (
        (1, 64, 128, True, False, False), (9, 128, 256, True, True, False), (33, 64, 256, True, False, True))))


def golden_linear(golden, random):
    for i, (kind, m, n, k, with_bias, gelu, with_residual) in enumerate(LINEAR_CASES):
        kind = ggml_file.TYPES[kind]
        w = weights(random, n, k)
        if kind != ggml_file.F32:
            stored = ggml_file.encode(w, kind)
            w = ggml_file.decode(stored, kind, w.shape)
            golden.put(f"linear/{i}/bytes", np.frombuffer(stored, "u1").reshape(n, -1))
        golden.put(f"linear/{i}/type", kind)
        golden.case(f"linear/{i}", {
            "x": activations(random, m, k), "w": w, "b": vector(random, n) if with_bias else None, "gelu": int(gelu),
            "residual": activations(random, m, n) if with_residual else None,
        }, lambda x, w, gelu, b=None, residual=None: {"y": ref.linear(x, w, b, residual, gelu)})


def golden_layer_norm(golden, random):
    constant = activations(random, 3, 64)
    constant[1] = 0.75
    for i, x in enumerate((activations(random, 1, 64), activations(random, 7, 128), activations(random, 33, 384), constant,
                           activations(random, 5, 64) + 30, activations(random, 4, 64) * np.float32(1e-3))):
        golden.case(f"layer_norm/{i}", {"x": x, "gain": vector(random, x.shape[1], 1.0), "bias": vector(random, x.shape[1])},
                    lambda x, gain, bias: {"y": ref.layer_norm(x, gain, bias)})


def golden_attention(golden, random):
    def rows(n, n_head, scale=1.2):
        return (scale * random.standard_normal((n, 64 * n_head))).astype(np.float32)

    # queries, keys before the first query's own, heads, size of queries and keys
    for i, (n, n_head, scale) in enumerate(((1, 1, 1.2), (7, 2, 1.2), (33, 1, 1.2), (100, 3, 1.2), (40, 1, 4.0))):
        golden.case(f"attention/{i}", {"q": rows(n, n_head, scale), "k": rows(n, n_head, scale), "v": rows(n, n_head), "n_head": n_head},
                    lambda q, k, v, n_head: {"y": ref.attention(q, k, v, n_head)})
    for i, (m, n_history, n_head) in enumerate(((1, 0, 1), (1, 12, 2), (5, 0, 1), (5, 7, 2), (33, 4, 1), (2, 98, 1))):
        n = n_history + m
        golden.case(f"causal/{i}", {"q": rows(m, n_head), "k": rows(n, n_head), "v": rows(n, n_head), "n_head": n_head,
                                    "n_history": n_history},
                    lambda q, k, v, n_head, n_history: {"y": ref.attention(q, k, v, n_head, causal=True)})
    for i, (m, n, n_head) in enumerate(((1, 33, 1), (1, 100, 2), (7, 100, 2), (3, 1, 1), (2, 64, 1))):
        golden.case(f"cross/{i}", {"q": rows(m, n_head), "k": rows(n, n_head), "v": rows(n, n_head), "n_head": n_head},
                    lambda q, k, v, n_head: {"y": ref.attention(q, k, v, n_head),
                                             "weights": ref.softmax(ref.attention_scores(q, k, n_head))})


def golden_embedding(golden, random):
    for i, (tokens, first, n_state) in enumerate((([5], 0, 64), ([0, 76, 12, 12, 3], 0, 64), ([40, 41], 11, 128))):
        golden.case(f"embedding/{i}", {"tokens": np.array(tokens, np.int32), "first": first, "table": weights(random, 77, n_state),
                                       "positions": weights(random, 16, n_state)},
                    lambda tokens, first, table, positions: {"y": ref.embedding(tokens, first, table, positions)})


def golden_logits(golden, random):
    for i, (m, n_vocab, n_state) in enumerate(((1, 1001, 64), (5, 333, 128), (2, 77, 64))):
        golden.case(f"logits/{i}", {"x": activations(random, m, n_state), "table": weights(random, n_vocab, n_state)},
                    lambda x, table: {"y": x @ table.T})


def top(ids, logits, n):
    """The n likeliest of ids, equal ones by id; fewer where there are no more"""
    order = np.lexsort((ids, -logits[ids]))[:n]
    return ids[order].astype(np.int32), logits[ids[order]]


def answer(logits, suppressed, text_end, time_begin, text, special, time_first, n_times, n_top):
    ids = np.arange(len(logits))
    allowed = np.where(ids < text_end, text, np.where(ids < time_begin, special, (ids >= time_begin + time_first)
                                                      & (ids < time_begin + time_first + n_times))).astype(bool)
    allowed[suppressed] = False
    out = {"masked": np.where(allowed, logits, -np.inf)}
    for name, group in (("text", ids < time_begin), ("time", ids >= time_begin)):
        found = np.flatnonzero(allowed & group)
        out[f"{name}_top"], out[f"{name}_logits"] = top(found, logits, n_top)
        out[f"{name}_log_sum_exp"] = decoding.log_sum_exp(logits[found]) if len(found) else -np.inf
    return out


def golden_query(golden, random):
    #          tokens, text end, time begin, text, special, first and number of times, top
    for i, (n_vocab, text_end, time_begin, text, special, time_first, n_times, n_top) in enumerate((
            (300, 200, 240, 1, 1, 0, 60, 5), (300, 200, 240, 0, 1, 10, 50, 5), (300, 200, 240, 1, 0, 0, 0, 3),
            (300, 200, 240, 0, 0, 7, 3, 5), (300, 200, 240, 0, 0, 0, 0, 1), (1603, 60, 102, 1, 1, 50, 1451, 17),
            (64, 40, 50, 1, 1, 0, 14, 8))):
        logits = (4 * random.standard_normal(n_vocab)).astype(np.float32)
        if i == 6:
            logits = np.round(logits / 4) * 4  # many are equal
        suppressed = np.sort(random.choice(n_vocab, n_vocab // 10, replace=False)).astype(np.int32)
        golden.case(f"query/{i}", {"logits": logits.astype(np.float32), "suppressed": suppressed, "text_end": text_end,
                                   "time_begin": time_begin, "text": text, "special": special, "time_first": time_first,
                                   "n_times": n_times, "n_top": n_top}, answer)


def golden_alignment(golden, random):
    for i, (n_heads, n_tokens, n_ctx, n_frames) in enumerate(((3, 12, 90, 61), (1, 5, 40, 40), (2, 4, 3, 3))):
        said = (np.arange(n_tokens) + 0.5) / n_tokens * n_frames
        distance = (np.arange(n_ctx) - said[:, None]) / (n_frames / n_tokens)
        scores = 3 * np.exp(-distance ** 2) + 0.3 * random.standard_normal((n_heads, n_tokens, n_ctx))

        def run(scores, n_frames):
            cost = alignment.cost_matrix(ref.softmax(scores[:, :, :n_frames]))
            rows, columns = alignment.dtw(cost)
            return {"weights": ref.softmax(scores), "cost": cost, "rows": rows.astype(np.int32), "columns": columns.astype(np.int32)}
        golden.case(f"align/{i}", {"scores": scores.astype(np.float32), "n_frames": n_frames}, run)


# --- whole models

@dataclass
class Made:
    size: str
    kind: str
    audio_ctx: int = 32
    text_ctx: int = 32
    seed: int = 0


MODELS = {
    **{f"en-{kind}": Made("test.en", kind) for kind in ggml_file.TYPES},
    **{f"multi-{kind}": Made("test", kind) for kind in ("f16", "q5_0")},
    **{f"v3-{kind}": Made("test-v3", kind) for kind in ("f32", "q8_0", "q5_1")},
    "long-en-f32": Made("test.en", "f32", 1500, 448, seed=3),  # seeds whose greedy choices are clear ones
    "long-multi-q5_0": Made("test", "q5_0", 1500, 448, seed=3),
    "long-v3-q8_0": Made("test-v3", "q8_0", 1500, 448, seed=9),
}
FIRST_FRAME = 40  # of the clip for short windows: in the middle of a word


def run_model(path, recording, tokens, first_frame, dtype):
    model = ref.Whisper(path, dtype)
    sizes = model.sizes
    spectrum = mel.log_mel(recording, model.filters, first_frame * mel.HOP, 2 * sizes.n_audio_ctx, dtype)
    audio = model.encode(spectrum)
    cross, scores = model.cross_keys(audio), []
    x = model.decode(tokens, cross, scores)
    return {"mel": spectrum.T, "stem": model.stem(spectrum), "encoder": audio, "cross_key": cross[0][0], "cross_value": cross[-1][1],
            "text": x, "logits": model.logits(x[-2:]), "cross_weights": ref.softmax(np.concatenate(scores))}


def golden_model(golden, name, recording):
    """One forced decoder run over a window inside a recording"""
    path = f"{golden.folder}/models/{name}.bin"
    model = ref.Whisper(path)
    t = decoding.tokens_of(model)
    golden.case(f"model/{name}", {
        "samples": window_of(recording, FIRST_FRAME, 2 * model.sizes.n_audio_ctx),
        "tokens": np.array([*t.prompt(), t.timestamp + 3, 999, 40000, t.timestamp + 9], np.int32),
    }, lambda samples, tokens: run_model(path, recording, tokens, FIRST_FRAME, samples.dtype.type))


def golden_greedy(golden, name, path, clip, recording, words={}):
    """A recording of at most 30 s decoded with and without timestamps, by a model of 1500 positions. words: which heads tell the
    word times, by a name"""
    model = ref.Whisper(path)
    t = decoding.tokens_of(model)
    audio = model.encode(mel.log_mel(recording, model.filters))
    for kind, timestamps in (("times", True), ("plain", False)):
        prompt = t.prompt() + ([] if timestamps else [t.no_timestamps])
        window = decoding.greedy(model, audio, prompt, timestamps)
        case = f"greedy/{name}/{clip}/{kind}"
        golden.put(case + "/prompt", np.array(prompt, np.int32))
        golden.put(case + "/tokens", np.array(window.tokens, np.int32))
        golden.put(case + "/ended", int(window.ended))
        golden.put(case + "/leads", np.array(window.gaps))
        golden.put(case + "/sum_logprob", window.sum_logprob)
        golden.put(case + "/no_speech", window.no_speech)
    for kind, heads in words.items():
        text = [token for token in window.tokens if token < t.end]
        found = alignment.align(model, audio, text, len(recording) // mel.HOP // 2, heads(model.sizes))
        case = f"words/{name}/{kind}/{clip}"
        golden.put(case + "/tokens", np.array(text, np.int32))
        golden.put(case + "/lengths", np.array([len(w) for w in alignment.split_words(t, text)], np.int32))
        for i, key in enumerate(("start", "end", "probability"), 1):
            golden.put(f"{case}/{key}", np.array([w[i] for w in found.words]))


def main():
    parser = argparse.ArgumentParser(description="Write golden values for the tests.")
    parser.add_argument("out")
    parser.add_argument("--data", required=True, help="folder of the test recordings")
    parser.add_argument("--starter", help="the starter model")
    parser.add_argument("--errors", action="store_true", help="print what float32 alone does to each output")
    a = parser.parse_args()

    golden = Golden(a.out, a.errors)
    ops = (golden_conv1d, golden_linear, golden_layer_norm, golden_attention, golden_embedding, golden_logits, golden_query,
           golden_alignment)
    golden_mel(golden, np.random.Generator(np.random.PCG64(1)), a.data)
    for i, op in enumerate(ops):
        op(golden, np.random.Generator(np.random.PCG64(100 + i)))  # own numbers, so that a new case changes no other op's

    os.makedirs(f"{a.out}/models", exist_ok=True)
    fox, hello = (read_wav(f"{a.data}/{clip}.wav") for clip in ("fox", "hello"))
    for name, made in MODELS.items():
        path = f"{a.out}/models/{name}.bin"
        make_models.make_model(made.size, made.kind, path, made.audio_ctx, made.text_ctx, made.seed)
        if made.audio_ctx < 1500:
            golden_model(golden, name, fox)
        else:
            golden_greedy(golden, name, path, "fox", fox)
            golden_greedy(golden, name, path, "hello", hello)
    make_models.make_model("test.en", "f16", f"{a.out}/models/mute.bin", says=[ord("\n")])
    if a.starter:
        words = {"starter": lambda sizes: alignment.STARTER, "unknown": alignment.later_half}
        golden_greedy(golden, "starter", a.starter, "fox", fox, words)
        golden_greedy(golden, "starter", a.starter, "hello", hello, words)
    golden.finish()


if __name__ == "__main__":
    main()
