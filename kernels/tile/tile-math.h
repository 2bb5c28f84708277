/* tile-math.h - functions made of those of tile.h, the same on the host and on the device
 *
 * Newton's steps double the digits of a first guess that integer arithmetic on the bits of a float gives; there is no division anywhere.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

/* ---------------------------------------------------------------- blocks in memory: alone, or as a pair, the second of which is what the first leaves of the values */

TILE_INLINE TileAcc
tile_load_block (TileClock *clock, const uint8_t *p, bool is_pair)
{
  TileAcc x = tile_bfp_to_acc (clock, tile_load_bfp (clock, p));

  return is_pair ? tile_add_bfp (clock, x, tile_load_bfp (clock, p + TILE_BFP_BYTES)) : x;
}

TILE_INLINE void
tile_store_block (TileClock *clock, uint8_t *p, TileAcc x, bool is_pair)
{
  TileBfp high = tile_acc_to_bfp (clock, x);

  tile_store_bfp (clock, p, high);
  if (is_pair)
    tile_store_bfp (clock, p + TILE_BFP_BYTES, tile_acc_to_bfp (clock, tile_sub_bfp (clock, x, high)));
}

/* ---------------------------------------------------------------- functions */

/* 1 / x, relative error below 2e-7; x normal, 2^-125 < |x| < 2^125 */
TILE_SHARED TileAcc
tile_reciprocal (TileClock *clock, TileAcc x)
{
  TileAcc two = tile_splat (clock, 2);
  TileAcc y = tile_guess_reciprocal (clock, x);

  for (int i = 0; i < 3; i++)
    y = tile_mul (clock, y, tile_sub (clock, two, tile_mul (clock, x, y)));
  tile_clock_depth (clock, 3 * (5 * TILE_LATENCY_VECTOR + 4 * TILE_LATENCY_MOVE));
  return y;
}

/* 1 / sqrt (x), relative error below 3e-7; x positive and normal */
TILE_SHARED TileAcc
tile_rsqrt (TileClock *clock, TileAcc x)
{
  TileAcc three_halves = tile_splat (clock, 1.5f);
  TileAcc y = tile_guess_rsqrt (clock, x);

  x = tile_mul_scalar (clock, x, 0.5f);
  for (int i = 0; i < 3; i++)
    y = tile_mul (clock, y, tile_sub (clock, three_halves, tile_mul (clock, tile_mul (clock, x, y), y)));
  tile_clock_depth (clock, 3 * (7 * TILE_LATENCY_VECTOR + 6 * TILE_LATENCY_MOVE));
  return y;
}

/* c[0] + c[1] x + ... + c[n - 1] x^(n - 1) by Horner's scheme, every product and sum rounded. x is split in bf16 once; a step costs six products,
 * the splitting of what is there so far, and the constant, half of it as products and half as moves. */
TILE_SHARED TileAcc
tile_polynomial (TileClock *clock, TileAcc x, const float *c, const int n)
{
  TileAcc y = tile_splat (clock, c[n - 1]);

  tile_clock_count (clock, 2, 6, 0, 0, 0);
#if !TILE_DEVICE
#pragma GCC unroll 16
#endif
  for (int i = n - 2; i >= 0; i--)
    y = tile_polynomial_step (clock, y, x, c[i]);
  tile_clock_depth (clock, n * (2 * TILE_LATENCY_VECTOR + 2 * TILE_LATENCY_MOVE));
  return y;
}

/* log2 (x), absolute error below 1e-7 plus that of rounding the result; x positive and normal. Cephes' logf polynomial. */
TILE_SHARED TileAcc
tile_log2 (TileClock *clock, TileAcc x)
{
  static const float coefficients[] = { 3.3333331174e-1f,  -2.4999993993e-1f, 2.0000714765e-1f,
                                        -1.6668057665e-1f, 1.4249322787e-1f,  -1.2420140846e-1f,
                                        1.1676998740e-1f,  -1.1514610310e-1f, 7.0376836292e-2f };
  TileAcc exponent, m, z, y;

  m = tile_add_scalar (clock, tile_split_exponent (clock, x, &exponent), -1);
  z = tile_mul (clock, m, m);
  y = tile_polynomial (clock, m, coefficients, 9);
  y = tile_fma (clock, tile_mul (clock, y, m), z, tile_fma_scalar (clock, z, -0.5f, m));
  return tile_fma_scalar (clock, y, 1.44269504f, exponent);
}
