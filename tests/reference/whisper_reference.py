"""whisper_reference.py - Whisper's network in numpy: every op as its definition, nothing cached, nothing fused

Written from the papers and OpenAI's code, not from this project's engine, so that the two can be held against each other.
Rows are positions and columns are channels everywhere ([n_ctx, n_state]); weights have their file's shapes ([n_out, n_in],
kernels [n_out, n_in, 3]). All functions compute in the type of their inputs: float64 gives the golden values, float32 shows how
far rounding alone may take an implementation from them.

    mel [n_mels, 2 n_ctx] --conv, GELU, conv stride 2, GELU, + positions--> [n_ctx, n_state] --layers, norm--> audio
    tokens [n] --embedding + positions--> [n, n_state] --layers with cross-attention, norm--> x embedding^T --> logits [n, n_vocab]

Sources: Radford et al. 2022; Vaswani et al. 2017; openai/whisper whisper/model.py; Hendrycks and Gimpel 2016 (GELU).

SPDX-License-Identifier: MIT
"""
import math

import numpy as np

import ggml_file

_erf = np.frompyfunc(math.erf, 1, 1)


def gelu(x):
    """The exact one, not its tanh approximation."""
    return (x * (0.5 * (1 + _erf(x.astype(np.float64) / math.sqrt(2)).astype(np.float64)))).astype(x.dtype)


def linear(x, w, b=None, residual=None, activate=False):
    """x [m, k], w [n, k], b [n], residual [m, n] -> [m, n]: the activation comes before the residual"""
    y = x @ w.T
    if b is not None:
        y = y + b
    if activate:
        y = gelu(y)
    return y if residual is None else residual + y


def conv1d(x, w, b, stride=1, activate=True):
    """x [n, c_in], w [c_out, c_in, 3], b [c_out], one zero row at each end -> [ceil (n / stride), c_out]"""
    padded = np.pad(x, ((1, 1), (0, 0)))
    taps = [padded[i:i + len(x):stride] @ w[:, :, i].T for i in range(3)]
    y = sum(taps) + b
    return gelu(y) if activate else y


def layer_norm(x, gain, bias):
    """x [m, n], each row on its own; epsilon 1e-5"""
    centred = x - x.mean(axis=1, keepdims=True)
    variance = (centred * centred).mean(axis=1, keepdims=True)
    return centred / np.sqrt(variance + x.dtype.type(1e-5)) * gain + bias


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def heads(x, n_head):
    """[m, n_head * 64] -> [n_head, m, 64]"""
    return x.reshape(len(x), n_head, -1).transpose(1, 0, 2)


def attention_scores(q, k, n_head):
    """q [m, n_state], k [n, n_state] -> [n_head, m, n], scaled by 1 / sqrt (64)"""
    q, k = heads(q, n_head), heads(k, n_head)
    return q @ k.transpose(0, 2, 1) * q.dtype.type(q.shape[2] ** -0.5)


def attention(q, k, v, n_head, causal=False):
    """q [m, n_state], k and v [n, n_state] -> [m, n_state]; causal: the last query sees all n rows, each earlier one row less"""
    scores = attention_scores(q, k, n_head)
    if causal:
        m, n = scores.shape[1:]
        scores = np.where(np.arange(n) <= np.arange(n - m, n)[:, None], scores, -np.inf).astype(q.dtype)
    return (softmax(scores) @ heads(v, n_head)).transpose(1, 0, 2).reshape(q.shape)


def embedding(tokens, first, table, positions):
    """ids [n] at positions first, first + 1, ... -> [n, n_state]"""
    return table[tokens] + positions[first:first + len(tokens)]


class Whisper:
    """A model file ready to run. File values are float32 exactly; dtype is what is computed with."""

    def __init__(self, path, dtype=np.float64):
        model = ggml_file.Model(path)
        self.dtype = dtype
        self.sizes = model.sizes
        self.words = model.words
        self.filters = model.filters
        self.w = {name: tensor.values().astype(dtype) for name, tensor in model.tensors.items()}
        for conv in ("encoder.conv1.bias", "encoder.conv2.bias"):
            self.w[conv] = self.w[conv].reshape(-1)

    def _linear(self, name, x, residual=None, activate=False):
        return linear(x, self.w[name + ".weight"], self.w.get(name + ".bias"), residual, activate)

    def _norm(self, name, x):
        return layer_norm(x, self.w[name + ".weight"], self.w[name + ".bias"])

    def _self_attention(self, layer, x, n_head, causal):
        y = self._norm(layer + ".attn_ln", x)
        q, k, v = (self._linear(f"{layer}.attn.{part}", y) for part in ("query", "key", "value"))
        return self._linear(layer + ".attn.out", attention(q, k, v, n_head, causal), residual=x)

    def _mlp(self, layer, x):
        y = self._linear(layer + ".mlp.0", self._norm(layer + ".mlp_ln", x), activate=True)
        return self._linear(layer + ".mlp.2", y, residual=x)

    def stem(self, mel):
        """mel [n_mels, 2 n_ctx] -> [n_ctx, n_state]; n_ctx may be less than the file's"""
        w = self.w
        x = conv1d(mel.astype(self.dtype).T, w["encoder.conv1.weight"], w["encoder.conv1.bias"])
        x = conv1d(x, w["encoder.conv2.weight"], w["encoder.conv2.bias"], stride=2)
        return x + w["encoder.positional_embedding"][:len(x)]

    def encode(self, mel):
        """mel [n_mels, 2 n_ctx] -> audio [n_ctx, n_state]"""
        x = self.stem(mel)
        for i in range(self.sizes.n_audio_layer):
            layer = f"encoder.blocks.{i}"
            x = self._self_attention(layer, x, self.sizes.n_audio_head, causal=False)
            x = self._mlp(layer, x)
        return self._norm("encoder.ln_post", x)

    def cross_keys(self, audio):
        """Keys and values of each decoder layer, all [n_ctx, n_state]: they depend on the audio alone."""
        return [tuple(self._linear(f"decoder.blocks.{i}.cross_attn.{part}", audio) for part in ("key", "value"))
                for i in range(self.sizes.n_text_layer)]

    def decode(self, tokens, cross, scores=None):
        """tokens [n] from the first position on -> [n, n_state] after the last norm. scores: a list that gets each layer's
        cross-attention scores [n_head, n, n_ctx], before their softmax."""
        n_head = self.sizes.n_text_head
        x = embedding(np.asarray(tokens), 0, self.w["decoder.token_embedding.weight"], self.w["decoder.positional_embedding"])
        for i, (k, v) in enumerate(cross):
            layer = f"decoder.blocks.{i}"
            x = self._self_attention(layer, x, n_head, causal=True)
            q = self._linear(layer + ".cross_attn.query", self._norm(layer + ".cross_attn_ln", x))
            if scores is not None:
                scores.append(attention_scores(q, k, n_head))
            x = self._linear(layer + ".cross_attn.out", attention(q, k, v, n_head), residual=x)
            x = self._mlp(layer, x)
        return self._norm("decoder.ln", x)

    def logits(self, x):
        """[n, n_state] -> [n, n_vocab]: the embedding is also the output matrix"""
        return x @ self.w["decoder.token_embedding.weight"].T
