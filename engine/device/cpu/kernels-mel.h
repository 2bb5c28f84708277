/* kernels-mel.h - the inner loops from samples to mel, part of kernels-loops.h
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "device/cpu/vec.h"

#include <math.h>

static void
power (const float *spectrum, gsize n, float *out)
{
  gsize i = 0;

  for (; i + VEC <= n; i += VEC)
    {
      vf re = vec_load (spectrum + i), im = vec_load (spectrum + n + i);

      vec_store (out + i, re * re + im * im);
    }
  for (; i < n; i++)
    out[i] = spectrum[i] * spectrum[i] + spectrum[n + i] * spectrum[n + i];
}

/* n: a multiple of 16, as 80 and 128 mel bins are */
static float
log10_floor (float *x, gsize n)
{
  vf max = vec_set (-INFINITY);

  for (gsize i = 0; i < n; i += VEC)
    {
      vf y = vec_log10 (vec_max (vec_load (x + i), vec_set (1e-10f)));

      max = vec_max (max, y);
      vec_store (x + i, y);
    }
  return vec_largest (max);
}

/* n: a multiple of 16 */
static void
mel_scale (float *x, gsize n, float floor)
{
  for (gsize i = 0; i < n; i += VEC)
    vec_store (x + i, (vec_max (vec_load (x + i), vec_set (floor)) + 4) * 0.25f);
}

/* Without its sign, as an integer: in the numbers' order; what is no number counts as silence. A compiler makes vectors of this and of what follows,
 * which it does not of isfinite() and rintf(). */
static inline gint32
magnitude_bits (float x)
{
  const gint32 infinity = 0x7f800000;
  gint32 bits;

  memcpy (&bits, &x, sizeof bits);
  bits &= 0x7fffffff;
  return bits < infinity ? bits : 0;
}

static float
loudest (const float *samples, gsize n)
{
  gint32 most = 0;
  float sample;

  for (gsize i = 0; i < n; i++)
    most = MAX (most, magnitude_bits (samples[i]));
  memcpy (&sample, &most, sizeof sample);
  return sample;
}

/* To nearest even, of less than 2^22 either way */
static inline gint32
round_to_integer (float x)
{
  const float ones_are_last = 0x1.8p23f;
  gint32 bits, offset;

  x += ones_are_last;
  memcpy (&bits, &x, sizeof bits);
  memcpy (&offset, &ones_are_last, sizeof offset);
  return bits - offset;
}

static void
to_i16 (const float *samples, gsize n, float factor, gint16 *out)
{
  for (gsize i = 0; i < n; i++)
    {
      float sample = magnitude_bits (samples[i]) != 0 ? samples[i] * factor : 0;

      sample = sample < G_MAXINT16 ? sample : G_MAXINT16;
      sample = sample > G_MININT16 ? sample : G_MININT16;
      out[i] = (gint16) round_to_integer (sample);
    }
}
