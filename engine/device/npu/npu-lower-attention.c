/* npu-lower-attention.c - layer norm, attention, and the caches of a decoder step
 *
 * Heads are dealt out to the slots of columns, blocks of query rows to the rows of the array; keys and values of a head stream past all
 * queries of a column. Where tokens of several sequences are in a step, the keys of all of them stream past, one sequence after another, and
 * each row sees its own.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-private.h"

#include <string.h>

/* Objects whose gains fit in one. */
static guint
norm_most (const ScribePlan *plan, const ScribeOp *op)
{
  return TILE_OBJECT_WORDS / scribe_npu_object_cols (npu_tensor (plan, op->out)->format);
}

static guint
norm_objects (const ScribePlan *plan, const ScribeOp *op)
{
  return op->out->n_cols / scribe_npu_object_cols (npu_tensor (plan, op->out)->format);
}

guint
npu_norm_parts (const ScribePlan *plan, const ScribeOp *op, const NpuSpread *spread)
{
  const guint most = norm_most (plan, op);
  guint first;

  return (npu_share (spread, norm_objects (plan, op), 0, &first) + most - 1) / most;
}

guint
npu_norm_share (const ScribePlan *plan, const ScribeOp *op, const NpuSpread *spread, guint slot, guint part, guint *first)
{
  const guint most = norm_most (plan, op), n = npu_share (spread, norm_objects (plan, op), slot, first);
  const guint before = MIN (part * most, n);

  *first += before;
  return MIN (most, n - before);
}

/* Each part is an op of its own: x passes again. */
static void
norm_part (NpuLower *lower, guint part, guint n_parts)
{
  const NpuOverlay *overlay = lower->device->overlay;
  const ScribePlan *plan = lower->plan;
  const ScribeOp *op = lower->op;
  const NpuTensor *in = npu_tensor (plan, op->in), *out = npu_tensor (plan, op->out);
  const guint n_in = op->in->n_cols / TILE_PAIR_COLS, first_step = part * lower->n_rounds;
  guint first, share = npu_norm_share (plan, op, &lower->spread, 0, part, &first);
  const gboolean keeps = share * scribe_npu_object_cols (out->format) / TILE_PAIR_COLS <= TILE_NORM_KEPT;

  for (guint column = 0; column < overlay->n_columns; column++)
    {
      const guint slot = npu_slot (lower, column), n = npu_norm_share (plan, op, &lower->spread, slot, part, &first);
      const guint64 gains = plan->extras[lower->op_index] + (guint64) (slot * n_parts + part) * 2 * TILE_OBJECT_BYTES;

      if (n == 0)
        {
          npu_pass (lower, first_step, column, (keeps ? 1 : 2) * npu_fed (lower, n_in) * lower->n_rounds);
          continue;
        }
      if (npu_brings (lower, column))
        {
          guint64 offset;
          TileControl *control = npu_control (lower, TILE_OP_LAYER_NORM, &offset);

          control->norm.n_rounds = lower->n_rounds;
          control->norm.keeps = keeps;
          control->norm.n_in = n_in;
          control->norm.n_inverse = 1.0f / (float) op->in->n_cols;
          control->norm.out = out->format;
          control->norm.out_first = first;
          control->norm.n_out = n;
          npu_task (lower, first_step, column, SCRIBE_NPU_B, TRUE, npu_pattern_linear (NPU_BUFFER_CONTROL, offset, 1));
          npu_task (lower, first_step, column, SCRIBE_NPU_B, TRUE, npu_pattern_linear (NPU_BUFFER_WEIGHTS, gains, 2));
        }
      for (guint round = 0; round < lower->n_rounds; round++)
        npu_put (lower, first_step + round, column, out, round, first, n, 1, n);
    }
  for (guint round = 0; round < lower->n_rounds; round++)
    for (guint half = 0; half < overlay->n_halves; half++)
      npu_feed_heads (lower, first_step + round, half, in, round, 0, n_in, keeps ? 1 : 2);
}

void
npu_lower_layer_norm (NpuLower *lower)
{
  const guint n_parts = npu_norm_parts (lower->plan, lower->op, &lower->spread);

  for (guint part = 0; part < n_parts; part++)
    norm_part (lower, part, n_parts);
  npu_flush (lower);
}

void
npu_keys_clear (NpuKeys *keys)
{
  g_free (keys->segments);
  g_free (keys->seen);
}

/* Encoder: one segment, all rows see all of it. */
static void
keys_of_activation (const NpuLower *lower, NpuKeys *keys)
{
  const NpuTensor *tensor = npu_tensor (lower->plan, lower->op->key);

  keys->n_rows = scribe_run_rows (lower->run, lower->op->in->rows);
  keys->n_segments = 1;
  keys->n_blocks = (keys->n_rows + NPU_KEYS - 1) / NPU_KEYS;
  keys->segments = g_new (NpuSegment, 1);
  keys->segments[0] = (NpuSegment){ *tensor, keys->n_blocks };
  keys->seen = g_malloc0_n (keys->n_rows, sizeof *keys->seen);
  for (guint i = 0; i < keys->n_rows; i++)
    keys->seen[i][1] = (guint16) keys->n_rows;
}

/* Decoder: a segment for each sequence (or window) of the step. */
static void
keys_of_cache (const NpuLower *lower, NpuKeys *keys)
{
  const ScribeRun *run = lower->run;
  const ScribeTensor *cache = lower->op->key;
  const gboolean self = cache->kind == SCRIBE_TENSOR_SELF_CACHE;
  const guint n_owners = self ? lower->device->base.options.n_sequences : lower->device->base.options.n_windows;
  g_autofree guint *n_keys = g_new0 (guint, n_owners), *first = g_new0 (guint, n_owners);

  for (guint i = 0; i < run->n_tokens; i++)
    {
      const ScribeStepToken *token = &run->tokens[i];
      guint owner = self ? token->sequence : token->window;
      guint n = self ? token->position + 1 : lower->device->base.window_ctx[owner];

      n_keys[owner] = MAX (n_keys[owner], n);
    }
  keys->segments = g_new0 (NpuSegment, n_owners);
  for (guint owner = 0; owner < n_owners; owner++)
    if (n_keys[owner] > 0)
      {
        guint n = (n_keys[owner] + NPU_KEYS - 1) / NPU_KEYS;

        first[owner] = keys->n_blocks * NPU_KEYS;
        keys->segments[keys->n_segments++] = (NpuSegment){ npu_cache (lower->device, cache, owner), n };
        keys->n_blocks += n;
      }
  keys->n_rows = run->n_tokens;
  keys->seen = g_malloc0_n (keys->n_rows, sizeof *keys->seen);
  for (guint i = 0; i < run->n_tokens; i++)
    {
      const ScribeStepToken *token = &run->tokens[i];
      guint owner = self ? token->sequence : token->window;

      keys->seen[i][0] = (guint16) first[owner];
      keys->seen[i][1] = (guint16) (first[owner] + (self ? token->position + 1 : n_keys[owner]));
    }
}

void
npu_keys_init (NpuKeys *keys, const NpuLower *lower)
{
  *keys = (NpuKeys){ 0 };
  if (lower->op->key->kind == SCRIBE_TENSOR_ACTIVATION)
    keys_of_activation (lower, keys);
  else
    keys_of_cache (lower, keys);
}

ScribeNpuPattern
npu_head_pattern (const NpuSegment *segment, guint head, guint n_head, gboolean with_values)
{
  const NpuTensor *heads = &segment->keys;
  const guint n_kind = heads->n_objects / 2, n = n_kind / n_head;

  return (ScribeNpuPattern){ .buffer = heads->buffer,
                             .offset = heads->offset + (guint64) head * n * TILE_OBJECT_BYTES,
                             .run = n * TILE_OBJECT_WORDS,
                             .n = with_values ? 2 : 1,
                             .step = with_values ? n_kind * TILE_OBJECT_WORDS : 0,
                             .iterations = segment->n_blocks,
                             .iteration_step = heads->n_objects * TILE_OBJECT_WORDS,
                             .times = 1 };
}

void
npu_fill_attention (const NpuLower *lower, const NpuKeys *keys, guint half, guint round, TileControl *control)
{
  control->attention.n_passes = 1;
  control->attention.q = npu_tensor (lower->plan, lower->op->in)->format;
  control->attention.k = control->attention.v = keys->segments[0].keys.format;
  control->attention.n_key_blocks = keys->n_blocks;
  for (guint row = 0; row < NPU_OVERLAY_ROWS; row++)
    {
      guint first = (npu_block (lower, half, round) + row) * TILE_M;
      guint n = first < keys->n_rows ? MIN (TILE_M, keys->n_rows - first) : 0;

      memcpy (control->attention.seen[row], keys->seen + MIN (first, keys->n_rows), n * sizeof *keys->seen);
    }
}

/* One head of each slot, one block of rows of each row of the array. Keys of the second segment and on are started in the steps after the first's, as
 * all tasks of a step must find room while those before them wait for the queries. */
typedef struct
{
  guint step, round;
  guint first_head; /* of slot 0 */
} Pass;

/* Control object, keys and values of a head; n_on_a: objects of queries that come on A. */
static void
bring_head (NpuLower *lower, const NpuKeys *keys, const Pass *pass, guint column, guint n_q, guint n_on_a)
{
  const guint n_head = lower->op->in->n_cols / SCRIBE_HEAD_SIZE, head = pass->first_head + npu_slot (lower, column);
  const gboolean is_self = lower->op->key->kind == SCRIBE_TENSOR_SELF_CACHE;
  guint64 offset;
  TileControl *control = is_self ? npu_shared_control (lower, NPU_SHARED_ATTENTION, TILE_OP_ATTENTION, &offset)
                                 : npu_control (lower, TILE_OP_ATTENTION, &offset);

  if (control)
    {
      npu_fill_attention (lower, keys, npu_half (lower, column), pass->round, control);
      control->attention.q_first = column % lower->device->overlay->n_half_columns * n_q;
      control->attention.n_q = n_on_a;
    }
  npu_task (lower, pass->step, column, SCRIBE_NPU_B, TRUE, npu_pattern_linear (NPU_BUFFER_CONTROL, offset, 1));
  for (guint i = 0; i < keys->n_segments; i++)
    npu_task (lower, pass->step + i, column, SCRIBE_NPU_B, FALSE, npu_head_pattern (&keys->segments[i], head, n_head, TRUE));
}

static void
column_pass (NpuLower *lower, const NpuKeys *keys, const Pass *pass, guint column)
{
  const NpuTensor q = npu_queries (lower, lower->op->in), *out = npu_tensor (lower->plan, lower->op->out);
  const guint n_head = lower->op->in->n_cols / SCRIBE_HEAD_SIZE, head = pass->first_head + npu_slot (lower, column);
  const guint n_q = SCRIBE_HEAD_SIZE / scribe_npu_object_cols (q.format);
  const guint n_out = SCRIBE_HEAD_SIZE / scribe_npu_object_cols (out->format);
  const guint first_of_half = head - column % lower->device->overlay->n_half_columns;
  const guint n_on_a = MIN (lower->device->overlay->n_half_columns, n_head - MIN (n_head, first_of_half)) * n_q;

  if (n_on_a == 0)
    return;
  if (head >= n_head)
    {
      npu_pass (lower, pass->step, column, n_on_a);
      return;
    }

  if (npu_brings (lower, column))
    bring_head (lower, keys, pass, column, n_q, n_on_a);
  npu_put (lower, pass->step, column, out, pass->round, head * n_out, n_out, 1, n_out);
}

void
npu_lower_attention (NpuLower *lower)
{
  const NpuOverlay *overlay = lower->device->overlay;
  const NpuTensor q = npu_queries (lower, lower->op->in);
  const guint n_head = lower->op->in->n_cols / SCRIBE_HEAD_SIZE;
  const guint n_q = SCRIBE_HEAD_SIZE / scribe_npu_object_cols (q.format);
  g_auto (NpuKeys) keys = { 0 };
  guint step = 0;

  npu_keys_init (&keys, lower);
  for (guint head = 0; head < n_head; head += lower->spread.n_slots)
    for (guint round = 0; round < lower->n_rounds; round++, step += MAX (keys.n_segments, 1))
      {
        const Pass pass = { step, round, head };

        for (guint column = 0; column < overlay->n_columns; column++)
          column_pass (lower, &keys, &pass, column);
        for (guint half = 0; half < overlay->n_halves; half++)
          {
            guint first = head + npu_slot (lower, half * overlay->n_half_columns);

            if (first < n_head)
              npu_feed (lower, step, half, &q, round, first * n_q, MIN (overlay->n_half_columns, n_head - first) * n_q, 1);
          }
      }
  npu_flush (lower);
}

/* New keys and values, from one block of rows of this step, of one block of 64 positions of each of n sequences, "stride" apart. */
typedef struct
{
  guint first, stride, n;
  guint block, rows;
} Items;

static void
fill_map (const NpuLower *lower, const Items *items, guint item, TileControlCache *control)
{
  const ScribeRun *run = lower->run;

  memset (control->map[item], 0xff, sizeof control->map[item]);
  for (guint i = 0; i < TILE_M && items->rows * TILE_M + i < run->n_tokens; i++)
    {
      const ScribeStepToken *token = &run->tokens[items->rows * TILE_M + i];

      if (token->sequence != items->first + item * items->stride || token->position / NPU_KEYS != items->block)
        continue;
      control->map[item][token->position % NPU_KEYS] = (guint8) i;
      if (token->position % NPU_KEYS == 0)
        control->fresh |= 1u << item;
    }
}

/* Words from a sequence's cache to the next one's. */
static guint
cache_words (const NpuLower *lower)
{
  const guint64 first = npu_cache (lower->device, lower->op->out, 0).offset,
                next = npu_cache (lower->device, lower->op->out, 1).offset;

  return (guint) ((next - first) / sizeof (guint32));
}

/* The same part of each item's block. */
static ScribeNpuPattern
of_items (const NpuLower *lower, const Items *items, ScribeNpuPattern pattern)
{
  pattern.iterations = items->n;
  pattern.iteration_step = items->stride * cache_words (lower);
  return pattern;
}

static void
cache_head (NpuLower *lower, const Items *items, guint column, guint head)
{
  const NpuTensor cache = npu_cache (lower->device, lower->op->out, items->first);
  NpuSegment segment = { cache, 1 };
  const guint n_head = lower->op->out->n_cols / SCRIBE_HEAD_SIZE, n_kind = cache.n_objects / 2, n = n_kind / n_head;
  const guint step = head / lower->spread.n_slots;
  ScribeNpuPattern both, keys, values;

  segment.keys.offset += (guint64) items->block * cache.n_objects * TILE_OBJECT_BYTES;
  both = of_items (lower, items, npu_head_pattern (&segment, head, n_head, TRUE));
  for (guint kind = 0; kind < 2; kind++)
    npu_task (lower, step, column, SCRIBE_NPU_B, FALSE,
              npu_tensor_rows (&lower->plan->new_rows[kind], items->rows, 1, head * n, n));
  npu_task (lower, step, column, SCRIBE_NPU_B, FALSE, both);
  if (lower->device->overlay->n_fed == NPU_OVERLAY_ROWS)
    {
      npu_task (lower, step, column, SCRIBE_NPU_C0, FALSE, both);
      return;
    }
  keys = of_items (lower, items, npu_head_pattern (&segment, head, n_head, FALSE));
  values = keys;
  values.offset += (guint64) n_kind * TILE_OBJECT_BYTES;
  npu_task (lower, step, column, SCRIBE_NPU_C0, FALSE, keys);
  npu_task (lower, step, column, SCRIBE_NPU_C1, FALSE, values);
}

static void
cache_items (NpuLower *lower, const Items *items)
{
  const NpuTensor cache = npu_cache (lower->device, lower->op->out, items->first);
  const guint n_head = lower->op->out->n_cols / SCRIBE_HEAD_SIZE, n_slots = lower->spread.n_slots;

  for (guint column = 0; column < lower->device->overlay->n_columns; column++)
    {
      const guint slot = npu_slot (lower, column);
      guint64 offset;
      TileControl *control;

      if (slot >= n_head)
        continue;
      control = npu_shared_control (lower, NPU_SHARED_CACHE, TILE_OP_CACHE, &offset);
      if (control)
        {
          control->cache.n_heads = (n_head - slot + n_slots - 1) / n_slots;
          control->cache.n_items = items->n;
          control->cache.format = cache.format;
          for (guint item = 0; item < items->n; item++)
            fill_map (lower, items, item, &control->cache);
        }
      npu_task (lower, 0, column, SCRIBE_NPU_B, TRUE, npu_pattern_linear (NPU_BUFFER_CONTROL, offset, 1));
      for (guint head = slot; head < n_head; head += n_slots)
        cache_head (lower, items, column, head);
    }
}

/* Whether a token's keys are one more item, or one that is already there. */
static gboolean
takes (Items *items, const ScribeStepToken *token, guint rows, guint max_stride)
{
  const guint last = items->first + (items->n - 1) * items->stride;

  if (items->n == 0 || token->position / NPU_KEYS != items->block || rows != items->rows)
    return FALSE;
  if (token->sequence <= last)
    return token->sequence >= items->first && (token->sequence - items->first) % items->stride == 0;
  if (items->n == TILE_CACHE_ITEMS || (items->n > 1 && token->sequence != last + items->stride)
      || token->sequence - last > max_stride)
    return FALSE;
  items->stride = token->sequence - last;
  items->n++;
  return TRUE;
}

void
npu_lower_cache (NpuLower *lower)
{
  const ScribeRun *run = lower->run;
  const guint max_stride = SCRIBE_NPU_MAX_ITERATION_STEP / cache_words (lower);
  Items items = { 0 };

  for (guint i = 0; i <= run->n_tokens; i++)
    {
      const ScribeStepToken *token = i < run->n_tokens ? &run->tokens[i] : NULL;

      if (token != NULL && takes (&items, token, i / TILE_M, max_stride))
        continue;
      if (items.n > 0)
        {
          /* rows to come may be of the same block as these: they read what is written here */
          cache_items (lower, &items);
          npu_flush (lower);
        }
      if (token != NULL)
        items = (Items){ token->sequence, 1, 1, token->position / NPU_KEYS, i / TILE_M };
    }
}
