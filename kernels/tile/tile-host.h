/* tile-host.h - tile.h on the processor: a row of a block is a vector of eight floats
 *
 * Every instruction set uses the same width, so that the order of every sum is the same. Loops over rows are unrolled by the compiler.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/clock.h"

#if defined __AVX2__
#include <immintrin.h>
#endif

typedef float TileRow __attribute__ ((vector_size (32)));
typedef int32_t TileIntRow __attribute__ ((vector_size (32)));
typedef int8_t TileByteRow __attribute__ ((vector_size (8)));
typedef TileRow TileRowInMemory __attribute__ ((aligned (4), may_alias));

typedef struct
{
  TileRow row[8];
} TileAcc;

#define TILE_ROUND_MAGIC      0x1.8p23f /* adding it rounds to the nearest integer, to even, and leaves that in the low bits */
#define TILE_ROUND_MAGIC_BITS 0x4b400000

/* loops that the compiler unrolls */
#define TILE_TIMES(i, n) _Pragma ("GCC unroll 8") for (int i = 0; i < (n); i++)
#define TILE_ROWS(r)     TILE_TIMES (r, 8)

/* ---------------------------------------------------------------- rows: what the functions below are made of */

TILE_INLINE TileRow
tile_row_load (const float *p)
{
  return *(const TileRowInMemory *) p;
}

TILE_INLINE void
tile_row_store (float *p, TileRow x)
{
  *(TileRowInMemory *) p = x;
}

TILE_INLINE TileRow
tile_row_splat (float x)
{
  return (TileRow){ x, x, x, x, x, x, x, x };
}

TILE_INLINE TileIntRow
tile_int_row_splat (int32_t x)
{
  return (TileIntRow){ x, x, x, x, x, x, x, x };
}

TILE_INLINE TileIntRow
tile_row_bits (TileRow x)
{
  return (TileIntRow) x;
}

/* Where the mask's bits are set a, else b. */
TILE_INLINE TileRow
tile_row_select (TileIntRow mask, TileRow a, TileRow b)
{
#if defined __AVX2__
  return (TileRow) _mm256_blendv_ps ((__m256) b, (__m256) a, (__m256) mask);
#else
  return (TileRow) ((mask & (TileIntRow) a) | (~mask & (TileIntRow) b));
#endif
}

TILE_INLINE TileIntRow
tile_int_row_select (TileIntRow mask, TileIntRow a, TileIntRow b)
{
  return tile_row_bits (tile_row_select (mask, (TileRow) a, (TileRow) b));
}

TILE_INLINE TileIntRow
tile_int_row_max (TileIntRow a, TileIntRow b)
{
  return tile_int_row_select (a > b, a, b);
}

TILE_INLINE TileRow
tile_row_max_of (TileRow a, TileRow b)
{
#if defined __AVX2__
  return (TileRow) _mm256_max_ps ((__m256) a, (__m256) b);
#else
  return tile_row_select (a > b, a, b);
#endif
}

TILE_INLINE TileRow
tile_row_min_of (TileRow a, TileRow b)
{
#if defined __AVX2__
  return (TileRow) _mm256_min_ps ((__m256) a, (__m256) b);
#else
  return tile_row_select (a < b, a, b);
#endif
}

/* Lanes exchanged with those 4, 2 or 1 away. */
#define TILE_FAR(x)  __builtin_shufflevector (x, x, 4, 5, 6, 7, 0, 1, 2, 3)
#define TILE_NEAR(x) __builtin_shufflevector (x, x, 2, 3, 0, 1, 6, 7, 4, 5)
#define TILE_NEXT(x) __builtin_shufflevector (x, x, 1, 0, 3, 2, 5, 4, 7, 6)

TILE_INLINE TileRow
tile_row_largest (TileRow x)
{
  x = tile_row_max_of (x, TILE_FAR (x));
  x = tile_row_max_of (x, TILE_NEAR (x));
  return tile_row_max_of (x, TILE_NEXT (x));
}

TILE_INLINE TileRow
tile_row_total (TileRow x)
{
  x = x + TILE_FAR (x);
  x = x + TILE_NEAR (x);
  return x + TILE_NEXT (x);
}

#if defined __AVX2__

/* Sums of products of 16-bit pairs: a's pairs, in memory, each broadcast to all lanes, times pairs[i], whose lanes are eight columns. Broadcasting
 * from memory costs a load and no shuffle. */
TILE_INLINE TileIntRow
tile_row_pairs (const void *a, const __m256i *pairs, const int n)
{
  __m256i sum[4];

  TILE_TIMES (i, n)
    {
      int32_t pair;

      __builtin_memcpy (&pair, (const char *) a + 4 * i, sizeof pair);
      sum[i] = _mm256_madd_epi16 (_mm256_set1_epi32 (pair), pairs[i]);
    }
  return n == 4 ? (TileIntRow) _mm256_add_epi32 (_mm256_add_epi32 (sum[0], sum[1]), _mm256_add_epi32 (sum[2], sum[3]))
                : (TileIntRow) _mm256_add_epi32 (sum[0], sum[1]);
}

#endif

/* ---------------------------------------------------------------- memory */

TILE_INLINE TileAcc
tile_load_acc (TileClock *clock, const float *p)
{
  TileAcc x;

  tile_clock_count (clock, 0, 0, 32, 0, 0);
  TILE_ROWS (r)
    x.row[r] = tile_row_load (p + 8 * r);
  return x;
}

TILE_INLINE void
tile_store_acc (TileClock *clock, float *p, TileAcc x)
{
  tile_clock_count (clock, 0, 0, 0, 32, 0);
  TILE_ROWS (r)
    tile_row_store (p + 8 * r, x.row[r]);
}

/* The rows of an 8x8 block that are row_stride floats apart in memory: as many loads or stores, for each holds one row */
TILE_INLINE TileAcc
tile_load_rows (TileClock *clock, const float *p, size_t row_stride)
{
  TileAcc x;

  tile_clock_count (clock, 0, 8, 64, 0, 0);
  TILE_ROWS (r)
    x.row[r] = tile_row_load (p + row_stride * r);
  return x;
}

TILE_INLINE void
tile_store_rows (TileClock *clock, float *p, size_t row_stride, TileAcc x)
{
  tile_clock_count (clock, 0, 8, 0, 64, 0);
  TILE_ROWS (r)
    tile_row_store (p + row_stride * r, x.row[r]);
}

TILE_INLINE TileAcc
tile_zero_acc (TileClock *clock)
{
  tile_clock_count (clock, 0, 1, 0, 0, 0);
  return (TileAcc){ 0 };
}

TILE_INLINE TileAcc
tile_splat (TileClock *clock, float value)
{
  TileAcc x;

  tile_clock_count (clock, 0, 5, 0, 0, 0);
  TILE_ROWS (r)
    x.row[r] = tile_row_splat (value);
  return x;
}

/* lane[r][c] = p[c] */
TILE_INLINE TileAcc
tile_row_broadcast (TileClock *clock, const float *p)
{
  TileAcc x;

  tile_clock_count (clock, 0, 5, 8, 0, 0);
  TILE_ROWS (r)
    x.row[r] = tile_row_load (p);
  return x;
}

/* lane[r][c] = p[r] */
TILE_INLINE TileAcc
tile_col_broadcast (TileClock *clock, const float *p)
{
  TileAcc x;

  tile_clock_count (clock, 0, 11, 8, 0, 0);
  TILE_ROWS (r)
    x.row[r] = tile_row_splat (p[r]);
  return x;
}

/* p[r] = lane[r][0]: what col_broadcast reads */
TILE_INLINE void
tile_store_col (TileClock *clock, float *p, TileAcc x)
{
  tile_clock_count (clock, 0, 8, 0, 8, 0);
  TILE_ROWS (r)
    p[r] = x.row[r][0];
}

/* ---------------------------------------------------------------- arithmetic */

TILE_INLINE TileAcc
tile_add (TileClock *clock, TileAcc a, TileAcc b)
{
  tile_clock_count (clock, 1, 0, 0, 0, 0);
  TILE_ROWS (r)
    a.row[r] += b.row[r];
  return a;
}

TILE_INLINE TileAcc
tile_sub (TileClock *clock, TileAcc a, TileAcc b)
{
  tile_clock_count (clock, 1, 0, 0, 0, 0);
  TILE_ROWS (r)
    a.row[r] -= b.row[r];
  return a;
}

TILE_INLINE TileAcc
tile_mul (TileClock *clock, TileAcc a, TileAcc b)
{
  tile_clock_count (clock, 10, 12, 0, 0, 0);
  TILE_ROWS (r)
    a.row[r] *= b.row[r];
  return a;
}

/* a b + c */
TILE_INLINE TileAcc
tile_fma (TileClock *clock, TileAcc a, TileAcc b, TileAcc c)
{
  tile_clock_count (clock, 10, 12, 0, 0, 0);
  TILE_ROWS (r)
    a.row[r] = a.row[r] * b.row[r] + c.row[r];
  return a;
}

TILE_INLINE TileAcc
tile_mul_scalar (TileClock *clock, TileAcc a, float b)
{
  tile_clock_count (clock, 8, 6, 0, 0, 0);
  TILE_ROWS (r)
    a.row[r] *= b;
  return a;
}

TILE_INLINE TileAcc
tile_add_scalar (TileClock *clock, TileAcc a, float b)
{
  tile_clock_count (clock, 1, 0, 0, 0, 0);
  TILE_ROWS (r)
    a.row[r] += b;
  return a;
}

/* a b + c, both operands of the product given in registers but b a constant: split in bf16 once, before the loop */
TILE_INLINE TileAcc
tile_fma_scalar (TileClock *clock, TileAcc a, float b, TileAcc c)
{
  tile_clock_count (clock, 8, 6, 0, 0, 0);
  TILE_ROWS (r)
    a.row[r] = a.row[r] * b + c.row[r];
  return a;
}

/* y x + c of tile_polynomial() */
TILE_INLINE TileAcc
tile_polynomial_step (TileClock *clock, TileAcc y, TileAcc x, float c)
{
  tile_clock_count (clock, 10, 10, 0, 0, 0);
  TILE_ROWS (r)
    y.row[r] = y.row[r] * x.row[r] + c;
  return y;
}

TILE_INLINE TileAcc
tile_max (TileClock *clock, TileAcc a, TileAcc b)
{
  tile_clock_count (clock, 9, 16, 0, 0, 0);
  TILE_ROWS (r)
    a.row[r] = tile_row_max_of (a.row[r], b.row[r]);
  return a;
}

/* a < b ? x : y */
TILE_INLINE TileAcc
tile_select_less (TileClock *clock, TileAcc a, TileAcc b, TileAcc x, TileAcc y)
{
  tile_clock_count (clock, 9, 20, 0, 0, 0);
  TILE_ROWS (r)
    x.row[r] = tile_row_select (a.row[r] < b.row[r], x.row[r], y.row[r]);
  return x;
}

/* Columns outside [first, end) become fill. */
TILE_INLINE TileAcc
tile_mask_cols (TileClock *clock, TileAcc a, int first, int end, float fill)
{
  const TileIntRow column = { 0, 1, 2, 3, 4, 5, 6, 7 };
  TileIntRow inside = (column >= first) & (column < end);

  tile_clock_count (clock, 4, 8, 0, 0, 0);
  TILE_ROWS (r)
    a.row[r] = tile_row_select (inside, a.row[r], tile_row_splat (fill));
  return a;
}

/* Rows outside [first, end) become fill. */
TILE_INLINE TileAcc
tile_mask_rows (TileClock *clock, TileAcc a, int first, int end, float fill)
{
  tile_clock_count (clock, 4, 8, 0, 0, 0);
  TILE_ROWS (r)
    a.row[r] = r >= first && r < end ? a.row[r] : tile_row_splat (fill);
  return a;
}

/* Every lane of a row: the largest of the row */
TILE_INLINE TileAcc
tile_row_max (TileClock *clock, TileAcc a)
{
  tile_clock_count (clock, 28, 20, 0, 0, 0);
  tile_clock_depth (clock, 3 * (TILE_LATENCY_MOVE + TILE_LATENCY_VECTOR));
  TILE_ROWS (r)
    a.row[r] = tile_row_largest (a.row[r]);
  return a;
}

/* Every lane of a row: the sum of the row */
TILE_INLINE TileAcc
tile_row_sum (TileClock *clock, TileAcc a)
{
  tile_clock_count (clock, 3, 36, 0, 0, 0);
  tile_clock_depth (clock, 3 * (3 * TILE_LATENCY_MOVE + TILE_LATENCY_VECTOR));
  TILE_ROWS (r)
    a.row[r] = tile_row_total (a.row[r]);
  return a;
}

/* Rows i and i + 4 interleaved, three times over, are the columns. */
TILE_INLINE TileAcc
tile_transpose (TileClock *clock, TileAcc a)
{
  tile_clock_count (clock, 0, 20, 0, 0, 0);
  tile_clock_depth (clock, 5 * TILE_LATENCY_MOVE);
  TILE_TIMES (step, 3)
    {
      TileAcc x = a;

      TILE_TIMES (i, 4)
        {
          a.row[2 * i] = __builtin_shufflevector (x.row[i], x.row[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);
          a.row[2 * i + 1] = __builtin_shufflevector (x.row[i], x.row[i + 4], 4, 12, 5, 13, 6, 14, 7, 15);
        }
    }
  return a;
}
