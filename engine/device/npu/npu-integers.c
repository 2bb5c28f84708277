/* npu-integers.c - which activations are 8-bit integers, and what an integer stands for
 *
 *   value = (integer - zero) scale [channel]
 *
 * What layer norm writes has a scale for each channel, which its gains and biases take in. A channel that is loud in speech gets large steps; but the
 * weights that read it are multiplied by its scale before they are rounded, and a large one takes from them what it gives the activation. So both go half the
 * way: scales are the roots of the quotients of the largest activation and the largest weight of a channel (SmoothQuant, arXiv 2211.10438). GELU comes
 * after a sum, and has one scale for all channels; as it hardly goes below zero, all of its range is used, with a zero of its own, which the biases
 * of the product that reads it take off.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-calibration.h"
#include "device/npu/npu-private.h"
#include "tile/gemm-int.h"

#include <math.h>
#include <string.h>

#define MOST     127.0f
#define STEPS    255.0f /* between the least and the largest integer */
#define SMALLEST 1e-6f  /* magnitude; a channel that was never louder is as good as silent */

/* The largest weight of each input, of all products that read the tensor. */
static void
find_largest_weights (const ScribeGraph *graph, const ScribeTensor *tensor, float *largest)
{
  g_autofree float *row = g_new (float, tensor->n_cols);

  for (guint i = 0; i < graph->ops->len; i++)
    {
      const ScribeOp *op = g_ptr_array_index (graph->ops, i);

      for (guint j = 0; op->in == tensor && j < op->weight->n_rows; j++)
        {
          npu_read_weights (op->weight, j, row);
          for (guint c = 0; c < tensor->n_cols; c++)
            largest[c] = MAX (largest[c], fabsf (row[c]));
        }
    }
}

static void
scale_channels (const ScribeGraph *graph, const ScribeTensor *tensor, const ScribeNpuRanges *ranges, NpuIntegers *integers)
{
  g_autofree float *weights = g_new0 (float, tensor->n_cols);
  float largest = 0;

  find_largest_weights (graph, tensor, weights);
  for (guint c = 0; c < tensor->n_cols; c++)
    {
      const float x = MAX (ranges->largest[c], SMALLEST);

      integers->scales[c] = sqrtf (x / MAX (weights[c], SMALLEST));
      largest = MAX (largest, x / integers->scales[c]);
    }
  for (guint c = 0; c < tensor->n_cols; c++)
    integers->scales[c] *= largest / MOST;
}

static void
scale_tensor (const ScribeTensor *tensor, const ScribeNpuRanges *ranges, NpuIntegers *integers)
{
  const float scale = MAX (ranges->most - ranges->least, SMALLEST) / STEPS;

  for (guint c = 0; c < tensor->n_cols; c++)
    integers->scales[c] = scale;
  integers->zero = roundf (-128 - ranges->least / scale);
}

gboolean
npu_integers_init (ScribePlan *plan, GError **error)
{
  const ScribeGraph *graph = plan->graph;
  g_autoptr (ScribeNpuCalibration) calibration = NULL;

  plan->integers = g_new0 (NpuIntegers, graph->tensors->len);
  for (guint i = 0; plan->device->integers && i < graph->ops->len; i++)
    {
      const ScribeOp *op = g_ptr_array_index (graph->ops, i);
      NpuIntegers *integers;

      if (!scribe_npu_can_be_integers (graph, op) || op->out->name[0] != '\0')
        continue;
      if (calibration == NULL)
        calibration = scribe_npu_calibration_load (graph, error);
      if (calibration == NULL)
        return FALSE;
      plan->has_integers = TRUE;
      integers = &plan->integers[op->out->index];
      integers->scales = g_new (float, op->out->n_cols);
      if (op->kind == SCRIBE_OP_LAYER_NORM)
        scale_channels (graph, op->out, scribe_npu_calibration_find (calibration, op->name), integers);
      else
        scale_tensor (op->out, scribe_npu_calibration_find (calibration, op->name), integers);
    }
  return TRUE;
}

void
npu_integers_clear (ScribePlan *plan)
{
  for (guint i = 0; plan->integers && i < plan->graph->tensors->len; i++)
    g_free (plan->integers[i].scales);
  g_free (plan->integers);
}

const NpuIntegers *
npu_integers_of (const ScribePlan *plan, const ScribeTensor *tensor)
{
  const gboolean are = tensor && tensor->kind == SCRIBE_TENSOR_ACTIVATION && plan->integers[tensor->index].scales;

  return are ? &plan->integers[tensor->index] : NULL;
}

void
npu_integers_weigh (const NpuIntegers *integers, const guint *order, guint n, float *x)
{
  for (guint place = 0; place < n; place++)
    x[place] *= integers->scales[order ? order[place] : place];
}

float
npu_integers_pack_row (guint8 *tile, const NpuMatrix *matrix, guint row, const float *x)
{
  const guint n = matrix->n_steps * matrix->n_step;
  float largest = SMALLEST * SMALLEST, scale, sum = 0;

  for (guint i = 0; i < n; i++)
    largest = MAX (largest, fabsf (x[i]));
  scale = largest / MOST;
  for (guint i = 0; i < n; i++)
    {
      const guint step = i / matrix->n_step, k = i % matrix->n_step;
      const gint8 integer = (gint8) lrintf (x[i] / scale);
      gint8 *block = (gint8 *) tile + (gsize) step * TILE_OBJECT_BYTES
                     + (row / TILE_BLOCK * (matrix->n_step / TILE_BLOCK) + k / TILE_BLOCK) * TILE_INT_BLOCK;

      block[k % TILE_BLOCK * TILE_BLOCK + row % TILE_BLOCK] = integer;
      sum += (float) integer;
    }
  for (guint step = 0; step < matrix->n_steps; step++)
    ((float *) (gpointer) (tile + (gsize) step * TILE_OBJECT_BYTES + TILE_INT_SCALES))[row] = scale;
  return sum * scale;
}
