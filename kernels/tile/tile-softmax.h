/* tile-softmax.h - vectors that attention needs: 16-bit lanes, and e^(x / 8) of scores with about 12 bits
 *
 * What a softmax costs is its exponentials. An fp32 product takes nine of bf16 on this machine, a 16-bit integer product one, for 64 lanes; so
 * scores become fixed point as soon as the row's maximum is off, and a float is put together from integers in the end.
 *
 *   TileShort   64 lanes of int16, two 512-bit registers
 *   TileBf16    64 lanes of bf16, two registers: for maxima, where a comparison of bf16 takes one operation and one of fp32 four
 *
 * Both lie in 32-bit lanes on the host. Costs as in tile.h: slots of (vector, move) for 64 lanes.
 *
 *   acc_to_bf16         0, 2                                      short_from_acc32      0, 2   shift, round, saturate (VSRS)
 *   bf16_to_acc         1, 0   times one                          short_and, short_or   2, 0
 *   max_bf16            2, 0                                      short_product, _mac   1, 0   (VMAC, 64 lanes of 16 x 16 bits in 32)
 *   row_max_bf16        6, 6   three shuffles and comparisons     add_acc32             1, 0
 *   keep_between        12, 24 two differences of 32-bit lanes, select, and the accumulator in and out of vector registers
 *   any_less            5, 4   and what a branch takes
 *
 * Products and shifts are exact or rounded to nearest even. Constants that find no register come from memory: the load units have nothing else to do.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/tile.h"

#if TILE_DEVICE
#include "tile/tile-aie2p-softmax.h"
#else

typedef struct
{
  TileIntRow row[8];
} TileShort;

typedef struct
{
  TileRow row[8];
} TileBf16;

/* n operations of the scalar unit, in loops that have no vectors */
TILE_INLINE void
tile_scalar (TileClock *clock, uint32_t n)
{
  tile_clock_count (clock, 0, 0, 0, 0, n);
}

/* An accumulator's bits as integers, and back: nothing moves. */
TILE_INLINE TileAcc32
tile_acc_bits (TileAcc x)
{
  TileAcc32 y;

  TILE_ROWS (r)
    y.row[r] = tile_row_bits (x.row[r]);
  return y;
}

TILE_INLINE TileAcc
tile_acc_from_bits (TileAcc32 x)
{
  TileAcc y;

  TILE_ROWS (r)
    y.row[r] = (TileRow) x.row[r];
  return y;
}

TILE_INLINE TileAcc32
tile_add_acc32_scalar (TileClock *clock, TileAcc32 x, int32_t y)
{
  tile_clock_count (clock, 1, 0, 0, 0, 0);
  TILE_ROWS (r)
    x.row[r] += y;
  return x;
}

/* lane / 2^shift rounded to nearest even and held in int16 */
TILE_INLINE TileShort
tile_short_from_acc32 (TileClock *clock, TileAcc32 x, int shift)
{
  TileShort y;

  tile_clock_count (clock, 0, 2, 0, 0, 0);
  TILE_ROWS (r)
    {
      TileIntRow rounded = shift > 0 ? tile_int_row_shift (x.row[r], shift) : x.row[r];

      rounded = tile_int_row_max (rounded, tile_int_row_splat (INT16_MIN));
      y.row[r] = tile_int_row_select (rounded < INT16_MAX, rounded, tile_int_row_splat (INT16_MAX));
    }
  return y;
}

TILE_INLINE TileShort
tile_short_and (TileClock *clock, TileShort x, int16_t mask)
{
  tile_clock_count (clock, 2, 0, 0, 0, 0);
  TILE_ROWS (r)
    x.row[r] &= mask;
  return x;
}

TILE_INLINE TileShort
tile_short_or (TileClock *clock, TileShort x, int16_t mask)
{
  tile_clock_count (clock, 2, 0, 0, 0, 0);
  TILE_ROWS (r)
    x.row[r] |= mask;
  return x;
}

TILE_INLINE TileAcc32
tile_short_product (TileClock *clock, TileShort a, TileShort b)
{
  TileAcc32 x;

  tile_clock_count (clock, 1, 0, 0, 0, 0);
  TILE_ROWS (r)
    x.row[r] = a.row[r] * b.row[r];
  return x;
}

/* a b + c, b and c constants */
TILE_INLINE TileAcc32
tile_short_mac_scalar (TileClock *clock, TileShort a, int16_t b, int32_t c)
{
  TileAcc32 x;

  tile_clock_count (clock, 1, 0, 0, 0, 0);
  TILE_ROWS (r)
    x.row[r] = a.row[r] * (int32_t) b + c;
  return x;
}

/* a b + c + d, d a constant */
TILE_INLINE TileAcc32
tile_short_mac_add (TileClock *clock, TileShort a, TileShort b, TileAcc32 c, int32_t d)
{
  tile_clock_count (clock, 1, 0, 0, 0, 0);
  TILE_ROWS (r)
    c.row[r] += a.row[r] * b.row[r] + d;
  return c;
}

/* Rounded to nearest even; finite */
TILE_INLINE TileBf16
tile_acc_to_bf16 (TileClock *clock, TileAcc x)
{
  TileBf16 y;

  tile_clock_count (clock, 0, 2, 0, 0, 0);
  TILE_ROWS (r)
    {
      TileIntRow bits = tile_row_bits (x.row[r]);

      y.row[r] = (TileRow) ((bits + 0x7fff + ((bits >> 16) & 1)) & ~0xffff);
    }
  return y;
}

TILE_INLINE TileAcc
tile_bf16_to_acc (TileClock *clock, TileBf16 x)
{
  TileAcc y;

  tile_clock_count (clock, 1, 0, 0, 0, 0);
  TILE_ROWS (r)
    y.row[r] = x.row[r];
  return y;
}

TILE_INLINE TileBf16
tile_max_bf16 (TileClock *clock, TileBf16 a, TileBf16 b)
{
  tile_clock_count (clock, 2, 0, 0, 0, 0);
  TILE_ROWS (r)
    a.row[r] = tile_row_max_of (a.row[r], b.row[r]);
  return a;
}

/* Every lane of a row: the largest of the row */
TILE_INLINE TileBf16
tile_row_max_bf16 (TileClock *clock, TileBf16 a)
{
  tile_clock_count (clock, 6, 6, 0, 0, 0);
  tile_clock_depth (clock, 3 * (TILE_LATENCY_MOVE + TILE_LATENCY_VECTOR));
  TILE_ROWS (r)
    a.row[r] = tile_row_largest (a.row[r]);
  return a;
}

/* Lane c of row r stands for number first + c: those outside of begin[r] .. end[r] - 1 become fill. */
TILE_INLINE TileAcc
tile_keep_between (TileClock *clock, TileAcc x, const int32_t *begin, const int32_t *end, int32_t first, float fill)
{
  const TileIntRow column = { 0, 1, 2, 3, 4, 5, 6, 7 };

  tile_clock_count (clock, 12, 24, 16, 0, 0);
  tile_clock_depth (clock, 3 * TILE_LATENCY_VECTOR + 3 * TILE_LATENCY_MOVE);
  TILE_ROWS (r)
    {
      TileIntRow inside = (column + first >= begin[r]) & (column + first < end[r]);

      x.row[r] = tile_row_select (inside, x.row[r], tile_row_splat (fill));
    }
  return x;
}

/* Whether a < b in any lane */
TILE_INLINE bool
tile_any_less (TileClock *clock, TileAcc a, TileAcc b)
{
  TileIntRow less = { 0 };
  int32_t any = 0;

  tile_clock_count (clock, 5, 4, 0, 0, 12);
  TILE_ROWS (r)
    less |= a.row[r] < b.row[r];
  TILE_ROWS (r)
    any |= less[r];
  return any != 0;
}

#endif

/* e^(x / 8) of scores above a row's level: how scores become fixed point */
#define TILE_SCORE_MAGIC    0x1.8p15f  /* what is added to x - level: 8 bits after the point are left */
#define TILE_SCORE_BITS     0x47400000 /* of that */
#define TILE_SCORE_CENTRE   64         /* x - level is held in centre - 128 .. centre + 128 */
#define TILE_SCORE_EXPONENT 115  /* of a weight of 1 when x = level - centre: 12 less than a float's, so that none is large */
#define TILE_SCORE_SLOPE    5909 /* log2 (e) / 8 2^15 */
#define TILE_SCORE_A        (624 << 10) /* a and b below, 11 bits after the point: the best such for the relative error of 2^f, 1.1e-4 */
#define TILE_SCORE_B        160

/* 2^-12 e^((x - level + 64) / 8), with x - level held in [-192, 64): a relative error below 2^-11 (2^-12.5 in the mean), half of it from
 * rounding x. offset: magic - level.
 *
 * Of t = x log2 (e) / 8, in 23 bits after the point, the bits are those of a float 2^floor (t) (1 + f) already; what is missing is
 * 2^f - 1 - f = f (f - 1) (a + b f), of which ten bits of f suffice. |x|, |level| < 2^14. */
TILE_INLINE TileAcc
tile_exp_score (TileClock *clock, TileAcc x, TileAcc offset)
{
  TileAcc32 bits = tile_acc_bits (tile_add (clock, x, offset));
  TileShort fixed = tile_short_from_acc32 (clock, tile_add_acc32_scalar (clock, bits, TILE_SCORE_CENTRE * 256 - TILE_SCORE_BITS),
                                           0);
  TileAcc32 t = tile_short_mac_scalar (clock, fixed, TILE_SCORE_SLOPE, 0);
  TileShort rounded = tile_short_from_acc32 (clock, t, 13);
  TileShort f = tile_short_and (clock, rounded, 1023);
  TileShort f_less_1 = tile_short_or (clock, rounded, -1024);
  TileShort arc = tile_short_from_acc32 (clock, tile_short_product (clock, f, f_less_1), 8);
  TileShort factor = tile_short_from_acc32 (clock, tile_short_mac_scalar (clock, f, TILE_SCORE_B, TILE_SCORE_A), 10);

  tile_clock_depth (clock, 6 * TILE_LATENCY_VECTOR + 4 * TILE_LATENCY_MOVE);
  return tile_acc_from_bits (tile_short_mac_add (clock, arc, factor, t, TILE_SCORE_EXPONENT << 23));
}
