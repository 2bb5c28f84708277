/* tile-host-bfp.h - blocks of bfp16 on the processor
 *
 * The product of two blocks is exact sums of eight products of 8-bit mantissas. With AVX2 they are pairs of 16-bit integers, elsewhere floats,
 * which hold such sums exactly too.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/tile-host.h"

typedef int16_t TileShortRow __attribute__ ((vector_size (16)));

typedef struct
{
  TileShortRow mantissa[8];
  TileIntRow exponent;
} TileBfp;

enum
{
  TILE_BFP_BYTES = 72,
  TILE_BFP_BIAS = 133,        /* of the exponent of a mantissa of 1 */
  TILE_BFP_LEAST_EXPONENT = 7 /* below it a row is zeros */
};

/* 2^(e - 133), or 0 */
TILE_INLINE TileRow
tile_row_scale (TileIntRow exponent)
{
  TileIntRow shifted = exponent - (TILE_BFP_LEAST_EXPONENT - 1);

  return (TileRow) (tile_int_row_max (shifted, tile_int_row_splat (0)) << 23);
}

TILE_INLINE TileBfp
tile_load_bfp (TileClock *clock, const uint8_t *p)
{
  TileBfp x;

  tile_clock_count (clock, 0, 0, 9, 0, 0);
  TILE_ROWS (r)
    {
      TileByteRow bytes;

      __builtin_memcpy (&bytes, p + 9 * r + 1, sizeof bytes);
#if defined __AVX2__
      x.mantissa[r] = (TileShortRow) _mm_cvtepi8_epi16 (_mm_loadl_epi64 ((const __m128i *) (p + 9 * r + 1)));
#else
      x.mantissa[r] = __builtin_convertvector(bytes, TileShortRow);
#endif
    }
  x.exponent = (TileIntRow){ p[0], p[9], p[18], p[27], p[36], p[45], p[54], p[63] };
  return x;
}

TILE_INLINE void
tile_store_bfp (TileClock *clock, uint8_t *p, TileBfp x)
{
  tile_clock_count (clock, 0, 0, 0, 9, 0);
  TILE_ROWS (r)
    {
      TileByteRow bytes = __builtin_convertvector(x.mantissa[r], TileByteRow);

      p[9 * r] = (uint8_t) x.exponent[r];
      __builtin_memcpy (p + 9 * r + 1, &bytes, sizeof bytes);
    }
}

#if defined __AVX2__

/* acc[r][c] += dot (a[r], b[c]). Eight 16-bit products are four pairs: for each pair of columns k, b's lanes are its eight rows c. a goes through
 * memory, and the compiler is kept from making shuffles of that. */
TILE_INLINE TileAcc
tile_mac_bfp (TileClock *clock, TileAcc acc, TileBfp a, TileBfp b)
{
  struct
  {
    TileShortRow mantissa[8];
    TileRow scale;
  } spilled = { .scale = tile_row_scale (a.exponent) };
  __m256 b_scale = (__m256) tile_row_scale (b.exponent);
  __m256i rows[4], halves[4], pairs[4];

  tile_clock_count (clock, 1, 0, 0, 0, 0);
  TILE_ROWS (r)
    spilled.mantissa[r] = a.mantissa[r];
  __asm__("" : "+m"(spilled));

  TILE_TIMES (i, 4)
    rows[i] = _mm256_set_m128i ((__m128i) b.mantissa[i + 4], (__m128i) b.mantissa[i]);
  halves[0] = _mm256_unpacklo_epi32 (rows[0], rows[1]);
  halves[1] = _mm256_unpacklo_epi32 (rows[2], rows[3]);
  halves[2] = _mm256_unpackhi_epi32 (rows[0], rows[1]);
  halves[3] = _mm256_unpackhi_epi32 (rows[2], rows[3]);
  pairs[0] = _mm256_unpacklo_epi64 (halves[0], halves[1]);
  pairs[1] = _mm256_unpackhi_epi64 (halves[0], halves[1]);
  pairs[2] = _mm256_unpacklo_epi64 (halves[2], halves[3]);
  pairs[3] = _mm256_unpackhi_epi64 (halves[2], halves[3]);

  TILE_ROWS (r)
    {
      const float *scale = (const float *) &spilled.scale;
      TileIntRow sum = tile_row_pairs (&spilled.mantissa[r], pairs, 4);

      acc.row[r] += __builtin_convertvector(sum, TileRow) * (tile_row_splat (scale[r]) * (TileRow) b_scale);
    }
  return acc;
}

#else

TILE_INLINE TileAcc
tile_mac_bfp (TileClock *clock, TileAcc acc, TileBfp a, TileBfp b)
{
  TileRow a_scale = tile_row_scale (a.exponent), b_scale = tile_row_scale (b.exponent);
  TileRow column[8]; /* of b's mantissas */

  tile_clock_count (clock, 1, 0, 0, 0, 0);
  TILE_ROWS (k)
    column[k] = (TileRow){ b.mantissa[0][k], b.mantissa[1][k], b.mantissa[2][k], b.mantissa[3][k],
                           b.mantissa[4][k], b.mantissa[5][k], b.mantissa[6][k], b.mantissa[7][k] };
  TILE_ROWS (r)
    {
      TileRow sum = { 0 };

      TILE_ROWS (k)
        sum += (float) a.mantissa[r][k] * column[k];
      acc.row[r] += sum * (a_scale[r] * b_scale);
    }
  return acc;
}

#endif

TILE_INLINE TileBfp
tile_acc_to_bfp (TileClock *clock, TileAcc acc)
{
  int32_t exponents[8];
  TileBfp x;

  tile_clock_count (clock, 0, 1, 0, 0, 0);
  TILE_ROWS (r)
    {
      TileIntRow exponent = (tile_row_bits (acc.row[r]) >> 23) & 0xff;
      TileIntRow scale;
      TileRow scaled;

      exponent = tile_int_row_max (exponent, TILE_FAR (exponent));
      exponent = tile_int_row_max (exponent, TILE_NEAR (exponent));
      exponent = tile_int_row_max (exponent, TILE_NEXT (exponent));
      exponent &= exponent >= tile_int_row_splat (TILE_BFP_LEAST_EXPONENT);
      /* 2^(133 - e); a row of zeros, whose e is 0 now, gets 0 */
      scale = ((TILE_BFP_BIAS + 127 - exponent) << 23) & (exponent > 0);
      scaled = tile_row_min_of (tile_row_max_of (acc.row[r] * (TileRow) scale, tile_row_splat (-128)), tile_row_splat (127));
      x.mantissa[r] = __builtin_convertvector(tile_row_bits (scaled + TILE_ROUND_MAGIC) - TILE_ROUND_MAGIC_BITS, TileShortRow);
      exponents[r] = exponent[0];
    }
  __builtin_memcpy (&x.exponent, exponents, sizeof exponents);
  return x;
}

TILE_INLINE TileAcc
tile_bfp_to_acc (TileClock *clock, TileBfp x)
{
  TileRow scale = tile_row_scale (x.exponent);
  TileAcc acc;

  tile_clock_count (clock, 1, 0, 0, 0, 0);
  TILE_ROWS (r)
    acc.row[r] = __builtin_convertvector(x.mantissa[r], TileRow) * scale[r];
  return acc;
}

/* acc + the block: hi and lo of a PAIR, a residual. */
TILE_INLINE TileAcc
tile_add_bfp (TileClock *clock, TileAcc acc, TileBfp x)
{
  TileRow scale = tile_row_scale (x.exponent);

  tile_clock_count (clock, 1, 0, 0, 0, 0);
  TILE_ROWS (r)
    acc.row[r] += __builtin_convertvector(x.mantissa[r], TileRow) * scale[r];
  return acc;
}

/* acc - the block: what hi of a PAIR leaves for lo. */
TILE_INLINE TileAcc
tile_sub_bfp (TileClock *clock, TileAcc acc, TileBfp x)
{
  TileRow scale = tile_row_scale (x.exponent);

  tile_clock_count (clock, 1, 0, 0, 0, 0);
  TILE_ROWS (r)
    acc.row[r] -= __builtin_convertvector(x.mantissa[r], TileRow) * scale[r];
  return acc;
}
