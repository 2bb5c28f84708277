/* gemm.c - see gemm.h
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/gemm.h"

#include "tile/product.h"

void
tile_gemm_bfp (TileClock *clock, float *acc, const uint8_t *a, const uint8_t *b, const TileGemmShape *shape, bool is_first)
{
  TileProduct product = { .a = tile_half_of (a, shape->is_pair, shape->a_first_col_block / 4),
                          .b = tile_half_of (b, false, shape->b_first_col_block / 4),
                          .n_rows = shape->n_row_blocks,
                          .n_cols = shape->n_col_blocks,
                          .pitch = tile_acc_at (1, 0) };

  if (shape->is_high_only)
    product.a.low = 0;
  if (!shape->is_narrow)
    product.b.pitch = 4 * TILE_BLOCK_BYTES; /* half as wide, of twice as many outputs */
  tile_product_add (clock, acc, &product, is_first);
}
