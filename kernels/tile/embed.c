/* embed.c - sums of embedding rows
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/embed.h"

#include "tile/layout.h"
#include "tile/tile.h"

void
tile_embed_add (TileClock *clock, const uint8_t *token, const uint8_t *position, uint32_t n, float *row)
{
  for (uint32_t i = 0; i < n; i++)
    {
      TileAcc x = tile_load_block (clock, token + i * TILE_EMBED_BYTES, true);

      x = tile_add (clock, x, tile_load_block (clock, position + i * TILE_EMBED_BYTES, true));
      tile_store_acc (clock, row + 64 * i, x);
    }
}

void
tile_embed_clear (TileClock *clock, uint32_t first, float *rows)
{
  TileAcc zero = tile_zero_acc (clock);

  tile_loop_begin (clock);
  for (uint32_t i = first * TILE_N; i < TILE_M * TILE_N; i += 64)
    tile_store_acc (clock, rows + i, zero);
  tile_loop_end (clock, 1);
}

void
tile_embed_store (TileClock *clock, const float *rows, uint32_t part, uint8_t *out)
{
  tile_loop_begin (clock);
  for (int i = 0; i < TILE_M / 8; i++)
    for (int j = 0; j < TILE_PAIR_COLS / 8; j++)
      {
        TileAcc x = tile_load_rows (clock, rows + 8 * i * TILE_N + (int) part * TILE_PAIR_COLS + 8 * j, TILE_N);

        tile_store_block (clock, out, x, true);
        out += 2 * TILE_BLOCK_BYTES;
      }
  tile_loop_end (clock, 1);
}
