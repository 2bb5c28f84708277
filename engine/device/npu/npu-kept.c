/* npu-kept.c - a run keeps of the last one's stream what would be the same again
 *
 * Most of a step's words and control objects are those of the step before: products, norms and the attention over windows depend on how many tokens there
 * are, and of which windows, and not on which. All of a window's are those of a window as long as this one, but for how loud it is and where its cross
 * keys and values go. The stream and the control objects stay where they are, and an op whose words are known, and which begins in
 * the same place and with the same tasks under way, is passed over. Anything else is written anew over what was there. Where it grows or shrinks,
 * the ops behind it begin elsewhere, and are written anew too: an op's words are only taken if nothing has been written over them. Each part of a run has a stream
 * of its own, and what is kept lies in one of them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-private.h"

#include <string.h>

/* Compared as bytes */
G_STATIC_ASSERT (sizeof (ScribeNpuChannelState) == 4 * sizeof (guint));
G_STATIC_ASSERT (sizeof (ScribeNpuStreamState) == (2 + 4 * NPU_MAX_COLUMNS * SCRIBE_NPU_N_CHANNELS) * sizeof (guint));
G_STATIC_ASSERT (sizeof (NpuFlow) == (3 + NPU_MAX_COLUMNS * SCRIBE_NPU_N_CHANNELS) * sizeof (guint));

/* What steady ops depend on, beside the plan */
static GArray *
shape_of (const NpuLower *lower)
{
  const ScribeRun *run = lower->run;
  const guint head[] = { run->n_ctx, run->n_tokens, run->alignment != NULL };
  GArray *shape = g_array_sized_new (FALSE, FALSE, sizeof (guint), G_N_ELEMENTS (head) + 2 * run->n_tokens);

  g_array_append_vals (shape, head, G_N_ELEMENTS (head));
  for (guint i = 0; i < run->n_tokens; i++)
    {
      const guint window = run->tokens[i].window, seen[] = { window, lower->device->base.window_ctx[window] };

      g_array_append_vals (shape, seen, G_N_ELEMENTS (seen));
    }
  return shape;
}

static gboolean
fills_cross_caches (const NpuLower *lower)
{
  for (guint i = 0; i < MAX (lower->plan->groups[lower->op_index], 1); i++)
    if (((const ScribeOp *) g_ptr_array_index (lower->plan->graph->ops, lower->op_index + i))->out->kind
        == SCRIBE_TENSOR_CROSS_CACHE)
      return TRUE;
  return FALSE;
}

/* What an op depends on beside the run's shape, as a number. FALSE: on more than that. Values of a step go to the caches, where their positions are. */
static gboolean
find_key (const NpuLower *lower, guint32 *key)
{
  const ScribeOp *op = lower->op;

  *key = 0;
  switch (op->kind)
    {
    case SCRIBE_OP_SPECTRUM:
      memcpy (key, &lower->plan->mel.scale, sizeof *key);
      return TRUE;
    case SCRIBE_OP_LINEAR:
      if (fills_cross_caches (lower))
        *key = lower->run->window;
      return op->out->kind != SCRIBE_TENSOR_SELF_CACHE || op->out->index % 2 == 0;
    case SCRIBE_OP_LOG_MEL:
    case SCRIBE_OP_CONV1D:
    case SCRIBE_OP_LAYER_NORM:
      return TRUE;
    case SCRIBE_OP_ATTENTION:
      return op->key->kind != SCRIBE_TENSOR_SELF_CACHE;
    default:
      return FALSE;
    }
}

void
npu_kept_begin (NpuLower *lower)
{
  ScribePlan *plan = lower->plan;
  g_autoptr (GArray) shape = shape_of (lower);

  lower->keeps = shape->len == plan->shape->len && memcmp (shape->data, plan->shape->data, shape->len * sizeof (guint)) == 0;
  g_array_set_size (plan->shape, 0);
  g_array_append_vals (plan->shape, shape->data, shape->len);
}

/* The op is about to be lowered. */
static void
begin (NpuLower *lower, NpuKept *kept)
{
  kept->is_steady = find_key (lower, &kept->key);
  if (lower->part == NULL)
    return;
  kept->before = lower->flow;
  kept->stream_before = lower->stream->state;
  lower->reach = lower->stream->reach;
  lower->stream->reach = (ScribeNpuReach){ 0 };
}

gboolean
npu_kept_take (NpuLower *lower)
{
  NpuKept *kept = &lower->plan->kept[lower->op_index];
  guint32 key;

  if (!lower->keeps || !kept->is_steady || !find_key (lower, &key) || key != kept->key
      || memcmp (&kept->before, &lower->flow, sizeof lower->flow) != 0
      || memcmp (&kept->stream_before, &lower->stream->state, sizeof lower->stream->state) != 0)
    {
      begin (lower, kept);
      return FALSE;
    }
  lower->flow = kept->after;
  lower->stream->state = kept->stream_after;
  scribe_npu_reach_join (&lower->stream->reach, &kept->reach);
  return TRUE;
}

void
npu_kept_note (NpuLower *lower)
{
  NpuKept *kept = &lower->plan->kept[lower->op_index];

  if (lower->part == NULL)
    return;
  kept->is_steady &= lower->flow.part == kept->before.part; /* what is kept is of one part */
  kept->after = lower->flow;
  kept->stream_after = lower->stream->state;
  kept->reach = lower->stream->reach;
  scribe_npu_reach_join (&lower->stream->reach, &lower->reach);
}
