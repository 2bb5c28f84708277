/* graph.c - building a graph: each function appends one op
 *
 * SPDX-License-Identifier: MIT
 */
#include "graph/graph.h"

static void
op_free (gpointer data)
{
  ScribeOp *op = data;

  g_free (op->name);
  g_free (op);
}

ScribeGraph *
scribe_graph_new (void)
{
  ScribeGraph *graph = g_new0 (ScribeGraph, 1);

  graph->tensors = g_ptr_array_new_with_free_func (g_free);
  graph->ops = g_ptr_array_new_with_free_func (op_free);
  return graph;
}

void
scribe_graph_free (ScribeGraph *graph)
{
  g_ptr_array_unref (graph->tensors);
  g_ptr_array_unref (graph->ops);
  g_free (graph);
}

static const ScribeTensor *
add_tensor (ScribeGraph *graph, ScribeTensorKind kind, ScribeRows rows, guint n_cols)
{
  ScribeTensor *tensor = g_new0 (ScribeTensor, 1);

  *tensor = (ScribeTensor){ .name = "", .kind = kind, .rows = rows, .n_cols = n_cols, .index = graph->tensors->len };
  g_ptr_array_add (graph->tensors, tensor);
  return tensor;
}

/* Appends the op and makes its output an activation of these rows and columns. */
static const ScribeTensor *
add_op (ScribeGraph *graph, const ScribeOp *op, const char *name, ScribeRows rows, guint n_cols)
{
  ScribeOp *added = g_memdup2 (op, sizeof *op);

  added->name = g_strdup (name);
  if (added->out == NULL && n_cols > 0)
    added->out = add_tensor (graph, SCRIBE_TENSOR_ACTIVATION, rows, n_cols);
  g_ptr_array_add (graph->ops, added);
  return added->out;
}

const ScribeTensor *
scribe_graph_input (ScribeGraph *graph, ScribeRows rows, guint n_cols)
{
  ScribeTensor *input;
  guint n_inputs = 0;

  for (guint i = 0; i < graph->tensors->len; i++)
    n_inputs += ((ScribeTensor *) g_ptr_array_index (graph->tensors, i))->kind == SCRIBE_TENSOR_INPUT;
  input = (ScribeTensor *) add_tensor (graph, SCRIBE_TENSOR_INPUT, rows, n_cols);
  input->index = n_inputs;
  return input;
}

const ScribeTensor *
scribe_graph_cache (ScribeGraph *graph, ScribeTensorKind kind, guint index, guint n_cols)
{
  ScribeTensor *cache = (ScribeTensor *) add_tensor (
      graph, kind, kind == SCRIBE_TENSOR_SELF_CACHE ? SCRIBE_ROWS_TOKENS : SCRIBE_ROWS_CTX, n_cols);

  cache->index = index;
  return cache;
}

const ScribeTensor *
scribe_graph_spectrum (ScribeGraph *graph, const char *name, const ScribeTensor *samples)
{
  ScribeOp op = { .kind = SCRIBE_OP_SPECTRUM, .in = samples };

  return add_op (graph, &op, name, SCRIBE_ROWS_FRAMES, SCRIBE_N_BINS);
}

const ScribeTensor *
scribe_graph_log_mel (ScribeGraph *graph, const char *name, const ScribeTensor *power, const ScribeWeight *filters)
{
  ScribeOp op = { .kind = SCRIBE_OP_LOG_MEL, .in = power, .weight = filters };

  return add_op (graph, &op, name, SCRIBE_ROWS_FRAMES, filters->n_rows);
}

const ScribeTensor *
scribe_graph_conv1d (ScribeGraph *graph,
                     const char *name,
                     const ScribeTensor *x,
                     const ScribeLinear *linear,
                     guint stride,
                     const ScribeWeight *positions)
{
  ScribeOp op = {
    .kind = SCRIBE_OP_CONV1D, .in = x, .weight = &linear->weight, .bias = linear->bias, .stride = stride, .positions = positions
  };

  g_assert (stride == 1 || x->rows == SCRIBE_ROWS_FRAMES);
  return add_op (graph, &op, name, stride == 1 ? x->rows : SCRIBE_ROWS_CTX, linear->weight.n_rows);
}

const ScribeTensor *
scribe_graph_linear (ScribeGraph *graph,
                     const char *name,
                     const ScribeTensor *x,
                     const ScribeLinear *linear,
                     gboolean gelu,
                     const ScribeTensor *residual)
{
  ScribeOp op = {
    .kind = SCRIBE_OP_LINEAR, .in = x, .weight = &linear->weight, .bias = linear->bias, .gelu = gelu, .residual = residual
  };

  return add_op (graph, &op, name, x->rows, linear->weight.n_rows);
}

void
scribe_graph_linear_to_cache (ScribeGraph *graph,
                              const char *name,
                              const ScribeTensor *x,
                              const ScribeLinear *linear,
                              const ScribeTensor *cache)
{
  ScribeOp op = { .kind = SCRIBE_OP_LINEAR, .in = x, .out = cache, .weight = &linear->weight, .bias = linear->bias };

  add_op (graph, &op, name, x->rows, 0);
}

const ScribeTensor *
scribe_graph_layer_norm (ScribeGraph *graph, const char *name, const ScribeTensor *x, const ScribeNorm *norm)
{
  ScribeOp op = { .kind = SCRIBE_OP_LAYER_NORM, .in = x, .norm = norm };

  return add_op (graph, &op, name, x->rows, x->n_cols);
}

const ScribeTensor *
scribe_graph_attention (ScribeGraph *graph,
                        const char *name,
                        const ScribeTensor *query,
                        const ScribeTensor *key,
                        const ScribeTensor *value,
                        guint layer)
{
  ScribeOp op = { .kind = SCRIBE_OP_ATTENTION, .in = query, .key = key, .value = value, .layer = layer };

  return add_op (graph, &op, name, query->rows, query->n_cols);
}

const ScribeTensor *
scribe_graph_embedding (ScribeGraph *graph, const char *name, const ScribeWeight *embedding, const ScribeWeight *positions)
{
  ScribeOp op = { .kind = SCRIBE_OP_EMBEDDING, .weight = embedding, .positions = positions };

  return add_op (graph, &op, name, SCRIBE_ROWS_TOKENS, embedding->n_cols);
}

void
scribe_graph_logits (ScribeGraph *graph, const char *name, const ScribeTensor *x, const ScribeWeight *embedding)
{
  ScribeOp op = { .kind = SCRIBE_OP_LOGITS, .in = x, .weight = embedding };

  add_op (graph, &op, name, SCRIBE_ROWS_TOKENS, 0);
}

void
scribe_graph_keep (ScribeGraph *graph, const ScribeTensor *tensor, const char *name)
{
  ((ScribeTensor *) g_ptr_array_index (graph->tensors, tensor->index))->name = name;
}

guint
scribe_graph_last_reader (const ScribeGraph *graph, const ScribeTensor *tensor)
{
  guint last = 0;

  for (guint i = 0; i < graph->ops->len; i++)
    {
      const ScribeOp *op = g_ptr_array_index (graph->ops, i);

      if (op->in == tensor || op->key == tensor || op->value == tensor || op->residual == tensor)
        last = i;
    }
  return tensor->name[0] != '\0' ? G_MAXUINT : last;
}

const char *
scribe_op_kind_name (ScribeOpKind kind)
{
  static const char *const names[] = {
    "spectrum", "log_mel", "conv1d", "linear", "layer_norm", "attention", "embedding", "logits"
  };

  return names[kind];
}
