#!/usr/bin/env python3
"""test_reference.py [--data FOLDER --starter MODEL.bin] - the reference held against what is known without it

SPDX-License-Identifier: MIT
"""
import argparse
import sys
import tempfile
import unittest

import numpy as np

import alignment
import decoding
import ggml_file
import make_models
import mel
import transcribe
import whisper_reference as ref
from tokens import Tokens

PATHS = argparse.Namespace(data=None, starter=None)


class Files(unittest.TestCase):
    def test_every_type_is_read_as_it_was_written(self):
        random = np.random.Generator(np.random.PCG64(1))
        x = random.standard_normal((6, 64)).astype(np.float32)
        x[2] = 0
        steps = {"f32": 0, "f16": 2 ** -10, "q8_0": 1 / 127, "q5_0": 1 / 16, "q5_1": 2 / 31}  # of a row's largest value
        for name, step in steps.items():
            kind = ggml_file.TYPES[name]
            stored = ggml_file.encode(x, kind)
            self.assertEqual(len(stored), ggml_file.n_bytes(kind, x.shape))
            self.assertLessEqual(np.abs(ggml_file.decode(stored, kind, x.shape) - x).max(), step * np.abs(x).max(), name)

    def test_bits_of_a_block_lie_where_ggml_has_them(self):
        x = np.zeros((1, 32), np.float32)
        x[0, 0], x[0, 17] = -16, 15  # d = 1: values 0 and 31, the others 16
        self.assertEqual(ggml_file.encode(x, ggml_file.Q5_0).hex(), "003c" + "feffffff" + "00f0" + "00" * 14)

    def test_a_model_is_read_as_it_was_written(self):
        with tempfile.NamedTemporaryFile() as f:
            make_models.make_model("test", "q5_1", f.name, 8, 8)
            model = ggml_file.Model(f.name)
        self.assertEqual(model.sizes.n_vocab, 51865)
        self.assertEqual(model.ftype, 2009)
        self.assertEqual((len(model.words), model.words[256], model.words[-1]), (50257, b" wjaa", b""))
        kinds = {name: t.kind for name, t in model.tensors.items()}
        self.assertEqual(kinds["decoder.token_embedding.weight"], ggml_file.Q5_1)
        self.assertEqual(kinds["encoder.conv1.weight"], ggml_file.F16)
        self.assertEqual(kinds["encoder.conv1.bias"], ggml_file.F32)
        made = dict(make_models.Maker(model.sizes, 0).tensors())
        self.assertEqual(made.keys(), model.tensors.keys())
        np.testing.assert_array_equal(made["decoder.positional_embedding"], model.tensors["decoder.positional_embedding"].values())


class Numbers(unittest.TestCase):
    def test_silence_is_the_floor(self):
        np.testing.assert_allclose(mel.log_mel(np.zeros(1000), mel.filters(80), n_frames=20), -1.5)

    def test_a_tone_is_loudest_in_the_filter_of_its_frequency(self):
        tone = np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000)
        row = mel.log_mel(tone, mel.filters(80), n_frames=90)[:, 40].argmax()
        self.assertIn(mel.filters(80)[row].argmax() * 40, (960, 1000, 1040))

    def test_gelu_is_the_exact_one(self):
        np.testing.assert_allclose(ref.gelu(np.array([-1.0, 0, 1, 3])), [-0.15865525, 0, 0.84134475, 2.99595031], atol=1e-8)

    def test_a_causal_query_does_not_see_what_comes_after_it(self):
        random = np.random.Generator(np.random.PCG64(2))
        q, k, v = random.standard_normal((3, 5, 64))
        first = ref.attention(q, k, v, 1, causal=True)
        k[3:], v[3:] = 9, 9
        np.testing.assert_array_equal(ref.attention(q, k, v, 1, causal=True)[:3], first[:3])

    def test_alignment_follows_a_diagonal(self):
        cost = 1 - np.repeat(np.eye(4), 5, axis=1)
        rows, columns = alignment.dtw(cost)
        self.assertEqual([columns[rows == i][0] for i in range(4)], [0, 5, 10, 15])


class Rules(unittest.TestCase):
    def setUp(self):
        self.t = Tokens(51864, make_models.words(51864))
        self.t.suppressed_ids = self.t.suppressed()
        self.flat = np.where(np.arange(51864) < self.t.timestamp, 9.0, 0.0)  # text is likelier than all timestamps together

    def allowed(self, sampled):
        return np.flatnonzero(np.isfinite(decoding.allowed(self.t, sampled, self.flat)))

    def test_a_window_begins_with_a_timestamp_of_at_most_a_second(self):
        np.testing.assert_array_equal(self.allowed([]), self.t.timestamp + np.arange(51))

    def test_text_follows_a_pair_of_timestamps(self):
        after = self.allowed([self.t.timestamp, 300, self.t.timestamp + 9, self.t.timestamp + 9])
        self.assertLess(after.max(), self.t.timestamp)

    def test_a_timestamp_after_text_is_followed_by_another_or_the_end(self):
        after = self.allowed([self.t.timestamp, 300, self.t.timestamp + 9])
        self.assertEqual((after.min(), after[-1]), (self.t.end, 51863))
        self.assertEqual(after[after >= self.t.timestamp].min(), self.t.timestamp + 9)


class Speech(unittest.TestCase):
    def test_the_starter_model_hears_the_fox(self):
        if not PATHS.starter:
            self.skipTest("no starter model")
        model = ref.Whisper(PATHS.starter, np.float32)
        segments = decoding.transcribe(model, transcribe.read_wav(f"{PATHS.data}/fox.wav"))
        self.assertEqual([s[2] for s in segments], [" The quick brown fox jumps over the lazy dog."])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data")
    parser.add_argument("--starter")
    PATHS, rest = parser.parse_known_args()
    unittest.main(argv=sys.argv[:1] + rest)
