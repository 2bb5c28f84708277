/* product.c - see product.h
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/product.h"

#include "tile/tile.h"

#define N_K_BLOCKS 4

typedef struct
{
  TileBfp block[N_K_BLOCKS];
} Row;

TILE_INLINE Row
load_row (TileClock *clock, const uint8_t *at, int step)
{
  Row row;

  TILE_TIMES (k, N_K_BLOCKS)
    row.block[k] = tile_load_bfp (clock, at + k * step);
  return row;
}

/* Rows i and "partner" against all columns */
TILE_INLINE void
add_rows (TileClock *clock,
          float *sums,
          const TileProduct *product,
          const uint8_t *a,
          const uint8_t *b,
          const int rows[2],
          bool is_first)
{
  Row held[2];

  TILE_TIMES (r, 2)
    held[r] = load_row (clock, a + rows[r] * product->a.pitch, product->a.step);
  for (int j = 0; j < product->n_cols; j++, b += product->b.pitch)
    {
      Row column = load_row (clock, b, product->b.step);
      TileAcc sum[2];

      TILE_TIMES (r, 2)
        {
          sum[r] = is_first ? tile_zero_acc (clock) : tile_load_acc (clock, sums + rows[r] * product->pitch + 64 * j);
          TILE_TIMES (k, N_K_BLOCKS)
            sum[r] = tile_mac_bfp (clock, sum[r], held[r].block[k], column.block[k]);
        }
      TILE_TIMES (r, 2)
        tile_store_acc (clock, sums + rows[r] * product->pitch + 64 * j, sum[r]);
    }
}

static void
add (TileClock *clock, float *sums, const TileProduct *product, const uint8_t *a, const uint8_t *b, bool is_first)
{
  for (int n = 0; n < product->n_rows; n += 2)
    {
      int rows[2] = { n, n + 1 < product->n_rows ? n + 1 : n };

      if (product->rows)
        TILE_TIMES (r, 2)
          rows[r] = product->rows[rows[r]];
      tile_loop_begin (clock);
      add_rows (clock, sums, product, a, b, rows, is_first);
      tile_loop_end (clock, 1);
    }
}

void
tile_product_add (TileClock *clock, float *sums, const TileProduct *product, bool is_first)
{
  const TileBlocks *a = &product->a, *b = &product->b;
  TileClock here = *clock;

  for (int term = 0; term < 3; term++)
    {
      const int a_low = term == 2 ? a->low : 0, b_low = term == 1 ? b->low : 0;

      if (term == 0 || a_low + b_low > 0)
        add (&here, sums, product, a->at + a_low, b->at + b_low, is_first && term == 0);
    }
  *clock = here;
}
