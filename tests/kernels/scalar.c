/* scalar.c - see scalar.h
 *
 * Polynomials and Newton's steps are written out as tile.h has them, because their rounding is part of the definition; what they approximate is
 * tested apart from that.
 *
 * SPDX-License-Identifier: MIT
 */
#include "scalar.h"

#include <math.h>
#include <string.h>

static int32_t
bits_of (float x)
{
  int32_t bits;

  memcpy (&bits, &x, sizeof bits);
  return bits;
}

static float
float_of (int32_t bits)
{
  float x;

  memcpy (&x, &bits, sizeof x);
  return x;
}

float
scalar_bfp_scale (uint8_t exponent)
{
  return exponent < 7 ? 0 : ldexpf (1, exponent - 133);
}

float
scalar_bfp_value (const uint8_t *block, int r, int c)
{
  return (int8_t) block[9 * r + 1 + c] * scalar_bfp_scale (block[9 * r]);
}

float
scalar_bfp_mac (float acc, const uint8_t *a, int r, const uint8_t *b, int c)
{
  int sum = 0;

  for (int k = 1; k <= 8; k++)
    sum += (int8_t) a[9 * r + k] * (int8_t) b[9 * c + k];
  return acc + sum * (scalar_bfp_scale (a[9 * r]) * scalar_bfp_scale (b[9 * c]));
}

void
scalar_row_to_bfp (const float values[8], uint8_t *row)
{
  int exponent = 0;

  for (int c = 0; c < 8; c++)
    {
      int e = bits_of (values[c]) >> 23 & 0xff;

      exponent = e > exponent ? e : exponent;
    }
  memset (row, 0, 9);
  if (exponent < 7)
    return;
  row[0] = exponent;
  for (int c = 0; c < 8; c++)
    {
      double m = nearbyint (ldexp (values[c], 133 - exponent));

      row[1 + c] = (uint8_t) (int8_t) fmax (-128, fmin (127, m));
    }
}

void
scalar_block_to_bfp (const float values[64], uint8_t *block)
{
  for (int r = 0; r < 8; r++)
    scalar_row_to_bfp (values + 8 * r, block + 9 * r);
}

int64_t
scalar_shift (int64_t v, int n)
{
  const int64_t unit = (int64_t) 1 << n, rest = v & (unit - 1), whole = (v - rest) / unit;

  return whole + (2 * rest > unit || (2 * rest == unit && whole % 2 != 0));
}

float
scalar_bf16 (float x)
{
  uint32_t bits = (uint32_t) bits_of (x);

  return float_of ((int32_t) ((bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000));
}

/* The difference in 8 bits after the point, its power of two in 23, of which ten settle what the mantissa lacks */
float
scalar_exp_score (float score, float level)
{
  int64_t fixed = bits_of (score + (49152 - level)) - 0x47400000 + 64 * 256;
  int64_t t = (fixed < -32768 ? -32768 : fixed > 32767 ? 32767 : fixed) * 5909;
  int64_t f = scalar_shift (t, 13) & 1023;
  int64_t arc = scalar_shift (f * (f - 1024), 8), factor = scalar_shift (160 * f + 624 * 1024, 10);

  return float_of ((int32_t) (t + arc * factor + 115 * (1 << 23)));
}

float
scalar_exp2 (float x)
{
  double fixed = nearbyint (fmax (-200, fmin (200, x)) * 32768);
  int64_t n, f, y;

  if (fixed < -126 * 32768)
    return 0;
  fixed = fmin (fixed, 127 * 32768 - 1);
  n = (int64_t) floor (fixed / 32768);
  f = (int64_t) fixed - n * 32768;
  y = 1737 + scalar_shift (428 * f, 15);
  y = 7892 + scalar_shift (y * f, 15);
  y = 22711 + scalar_shift (y * f, 15);
  y = scalar_shift ((y < 32767 ? y : 32767) * f, 7);
  return (float) ldexp (1 + y / 8388608.0, (int) n);
}

float
scalar_reciprocal (float x)
{
  float y = float_of (0x7ef311c7 - bits_of (x));

  for (int i = 0; i < 3; i++)
    y = y * (2 - x * y);
  return y;
}

float
scalar_rsqrt (float x)
{
  float y = float_of (0x5f375a86 - (bits_of (x) >> 1));

  for (int i = 0; i < 3; i++)
    y = y * (1.5f - x * 0.5f * y * y);
  return y;
}

float
scalar_log2 (float x)
{
  int exponent;
  float m = frexpf (x, &exponent), z, y;

  if (m < 0.707106769f)
    {
      m = 2 * m;
      exponent--;
    }
  m = m - 1;
  z = m * m;
  y = 7.0376836292e-2f;
  y = y * m + -1.1514610310e-1f;
  y = y * m + 1.1676998740e-1f;
  y = y * m + -1.2420140846e-1f;
  y = y * m + 1.4249322787e-1f;
  y = y * m + -1.6668057665e-1f;
  y = y * m + 2.0000714765e-1f;
  y = y * m + -2.4999993993e-1f;
  y = y * m + 3.3333331174e-1f;
  y = y * m * z + (z * -0.5f + m);
  return y * 1.44269504f + exponent;
}

float
scalar_gelu (float x)
{
  static const int64_t bump[] = { 0, -5615, 7185, 396, -10214, 7990, 1134, -2771, 407 };
  int64_t u = (int64_t) nearbyint (fmin (fabs (x) * 16384, 65535)) - 32768;
  int64_t y = bump[8];

  for (int i = 7; i > 0; i--)
    y = bump[i] + scalar_shift (y * u, 15);
  y = 47616 + scalar_shift (y * u, 10);
  return (x > 0 ? x : 0) - (float) (y * 0x1p-20);
}
