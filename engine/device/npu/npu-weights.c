/* npu-weights.c - what a plan keeps in memory for the array: matrices, gains, rows of the embedding
 *
 * A matrix [n_out, n_in] is cut into tiles of 128 outputs, dealt out to the slots of columns by turns, and a tile into objects of 32 inputs; or of 64 and
 * 64, where that gives all slots something to do. All tiles of
 * a slot lie one after another: a column reads its share of an op in one run. In accurate mode an object of high mantissas is followed by the one of low
 * mantissas: the rounding of weights is most of what is wrong with products of one block of mantissas.
 *
 * All of it is gone through twice: first only places are dealt out, and then, unless the cache has the same bytes, they are filled.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/cpu/kernels.h"
#include "device/npu/npu-hash.h"
#include "device/npu/npu-mel.h"
#include "device/npu/npu-private.h"

#include <string.h>

gsize
npu_weights_reserve (ScribePlan *plan, gsize n)
{
  gsize offset = plan->weights_size;

  plan->weights_size += (n + TILE_OBJECT_BYTES - 1) / TILE_OBJECT_BYTES * TILE_OBJECT_BYTES;
  return offset;
}

/* Halves by the vectors of this processor, which give the same bits. */
void
npu_read_weights (const ScribeWeight *weight, guint row, float *out)
{
  if (weight->type == SCRIBE_WEIGHT_F16)
    scribe_kernels_get ()->weight_row (weight->type, weight->data + row * scribe_weight_row_bytes (weight->type, weight->n_cols),
                                       weight->n_cols, out);
  else
    scribe_weight_row (weight, row, out);
}

/* Inputs of a convolution, tap by tap as the array reads them; the file has them channel by channel. */
static void
order_taps (const float *row, guint n_channels, guint pitch, float *out)
{
  for (guint channel = 0; channel < n_channels; channel++)
    for (guint tap = 0; tap < 3; tap++)
      out[tap * pitch + channel] = row[channel * 3 + tap];
}

static void
pack_row (guint8 *tile, const NpuMatrix *matrix, guint row, const float *x)
{
  for (guint step = 0; step < matrix->n_steps; step++)
    for (guint block = 0; block < matrix->n_step / TILE_BLOCK; block++)
      {
        const float *values = x + step * matrix->n_step + block * TILE_BLOCK;
        guint index = row / TILE_BLOCK * (matrix->n_step / TILE_BLOCK) + block;
        guint8 *to = tile + (gsize) step * matrix->n_parts * TILE_OBJECT_BYTES + index * TILE_BLOCK_BYTES
                     + row % TILE_BLOCK * SCRIBE_NPU_ROW_BYTES;

        if (matrix->n_parts == 1)
          scribe_npu_pack_row (values, to);
        else
          scribe_npu_pack_pair (values, to, to + TILE_OBJECT_BYTES);
      }
}

/* Tiles of half the width, if a slot then has less to do. */
static gboolean
is_better_narrow (guint n_out, guint n_slots)
{
  const guint n_wide = (n_out + TILE_N - 1) / TILE_N, n_narrow = (n_out + TILE_NARROW_N - 1) / TILE_NARROW_N;

  return (n_narrow + n_slots - 1) / n_slots < 2 * ((n_wide + n_slots - 1) / n_slots);
}

static guint
count_rows (const ScribeOp *const *ops, guint n_ops)
{
  guint n = 0;

  for (guint i = 0; i < n_ops; i++)
    n += ops[i]->weight->n_rows;
  return n;
}

/* An output's weights, by the places of the inputs. */
static void
read_ordered (const ScribePlan *plan, const ScribeOp *op, guint place, guint tap_pitch, float *row, float *ordered)
{
  const ScribeWeight *weight = op->weight;
  const guint *outputs = npu_order_of (plan, op->out);

  npu_read_weights (weight, outputs ? outputs[place] : place, row);
  if (tap_pitch)
    order_taps (row, weight->n_cols / 3, tap_pitch, ordered);
  else
    npu_order_values (npu_order_of (plan, op->in), row, 0, weight->n_cols, ordered);
}

/* What integers have to add to stand for nothing where the activation does: a bias for each output, by the graph's order. */
static void
note_bias (ScribePlan *plan, guint64 biases, const ScribeOp *op, guint place, float sum, float zero)
{
  const guint *outputs = npu_order_of (plan, op->out);
  const guint output = outputs ? outputs[place] : place;

  ((float *) (gpointer) (plan->packing + biases))[output] = (op->bias ? op->bias[output] : 0) - zero * sum;
}

NpuMatrix
npu_pack_matrix (ScribePlan *plan, guint op_index, guint n_ops, guint n_slots, guint tap_pitch, gboolean is_wide)
{
  const ScribeOp *const *ops = (const ScribeOp *const *) plan->graph->ops->pdata + op_index;
  const NpuIntegers *integers = npu_integers_of (plan, ops[0]->in);
  const guint n_in = tap_pitch ? 3 * tap_pitch : ops[0]->weight->n_cols, n_rows = count_rows (ops, n_ops);
  const gboolean is_narrow = !is_wide && !integers && is_better_narrow (n_rows, n_slots);
  NpuMatrix matrix = { .n_tile = is_narrow ? TILE_NARROW_N : TILE_N,
                       .n_step = is_narrow ? TILE_NARROW_COLS : TILE_WEIGHT_COLS,
                       .n_parts = plan->device->fast ? 1 : 2,
                       .n_slots = n_slots };
  const guint n_tiles = (n_rows + matrix.n_tile - 1) / matrix.n_tile, tiles_in_slot = (n_tiles + n_slots - 1) / n_slots;
  gsize tile_bytes;
  g_autofree float *row = g_new (float, ops[0]->weight->n_cols), *ordered = g_new0 (float, n_in);

  matrix.n_tiles = n_tiles;
  matrix.n_steps = n_in / matrix.n_step;
  tile_bytes = (gsize) matrix.n_steps * matrix.n_parts * TILE_OBJECT_BYTES;
  matrix.offset = npu_weights_reserve (plan, (gsize) n_slots * tiles_in_slot * tile_bytes);
  if (integers && integers->zero != 0)
    {
      g_assert (n_ops == 1);
      plan->extras[op_index] = npu_weights_reserve (plan, n_rows * sizeof (float));
    }
  for (guint i = 0, o = 0, first = 0; plan->packing && i < n_rows; i++)
    {
      const guint tile = i / matrix.n_tile;
      const gsize place = (gsize) (tile % n_slots) * tiles_in_slot + tile / n_slots;
      guint8 *to = plan->packing + matrix.offset + place * tile_bytes;

      if (i - first == ops[o]->weight->n_rows)
        first += ops[o++]->weight->n_rows;
      read_ordered (plan, ops[o], i - first, tap_pitch, row, ordered);
      if (integers)
        {
          float sum;

          npu_integers_weigh (integers, npu_order_of (plan, ops[o]->in), n_in, ordered);
          sum = npu_integers_pack_row (to, &matrix, i % matrix.n_tile, ordered);
          if (integers->zero != 0)
            note_bias (plan, plan->extras[op_index], ops[o], i, sum, integers->zero);
        }
      else
        pack_row (to, &matrix, i % matrix.n_tile, ordered);
    }
  return matrix;
}

/* Values of n channels by their places, and what they are in integers. */
static void
copy_scaled (const float *values, const guint *order, const NpuIntegers *integers, guint first, guint n, float *to)
{
  npu_order_values (order, values, first, n, to);
  for (guint i = 0; integers && i < n; i++)
    to[i] /= integers->scales[order ? order[first + i] : first + i];
}

guint64
npu_pack_norm (ScribePlan *plan, const ScribeOp *op, const NpuSpread *spread)
{
  const guint n_parts = npu_norm_parts (plan, op, spread);
  const gsize offset = npu_weights_reserve (plan, (gsize) spread->n_slots * n_parts * 2 * TILE_OBJECT_BYTES);
  const guint *order = npu_order_of (plan, op->in);
  const NpuIntegers *integers = npu_integers_of (plan, op->out);
  const guint n_cols = scribe_npu_object_cols (npu_tensor (plan, op->out)->format);

  for (guint i = 0; plan->packing && i < spread->n_slots * n_parts; i++)
    {
      float *gains = (float *) (gpointer) (plan->packing + offset) + 2 * i * TILE_OBJECT_WORDS;
      guint first, n = npu_norm_share (plan, op, spread, i / n_parts, i % n_parts, &first);

      copy_scaled (op->norm->gain, order, integers, first * n_cols, n * n_cols, gains);
      copy_scaled (op->norm->bias, order, integers, first * n_cols, n * n_cols, gains + TILE_OBJECT_WORDS);
    }
  return offset;
}

/* A constant tensor of pair objects, with blocks of rows up to n_blocks. */
guint64
npu_pack_rows (ScribePlan *plan, const ScribeWeight *weight, const ScribeTensor *out, guint n_blocks)
{
  NpuTensor tensor = { .format = TILE_FORMAT_PAIR, .n_objects = weight->n_cols / TILE_PAIR_COLS };
  g_autofree float *row = g_new (float, weight->n_cols), *ordered = g_new (float, weight->n_cols);

  tensor.offset = npu_weights_reserve (plan, npu_tensor_bytes (&tensor, n_blocks));
  for (guint i = 0; plan->packing && i < MIN (weight->n_rows, n_blocks * TILE_M); i++)
    {
      npu_read_weights (weight, i, row);
      npu_order_values (npu_order_of (plan, out), row, 0, weight->n_cols, ordered);
      for (guint column = 0; column < weight->n_cols; column += TILE_BLOCK)
        npu_tensor_set (&tensor, plan->packing, i, column, ordered + column);
    }
  return tensor.offset;
}

/* For each 64 columns a block of their high mantissas and one of the low ones, a row of eight columns after another. */
gsize
npu_embedding_bytes (guint n_state)
{
  return (gsize) n_state / TILE_BLOCK * 2 * SCRIBE_NPU_ROW_BYTES;
}

guint64
npu_pack_embedding (ScribePlan *plan, const ScribeWeight *weight, const ScribeTensor *out)
{
  const gsize row_bytes = npu_embedding_bytes (weight->n_cols);
  g_autofree float *row = g_new (float, weight->n_cols), *ordered = g_new (float, weight->n_cols);
  /* an object that begins with the last row goes on behind it */
  gsize offset = npu_weights_reserve (plan, weight->n_rows * row_bytes + TILE_OBJECT_BYTES);

  for (guint i = 0; plan->packing && i < weight->n_rows; i++)
    {
      npu_read_weights (weight, i, row);
      npu_order_values (npu_order_of (plan, out), row, 0, weight->n_cols, ordered);
      for (guint column = 0; column < weight->n_cols; column += TILE_BLOCK)
        {
          guint8 *high = plan->packing + offset + i * row_bytes + column / 64 * 2 * TILE_BLOCK_BYTES
                         + column % 64 / TILE_BLOCK * SCRIBE_NPU_ROW_BYTES;

          scribe_npu_pack_pair (ordered + column, high, high + TILE_BLOCK_BYTES);
        }
    }
  return offset;
}

/* The transform's tiles of bins, dealt out to the slots. */
guint64
npu_pack_transform (ScribePlan *plan, guint n_slots)
{
  const guint tiles_in_slot = (SCRIBE_NPU_N_BIN_TILES + n_slots - 1) / n_slots;
  gsize offset = npu_weights_reserve (plan, (gsize) n_slots * tiles_in_slot * SCRIBE_NPU_TRANSFORMS * TILE_OBJECT_BYTES);

  for (guint tile = 0; plan->packing && tile < SCRIBE_NPU_N_BIN_TILES; tile++)
    for (guint i = 0; i < SCRIBE_NPU_TRANSFORMS; i++)
      {
        gsize place = ((gsize) (tile % n_slots) * tiles_in_slot + tile / n_slots) * SCRIBE_NPU_TRANSFORMS + i;

        scribe_npu_mel_transform (tile, i, plan->packing + offset + place * TILE_OBJECT_BYTES);
      }
  return offset;
}

gboolean
npu_pack_filters (ScribePlan *plan, const ScribeWeight *weight, GError **error)
{
  for (guint band = 0; band * TILE_MEL_COLS < weight->n_rows; band++)
    {
      NpuFilters *filters = &plan->mel.filters[band];
      g_autoptr (GByteArray) objects = scribe_npu_mel_filters (weight, band * TILE_MEL_COLS, &filters->n, error);

      if (objects == NULL)
        return FALSE;
      filters->n_objects = objects->len / TILE_OBJECT_BYTES;
      filters->offset = npu_weights_reserve (plan, objects->len);
      if (plan->packing)
        memcpy (plan->packing + filters->offset, objects->data, objects->len);
    }
  return TRUE;
}

G_STATIC_ASSERT (sizeof (NpuMatrix) == 8 + 6 * 4); /* no padding, which would be hashed */

static guint64
hash_weight (const ScribeWeight *weight, guint64 hash)
{
  const guint shape[] = { weight->type, weight->n_rows, weight->n_cols };

  hash = scribe_npu_hash (shape, sizeof shape, hash);
  return scribe_npu_hash (weight->data, weight->n_rows * scribe_weight_row_bytes (weight->type, weight->n_cols), hash);
}

guint64
npu_weights_identity (const ScribePlan *plan)
{
  const guint n_ops = plan->graph->ops->len;
  const guint64 layout[] = { plan->embedding, plan->positions, plan->weights_size, plan->device->fast, plan->device->integers };
  guint64 hash = scribe_npu_hash (layout, sizeof layout, 0);

  hash = scribe_npu_hash (plan->matrices, n_ops * sizeof *plan->matrices, hash);
  hash = scribe_npu_hash (plan->extras, n_ops * sizeof *plan->extras, hash);
  for (guint i = 0; i < n_ops; i++)
    {
      const ScribeOp *op = g_ptr_array_index (plan->graph->ops, i);
      const guint kind[] = { op->kind, op->stride };

      const NpuIntegers *integers = npu_integers_of (plan, op->out);

      hash = scribe_npu_hash (kind, sizeof kind, hash);
      if (integers)
        hash = scribe_npu_hash (integers->scales, op->out->n_cols * sizeof (float), hash);
      if (op->weight)
        hash = hash_weight (op->weight, hash);
      if (op->positions)
        hash = hash_weight (op->positions, hash);
      if (op->norm)
        {
          hash = scribe_npu_hash (op->norm->gain, op->in->n_cols * sizeof (float), hash);
          hash = scribe_npu_hash (op->norm->bias, op->in->n_cols * sizeof (float), hash);
        }
    }
  return hash;
}
