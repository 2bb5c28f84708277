/* npu-lower-logits.c - logits, and what a search asks of them
 *
 * Logits are asked for whole, or queries are answered where they come from: then a core keeps the answers for its tiles of the vocabulary, those of all
 * columns come home, 4608 bytes from each core, and are joined here. One op has the queries of 256 tokens as long as their answers fit; more queries
 * are asked in further ops, which make the same product again. A column's tiles are shared out among ops where the sets of suppressed
 * tokens are so many that a core cannot hold them for all of its tiles, which costs nothing.
 *
 *   queries  --by round, as many as fit-->  batches  --by tiles-->  ops  --columns, rows of the array-->  objects of answers
 *
 * Objects lie one after another where whole logits would: op, column, row.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-private.h"
#include "tile/top.h"

#include <math.h>
#include <string.h>

/* Queries that share ops */
typedef struct
{
  guint round; /* of blocks of rows */
  guint n_queries[NPU_OVERLAY_ROWS], n_bytes[NPU_OVERLAY_ROWS];
  guint queries[NPU_OVERLAY_ROWS][TILE_TOP_QUERIES]; /* which of the run's */
  guint n_sets;
  const guint32 *sets[TILE_TOP_MASKS];
  guint first_op, n_span; /* its ops, and how many tiles of a column they have */
} Batch;

/* What columns say of a group of tokens */
typedef struct
{
  GArray *candidates; /* of ScribeCandidate */
  double reference, sum;
} Group;

static const guint32 *
set_of (const ScribeQuery *query)
{
  return query->mask ? query->mask->suppressed : NULL;
}

static guint
find_set (const Batch *batch, const guint32 *set)
{
  guint i = 0;

  while (i < batch->n_sets && batch->sets[i] != set)
    i++;
  return i;
}

/* FALSE: there is no room. */
static gboolean
join (Batch *batch, const ScribeRun *run, guint i)
{
  const ScribeQuery *query = &run->queries[i];
  const guint block = query->token / TILE_M, row = block % NPU_OVERLAY_ROWS, round = block / NPU_OVERLAY_ROWS;
  const guint n_bytes = tile_top_bytes (query->n_top);
  const guint32 *set = set_of (query);
  const gboolean is_first = batch->n_queries[0] + batch->n_queries[1] + batch->n_queries[2] + batch->n_queries[3] == 0;

  if ((!is_first && round != batch->round) || batch->n_queries[row] == TILE_TOP_QUERIES
      || batch->n_bytes[row] + n_bytes > TILE_OBJECT_BYTES)
    return FALSE;
  if (set && find_set (batch, set) == batch->n_sets)
    {
      if (batch->n_sets == TILE_TOP_MASKS)
        return FALSE;
      batch->sets[batch->n_sets++] = set;
    }
  batch->round = round;
  batch->queries[row][batch->n_queries[row]++] = i;
  batch->n_bytes[row] += n_bytes;
  return TRUE;
}

static gsize
object_index (const ScribePlan *plan, guint op, guint column, guint row)
{
  return ((gsize) op * plan->device->overlay->n_columns + column) * NPU_OVERLAY_ROWS + row;
}

/* All queries; NULL: whole logits are needed. */
static GArray *
batches_new (const ScribePlan *plan, const ScribeRun *run, const NpuMatrix *matrix, guint n_vocab)
{
  const guint most = npu_tiles_of_most (matrix);
  const gsize room = plan->logits_bytes / TILE_OBJECT_BYTES;
  g_autoptr (GArray) batches = g_array_new (FALSE, FALSE, sizeof (Batch));
  g_autofree gboolean *is_placed = g_new0 (gboolean, run->n_queries);
  guint n_placed = 0, n_ops = 0;

  for (guint i = 0; i < run->n_queries; i++)
    if (run->queries[i].logits)
      return NULL;
  while (n_placed < run->n_queries)
    {
      Batch batch = { .first_op = n_ops };

      for (guint i = 0; i < run->n_queries; i++)
        if (!is_placed[i] && join (&batch, run, i))
          {
            is_placed[i] = TRUE;
            n_placed++;
          }
      batch.n_span = MIN (most, TILE_TOP_MASKS / MAX (batch.n_sets, 1));
      n_ops += (most + batch.n_span - 1) / batch.n_span;
      g_array_append_val (batches, batch);
    }
  if (n_vocab >= TILE_TOP_NONE || object_index (plan, n_ops, 0, 0) > room)
    return NULL;
  return g_steal_pointer (&batches);
}

/* The mask's ranges of allowed tokens: text and special ones, which lie side by side, and timestamps */
static void
set_ranges (const ScribeMask *mask, guint n_vocab, TileTopQuery *query)
{
  guint64 begin[TILE_TOP_GROUPS] = { 0 }, end[TILE_TOP_GROUPS] = { n_vocab };

  if (mask)
    {
      begin[0] = mask->text ? 0 : (guint) mask->text_end;
      end[0] = mask->special ? (guint) mask->time_begin : (guint) mask->text_end;
      begin[1] = (guint64) mask->time_begin + mask->time_first;
      end[1] = begin[1] + mask->n_times;
    }
  for (guint group = 0; group < TILE_TOP_GROUPS; group++)
    {
      query->begin[group] = (guint16) MIN (begin[group], n_vocab);
      query->end[group] = (guint16) MIN (end[group], n_vocab);
    }
}

static TileTopQuery
to_query (const ScribeQuery *query, const Batch *batch, guint n_vocab)
{
  const guint32 *set = set_of (query);
  TileTopQuery of_core = { .row = (guint16) (query->token % TILE_M),
                           .n_top = (guint16) query->n_top,
                           .set = set ? (guint16) find_set (batch, set) : TILE_TOP_NONE,
                           .probe = query->probe >= 0 ? (guint16) query->probe : TILE_TOP_NONE };

  set_ranges (query->mask, n_vocab, &of_core);
  return of_core;
}

static guint
first_token (const NpuMatrix *matrix, const NpuSpan *span, guint slot)
{
  return (span->first * matrix->n_slots + slot) * TILE_N;
}

/* The bits of a column's tiles, behind its control object */
static void
add_masks (NpuLower *lower, const Batch *batch, const NpuSpan *span, guint slot)
{
  const NpuMatrix *matrix = &lower->plan->matrices[lower->op_index];
  const guint n_tiles = npu_tiles_of_slot (matrix, span, slot), n_words = (lower->op->weight->n_rows + 31) / 32;
  guint64 offset;
  guint32 *bits = (guint32 *) (gpointer) npu_control (lower, TILE_OP_TOP, &offset);

  bits[0] = 0;
  for (guint set = 0; set < batch->n_sets; set++)
    for (guint tile = 0; tile < n_tiles; tile++, bits += TILE_N / 32)
      {
        guint word = (first_token (matrix, span, slot) + tile * matrix->n_slots * TILE_N) / 32;

        memcpy (bits, batch->sets[set] + word, MIN (TILE_N / 32, n_words - word) * sizeof *bits);
      }
}

static guint64
add_control (NpuLower *lower, const Batch *batch, const NpuSpan *span, guint column)
{
  const ScribeOp *op = lower->op;
  const NpuMatrix *matrix = &lower->plan->matrices[lower->op_index];
  const NpuTensor *in = npu_tensor (lower->plan, op->in);
  const guint slot = npu_slot (lower, column);
  guint64 offset;
  TileControl *control = npu_control (lower, TILE_OP_TOP, &offset);
  TileControlTop *top = &control->top;

  top->n_tiles = npu_tiles_of_slot (matrix, span, slot);
  top->n_blank = npu_tiles_of_half (lower, matrix, span, npu_half (lower, column)) - top->n_tiles;
  top->steps.n = npu_matrix_steps (matrix, in->format);
  top->steps.in = in->format;
  top->steps.weight_pairs = matrix->n_parts == 2;
  top->first_token = first_token (matrix, span, slot);
  top->token_step = matrix->n_slots * TILE_N;
  top->n_sets = batch->n_sets;
  for (guint row = 0; row < NPU_OVERLAY_ROWS; row++)
    {
      /* what is fed has to be taken, but only the blocks that are asked about are worked on */
      control->n_row_blocks[row] = MIN (control->n_row_blocks[row], 1);
      top->n_queries[row] = batch->n_queries[row];
      for (guint i = 0; i < batch->n_queries[row]; i++)
        {
          TileTopQuery *query = &top->queries[row][i];

          *query = to_query (&lower->run->queries[batch->queries[row][i]], batch, op->weight->n_rows);
          control->n_row_blocks[row] = MAX (control->n_row_blocks[row], query->row / TILE_BLOCK + 1u);
        }
    }
  if (batch->n_sets > 0)
    add_masks (lower, batch, span, slot);
  return offset;
}

static void
column_tasks (NpuLower *lower, const Batch *batch, const NpuSpan *span, guint index, guint column)
{
  const NpuMatrix *matrix = &lower->plan->matrices[lower->op_index];
  const NpuTensor *in = npu_tensor (lower->plan, lower->op->in);
  const guint n_steps = npu_matrix_steps (matrix, in->format);
  const guint slot = npu_slot (lower, column), n_half = npu_tiles_of_half (lower, matrix, span, npu_half (lower, column));
  const guint n_rows = lower->device->overlay->n_joined;

  if (npu_tiles_of_slot (matrix, span, slot) == 0)
    {
      if (n_half > 0)
        npu_pass (lower, index, column, n_half * npu_fed (lower, n_steps));
      return;
    }
  npu_task (lower, index, column, SCRIBE_NPU_B, TRUE,
            npu_pattern_linear (NPU_BUFFER_CONTROL, add_control (lower, batch, span, column), batch->n_sets > 0 ? 2 : 1));
  npu_task (lower, index, column, SCRIBE_NPU_B, TRUE, npu_matrix_pattern (matrix, span, slot));
  for (guint row = 0; row < NPU_OVERLAY_ROWS; row += n_rows)
    npu_result (lower, index, column, row,
                npu_pattern_linear (NPU_BUFFER_WORK,
                                    lower->plan->logits + object_index (lower->plan, index, column, row) * TILE_OBJECT_BYTES,
                                    n_rows));
}

static void
lower_batch (NpuLower *lower, const Batch *batch)
{
  const NpuMatrix *matrix = &lower->plan->matrices[lower->op_index];
  const NpuTensor *in = npu_tensor (lower->plan, lower->op->in);
  const guint n_steps = npu_matrix_steps (matrix, in->format), most = npu_tiles_of_most (matrix);
  guint index = batch->first_op;

  for (guint first = 0; first < most; first += batch->n_span, index++)
    {
      const NpuSpan span = { first, MIN (batch->n_span, most - first) };

      for (guint column = 0; column < lower->device->overlay->n_columns; column++)
        column_tasks (lower, batch, &span, index, column);
      for (guint half = 0; half < lower->device->overlay->n_halves; half++)
        {
          guint n_tiles = npu_tiles_of_half (lower, matrix, &span, half);

          if (n_tiles > 0)
            npu_feed_heads (lower, index, half, in, batch->round, 0, n_steps, n_tiles);
        }
    }
}

void
npu_lower_logits (NpuLower *lower)
{
  g_clear_pointer (&lower->plan->batches, g_array_unref);
  if (lower->run->n_queries == 0)
    return;
  lower->plan->batches = batches_new (lower->plan, lower->run, &lower->plan->matrices[lower->op_index],
                                      lower->op->weight->n_rows);
  npu_part_enter (lower, lower->plan->batches ? TILE_OP_TOP : TILE_OP_GEMM);
  if (lower->plan->batches == NULL)
    {
      npu_lower_whole_logits (lower);
      return;
    }
  for (guint i = 0; i < lower->plan->batches->len; i++)
    lower_batch (lower, &g_array_index (lower->plan->batches, Batch, i));
  npu_flush (lower);
}

/* Row of a token in a tensor of f32 objects, which hold 64 of the array's rows in 72. */
static guint
f32_row (guint token)
{
  return token / TILE_M * TILE_F32_ROWS + token % TILE_M;
}

/* Of all sections, up to the last token that is asked about. */
static void
fetch_logits (const ScribePlan *plan, const ScribeRun *run, guint n_sections)
{
  guint n_tokens = 0;

  for (guint i = 0; i < run->n_queries; i++)
    n_tokens = MAX (n_tokens, run->queries[i].token + 1);
  for (guint i = 0; i < n_sections; i++)
    {
      const NpuTensor section = npu_logits (plan, i);

      npu_reading (plan->device, &plan->work, section.offset, npu_tensor_bytes (&section, (n_tokens + TILE_M - 1) / TILE_M));
    }
}

static void
answer_from_logits (const ScribePlan *plan, const ScribeRun *run, guint n_vocab)
{
  const guint n_section = npu_logits (plan, 0).n_objects * TILE_F32_COLS;
  g_autofree float *logits = g_new (float, n_vocab + TILE_BLOCK);

  fetch_logits (plan, run, (n_vocab + n_section - 1) / n_section);
  for (guint i = 0; i < run->n_queries; i++)
    {
      for (guint column = 0; column < n_vocab; column += TILE_BLOCK)
        {
          const NpuTensor section = npu_logits (plan, column / n_section);

          npu_tensor_get (&section, plan->work.data, f32_row (run->queries[i].token), column % n_section, logits + column);
        }
      scribe_query_answer (&run->queries[i], logits, n_vocab);
    }
}

static void
add_sum (Group *group, double reference, double sum)
{
  if (sum <= 0)
    return;
  if (reference > group->reference)
    {
      group->sum *= exp2 (group->reference - reference);
      group->reference = reference;
    }
  group->sum += sum * exp2 (reference - group->reference);
}

static gint
by_token (gconstpointer a, gconstpointer b)
{
  const ScribeCandidate *one = a, *other = b;

  return (one->token > other->token) - (one->token < other->token);
}

static void
finish (Group *group, guint n_top, ScribeCandidates *answer)
{
  answer->n = 0;
  /* of equal ones the first to come is the likelier */
  g_array_sort (group->candidates, by_token);
  for (guint i = 0; i < group->candidates->len; i++)
    {
      const ScribeCandidate *candidate = &g_array_index (group->candidates, ScribeCandidate, i);

      scribe_candidates_add (answer, n_top, candidate->token, candidate->logit);
    }
  answer->log_sum_exp = group->sum > 0 ? (float) ((group->reference + log2 (group->sum)) * G_LN2) : -INFINITY;
  g_array_unref (group->candidates);
}

/* What one core found. */
static void
add_answer (Group groups[TILE_TOP_GROUPS], guint n_top, TileTopAnswer *answer)
{
  for (guint i = 0; i < TILE_TOP_GROUPS; i++)
    {
      const float *logits = tile_top_logits (answer, n_top, i);
      const guint16 *tokens = tile_top_tokens (answer, n_top, i);

      for (guint j = 0; j < answer->n[i]; j++)
        {
          ScribeCandidate candidate = { tokens[j], logits[j] };

          g_array_append_val (groups[i].candidates, candidate);
        }
      add_sum (&groups[i], answer->reference[i], answer->sum[i]);
    }
}

/* The query whose answers begin "at" bytes into the objects of that row of the array. */
static void
answer_query (const ScribePlan *plan, const NpuMatrix *matrix, const Batch *batch, guint row, guint at, ScribeQuery *query)
{
  const guint probe_tile = query->probe >= 0 ? (guint) query->probe / TILE_N : G_MAXUINT, most = npu_tiles_of_most (matrix);
  Group groups[TILE_TOP_GROUPS];

  for (guint i = 0; i < TILE_TOP_GROUPS; i++)
    groups[i] = (Group){ g_array_new (FALSE, FALSE, sizeof (ScribeCandidate)), -INFINITY, 0 };
  query->probe_logit = 0;

  for (guint first = 0, index = batch->first_op; first < most; first += batch->n_span, index++)
    for (guint column = 0; column < matrix->n_slots; column++)
      {
        const NpuSpan span = { first, MIN (batch->n_span, most - first) };
        gsize object = plan->logits + object_index (plan, index, column, row) * TILE_OBJECT_BYTES;
        TileTopAnswer *answer = (TileTopAnswer *) (gpointer) (plan->work.data + object + at);

        if (npu_tiles_of_slot (matrix, &span, column) == 0)
          continue;
        npu_reading (plan->device, &plan->work, object + at, tile_top_bytes (query->n_top));
        add_answer (groups, query->n_top, answer);
        if (probe_tile % matrix->n_slots == column && probe_tile / matrix->n_slots - first < span.n)
          query->probe_logit = answer->probe;
      }
  finish (&groups[0], query->n_top, &query->text);
  finish (&groups[1], query->n_top, &query->time);
}

void
npu_answer_queries (const ScribePlan *plan, const ScribeRun *run)
{
  const guint op_index = plan->graph->ops->len - 1;
  const ScribeOp *op = g_ptr_array_index (plan->graph->ops, op_index);

  if (run->n_queries > 0 && plan->batches == NULL)
    answer_from_logits (plan, run, op->weight->n_rows);
  for (guint i = 0; plan->batches && i < plan->batches->len; i++)
    {
      const Batch *batch = &g_array_index (plan->batches, Batch, i);

      for (guint row = 0; row < NPU_OVERLAY_ROWS; row++)
        for (guint j = 0, at = 0; j < batch->n_queries[row]; j++)
          {
            ScribeQuery *query = &run->queries[batch->queries[row][j]];

            answer_query (plan, &plan->matrices[op_index], batch, row, at, query);
            at += tile_top_bytes (query->n_top);
          }
    }
}
