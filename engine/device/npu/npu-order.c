/* npu-order.c - which channels of the residual stream share an exponent
 *
 * Eight channels side by side share one, so a loud one takes bits from its seven neighbours; and trained models have a few that are far louder than the
 * rest. Where channels lie is nobody's business but the plan's: the stream, its norms, and the matrices that read and write them are laid out by
 * loudness, which is told by the gains of the norms. Loud channels then share exponents with each other. It costs nothing in a run.
 *
 * The quiet come first, as layer norm takes the first 32 for a guess at the mean.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-private.h"

#include <math.h>

typedef struct
{
  guint channel;
  double loudness;
} Channel;

static gint
by_loudness (gconstpointer a, gconstpointer b)
{
  const Channel *one = a, *other = b;

  if (one->loudness != other->loudness)
    return one->loudness < other->loudness ? -1 : 1;
  return one->channel < other->channel ? -1 : 1;
}

static gboolean
add (ScribePlan *plan, const ScribeTensor *tensor, guint n)
{
  if (tensor->kind != SCRIBE_TENSOR_ACTIVATION || tensor->n_cols != n)
    return FALSE;
  plan->is_ordered[tensor->index] = TRUE;
  return TRUE;
}

/* The stream's tensors. FALSE: there is more in it than the weights of this graph say. */
static gboolean
find_stream (ScribePlan *plan, guint n)
{
  const GPtrArray *ops = plan->graph->ops;

  for (guint i = 0; i < ops->len; i++)
    {
      const ScribeOp *op = g_ptr_array_index (ops, i);

      if (op->kind == SCRIBE_OP_LAYER_NORM && (!add (plan, op->in, n) || !add (plan, op->out, n)))
        return FALSE;
      if (op->residual && (!add (plan, op->residual, n) || !add (plan, op->out, n)))
        return FALSE;
    }
  for (guint i = 0; i < ops->len; i++)
    {
      const ScribeOp *op = g_ptr_array_index (ops, i);

      if (op->kind == SCRIBE_OP_ATTENTION
          && (npu_order_of (plan, op->in) || npu_order_of (plan, op->key) || npu_order_of (plan, op->value)))
        return FALSE;
      if (op->kind == SCRIBE_OP_CONV1D && npu_order_of (plan, op->in))
        return FALSE;
    }
  return TRUE;
}

/* The sum of the logarithms of a channel's gains in all norms. */
static double
loudness_of (const ScribeGraph *graph, guint channel)
{
  double sum = 0;

  for (guint i = 0; i < graph->ops->len; i++)
    {
      const ScribeOp *op = g_ptr_array_index (graph->ops, i);

      if (op->kind == SCRIBE_OP_LAYER_NORM)
        sum += log (fabs ((double) op->norm->gain[channel]) + 1e-6);
    }
  return sum;
}

void
npu_order_init (ScribePlan *plan)
{
  const ScribeGraph *graph = plan->graph;
  g_autofree Channel *channels = NULL;
  guint n = 0;

  for (guint i = 0; i < graph->ops->len && n == 0; i++)
    {
      const ScribeOp *op = g_ptr_array_index (graph->ops, i);

      if (op->kind == SCRIBE_OP_LAYER_NORM)
        n = op->in->n_cols;
    }
  plan->is_ordered = g_new0 (gboolean, graph->tensors->len);
  if (n == 0)
    return;

  channels = g_new (Channel, n);
  for (guint i = 0; i < n; i++)
    channels[i] = (Channel){ i, loudness_of (graph, i) };
  qsort (channels, n, sizeof *channels, by_loudness);
  plan->order = g_new (guint, n);
  for (guint i = 0; i < n; i++)
    plan->order[i] = channels[i].channel;
  if (!find_stream (plan, n))
    g_clear_pointer (&plan->order, g_free);
}

const guint *
npu_order_of (const ScribePlan *plan, const ScribeTensor *tensor)
{
  return tensor && tensor->kind == SCRIBE_TENSOR_ACTIVATION && plan->is_ordered[tensor->index] ? plan->order : NULL;
}

void
npu_order_values (const guint *order, const float *from, guint first, guint n, float *to)
{
  for (guint i = 0; i < n; i++)
    to[i] = from[order ? order[first + i] : first + i];
}
