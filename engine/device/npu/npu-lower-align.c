/* npu-lower-align.c - how much tokens look at each position of their window, for the times of words
 *
 * Only some heads are asked for. A program of the cores that has nothing else makes their weights, and so that it is needed only once, all layers' are made
 * after the last layer: in a run that asks for them the queries of the attention over windows lie in a buffer of their own, a place for each layer, and
 * stay there. The heads of a layer are dealt out to the columns; their keys stream past twice, for sums and then for weights. The weights, pair objects of
 * [64 tokens, 32 keys], go to the same buffer, which few runs need, and from there to the caller: of each token those of its own window.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-private.h"

#include <string.h>

/* One head of each column, one block of rows of each row of the array. */
typedef struct
{
  const guint *wanted; /* [n]: which of the heads that are asked for */
  guint n, round, step;
} Pass;

static gboolean
is_of_op (const NpuLower *lower, guint wanted)
{
  return lower->run->alignment->heads[wanted].layer == lower->op->layer;
}

static guint
blocks (const NpuLower *lower)
{
  return lower->n_rounds * lower->spread.n_groups;
}

/* Bytes of a layer's queries, in either format. */
static gsize
query_bytes (const NpuLower *lower)
{
  const NpuTensor queries = { .format = TILE_FORMAT_PAIR, .n_objects = lower->device->base.options.n_state / TILE_PAIR_COLS };

  return npu_tensor_bytes (&queries, blocks (lower));
}

/* Behind those of all layers */
static gsize
first_weights (const NpuLower *lower)
{
  return lower->device->base.options.n_caches / 2 * query_bytes (lower);
}

static gboolean
looks_at_windows (const ScribeOp *op)
{
  return op->kind == SCRIBE_OP_ATTENTION && op->key->kind == SCRIBE_TENSOR_CROSS_CACHE;
}

NpuTensor
npu_queries (const NpuLower *lower, const ScribeTensor *tensor)
{
  const GPtrArray *ops = lower->plan->graph->ops;
  NpuTensor queries = *npu_tensor (lower->plan, tensor);

  for (guint i = 0; lower->run->alignment && tensor->kind == SCRIBE_TENSOR_ACTIVATION && i < ops->len; i++)
    {
      const ScribeOp *op = g_ptr_array_index (ops, i);

      if (!looks_at_windows (op) || op->in != tensor)
        continue;
      queries.buffer = NPU_BUFFER_ALIGNMENT;
      queries.offset = op->key->index / 2 * query_bytes (lower); /* two caches a layer */
    }
  return queries;
}

/* Weights of a head, over the keys of all windows. */
static NpuTensor
weights_of (const NpuLower *lower, const NpuKeys *keys, guint wanted)
{
  NpuTensor weights = { .buffer = NPU_BUFFER_ALIGNMENT,
                        .format = TILE_FORMAT_PAIR,
                        .n_objects = keys->n_blocks * (TILE_M / TILE_PAIR_COLS) };

  weights.offset = first_weights (lower) + wanted * npu_tensor_bytes (&weights, blocks (lower));
  return weights;
}

/* Keys of each segment, and the weights that come of them: a step for each, as for attention. */
static void
stream_keys (NpuLower *lower, const NpuKeys *keys, const Pass *pass, guint column)
{
  const guint n_head = lower->op->in->n_cols / SCRIBE_HEAD_SIZE;
  const guint wanted = pass->wanted[npu_slot (lower, column)], head = lower->run->alignment->heads[wanted].head;
  const NpuTensor weights = weights_of (lower, keys, wanted);
  guint step = pass->step, first = 0;

  for (guint i = 0; i < keys->n_segments; i++)
    npu_task (lower, step++, column, SCRIBE_NPU_B, FALSE, npu_head_pattern (&keys->segments[i], head, n_head, FALSE));
  for (guint i = 0; i < keys->n_segments; i++, step++)
    {
      const guint n = keys->segments[i].n_blocks * (TILE_M / TILE_PAIR_COLS);

      npu_put (lower, step, column, &weights, pass->round, first, n, 1, n);
      npu_task (lower, step, column, SCRIBE_NPU_B, FALSE, npu_head_pattern (&keys->segments[i], head, n_head, FALSE));
      first += n;
    }
}

/* The columns of a half share the queries of all its heads, one head after another. */
static void
half_pass (NpuLower *lower, const NpuKeys *keys, const Pass *pass, guint half)
{
  const NpuTensor q = npu_queries (lower, lower->op->in);
  const guint n_q = SCRIBE_HEAD_SIZE / scribe_npu_object_cols (q.format), n_columns = lower->device->overlay->n_half_columns;
  const guint first_column = half * n_columns, first = npu_slot (lower, first_column);
  const guint n = MIN (pass->n - MIN (pass->n, first), n_columns);

  for (guint i = 0; i < n_columns && n > 0; i++)
    {
      guint64 offset;
      TileControl *control;

      if (i >= n)
        {
          npu_pass (lower, pass->step, first_column + i, n * n_q);
          continue;
        }
      control = npu_control (lower, TILE_OP_ALIGN, &offset);
      npu_fill_attention (lower, keys, half, pass->round, control);
      control->attention.q_first = i * n_q;
      control->attention.n_q = n * n_q;
      npu_task (lower, pass->step, first_column + i, SCRIBE_NPU_B, TRUE, npu_pattern_linear (NPU_BUFFER_CONTROL, offset, 1));
      stream_keys (lower, keys, pass, first_column + i);
    }
  for (guint i = 0; i < n; i++)
    npu_feed (lower, pass->step, half, &q, pass->round, lower->run->alignment->heads[pass->wanted[first + i]].head * n_q, n_q, 1);
}

/* The heads that are asked for of the layer whose attention is lower's op. */
static void
lower_layer (NpuLower *lower, const NpuKeys *keys)
{
  const ScribeAlignment *alignment = lower->run->alignment;
  g_autofree guint *wanted = g_new (guint, alignment->n_heads);
  guint n = 0, step = 0;

  for (guint i = 0; i < alignment->n_heads; i++)
    if (is_of_op (lower, i))
      wanted[n++] = i;
  lower->alignment_bytes = weights_of (lower, keys, alignment->n_heads).offset;
  if (n == 0)
    return;

  npu_part_enter (lower, TILE_OP_ALIGN);
  for (guint first = 0; first < n; first += lower->spread.n_slots)
    for (guint round = 0; round < lower->n_rounds; round++, step += 2 * keys->n_segments)
      {
        const Pass pass = { wanted + first, MIN (n - first, lower->spread.n_slots), round, step };

        for (guint half = 0; half < lower->device->overlay->n_halves; half++)
          half_pass (lower, keys, &pass, half);
      }
  npu_flush (lower);
}

void
npu_lower_alignment (NpuLower *lower)
{
  const GPtrArray *ops = lower->plan->graph->ops;

  for (lower->op_index = 0; lower->run->alignment && lower->op_index < ops->len; lower->op_index++)
    {
      g_auto (NpuKeys) keys = { 0 };

      lower->op = g_ptr_array_index (ops, lower->op_index);
      if (!looks_at_windows (lower->op))
        continue;
      npu_keys_init (&keys, lower);
      if (keys.n_segments > 0)
        lower_layer (lower, &keys);
    }
}

static void
read_head (const NpuLower *lower, const NpuKeys *keys, guint wanted)
{
  const NpuTensor weights = weights_of (lower, keys, wanted);

  for (guint token = 0; token < keys->n_rows; token++)
    {
      const guint begin = keys->seen[token][0], n = keys->seen[token][1] - begin;
      float *out = lower->run->alignment->weights + ((gsize) wanted * lower->n_tokens + lower->first_token + token) * n;

      for (guint key = 0; key < n; key += TILE_BLOCK)
        {
          float x[TILE_BLOCK];

          npu_tensor_get (&weights, lower->plan->alignment.data, token, begin + key, x);
          memcpy (out + key, x, MIN (TILE_BLOCK, n - key) * sizeof *x);
        }
    }
}

void
npu_read_alignment (NpuLower *lower)
{
  if (lower->alignment_bytes > 0)
    npu_reading (lower->device, &lower->plan->alignment, first_weights (lower), lower->alignment_bytes - first_weights (lower));
  for (guint i = 0; lower->run->alignment && i < lower->plan->graph->ops->len; i++)
    {
      g_auto (NpuKeys) keys = { 0 };

      lower->op = g_ptr_array_index (lower->plan->graph->ops, i);
      if (!looks_at_windows (lower->op))
        continue;
      npu_keys_init (&keys, lower);
      for (guint wanted = 0; wanted < lower->run->alignment->n_heads; wanted++)
        if (is_of_op (lower, wanted))
          read_head (lower, &keys, wanted);
    }
}
