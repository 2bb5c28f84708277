/* flow.c - words move: from one MM2S channel to all the S2MM channels that its stream ends in
 *
 * A stream moves when its source and every end have a BD ready, as many words as the shortest of them has left, but no more than a
 * chunk, a word a cycle. On a shim a chunk also has to be fetched from DDR, or put there: a server for what is read and one for
 * what is written, and a third, faster one for all of it, each first come first served; they may take longer than the stream.
 *
 * SPDX-License-Identifier: MIT
 */
#include "emulator/array.h"

#include <string.h>

static guint64
occupy (const NpuEmulator *e, NpuDdr *ddr, guint64 bytes)
{
  ddr->free = MAX (ddr->free, e->now << 16) + bytes * ddr->price;
  ddr->busy += bytes * ddr->price;
  return (ddr->free + 0xFFFF) >> 16;
}

/* When these words are through: not before `end`, nor, on a shim, before DDR is done with them. */
static guint64
serve (NpuEmulator *e, const NpuChannel *channel, guint32 n, guint64 end)
{
  const guint64 bytes = npu_costs_ddr_bytes (n * 4, channel->walk.shape->run);
  guint64 one_way, both_ways;

  if (channel->tile->kind != NPU_TILE_SHIM)
    return end;
  one_way = occupy (e, &e->ddr[channel->direction], bytes);
  both_ways = occupy (e, &e->ddr[NPU_DDR_BOTH], bytes);
  return MAX (end, MAX (one_way, both_ways));
}

static void
move (NpuEmulator *e, NpuChannel *source, guint32 n)
{
  const NpuRoute *route = &source->route;
  const guint8 *words = npu_walk_straight (&source->walk, n);

  if (words == NULL)
    {
      npu_walk_read (&source->walk, e->bounce, n);
      words = e->bounce;
    }
  for (guint i = 0; i < route->n; i++)
    {
      NpuWalk *walk = &route->to[i]->walk;
      guint8 *room = npu_walk_straight (walk, n);

      if (room != NULL)
        memmove (room, words, n * 4);
      else
        npu_walk_write (walk, words, n);
    }
}

void
npu_flow_try (NpuEmulator *e, NpuChannel *source)
{
  const NpuRoute *route = &source->route;
  guint32 n = MIN (source->left, NPU_CHUNK);
  guint64 end;

  if (source->state != NPU_READY || route->n == 0 || route->dead != NULL)
    return;
  for (guint i = 0; i < route->n; i++)
    {
      if (route->to[i]->state != NPU_READY)
        return;
      n = MIN (n, route->to[i]->left);
    }

  end = serve (e, source, n, e->now + n);
  for (guint i = 0; i < route->n; i++)
    {
      end = serve (e, route->to[i], n, end);
      route->to[i]->state = NPU_MOVING;
    }
  move (e, source, n);
  source->state = NPU_MOVING;
  source->chunk = n;
  npu_at (e, end, NPU_EVENT_FLOW, source, source->epoch);
}

static void
pass (NpuEmulator *e, NpuChannel *channel, guint32 n, guint latency)
{
  channel->left -= n;
  channel->bytes += n * 4;
  channel->state = NPU_READY;
  if (channel->left == 0)
    npu_channel_bd_done (e, channel, latency);
}

void
npu_flow_done (NpuEmulator *e, NpuChannel *source)
{
  const NpuRoute *route = &source->route;

  pass (e, source, source->chunk, 0);
  for (guint i = 0; i < route->n; i++)
    pass (e, route->to[i], source->chunk, route->hops[i] * e->costs->switch_hop + e->costs->memory_latency);
  npu_flow_try (e, source);
}
