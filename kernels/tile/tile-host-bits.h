/* tile-host-bits.h - what looks at the bits of floats: 2^x, GELU, and the first guesses that tile-math.h improves
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/tile-host.h"

/* v / 2^shift rounded to nearest even, as the unit that takes integers out of accumulators does */
TILE_INLINE TileIntRow
tile_int_row_shift (TileIntRow v, int shift)
{
  return (v + ((1 << (shift - 1)) - 1) + ((v >> shift) & 1)) >> shift;
}

/* 2^x with a relative error below 2^-14.8; 0 below -126, at most 2^127 (1 - 2^-14).
 *
 * The sum with 1.5 * 2^8 holds x to 15 bits after the point: n = floor (x) above them, f below. 2^f - 1 is a polynomial of 16-bit integers, which
 * the device multiplies in one go where an fp32 product takes nine; what comes out is the mantissa, n goes to the exponent. */
TILE_INLINE TileAcc
tile_exp2 (TileClock *clock, TileAcc x)
{
  const int32_t magic = 0x43c00000; /* the bits of 1.5 * 2^8 */
  const int32_t least = magic - 126 * 32768, most = magic + 127 * 32768 - 1;

  tile_clock_count (clock, 31, 30, 0, 0, 0);
  tile_clock_depth (clock, 5 * TILE_LATENCY_VECTOR + 8 * TILE_LATENCY_MOVE);
  TILE_ROWS (r)
    {
      TileIntRow bits = tile_row_bits (x.row[r] + 0x1.8p8f);
      TileIntRow is_tiny = bits < least;
      TileIntRow fixed, f, y;

      bits = tile_int_row_select (is_tiny, tile_int_row_splat (least), bits);
      fixed = tile_int_row_select (bits < most, bits, tile_int_row_splat (most)) - magic;
      f = fixed & 0x7fff;
      y = 1737 + tile_int_row_shift (428 * f, 15);
      y = 7892 + tile_int_row_shift (y * f, 15);
      y = 22711 + tile_int_row_shift (y * f, 15);
      y = tile_int_row_select (y < 32767, y, tile_int_row_splat (32767)) * f;
      y = tile_int_row_shift (y, 7) + ((fixed - f) << 8) + (127 << 23);
      x.row[r] = (TileRow) (y & ~is_tiny);
    }
  return x;
}

/* x = 2^exponent times what is returned, in [sqrt 1/2, sqrt 2); x positive and normal */
TILE_INLINE TileAcc
tile_split_exponent (TileClock *clock, TileAcc x, TileAcc *exponent)
{
  const int32_t offset = 0x3f3504f3; /* the bits of sqrt 1/2 */

  tile_clock_count (clock, 17, 24, 0, 0, 0);
  TILE_ROWS (r)
    {
      TileIntRow bits = tile_row_bits (x.row[r]) - offset;

      exponent->row[r] = __builtin_convertvector(bits >> 23, TileRow);
      x.row[r] = (TileRow) ((bits & 0x7fffff) + offset);
    }
  return x;
}

/* 1 / x within 12.5 %; x normal, |x| below 2^125 */
TILE_INLINE TileAcc
tile_guess_reciprocal (TileClock *clock, TileAcc x)
{
  tile_clock_count (clock, 4, 8, 0, 0, 0);
  TILE_ROWS (r)
    x.row[r] = (TileRow) (0x7ef311c7 - tile_row_bits (x.row[r]));
  return x;
}

/* 1 / sqrt (x) within 3.5 %; x positive and normal */
TILE_INLINE TileAcc
tile_guess_rsqrt (TileClock *clock, TileAcc x)
{
  tile_clock_count (clock, 4, 16, 0, 0, 0);
  TILE_ROWS (r)
    x.row[r] = (TileRow) (0x5f375a86 - (tile_row_bits (x.row[r]) >> 1));
  return x;
}

/* Lanes held in [-limit, limit], limit positive: on the bits, in two integer comparisons */
TILE_INLINE TileAcc
tile_clamp (TileClock *clock, TileAcc x, float limit)
{
  tile_clock_count (clock, 8, 8, 0, 0, 0);
  TILE_ROWS (r)
    x.row[r] = tile_row_max_of (tile_row_min_of (x.row[r], tile_row_splat (limit)), tile_row_splat (-limit));
  return x;
}

/* max (x, 0) and |x|, which share the way to integers and back */
TILE_INLINE TileAcc
tile_rectify (TileClock *clock, TileAcc x, TileAcc *magnitude)
{
  tile_clock_count (clock, 8, 12, 0, 0, 0);
  TILE_ROWS (r)
    {
      magnitude->row[r] = (TileRow) (tile_row_bits (x.row[r]) & INT32_MAX);
      x.row[r] = tile_row_max_of (x.row[r], tile_row_splat (0));
    }
  return x;
}

/* x (1 + erf (x / sqrt 2)) / 2, absolute error below 2.1e-4; 0 at 0.
 *
 * It is max (x, 0) less u erfc (u / sqrt 2) / 2 of u = |x|, a bump that is 0 at 0 and nearly from 4 on: a polynomial of degree 8 in u - 2, held below 4,
 * in 16-bit integers, fitted to the least largest error. One in floats with an error of 1e-5 would cost three times as much, and make the
 * encoder's output no more than a quarter more exact. */
TILE_INLINE TileAcc
tile_gelu (TileClock *clock, TileAcc x)
{
  static const int16_t bump[] = { -5615, 7185, 396, -10214, 7990, 1134, -2771, 407 }; /* / 2^15, of powers 1..8 of |x| / 2 - 1 */
  const int32_t magic = 0x44400000;                                                   /* the bits of 1.5 * 2^9 */

  tile_clock_count (clock, 51, 42, 0, 0, 0);
  tile_clock_depth (clock, 12 * TILE_LATENCY_VECTOR + 20 * TILE_LATENCY_MOVE);
  TILE_ROWS (r)
    {
      TileRow magnitude = tile_row_min_of ((TileRow) (tile_row_bits (x.row[r]) & INT32_MAX), tile_row_splat (4 - 0x1p-14f));
      TileIntRow u = tile_row_bits (magnitude + 0x1.8p9f) - magic - 32768;
      TileIntRow y = tile_int_row_splat (bump[7]);

      TILE_TIMES (i, 7)
        y = bump[6 - i] + tile_int_row_shift (y * u, 15);
      /* 47616 / 2^20 is the constant; the sum with 1.5 * 2^3 holds whole numbers of 2^-20 in its low bits */
      y = 47616 + tile_int_row_shift (y * u, 10) + tile_row_bits (tile_row_splat (0x1.8p3f));
      x.row[r] = tile_row_max_of (x.row[r], tile_row_splat (0)) - ((TileRow) y - 0x1.8p3f);
    }
  return x;
}
