/* noise.c - sounds that are not speech, the same ones every time
 *
 * SPDX-License-Identifier: MIT
 */
#include "noise.h"
#include "listen.h"

#include <math.h>
#include <string.h>

#define RATE 16000.0

void
noise_silence (GRand *random, float *samples, gsize n)
{
  memset (samples, 0, n * sizeof (float));
}

/* Nearly Gaussian: the sum of four. */
void
noise_white (GRand *random, float *samples, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      samples[i] = 0;
      for (guint k = 0; k < 4; k++)
        samples[i] += g_rand_double_range (random, -0.1, 0.1);
    }
}

/* White noise through Paul Kellet's three poles: -3 dB an octave. */
void
noise_pink (GRand *random, float *samples, gsize n)
{
  double a = 0, b = 0, c = 0;

  noise_white (random, samples, n);
  for (gsize i = 0; i < n; i++)
    {
      double white = samples[i];

      a = 0.99765 * a + white * 0.0990460;
      b = 0.96300 * b + white * 0.2965164;
      c = 0.57000 * c + white * 1.0526913;
      samples[i] = (a + b + c + white * 0.1848) / 4;
    }
}

void
noise_hum (GRand *random, float *samples, gsize n)
{
  const double harmonics[] = { 1, 0.5, 0.4, 0.15, 0.2, 0, 0.1 };

  noise_silence (random, samples, n);
  for (guint k = 0; k < G_N_ELEMENTS (harmonics); k++)
    for (gsize i = 0; i < n; i++)
      samples[i] += 0.2 * harmonics[k] * sin (2 * G_PI * 50 * (k + 1) * i / RATE + k);
}

void
noise_fan (GRand *random, float *samples, gsize n)
{
  noise_pink (random, samples, n);
  for (gsize i = 0; i < n; i++)
    samples[i] = samples[i] * (1 + 0.15 * sin (2 * G_PI * 3 * i / RATE)) + 0.03 * sin (2 * G_PI * 117 * i / RATE);
}

void
noise_tone (GRand *random, float *samples, gsize n)
{
  for (gsize i = 0; i < n; i++)
    samples[i] = 0.3 * sin (2 * G_PI * 1000 * i / RATE);
}

void
noise_clicks (GRand *random, float *samples, gsize n)
{
  noise_white (random, samples, n);
  for (gsize i = 0; i < n; i++)
    samples[i] *= 0.001 + 4 * exp (-(double) (i % 8000) / 60);
}

/* Typing: a key every 80 to 160 ms, down or up, each a burst of noise that dies away. */
void
noise_keys (GRand *random, float *samples, gsize n)
{
  g_autofree float *bursts = g_new0 (float, n);
  gsize at = 0;

  while (at < n)
    {
      for (gsize i = at; i < MIN (at + 1000, n); i++)
        bursts[i] += exp (-(double) (i - at) / 60);
      at += g_rand_int_range (random, 1300, 2600);
    }
  noise_white (random, samples, n);
  for (gsize i = 0; i < n; i++)
    samples[i] *= 0.002 + bursts[i];
}

/* Four notes a second, each with four harmonics, dying away. */
void
noise_melody (GRand *random, float *samples, gsize n)
{
  double frequency = 0;

  for (gsize i = 0; i < n; i++)
    {
      double t = i % 4000 / RATE;

      if (i % 4000 == 0)
        frequency = 220 * pow (2, g_rand_int_range (random, 0, 12) / 12.0);
      samples[i] = 0;
      for (guint h = 1; h <= 4; h++)
        samples[i] += 0.1 / h * sin (2 * G_PI * frequency * h * t) * exp (-3 * t);
    }
}

void
noise_crowd (GRand *random, float *samples, gsize n)
{
  static const char *const voices[] = { "airport.wav", "coffee.wav", "list.wav",   "remind.wav",  "report.wav",
                                        "test.wav",    "thanks.wav", "window.wav", "weather.wav", "morning.wav" };

  noise_silence (random, samples, n);
  for (guint v = 0; v < G_N_ELEMENTS (voices); v++)
    {
      g_autoptr (GArray) voice = listen_to_clip (voices[v]);
      guint start = g_rand_int_range (random, 0, voice->len);

      for (gsize i = 0; i < n; i++)
        samples[i] += 0.3 * g_array_index (voice, float, (start + i) % voice->len);
    }
}
