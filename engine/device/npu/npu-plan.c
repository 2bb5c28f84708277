/* npu-plan.c - where the tensors of a graph lie, and its weights as the array reads them
 *
 * Activations are floats of one block of mantissas in fast mode and of two else; what a residual is added to has always two, and so has the encoder's
 * output, from which all cross keys and values come. Keys and values of
 * the encoder share a tensor of heads. Buffers are reused as soon as their last reader is through.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-cache.h"
#include "device/npu/npu-mel.h"
#include "device/npu/npu-private.h"

#define SLACK 64 /* objects behind the last: tasks of full blocks read a little further than a tensor goes */

static guint
max_rows (const ScribePlan *plan, ScribeRows rows)
{
  return rows == SCRIBE_ROWS_TOKENS ? NPU_MAX_STEP : plan->device->base.options.n_audio_ctx;
}

guint
npu_max_blocks (const ScribePlan *plan, ScribeRows rows)
{
  NpuSpread spread = npu_spread (plan->device->overlay, rows);

  return npu_rounds (&spread, max_rows (plan, rows)) * spread.n_groups;
}

/* The attention whose keys or values this tensor is; NULL: none. */
static const ScribeOp *
attention_of (const ScribeGraph *graph, const ScribeTensor *tensor)
{
  for (guint i = 0; i < graph->ops->len; i++)
    {
      const ScribeOp *op = g_ptr_array_index (graph->ops, i);

      if (op->kind == SCRIBE_OP_ATTENTION && (op->key == tensor || op->value == tensor))
        return op;
    }
  return NULL;
}

static TileFormat
format_of (const ScribePlan *plan, const ScribeOp *op)
{
  const gboolean residual = op->residual || op->kind == SCRIBE_OP_EMBEDDING || (op->kind == SCRIBE_OP_CONV1D && op->positions),
                 kept = op->kind == SCRIBE_OP_LAYER_NORM && op->out->name[0] != '\0';

  if (npu_integers_of (plan, op->out))
    return TILE_FORMAT_INT8;
  return residual || kept || !plan->device->fast ? TILE_FORMAT_PAIR : TILE_FORMAT_SINGLE;
}

/* A tensor that the mel ops keep in places of their own. */
static gboolean
is_mel (const ScribeOp *op)
{
  return op->kind == SCRIBE_OP_SPECTRUM || op->kind == SCRIBE_OP_LOG_MEL;
}

static void
describe (ScribePlan *plan, guint op_index)
{
  const ScribeOp *op = g_ptr_array_index (plan->graph->ops, op_index);
  NpuTensor *tensor = &plan->tensors[op->out->index];
  const ScribeOp *attention = attention_of (plan->graph, op->out);

  tensor->buffer = NPU_BUFFER_WORK;
  tensor->format = format_of (plan, op);
  tensor->n_objects = op->out->n_cols / scribe_npu_object_cols (tensor->format);
  plan->heads[op_index] = -1;
  if (attention)
    {
      plan->heads[op_index] = op->out == attention->value;
      tensor->n_objects *= 2;
    }
  else if (op->kind == SCRIBE_OP_CONV1D && op->stride == 1)
    tensor->n_objects *= 3;
}

static gsize
bytes_of (const ScribePlan *plan, const ScribeOp *op)
{
  ScribeRows rows = op->out->rows == SCRIBE_ROWS_FRAMES ? SCRIBE_ROWS_CTX : op->out->rows;

  return npu_tensor_bytes (&plan->tensors[op->out->index], npu_max_blocks (plan, rows));
}

typedef struct
{
  gsize size, offset;
  guint busy_until;
} Slot;

/* First fit: a slot is free for the output of op i if its tenant's last reader comes before i. */
static void
place (ScribePlan *plan, gsize *work)
{
  const ScribeGraph *graph = plan->graph;
  g_autoptr (GArray) slots = g_array_new (FALSE, TRUE, sizeof (Slot));
  g_autofree guint *slot_of = g_new0 (guint, graph->tensors->len);

  for (guint i = 0; i < graph->ops->len; i++)
    {
      const ScribeOp *op = g_ptr_array_index (graph->ops, i);
      guint slot = 0;

      if (op->out == NULL || op->out->kind != SCRIBE_TENSOR_ACTIVATION || is_mel (op))
        continue;
      describe (plan, i);
      if (plan->heads[i] == 1)
        {
          slot_of[op->out->index] = slot_of[attention_of (graph, op->out)->key->index];
          continue;
        }
      while (slot < slots->len && g_array_index (slots, Slot, slot).busy_until >= i)
        slot++;
      if (slot == slots->len)
        g_array_set_size (slots, slot + 1);
      g_array_index (slots, Slot, slot).busy_until = scribe_graph_last_reader (graph, op->out);
      g_array_index (slots, Slot, slot).size = MAX (g_array_index (slots, Slot, slot).size, bytes_of (plan, op));
      slot_of[op->out->index] = slot;
    }
  for (guint i = 0; i < slots->len; i++)
    {
      g_array_index (slots, Slot, i).offset = *work;
      *work += g_array_index (slots, Slot, i).size;
    }
  for (guint i = 0; i < graph->tensors->len; i++)
    if (plan->tensors[i].n_objects > 0)
      plan->tensors[i].offset = g_array_index (slots, Slot, slot_of[i]).offset;
}

/* Places that belong to no tensor of the graph. */
static gsize
reserve (gsize *work, gsize n)
{
  gsize offset = *work;

  *work += (n + TILE_OBJECT_BYTES - 1) / TILE_OBJECT_BYTES * TILE_OBJECT_BYTES;
  return offset;
}

/* Inputs that are not samples: rows of floats, which a run puts there. */
static void
place_inputs (ScribePlan *plan, gsize *work)
{
  for (guint i = 0; i < plan->graph->tensors->len; i++)
    {
      const ScribeTensor *tensor = g_ptr_array_index (plan->graph->tensors, i);

      if (tensor->kind != SCRIBE_TENSOR_INPUT || tensor->rows == SCRIBE_ROWS_SAMPLES)
        continue;
      plan->inputs[tensor->index] = (NpuTensor){ .buffer = NPU_BUFFER_WORK,
                                                 .format = TILE_FORMAT_PAIR,
                                                 .n_objects = tensor->n_cols / TILE_PAIR_COLS };
      plan->inputs[tensor->index].offset = reserve (
          work, npu_tensor_bytes (&plan->inputs[tensor->index], npu_max_blocks (plan, tensor->rows)));
    }
}

static void
place_mel (ScribePlan *plan, gsize *work)
{
  const NpuOverlay *overlay = plan->device->overlay;
  const guint n_ctx = npu_max_blocks (plan, SCRIBE_ROWS_CTX) * TILE_M;
  const guint n_blocks = (2 * n_ctx / TILE_F32_ROWS / overlay->n_groups + 1) * overlay->n_groups;
  const guint n_frames = MAX (n_blocks * TILE_F32_ROWS, 2 * n_ctx + 2 * TILE_F32_ROWS) + 2 * NPU_MEL_PADDING;
  NpuTensor packed = npu_packed_mel (plan, 0);

  plan->mel.samples = reserve (work, ((gsize) n_frames * SCRIBE_HOP + 2 * SCRIBE_N_FFT) * sizeof (gint16));
  plan->mel.power = (NpuTensor){ .buffer = NPU_BUFFER_WORK,
                                 .format = TILE_FORMAT_F32,
                                 .n_objects = SCRIBE_NPU_N_BIN_TILES * SCRIBE_NPU_BIN_TILE / TILE_F32_COLS };
  plan->mel.power.offset = reserve (work, npu_tensor_bytes (&plan->mel.power, n_blocks));
  plan->mel.log_mel = reserve (work, (gsize) n_frames * NPU_TAP_COLS * sizeof (float));
  plan->mel.largest = reserve (work, (gsize) NPU_MAX_COLUMNS * NPU_OVERLAY_ROWS * TILE_OBJECT_BYTES);
  plan->mel.packed = reserve (work, 3 * npu_tensor_bytes (&packed, npu_max_blocks (plan, SCRIBE_ROWS_CTX)));
}

const NpuTensor *
npu_tensor (const ScribePlan *plan, const ScribeTensor *tensor)
{
  return tensor->kind == SCRIBE_TENSOR_INPUT ? &plan->inputs[tensor->index] : &plan->tensors[tensor->index];
}

NpuTensor
npu_packed_mel (const ScribePlan *plan, guint tap)
{
  NpuTensor tensor = { .buffer = NPU_BUFFER_WORK, .format = plan->device->fast ? TILE_FORMAT_SINGLE : TILE_FORMAT_PAIR };

  tensor.n_objects = 3 * NPU_TAP_COLS / scribe_npu_object_cols (tensor.format);
  tensor.offset = plan->mel.packed + tap * npu_tensor_bytes (&tensor, npu_max_blocks (plan, SCRIBE_ROWS_CTX));
  return tensor;
}

NpuTensor
npu_logits (const ScribePlan *plan, guint section)
{
  const NpuSpread spread = npu_spread (plan->device->overlay, SCRIBE_ROWS_TOKENS);
  NpuTensor tensor = { .buffer = NPU_BUFFER_WORK,
                       .format = TILE_FORMAT_F32,
                       .n_objects = NPU_LOGITS_TILES * spread.n_slots * (TILE_N / TILE_F32_COLS) };

  tensor.offset = plan->logits + section * npu_tensor_bytes (&tensor, npu_max_blocks (plan, SCRIBE_ROWS_TOKENS));
  return tensor;
}

/* Linear ops that are one product, at the first of them. */
static void
pack_group (ScribePlan *plan, guint i, guint n_slots)
{
  if (plan->groups[i] > 0)
    plan->matrices[i] = npu_pack_matrix (plan, i, plan->groups[i], n_slots, 0, FALSE);
}

static void
find_groups (ScribePlan *plan)
{
  guint n;

  for (guint i = 0; i < plan->graph->ops->len; i += n)
    {
      const ScribeOp *op = g_ptr_array_index (plan->graph->ops, i);

      n = op->kind == SCRIBE_OP_LINEAR ? npu_linear_group (plan->graph, i) : 1;
      plan->groups[i] = n;
    }
}

static gboolean
pack (ScribePlan *plan, guint i, GError **error)
{
  const ScribeOp *op = g_ptr_array_index (plan->graph->ops, i);
  const NpuSpread spread = npu_spread (plan->device->overlay, plan->rows);

  switch (op->kind)
    {
    case SCRIBE_OP_SPECTRUM:
      plan->extras[i] = npu_pack_transform (plan, spread.n_slots);
      break;
    case SCRIBE_OP_LOG_MEL:
      return npu_pack_filters (plan, op->weight, error);
    case SCRIBE_OP_CONV1D:
      plan->matrices[i] = npu_pack_matrix (plan, i, 1, spread.n_slots, op->stride == 1 ? NPU_TAP_COLS : op->in->n_cols, FALSE);
      if (op->positions)
        plan->extras[i] = npu_pack_rows (plan, op->positions, op->out, npu_max_blocks (plan, SCRIBE_ROWS_CTX));
      break;
    case SCRIBE_OP_LINEAR:
      pack_group (plan, i, spread.n_slots);
      break;
    case SCRIBE_OP_LOGITS:
      plan->matrices[i] = npu_pack_matrix (plan, i, 1, spread.n_slots, 0, TRUE);
      break;
    case SCRIBE_OP_LAYER_NORM:
      plan->extras[i] = npu_pack_norm (plan, op, &spread);
      break;
    case SCRIBE_OP_EMBEDDING:
      plan->embedding = npu_pack_embedding (plan, op->weight, op->out);
      plan->positions = npu_pack_embedding (plan, op->positions, op->out);
      break;
    case SCRIBE_OP_ATTENTION:
      break;
    }
  return TRUE;
}

static gboolean
pack_all (ScribePlan *plan, guint8 *packing, GError **error)
{
  plan->packing = packing;
  plan->weights_size = 0;
  for (guint i = 0; i < plan->graph->ops->len; i++)
    if (!pack (plan, i, error))
      return FALSE;
  npu_weights_reserve (plan, SLACK * TILE_OBJECT_BYTES);
  return TRUE;
}

/* From the cache; else packed, and put there for the next start. */
static const guint8 *
find_weights (ScribePlan *plan, GError **error)
{
  ScribeNpuCacheKey key = { .overlay = plan->device->overlay_hash, .fast = plan->device->fast };
  gboolean caches;

  if (!pack_all (plan, NULL, error))
    return NULL;
  key.size = plan->weights_size;
  caches = key.size >= SCRIBE_NPU_CACHE_SMALLEST;
  if (caches)
    {
      key.identity = npu_weights_identity (plan);
      plan->cached = scribe_npu_cache_open (&key);
    }
  if (plan->cached)
    return (const guint8 *) g_mapped_file_get_contents (plan->cached) + SCRIBE_NPU_CACHE_HEADER;
  plan->packed = g_malloc0 (SCRIBE_NPU_CACHE_HEADER + key.size);
  if (!pack_all (plan, plan->packed + SCRIBE_NPU_CACHE_HEADER, error))
    return NULL;
  plan->packing = NULL;
  if (caches)
    scribe_npu_cache_write (&key, plan->packed);
  return plan->packed + SCRIBE_NPU_CACHE_HEADER;
}

/* The array sees them where they are, or has a copy. */
static gboolean
prepare_weights (ScribePlan *plan, GError **error)
{
  NpuArray *array = plan->device->array;
  const guint8 *weights = find_weights (plan, error);

  if (weights == NULL || !array->klass->show (array, &plan->weights, NPU_MEMORY_DATA, weights, plan->weights_size, NULL, error))
    return FALSE;
  if (plan->weights.data != weights)
    {
      g_clear_pointer (&plan->packed, g_free);
      g_clear_pointer (&plan->cached, g_mapped_file_unref);
    }
  return TRUE;
}

static void
place_new_rows (ScribePlan *plan, gsize *work)
{
  for (guint kind = 0; kind < 2; kind++)
    {
      NpuTensor *rows = &plan->new_rows[kind];

      *rows = (NpuTensor){ .buffer = NPU_BUFFER_WORK,
                           .format = TILE_FORMAT_PAIR,
                           .n_objects = plan->device->base.options.n_state / TILE_PAIR_COLS };
      rows->offset = reserve (work, npu_tensor_bytes (rows, npu_max_blocks (plan, SCRIBE_ROWS_TOKENS)));
    }
}

/* Behind all else, without room for them: whole logits of a long step are hundreds of megabytes, and hardly any step wants them. */
static void
place_logits (ScribePlan *plan, gsize work, const ScribeOp *logits)
{
  const guint n_slots = npu_spread (plan->device->overlay, SCRIBE_ROWS_TOKENS).n_slots;
  const NpuTensor section = npu_logits (plan, 0);

  plan->logits_bytes = npu_tensor_bytes (&section, npu_max_blocks (plan, SCRIBE_ROWS_TOKENS));
  plan->logits_bytes *= (logits->weight->n_rows / TILE_N + NPU_LOGITS_TILES * n_slots) / (NPU_LOGITS_TILES * n_slots);
  plan->logits = work;
}

static const ScribeOp *
find (const ScribeGraph *graph, ScribeOpKind kind)
{
  for (guint i = 0; i < graph->ops->len; i++)
    {
      const ScribeOp *op = g_ptr_array_index (graph->ops, i);

      if (op->kind == kind)
        return op;
    }
  return NULL;
}

/* A decoder step: its rows are tokens. */
static gboolean
is_step (const ScribeGraph *graph)
{
  const ScribeOp *op = g_ptr_array_index (graph->ops, 0);

  return (op->in ? op->in : op->out)->rows == SCRIBE_ROWS_TOKENS;
}

ScribePlan *
npu_plan_new (NpuDevice *device, const ScribeGraph *graph, GError **error)
{
  ScribePlan *plan = g_new0 (ScribePlan, 1);
  const ScribeOp *log_mel = find (graph, SCRIBE_OP_LOG_MEL), *logits = find (graph, SCRIBE_OP_LOGITS);
  gsize work = 0;

  plan->device = device;
  plan->graph = graph;
  plan->rows = is_step (graph) ? SCRIBE_ROWS_TOKENS : SCRIBE_ROWS_CTX;
  plan->first_row = scribe_profile_add_ops (device->base.profile, graph);
  npu_profile_add_last_row (plan);
  plan->tensors = g_new0 (NpuTensor, graph->tensors->len);
  plan->inputs = g_new0 (NpuTensor, graph->tensors->len);
  plan->heads = g_new0 (gint, graph->ops->len);
  plan->groups = g_new0 (guint, graph->ops->len);
  plan->matrices = g_new0 (NpuMatrix, graph->ops->len);
  plan->extras = g_new0 (guint64, graph->ops->len);
  plan->parts = npu_parts_new ();
  plan->control = g_byte_array_new ();
  plan->written_control = g_array_new (FALSE, FALSE, sizeof (NpuExtent));
  plan->tasks = g_array_new (FALSE, FALSE, sizeof (NpuTask));
  plan->kept = g_new0 (NpuKept, graph->ops->len);
  plan->shape = g_array_new (FALSE, FALSE, sizeof (guint));
  plan->blocks = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint kind = 0; kind < NPU_N_SHARED; kind++)
    plan->shared[kind] = g_array_new (FALSE, FALSE, sizeof (guint));

  npu_order_init (plan);
  if (!npu_integers_init (plan, error))
    {
      npu_plan_free (plan);
      return NULL;
    }
  find_groups (plan);
  place (plan, &work);
  place_inputs (plan, &work);
  if (log_mel)
    {
      plan->mel.n_mels = log_mel->weight->n_rows;
      place_mel (plan, &work);
    }
  if (plan->rows == SCRIBE_ROWS_TOKENS)
    place_new_rows (plan, &work);
  if (logits)
    place_logits (plan, work, logits);
  if (!prepare_weights (plan, error)
      || !device->array->klass->allocate (device->array, &plan->work, work + SLACK * TILE_OBJECT_BYTES, error))
    {
      npu_plan_free (plan);
      return NULL;
    }
  return plan;
}

void
npu_plan_free (ScribePlan *plan)
{
  NpuArray *array = plan->device->array;
  NpuMemory *const memories[] = { &plan->weights, &plan->work, &plan->alignment, &plan->shown_control };

  g_ptr_array_unref (plan->parts);
  for (guint i = 0; i < G_N_ELEMENTS (memories); i++)
    array->klass->release (array, memories[i]);
  g_free (plan->tensors);
  g_free (plan->inputs);
  g_clear_pointer (&plan->batches, g_array_unref);
  g_free (plan->heads);
  g_free (plan->groups);
  g_free (plan->matrices);
  g_free (plan->extras);
  g_free (plan->order);
  g_free (plan->is_ordered);
  npu_integers_clear (plan);
  g_free (plan->packed);
  g_clear_pointer (&plan->cached, g_mapped_file_unref);
  g_byte_array_unref (plan->control);
  g_array_unref (plan->written_control);
  g_array_unref (plan->tasks);
  g_free (plan->kept);
  g_array_unref (plan->shape);
  g_array_unref (plan->blocks);
  for (guint kind = 0; kind < NPU_N_SHARED; kind++)
    g_array_unref (plan->shared[kind]);
  g_free (plan);
}
