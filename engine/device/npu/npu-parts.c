/* npu-parts.c - a run in parts, each an instruction stream for one program of the cores
 *
 * The cores hold one program at a time, and changing it resets the array. So where an op needs another than the op before it, the stream ends: the results
 * of the op before are waited for, and what follows is a stream of its own, which finds nothing in the array but the design. All of a run's streams
 * are submitted at once, in order. Parts stay with the plan, and the next run writes its own over them (npu-kept.c).
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-private.h"

static NpuPart *
part_new (const ScribePlan *plan)
{
  NpuPart *part = g_new0 (NpuPart, 1);

  part->plan = plan;
  part->stream = scribe_npu_stream_new (plan->device->overlay, plan->device->overlay_hash);
  part->written = g_array_new (FALSE, FALSE, sizeof (NpuExtent));
  return part;
}

static void
part_free (gpointer data)
{
  NpuPart *part = data;
  NpuArray *array = part->plan->device->array;

  array->klass->release (array, &part->shown);
  scribe_npu_stream_free (part->stream);
  g_array_unref (part->written);
  g_free (part);
}

GPtrArray *
npu_parts_new (void)
{
  return g_ptr_array_new_with_free_func (part_free);
}

/* These bytes are new to the array; most follow on those before. */
static void
add_extent (GArray *extents, gsize begin, gsize end)
{
  const NpuExtent extent = { begin, end };
  NpuExtent *last = extents->len > 0 ? &g_array_index (extents, NpuExtent, extents->len - 1) : NULL;

  if (last && last->end == begin)
    last->end = end;
  else if (end > begin)
    g_array_append_val (extents, extent);
}

void
npu_part_note (NpuLower *lower, gboolean is_new)
{
  const guint n_words = lower->stream ? lower->stream->state.at : 0, control = lower->flow.control;

  if (lower->stream && lower->stream->is_new)
    {
      add_extent (lower->part->written, lower->n_noted * sizeof (guint32), n_words * sizeof (guint32));
      lower->stream->is_new = FALSE;
    }
  if (is_new)
    add_extent (lower->plan->written_control, lower->control_noted, control);
  lower->n_noted = n_words;
  lower->control_noted = control;
}

void
npu_part_leave (NpuLower *lower)
{
  if (lower->part == NULL)
    return;
  npu_finish (lower);
  npu_part_note (lower, TRUE);
  scribe_npu_reach_join (&lower->stream->reach, &lower->reach);
  lower->part->transaction = scribe_npu_stream_finish (lower->stream);
  if (lower->stream->is_new)
    add_extent (lower->part->written, 0, SCRIBE_NPU_HEADER_WORDS * sizeof (guint32));
  lower->part = NULL;
  lower->stream = NULL;
}

/* Where each half has rows of its own, both take the same weights, keys and control objects, but in ops of sound, whose control objects speak of rows. */
static void
share (NpuLower *lower)
{
  const GArray *writes;

  lower->shares = lower->device->overlay->n_halves > 1 && !lower->spread.halves_share
                  && lower->stream->program != TILE_PROGRAM_SOUND;
  writes = lower->device->sharing[lower->shares];
  for (guint i = 0; i < writes->len; i++)
    {
      const NpuWrite *write = &g_array_index (writes, NpuWrite, i);

      scribe_npu_stream_write (lower->stream, write->address, write->value);
    }
}

static void
begin (NpuLower *lower, TileProgramId program)
{
  ScribePlan *plan = lower->plan;

  if (plan->n_parts == plan->parts->len)
    g_ptr_array_add (plan->parts, part_new (plan));
  lower->part = g_ptr_array_index (plan->parts, plan->n_parts++);
  lower->stream = lower->part->stream;
  scribe_npu_stream_restart (lower->stream, program);
  lower->flow.part = plan->n_parts;
  lower->flow.waiting = 0;
  lower->stream->is_new = FALSE;
  lower->reach = (ScribeNpuReach){ 0 };
  lower->n_noted = SCRIBE_NPU_HEADER_WORDS;
  share (lower);
}

/* Of a graph with integers all ops are in the program that knows them, as far as it has them. */
static TileProgramId
program_of (const NpuLower *lower, TileOp op)
{
  const gboolean needs_integers = lower->plan->has_integers && tile_program_has (TILE_PROGRAM_INTEGERS, op);

  return needs_integers ? TILE_PROGRAM_INTEGERS : tile_program_of (op);
}

void
npu_part_enter (NpuLower *lower, TileOp op)
{
  const TileProgramId program = program_of (lower, op);

  if (lower->part
      && (lower->stream->program == program || (!lower->plan->has_integers && tile_program_has (lower->stream->program, op))))
    return;
  npu_part_leave (lower);
  begin (lower, program);
}
