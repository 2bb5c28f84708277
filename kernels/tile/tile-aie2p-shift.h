/* tile-aie2p-shift.h - tile-shift.h on the device
 *
 * Sums are shifted up as they are widened on their way in, and down, rounded as the core's mode says and saturated, on their way
 * out: 16 lanes of 64 bits at a time. As tile-aie2p.h, this was never compiled for the device.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/tile-aie2p-int.h"

TILE_INLINE TileAcc64
tile_mac_i16_shifted (TileClock *clock, TileAcc64 acc, TileI16 a, TileI16 b)
{
  return mac_4x4_4x8_conf (a, 1, b, 1, acc, 0, 1, 0, 0);
}

TILE_INLINE TileAcc64
tile_load_shifted (TileClock *clock, const int32_t *p, int shift)
{
  TileAcc64 x = undef_v32acc64 ();

  TILE_TIMES (i, 2)
    x = insert (x, i, ups_to_v16acc64 (*(const v16int32 *) (p + 16 * i), shift, 1));
  return x;
}

TILE_INLINE void
tile_store_shifted (TileClock *clock, int32_t *p, TileAcc64 x, int shift)
{
  TILE_TIMES (i, 2)
    *(v16int32 *) (p + 16 * i) = srs_to_v16int32 (extract_v16acc64 (x, i), shift, 1);
}
