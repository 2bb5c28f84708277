/* tile-aie2p-int.h - integers on the device, and what looks at the bits of floats (tile-int.h and tile-host-bits.h on the host)
 *
 * The vector unit shifts integers only on their way into accumulators (ups) and out of them (srs), rounding as the core's mode says, so what is
 * to be cut off is masked away first. As tile-aie2p.h, this was never compiled for the device.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/tile-aie2p.h"

typedef v64int8 TileI8;
typedef v32int16 TileI16;
typedef v64acc32 TileAcc32;
typedef v32acc64 TileAcc64;

/* ---------------------------------------------------------------- shifts */

TILE_INLINE v16int32
tile_shift_left (v16int32 x, int n)
{
  return srs_to_v16int32 (ups_to_v16acc64 (x, n, 1), 0, 1);
}

/* Towards minus infinity */
TILE_INLINE v16int32
tile_shift_right (v16int32 x, int n)
{
  x = band (x, broadcast_to_v16int32 (-(1 << n)));
  return srs_to_v16int32 (ups_to_v16acc64 (x, 0, 1), n, 1);
}

/* ---------------------------------------------------------------- bits of floats */

/* a b / 2^15 */
TILE_INLINE v32int16
tile_fraction_product (v32int16 a, v32int16 b)
{
  return srs_to_v32int16 (mul_elem_32 (a, 1, b, 1), 15, 1);
}

TILE_SHARED TileAcc
tile_exp2 (TileClock *clock, TileAcc x)
{
  const int32_t magic = 0x43c00000;
  TileLanes lanes = tile_lanes (tile_add_scalar (clock, x, 0x1.8p8f));
  unsigned is_tiny[4];

  TILE_TIMES (i, 4)
    {
      v16int32 least = broadcast_to_v16int32 (magic - 126 * 32768);

      is_tiny[i] = lt (lanes.part[i], least);
      lanes.part[i] = min (max (lanes.part[i], least), broadcast_to_v16int32 (magic + 127 * 32768 - 1));
    }
  TILE_TIMES (j, 2)
    {
      v32int16 f = (v32int16) shuffle (lanes.part[2 * j], lanes.part[2 * j + 1], T16_32x2_lo);
      v32int16 y;
      v32acc64 mantissas;

      f = band (f, broadcast_to_v32int16 (0x7fff));
      y = add (tile_fraction_product (broadcast_to_v32int16 (428), f), broadcast_to_v32int16 (1737));
      y = add (tile_fraction_product (y, f), broadcast_to_v32int16 (7892));
      y = add (min (tile_fraction_product (y, f), broadcast_to_v32int16 (32767 - 22711)), broadcast_to_v32int16 (22711));
      mantissas = mul_elem_32 (y, 1, f, 1);
      TILE_TIMES (half, 2)
        {
          v16int32 n = sub (band (lanes.part[2 * j + half], broadcast_to_v16int32 (~0x7fff)), broadcast_to_v16int32 (magic));
          v16int32 mantissa = srs_to_v16int32 (extract_v16acc64 (mantissas, half), 7, 1);
          v16int32 bits = add (add (tile_shift_left (n, 8), mantissa), broadcast_to_v16int32 (127 << 23));

          lanes.part[2 * j + half] = sel (bits, broadcast_zero_to_v16int32 (), is_tiny[2 * j + half]);
        }
    }
  return tile_from_lanes (lanes);
}

TILE_SHARED TileAcc
tile_gelu (TileClock *clock, TileAcc x)
{
  static const int16_t bump[] = { -5615, 7185, 396, -10214, 7990, 1134, -2771, 407 };
  TileAcc magnitude, rectified = tile_rectify (clock, x, &magnitude);
  TileLanes lanes = tile_lanes (magnitude);
  v32int16 u[2], y[2];

  TILE_TIMES (i, 4)
    lanes.part[i] = min (lanes.part[i], (v16int32) broadcast_to_v16float (4 - 0x1p-14f));
  lanes = tile_lanes (tile_add_scalar (clock, tile_from_lanes (lanes), 0x1.8p9f));
  TILE_TIMES (j, 2)
    {
      u[j] = add ((v32int16) shuffle (lanes.part[2 * j], lanes.part[2 * j + 1], T16_32x2_lo), broadcast_to_v32int16 (-32768));
      y[j] = broadcast_to_v32int16 (bump[7]);
    }
  for (int i = 6; i >= 0; i--)
    TILE_TIMES (j, 2)
      y[j] = add (tile_fraction_product (y[j], u[j]), broadcast_to_v32int16 (bump[i]));
  TILE_TIMES (j, 2)
    {
      v32acc64 sums = mul_elem_32 (y[j], 1, u[j], 1);

      TILE_TIMES (half, 2)
        lanes.part[2 * j + half] = add (srs_to_v16int32 (extract_v16acc64 (sums, half), 10, 1),
                                        add (broadcast_to_v16int32 (47616), (v16int32) broadcast_to_v16float (0x1.8p3f)));
    }
  return sub (rectified, tile_add_scalar (clock, tile_from_lanes (lanes), -0x1.8p3f));
}

/* Whole numbers of less than 23 bits as floats: in the low bits of 1.5 * 2^23, which is subtracted then */
TILE_INLINE TileAcc
tile_small_to_acc (TileClock *clock, TileLanes lanes)
{
  TILE_TIMES (i, 4)
    lanes.part[i] = add (lanes.part[i], (v16int32) broadcast_to_v16float (0x1.8p23f));
  return tile_add_scalar (clock, tile_from_lanes (lanes), -0x1.8p23f);
}

TILE_INLINE TileAcc
tile_split_exponent (TileClock *clock, TileAcc x, TileAcc *exponent)
{
  v16int32 offset = broadcast_to_v16int32 (0x3f3504f3);
  TileLanes lanes = tile_lanes (x), exponents;

  TILE_TIMES (i, 4)
    {
      v16int32 bits = sub (lanes.part[i], offset);

      exponents.part[i] = tile_shift_right (bits, 23);
      lanes.part[i] = add (band (bits, broadcast_to_v16int32 (0x7fffff)), offset);
    }
  *exponent = tile_small_to_acc (clock, exponents);
  return tile_from_lanes (lanes);
}

TILE_INLINE TileAcc
tile_guess_reciprocal (TileClock *clock, TileAcc x)
{
  TileLanes lanes = tile_lanes (x);

  TILE_TIMES (i, 4)
    lanes.part[i] = sub (broadcast_to_v16int32 (0x7ef311c7), lanes.part[i]);
  return tile_from_lanes (lanes);
}

TILE_INLINE TileAcc
tile_guess_rsqrt (TileClock *clock, TileAcc x)
{
  TileLanes lanes = tile_lanes (x);

  TILE_TIMES (i, 4)
    lanes.part[i] = sub (broadcast_to_v16int32 (0x5f375a86), tile_shift_right (lanes.part[i], 1));
  return tile_from_lanes (lanes);
}

/* ---------------------------------------------------------------- integers */

TILE_INLINE TileI8
tile_load_i8 (TileClock *clock, const int8_t *p)
{
  return *(const v64int8 *) p;
}

TILE_INLINE TileI8
tile_load_half_i8 (TileClock *clock, const int8_t *p)
{
  const v32int8 zeros = { 0 };

  return concat (*(const v32int8 *) p, zeros);
}

TILE_INLINE void
tile_store_i8 (TileClock *clock, int8_t *p, TileI8 x)
{
  *(v64int8 *) p = x;
}

TILE_INLINE TileI16
tile_load_i16 (TileClock *clock, const int16_t *p)
{
  return *(const v32int16 *) p;
}

TILE_INLINE void
tile_store_i16 (TileClock *clock, int16_t *p, TileI16 x)
{
  *(v32int16 *) p = x;
}

TILE_INLINE TileI16
tile_blocks_i16 (TileClock *clock, TileI16 row0, TileI16 row1, TileI16 row2, TileI16 row3, int pair)
{
  const int columns = pair < 2 ? T64_2x8_lo : T64_2x8_hi;
  v16int32 upper = shuffle ((v16int32) row0, (v16int32) row1, columns);
  v16int32 lower = shuffle ((v16int32) row2, (v16int32) row3, columns);

  return (v32int16) shuffle (upper, lower, pair % 2 == 0 ? T128_2x4_lo : T128_2x4_hi);
}

TILE_INLINE TileI16
tile_upper_i16 (TileClock *clock, TileI16 x)
{
  return (v32int16) shuffle ((v16int32) x, (v16int32) x, T256_2x2_hi);
}

TILE_INLINE TileAcc32
tile_zero_acc32 (TileClock *clock)
{
  return broadcast_zero_to_v64acc32 ();
}

TILE_INLINE TileAcc64
tile_zero_acc64 (TileClock *clock)
{
  return broadcast_zero_to_v32acc64 ();
}

TILE_INLINE TileAcc32
tile_load_acc32 (TileClock *clock, const int32_t *p)
{
  return *(const v64acc32 *) p;
}

TILE_INLINE void
tile_store_acc32 (TileClock *clock, int32_t *p, TileAcc32 x)
{
  *(v64acc32 *) p = x;
}

TILE_INLINE TileAcc64
tile_load_acc64 (TileClock *clock, const int64_t *p)
{
  return *(const v32acc64 *) p;
}

TILE_INLINE void
tile_store_acc64 (TileClock *clock, int64_t *p, TileAcc64 x)
{
  *(v32acc64 *) p = x;
}

TILE_INLINE TileAcc32
tile_mac_i8 (TileClock *clock, TileAcc32 acc, TileI8 a, TileI8 b)
{
  return mac_8x8_8x8 (a, b, acc);
}

TILE_INLINE TileAcc32
tile_mac_i16i8 (TileClock *clock, TileAcc32 acc, TileI16 a, TileI8 b)
{
  return mac_8x4_4x8_conf (a, 1, b, 1, acc, 0, 0, 0, 0);
}

TILE_INLINE TileAcc64
tile_mac_i16 (TileClock *clock, TileAcc64 acc, TileI16 a, TileI16 b)
{
  return mac_4x4_4x8_conf (a, 1, b, 1, acc, 0, 0, 0, 0);
}

/* The upper half in units of 2^16, as the low bits of 2^39, and the lower one as those of 2^23: their sum is rounded once. */
TILE_SHARED TileAcc
tile_lanes_to_acc (TileClock *clock, TileLanes lanes)
{
  TileLanes upper, lower;

  TILE_TIMES (i, 4)
    {
      v16int32 biased = add (tile_shift_right (lanes.part[i], 16), broadcast_to_v16int32 (32768));

      upper.part[i] = bor (biased, (v16int32) broadcast_to_v16float (0x1p39f));
      lower.part[i] = bor (band (lanes.part[i], broadcast_to_v16int32 (0xffff)), (v16int32) broadcast_to_v16float (0x1p23f));
    }
  return add (tile_add_scalar (clock, tile_from_lanes (upper), -0x1p39f - 0x1p31f),
              tile_add_scalar (clock, tile_from_lanes (lower), -0x1p23f));
}

TILE_INLINE TileAcc
tile_acc32_to_acc (TileClock *clock, TileAcc32 x)
{
  TileLanes lanes;

  TILE_TIMES (i, 4)
    lanes.part[i] = (v16int32) extract_v16acc32 (x, i);
  return tile_lanes_to_acc (clock, lanes);
}

TILE_INLINE TileI8
tile_acc_to_i8 (TileClock *clock, TileAcc x)
{
  TileLanes lanes = tile_lanes (tile_add_scalar (clock, tile_clamp (clock, x, 128), 0x1.8p23f));

  TILE_TIMES (i, 4)
    lanes.part[i] = min (sub (lanes.part[i], (v16int32) broadcast_to_v16float (0x1.8p23f)), broadcast_to_v16int32 (127));
  return pack (concat ((v32int16) shuffle (lanes.part[0], lanes.part[1], T16_32x2_lo),
                       (v32int16) shuffle (lanes.part[2], lanes.part[3], T16_32x2_lo)));
}
