"""mel.py - log-mel spectrum, as Whisper defines it

  samples [n]  --frames of 400, hop 160, Hann-->  [201, n_frames]  power
               --80 Slaney filters, log10------>  [80, n_frames]
               --floor at max - 8, (x + 4) / 4

In two steps, so that training can disturb the power spectrum (an equaliser) before the logarithm.
Sources: Radford et al. 2022, section 2.2; filters after Slaney's Auditory Toolbox.

SPDX-License-Identifier: MIT
"""
import math

import torch

SAMPLE_RATE = 16000
N_FFT = 400
HOP = 160
N_MELS = 80


def hz_to_mel(f):
    """Slaney's scale: linear below 1 kHz, logarithmic above."""
    return f * 3 / 200 if f < 1000 else 15 + 27 * math.log(f / 1000) / math.log(6.4)


def mel_to_hz(m):
    return m * 200 / 3 if m < 15 else 1000 * math.exp((m - 15) * math.log(6.4) / 27)


def filterbank(n_mels=N_MELS):
    """Triangular, area-normalised filters [n_mels, N_FFT / 2 + 1], float32."""
    top = hz_to_mel(SAMPLE_RATE / 2)
    edges = [mel_to_hz(top * i / (n_mels + 1)) for i in range(n_mels + 2)]
    freq = torch.arange(N_FFT // 2 + 1, dtype=torch.float64) * SAMPLE_RATE / N_FFT
    rows = []
    for low, mid, high in zip(edges, edges[1:], edges[2:]):
        triangle = torch.minimum((freq - low) / (mid - low), (high - freq) / (high - mid)).clamp(min=0)
        rows.append(triangle * 2 / (high - low))
    return torch.stack(rows).float()


FILTERS = filterbank()
WINDOW = torch.hann_window(N_FFT)


def power_spectrum(wave):
    """wave [..., n] -> power [..., 201, n / 160]"""
    spec = torch.stft(wave, N_FFT, HOP, window=WINDOW, center=True, pad_mode="reflect", return_complex=True)
    spec = spec[..., :-1]
    return spec.real ** 2 + spec.imag ** 2


def log_mel(power):
    """power [batch, 201, n_frames] -> log-mel [batch, 80, n_frames]; the floor is each item's own."""
    x = (FILTERS @ power).clamp(min=1e-10).log10()
    top = x.amax(dim=(-2, -1), keepdim=True)
    return (torch.maximum(x, top - 8) + 4) / 4
