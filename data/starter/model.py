"""model.py - Whisper's architecture in torch, small, with what helps to train it on little

Module names are those of Whisper's published state dict, so that weights are exported by name. What differs
from Whisper, and is gone or folded in when the model is exported:

- The decoder works on the compact classes of bpe.Vocabulary, not on the 51864 exported ids.
- Timestamp embeddings are an affine map of sinusoids, so that neighbours share what they learn.
- The encoder can stand for 30 s at the price of a short window: a window may begin anywhere in the 1500
  positions, and a few silent positions, each with a bias in attention, stand for all the silence around it.
- The encoder's lower blocks learn to hear: what they make of a position, after n_hear of them, is to be no more
  than the sum of embeddings of the phoneme that is heard there, of those around it and of the place (`imagined`).
  So the blocks above and the decoder can learn from text alone, where such sums stand in for sound.

Source: Radford et al. 2022, "Robust speech recognition via large-scale weak supervision".

SPDX-License-Identifier: MIT
"""
import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

from bpe import N_TIMES
from mel import N_MELS


class Heard(NamedTuple):
    """Positions of a window, as the upper blocks of the encoder read them."""
    x: torch.Tensor                          # [b, t, n_state]
    at: torch.Tensor                         # [b, t] which of the n_ctx positions each is
    bias: torch.Tensor                       # [b, 1, 1, t] in attention, or None


def sinusoids(length, channels):
    scale = math.log(10000) / (channels // 2 - 1)
    rate = torch.exp(-scale * torch.arange(channels // 2))
    angle = torch.arange(length)[:, None] * rate[None]
    return torch.cat([angle.sin(), angle.cos()], dim=1)          # [length, channels]


class Attention(nn.Module):
    def __init__(self, n_state, n_head):
        super().__init__()
        self.n_head = n_head
        self.query = nn.Linear(n_state, n_state)
        self.key = nn.Linear(n_state, n_state, bias=False)
        self.value = nn.Linear(n_state, n_state)
        self.out = nn.Linear(n_state, n_state)

    def heads(self, x):
        b, t, c = x.shape
        return x.view(b, t, self.n_head, c // self.n_head).transpose(1, 2)        # [b, n_head, t, c / n_head]

    def forward(self, x, memory=None, mask=None):
        memory = x if memory is None else memory
        q, k, v = self.heads(self.query(x)), self.heads(self.key(memory)), self.heads(self.value(memory))
        score = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)                   # [b, n_head, t, t_memory]
        if mask is not None:
            score = score + mask
        self.weight = score.softmax(-1)           # kept for the training loss that guides it
        return self.out((self.weight @ v).transpose(1, 2).reshape(x.shape))


class Block(nn.Module):
    def __init__(self, n_state, n_head, cross):
        super().__init__()
        self.attn = Attention(n_state, n_head)
        self.attn_ln = nn.LayerNorm(n_state)
        if cross:
            self.cross_attn = Attention(n_state, n_head)
            self.cross_attn_ln = nn.LayerNorm(n_state)
        self.mlp = nn.Sequential(nn.Linear(n_state, 4 * n_state), nn.GELU(), nn.Linear(4 * n_state, n_state))
        self.mlp_ln = nn.LayerNorm(n_state)

    def forward(self, x, mask=None, memory=None, bias=None):
        x = x + self.attn(self.attn_ln(x), mask=mask)
        if memory is not None:
            x = x + self.cross_attn(self.cross_attn_ln(x), memory, bias)
        return x + self.mlp(self.mlp_ln(x))


def conv(x, layer, stride):
    """layer(x) of a width-3 Conv1d on x [b, t, c], as one matrix product: quicker on a CPU, and the backward
    pass of Debian 12's torch 1.13 for convolutions returned garbage gradients now and then."""
    x = F.pad(x, (0, 0, 1, 1))
    n = (x.shape[1] - 3) // stride * stride + 1
    x = torch.cat([x[:, k:k + n:stride] for k in range(3)], dim=-1)               # [b, t / stride, 3 c]
    return F.linear(x, layer.weight.transpose(1, 2).flatten(1), layer.bias)


class Encoder(nn.Module):
    def __init__(self, n_ctx, n_state, n_head, n_layer, n_hear):
        super().__init__()
        self.n_hear = n_hear
        self.conv1 = nn.Conv1d(N_MELS, n_state, 3, padding=1)
        self.conv2 = nn.Conv1d(n_state, n_state, 3, stride=2, padding=1)
        self.register_buffer("positional_embedding", sinusoids(n_ctx, n_state))
        self.blocks = nn.ModuleList(Block(n_state, n_head, False) for _ in range(n_layer))
        self.ln_post = nn.LayerNorm(n_state)

    def front(self, mel):
        """mel [b, 80, 2 t] -> [b, t, n_state]"""
        return F.gelu(conv(F.gelu(conv(mel.transpose(1, 2), self.conv1, 1)), self.conv2, 2))

    def silence(self, mel):
        """What a silent position looks like to the blocks in each window, [b, 1, n_state]."""
        floor = (mel.amax(dim=(1, 2), keepdim=True) - 2).clamp(min=-1.5)          # zero samples, in log_mel
        return self.front(floor.expand(-1, N_MELS, 8))[:, 2:3]

    def hear(self, mel, start, n_silent=0):
        """mel [b, 80, 2 t] -> Heard of t + n_silent positions.

        start [b]: the position, of n_ctx, at which each window begins. n_silent positions out of the rest,
        drawn at random, stand for all of it."""
        x = self.front(mel)
        b, t = x.shape[:2]
        n_ctx = len(self.positional_embedding)
        at = start[:, None] + torch.arange(t, device=x.device)
        bias = None
        if n_silent:
            rest = n_ctx - t
            drawn = torch.rand(b, rest, device=x.device).argsort(1)[:, :n_silent]
            x = torch.cat([x, self.silence(mel).expand(-1, n_silent, -1)], 1)
            at = torch.cat([at, (at[:, -1:] + 1 + drawn) % n_ctx], 1)
            bias = torch.zeros(1, 1, 1, t + n_silent, device=x.device)
            bias[..., t:] = math.log(rest / n_silent)
        x = x + self.positional_embedding[at]
        for block in self.blocks[:self.n_hear]:
            x = block(x, bias)
        return Heard(x, at, bias)

    def read(self, heard):
        """-> what the decoder attends to, [b, t, n_state]"""
        x = heard.x
        for block in self.blocks[self.n_hear:]:
            x = block(x, heard.bias)
        return self.ln_post(x)


class Decoder(nn.Module):
    def __init__(self, n_class, n_ctx, n_state, n_head, n_layer):
        super().__init__()
        self.token_embedding = nn.Embedding(n_class, n_state)
        self.register_buffer("time_basis", sinusoids(N_TIMES, n_state))
        self.time_map = nn.Linear(n_state, n_state)
        self.positional_embedding = nn.Parameter(0.02 * sinusoids(n_ctx, n_state))
        self.blocks = nn.ModuleList(Block(n_state, n_head, True) for _ in range(n_layer))
        self.ln = nn.LayerNorm(n_state)
        self.register_buffer("mask", torch.full((n_ctx, n_ctx), -1e9).triu(1))
        nn.init.normal_(self.token_embedding.weight, std=0.05)
        nn.init.normal_(self.time_map.weight, std=0.05 * n_state ** -0.5)
        nn.init.zeros_(self.time_map.bias)
        self.positional_embedding.data += 0.01 * torch.randn(n_ctx, n_state)

    def table(self):
        """Embedding rows [n_class + N_TIMES, n_state]: the plain classes, then the timestamps."""
        return torch.cat([self.token_embedding.weight, self.time_map(self.time_basis)])

    def forward(self, tokens, memory, bias=None):
        """tokens [b, n], memory [b, t, n_state] -> logits [b, n, n_class + N_TIMES]"""
        table = self.table()
        n = tokens.shape[1]
        x = F.embedding(tokens, table) + self.positional_embedding[:n]
        for block in self.blocks:
            x = block(x, self.mask[:n, :n], memory, bias)
        return self.ln(x) @ table.T


class Whisper(nn.Module):
    def __init__(self, n_class, n_phone, n_state, n_head, n_enc, n_hear, n_dec, n_audio_ctx=1500, n_text_ctx=448):
        super().__init__()
        self.encoder = Encoder(n_audio_ctx, n_state, n_head, n_enc, n_hear)
        self.decoder = Decoder(n_class, n_text_ctx, n_state, n_head, n_dec)
        self.said = nn.Embedding(7 * n_phone, n_state)           # phonemes in context (batch.in_context) as heard
        self.place = nn.Linear(n_state, n_state, bias=False)     # and where
        self.phone = nn.Sequential(nn.LayerNorm(n_state), nn.Linear(n_state, n_phone))

    def imagined(self, rows, at):
        """What the hearing blocks should make of phonemes [..., 5] at these positions [...]."""
        return self.said(rows).sum(-2) + self.place(self.encoder.positional_embedding[at])

    @classmethod
    def load(cls, state, cfg):
        """A model with the weights of a state dict, whose shapes tell the rest."""
        net = cls(*(len(state[name]) for name in ("decoder.token_embedding.weight", "phone.1.weight")), **cfg)
        net.load_state_dict(state)
        return net

    def exported(self):
        """Whisper's own tensors by name, with the embedding of every training class."""
        helpers = ("said.", "place.", "phone.", "decoder.time_", "decoder.mask")
        tensors = {k: v for k, v in self.state_dict().items() if not k.startswith(helpers)}
        tensors["decoder.token_embedding.weight"] = self.decoder.table().detach()
        return tensors
