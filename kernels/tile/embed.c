/* embed.c - sums of embedding rows
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/embed.h"

#include "tile/layout.h"
#include "tile/tile.h"

static TileAcc
pair (TileClock *clock, const uint8_t *p)
{
  TileAcc hi = tile_bfp_to_acc (clock, tile_load_bfp (clock, p));

  return tile_add_bfp (clock, hi, tile_load_bfp (clock, p + TILE_BLOCK_BYTES));
}

void
tile_embed_add (TileClock *clock, const uint8_t *token, const uint8_t *position, uint32_t n, float *row)
{
  for (uint32_t i = 0; i < n; i++)
    {
      TileAcc x = pair (clock, token + i * TILE_EMBED_BYTES);

      tile_store_acc (clock, row + 64 * i, tile_add (clock, x, pair (clock, position + i * TILE_EMBED_BYTES)));
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
        TileBfp hi = tile_acc_to_bfp (clock, x);

        tile_store_bfp (clock, out, hi);
        tile_store_bfp (clock, out + TILE_BLOCK_BYTES, tile_acc_to_bfp (clock, tile_sub_bfp (clock, x, hi)));
        out += 2 * TILE_BLOCK_BYTES;
      }
  tile_loop_end (clock, 1);
}
