/* tile-host-lanes.h - lanes of a block as bits of a scalar register: bit 8 r + c is lane[r][c]
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/tile-host.h"

/* Which lanes are greater than limit: the sign of a difference, so zeros of either sign are equal. */
TILE_INLINE uint64_t
tile_lanes_greater (TileClock *clock, TileAcc x, float limit)
{
  uint64_t lanes = 0;

  tile_clock_count (clock, 5, 9, 0, 0, 4);
  TILE_ROWS (r)
    {
#if defined __AVX2__
      uint32_t row = (uint32_t) _mm256_movemask_ps ((__m256) (x.row[r] > limit));
#else
      TileIntRow is_greater = x.row[r] > limit;
      uint32_t row = 0;

      for (int c = 0; c < 8; c++)
        row |= (uint32_t) (is_greater[c] & 1) << c;
#endif
      lanes |= (uint64_t) row << 8 * r;
    }
  return lanes;
}

/* The lanes whose bit is not set become 0. */
TILE_INLINE TileAcc
tile_keep_lanes (TileClock *clock, TileAcc x, uint64_t lanes)
{
  const TileIntRow bits = { 1, 2, 4, 8, 16, 32, 64, 128 };

  tile_clock_count (clock, 4, 8, 0, 0, 3);
  TILE_ROWS (r)
    {
      TileIntRow row = tile_int_row_splat ((int32_t) (lanes >> 8 * r & 0xff)) & bits;

      x.row[r] = (TileRow) (tile_row_bits (x.row[r]) & (row == bits));
    }
  return x;
}

/* The sum of all lanes, in a scalar register: of the rows' as of a row's in row_sum, and then row_sum of that. Halves are added to halves. */
TILE_INLINE float
tile_sum_lanes (TileClock *clock, TileAcc x)
{
  TileRow row = ((x.row[0] + x.row[4]) + (x.row[2] + x.row[6])) + ((x.row[1] + x.row[5]) + (x.row[3] + x.row[7]));

  tile_clock_count (clock, 6, 13, 0, 0, 0);
  tile_clock_depth (clock, 6 * (TILE_LATENCY_VECTOR + 2 * TILE_LATENCY_MOVE));
  return tile_row_total (row)[0];
}
