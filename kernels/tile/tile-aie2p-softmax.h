/* tile-aie2p-softmax.h - the first half of tile-softmax.h on the device
 *
 * 64 lanes of 16 bits are two registers, four rows in each, and one operand of a product. The largest of a row comes from
 * comparing even lanes with odd ones three times, both registers at once: pairs, fours, rows; then every value is doubled three
 * times. As tile-aie2p.h, this was never compiled for the device.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/tile-aie2p-int.h"

typedef struct
{
  v32int16 part[2]; /* rows 4 i .. 4 i + 3 */
} TileShort;

typedef struct
{
  v32bfloat16 part[2];
} TileBf16;

TILE_INLINE void
tile_scalar (TileClock *clock, uint32_t n)
{
}

/* ---------------------------------------------------------------- integers */

TILE_INLINE TileAcc32
tile_acc_bits (TileAcc x)
{
  return (v64acc32) x;
}

TILE_INLINE TileAcc
tile_acc_from_bits (TileAcc32 x)
{
  return (v64accfloat) x;
}

TILE_INLINE TileAcc32
tile_splat_acc32 (int32_t value)
{
  TileAcc32 x = undef_v64acc32 ();

  TILE_TIMES (i, 4)
    x = insert (x, i, (v16acc32) broadcast_to_v16int32 (value));
  return x;
}

TILE_INLINE TileAcc32
tile_add_acc32_scalar (TileClock *clock, TileAcc32 x, int32_t y)
{
  return add_conf (x, tile_splat_acc32 (y), 0, 0, 0, 0);
}

TILE_INLINE TileShort
tile_short_from_acc32 (TileClock *clock, TileAcc32 x, int shift)
{
  TileShort y;

  TILE_TIMES (i, 2)
    y.part[i] = srs_to_v32int16 (extract_v32acc32 (x, i), shift, 1);
  return y;
}

TILE_INLINE TileShort
tile_short_and (TileClock *clock, TileShort x, int16_t mask)
{
  TILE_TIMES (i, 2)
    x.part[i] = band (x.part[i], broadcast_to_v32int16 (mask));
  return x;
}

TILE_INLINE TileShort
tile_short_or (TileClock *clock, TileShort x, int16_t mask)
{
  TILE_TIMES (i, 2)
    x.part[i] = bor (x.part[i], broadcast_to_v32int16 (mask));
  return x;
}

TILE_INLINE v64int16
tile_short_operand (TileShort x)
{
  return concat (x.part[0], x.part[1]);
}

TILE_INLINE TileAcc32
tile_short_product (TileClock *clock, TileShort a, TileShort b)
{
  return mul_elem_64 (tile_short_operand (a), 1, tile_short_operand (b), 1);
}

TILE_INLINE TileAcc32
tile_short_mac_scalar (TileClock *clock, TileShort a, int16_t b, int32_t c)
{
  v64int16 factor = concat (broadcast_to_v32int16 (b), broadcast_to_v32int16 (b));

  return mac_elem_64 (tile_short_operand (a), 1, factor, 1, tile_splat_acc32 (c));
}

TILE_INLINE TileAcc32
tile_short_mac_add (TileClock *clock, TileShort a, TileShort b, TileAcc32 c, int32_t d)
{
  return addmac_elem_64 (tile_short_operand (a), 1, tile_short_operand (b), 1, c, tile_splat_acc32 (d));
}

/* ---------------------------------------------------------------- maxima */

TILE_INLINE TileBf16
tile_acc_to_bf16 (TileClock *clock, TileAcc x)
{
  TileBf16 y;

  TILE_TIMES (i, 2)
    y.part[i] = to_v32bfloat16 (extract_v32accfloat (x, i));
  return y;
}

TILE_INLINE TileAcc
tile_bf16_to_acc (TileClock *clock, TileBf16 x)
{
  return mul_elem_64 (concat (x.part[0], x.part[1]), tile_bf16_ones ());
}

TILE_INLINE TileBf16
tile_max_bf16 (TileClock *clock, TileBf16 a, TileBf16 b)
{
  TILE_TIMES (i, 2)
    a.part[i] = max (a.part[i], b.part[i]);
  return a;
}

/* Even lanes of a and of b against the odd ones after them */
TILE_INLINE v32int16
tile_larger_of_pairs (v32int16 a, v32int16 b)
{
  return (v32int16) max ((v32bfloat16) shuffle (a, b, T16_32x2_lo), (v32bfloat16) shuffle (a, b, T16_32x2_hi));
}

TILE_SHARED TileBf16
tile_row_max_bf16 (TileClock *clock, TileBf16 a)
{
  v32int16 x = tile_larger_of_pairs ((v32int16) a.part[0], (v32int16) a.part[1]);

  TILE_TIMES (i, 2)
    x = tile_larger_of_pairs (x, x);
  TILE_TIMES (i, 2)
    x = shuffle (x, x, T16_2x32_lo);
  a.part[0] = (v32bfloat16) shuffle (x, x, T16_2x32_lo);
  a.part[1] = (v32bfloat16) shuffle (x, x, T16_2x32_hi);
  return a;
}

/* ---------------------------------------------------------------- what a row sees */

TILE_SHARED TileAcc
tile_keep_between (TileClock *clock, TileAcc x, const int32_t *begin, const int32_t *end, int32_t first, float fill)
{
  const v16int32 columns = { 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7 };
  v16int32 number = add (columns, broadcast_to_v16int32 (first));
  TileLanes begins = tile_lanes (tile_col_broadcast (clock, (const float *) begin));
  TileLanes ends = tile_lanes (tile_col_broadcast (clock, (const float *) end));
  TileLanes lanes = tile_lanes (x);

  TILE_TIMES (i, 4)
    {
      unsigned inside = ge (number, begins.part[i]) & lt (number, ends.part[i]);

      lanes.part[i] = sel ((v16int32) broadcast_to_v16float (fill), lanes.part[i], inside);
    }
  return tile_from_lanes (lanes);
}

TILE_INLINE bool
tile_any_less (TileClock *clock, TileAcc a, TileAcc b)
{
  TileWhere less = tile_where_less (a, b);

  return (less.part[0] | less.part[1] | less.part[2] | less.part[3]) != 0;
}
