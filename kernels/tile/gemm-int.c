/* gemm-int.c - see gemm-int.h
 *
 * Two rows of blocks against one column at a time, as in gemm.c, and for the same reasons.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/gemm-int.h"

#define N_K_BLOCKS  4
#define BLOCK_BYTES TILE_INT_BLOCK

TILE_INLINE const int8_t *
weight_block (const uint8_t *b, int j, int k)
{
  return (const int8_t *) b + (j * N_K_BLOCKS + k) * BLOCK_BYTES;
}

TILE_INLINE void
gemm_i8 (TileClock *clock,
         int32_t *acc,
         const uint8_t *a,
         const uint8_t *b,
         const TileGemmShape *shape,
         int i,
         const int n_rows,
         bool is_first)
{
  TileI8 rows[2][N_K_BLOCKS];

  for (int r = 0; r < n_rows; r++)
    for (int k = 0; k < N_K_BLOCKS; k++)
      rows[r][k] = tile_load_i8 (clock, (const int8_t *) a + ((i + r) * 8 + shape->a_first_col_block + k) * BLOCK_BYTES);
  for (int j = 0; j < shape->n_col_blocks; j++)
    {
      TileI8 column[N_K_BLOCKS];

      TILE_TIMES (k, N_K_BLOCKS)
        column[k] = tile_load_i8 (clock, weight_block (b, j, k));
      for (int r = 0; r < n_rows; r++)
        {
          int32_t *block = acc + tile_acc_at (i + r, j);
          TileAcc32 sum = is_first ? tile_zero_acc32 (clock) : tile_load_acc32 (clock, block);

          TILE_TIMES (k, N_K_BLOCKS)
            sum = tile_mac_i8 (clock, sum, rows[r][k], column[k]);
          tile_store_acc32 (clock, block, sum);
        }
    }
}

TILE_INLINE void
gemm_i16i8 (TileClock *clock,
            int32_t *acc,
            const uint8_t *a,
            const uint8_t *b,
            const TileGemmShape *shape,
            int i,
            const int n_rows,
            bool is_first)
{
  for (int j = 0; j < shape->n_col_blocks; j++)
    {
      TileI8 column[2 * N_K_BLOCKS];

      TILE_TIMES (k, 2 * N_K_BLOCKS)
        column[k] = tile_load_half_i8 (clock, weight_block (b, j, 0) + 32 * k);
      for (int r = 0; r < n_rows; r++)
        {
          const int16_t *row = (const int16_t *) (a + (i + r) * 8 * BLOCK_BYTES);
          int32_t *block = acc + tile_acc_at (i + r, j);
          TileAcc32 sum = is_first ? tile_zero_acc32 (clock) : tile_load_acc32 (clock, block);

          TILE_TIMES (k, 2 * N_K_BLOCKS)
            sum = tile_mac_i16i8 (clock, sum, tile_load_i16 (clock, row + 32 * k), column[k]);
          tile_store_acc32 (clock, block, sum);
        }
    }
}

/* is_i16: what a is */
TILE_INLINE void
gemm (TileClock *clock,
      int32_t *acc,
      const uint8_t *a,
      const uint8_t *b,
      const TileGemmShape *shape,
      const bool is_i16,
      bool is_first)
{
  TileClock here = *clock;

  for (int i = 0; i < shape->n_row_blocks; i += 2)
    {
      const int n_rows = shape->n_row_blocks - i > 1 ? 2 : 1;

      tile_loop_begin (&here);
      if (is_i16)
        gemm_i16i8 (&here, acc, a, b, shape, i, n_rows, is_first);
      else
        gemm_i8 (&here, acc, a, b, shape, i, n_rows, is_first);
      tile_loop_end (&here, 1);
    }
  *clock = here;
}

void
tile_gemm_i8 (TileClock *clock, int32_t *acc, const uint8_t *a, const uint8_t *b, const TileGemmShape *shape, bool is_first)
{
  gemm (clock, acc, a, b, shape, false, is_first);
}

void
tile_gemm_i16i8 (TileClock *clock, int32_t *acc, const uint8_t *a, const uint8_t *b, const TileGemmShape *shape, bool is_first)
{
  gemm (clock, acc, a, b, shape, true, is_first);
}

TILE_INLINE TileAcc
scaled (TileClock *clock, const int32_t *acc, const float *row_scales, const float *col_scales, int i, int j)
{
  TileAcc x = tile_acc32_to_acc (clock, tile_load_acc32 (clock, acc + tile_acc_at (i, j)));

  x = tile_mul (clock, x, tile_col_broadcast (clock, row_scales + 8 * i));
  return tile_mul (clock, x, tile_row_broadcast (clock, col_scales + 8 * j));
}

void
tile_gemm_scale (TileClock *clock, void *acc, const float *row_scales, const float *col_scales, const TileGemmShape *shape)
{
  TileClock here = *clock;

  tile_loop_begin (&here);
  for (int i = 0; i < shape->n_row_blocks; i++)
    for (int j = 0; j < shape->n_col_blocks; j++)
      tile_store_acc (&here, (float *) acc + tile_acc_at (i, j),
                      scaled (&here, (const int32_t *) acc, row_scales, col_scales, i, j));
  tile_loop_end (&here, 1);
  *clock = here;
}

void
tile_gemm_requantise (TileClock *clock,
                      const int32_t *acc,
                      const float *row_scales,
                      const float *col_scales,
                      int half,
                      uint8_t *object)
{
  TileClock here = *clock;

  tile_loop_begin (&here);
  for (int i = 0; i < 8; i++)
    for (int j = 0; j < 8; j++)
      tile_store_i8 (&here, (int8_t *) object + (i * 8 + j) * BLOCK_BYTES,
                     tile_acc_to_i8 (&here, scaled (&here, acc, row_scales, col_scales, i, 8 * half + j)));
  tile_loop_end (&here, 1);
  *clock = here;
}
