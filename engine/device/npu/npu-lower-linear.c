/* npu-lower-linear.c - matrix products: linear, both convolutions, whole logits
 *
 * The output's columns are cut into tiles of 128, dealt out to the slots of columns; its rows into blocks of 64, dealt out to the rows of the
 * array. A core makes one tile after another, from all of the block's A and the tile's weights.
 *
 * A convolution of three taps is a product over three times as many inputs. The first one is made three times, for frames 2t - 1, 2t and
 * 2t + 1, side by side: that is the input of the second, which has stride 2.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-private.h"

#include <string.h>

/* Tiles of a product that go to one tensor */
typedef struct
{
  guint first_tile;
  const float *bias;  /* [n_out]; NULL: none */
  const guint *order; /* of its outputs */
  guint n_out;
  NpuTensor out;
  guint out_first;   /* tiles of a slot before the first that "out" has */
  TileFormat format; /* of the tiles as they leave a core */
  gint heads;        /* -1: out is rows; 0: keys, 1: values of a tensor of heads */
} Part;

#define MAX_PARTS 3 /* queries, keys, values */

typedef struct
{
  const NpuTensor *in, *residual; /* residual: NULL: none */
  const NpuMatrix *matrix;
  gboolean gelu, has_bias;
  float int_scale, int_zero; /* of results that are integers */
  guint row_begin, row_end;
  guint n_parts;
  Part parts[MAX_PARTS];
} Product;

static const Part *
part_of (const Product *p, guint tile)
{
  guint i = p->n_parts - 1;

  while (tile < p->parts[i].first_tile)
    i--;
  return &p->parts[i];
}

guint
npu_matrix_steps (const NpuMatrix *matrix, TileFormat in)
{
  return matrix->n_steps * matrix->n_step / scribe_npu_object_cols (in);
}

guint
npu_tiles_of_most (const NpuMatrix *matrix)
{
  return (matrix->n_tiles + matrix->n_slots - 1) / matrix->n_slots;
}

guint
npu_tiles_of_slot (const NpuMatrix *matrix, const NpuSpan *span, guint slot)
{
  guint n = slot < matrix->n_tiles ? (matrix->n_tiles - slot + matrix->n_slots - 1) / matrix->n_slots : 0;

  return n <= span->first ? 0 : MIN (n - span->first, span->n);
}

guint
npu_tiles_of_half (const NpuLower *lower, const NpuMatrix *matrix, const NpuSpan *span, guint half)
{
  return npu_tiles_of_slot (matrix, span, npu_slot (lower, half * lower->device->overlay->n_half_columns));
}

ScribeNpuPattern
npu_matrix_pattern (const NpuMatrix *matrix, const NpuSpan *span, guint slot)
{
  const guint n = matrix->n_steps * matrix->n_parts;
  const guint64 first = ((guint64) slot * npu_tiles_of_most (matrix) + span->first) * n;

  return npu_pattern_linear (NPU_BUFFER_WEIGHTS, matrix->offset + first * TILE_OBJECT_BYTES,
                             npu_tiles_of_slot (matrix, span, slot) * n);
}

static guint
steps (const Product *p)
{
  return npu_matrix_steps (p->matrix, p->in->format);
}

/* Pair objects of a tile */
static guint
pairs (const Product *p)
{
  return p->matrix->n_tile / TILE_PAIR_COLS;
}

static guint
residual_objects (const NpuLower *lower, const Product *p)
{
  return p->residual ? pairs (p) * lower->device->overlay->n_half_columns : 0;
}

static guint64
control (NpuLower *lower, const Product *p, const NpuSpan *span, guint column)
{
  const guint slot = npu_slot (lower, column), half = npu_half (lower, column), n_halves = lower->device->overlay->n_halves;
  guint64 offset;
  TileControl *control = npu_control (lower, TILE_OP_GEMM, &offset);
  TileControlGemm *gemm = &control->gemm;

  gemm->n_rounds = lower->n_rounds;
  gemm->n_tiles = npu_tiles_of_slot (p->matrix, span, slot);
  gemm->n_blank = npu_tiles_of_half (lower, p->matrix, span, half) - gemm->n_tiles;
  gemm->steps = (TileSteps){ steps (p), p->in->format, p->matrix->n_parts == 2, p->matrix->n_tile == TILE_NARROW_N };
  gemm->gelu = p->gelu;
  gemm->has_bias = p->has_bias;
  gemm->n_residual = residual_objects (lower, p);
  gemm->residual_first = column % lower->device->overlay->n_half_columns * pairs (p);
  for (guint i = 0; i < n_halves; i++)
    gemm->first_group[i] = npu_block (lower, i, 0);
  gemm->n_groups = lower->spread.n_groups;
  gemm->row_begin = p->row_begin;
  gemm->row_end = p->row_end;
  gemm->int_scale = p->int_scale;
  gemm->int_zero = p->int_zero;
  for (guint i = 0; i < MIN (gemm->n_tiles, TILE_GEMM_TILES); i++)
    {
      const guint tile = (span->first + i) * p->matrix->n_slots + slot;
      const Part *part = part_of (p, tile);
      const guint first = (tile - part->first_tile) * p->matrix->n_tile;

      gemm->out[i] = part->format;
      if (part->bias)
        npu_order_values (part->order, part->bias, first, MIN (p->matrix->n_tile, part->n_out - first), gemm->bias[i]);
    }
  return offset;
}

/* Tile after tile of a column to keys or values: two heads each. */
static void
put_heads (NpuLower *lower, const Product *p, const Part *part, guint step, guint column, guint round, guint tile)
{
  const guint n_rows = lower->device->overlay->n_joined;
  const guint block = npu_block (lower, npu_half (lower, column), round);
  const guint n_kind = part->out.n_objects / 2, n_tile = p->matrix->n_tile * n_kind / part->n_out;

  for (guint row = 0; row < NPU_OVERLAY_ROWS; row += n_rows)
    {
      guint64 object = (guint64) (block + row) * part->out.n_objects + (guint) part->heads * n_kind + tile * n_tile;
      ScribeNpuPattern pattern = { .buffer = part->out.buffer,
                                   .offset = part->out.offset + object * TILE_OBJECT_BYTES,
                                   .run = TILE_OBJECT_WORDS,
                                   .n = n_rows,
                                   .step = part->out.n_objects * TILE_OBJECT_WORDS,
                                   .iterations = n_tile,
                                   .iteration_step = TILE_OBJECT_WORDS,
                                   .times = 1 };

      npu_result (lower, step, column, row, pattern);
    }
}

/* Results of a column in a round, from this step on: those of one part after another's. */
static void
put_tiles (NpuLower *lower, const Product *p, const NpuSpan *span, guint step, guint column, guint round)
{
  const NpuMatrix *m = p->matrix;
  const guint slot = npu_slot (lower, column), n_tiles = npu_tiles_of_slot (m, span, slot);
  guint n;

  for (guint i = 0; i < n_tiles; i += n)
    {
      const guint tile = (span->first + i) * m->n_slots + slot;
      const Part *part = part_of (p, tile);
      const guint n_objects = m->n_tile / scribe_npu_object_cols (part->format), local = tile - part->first_tile;

      for (n = 1; i + n < n_tiles && part->heads < 0 && part_of (p, tile + n * m->n_slots) == part;)
        n++;
      if (part->heads >= 0)
        put_heads (lower, p, part, step + i, column, round, local);
      else
        npu_put (lower, step + i, column, &part->out, round, (local - part->out_first * m->n_slots) * n_objects, n_objects, n,
                 m->n_slots * n_objects);
    }
}

static void
column_tasks (NpuLower *lower, const Product *p, const NpuSpan *span, guint step, guint column)
{
  const NpuMatrix *m = p->matrix;
  const guint slot = npu_slot (lower, column), n_tiles = npu_tiles_of_slot (p->matrix, span, slot);

  if (n_tiles == 0)
    {
      guint n = npu_tiles_of_half (lower, p->matrix, span, npu_half (lower, column))
                * (npu_fed (lower, steps (p)) + npu_fed (lower, residual_objects (lower, p)));

      if (n > 0)
        npu_pass (lower, step, column, lower->n_rounds * n);
      return;
    }

  if (npu_brings (lower, column))
    {
      ScribeNpuPattern weights = npu_matrix_pattern (m, span, slot);

      weights.times = lower->n_rounds;
      npu_task (lower, step, column, SCRIBE_NPU_B, TRUE,
                npu_pattern_linear (NPU_BUFFER_CONTROL, control (lower, p, span, column), 1));
      npu_task (lower, step, column, SCRIBE_NPU_B, TRUE, weights);
    }
  for (guint round = 0; round < lower->n_rounds; round++)
    put_tiles (lower, p, span, step + round * span->n, column, round);
}

/* A for a half, round by round; with a residual, tile by tile. */
static void
feed (NpuLower *lower, const Product *p, const NpuSpan *span, guint step, guint half)
{
  const guint n_tiles = npu_tiles_of_half (lower, p->matrix, span, half), n_columns = lower->device->overlay->n_half_columns;

  if (n_tiles == 0)
    return;
  for (guint round = 0; round < lower->n_rounds; round++)
    if (p->residual == NULL)
      npu_feed_heads (lower, step + round * span->n, half, p->in, round, 0, steps (p), n_tiles);
    else
      for (guint i = 0; i < n_tiles; i++)
        {
          guint tile = (span->first + i) * p->matrix->n_slots + (lower->spread.halves_share ? half * n_columns : 0);

          npu_feed_heads (lower, step + round * span->n + i, half, p->in, round, 0, steps (p), 1);
          npu_feed_heads (lower, step + round * span->n + i, half, p->residual, round, tile * pairs (p),
                          residual_objects (lower, p), 1);
        }
}

/* Tasks of a span of tiles, from this step on; returns the step after them. */
static guint
product_of_span (NpuLower *lower, const Product *p, const NpuSpan *span, guint step)
{
  for (guint column = 0; column < lower->device->overlay->n_columns; column++)
    column_tasks (lower, p, span, step, column);
  for (guint half = 0; half < lower->device->overlay->n_halves; half++)
    feed (lower, p, span, step, half);
  return step + lower->n_rounds * span->n;
}

static void
product (NpuLower *lower, const Product *p)
{
  const guint most = npu_tiles_of_most (p->matrix);
  const guint n_span = p->has_bias || p->n_parts > 1 ? TILE_GEMM_TILES : SCRIBE_NPU_MAX_ITERATIONS / (TILE_N / TILE_F32_COLS);
  guint step = 0;

  for (guint first = 0; first < most; first += n_span)
    {
      const NpuSpan span = { first, MIN (n_span, most - first) };

      step = product_of_span (lower, p, &span, step);
    }
}

/* Where a linear op's output goes: an activation, keys or values of a window, or rows that the caches will take over. */
static void
add_part (NpuLower *lower, Product *p, guint op_index)
{
  const ScribePlan *plan = lower->plan;
  const ScribeOp *op = g_ptr_array_index (plan->graph->ops, op_index);
  const NpuIntegers *in = npu_integers_of (plan, op->in), *out = npu_integers_of (plan, op->out);
  const Part *last = p->n_parts ? &p->parts[p->n_parts - 1] : NULL;
  Part part = { .first_tile = last ? last->first_tile + last->n_out / p->matrix->n_tile : 0,
                .bias = op->bias,
                .order = npu_order_of (plan, op->out),
                .n_out = op->weight->n_rows };

  switch (op->out->kind)
    {
    case SCRIBE_TENSOR_SELF_CACHE:
      part.out = plan->new_rows[op->out->index % 2];
      part.heads = -1;
      break;
    case SCRIBE_TENSOR_CROSS_CACHE:
      part.out = npu_cache (lower->device, op->out, lower->run->window);
      part.heads = (gint) op->out->index % 2;
      break;
    default:
      part.out = npu_queries (lower, op->out);
      part.heads = plan->heads[op_index];
      break;
    }
  part.format = part.out.format;
  if (part.heads == 1)
    part.format = part.format == TILE_FORMAT_PAIR ? TILE_FORMAT_PAIR_TRANSPOSED : TILE_FORMAT_SINGLE_TRANSPOSED;
  if (in && in->zero != 0)
    part.bias = (const float *) (gconstpointer) (plan->weights.data + plan->extras[op_index]);
  if (out)
    {
      p->int_scale = 1 / out->scales[0];
      p->int_zero = out->zero;
    }
  p->has_bias |= part.bias != NULL;
  p->parts[p->n_parts++] = part;
}

guint
npu_linear_group (const ScribeGraph *graph, guint first)
{
  const ScribeOp *op = g_ptr_array_index (graph->ops, first);
  guint n = 1;

  while (n < MAX_PARTS && first + n < graph->ops->len && !op->gelu && !op->residual && op->weight->n_rows % TILE_N == 0)
    {
      const ScribeOp *next = g_ptr_array_index (graph->ops, first + n);

      if (next->kind != SCRIBE_OP_LINEAR || next->in != op->in || next->gelu || next->residual)
        break;
      n++;
    }
  return n;
}

void
npu_lower_linear (NpuLower *lower)
{
  const ScribeOp *op = lower->op;
  const ScribePlan *plan = lower->plan;
  const guint n = plan->groups[lower->op_index];
  Product p = { .in = npu_tensor (plan, op->in),
                .residual = op->residual ? npu_tensor (plan, op->residual) : NULL,
                .matrix = &plan->matrices[lower->op_index],
                .gelu = op->gelu,
                .row_end = scribe_run_rows (lower->run, op->in->rows) };

  for (guint i = 0; i < n; i++)
    add_part (lower, &p, lower->op_index + i);
  if (n > 0)
    {
      product (lower, &p);
      npu_flush (lower);
    }
  /* keys and values are both there when it is the values' turn */
  if (op->out->kind == SCRIBE_TENSOR_SELF_CACHE && op->out->index % 2 == 1)
    npu_lower_cache (lower);
}

/* The second convolution's input, made by the first: for output row t the frames 2t - 1, 2t and 2t + 1, n_state values each. */
static void
first_convolution (NpuLower *lower)
{
  ScribePlan *plan = lower->plan;
  const ScribeOp *op = lower->op;
  const guint n_objects = op->out->n_cols / scribe_npu_object_cols (npu_tensor (plan, op->out)->format);

  for (guint tap = 0; tap < 3; tap++)
    {
      const NpuTensor in = npu_packed_mel (plan, tap);
      Product p = { .in = &in,
                    .matrix = &plan->matrices[lower->op_index],
                    .gelu = TRUE,
                    .row_begin = tap == 0 ? 1 : 0, /* there is no frame -1: it is padding */
                    .row_end = lower->run->n_ctx };

      add_part (lower, &p, lower->op_index);
      p.parts[0].out.first = tap * n_objects;
      product (lower, &p);
      npu_flush (lower);
    }
}

void
npu_lower_conv1d (NpuLower *lower)
{
  const ScribePlan *plan = lower->plan;
  const ScribeOp *op = lower->op;

  if (op->stride == 1)
    first_convolution (lower);
  else
    {
      const NpuTensor positions = { .buffer = NPU_BUFFER_WEIGHTS,
                                    .offset = plan->extras[lower->op_index],
                                    .format = TILE_FORMAT_PAIR,
                                    .n_objects = op->out->n_cols / TILE_PAIR_COLS };
      Product p = { .in = npu_tensor (plan, op->in),
                    .residual = &positions,
                    .matrix = &plan->matrices[lower->op_index],
                    .gelu = TRUE,
                    .row_end = lower->run->n_ctx };

      add_part (lower, &p, lower->op_index);
      product (lower, &p);
      npu_flush (lower);
    }
}

/* The vocabulary in sections, each a tensor of its own: what lies between two blocks of its rows has to be small enough for a descriptor. */
void
npu_lower_whole_logits (NpuLower *lower)
{
  const ScribePlan *plan = lower->plan;
  const ScribeOp *op = lower->op;
  Product p = { .in = npu_tensor (plan, op->in),
                .matrix = &plan->matrices[lower->op_index],
                .row_end = lower->run->n_tokens,
                .n_parts = 1,
                .parts = { { .n_out = op->weight->n_rows, .format = TILE_FORMAT_F32, .heads = -1 } } };
  const guint most = npu_tiles_of_most (p.matrix);
  guint step = 0;

  for (guint section = 0; section * NPU_LOGITS_TILES < most; section++)
    {
      const NpuSpan span = { section * NPU_LOGITS_TILES, MIN (NPU_LOGITS_TILES, most - section * NPU_LOGITS_TILES) };

      p.parts[0].out = npu_logits (plan, section);
      p.parts[0].out_first = span.first;
      step = product_of_span (lower, &p, &span, step);
    }
  npu_flush (lower);
}
