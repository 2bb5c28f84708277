/* tile-aie2p.h - tile.h on the device: AIE2P's own vectors, by the names that llvm-aie's headers give them
 *
 * Those headers are C++, so kernels are compiled for the device as C++ (clang++ -x c++ -std=c++20 --target=aie2p-none-unknown-elf), which their
 * C allows. Before the first kernel runs, the core's rounding mode must be conv_even (conversions follow it, and it starts as floor) and saturation
 * must be on.
 *
 * A block of 64 lanes is four registers of 16, two rows each. Comparisons of floats look at their difference as integers; a row is reduced by
 * transposing the block and adding registers, which gives the same tree as on the host. Blocks of bfp16 come and go through the load and store
 * FIFOs, which is what reads 72 bytes at any address. Everything else is loaded from multiples of its size: rows of eight floats of 32 bytes, the
 * rest of 64.
 *
 * Never compiled for the device or run on it, for want of the compiler and of the hardware. What is called here stands, with its source, in
 * aie2p-declarations.h, through which this file is compiled and run on the host in every test.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/clock.h"

typedef v64accfloat TileAcc;
typedef v64bfp16ebs8 TileBfp;
typedef v8float TileFloatRow __attribute__ ((aligned (32))); /* in memory; v8float itself is taken to lie at multiples of 64 */

enum
{
  TILE_BFP_BYTES = 72
};

#define TILE_TIMES(i, n) _Pragma ("clang loop unroll(full)") for (int i = 0; i < (n); i++)
#define TILE_ROWS(r)     TILE_TIMES (r, 8)

typedef struct
{
  v16int32 part[4]; /* rows 2 i and 2 i + 1 */
} TileLanes;

TILE_INLINE TileLanes
tile_lanes (TileAcc x)
{
  TileLanes lanes;

  TILE_TIMES (i, 4)
    lanes.part[i] = (v16int32) extract_v16accfloat (x, i);
  return lanes;
}

TILE_INLINE TileAcc
tile_from_lanes (TileLanes lanes)
{
  TileAcc x = undef_v64accfloat ();

  TILE_TIMES (i, 4)
    x = insert (x, i, (v16accfloat) lanes.part[i]);
  return x;
}

/* ---------------------------------------------------------------- memory */

TILE_INLINE TileAcc
tile_load_acc (TileClock *clock, const float *p)
{
  return *(const v64accfloat *) p;
}

TILE_INLINE void
tile_store_acc (TileClock *clock, float *p, TileAcc x)
{
  *(v64accfloat *) p = x;
}

TILE_INLINE TileBfp
tile_load_bfp (TileClock *clock, const uint8_t *p)
{
  v64bfp16ebs8_unaligned *block = (v64bfp16ebs8_unaligned *) p;
  fifo_state_t state;

  fifo_ld_reset (block, state);
  fifo_ld_fill (block, state);
  return fifo_ld_pop (block, state);
}

TILE_INLINE void
tile_store_bfp (TileClock *clock, uint8_t *p, TileBfp x)
{
  v64bfp16ebs8_unaligned *block = (v64bfp16ebs8_unaligned *) p;
  fifo_state_t state;

  fifo_st_reset (block, x, state);
  fifo_st_flush (block, state);
}

TILE_INLINE TileAcc
tile_load_rows (TileClock *clock, const float *p, size_t row_stride)
{
  TileLanes lanes;

  TILE_TIMES (i, 4)
    lanes.part[i] = (v16int32) concat (*(const TileFloatRow *) (p + 2 * i * row_stride),
                                       *(const TileFloatRow *) (p + (2 * i + 1) * row_stride));
  return tile_from_lanes (lanes);
}

TILE_INLINE void
tile_store_rows (TileClock *clock, float *p, size_t row_stride, TileAcc x)
{
  TileLanes lanes = tile_lanes (x);

  TILE_TIMES (i, 4)
    {
      *(TileFloatRow *) (p + 2 * i * row_stride) = extract_v8float ((v16float) lanes.part[i], 0);
      *(TileFloatRow *) (p + (2 * i + 1) * row_stride) = extract_v8float ((v16float) lanes.part[i], 1);
    }
}

TILE_INLINE TileAcc
tile_zero_acc (TileClock *clock)
{
  return broadcast_zero_to_v64accfloat ();
}

TILE_INLINE TileAcc
tile_splat (TileClock *clock, float value)
{
  TileLanes lanes;

  TILE_TIMES (i, 4)
    lanes.part[i] = (v16int32) broadcast_to_v16float (value);
  return tile_from_lanes (lanes);
}

TILE_INLINE TileAcc
tile_row_broadcast (TileClock *clock, const float *p)
{
  v8float row = *(const TileFloatRow *) p;
  TileLanes lanes;

  TILE_TIMES (i, 4)
    lanes.part[i] = (v16int32) concat (row, row);
  return tile_from_lanes (lanes);
}

/* Lanes 2 i and 2 i + 1 are lanes i of a and of b: of the lower or the upper halves */
TILE_INLINE v16int32
tile_interleave (v16int32 a, v16int32 b, const bool is_upper)
{
  return is_upper ? shuffle (a, b, T32_2x16_hi) : shuffle (a, b, T32_2x16_lo);
}

/* p[r] in all lanes of row r: every value doubled three times */
TILE_SHARED TileAcc
tile_col_broadcast (TileClock *clock, const float *p)
{
  v8float values = *(const TileFloatRow *) p;
  v16int32 twice = (v16int32) concat (values, values), four[2];
  TileLanes lanes;

  twice = tile_interleave (twice, twice, false);
  TILE_TIMES (i, 2)
    four[i] = tile_interleave (twice, twice, i == 1);
  TILE_TIMES (i, 4)
    lanes.part[i] = tile_interleave (four[i / 2], four[i / 2], i % 2 == 1);
  return tile_from_lanes (lanes);
}

/* Three perfect shuffles of 64 lanes transpose 8 x 8. */
TILE_SHARED TileAcc
tile_transpose (TileClock *clock, TileAcc a)
{
  TileLanes lanes = tile_lanes (a);

  TILE_TIMES (step, 3)
    {
      TileLanes x = lanes;

      TILE_TIMES (i, 4)
        lanes.part[i] = tile_interleave (x.part[i / 2], x.part[i / 2 + 2], i % 2 == 1);
    }
  return tile_from_lanes (lanes);
}

/* p[r] = lane[r][0]: the first row of the transpose */
TILE_INLINE void
tile_store_col (TileClock *clock, float *p, TileAcc x)
{
  *(TileFloatRow *) p = extract_v8float ((v16float) tile_lanes (tile_transpose (clock, x)).part[0], 0);
}

/* ---------------------------------------------------------------- bfp16 */

TILE_INLINE TileAcc
tile_mac_bfp (TileClock *clock, TileAcc acc, TileBfp a, TileBfp b)
{
  return mac_8x8_8x8T (a, b, acc);
}

TILE_INLINE TileBfp
tile_acc_to_bfp (TileClock *clock, TileAcc acc)
{
  return to_v64bfp16ebs8 (acc);
}

/* 1 on the diagonal: a row's only mantissa that is not 0 is 64, its exponent that of 1 */
TILE_INLINE TileBfp
tile_identity (void)
{
  TileBfp x;
  v8int64 diagonal = { 64, 0, 64 << 8, 0, 64 << 16, 0, 64 << 24, 0, 0, 64, 0, 64 << 8, 0, 64 << 16, 0, 64 << 24 };

  x.mantissa = (v64int8) diagonal;
  x.exponent = (v8int8){ 127, 127, 127, 127, 127, 127, 127, 127 };
  return x;
}

TILE_INLINE TileAcc
tile_bfp_to_acc (TileClock *clock, TileBfp x)
{
  return mul_8x8_8x8T (x, tile_identity ());
}

TILE_INLINE TileAcc
tile_add_bfp (TileClock *clock, TileAcc acc, TileBfp x)
{
  return mac_8x8_8x8T (x, tile_identity (), acc);
}

TILE_INLINE TileAcc
tile_sub_bfp (TileClock *clock, TileAcc acc, TileBfp x)
{
  return msc_8x8_8x8T (x, tile_identity (), acc);
}

/* ---------------------------------------------------------------- arithmetic */

TILE_INLINE TileAcc
tile_add (TileClock *clock, TileAcc a, TileAcc b)
{
  return add (a, b);
}

TILE_INLINE TileAcc
tile_sub (TileClock *clock, TileAcc a, TileAcc b)
{
  return sub (a, b);
}

/* A float is the sum of three bfloat16: each is the rest of those before it, rounded. */
typedef struct
{
  v64bfloat16 part[3];
} TileThirds;

TILE_INLINE v64bfloat16
tile_to_bf16 (TileAcc x)
{
  return concat (to_v32bfloat16 (extract_v32accfloat (x, 0)), to_v32bfloat16 (extract_v32accfloat (x, 1)));
}

TILE_INLINE v64bfloat16
tile_bf16_ones (void)
{
  return concat (broadcast_one_to_v32bfloat16 (), broadcast_one_to_v32bfloat16 ());
}

TILE_INLINE TileThirds
tile_thirds (TileAcc x)
{
  v64bfloat16 one = tile_bf16_ones ();
  TileThirds thirds;

  thirds.part[0] = tile_to_bf16 (x);
  x = msc_elem_64 (thirds.part[0], one, x);
  thirds.part[1] = tile_to_bf16 (x);
  x = msc_elem_64 (thirds.part[1], one, x);
  thirds.part[2] = tile_to_bf16 (x);
  return thirds;
}

/* The six products above 2^-24 of the whole, the least first */
TILE_INLINE TileAcc
tile_mul_thirds (TileThirds a, TileThirds b)
{
  TileAcc x = mul_elem_64 (a.part[2], b.part[0]);

  x = mac_elem_64 (a.part[0], b.part[2], x);
  x = mac_elem_64 (a.part[1], b.part[1], x);
  x = mac_elem_64 (a.part[1], b.part[0], x);
  x = mac_elem_64 (a.part[0], b.part[1], x);
  return mac_elem_64 (a.part[0], b.part[0], x);
}

TILE_SHARED TileAcc
tile_mul (TileClock *clock, TileAcc a, TileAcc b)
{
  return tile_mul_thirds (tile_thirds (a), tile_thirds (b));
}

TILE_INLINE TileAcc
tile_fma (TileClock *clock, TileAcc a, TileAcc b, TileAcc c)
{
  return add (tile_mul (clock, a, b), c);
}

TILE_INLINE TileAcc
tile_mul_scalar (TileClock *clock, TileAcc a, float b)
{
  return tile_mul (clock, a, tile_splat (clock, b));
}

TILE_INLINE TileAcc
tile_add_scalar (TileClock *clock, TileAcc a, float b)
{
  return add (a, tile_splat (clock, b));
}

TILE_INLINE TileAcc
tile_fma_scalar (TileClock *clock, TileAcc a, float b, TileAcc c)
{
  return add (tile_mul_scalar (clock, a, b), c);
}

TILE_INLINE TileAcc
tile_polynomial_step (TileClock *clock, TileAcc y, TileAcc x, float c)
{
  return tile_fma (clock, y, x, tile_splat (clock, c));
}

/* ---------------------------------------------------------------- comparisons */

/* Bits of the lanes in which a is less than b: their difference is greater than zero as an integer too, and not where both are zeros */
typedef struct
{
  unsigned part[4];
} TileWhere;

TILE_INLINE TileWhere
tile_where_less (TileAcc a, TileAcc b)
{
  TileLanes difference = tile_lanes (sub (b, a));
  TileWhere less;

  TILE_TIMES (i, 4)
    less.part[i] = lt (broadcast_zero_to_v16int32 (), difference.part[i]);
  return less;
}

TILE_SHARED TileAcc
tile_select_less (TileClock *clock, TileAcc a, TileAcc b, TileAcc x, TileAcc y)
{
  TileLanes if_less = tile_lanes (x), otherwise = tile_lanes (y);
  TileWhere less = tile_where_less (a, b);

  TILE_TIMES (i, 4)
    otherwise.part[i] = sel (otherwise.part[i], if_less.part[i], less.part[i]);
  return tile_from_lanes (otherwise);
}

TILE_INLINE TileAcc
tile_max (TileClock *clock, TileAcc a, TileAcc b)
{
  return tile_select_less (clock, b, a, a, b);
}

/* Positive floats are in the order of their bits; negative ones too, as unsigned, and above all positive ones. */
TILE_INLINE TileAcc
tile_clamp (TileClock *clock, TileAcc x, float limit)
{
  v16int32 most = (v16int32) broadcast_to_v16float (limit);
  v16uint32 least = (v16uint32) broadcast_to_v16float (-limit);
  TileLanes lanes = tile_lanes (x);

  TILE_TIMES (i, 4)
    lanes.part[i] = (v16int32) min ((v16uint32) min (lanes.part[i], most), least);
  return tile_from_lanes (lanes);
}

TILE_INLINE TileAcc
tile_rectify (TileClock *clock, TileAcc x, TileAcc *magnitude)
{
  TileLanes lanes = tile_lanes (x), positive = lanes;

  TILE_TIMES (i, 4)
    {
      positive.part[i] = band (lanes.part[i], broadcast_to_v16int32 (INT32_MAX));
      lanes.part[i] = max (lanes.part[i], broadcast_zero_to_v16int32 ());
    }
  *magnitude = tile_from_lanes (positive);
  return tile_from_lanes (lanes);
}

/* Bits of the 16 lanes of two rows whose column is in [first, end) */
TILE_INLINE unsigned
tile_column_bits (int first, int end)
{
  unsigned below = end <= 0 ? 0 : end >= 8 ? 0xff : (1u << end) - 1;
  unsigned before = first <= 0 ? 0 : first >= 8 ? 0xff : (1u << first) - 1;

  return (below & ~before) * 0x101;
}

TILE_INLINE TileAcc
tile_mask_cols (TileClock *clock, TileAcc a, int first, int end, float fill)
{
  unsigned inside = tile_column_bits (first, end);
  TileLanes lanes = tile_lanes (a);

  TILE_TIMES (i, 4)
    lanes.part[i] = sel ((v16int32) broadcast_to_v16float (fill), lanes.part[i], inside);
  return tile_from_lanes (lanes);
}

TILE_INLINE TileAcc
tile_mask_rows (TileClock *clock, TileAcc a, int first, int end, float fill)
{
  unsigned rows = tile_column_bits (first, end) & 0xff;
  TileLanes lanes = tile_lanes (a);

  TILE_TIMES (i, 4)
    {
      unsigned inside = (rows >> 2 * i & 1 ? 0xff : 0) | (rows >> (2 * i + 1) & 1 ? 0xff00 : 0);

      lanes.part[i] = sel ((v16int32) broadcast_to_v16float (fill), lanes.part[i], inside);
    }
  return tile_from_lanes (lanes);
}

/* ---------------------------------------------------------------- rows */

/* Of the transpose, register i has columns 2 i and 2 i + 1 of every row: 0 and 2, 1 and 3 are added or compared first, then what they gave, then
 * the two halves. */
TILE_SHARED TileAcc
tile_row_sum (TileClock *clock, TileAcc a)
{
  TileAcc t = tile_transpose (clock, a);
  v32accfloat sums = add (extract_v32accfloat (t, 0), extract_v32accfloat (t, 1));
  v16accfloat sum = add (extract_v16accfloat (sums, 0), extract_v16accfloat (sums, 1));
  v8float total;

  sum = add (sum, (v16accfloat) shuffle ((v16int32) sum, (v16int32) sum, T256_2x2_hi));
  total = extract_v8float ((v16float) sum, 0);
  return tile_col_broadcast (clock, (const float *) &total);
}

/* In the order of integers: what is negative is counted down from the least one. */
TILE_INLINE v16int32
tile_ordered (v16int32 x)
{
  return sel (x, sub (broadcast_to_v16int32 (INT32_MIN), x), lt (x, broadcast_zero_to_v16int32 ()));
}

TILE_SHARED TileAcc
tile_row_max (TileClock *clock, TileAcc a)
{
  TileLanes t = tile_lanes (tile_transpose (clock, a));
  v16int32 largest;
  v8float values;

  TILE_TIMES (i, 4)
    t.part[i] = tile_ordered (t.part[i]);
  largest = max (max (t.part[0], t.part[2]), max (t.part[1], t.part[3]));
  largest = tile_ordered (max (largest, shuffle (largest, largest, T256_2x2_hi)));
  values = extract_v8float ((v16float) largest, 0);
  return tile_col_broadcast (clock, (const float *) &values);
}
