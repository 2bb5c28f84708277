/* tile-aie2p-patch.h - tile-patch.h on the device
 *
 * What is copied whole lies at multiples of 64 bytes; rows of blocks move byte by byte. As tile-aie2p.h, this was never compiled
 * for the device.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/tile-aie2p.h"

enum
{
  TILE_BFP_ROW_BYTES = TILE_BFP_BYTES / 8
};

TILE_INLINE void
tile_copy (TileClock *clock, uint8_t *to, const uint8_t *from, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++)
    *(v16int32 *) (to + 64 * i) = *(const v16int32 *) (from + 64 * i);
}

TILE_INLINE void
tile_zero (TileClock *clock, uint8_t *to, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++)
    *(v16int32 *) (to + 64 * i) = broadcast_zero_to_v16int32 ();
}

TILE_INLINE void
tile_copy_bfp_row (TileClock *clock, uint8_t *to, const uint8_t *from)
{
  TILE_TIMES (i, TILE_BFP_ROW_BYTES)
    to[i] = from[i];
}

TILE_INLINE void
tile_zero_bfp_row (TileClock *clock, uint8_t *to)
{
  TILE_TIMES (i, TILE_BFP_ROW_BYTES)
    to[i] = 0;
}

TILE_INLINE TileAcc
tile_select_cols (TileClock *clock, uint32_t mask, TileAcc a, TileAcc b)
{
  TileLanes set = tile_lanes (a), lanes = tile_lanes (b);

  TILE_TIMES (i, 4)
    lanes.part[i] = sel (lanes.part[i], set.part[i], (mask & 0xff) * 0x101);
  return tile_from_lanes (lanes);
}
