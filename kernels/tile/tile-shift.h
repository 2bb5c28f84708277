/* tile-shift.h - 64-bit accumulators that are shifted: in a product of more than 16 bits, and on their way to memory
 *
 * A VMAC can shift what it adds to by 16 bits, so that a factor of 32 bits takes two of them: its upper half first.
 *
 * Sums of 64 bits are kept in memory as 32-bit integers. What lies there stands for itself times 2^shift. The load and store units shift, round and saturate on the way (VLDA.UPS and VST.SRS of
 * AIE2P, 64 bytes each), so this costs no slot of its own; a store leaves late, as after a move.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/tile.h"

#if TILE_DEVICE
#include "tile/tile-aie2p-shift.h"
#else

/* acc 2^16 + a [4x4] times b [4x8]; a: lanes 0..15 */
TILE_INLINE TileAcc64
tile_mac_i16_shifted (TileClock *clock, TileAcc64 acc, TileI16 a, TileI16 b)
{
  TILE_TIMES (i, 8)
    acc.half[i] <<= 16;
  return tile_mac_i16 (clock, acc, a, b);
}

/* lane = p[lane] 2^shift */
TILE_INLINE TileAcc64
tile_load_shifted (TileClock *clock, const int32_t *p, int shift)
{
  TileAcc64 x;

  tile_clock_count (clock, 0, 0, 16, 0, 0);
  for (int i = 0; i < 32; i++)
    x.lane[i] = (int64_t) p[i] * ((int64_t) 1 << shift);
  return x;
}

/* p[lane] = lane / 2^shift (1..31), rounded to nearest even and held in int32 */
TILE_INLINE void
tile_store_shifted (TileClock *clock, int32_t *p, TileAcc64 x, int shift)
{
  tile_clock_count (clock, 0, 0, 0, 16, 0);
  tile_clock_depth (clock, TILE_LATENCY_MOVE);
  for (int i = 0; i < 32; i++)
    {
      int64_t v = x.lane[i];

      v = (v + ((int64_t) 1 << (shift - 1)) - 1 + (v >> shift & 1)) >> shift;
      p[i] = (int32_t) (v > INT32_MAX ? INT32_MAX : v < INT32_MIN ? INT32_MIN : v);
    }
}

#endif
