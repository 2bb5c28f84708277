#!/usr/bin/env python3
"""make_corpus.py - writes corpus/model and corpus/audio, the stored inputs that mutations start from

Run it again when a format or a case is added; needs numpy and the ffmpeg program, which the tests themselves do not. Models are
whole ones of zeros and damaged ones, packed as fuzz-model.c wants them; recordings are a tenth of a second in every kind of
container that a recorder makes, and WAV headers that lie.

SPDX-License-Identifier: MIT
"""
import re
import struct
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "reference"))
import ggml_file  # noqa: E402
import make_models  # noqa: E402

MAX_LITERAL = 0xFFFF
CLIP = HERE.parent / "data" / "hello.wav"

ENCODERS = {  # extension: what ffmpeg is told
    "wav": ["-c:a", "pcm_s16le"],
    "f64.wav": ["-c:a", "pcm_f64le"],
    "adpcm.wav": ["-c:a", "adpcm_ms"],
    "aiff": ["-c:a", "pcm_s24be", "-ar", "8000"],
    "au": ["-c:a", "pcm_mulaw"],
    "flac": ["-c:a", "flac", "-ac", "2"],
    "mp3": ["-c:a", "libmp3lame", "-b:a", "32k"],
    "ogg": ["-c:a", "libvorbis"],
    "opus": ["-c:a", "libopus", "-b:a", "16k"],
    "m4a": ["-c:a", "aac", "-b:a", "32k"],
    "mkv": ["-c:a", "libopus", "-b:a", "16k"],
    "aac": ["-c:a", "aac", "-b:a", "32k"],
    "wma": ["-c:a", "wmav2", "-b:a", "32k"],
    "caf": ["-c:a", "pcm_s16be"],
}


# --- Models ---

def pack(data):
    """The file with its zeros counted: u16 n, n bytes, u32 number of zeros, ..."""
    packed, at = [], 0

    def literal(block, zeros):
        while len(block) > MAX_LITERAL:
            packed.append(struct.pack("<H", MAX_LITERAL) + block[:MAX_LITERAL] + struct.pack("<I", 0))
            block = block[MAX_LITERAL:]
        packed.append(struct.pack("<H", len(block)) + block + struct.pack("<I", zeros))

    for run in re.finditer(rb"\0{16,}", data):
        literal(data[at:run.start()], len(run.group()))
        at = run.end()
    literal(data[at:], 0)
    return b"".join(packed)


def model(size, kind, n_words=300):
    """A whole file, all of its numbers 0, of the shortest context."""
    sizes = replace(make_models.SIZES[size], n_audio_ctx=16, n_text_ctx=16)
    tensors = ((name, np.zeros_like(values)) for name, values in make_models.Maker(sizes, 0).tensors())
    words = make_models.words(sizes.n_vocab)[:n_words]
    with tempfile.NamedTemporaryFile() as file:
        ggml_file.write_model(file.name, sizes, np.zeros((sizes.n_mels, 201)), words, tensors, ggml_file.TYPES[kind])
        return Path(file.name).read_bytes()


def models():
    small = model("test.en", "f16")
    first_tensor = small.index(b"encoder.positional_embedding") - 20
    yield "whole-f16", small
    yield "whole-f32-multilingual", model("test", "f32")
    yield "whole-q5_1", model("test.en", "q5_1")
    yield "whole-q8_0-128-mels", model("test-v3", "q8_0")
    yield "no-words", model("test.en", "f16", 0)
    yield "empty", b""
    yield "other-file", b"RIFF\x24\0\0\0WAVEfmt "
    yield "header-only", small[:48]
    yield "cut-in-header", small[:30]
    yield "cut-in-words", small[:first_tensor // 2]
    yield "cut-in-tensor", small[:first_tensor + 100]
    yield "no-tensors", small[:first_tensor]
    yield "tensor-twice", small + small[first_tensor:]
    yield "endless-words", small[:first_tensor - 4] + b"\xff" * 8
    yield "huge-tensor", small[:first_tensor + 12] + b"\xff\xff\xff\x7f" * 2 + small[first_tensor + 20:]


# --- Recordings ---

def encoded(extension, options):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"clip.{extension}"
        exact = ["-fflags", "+bitexact", "-flags:a", "+bitexact", "-map_metadata", "-1"]
        subprocess.run(["ffmpeg", "-v", "error", "-ss", "0.3", "-t", "0.1", "-i", CLIP, "-ar", "16000", *options, *exact, path], check=True)
        return path.read_bytes()


def wav(channels=1, rate=16000, bits=16, form=1, data=b"\0\1" * 160, riff_size=None, data_size=None):
    frame = channels * bits // 8 % 2 ** 16
    riff_size = 36 + len(data) if riff_size is None else riff_size
    data_size = len(data) if data_size is None else data_size
    return (b"RIFF" + struct.pack("<I", riff_size) + b"WAVEfmt "
            + struct.pack("<IHHIIHH", 16, form, channels, rate, rate * frame % 2 ** 32, frame, bits)
            + b"data" + struct.pack("<I", data_size) + data)


def recordings():
    for extension, options in ENCODERS.items():
        yield "clip-" + extension.replace(".", "-"), encoded(extension, options)
    yield "empty", b""
    yield "text", b"This is not a recording.\n"
    yield "playlist", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"
    yield "concat", b"ffconcat version 1.0\nfile /etc/passwd\n"
    yield "wav-no-samples", wav(data=b"")
    yield "wav-no-channels", wav(channels=0)
    yield "wav-no-rate", wav(rate=0)
    yield "wav-huge-rate", wav(rate=0xFFFFFFFF)
    yield "wav-65535-channels", wav(channels=65535)
    yield "wav-8-channels-24-bit", wav(channels=8, rate=192000, bits=24, data=bytes(range(240)) * 2)
    yield "wav-1-bit", wav(bits=1)
    yield "wav-endless", wav(riff_size=0xFFFFFFFF, data_size=0xFFFFFFFF)
    yield "wav-not-a-number", wav(form=3, bits=32, data=struct.pack("<4f", float("nan"), float("inf"), 1e30, -1) * 40)


def write(name, inputs):
    folder = HERE / "corpus" / name
    folder.mkdir(parents=True, exist_ok=True)
    for case, data in inputs:
        (folder / case).write_bytes(data)


if __name__ == "__main__":
    write("model", ((name, pack(data)) for name, data in models()))
    write("audio", recordings())
