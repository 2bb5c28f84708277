/* check.c - what can be said of a task before it runs, and of memory before it is sent
 *
 * A push is looked at with the whole chain that it starts, since none of its BDs may change until the task is over.
 *
 * SPDX-License-Identifier: MIT
 */
#include "emulator/array.h"

#define HALF 24 /* BDs of a memory tile that even channels take; odd ones take the rest */

static gboolean G_GNUC_PRINTF (4, 5) refuse (NpuEmulator *e, const NpuChannel *channel, guint bd, const char *format, ...)
{
  g_autofree char *where = npu_describe_channel (channel);
  g_autofree char *what = NULL;
  va_list arguments;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  npu_fail (e, NPU_ERROR_TASK, "%s cannot run BD %u: %s.", where, bd, what);
  return FALSE;
}

/* Memory tile: which of the three tiles that a BD can name. */
static NpuTile *
tile_in_window (NpuChannel *channel, guint window)
{
  NpuTile *tile = channel->tile;

  if (window == 1)
    return tile;
  return window > 2 || channel->index > 3 ? NULL : npu_tile (tile->e, tile->column + window - 1, tile->row);
}

static NpuLock *
find_lock (NpuChannel *channel, guint id)
{
  NpuTile *tile = channel->tile;

  if (tile->kind != NPU_TILE_MEMORY)
    return id < tile->layout->n_locks ? &tile->locks[id] : NULL;
  tile = tile_in_window (channel, id / 64);
  return tile == NULL ? NULL : &tile->locks[id % 64];
}

static gboolean
check_locks (NpuEmulator *e, NpuChannel *channel, guint i, NpuDescriptor *d)
{
  d->acquire = d->release = NULL;
  if (d->bd.acquire && (d->acquire = find_lock (channel, d->bd.acquire_lock)) == NULL)
    return refuse (e, channel, i, "it takes lock %u, which is out of its reach", d->bd.acquire_lock);
  if (d->bd.release_value != 0 && (d->release = find_lock (channel, d->bd.release_lock)) == NULL)
    return refuse (e, channel, i, "it gives lock %u, which is out of its reach", d->bd.release_lock);
  return TRUE;
}

static gboolean
check_memory (NpuEmulator *e, NpuChannel *channel, guint i, NpuDescriptor *d)
{
  const NpuLayout *layout = channel->tile->layout;
  guint64 end = d->shape.extent + (guint64) (d->bd.iterations - 1) * d->bd.iteration_step * 4;

  if (channel->tile->kind == NPU_TILE_SHIM)
    return TRUE;
  d->memory_tile = channel->tile;
  d->memory_base = d->bd.base % layout->memory;
  if (channel->tile->kind == NPU_TILE_MEMORY)
    d->memory_tile = tile_in_window (channel, d->bd.base / layout->memory);
  if (d->memory_tile == NULL)
    return refuse (e, channel, i, "its memory, from byte 0x%" G_GINT64_MODIFIER "X, is out of its reach", d->bd.base);
  end += d->memory_base;
  if (end > layout->memory)
    return refuse (e, channel, i, "it reaches to byte 0x%" G_GINT64_MODIFIER "X of a memory of 0x%X", end, layout->memory);
  return TRUE;
}

static gboolean
check_bd (NpuEmulator *e, NpuChannel *channel, guint i, NpuDescriptor *d)
{
  const NpuTile *tile = channel->tile;
  const NpuBd *bd = &d->bd;
  const char *wrong;

  if (tile->kind == NPU_TILE_MEMORY && i / HALF != channel->index % 2)
    return refuse (e, channel, i, "%s channels of a memory tile take BDs %s", channel->index % 2 ? "odd" : "even",
                   channel->index % 2 ? "24 to 47" : "0 to 23");
  if (!d->is_decoded)
    {
      npu_bd_decode (tile->kind, d->words, &d->bd);
      d->is_filled = FALSE;
    }
  if (!bd->valid)
    return refuse (e, channel, i, "it is not valid");
  if (bd->packet)
    return refuse (e, channel, i, "it sends packets, which are not emulated");
  if (bd->compression)
    return refuse (e, channel, i, "it compresses, which is not emulated");
  if (bd->burst == 3 && e->generation == NPU1)
    return refuse (e, channel, i, "XDNA1 has no bursts of 512 bytes");
  if (bd->iteration_current >= bd->iterations)
    return refuse (e, channel, i, "it is at iteration %u of %u", bd->iteration_current, bd->iterations);
  wrong = npu_shape_init (&d->shape, tile->kind, bd);
  if (wrong != NULL)
    return refuse (e, channel, i, "%s", wrong);
  if (d->shape.is_padded && channel->direction == NPU_S2MM)
    return refuse (e, channel, i, "it pads what it receives");
  if (!check_locks (e, channel, i, d) || !check_memory (e, channel, i, d))
    return FALSE;
  d->is_decoded = TRUE;
  return TRUE;
}

gboolean
npu_check_chain (NpuEmulator *e, NpuChannel *channel, NpuTask *task)
{
  const guint n_bds = channel->tile->layout->n_bds;
  guint i = task->bd;

  task->chain = 0;
  task->is_endless = FALSE;
  for (;;)
    {
      NpuDescriptor *d;

      if (i >= n_bds)
        return refuse (e, channel, i, "there are %u", n_bds);
      d = &channel->tile->bds[i];
      if (!check_bd (e, channel, i, d))
        return FALSE;
      task->chain |= G_GUINT64_CONSTANT (1) << i;
      if (!d->bd.use_next)
        return TRUE;
      i = d->bd.next;
      if (i < n_bds && (task->chain >> i & 1) != 0)
        {
          task->is_endless = TRUE;
          return TRUE;
        }
    }
}

/* Marks n words from the tile's byte `at` on as filled, or finds out whether they are. */
static gboolean
visit_words (NpuTile *tile, guint32 at, guint32 n, gboolean marks)
{
  for (guint32 word = at / 4; word < at / 4 + n; word++)
    {
      if (marks)
        tile->filled[word / 8] |= 1u << word % 8;
      else if ((tile->filled[word / 8] >> word % 8 & 1) == 0)
        return FALSE;
    }
  return TRUE;
}

static gboolean
visit_shape (NpuTile *tile, guint32 base, const NpuShape *shape, gboolean marks)
{
  guint32 index[4] = { 0 };
  guint d;

  do
    {
      guint32 row = base;

      for (d = 1; d < shape->n; d++)
        row += index[d] * shape->step[d] * 4;
      if (shape->step[0] == 1 && !visit_words (tile, row, shape->count[0], marks))
        return FALSE;
      for (guint32 i = 0; shape->step[0] != 1 && i < shape->count[0]; i++)
        {
          if (!visit_words (tile, row + i * shape->step[0] * 4, 1, marks))
            return FALSE;
        }
      for (d = 1; d < shape->n; d++)
        {
          if (++index[d] < shape->count[d])
            break;
          index[d] = 0;
        }
    }
  while (d < shape->n);
  return TRUE;
}

gboolean
npu_check_filled (NpuEmulator *e, NpuChannel *channel, NpuDescriptor *d, guint64 offset)
{
  g_autofree char *where = NULL;

  if (d->is_filled || (d->acquire != NULL && d->acquire->is_core_given))
    return TRUE;
  if (visit_shape (d->memory_tile, d->memory_base + offset, &d->shape, FALSE))
    {
      d->is_filled = d->bd.iterations == 1;
      return TRUE;
    }
  where = npu_describe_channel (channel);
  npu_fail (e, NPU_ERROR_TRANSFER, "%s is to send memory from byte 0x%X on with BD %u, of which nobody has filled a part.", where,
            (guint) (d->memory_base + offset), channel->bd);
  return FALSE;
}

void
npu_mark_descriptor (NpuDescriptor *d, guint64 offset)
{
  if (d->is_filled)
    return;
  visit_shape (d->memory_tile, d->memory_base + offset, &d->shape, TRUE);
  d->is_filled = d->bd.iterations == 1;
}

void
npu_mark_filled (NpuTile *tile, guint32 offset, guint32 n_bytes)
{
  visit_words (tile, offset, n_bytes / 4, TRUE);
}
