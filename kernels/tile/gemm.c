/* gemm.c - see gemm.h
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/gemm.h"

#include "tile/product.h"

void
tile_gemm_bfp (TileClock *clock, float *acc, const uint8_t *a, const uint8_t *b, const TileGemmShape *shape, bool is_first)
{
  const int width = shape->is_narrow ? 8 : 4; /* columns of blocks in b */
  const TileProduct product = {
    .a = shape->is_pair ? (TileBlocks){ a, 4 * 2 * TILE_BFP_BYTES, 2 * TILE_BFP_BYTES, shape->is_high_only ? 0 : TILE_BFP_BYTES }
                        : (TileBlocks){ a + shape->a_first_col_block * TILE_BFP_BYTES, 8 * TILE_BFP_BYTES, TILE_BFP_BYTES, 0 },
    .b = { b + shape->b_first_col_block * TILE_BFP_BYTES, width * TILE_BFP_BYTES, TILE_BFP_BYTES, 0 },
    .n_rows = shape->n_row_blocks,
    .n_cols = shape->n_col_blocks,
    .pitch = tile_acc_at (1, 0),
  };

  tile_product_add (clock, acc, &product, is_first);
}
