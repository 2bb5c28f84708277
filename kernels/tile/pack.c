/* pack.c - log-mel to block floating point
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/pack.h"

#include "tile/layout.h"
#include "tile/tile.h"

static TileAcc
scaled (TileClock *clock, const float *at, TileAcc floor)
{
  TileAcc x = tile_max (clock, tile_load_rows (clock, at, TILE_F32_COLS), floor);

  return tile_mul_scalar (clock, tile_add_scalar (clock, x, 4), 0.25f);
}

void
tile_pack (TileClock *clock,
           const float *frames,
           const TilePackArea *area,
           float floor,
           bool is_pair,
           uint32_t first_col,
           uint8_t *out)
{
  TileAcc lowest = tile_splat (clock, floor);
  int n_cols = is_pair ? TILE_PAIR_COLS / 8 : TILE_SINGLE_COLS / 8; /* of blocks */

  tile_loop_begin (clock);
  for (int i = 0; i < TILE_M / 8; i++)
    for (int j = 0; j < TILE_F32_COLS / 8; j++)
      {
        uint8_t *to = out + (i * n_cols + (int) first_col + j) * TILE_BLOCK_BYTES * (is_pair ? 2 : 1);
        int begin = area->row_begin - 8 * i, end = area->row_end - 8 * i, end_col = area->n_cols - 8 * j;
        TileAcc x;

        if (begin >= 8 || end <= 0 || end_col <= 0)
          x = tile_zero_acc (clock);
        else
          x = scaled (clock, frames + 8 * i * TILE_F32_COLS + 8 * j, lowest);
        if (begin > 0 || end < 8)
          x = tile_mask_rows (clock, x, begin, end, 0);
        if (end_col < 8)
          x = tile_mask_cols (clock, x, 0, end_col, 0);
        tile_store_block (clock, to, x, is_pair);
      }
  tile_loop_end (clock, 1);
}
