"""ggml_file.py - whisper.cpp's legacy ggml model files, read and written

    u32 magic "ggml"
    11 x i32     n_vocab, n_audio_ctx, n_audio_state, n_audio_head, n_audio_layer,
                 n_text_ctx, n_text_state, n_text_head, n_text_layer, n_mels, ftype
    2 x i32, f32 rows and columns of the mel filters [n_mels, 201], then their values
    i32          number of words, then for each: u32 length, bytes
    to the end   tensors: i32 n_dims, name length, type; i32 dims, innermost first; name; values

All little-endian, nothing aligned. ftype tells what most matrices are; a quantised file adds 1000 times the version of the
quantisation (2) to it. What a tensor really holds is its own type: vectors, the convolutions' biases [n, 1] and both positional
embeddings are always f32, other matrices have the file's type, and the convolutions' kernels (3 dimensions) stay f16 when
matrices are quantised. Quantised rows are blocks of 32 values:

    q8_0  34 bytes: f16 d, 32 x i8 q                              x = d q
    q5_0  22 bytes: f16 d, u32 fifth bits, 16 bytes of nibbles    x = d (q - 16)
    q5_1  24 bytes: f16 d, f16 m, u32 fifth bits, 16 nibble bytes x = d q + m

Nibble byte j holds value j in its low half and value j + 16 in its high half; bit j of the u32 is the fifth bit of value j.
Values are rounded as ggml does, bit for bit, so that a file written here is the one its quantiser would write.

Sources: whisper.cpp src/whisper.cpp (loader), models/convert-pt-to-ggml.py, examples/quantize, ggml/src/ggml-quants.c.

SPDX-License-Identifier: MIT
"""
import struct
from dataclasses import dataclass, fields

import numpy as np

MAGIC = 0x67676D6C
BLOCK = 32
QUANTISATION_VERSION = 2

F32, F16, Q5_0, Q5_1, Q8_0 = 0, 1, 6, 7, 8               # types of a tensor
TYPES = {"f32": F32, "f16": F16, "q5_0": Q5_0, "q5_1": Q5_1, "q8_0": Q8_0}
FILE_TYPES = {F32: 0, F16: 1, Q8_0: 7, Q5_0: 8, Q5_1: 9}  # the same in the header

BLOCKS = {
    Q8_0: np.dtype([("d", "<f2"), ("q", "i1", BLOCK)]),
    Q5_0: np.dtype([("d", "<f2"), ("high", "u1", 4), ("low", "u1", BLOCK // 2)]),
    Q5_1: np.dtype([("d", "<f2"), ("m", "<f2"), ("high", "u1", 4), ("low", "u1", BLOCK // 2)]),
}

ALWAYS_F32 = {"encoder.conv1.bias", "encoder.conv2.bias", "encoder.positional_embedding", "decoder.positional_embedding"}


@dataclass
class Sizes:
    """The header's numbers, in its order."""
    n_vocab: int
    n_audio_ctx: int
    n_audio_state: int
    n_audio_head: int
    n_audio_layer: int
    n_text_ctx: int
    n_text_state: int
    n_text_head: int
    n_text_layer: int
    n_mels: int


def _inverse(d):
    return np.divide(np.float32(1), d, out=np.zeros_like(d), where=d != 0)


def _pack_5_bits(block, q):
    """q [n_blocks, 32], 0..31 -> nibbles and fifth bits of block"""
    block["low"] = (q[:, :16] & 15) | (q[:, 16:] & 15) << 4
    block["high"] = np.packbits(q >> 4, axis=1, bitorder="little")


def _unpack_5_bits(block):
    low = np.concatenate([block["low"] & 15, block["low"] >> 4], axis=1)
    return low | np.unpackbits(block["high"], axis=1, bitorder="little") << 4


def _quantise_q8_0(x):
    d = np.abs(x).max(axis=1) / np.float32(127)
    y = (x * _inverse(d)[:, None]).astype(np.float64)
    block = np.empty(len(x), BLOCKS[Q8_0])
    block["d"] = d
    block["q"] = np.copysign(np.floor(np.abs(y) + 0.5), y)
    return block


def _quantise_q5_0(x):
    largest = x[np.arange(len(x)), np.abs(x).argmax(axis=1)]  # with its sign, which then is exact at -16
    d = largest / np.float32(-16)
    block = np.empty(len(x), BLOCKS[Q5_0])
    block["d"] = d
    _pack_5_bits(block, np.minimum(31, (x * _inverse(d)[:, None] + np.float32(16.5)).astype(np.uint8)))
    return block


def _quantise_q5_1(x):
    m = x.min(axis=1)
    d = (x.max(axis=1) - m) / np.float32(31)
    block = np.empty(len(x), BLOCKS[Q5_1])
    block["d"], block["m"] = d, m
    _pack_5_bits(block, ((x - m[:, None]) * _inverse(d)[:, None] + np.float32(0.5)).astype(np.uint8))
    return block


QUANTISE = {Q8_0: _quantise_q8_0, Q5_0: _quantise_q5_0, Q5_1: _quantise_q5_1}


def encode(values, kind):
    """Values of any shape -> bytes of a tensor of this type; the last dimension of a quantised one is a multiple of 32."""
    if kind in (F32, F16):
        return np.ascontiguousarray(values, "<f4" if kind == F32 else "<f2").tobytes()
    if values.shape[-1] % BLOCK:
        raise ValueError(f"rows of {values.shape[-1]} values cannot be cut into blocks of {BLOCK}")
    return QUANTISE[kind](np.asarray(values, np.float32).reshape(-1, BLOCK)).tobytes()


def decode(data, kind, shape):
    """Bytes of a tensor -> float32 [shape]"""
    if kind in (F32, F16):
        return np.frombuffer(data, "<f4" if kind == F32 else "<f2").astype(np.float32).reshape(shape)
    block = np.frombuffer(data, BLOCKS[kind])
    d = block["d"].astype(np.float32)[:, None]
    if kind == Q8_0:
        x = block["q"] * d
    elif kind == Q5_0:
        x = (_unpack_5_bits(block).astype(np.float32) - 16) * d
    else:
        x = _unpack_5_bits(block).astype(np.float32) * d + block["m"].astype(np.float32)[:, None]
    return x.reshape(shape)


def n_bytes(kind, shape):
    n = int(np.prod(shape, dtype=np.int64))
    return n * {F32: 4, F16: 2}[kind] if kind in (F32, F16) else n // BLOCK * BLOCKS[kind].itemsize


def tensor_type(name, n_dims, kind):
    """The type a tensor has in a file of this kind."""
    if n_dims < 2 or name in ALWAYS_F32:
        return F32
    return F16 if n_dims > 2 and kind in BLOCKS else kind


def write_model(path, sizes, filters, words, tensors, kind):
    """tensors: pairs of name and values, taken one by one, so that a large model need not fit into memory; kind: of TYPES."""
    ftype = FILE_TYPES[kind] + (1000 * QUANTISATION_VERSION if kind in BLOCKS else 0)
    with open(path, "wb") as f:
        f.write(struct.pack("<I10ii", MAGIC, *(getattr(sizes, s.name) for s in fields(Sizes)), ftype))
        f.write(struct.pack("<2i", *filters.shape) + filters.astype("<f4").tobytes())
        f.write(struct.pack("<i", len(words)))
        f.write(b"".join(struct.pack("<I", len(w)) + w for w in words))
        for name, values in tensors:
            if name in ("encoder.conv1.bias", "encoder.conv2.bias"):
                values = values.reshape(-1, 1)
            stored = tensor_type(name, values.ndim, kind)
            f.write(struct.pack("<3i", values.ndim, len(name), stored))
            f.write(struct.pack(f"<{values.ndim}i", *values.shape[::-1]) + name.encode())
            f.write(encode(values, stored))


@dataclass
class Tensor:
    kind: int
    shape: tuple
    data: bytes

    def values(self):
        return decode(self.data, self.kind, self.shape)


class Model:
    """A file in memory: sizes, ftype, filters [n_mels, 201], words (list of bytes) and tensors by name. Trusts the file."""

    def __init__(self, path):
        with open(path, "rb") as f:
            def ints(n):
                return struct.unpack(f"<{n}i", f.read(4 * n))
            if ints(1)[0] != MAGIC:
                raise ValueError(f"{path}: no ggml file")
            self.sizes = Sizes(*ints(10))
            self.ftype, = ints(1)
            shape = ints(2)
            self.filters = np.frombuffer(f.read(4 * shape[0] * shape[1]), "<f4").reshape(shape)
            self.words = [f.read(ints(1)[0]) for _ in range(ints(1)[0])]
            self.tensors = {}
            while header := f.read(12):
                n_dims, length, kind = struct.unpack("<3i", header)
                dims = ints(n_dims)[::-1]
                name = f.read(length).decode()
                self.tensors[name] = Tensor(kind, dims, f.read(n_bytes(kind, dims)))
