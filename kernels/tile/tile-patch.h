/* tile-patch.h - moving and replacing parts of objects
 *
 * A row of a block in bfp16 is nine bytes at any address: the vector units do not help, it moves byte by byte, a load and a store each.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/tile.h"

#if TILE_DEVICE
#include "tile/tile-aie2p-patch.h"
#else

/* n registers of 64 bytes */
TILE_INLINE void
tile_copy (TileClock *clock, uint8_t *to, const uint8_t *from, uint32_t n)
{
  tile_clock_count (clock, 0, 0, 8 * n, 8 * n, 0);
  __builtin_memcpy (to, from, (size_t) 64 * n);
}

TILE_INLINE void
tile_zero (TileClock *clock, uint8_t *to, uint32_t n)
{
  tile_clock_count (clock, 0, 0, 0, 8 * n, 0);
  __builtin_memset (to, 0, (size_t) 64 * n);
}

/* A row of a block, or zeros */
TILE_INLINE void
tile_copy_bfp_row (TileClock *clock, uint8_t *to, const uint8_t *from)
{
  tile_clock_count (clock, 0, 0, 72, 72, 0);
  __builtin_memcpy (to, from, 9);
}

TILE_INLINE void
tile_zero_bfp_row (TileClock *clock, uint8_t *to)
{
  tile_clock_count (clock, 0, 0, 0, 72, 0);
  __builtin_memset (to, 0, 9);
}

/* Columns whose bit is set from a, the others from b: selections by a mask of 16 lanes, accumulators in and out of vector registers */
TILE_INLINE TileAcc
tile_select_cols (TileClock *clock, uint32_t mask, TileAcc a, TileAcc b)
{
  const TileIntRow bit = { 1, 2, 4, 8, 16, 32, 64, 128 };
  TileIntRow is_set = (bit & (int32_t) mask) != 0;

  tile_clock_count (clock, 4, 12, 0, 0, 1);
  TILE_ROWS (r)
    a.row[r] = tile_row_select (is_set, a.row[r], b.row[r]);
  return a;
}

#endif
