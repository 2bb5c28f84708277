/* tile-wide.h - vectors of tile.h that only gemm-wide.c uses: sums that lie in memory in the format of the result, and bf16
 *
 *   load_sum_i8, _i16     64 lanes widened to acc32                       1, 2 moves, as many loads of 64 bytes
 *   store_sum_i8, _i16    held in the range, no shift                     1, 2 moves, as many stores
 *   load_bf16             64 lanes widened to fp32, 32 a move             2 moves, 2 loads
 *   store_bf16            rounded to nearest even                         2 moves, 2 stores
 *   load_bf16_by_one      the same, but as a product with ones            1 product, 2 loads
 *   transpose_i8          8x8 bytes                                       1 move
 *
 * Both ways from bf16 to fp32 are those of aie_api's product of bf16 by way of bfp16 (mmul_bf16_bf16.hpp): moves for the left operand, a product for the
 * right one. acc_to_bfp then makes blocks of both. On the host only: the overlay that uses them is a check of the clock, and no product.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/tile.h"

typedef uint16_t TileHalfRow __attribute__ ((vector_size (16)));

TILE_INLINE TileIntRow
tile_int_row_hold (TileIntRow x, int32_t least, int32_t most)
{
  const TileIntRow low = tile_int_row_splat (least), high = tile_int_row_splat (most);

  x = tile_int_row_select (x < low, low, x);
  return tile_int_row_select (x > high, high, x);
}

TILE_INLINE TileAcc32
tile_load_sum_i8 (TileClock *clock, const int8_t *p)
{
  TileAcc32 x;

  tile_clock_count (clock, 0, 1, 8, 0, 0);
  TILE_ROWS (r)
    {
      TileByteRow row;

      __builtin_memcpy (&row, p + 8 * r, sizeof row);
      x.row[r] = __builtin_convertvector(row, TileIntRow);
    }
  return x;
}

TILE_INLINE void
tile_store_sum_i8 (TileClock *clock, int8_t *p, TileAcc32 x)
{
  tile_clock_count (clock, 0, 1, 0, 8, 0);
  TILE_ROWS (r)
    {
      TileByteRow row = __builtin_convertvector(tile_int_row_hold (x.row[r], INT8_MIN, INT8_MAX), TileByteRow);

      __builtin_memcpy (p + 8 * r, &row, sizeof row);
    }
}

TILE_INLINE TileAcc32
tile_load_sum_i16 (TileClock *clock, const int16_t *p)
{
  TileAcc32 x;

  tile_clock_count (clock, 0, 2, 16, 0, 0);
  TILE_ROWS (r)
    {
      TileShortRow row;

      __builtin_memcpy (&row, p + 8 * r, sizeof row);
      x.row[r] = __builtin_convertvector(row, TileIntRow);
    }
  return x;
}

TILE_INLINE void
tile_store_sum_i16 (TileClock *clock, int16_t *p, TileAcc32 x)
{
  tile_clock_count (clock, 0, 2, 0, 16, 0);
  TILE_ROWS (r)
    {
      TileShortRow row = __builtin_convertvector(tile_int_row_hold (x.row[r], INT16_MIN, INT16_MAX), TileShortRow);

      __builtin_memcpy (p + 8 * r, &row, sizeof row);
    }
}

TILE_INLINE TileAcc
tile_widen_bf16 (const uint16_t *p)
{
  TileAcc x;

  TILE_ROWS (r)
    {
      TileHalfRow row;

      __builtin_memcpy (&row, p + 8 * r, sizeof row);
      x.row[r] = (TileRow) (__builtin_convertvector(row, TileUnsignedRow) << 16);
    }
  return x;
}

TILE_INLINE TileAcc
tile_load_bf16 (TileClock *clock, const uint16_t *p)
{
  tile_clock_count (clock, 0, 2, 16, 0, 0);
  return tile_widen_bf16 (p);
}

TILE_INLINE TileAcc
tile_load_bf16_by_one (TileClock *clock, const uint16_t *p)
{
  tile_clock_count (clock, 1, 0, 16, 0, 0);
  return tile_widen_bf16 (p);
}

TILE_INLINE void
tile_store_bf16 (TileClock *clock, uint16_t *p, TileAcc x)
{
  tile_clock_count (clock, 0, 2, 0, 16, 0);
  TILE_ROWS (r)
    {
      TileUnsignedRow bits = (TileUnsignedRow) x.row[r];
      TileHalfRow row = __builtin_convertvector((bits + 0x7fff + (bits >> 16 & 1)) >> 16, TileHalfRow);

      __builtin_memcpy (p + 8 * r, &row, sizeof row);
    }
}

TILE_INLINE TileI8
tile_transpose_i8 (TileClock *clock, TileI8 x)
{
  TileI8 y;

  tile_clock_count (clock, 0, 1, 0, 0, 0);
  for (int r = 0; r < 8; r++)
    for (int c = 0; c < 8; c++)
      y.lane[8 * c + r] = x.lane[8 * r + c];
  return y;
}
