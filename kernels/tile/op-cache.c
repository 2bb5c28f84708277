/* op-cache.c - new keys and values into a block of a cache, of every head of this column
 *
 * Every core reads all of it, and the core of row r writes object number r of a head's result: its keys, then its values. A core without such an
 * object only lets everything pass.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/cache.h"
#include "tile/program.h"
#include "tile/tile-patch.h"

/* Takes n objects and keeps those from first to end - 1. */
static void
keep (TileProgram *program, uint32_t n, uint32_t first, uint32_t end, uint8_t *kept)
{
  for (uint32_t i = 0; i < n; i++)
    {
      const uint8_t *object = tile_take (program, TILE_STREAM_B);

      if (i >= first && i < end)
        {
          tile_copy (program->core->clock, kept, object, TILE_OBJECT_BYTES / 64);
          kept += TILE_OBJECT_BYTES;
        }
      tile_drop (program, TILE_STREAM_B);
    }
}

void
tile_op_cache (TileProgram *program, const TileControl *control)
{
  const TileControlCache *op = (const TileControlCache *) (const void *) tile_param (program);
  TileClock *clock = program->core->clock;
  uint8_t *fresh = (uint8_t *) tile_acc (program), *scratch = fresh + 2 * TILE_OBJECT_BYTES;
  const uint32_t n = control->cache.format == TILE_FORMAT_PAIR ? 2 : 1, mine = tile_row (program);

  *(TileControlCache *) (void *) tile_param (program) = control->cache;
  tile_drop (program, TILE_STREAM_B);
  for (uint32_t head = 0; head < op->n_heads; head++)
    {
      if (mine < n)
        {
          keep (program, n, mine, mine + 1, fresh);
          tile_skip (program, TILE_STREAM_B, n);
        }
      else
        {
          tile_skip (program, TILE_STREAM_B, n);
          keep (program, n, 0, mine < 2 * n ? n : 0, fresh);
        }
      for (uint32_t i = 0; i < 2 * n; i++)
        {
          const uint8_t *old = tile_take (program, TILE_STREAM_B);

          if (i == mine)
            {
              uint8_t *out = tile_open (program);

              if (op->fresh)
                old = NULL;
              if (i < n)
                tile_cache_keys (clock, op->map, old, fresh, out);
              else
                tile_cache_values (clock, op->map, old, fresh, n == 2 ? (int) (i - n) : -1, scratch, out);
              tile_put (program);
            }
          tile_drop (program, TILE_STREAM_B);
        }
    }
}
