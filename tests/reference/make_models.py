#!/usr/bin/env python3
"""make_models.py SIZE TYPE OUT.bin [--audio-ctx N] [--text-ctx N] [--tokens N] [--peaked] [--seed N] - model files of random weights

SIZE is a published one (for benchmarks) or one of the small ones at the end of the table (for tests); TYPE is f32, f16, q8_0,
q5_0 or q5_1. The same size and seed give the same weights whatever the type, but for its rounding. Random weights say nothing,
but they are shaped so that numbers behave as in a trained model:
  - matrices keep the variance of what goes through them; attention is uneven, its scores spread over about +-4;
  - two channels of the residual stream carry values far above the others', 6 times in the narrowest models, 27 times in the
    widest (trained Whispers have such channels, and they are what coarse quantisation trips over);
  - logits spread over about +-15, so that a greedy choice mostly has a lead far above rounding; the last norm's gains have
    either sign and are small where outliers are, or a token would be its own likeliest successor, or one that of all;
  - later positions make the end of text likelier, so that a transcript ends. With --tokens each position is sure of its token, and
    of the end after so many: for benchmarks whose transcripts are to be of one length, whatever is said;
  - with --peaked the layers are made to suffer from coarse numbers: eight channels have gains 15 times the others', and attention's
    largest weight is 0.6 on average. Layers then add little to the stream: else any disturbance would grow beyond measure.
Words are the 256 bytes, then a space and four letters; what a real vocabulary leaves empty is empty.

SPDX-License-Identifier: MIT
"""
import argparse
from dataclasses import replace

import numpy as np

import ggml_file
import mel
from tokens import ENGLISH_VOCAB, Tokens

ENGLISH, MULTILINGUAL, CANTONESE = ENGLISH_VOCAB, 51865, 51866
N_OUTLIERS = 2
OUTLIER = 0.75  # of sqrt (n_state), times what the other channels carry
EMBEDDING_NORM = 3.2
LOGIT_STD = 3.5
ATTENTION_STD = 2.0
N_LOUD, LOUD = 8, 15  # channels, and their gain against the others', of a peaked model
PEAKED_STD = 14.0     # of its scores, where its inputs are alike
DAMPED = 0.3          # what its layers add to the stream
END_AFTER = 12  # tokens, about
END_URGE = 4.0
SURE_URGE = 40.0  # enough to be heard above all that the layers add
PROMPT = 1        # positions before the one that chooses the first token: an English model without timestamps, as in dictation


def _sizes(n_vocab, n_mels, n_head, n_audio_layer, n_text_layer):
    n_state = 64 * n_head
    return ggml_file.Sizes(n_vocab, 1500, n_state, n_head, n_audio_layer, 448, n_state, n_head, n_text_layer, n_mels)


SIZES = {
    "tiny.en": _sizes(ENGLISH, 80, 6, 4, 4),
    "tiny": _sizes(MULTILINGUAL, 80, 6, 4, 4),
    "base.en": _sizes(ENGLISH, 80, 8, 6, 6),
    "base": _sizes(MULTILINGUAL, 80, 8, 6, 6),
    "small.en": _sizes(ENGLISH, 80, 12, 12, 12),
    "small": _sizes(MULTILINGUAL, 80, 12, 12, 12),
    "medium": _sizes(MULTILINGUAL, 80, 16, 24, 24),
    "large-v3": _sizes(CANTONESE, 128, 20, 32, 32),
    "large-v3-turbo": _sizes(CANTONESE, 128, 20, 32, 4),
    "test.en": _sizes(ENGLISH, 80, 1, 2, 1),
    "test": _sizes(MULTILINGUAL, 80, 2, 1, 2),
    "test-v3": _sizes(CANTONESE, 128, 1, 3, 1),
}


def words(n_vocab):
    """Bytes of the text tokens; a multilingual vocabulary has one more than the English, an empty one."""
    letters = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz", "u1")
    ids = np.arange(256, 50256)
    text = np.stack([np.full(len(ids), ord(" "), "u1")] + [letters[ids // 26 ** p % 26] for p in range(4)], axis=1).tobytes()
    made = [bytes([i]) for i in range(256)] + [text[i:i + 5] for i in range(0, len(text), 5)]
    return made if n_vocab == ENGLISH else made + [b""]


def _sinusoids(n_ctx, n_state):
    """Sines, then cosines, of positions at wavelengths from 2 pi to 2 pi 10000"""
    rate = np.exp(-np.log(10000) / (n_state // 2 - 1) * np.arange(n_state // 2))
    angle = np.arange(n_ctx)[:, None] * rate
    return np.concatenate([np.sin(angle), np.cos(angle)], axis=1).astype(np.float32)


class Maker:
    """Tensors of a model, one by one, in the order of a real file."""

    def __init__(self, sizes, seed, says=None):
        self.sizes = sizes
        self.says = says
        self.random = np.random.Generator(np.random.PCG64(seed))

    def _normal(self, shape, std, mean=0.0):
        x = self.random.standard_normal(shape, dtype=np.float32)
        x *= np.float32(std)
        if mean:
            x += np.float32(mean)
        return x

    def _linear(self, name, n_out, n_in, gain=1.0, bias=True):
        yield name + ".weight", self._normal((n_out, n_in), gain / np.sqrt(n_in))
        if bias:
            yield name + ".bias", self._normal(n_out, 0.1)

    def _norm(self, name, n_state, mean=1.0):
        yield name + ".weight", self._normal(n_state, 0.1 * mean, mean)
        yield name + ".bias", self._normal(n_state, 0.1)

    def _attention(self, name, n_state):
        peaked = np.sqrt(ATTENTION_STD)
        yield from self._linear(name + ".query", n_state, n_state, peaked)
        yield from self._linear(name + ".key", n_state, n_state, peaked, bias=False)
        yield from self._linear(name + ".value", n_state, n_state)
        yield from self._linear(name + ".out", n_state, n_state)

    def _block(self, name, n_state, cross):
        yield from self._attention(name + ".attn", n_state)
        yield from self._norm(name + ".attn_ln", n_state)
        if cross:
            yield from self._attention(name + ".cross_attn", n_state)
            yield from self._norm(name + ".cross_attn_ln", n_state)
        yield from self._linear(name + ".mlp.0", 4 * n_state, n_state)
        yield from self._linear(name + ".mlp.2", n_state, 4 * n_state)
        yield from self._norm(name + ".mlp_ln", n_state)

    def _with_outliers(self, positions, std):
        """Every position lifts the same few channels of the residual stream."""
        n_state = positions.shape[1]
        channels = self.random.choice(n_state, N_OUTLIERS, replace=False)
        signs = self.random.choice([-1, 1], N_OUTLIERS)
        positions[:, channels] += (OUTLIER * np.sqrt(n_state) * std * signs).astype(np.float32)
        return positions, channels

    def _encoder(self):
        s = self.sizes
        yield "encoder.positional_embedding", self._with_outliers(_sinusoids(s.n_audio_ctx, s.n_audio_state), 1.0)[0]
        for conv, n_in in (("encoder.conv1", s.n_mels), ("encoder.conv2", s.n_audio_state)):
            yield conv + ".weight", self._normal((s.n_audio_state, n_in, 3), 2 / np.sqrt(3 * n_in))
            yield conv + ".bias", self._normal(s.n_audio_state, 0.1)
        for i in range(s.n_audio_layer):
            yield from self._block(f"encoder.blocks.{i}", s.n_audio_state, cross=False)
        yield from self._norm("encoder.ln_post", s.n_audio_state)

    def _decoder(self):
        s = self.sizes
        std = EMBEDDING_NORM / np.sqrt(s.n_text_state)
        positions, outliers = self._with_outliers(self._normal((s.n_text_ctx, s.n_text_state), std), std)
        table = self._normal((s.n_vocab, s.n_text_state), std)
        signs = self.random.choice([-1, 1], s.n_text_state).astype(np.float32)
        if self.says is None:
            self._let_it_end(positions, table, signs)
        else:
            self._let_it_say(positions, table, signs)
        yield "decoder.positional_embedding", positions
        yield "decoder.token_embedding.weight", table
        for i in range(s.n_text_layer):
            yield from self._block(f"decoder.blocks.{i}", s.n_text_state, cross=True)
        yield from self._last_norm(signs, outliers)

    def _last_norm(self, signs, outliers):
        for name, values in self._norm("decoder.ln", len(signs), LOGIT_STD / EMBEDDING_NORM):
            values *= signs
            values[outliers] *= np.float32(0.1)
            yield name, values

    def _let_it_end(self, positions, table, signs):
        """Later positions point, through the last norm, to the end of text."""
        end = Tokens(self.sizes.n_vocab, []).end
        urge = np.clip((np.arange(len(positions)) - END_AFTER) / END_AFTER, 0, 1)[:, None]
        positions += (urge * END_URGE * table[end] * signs).astype(np.float32)

    def _let_it_say(self, positions, table, signs):
        """Each position points to its token, and those after the last to the end of text."""
        said = np.full(len(positions), Tokens(self.sizes.n_vocab, []).end)
        said[:PROMPT] = self.says[0]
        said[PROMPT:PROMPT + len(self.says)] = self.says
        positions += (SURE_URGE * table[said] * signs).astype(np.float32)

    def tensors(self):
        yield from self._encoder()
        yield from self._decoder()


class PeakedMaker(Maker):
    """Loud channels in what the layers read, sharp attention; what they write is damped."""

    def __init__(self, sizes, seed, says=None):
        super().__init__(sizes, seed, says)
        n_state = sizes.n_audio_state
        self.loud = self.random.choice(n_state, N_LOUD, replace=False)
        self.share = np.float32(np.sqrt((n_state - N_LOUD + N_LOUD * LOUD ** 2) / n_state))

    def _norm(self, name, n_state, mean=1.0):
        for part, values in super()._norm(name, n_state, mean):
            if ".blocks." in part and part.endswith("weight"):
                values[self.loud] *= np.float32(LOUD)
            yield part, values

    def _block(self, name, n_state, cross):
        for part, values in super()._block(name, n_state, cross):
            if part.endswith(("query.weight", "key.weight")):
                values *= np.float32(np.sqrt(PEAKED_STD / ATTENTION_STD)) / self.share
            elif part.endswith(("value.weight", "mlp.0.weight")):
                values /= self.share
            elif part.endswith(("out.weight", "mlp.2.weight")):
                values *= np.float32(DAMPED)
            yield part, values


def make_model(size, kind, path, audio_ctx=1500, text_ctx=448, seed=0, says=None, maker=Maker):
    sizes = replace(SIZES[size], n_audio_ctx=audio_ctx, n_text_ctx=text_ctx)
    ggml_file.write_model(path, sizes, mel.filters(sizes.n_mels), words(sizes.n_vocab), maker(sizes, seed, says).tensors(),
                          ggml_file.TYPES[kind])


def main():
    parser = argparse.ArgumentParser(description="Write a model file of random weights.")
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("type", choices=ggml_file.TYPES)
    parser.add_argument("out")
    parser.add_argument("--audio-ctx", type=int, default=1500, help="encoder positions (a real model has 1500)")
    parser.add_argument("--text-ctx", type=int, default=448, help="decoder positions (a real model has 448)")
    parser.add_argument("--tokens", type=int, help="of each transcript without timestamps (about a dozen unless told)")
    parser.add_argument("--peaked", action="store_true", help="loud channels and sharp attention")
    parser.add_argument("--seed", type=int, default=0)
    a = parser.parse_args()
    words_of_four = [1000 + 1001 * i % 40000 for i in range(a.tokens or 0)]
    make_model(a.size, a.type, a.out, a.audio_ctx, a.text_ctx, a.seed, words_of_four or None,
               PeakedMaker if a.peaked else Maker)


if __name__ == "__main__":
    main()
