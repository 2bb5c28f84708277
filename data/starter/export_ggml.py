#!/usr/bin/env python3
"""export_ggml.py - the trained model as a file in whisper.cpp's ggml format

  export_ggml.py WORK OUT.bin --type f32|f16|q8_0        (WORK holds last.pt and bpe.json, of train.py)

  magic, 11 sizes | mel filters [80, 201] | text tokens | tensors: n_dims, name length, type, sizes, name, data

As whisper.cpp's own conversion and quantisation do it: vectors, convolution biases and positional embeddings
are f32 always; convolution weights are f16 unless all is f32; other matrices are of the type asked for. q8_0 is
blocks of 32 values, a scale d = max |x| / 127 as f16 and x / d as int8.
Sources: whisper.cpp's models/convert-pt-to-ggml.py and examples/quantize; ggml's quantize_row_q8_0_ref.

SPDX-License-Identifier: MIT
"""
import argparse
import struct
from pathlib import Path

import numpy as np
import torch

from bpe import END, Vocabulary
from mel import filterbank
from model import Whisper

MAGIC = 0x67676D6C
F32, F16, Q8_0 = 0, 1, 8                         # types of a tensor
QUANTISATION_VERSION = 2
# type of the file -> its number in the header, type of convolution weights, type of other matrices
FILE_TYPES = {"f32": (0, F32, F32), "f16": (1, F16, F16), "q8_0": (1000 * QUANTISATION_VERSION + 7, F16, Q8_0)}


def q8_0(x):
    """x [..., 32 n] -> bytes of the blocks; rounds half away from zero, as C's roundf."""
    x = x.astype(np.float32).reshape(-1, 32)
    d = np.abs(x).max(1, keepdims=True) / np.float32(127)
    inverse = np.divide(np.float32(1), d, out=np.zeros_like(d), where=d != 0)
    scaled = (x * inverse).astype(np.float64)
    blocks = np.empty(len(x), [("d", "<f2"), ("values", "i1", 32)])
    blocks["d"] = d[:, 0]
    blocks["values"] = np.trunc(scaled + np.copysign(0.5, scaled))
    return blocks.tobytes()


ENCODE = {F32: lambda x: x.astype("<f4").tobytes(), F16: lambda x: x.astype("<f2").tobytes(), Q8_0: q8_0}


def type_of(name, x, conv, matrix):
    if x.ndim == 1 or name.endswith((".bias", "positional_embedding")):
        return F32
    return conv if x.ndim == 3 else matrix


def n_layers(tensors, side):
    return 1 + max(int(name.split(".")[2]) for name in tensors if name.startswith(f"{side}.blocks."))


def write_ggml(path, tensors, tokens, n_head, file_type):
    """tensors: arrays by their names in Whisper's state dict; tokens: the bytes of text ids from 0."""
    number, conv, matrix = FILE_TYPES[file_type]
    n_audio_ctx, n_state = tensors["encoder.positional_embedding"].shape
    n_text_ctx = len(tensors["decoder.positional_embedding"])
    n_vocab = len(tensors["decoder.token_embedding.weight"])
    filters = filterbank().numpy()
    with open(path, "wb") as f:
        f.write(struct.pack("<12i", MAGIC, n_vocab, n_audio_ctx, n_state, n_head, n_layers(tensors, "encoder"),
                            n_text_ctx, n_state, n_head, n_layers(tensors, "decoder"), len(filters), number))
        f.write(struct.pack("<2i", *filters.shape) + filters.astype("<f4").tobytes())
        f.write(struct.pack("<i", len(tokens)))
        for token in tokens:
            f.write(struct.pack("<i", len(token)) + token)
        for name, x in tensors.items():
            if name.endswith(("conv1.bias", "conv2.bias")):
                x = x.reshape(-1, 1)
            kind = type_of(name, x, conv, matrix)
            f.write(struct.pack("<3i", x.ndim, len(name), kind) + struct.pack(f"<{x.ndim}i", *x.shape[::-1]))
            f.write(name.encode() + ENCODE[kind](x))


def main():
    ap = argparse.ArgumentParser(description="Export the trained model in whisper.cpp's format.")
    ap.add_argument("work", type=Path)
    ap.add_argument("out", type=Path)
    ap.add_argument("--type", choices=FILE_TYPES, default="f16")
    a = ap.parse_args()
    state = torch.load(a.work / "last.pt", map_location="cpu")
    voc = Vocabulary(a.work / "bpe.json")
    tensors = Whisper.load(state["model"], state["cfg"]).exported()
    rows = torch.tensor(voc.rows())                                          # [51864]
    tensors["decoder.token_embedding.weight"] = tensors["decoder.token_embedding.weight"][rows]
    tokens = voc.bpe.tokens + [b""] * (END - len(voc.bpe.tokens))            # "nothing said" and unused ids: no text
    write_ggml(a.out, {name: t.numpy() for name, t in tensors.items()}, tokens, state["cfg"]["n_head"], a.type)
    print(f"{a.out}: {a.type}, step {state['step']}, {state['spent'] / 60:.0f} minutes of training")


if __name__ == "__main__":
    main()
