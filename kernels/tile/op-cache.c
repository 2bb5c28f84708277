/* op-cache.c - new keys and values into blocks of caches, of every head of this column
 *
 * Every core reads all of it, and the core of row r writes object number r of an item's result: its keys, then its values. A core without such an
 * object only lets everything pass.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/cache.h"
#include "tile/program.h"
#include "tile/tile-patch.h"

#define N_REGISTERS ((offsetof (TileControl, cache) + sizeof (TileControlCache) + 63) / 64)

_Static_assert(64 * N_REGISTERS <= TILE_PARAM_BYTES, "what an op keeps while other objects take the place of the control object");

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

/* An item's keys and values with the new ones among them. kept: the new objects that this core needs; scratch: beside them */
static void
replace (TileProgram *program, const TileControlCache *op, uint32_t item, uint32_t n, const uint8_t *kept, uint8_t *scratch)
{
  const uint32_t mine = tile_row (program);
  TileClock *clock = program->core->clock;

  for (uint32_t i = 0; i < 2 * n; i++)
    {
      const uint8_t *old = tile_take (program, TILE_STREAM_B);

      if (i == mine)
        {
          uint8_t *out = tile_open (program);

          if (op->fresh >> item & 1)
            old = NULL;
          if (i < n)
            tile_cache_keys (clock, op->map[item], old, kept, out);
          else
            tile_cache_values (clock, op->map[item], old, kept, n == 2 ? (int) (i - n) : -1, scratch, out);
          tile_put (program);
        }
      tile_drop (program, TILE_STREAM_B);
    }
}

void
tile_op_cache (TileProgram *program, const TileControl *control)
{
  TileControl *kept_control = (TileControl *) (void *) tile_param (program);
  const TileControlCache *op = &kept_control->cache;
  uint8_t *kept = (uint8_t *) tile_acc (program);
  const uint32_t n = control->cache.format == TILE_FORMAT_PAIR ? 2 : 1, mine = tile_row (program);

  /* from its beginning: a register is loaded from multiples of 64 bytes only */
  tile_copy (program->core->clock, (uint8_t *) kept_control, (const uint8_t *) control, N_REGISTERS);
  tile_drop (program, TILE_STREAM_B);
  for (uint32_t head = 0; head < op->n_heads; head++)
    {
      if (mine < n)
        {
          keep (program, n, mine, mine + 1, kept);
          tile_skip (program, TILE_STREAM_B, n);
        }
      else
        {
          tile_skip (program, TILE_STREAM_B, n);
          keep (program, n, 0, mine < 2 * n ? n : 0, kept);
        }
      for (uint32_t item = 0; item < op->n_items; item++)
        replace (program, op, item, n, kept, kept + 2 * TILE_OBJECT_BYTES);
    }
}
