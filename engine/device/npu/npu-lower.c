/* npu-lower.c - tasks of an op, and the order in which they are started
 *
 * An op waits for the results of the one before it, but what it needs of weights can be under way earlier, and so can the places for its own
 * results. Hence, for each op: tasks for its first results, tasks that read constants, the wait, everything else. A task is started when
 * its channel has room; as tasks of a step depend only on steps before, and those have all been started by then, that room comes.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-private.h"

#include <string.h>

NpuSpread
npu_spread (const NpuOverlay *overlay, ScribeRows rows)
{
  if (rows == SCRIBE_ROWS_TOKENS)
    return (NpuSpread){ NPU_OVERLAY_ROWS, overlay->n_columns, TRUE };
  return (NpuSpread){ overlay->n_groups, overlay->n_half_columns, FALSE };
}

guint
npu_rounds (const NpuSpread *spread, guint n_rows)
{
  guint n = spread->n_groups * TILE_M;

  return (n_rows + n - 1) / n;
}

static gboolean
takes_heads (TileOp op)
{
  return op == TILE_OP_GEMM || op == TILE_OP_LAYER_NORM || op == TILE_OP_TOP;
}

TileControl *
npu_control (NpuLower *lower, TileOp op, guint64 *offset)
{
  TileControl *control;

  g_assert (tile_program_has (lower->stream->program, op));
  *offset = lower->flow.control;
  lower->flow.control += TILE_OBJECT_BYTES;
  if (lower->flow.control > lower->control->len)
    g_byte_array_set_size (lower->control, lower->flow.control);
  control = (TileControl *) (gpointer) (lower->control->data + *offset);
  memset (control, 0, TILE_OBJECT_BYTES);
  control->op = op;
  control->n_heads = takes_heads (op) ? lower->n_heads : 0;
  memcpy (control->n_row_blocks, lower->n_row_blocks, sizeof control->n_row_blocks);
  return control;
}

TileControl *
npu_shared_control (NpuLower *lower, NpuShared kind, TileOp op, guint64 *offset)
{
  GArray *made = lower->plan->shared[kind];
  const guint i = lower->n_shared++;
  TileControl *control = NULL;

  if (i < made->len)
    *offset = g_array_index (made, guint, i);
  else
    {
      control = npu_control (lower, op, offset);
      g_array_append_vals (made, &(guint){ (guint) *offset }, 1);
    }
  return control;
}

void
npu_task (NpuLower *lower, guint step, guint column, ScribeNpuChannel channel, gboolean constant, ScribeNpuPattern pattern)
{
  NpuTask task = { step, column, channel, constant, pattern };

  g_array_append_val (lower->tasks, task);
}

guint
npu_half (const NpuLower *lower, guint column)
{
  return column / lower->device->overlay->n_half_columns;
}

guint
npu_slot (const NpuLower *lower, guint column)
{
  return column % lower->spread.n_slots;
}

gboolean
npu_brings (const NpuLower *lower, guint column)
{
  return !lower->shares || npu_half (lower, column) == 0;
}

guint
npu_block (const NpuLower *lower, guint half, guint round)
{
  return round * lower->spread.n_groups + (lower->spread.halves_share ? 0 : half * NPU_OVERLAY_ROWS);
}

guint
npu_share (const NpuSpread *spread, guint n, guint slot, guint *first)
{
  const guint share = (n + spread->n_slots - 1) / spread->n_slots;

  *first = MIN (slot * share, n);
  return MIN (share, n - *first);
}

static void
count_row_blocks (NpuLower *lower)
{
  const gboolean one_block_each = lower->spread.halves_share && lower->n_rounds == 1;
  const guint n_rows = scribe_run_rows (lower->run, lower->plan->rows), n_fed = lower->device->overlay->n_fed;

  for (guint row = 0; row < TILE_CONTROL_GROUPS; row++)
    {
      guint n = n_rows - MIN (n_rows, row * TILE_M);

      lower->n_row_blocks[row] = one_block_each ? (MIN (n, TILE_M) + TILE_BLOCK - 1) / TILE_BLOCK : TILE_M / TILE_BLOCK;
    }
  /* rows that a memory tile feeds by turns are fed together */
  for (guint row = 0; row < TILE_CONTROL_GROUPS; row++)
    lower->n_row_blocks[row] = MAX (lower->n_row_blocks[row], MIN (lower->n_row_blocks[row / n_fed * n_fed], 1));
}

/* A step of few tokens would bring seven eighths of nothing. A memory tile that feeds several rows deals out whole objects. */
static gboolean
may_take_heads (const NpuLower *lower)
{
  return lower->spread.halves_share && lower->device->overlay->n_fed == 1
         && scribe_run_rows (lower->run, lower->plan->rows) <= TILE_BLOCK;
}

void
npu_lower_begin (NpuLower *lower)
{
  ScribePlan *plan = lower->plan;

  plan->n_parts = 0;
  for (guint kind = 0; kind < NPU_N_SHARED; kind++)
    g_array_set_size (plan->shared[kind], 0);
  lower->control = plan->control;
  lower->tasks = plan->tasks;
  lower->spread = npu_spread (lower->device->overlay, plan->rows);
  lower->n_rounds = npu_rounds (&lower->spread, scribe_run_rows (lower->run, plan->rows));
  count_row_blocks (lower);
  lower->n_heads = may_take_heads (lower) ? TILE_HEADS : 0;
}

void
npu_result (NpuLower *lower, guint step, guint column, guint row, ScribeNpuPattern pattern)
{
  const guint n = lower->device->overlay->n_joined;
  guint n_row_blocks = 0;

  for (guint i = row; i < row + n; i++)
    n_row_blocks += lower->n_row_blocks[i];
  if (n_row_blocks > 0)
    npu_task (lower, step, column, SCRIBE_NPU_C0 + row / n, FALSE, pattern);
}

/* Objects of a panel to a memory tile, "times" over; as few tasks as descriptors allow. */
static void
feed_panel (NpuLower *lower, guint step, guint column, const NpuTensor *tensor, guint block, guint first, guint n, guint times)
{
  const guint n_fed = lower->device->overlay->n_fed;
  const guint n_at_once = n_fed < NPU_OVERLAY_ROWS ? n : MIN (n, SCRIBE_NPU_MAX_ITERATIONS);
  const guint iterations = n_fed < NPU_OVERLAY_ROWS ? 1 : n_at_once;
  const guint times_at_once = n_at_once < n ? 1 : MIN (times, SCRIBE_NPU_MAX_TIMES / iterations);

  for (guint t = 0; t < times; t += times_at_once)
    for (guint o = 0; o < n; o += n_at_once)
      {
        ScribeNpuPattern pattern = npu_tensor_rows (tensor, block, n_fed, first + o, MIN (n_at_once, n - o));

        pattern.times = MIN (times_at_once, times - t);
        npu_task (lower, step, column, SCRIBE_NPU_A, FALSE, pattern);
      }
}

void
npu_feed (NpuLower *lower, guint step, guint half, const NpuTensor *tensor, guint round, guint first, guint n, guint times)
{
  const NpuOverlay *overlay = lower->device->overlay;

  for (guint i = 0; i < overlay->n_half_columns; i++)
    if (lower->n_row_blocks[i * overlay->n_fed] > 0)
      feed_panel (lower, step, half * overlay->n_half_columns + i, tensor, npu_block (lower, half, round) + i * overlay->n_fed,
                  first, n, times);
}

guint
npu_fed (const NpuLower *lower, guint n)
{
  return lower->n_heads > 0 ? (n + lower->n_heads - 1) / lower->n_heads : n;
}

/* The one block of rows, to the first row of the array */
void
npu_feed_heads (NpuLower *lower, guint step, guint half, const NpuTensor *tensor, guint round, guint first, guint n, guint times)
{
  ScribeNpuPattern pattern;

  if (lower->n_heads == 0)
    {
      npu_feed (lower, step, half, tensor, round, first, n, times);
      return;
    }
  pattern = npu_tensor_heads (tensor, 0, first, n);
  for (guint left = times, most = SCRIBE_NPU_MAX_TIMES / pattern.iterations; left > 0; left -= pattern.times)
    {
      pattern.times = MIN (left, most);
      npu_task (lower, step, half * lower->device->overlay->n_half_columns, SCRIBE_NPU_A, FALSE, pattern);
    }
}

void
npu_put (NpuLower *lower,
         guint step,
         guint column,
         const NpuTensor *tensor,
         guint round,
         guint first,
         guint n,
         guint n_tiles,
         guint tile_step)
{
  const guint n_joined = lower->device->overlay->n_joined;
  const guint block = npu_block (lower, npu_half (lower, column), round);

  for (guint row = 0; row < NPU_OVERLAY_ROWS; row += n_joined)
    {
      ScribeNpuPattern pattern;

      if (n_joined < NPU_OVERLAY_ROWS)
        {
          pattern = npu_tensor_rows (tensor, block + row, n_joined, first, n);
          pattern = npu_pattern_iterate (pattern, n_tiles, tile_step);
        }
      else
        {
          g_assert (tile_step == n || n_tiles == 1);
          pattern = npu_tensor_rows (tensor, block, n_joined, first, n * n_tiles);
        }
      npu_result (lower, step, column, row, pattern);
    }
}

void
npu_pass (NpuLower *lower, guint step, guint column, guint n)
{
  guint64 offset;

  if (!npu_brings (lower, column))
    return;
  npu_control (lower, TILE_OP_PASS, &offset)->pass.n = n;
  npu_task (lower, step, column, SCRIBE_NPU_B, TRUE, npu_pattern_linear (NPU_BUFFER_CONTROL, offset, 1));
}

static gint
by_step (gconstpointer a, gconstpointer b)
{
  static const guint order[SCRIBE_NPU_N_CHANNELS] = {
    [SCRIBE_NPU_C0] = 0, [SCRIBE_NPU_C1] = 0, [SCRIBE_NPU_B] = 1, [SCRIBE_NPU_A] = 2
  };
  const NpuTask *one = a, *other = b;

  if (one->step != other->step)
    return one->step < other->step ? -1 : 1;
  return (gint) order[one->channel] - (gint) order[other->channel];
}

static gboolean
is_result (const NpuTask *task)
{
  return task->channel == SCRIBE_NPU_C0 || task->channel == SCRIBE_NPU_C1;
}

/* What can be started before the results of the op before are there. */
static gboolean
is_early (const NpuTask *task)
{
  return task->step == 0 && (is_result (task) || task->constant);
}

static void
wait_for_last_op (NpuLower *lower)
{
  for (guint column = 0; column < NPU_MAX_COLUMNS; column++)
    for (guint channel = 0; channel < SCRIBE_NPU_N_CHANNELS; channel++)
      if (lower->flow.waits[column][channel])
        {
          scribe_npu_stream_wait (lower->stream, column, channel);
          lower->flow.waits[column][channel] = FALSE;
        }
  scribe_npu_stream_ended (lower->stream);
  if (lower->flow.waiting)
    scribe_npu_stream_mark (lower->stream, lower->flow.waiting - 1);
  lower->flow.waiting = lower->op_index + 1;
}

void
npu_flush (NpuLower *lower)
{
  guint last[NPU_MAX_COLUMNS][SCRIBE_NPU_N_CHANNELS] = { 0 };
  gboolean done[NPU_MAX_COLUMNS][SCRIBE_NPU_N_CHANNELS] = { 0 };

  /* stable: tasks of a step and a channel stay in the order in which the op named them */
  g_array_sort (lower->tasks, by_step);
  for (guint i = 0; i < lower->tasks->len; i++)
    {
      const NpuTask *task = &g_array_index (lower->tasks, NpuTask, i);

      last[task->column][task->channel] = i;
    }

  scribe_npu_stream_begin (lower->stream);
  for (gint early = TRUE; early >= FALSE; early--)
    {
      for (guint i = 0; i < lower->tasks->len; i++)
        {
          const NpuTask *task = &g_array_index (lower->tasks, NpuTask, i);
          gboolean token = is_result (task) && i == last[task->column][task->channel];

          if (is_early (task) != early)
            continue;
          scribe_npu_stream_start (lower->stream, task->column, task->channel, &task->pattern, token);
          done[task->column][task->channel] |= token;
        }
      if (early)
        wait_for_last_op (lower);
    }
  memcpy (lower->flow.waits, done, sizeof done);
  g_array_set_size (lower->tasks, 0);
}

void
npu_finish (NpuLower *lower)
{
  wait_for_last_op (lower);
}
