/* npu-describe.c - what the planner chose, a line for each op
 *
 *   encoder.0.attn.q        GEMM 64 x 128 x 32, pairs by pairs: 3 ops, 12 tiles of 16 steps over 4 columns
 *
 * For who wants to know why an op takes its time: sentences are English wherever the program runs.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-mel.h"
#include "device/npu/npu-private.h"

#define NAME_WIDTH 28

static const char *
name_of_format (TileFormat format)
{
  return format == TILE_FORMAT_INT8 ? "int8" : format == TILE_FORMAT_SINGLE ? "single" : "pairs";
}

static void
describe_product (const ScribePlan *plan, guint i, const char *kernel, guint n_ops, GString *to)
{
  const NpuMatrix *matrix = &plan->matrices[i];
  const ScribeOp *op = g_ptr_array_index (plan->graph->ops, i);
  const TileFormat in = op->kind == SCRIBE_OP_CONV1D && op->stride == 1 ? npu_packed_mel (plan, 0).format
                                                                        : npu_tensor (plan, op->in)->format;

  g_string_append_printf (to, "%s %d x %u x %u, %s by %s: ", kernel, TILE_M, matrix->n_tile, matrix->n_step, name_of_format (in),
                          name_of_format (in == TILE_FORMAT_INT8 ? in
                                          : matrix->n_parts == 2 ? TILE_FORMAT_PAIR
                                                                 : TILE_FORMAT_SINGLE));
  if (n_ops > 1)
    g_string_append_printf (to, "%u ops, ", n_ops);
  g_string_append_printf (to, "%u tiles of %u steps over %u columns", matrix->n_tiles, matrix->n_steps, matrix->n_slots);
}

static void
describe_attention (const ScribePlan *plan, const ScribeOp *op, GString *to)
{
  const TileFormat keys = op->key->kind == SCRIBE_TENSOR_ACTIVATION ? npu_tensor (plan, op->key)->format
                                                                    : npu_cache (plan->device, op->key, 0).format;

  g_string_append_printf (to, "ATTENTION %d x %d, %s by %s: %u heads over %u columns", TILE_M, NPU_KEYS,
                          name_of_format (npu_tensor (plan, op->in)->format), name_of_format (keys),
                          op->in->n_cols / SCRIBE_HEAD_SIZE, npu_spread (plan->device->overlay, plan->rows).n_slots);
}

static void
describe_op (const ScribePlan *plan, guint i, GString *to)
{
  const ScribeOp *op = g_ptr_array_index (plan->graph->ops, i);

  switch (op->kind)
    {
    case SCRIBE_OP_SPECTRUM:
      g_string_append_printf (to, "SPECTRUM %d x %d x %d, int16: %d tiles of %d steps", TILE_F32_ROWS, SCRIBE_NPU_BIN_TILE,
                              TILE_I16_COLS, SCRIBE_NPU_N_BIN_TILES, SCRIBE_NPU_SPECTRUM_STEPS);
      break;
    case SCRIBE_OP_LOG_MEL:
      g_string_append_printf (to, "LOG_MEL %d x %d, floats", TILE_F32_ROWS, TILE_MEL_COLS);
      break;
    case SCRIBE_OP_CONV1D:
      describe_product (plan, i, op->stride == 1 ? "PACK and GEMM" : "GEMM", 1, to);
      break;
    case SCRIBE_OP_LINEAR:
      if (plan->groups[i] > 0)
        describe_product (plan, i, "GEMM", plan->groups[i], to);
      else
        g_string_append (to, "with the one before");
      if (op->out->kind == SCRIBE_TENSOR_SELF_CACHE && op->out->index % 2 == 1)
        g_string_append_printf (to, "; CACHE %d", NPU_KEYS);
      break;
    case SCRIBE_OP_LAYER_NORM:
      g_string_append_printf (to, "LAYER_NORM %d x %u, %s to %s", TILE_M, op->in->n_cols,
                              name_of_format (npu_tensor (plan, op->in)->format),
                              name_of_format (npu_tensor (plan, op->out)->format));
      break;
    case SCRIBE_OP_ATTENTION:
      describe_attention (plan, op, to);
      break;
    case SCRIBE_OP_EMBEDDING:
      g_string_append_printf (to, "EMBED %u", op->out->n_cols);
      break;
    case SCRIBE_OP_LOGITS:
      describe_product (plan, i, "TOP", 1, to);
      break;
    }
}

void
npu_describe (const ScribePlan *plan, GString *to)
{
  for (guint i = 0; i < plan->graph->ops->len; i++)
    {
      const ScribeOp *op = g_ptr_array_index (plan->graph->ops, i);

      g_string_append_printf (to, "%-*s", NAME_WIDTH, op->name);
      describe_op (plan, i, to);
      g_string_append_c (to, '\n');
    }
}
