/* dma.c - DMA channels: tasks, their chains of BDs, locks
 *
 *   queue -> task, `times` over: first BD -> ... -> the one without a next -> token
 *   BD: set up -> lock taken -> stream moves its words (flow.c) -> lock given, iteration moves on
 *
 * A channel's own time goes on as soon as it has sent or taken its last word; what it gives, a lock or a token, arrives later by what
 * the words need for their way.
 *
 * SPDX-License-Identifier: MIT
 */
#include "emulator/array.h"

#include <string.h>

#define CONTROL_RESET 2u
#define TASK_BITS     0x80FF003Fu

static inline NpuDescriptor *
descriptor_of (NpuChannel *channel)
{
  return &channel->tile->bds[channel->bd];
}

static void
set_up (NpuEmulator *e, NpuChannel *channel, guint bd, guint delay)
{
  channel->bd = bd;
  channel->state = NPU_SETTING_UP;
  if (descriptor_of (channel)->acquire != NULL)
    delay += e->costs->lock;
  npu_at (e, e->now + delay, NPU_EVENT_CHANNEL, channel, channel->epoch);
}

static void
start_task (NpuEmulator *e, NpuChannel *channel, gboolean was_idle)
{
  const NpuCosts *costs = e->costs;
  const NpuTask *task = &channel->tasks[0];
  const gboolean is_cold = was_idle || costs->is_always_cold;
  guint delay = costs->channel_start + costs->bd_set_up + costs->memory_latency;

  if (channel->tile->kind == NPU_TILE_SHIM && channel->direction == NPU_MM2S)
    delay += costs->task_to_array + (is_cold ? costs->cold_to_array : 0);
  else if (channel->tile->kind == NPU_TILE_SHIM)
    delay += costs->task_from_array + (is_cold ? costs->cold_from_array : 0);
  channel->times_left = task->times;
  set_up (e, channel, task->bd, delay);
}

void
npu_channel_push (NpuEmulator *e, NpuChannel *channel, guint32 word)
{
  NpuTask task = { .bd = word & 0x3F, .times = (word >> 16 & 0xFF) + 1, .token = word >> 31, .op = -1 };
  g_autofree char *where = npu_describe_channel (channel);

  if (e->sequencer.state != NPU_SEQUENCER_DONE)
    task.op = e->sequencer.op;
  if ((word & ~TASK_BITS) != 0)
    npu_fail (e, NPU_ERROR_TASK, "%s is given 0x%08X, which is no task.", where, word);
  else if ((channel->control & CONTROL_RESET) != 0)
    npu_fail (e, NPU_ERROR_TASK, "%s is given a task while it is held in reset.", where);
  else if (channel->n_tasks == NPU_QUEUE_DEPTH)
    npu_fail (e, NPU_ERROR_TASK, "%s is given BD %u while it has %d tasks, which is all it can hold: the hardware would drop it.",
              where, task.bd, NPU_QUEUE_DEPTH);
  else if (task.token && channel->tile->kind != NPU_TILE_SHIM)
    npu_fail (e, NPU_ERROR_TASK, "%s is asked for a token, which here only shims can send.", where);
  else if (task.token && !npu_has_token_route (channel->tile, channel->control >> 8 & 0x1F))
    npu_fail (e, NPU_ERROR_TASK, "%s is asked for a token, but no route takes tokens of its controller id %u to the firmware.",
              where, channel->control >> 8 & 0x1F);
  else if (npu_check_chain (e, channel, &task))
    {
      if (task.token && task.is_endless)
        npu_fail (e, NPU_ERROR_TASK, "%s is asked for a token after a chain of BDs that never ends.", where);
      channel->n_tokens_due += task.token;
      channel->tasks[channel->n_tasks++] = task;
      if (channel->n_tasks == 1)
        start_task (e, channel, TRUE);
    }
}

static void
reset (NpuEmulator *e, NpuChannel *channel)
{
  if (channel->state == NPU_MOVING)
    {
      g_autofree char *where = npu_describe_channel (channel);

      npu_fail (e, NPU_ERROR_REGISTER, "%s is reset while data moves through it.", where);
      return;
    }
  if (channel->state == NPU_LOCKED)
    npu_lock_forget (descriptor_of (channel)->acquire, &channel->wait);
  channel->state = NPU_IDLE;
  channel->n_tasks = 0;
  channel->epoch++;
}

void
npu_channel_control (NpuEmulator *e, NpuChannel *channel, guint32 value)
{
  const guint32 known = NPU_CONTROLLER_MASK | (channel->tile->kind == NPU_TILE_SHIM ? 0 : CONTROL_RESET);

  if ((value & ~known) != 0)
    {
      g_autofree char *where = npu_describe_channel (channel);

      npu_fail (e, NPU_ERROR_REGISTER, "%s is set to 0x%X: but for reset and controller id, its modes are not emulated.", where,
                value);
      return;
    }
  channel->control = value;
  if ((value & CONTROL_RESET) != 0)
    reset (e, channel);
}

guint32
npu_channel_status (const NpuChannel *channel)
{
  static const guint32 states[] = {
    [NPU_IDLE] = 0,    [NPU_SETTING_UP] = 1,      [NPU_LOCKED] = 2 | 1u << 2,
    [NPU_GRANTED] = 2, [NPU_READY] = 2 | 1u << 4, [NPU_MOVING] = 2,
  };

  if (channel->n_tasks == 0)
    return 0;
  return states[channel->state] | 1u << 19 | channel->n_tasks << 20 | channel->bd << 24;
}

gboolean
npu_tile_uses_bd (const NpuTile *tile, guint bd)
{
  for (guint i = 0; i < 2 * tile->layout->n_channels; i++)
    {
      const NpuChannel *channel = &tile->channels[i % 2][i / 2];

      for (guint t = 0; t < channel->n_tasks; t++)
        {
          if ((channel->tasks[t].chain >> bd & 1) != 0)
            return TRUE;
        }
    }
  return FALSE;
}

static inline guint64
iteration_offset (const NpuBd *bd)
{
  return (guint64) bd->iteration_current * bd->iteration_step * 4;
}

/* The argument's memory that a shim's BD names, if it lies in one whole. */
static guint8 *
find_in_buffers (NpuEmulator *e, NpuChannel *channel, guint64 address, guint64 extent)
{
  const guint64 at = address & (npu_buffer_address (0) - 1), i = (address >> 40) - 1;
  g_autofree char *where = NULL;

  if (i < e->n_buffers && at + extent <= e->buffers[i].size)
    return e->buffers[i].data + at;
  where = npu_describe_channel (channel);
  if (i >= e->n_buffers)
    npu_fail (e, NPU_ERROR_TRANSFER, "%s, BD %u: address 0x%" G_GINT64_MODIFIER "X is in no argument; was it patched?", where,
              channel->bd, address);
  else
    npu_fail (e, NPU_ERROR_TRANSFER,
              "%s, BD %u: bytes %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT " go beyond argument %u, which has %" G_GSIZE_FORMAT
              ".",
              where, channel->bd, at, at + extent, (guint) i, e->buffers[i].size);
  return NULL;
}

/* Its lock is taken: lays the walk over memory, and lets the stream know. */
static void
begin (NpuEmulator *e, NpuChannel *channel)
{
  NpuDescriptor *d = descriptor_of (channel);
  const guint64 offset = iteration_offset (&d->bd);
  guint8 *base;

  if (channel->tile->kind == NPU_TILE_SHIM)
    base = find_in_buffers (e, channel, d->bd.base + offset, d->shape.extent);
  else if (channel->direction == NPU_MM2S && !npu_check_filled (e, channel, d, offset))
    base = NULL;
  else
    base = d->memory_tile->memory + d->memory_base + offset;
  if (base == NULL)
    return;

  npu_walk_init (&channel->walk, &d->shape, base, channel->pad_value);
  channel->left = d->shape.total;
  channel->state = NPU_READY;
  if (channel->direction == NPU_MM2S)
    npu_flow_try (e, channel);
  else if (channel->source != NULL)
    npu_flow_try (e, channel->source);
}

void
npu_channel_event (NpuEmulator *e, NpuChannel *channel)
{
  const NpuDescriptor *d = descriptor_of (channel);

  if (channel->state == NPU_GRANTED || d->acquire == NULL || npu_lock_take (d->acquire, d->bd.acquire_value))
    {
      begin (e, channel);
      return;
    }
  channel->state = NPU_LOCKED;
  channel->wait.channel = channel;
  channel->wait.value = d->bd.acquire_value;
  npu_lock_wait (d->acquire, &channel->wait);
}

void
npu_channel_granted (NpuEmulator *e, NpuChannel *channel)
{
  channel->state = NPU_GRANTED;
  npu_at (e, e->now + e->costs->lock, NPU_EVENT_CHANNEL, channel, channel->epoch);
}

static void
end_task (NpuEmulator *e, NpuChannel *channel, guint latency)
{
  if (channel->tasks[0].token)
    npu_at (e, e->now + latency, NPU_EVENT_TOKEN, channel, 0);
  channel->n_tasks--;
  memmove (&channel->tasks[0], &channel->tasks[1], channel->n_tasks * sizeof (NpuTask));
  channel->state = NPU_IDLE;
  if (channel->n_tasks > 0)
    start_task (e, channel, FALSE);
}

void
npu_channel_bd_done (NpuEmulator *e, NpuChannel *channel, guint latency)
{
  NpuDescriptor *d = descriptor_of (channel);
  NpuBd *bd = &d->bd;

  if (channel->direction == NPU_S2MM && channel->tile->kind != NPU_TILE_SHIM)
    npu_mark_descriptor (d, iteration_offset (bd));
  bd->iteration_current = bd->iteration_current + 1 == bd->iterations ? 0 : bd->iteration_current + 1;
  if (d->release != NULL && latency > 0)
    npu_at (e, e->now + latency, NPU_EVENT_RELEASE, d->release, bd->release_value);
  else if (d->release != NULL)
    npu_lock_give (e, d->release, bd->release_value);

  if (bd->use_next)
    set_up (e, channel, bd->next, e->costs->bd_chain);
  else if (--channel->times_left > 0)
    set_up (e, channel, channel->tasks[0].bd, e->costs->bd_chain);
  else
    end_task (e, channel, latency);
}
