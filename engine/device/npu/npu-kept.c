/* npu-kept.c - a run keeps of the last one's stream what would be the same again
 *
 * Most of a step's words and control objects are those of the step before: products, norms and the attention over windows depend on how many tokens there
 * are, and of which windows, and not on which. What is done to the caches of a sequence depends on the block of 64 positions; the position itself stands in
 * control objects, which the first layer makes anew and all others have in common with it. All of a window's words are those of a window as long as this
 * one, but for how loud it is and where its cross keys and values go.
 *
 * The stream and the control objects stay where they are, and an op whose words are known, and which begins in the same place and with the same tasks under
 * way, is passed over. Anything else is written anew over what was there. Where it grows or shrinks, the ops behind it begin elsewhere, and are written anew
 * too: an op's words are only taken if nothing has been written over them. Each part of a run has a stream of its own, and what is kept lies in one of them.
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

/* What those depend on whose tasks go to the caches of a step. What of a block is new, or is seen, stands in control objects, which the first layer
 * makes anew for all. */
static GArray *
blocks_of (const NpuLower *lower)
{
  const ScribeRun *run = lower->run;
  GArray *blocks = g_array_sized_new (FALSE, FALSE, sizeof (guint), 2 * run->n_tokens);

  for (guint i = 0; i < run->n_tokens; i++)
    {
      const guint place[] = { run->tokens[i].sequence, run->tokens[i].position / NPU_KEYS };

      g_array_append_vals (blocks, place, G_N_ELEMENTS (place));
    }
  return blocks;
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

/* Of the first layer's op control objects are to be made. */
static NpuSteadiness
of_layers (const NpuLower *lower, NpuShared kind)
{
  return lower->plan->shared[kind]->len > 0 ? NPU_STEADY_IN_BLOCKS : NPU_VARIES;
}

/* key: what an op depends on beside that, as a number. Values of a step go to the caches, where their positions are. */
static NpuSteadiness
find_key (const NpuLower *lower, guint32 *key)
{
  const ScribeOp *op = lower->op;

  *key = 0;
  switch (op->kind)
    {
    case SCRIBE_OP_SPECTRUM:
      memcpy (key, &lower->plan->mel.scale, sizeof *key);
      return NPU_STEADY;
    case SCRIBE_OP_LINEAR:
      if (fills_cross_caches (lower))
        *key = lower->run->window;
      return op->out->kind == SCRIBE_TENSOR_SELF_CACHE && op->out->index % 2 == 1 ? of_layers (lower, NPU_SHARED_CACHE)
                                                                                  : NPU_STEADY;
    case SCRIBE_OP_LOG_MEL:
    case SCRIBE_OP_CONV1D:
    case SCRIBE_OP_LAYER_NORM:
      return NPU_STEADY;
    case SCRIBE_OP_ATTENTION:
      return op->key->kind == SCRIBE_TENSOR_SELF_CACHE ? of_layers (lower, NPU_SHARED_ATTENTION) : NPU_STEADY;
    default:
      return NPU_VARIES;
    }
}

/* Whether it is the last one, in whose place it is put. */
static gboolean
is_last (GArray **last, GArray *now)
{
  const gboolean is_same = now->len == (*last)->len
                           && (now->len == 0 || memcmp (now->data, (*last)->data, now->len * sizeof (guint)) == 0);

  g_array_unref (*last);
  *last = now;
  return is_same;
}

void
npu_kept_begin (NpuLower *lower)
{
  ScribePlan *plan = lower->plan;

  lower->keeps = is_last (&plan->shape, shape_of (lower));
  lower->keeps_blocks = is_last (&plan->blocks, blocks_of (lower)) && lower->keeps;
}

/* The op is about to be lowered. */
static void
begin (NpuLower *lower, NpuKept *kept)
{
  kept->steadiness = find_key (lower, &kept->key);
  if (lower->part == NULL)
    return;
  kept->before = lower->flow;
  kept->stream_before = lower->stream->state;
  lower->reach = lower->stream->reach;
  lower->stream->reach = (ScribeNpuReach){ 0 };
}

static gboolean
is_known (const NpuLower *lower, const NpuKept *kept)
{
  guint32 key;

  return (kept->steadiness == NPU_STEADY_IN_BLOCKS ? lower->keeps_blocks : lower->keeps) && kept->steadiness != NPU_VARIES
         && find_key (lower, &key) == kept->steadiness && key == kept->key;
}

gboolean
npu_kept_take (NpuLower *lower)
{
  NpuKept *kept = &lower->plan->kept[lower->op_index];

  if (!is_known (lower, kept) || memcmp (&kept->before, &lower->flow, sizeof lower->flow) != 0
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
  if (lower->flow.part != kept->before.part) /* what is kept is of one part */
    kept->steadiness = NPU_VARIES;
  kept->after = lower->flow;
  kept->stream_after = lower->stream->state;
  kept->reach = lower->stream->reach;
  scribe_npu_reach_join (&lower->stream->reach, &lower->reach);
}
