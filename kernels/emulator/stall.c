/* stall.c - who waits for what, in words
 *
 * SPDX-License-Identifier: MIT
 */
#include "emulator/array.h"

char *
npu_describe_channel (const NpuChannel *channel)
{
  return g_strdup_printf ("%s %u of tile (%u, %u)", channel->direction == NPU_S2MM ? "S2MM" : "MM2S", channel->index,
                          channel->tile->column, channel->tile->row);
}

static void
describe_lock (GString *text, const NpuLock *lock, gint32 value)
{
  g_string_append_printf (text, "waits for lock %u of tile (%u, %u) to be %s %d; it is %d", npu_lock_index (lock),
                          lock->tile->column, lock->tile->row, value < 0 ? "at least" : "exactly", ABS (value), lock->value);
}

static void
describe_stream (GString *text, const NpuChannel *channel)
{
  const NpuRoute *route = &channel->route;

  if (channel->direction == NPU_S2MM && channel->source == NULL)
    g_string_append (text, "waits for words, but no stream ends in it");
  else if (channel->direction == NPU_S2MM)
    {
      g_autofree char *source = npu_describe_channel (channel->source);

      g_string_append_printf (text, "waits for %u words from %s", channel->left, source);
    }
  else if (route->dead != NULL)
    g_string_append_printf (text, "sends into a stream that ends nowhere, at %s port %u of tile (%u, %u)", route->dead_side,
                            route->dead_port, route->dead->column, route->dead->row);
  else if (route->n == 0)
    g_string_append (text, "sends into a stream that ends nowhere, for no master takes it");
  else
    {
      g_string_append_printf (text, "has %u words to send, but not ready to take them is", channel->left);
      for (guint i = 0; i < route->n; i++)
        {
          g_autofree char *end = npu_describe_channel (route->to[i]);

          if (route->to[i]->state != NPU_READY)
            g_string_append_printf (text, " %s", end);
        }
    }
}

static void
describe_task (GString *text, const NpuChannel *channel)
{
  const NpuDescriptor *d = &channel->tile->bds[channel->bd];
  g_autofree char *name = npu_describe_channel (channel);

  g_string_append_printf (text, "\n  %s, BD %u", name, channel->bd);
  if (channel->tasks[0].op >= 0)
    g_string_append_printf (text, ", pushed by op %" G_GINT64_FORMAT, channel->tasks[0].op);
  if (channel->n_tasks > 1)
    g_string_append_printf (text, ", and %u more tasks", channel->n_tasks - 1);
  g_string_append (text, ": ");
  if (channel->state == NPU_LOCKED)
    describe_lock (text, d->acquire, channel->wait.value);
  else if (channel->state == NPU_READY)
    describe_stream (text, channel);
  else
    g_string_append (text, "is on its way");
}

static void
describe_core (GString *text, const NpuCore *core)
{
  if (core->state == NPU_CORE_DONE)
    g_string_append_printf (text, "\n  core of tile (%u, %u): its program has returned", core->tile->column, core->tile->row);
  if (core->state != NPU_CORE_WAITS)
    return;
  g_string_append_printf (text, "\n  core of tile (%u, %u): ", core->tile->column, core->tile->row);
  describe_lock (text, &core->tile->locks[core->lock], core->wait.value);
}

/* A line each: every channel with a task, every core that waits. */
char *
npu_describe_stalls (NpuEmulator *e)
{
  GString *text = g_string_new (NULL);

  for (guint t = 0; t < e->n_columns * NPU_ROWS; t++)
    {
      const NpuTile *tile = &e->tiles[t];

      for (guint i = 0; i < 2 * tile->layout->n_channels; i++)
        {
          if (tile->channels[i % 2][i / 2].n_tasks > 0)
            describe_task (text, &tile->channels[i % 2][i / 2]);
        }
      if (tile->core != NULL)
        describe_core (text, tile->core);
    }
  return g_string_free (text, FALSE);
}
