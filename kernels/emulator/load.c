/* load.c - the array as it is at first, and what an image brings
 *
 * A load, of which the firmware makes one where a command wants another image than the last one did, sets up everything: locks, descriptors, queues, routes,
 * programs. What was in memory may still be there, but nobody may count on it, so here it is gone.
 *
 * SPDX-License-Identifier: MIT
 */
#include "emulator/array.h"

#include <string.h>

#define UNDEFINED 0xA5 /* each byte of memory that nobody has written */

static NpuCore *
core_new (NpuTile *tile)
{
  NpuCore *core = g_new0 (NpuCore, 1);

  core->tile = tile;
  core->core = (TileCore){ tile->memory, tile->column, tile->row, &core->clock, core, 0 };
  return core;
}

/* But for how much it has moved. */
static void
reset_channel (NpuTile *tile, NpuDirection direction, guint index)
{
  NpuChannel *channel = &tile->channels[direction][index];

  *channel = (NpuChannel){
    .tile = tile, .direction = direction, .index = index, .epoch = channel->epoch + 1, .bytes = channel->bytes
  };
}

static void
reset (NpuTile *tile)
{
  const NpuLayout *layout = tile->layout;

  memset (tile->bds, 0, layout->n_bds * sizeof *tile->bds);
  for (guint i = 0; i < layout->n_locks; i++)
    tile->locks[i] = (NpuLock){ .tile = tile };
  for (guint i = 0; i < 2 * NPU_MAX_CHANNELS; i++)
    reset_channel (tile, i % 2, i / 2);
  memset (tile->masters, 0, sizeof tile->masters);
  memset (tile->slaves, 0, sizeof tile->slaves);
  memset (tile->slots, 0, sizeof tile->slots);
  tile->mux = tile->demux = 0;
  if (layout->memory > 0)
    {
      memset (tile->memory, UNDEFINED, layout->memory);
      memset (tile->filled, 0, layout->memory / 32);
    }
  if (tile->core != NULL)
    npu_core_reset (tile->core);
}

void
npu_tile_init (NpuTile *tile, NpuEmulator *e, guint column, guint row)
{
  tile->e = e;
  tile->column = column;
  tile->row = row;
  tile->kind = npu_tile_kind (row);
  tile->layout = npu_layout (row);
  tile->bds = g_new (NpuDescriptor, tile->layout->n_bds);
  tile->locks = g_new (NpuLock, tile->layout->n_locks);
  if (tile->layout->memory > 0)
    {
      tile->memory = g_malloc (tile->layout->memory);
      tile->filled = g_malloc (tile->layout->memory / 32);
    }
  if (tile->kind == NPU_TILE_COMPUTE)
    tile->core = core_new (tile);
  reset (tile);
}

void
npu_tile_clear (NpuTile *tile)
{
  g_free (tile->bds);
  g_free (tile->locks);
  g_free (tile->memory);
  g_free (tile->filled);
  g_clear_pointer (&tile->core, npu_core_free);
}

void
npu_load (NpuEmulator *e, const NpuImage *image)
{
  e->n_events = 0;
  e->are_routes_stale = TRUE;
  for (guint t = 0; t < e->n_columns * NPU_ROWS; t++)
    {
      NpuTile *tile = &e->tiles[t];

      reset (tile);
      if (tile->core == NULL)
        continue;
      tile->core->program = image->program;
      tile->core->core.program = image->id;
    }
  npu_configure (e, image->writes, image->n_writes);
  e->image = image;
}
