/* op-embed.c - tokens to rows
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/embed.h"
#include "tile/program.h"

void
tile_op_embed (TileProgram *program, const TileControl *control)
{
  const TileControlEmbed op = control->embed;
  TileClock *clock = program->core->clock;
  float *rows = tile_acc (program); /* [64, 128] */
  uint32_t first = TILE_M * tile_row (program), offset = op.col_first / 64 * TILE_EMBED_BYTES;
  uint32_t n_mine = op.n_tokens > first ? op.n_tokens - first : 0;

  const bool writes = tile_writes (program, control);

  n_mine = n_mine < TILE_M ? n_mine : TILE_M;
  tile_drop (program, TILE_STREAM_B);
  if (!writes)
    {
      tile_skip (program, TILE_STREAM_B, 2 * op.n_tokens);
      return;
    }
  tile_embed_clear (clock, n_mine, rows);
  for (uint32_t i = 0; i < op.n_tokens; i++)
    {
      const uint8_t *token = tile_take (program, TILE_STREAM_B);
      const uint8_t *position = tile_take (program, TILE_STREAM_B);

      if (i >= first && i < first + n_mine)
        tile_embed_add (clock, token + offset, position + offset, op.n_cols / 64, rows + (i - first) * TILE_N);
      tile_drop (program, TILE_STREAM_B);
      tile_drop (program, TILE_STREAM_B);
    }
  for (uint32_t part = 0; part < op.n_cols / TILE_PAIR_COLS; part++)
    {
      tile_embed_store (clock, rows, part, tile_open (program));
      tile_put (program);
    }
}
