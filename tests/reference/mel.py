"""mel.py - log-mel spectrum of a window, as Whisper defines it

    samples [n]  --frames of 400 around every 160th sample, Hann-->  [n_frames, 400]
                 --DFT, power-------------------------------------->  [n_frames, 201]
                 --Slaney filters---------------------------------->  [n_mels, n_frames]
                 --log10 of at least 1e-10, floor at max - 8, (x + 4) / 4

Frame i of a window that begins at sample s is centred on sample s + 160 i of the recording, so it reaches 200 samples to either
side. Before its beginning the recording is reflected, after its end it is silent (zero samples, whose mel is the window's floor);
inside it the samples on both sides of a window are the recording's own. The floor uses the maximum of the window.

Source: openai/whisper whisper/audio.py, which takes the maximum of the whole recording and pads the finished mel with zeros.

SPDX-License-Identifier: MIT
"""
import numpy as np

SAMPLE_RATE = 16000
N_FFT = 400
HOP = 160
N_BINS = N_FFT // 2 + 1
N_FRAMES = 3000


def _slaney(hz):
    """Slaney's mel scale: linear up to 1 kHz (15 mel), then 27 steps to the factor 6.4"""
    hz = np.asarray(hz, float)
    return np.where(hz < 1000, hz * 3 / 200, 15 + 27 * np.log(np.maximum(hz, 1000) / 1000) / np.log(6.4))


def _slaney_inverse(mel):
    return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))


def filters(n_mels):
    """Triangles of equal area, float32 [n_mels, 201]"""
    edges = _slaney_inverse(np.linspace(0, _slaney(SAMPLE_RATE / 2), n_mels + 2))
    low, mid, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    hz = np.arange(N_BINS) * SAMPLE_RATE / N_FFT
    triangle = np.maximum(0, np.minimum((hz - low) / (mid - low), (high - hz) / (high - mid)))
    return (triangle * 2 / (high - low)).astype(np.float32)


def hann(dtype=np.float64):
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(N_FFT) / N_FFT)).astype(dtype)


def frames(samples, start=0, n_frames=N_FRAMES):
    """[n_frames, 400] of the recording samples [n], for the window whose first frame is centred on sample start"""
    half = N_FFT // 2
    silent = np.concatenate([samples, np.zeros(max(0, start + n_frames * HOP + half - len(samples)) + half + 1, samples.dtype)])
    padded = np.concatenate([silent[half:0:-1], silent])
    return np.stack([padded[i:i + N_FFT] for i in range(start, start + n_frames * HOP, HOP)])


def power(samples, start=0, n_frames=N_FRAMES, dtype=np.float64):
    """[n_frames, 201]; in float32 by a plain DFT, as numpy's FFT computes in float64 only"""
    x = frames(np.asarray(samples, dtype), start, n_frames) * hann(dtype)
    if dtype == np.float64:
        return np.abs(np.fft.rfft(x)) ** 2
    angle = 2 * np.pi * (np.outer(np.arange(N_FFT), np.arange(N_BINS)) % N_FFT) / N_FFT
    return (x @ np.cos(angle).astype(dtype)) ** 2 + (x @ np.sin(angle).astype(dtype)) ** 2


def log_mel(samples, filter_bank, start=0, n_frames=N_FRAMES, dtype=np.float64):
    """[n_mels, n_frames]"""
    x = np.log10(np.maximum(filter_bank.astype(dtype) @ power(samples, start, n_frames, dtype).T, dtype(1e-10)))
    return (np.maximum(x, x.max() - 8) + 4) / 4
