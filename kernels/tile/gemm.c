/* gemm.c - see gemm.h
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/gemm.h"

#define N_K_BLOCKS 4

TILE_INLINE const uint8_t *
single_block (const uint8_t *object, int i, int j)
{
  return object + (i * 8 + j) * TILE_BFP_BYTES;
}

TILE_INLINE const uint8_t *
pair_block (const uint8_t *object, int i, int j)
{
  return object + (i * 4 + j) * 2 * TILE_BFP_BYTES;
}

TILE_INLINE const uint8_t *
weight_block (const uint8_t *object, const TileGemmShape *shape, int j, int k)
{
  return object + (shape->is_narrow ? j * 8 + shape->b_first_col_block + k : j * N_K_BLOCKS + k) * TILE_BFP_BYTES;
}

TILE_INLINE TileAcc
mac_pair (TileClock *clock, TileAcc sum, const uint8_t *high, TileBfp column, bool is_high_only)
{
  sum = tile_mac_bfp (clock, sum, tile_load_bfp (clock, high), column);
  if (!is_high_only)
    sum = tile_mac_bfp (clock, sum, tile_load_bfp (clock, high + TILE_BFP_BYTES), column);
  return sum;
}

/* n_rows rows of blocks, 1 or 2. is_pair is the shape's; inlined in every set, so that it is a constant and no loop asks for it. */
static inline __attribute__ ((always_inline)) void
gemm_rows (TileClock *clock,
           float *acc,
           const uint8_t *a,
           const uint8_t *b,
           const TileGemmShape *shape,
           const bool is_pair,
           int i,
           const int n_rows,
           bool is_first)
{
  TileBfp rows[2][N_K_BLOCKS]; /* of a SINGLE */

  if (!is_pair)
    for (int r = 0; r < n_rows; r++)
      for (int k = 0; k < N_K_BLOCKS; k++)
        rows[r][k] = tile_load_bfp (clock, single_block (a, i + r, shape->a_first_col_block + k));
  for (int j = 0; j < shape->n_col_blocks; j++)
    {
      TileBfp column[N_K_BLOCKS];

      TILE_TIMES (k, N_K_BLOCKS)
        column[k] = tile_load_bfp (clock, weight_block (b, shape, j, k));
      for (int r = 0; r < n_rows; r++)
        {
          float *block = acc + tile_acc_at (i + r, j);
          TileAcc sum = is_first ? tile_zero_acc (clock) : tile_load_acc (clock, block);

          TILE_TIMES (k, N_K_BLOCKS)
            if (is_pair)
              sum = mac_pair (clock, sum, pair_block (a, i + r, k), column[k], shape->is_high_only);
            else
              sum = tile_mac_bfp (clock, sum, rows[r][k], column[k]);
          tile_store_acc (clock, block, sum);
        }
    }
}

void
tile_gemm_bfp (TileClock *clock, float *acc, const uint8_t *a, const uint8_t *b, const TileGemmShape *shape, bool is_first)
{
  TileClock here = *clock;

  for (int i = 0; i < shape->n_row_blocks; i += 2)
    {
      const int n_rows = shape->n_row_blocks - i > 1 ? 2 : 1;

      tile_loop_begin (&here);
      if (shape->is_pair)
        gemm_rows (&here, acc, a, b, shape, true, i, n_rows, is_first);
      else
        gemm_rows (&here, acc, a, b, shape, false, i, n_rows, is_first);
      tile_loop_end (&here, 1);
    }
  *clock = here;
}
