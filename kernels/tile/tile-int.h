/* tile-int.h - integer vectors of tile.h, on the host
 *
 * All sums are exact (modulo 2^32 or 2^64), in any order.
 *
 *   mac_i8      acc32 [8x8] += a [8x8] int8  times b [8x8] int8        512 products
 *   mac_i16i8   acc32 [8x8] += a [8x4] int16 times b [4x8] int8        256
 *   mac_i16     acc64 [4x8] += a [4x4] int16 times b [4x8] int16       128
 * with every matrix row-major in its register, one slot of the vector unit each.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/tile-host.h"

typedef struct
{
  int8_t lane[64];
} TileI8;

typedef struct
{
  int16_t lane[32];
} TileI16;

typedef struct
{
  TileIntRow row[8];
} TileAcc32;

/* Half a row; sums wrap */
typedef uint64_t TileLongHalf __attribute__ ((vector_size (32)));

typedef union
{
  int64_t lane[32];
  TileLongHalf half[8];
} TileAcc64;

typedef uint32_t TileUnsignedRow __attribute__ ((vector_size (32)));

TILE_INLINE TileIntRow
tile_int_row_add (TileIntRow a, TileIntRow b)
{
  return (TileIntRow) ((TileUnsignedRow) a + (TileUnsignedRow) b);
}

TILE_INLINE TileI8
tile_load_i8 (TileClock *clock, const int8_t *p)
{
  TileI8 x;

  tile_clock_count (clock, 0, 0, 8, 0, 0);
  __builtin_memcpy (&x, p, sizeof x);
  return x;
}

/* 32 bytes, the other lanes 0 */
TILE_INLINE TileI8
tile_load_half_i8 (TileClock *clock, const int8_t *p)
{
  TileI8 x = { { 0 } };

  tile_clock_count (clock, 0, 0, 8, 0, 0);
  __builtin_memcpy (&x, p, 32);
  return x;
}

TILE_INLINE void
tile_store_i8 (TileClock *clock, int8_t *p, TileI8 x)
{
  tile_clock_count (clock, 0, 0, 0, 8, 0);
  __builtin_memcpy (p, &x, sizeof x);
}

TILE_INLINE TileI16
tile_load_i16 (TileClock *clock, const int16_t *p)
{
  TileI16 x;

  tile_clock_count (clock, 0, 0, 8, 0, 0);
  __builtin_memcpy (&x, p, sizeof x);
  return x;
}

TILE_INLINE void
tile_store_i16 (TileClock *clock, int16_t *p, TileI16 x)
{
  tile_clock_count (clock, 0, 0, 0, 8, 0);
  __builtin_memcpy (p, &x, sizeof x);
}

/* The 4x4 blocks 2 pair and 2 pair + 1 of four rows of 32: lanes 0..15 and 16..31. All four pairs of four registers take 8 shuffles. */
TILE_INLINE TileI16
tile_blocks_i16 (TileClock *clock, TileI16 row0, TileI16 row1, TileI16 row2, TileI16 row3, int pair)
{
  const int16_t *from[4] = { row0.lane, row1.lane, row2.lane, row3.lane };
  TileI16 x;

  tile_clock_count (clock, 0, 2, 0, 0, 0);
  for (int i = 0; i < 2; i++)
    for (int r = 0; r < 4; r++)
      __builtin_memcpy (x.lane + 16 * i + 4 * r, from[r] + 4 * (2 * pair + i), 8);
  return x;
}

/* Lanes 16..31 in the place of 0..15 */
TILE_INLINE TileI16
tile_upper_i16 (TileClock *clock, TileI16 x)
{
  tile_clock_count (clock, 0, 1, 0, 0, 0);
  __builtin_memcpy (x.lane, x.lane + 16, 32);
  return x;
}

TILE_INLINE TileAcc32
tile_zero_acc32 (TileClock *clock)
{
  tile_clock_count (clock, 0, 1, 0, 0, 0);
  return (TileAcc32){ 0 };
}

TILE_INLINE TileAcc64
tile_zero_acc64 (TileClock *clock)
{
  tile_clock_count (clock, 0, 1, 0, 0, 0);
  return (TileAcc64){ { 0 } };
}

TILE_INLINE TileAcc32
tile_load_acc32 (TileClock *clock, const int32_t *p)
{
  TileAcc32 x;

  tile_clock_count (clock, 0, 0, 32, 0, 0);
  __builtin_memcpy (&x, p, sizeof x);
  return x;
}

TILE_INLINE void
tile_store_acc32 (TileClock *clock, int32_t *p, TileAcc32 x)
{
  tile_clock_count (clock, 0, 0, 0, 32, 0);
  __builtin_memcpy (p, &x, sizeof x);
}

TILE_INLINE TileAcc64
tile_load_acc64 (TileClock *clock, const int64_t *p)
{
  TileAcc64 x;

  tile_clock_count (clock, 0, 0, 32, 0, 0);
  __builtin_memcpy (&x, p, sizeof x);
  return x;
}

TILE_INLINE void
tile_store_acc64 (TileClock *clock, int64_t *p, TileAcc64 x)
{
  tile_clock_count (clock, 0, 0, 0, 32, 0);
  __builtin_memcpy (p, &x, sizeof x);
}

#if defined __AVX2__

/* Rows k and k + 1 of b as pairs */
TILE_INLINE __m256i
tile_pairs_i8 (const int8_t *rows)
{
  return _mm256_cvtepi8_epi16 (
      _mm_unpacklo_epi8 (_mm_loadl_epi64 ((const __m128i *) rows), _mm_loadl_epi64 ((const __m128i *) (rows + 8))));
}

TILE_INLINE TileAcc32
tile_mac_i8 (TileClock *clock, TileAcc32 acc, TileI8 a, TileI8 b)
{
  __m256i pairs[4], wide[4];

  tile_clock_count (clock, 1, 0, 0, 0, 0);
  TILE_TIMES (i, 4)
    {
      pairs[i] = tile_pairs_i8 (b.lane + 16 * i);
      wide[i] = _mm256_cvtepi8_epi16 (_mm_loadu_si128 ((const __m128i *) (a.lane + 16 * i)));
    }
  __asm__("" : "+m"(wide));
  TILE_ROWS (r)
    acc.row[r] = tile_int_row_add (acc.row[r], tile_row_pairs ((const int16_t *) wide + 8 * r, pairs, 4));
  return acc;
}

TILE_INLINE TileAcc32
tile_mac_i16i8 (TileClock *clock, TileAcc32 acc, TileI16 a, TileI8 b)
{
  __m256i pairs[2] = { tile_pairs_i8 (b.lane), tile_pairs_i8 (b.lane + 16) };

  tile_clock_count (clock, 1, 0, 0, 0, 0);
  TILE_ROWS (r)
    acc.row[r] = tile_int_row_add (acc.row[r], tile_row_pairs (a.lane + 4 * r, pairs, 2));
  return acc;
}

#else

TILE_INLINE TileAcc32
tile_mac_i8 (TileClock *clock, TileAcc32 acc, TileI8 a, TileI8 b)
{
  tile_clock_count (clock, 1, 0, 0, 0, 0);
  TILE_ROWS (r)
    TILE_ROWS (k)
      {
        TileByteRow row;

        __builtin_memcpy (&row, b.lane + 8 * k, sizeof row);
        acc.row[r] = tile_int_row_add (acc.row[r], a.lane[8 * r + k] * __builtin_convertvector(row, TileIntRow));
      }
  return acc;
}

TILE_INLINE TileAcc32
tile_mac_i16i8 (TileClock *clock, TileAcc32 acc, TileI16 a, TileI8 b)
{
  tile_clock_count (clock, 1, 0, 0, 0, 0);
  TILE_ROWS (r)
    TILE_TIMES (k, 4)
      {
        TileByteRow row;

        __builtin_memcpy (&row, b.lane + 8 * k, sizeof row);
        acc.row[r] = tile_int_row_add (acc.row[r], a.lane[4 * r + k] * __builtin_convertvector(row, TileIntRow));
      }
  return acc;
}

#endif

#if defined __AVX2__

/* a: lanes 0..15. Sums of two products are made at once. One of them, 2^31, is no int32 and comes as -2^31, which no other sum is: one less, it
 * has the right sign. */
TILE_INLINE TileAcc64
tile_mac_i16 (TileClock *clock, TileAcc64 acc, TileI16 a, TileI16 b)
{
  __m256i one = _mm256_set1_epi32 (1), pairs[2];

  tile_clock_count (clock, 1, 0, 0, 0, 0);
  TILE_TIMES (i, 2)
    {
      __m128i row0 = _mm_loadu_si128 ((const __m128i *) (b.lane + 16 * i));
      __m128i row1 = _mm_loadu_si128 ((const __m128i *) (b.lane + 16 * i + 8));

      pairs[i] = _mm256_set_m128i (_mm_unpackhi_epi16 (row0, row1), _mm_unpacklo_epi16 (row0, row1));
    }
  TILE_TIMES (r, 4)
    TILE_TIMES (i, 2)
      {
        __m256i less;
        int32_t pair;

        __builtin_memcpy (&pair, a.lane + 4 * r + 2 * i, sizeof pair);
        less = _mm256_sub_epi32 (_mm256_madd_epi16 (_mm256_set1_epi32 (pair), pairs[i]), one);
        acc.half[2 * r] += (TileLongHalf) _mm256_cvtepi32_epi64 (_mm256_castsi256_si128 (less)) + 1;
        acc.half[2 * r + 1] += (TileLongHalf) _mm256_cvtepi32_epi64 (_mm256_extracti128_si256 (less, 1)) + 1;
      }
  return acc;
}

#else

/* a: lanes 0..15 */
TILE_INLINE TileAcc64
tile_mac_i16 (TileClock *clock, TileAcc64 acc, TileI16 a, TileI16 b)
{
  tile_clock_count (clock, 1, 0, 0, 0, 0);
  for (int r = 0; r < 4; r++)
    for (int c = 0; c < 8; c++)
      {
        int64_t sum = 0;

        for (int k = 0; k < 4; k++)
          sum += (int64_t) a.lane[4 * r + k] * b.lane[8 * k + c];
        acc.lane[8 * r + c] += sum;
      }
  return acc;
}

#endif

/* int32 lanes as floats, rounded to nearest even. The device has no such conversion: two halves of 16 bits become floats by their bits. */
TILE_INLINE TileAcc
tile_acc32_to_acc (TileClock *clock, TileAcc32 x)
{
  TileAcc y;

  tile_clock_count (clock, 10, 16, 0, 0, 0);
  TILE_ROWS (r)
    y.row[r] = __builtin_convertvector(x.row[r], TileRow);
  return y;
}

/* Lanes rounded to nearest even, held in [-128, 127] */
TILE_INLINE TileI8
tile_acc_to_i8 (TileClock *clock, TileAcc x)
{
  TileI8 y;

  tile_clock_count (clock, 9, 20, 0, 0, 0);
  TILE_ROWS (r)
    {
      TileRow held = tile_row_min_of (tile_row_max_of (x.row[r], tile_row_splat (-128)), tile_row_splat (127));
      TileIntRow bits = tile_row_bits (held + TILE_ROUND_MAGIC) - TILE_ROUND_MAGIC_BITS;
      TileByteRow bytes = __builtin_convertvector(bits, TileByteRow);

      __builtin_memcpy (y.lane + 8 * r, &bytes, sizeof bytes);
    }
  return y;
}
