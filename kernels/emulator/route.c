/* route.c - where a stream ends: circuits through the switches, from the registers as they stand
 *
 * From an MM2S channel's slave port follow each master that repeats it: out of the tile, into the neighbour's slave, and on; or into
 * an S2MM channel. Packet-switched ports carry nothing here. A branch that ends elsewhere would swallow no word, so the whole
 * stream stalls there: it is remembered, to be told in a deadlock.
 *
 * SPDX-License-Identifier: MIT
 */
#include "emulator/array.h"

#include <string.h>

#define PORT_ON     0x80000000u
#define PORT_PACKET 0x40000000u

NpuBundle
npu_bundle_of (const NpuPorts ports[NPU_N_BUNDLES], guint port, guint *i)
{
  for (guint b = 0; b < NPU_N_BUNDLES; b++)
    {
      *i = port - ports[b].first;
      if (*i < ports[b].n)
        return b;
    }
  return NPU_N_BUNDLES;
}

/* The channel that this master feeds, if it feeds one. */
static NpuChannel *
channel_behind (NpuTile *tile, NpuBundle bundle, guint i)
{
  if (bundle == NPU_DMA)
    return &tile->channels[NPU_S2MM][i];
  for (guint c = 0; tile->kind == NPU_TILE_SHIM && bundle == NPU_SOUTH && c < 2; c++)
    {
      if (i == NPU_DEMUX_PORT (c) && (tile->demux & NPU_DEMUX_DMA (c) * 3) == NPU_DEMUX_DMA (c))
        return &tile->channels[NPU_S2MM][c];
    }
  return NULL;
}

/* The neighbour's slave that this master drives. */
static NpuTile *
neighbour (NpuTile *tile, NpuBundle bundle, guint i, guint *slave)
{
  static const struct
  {
    gint columns, rows;
    NpuBundle arrives;
  } ways[NPU_N_BUNDLES] = {
    [NPU_SOUTH] = { 0, -1, NPU_NORTH },
    [NPU_NORTH] = { 0, 1, NPU_SOUTH },
    [NPU_WEST] = { -1, 0, NPU_EAST },
    [NPU_EAST] = { 1, 0, NPU_WEST },
  };
  NpuTile *next;

  if (ways[bundle].columns == 0 && ways[bundle].rows == 0)
    return NULL;
  next = npu_tile (tile->e, tile->column + ways[bundle].columns, tile->row + ways[bundle].rows);
  if (next == NULL || i >= next->layout->slaves[ways[bundle].arrives].n)
    return NULL;
  *slave = next->layout->slaves[ways[bundle].arrives].first + i;
  return next;
}

static void
end_nowhere (NpuRoute *route, const NpuTile *tile, const char *side, guint port)
{
  route->dead = tile;
  route->dead_side = side;
  route->dead_port = port;
}

static void
follow (NpuTile *tile, guint slave, guint hops, NpuRoute *route)
{
  if ((tile->slaves[slave] & (PORT_ON | PORT_PACKET)) != PORT_ON || hops > 2 * NPU_MAX_COLUMNS * NPU_ROWS)
    {
      end_nowhere (route, tile, "slave", slave);
      return;
    }
  for (guint m = 0; m < NPU_MAX_PORTS; m++)
    {
      NpuBundle bundle;
      guint i, next_slave = 0;
      NpuChannel *end;
      NpuTile *next;

      if ((tile->masters[m] & (PORT_ON | PORT_PACKET)) != PORT_ON || (tile->masters[m] & 0x7F) != slave)
        continue;
      bundle = npu_bundle_of (tile->layout->masters, m, &i);
      end = channel_behind (tile, bundle, i);
      next = neighbour (tile, bundle, i, &next_slave);
      if (end != NULL && route->n < NPU_MAX_REACH)
        {
          route->to[route->n] = end;
          route->hops[route->n++] = hops + 1;
        }
      else if (end == NULL && next != NULL)
        follow (next, next_slave, hops + 1, route);
      else
        end_nowhere (route, tile, "master", m);
    }
}

static gboolean
is_same (const NpuRoute *a, const NpuRoute *b)
{
  return a->n == b->n && a->dead == b->dead && memcmp (a->to, b->to, a->n * sizeof a->to[0]) == 0;
}

static void
resolve (NpuChannel *source)
{
  NpuTile *tile = source->tile;
  NpuRoute *route = &source->route;
  const NpuRoute before = *route;
  const guint c = source->index;

  *route = (NpuRoute){ .n = 0 };
  if (tile->kind != NPU_TILE_SHIM)
    follow (tile, tile->layout->slaves[NPU_DMA].first + c, 0, route);
  else if ((tile->mux & NPU_MUX_DMA (c) * 3) == NPU_MUX_DMA (c))
    follow (tile, tile->layout->slaves[NPU_SOUTH].first + NPU_MUX_PORT (c), 0, route);
  for (guint i = 0; i < route->n; i++)
    route->to[i]->source = source;
  if (source->state == NPU_MOVING && !is_same (route, &before))
    {
      g_autofree char *name = npu_describe_channel (source);

      npu_fail (tile->e, NPU_ERROR_REGISTER, "The route of %s changes while data moves along it.", name);
    }
}

/* All of them anew; what stalled for want of a route moves now. */
void
npu_routes_resolve (NpuEmulator *e)
{
  const guint n_tiles = e->n_columns * NPU_ROWS;

  e->are_routes_stale = FALSE;
  for (guint t = 0; t < n_tiles; t++)
    {
      for (guint c = 0; c < NPU_MAX_CHANNELS; c++)
        e->tiles[t].channels[NPU_S2MM][c].source = NULL;
    }
  for (guint t = 0; t < n_tiles; t++)
    {
      for (guint c = 0; c < e->tiles[t].layout->n_channels; c++)
        resolve (&e->tiles[t].channels[NPU_MM2S][c]);
    }
  for (guint t = 0; t < n_tiles && e->failure == NULL; t++)
    {
      for (guint c = 0; c < e->tiles[t].layout->n_channels; c++)
        npu_flow_try (e, &e->tiles[t].channels[NPU_MM2S][c]);
    }
}

/* Whether a shim's token of that controller id finds its way from the tile's own control port to master south 0. */
gboolean
npu_has_token_route (const NpuTile *shim, guint id)
{
  const guint slave = npu_slave_port (NPU_TILE_SHIM, NPU_CONTROL, 0);
  const guint32 master = shim->masters[npu_master_port (NPU_TILE_SHIM, NPU_SOUTH, 0)];

  if ((shim->slaves[slave] & (PORT_ON | PORT_PACKET)) != (PORT_ON | PORT_PACKET))
    return FALSE;
  if ((master & (PORT_ON | PORT_PACKET | 0x80)) != (PORT_ON | PORT_PACKET))
    return FALSE;
  for (guint s = 0; s < 4; s++)
    {
      const guint32 slot = shim->slots[slave][s];

      if ((slot & 0x100) == 0 || ((id ^ slot >> 24) & (slot >> 16) & 0x1F) != 0)
        continue;
      return (master & 7) == (slot & 7) && (master >> 3 & 1u << (slot >> 4 & 3)) != 0;
    }
  return FALSE;
}
