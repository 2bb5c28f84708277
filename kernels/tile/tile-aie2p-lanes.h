/* tile-aie2p-lanes.h - tile-host-lanes.h on the device: lanes of a block as bits of a scalar register
 *
 * A comparison of 16 lanes gives 16 bits, those of two rows, so a block is four of them. As tile-aie2p.h, this was never
 * compiled for the device.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/tile-aie2p.h"

TILE_INLINE uint64_t
tile_lanes_greater (TileClock *clock, TileAcc x, float limit)
{
  TileWhere greater = tile_where_less (tile_splat (clock, limit), x);
  uint64_t lanes = 0;

  TILE_TIMES (i, 4)
    lanes |= (uint64_t) greater.part[i] << 16 * i;
  return lanes;
}

TILE_INLINE TileAcc
tile_keep_lanes (TileClock *clock, TileAcc x, uint64_t lanes)
{
  TileLanes kept = tile_lanes (x);

  TILE_TIMES (i, 4)
    kept.part[i] = sel (broadcast_zero_to_v16int32 (), kept.part[i], (unsigned) (lanes >> 16 * i) & 0xffff);
  return tile_from_lanes (kept);
}

/* Rows 0 and 4, 1 and 5, 2 and 6, 3 and 7 lie in the same place of registers two apart. Within the row that is left, lanes 4, 2
 * and 1 further on are moved to the first ones and added. */
TILE_INLINE float
tile_sum_lanes (TileClock *clock, TileAcc x)
{
  v32accfloat rows = add (extract_v32accfloat (x, 0), extract_v32accfloat (x, 1));
  v16accfloat sum = add (extract_v16accfloat (rows, 0), extract_v16accfloat (rows, 1));
  v8float total;

  sum = add (sum, (v16accfloat) shuffle ((v16int32) sum, (v16int32) sum, T256_2x2_hi));
  sum = add (sum, shift_bytes (sum, sum, 16));
  sum = add (sum, shift_bytes (sum, sum, 8));
  sum = add (sum, shift_bytes (sum, sum, 4));
  total = extract_v8float ((v16float) sum, 0);
  return total[0];
}
