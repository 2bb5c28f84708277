/* npu-schemes.c - see npu-schemes.h
 *
 * SPDX-License-Identifier: MIT
 */
#include "trial/npu-schemes.h"

#include "device/device.h"

#include <float.h>
#include <math.h>

typedef struct
{
  ScribeDevice *device;
  ScribeWhisperGraph *whisper;
  const ScribeGraph *graph; /* audio */
  ScribePlan *plan;
  guint n_ctx;
  ScribeNpuRange *ranges;  /* [ops]: of what a linear layer reads */
  float **values;          /* [tensors] */
  const ScribeTensor *end; /* the encoder's output */
} Encoder;

static void
encoder_clear (Encoder *e)
{
  for (guint i = 0; e->values != NULL && i < e->graph->tensors->len; i++)
    g_free (e->values[i]);
  g_free (e->values);
  g_free (e->ranges);
  if (e->plan != NULL)
    scribe_device_plan_free (e->device, e->plan);
  g_clear_pointer (&e->device, scribe_device_close);
  g_clear_pointer (&e->whisper, scribe_whisper_graph_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Encoder, encoder_clear)

static gboolean
is_product (const ScribeOp *op)
{
  return op->kind == SCRIBE_OP_LINEAR && op->out->kind == SCRIBE_TENSOR_ACTIVATION;
}

static gsize
size_of (const Encoder *e, const ScribeTensor *tensor)
{
  return (gsize) e->n_ctx * tensor->n_cols;
}

/* The graph, which keeps what linear layers read, and what the second convolution writes. */
static gboolean
open_encoder (Encoder *e, ScribeModel *model, const char *name, GError **error)
{
  ScribeDeviceOptions options;

  e->whisper = scribe_whisper_graph_new (model);
  e->graph = e->whisper->audio;
  options = scribe_device_options_of (e->whisper);
  options.n_threads = g_get_num_processors ();
  e->ranges = g_new0 (ScribeNpuRange, e->graph->ops->len);
  e->values = g_new0 (float *, e->graph->tensors->len);
  for (guint i = 0; i < e->graph->ops->len; i++)
    {
      const ScribeOp *op = g_ptr_array_index (e->graph->ops, i);

      if (is_product (op))
        scribe_graph_keep (e->whisper->audio, op->in, op->name);
      if (op->kind == SCRIBE_OP_CONV1D && op->stride == 2)
        scribe_graph_keep (e->whisper->audio, op->out, op->name);
      if (op->kind == SCRIBE_OP_LAYER_NORM)
        e->end = op->out;
    }
  e->device = scribe_device_open (name, &options, NULL, error);
  if (e->device != NULL)
    e->plan = scribe_device_prepare (e->device, e->graph, error);
  return e->plan != NULL;
}

static gboolean
run_floats (Encoder *e, const float *samples, GError **error)
{
  const ScribeRun run = { .inputs = &samples, .n_ctx = e->n_ctx };

  return scribe_device_run (e->device, e->plan, &run, error);
}

static float *
read_floats (Encoder *e, const ScribeTensor *tensor)
{
  float *values = g_new (float, size_of (e, tensor));
  gboolean is_kept = scribe_device_read (e->device, e->plan, tensor, values);

  g_assert (is_kept);
  return values;
}

static gboolean
calibrate (Encoder *e, const float *samples, GError **error)
{
  if (!run_floats (e, samples, error))
    return FALSE;
  for (guint i = 0; i < e->graph->ops->len; i++)
    {
      const ScribeOp *op = g_ptr_array_index (e->graph->ops, i);

      if (is_product (op))
        {
          g_autofree float *x = read_floats (e, op->in);

          scribe_npu_range_init (&e->ranges[i], x, size_of (e, op->in));
        }
    }
  return TRUE;
}

/* y = gelu (product + bias) + residual */
static void
linear (Encoder *e, guint index, ScribeNpuScheme scheme, float *y)
{
  const ScribeOp *op = g_ptr_array_index (e->graph->ops, index);
  const float *residual = op->residual ? e->values[op->residual->index] : NULL;
  const guint n_cols = op->weight->n_rows;

  scribe_npu_scheme_product (scheme, &e->ranges[index], e->values[op->in->index], e->n_ctx, op->weight, y);
  for (gsize i = 0; i < (gsize) e->n_ctx * n_cols; i++)
    {
      float x = y[i] + (op->bias ? op->bias[i % n_cols] : 0);

      if (op->gelu)
        x = 0.5f * x * (1 + erff (x * (float) G_SQRT2 / 2));
      y[i] = x + (residual ? residual[i] : 0);
    }
}

/* Layer norm and attention: a graph of this op alone. */
static gboolean
run_alone (Encoder *e, const ScribeOp *op, float *y, GError **error)
{
  g_autoptr (ScribeGraph) graph = scribe_graph_new ();
  const ScribeTensor *x = scribe_graph_input (graph, SCRIBE_ROWS_CTX, op->in->n_cols), *out;
  const float *inputs[3] = { e->values[op->in->index] };
  const ScribeRun run = { .inputs = inputs, .n_ctx = e->n_ctx };
  ScribePlan *plan;
  gboolean ran;

  if (op->kind == SCRIBE_OP_ATTENTION)
    {
      const ScribeTensor *key = scribe_graph_input (graph, SCRIBE_ROWS_CTX, op->key->n_cols);
      const ScribeTensor *value = scribe_graph_input (graph, SCRIBE_ROWS_CTX, op->value->n_cols);

      inputs[1] = e->values[op->key->index];
      inputs[2] = e->values[op->value->index];
      out = scribe_graph_attention (graph, "attention", x, key, value, op->layer);
    }
  else
    out = scribe_graph_layer_norm (graph, "norm", x, op->norm);
  scribe_graph_keep (graph, out, "y");
  plan = scribe_device_prepare (e->device, graph, error);
  if (plan == NULL)
    return FALSE;
  ran = scribe_device_run (e->device, plan, &run, error) && scribe_device_read (e->device, plan, out, y);
  scribe_device_plan_free (e->device, plan);
  return ran;
}

/* All ops from the second convolution's output to the encoder's. */
static gboolean
run_scheme (Encoder *e, ScribeNpuScheme scheme, GError **error)
{
  for (guint i = 0; i < e->graph->ops->len; i++)
    {
      const ScribeOp *op = g_ptr_array_index (e->graph->ops, i);
      g_autofree float *y = NULL;

      if (!is_product (op) && op->kind != SCRIBE_OP_LAYER_NORM && op->kind != SCRIBE_OP_ATTENTION)
        continue;
      y = g_new (float, size_of (e, op->out));
      if (is_product (op))
        linear (e, i, scheme, y);
      else if (!run_alone (e, op, y, error))
        return FALSE;
      g_free (e->values[op->out->index]);
      e->values[op->out->index] = g_steal_pointer (&y);
    }
  return TRUE;
}

gboolean
scribe_npu_schemes_run (ScribeModel *model,
                        const char *device,
                        const float *samples,
                        const float *calibration,
                        guint n_ctx,
                        ScribeDifference errors[SCRIBE_NPU_N_SCHEMES],
                        GError **error)
{
  g_auto (Encoder) e = { .n_ctx = n_ctx };
  g_autofree float *expected = NULL;

  if (!open_encoder (&e, model, device, error) || !calibrate (&e, calibration, error) || !run_floats (&e, samples, error))
    return FALSE;
  g_assert (e.end != NULL);
  expected = read_floats (&e, e.end);
  for (guint i = 0; i < e.graph->ops->len; i++)
    {
      const ScribeOp *op = g_ptr_array_index (e.graph->ops, i);

      if (op->kind == SCRIBE_OP_CONV1D && op->stride == 2)
        e.values[op->out->index] = read_floats (&e, op->out);
    }
  for (guint scheme = 0; scheme < SCRIBE_NPU_N_SCHEMES; scheme++)
    {
      if (!run_scheme (&e, scheme, error))
        return FALSE;
      errors[scheme] = scribe_difference (e.values[e.end->index], expected, size_of (&e, e.end));
    }
  return TRUE;
}
