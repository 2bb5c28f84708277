/* graph.h - what a device is asked to compute: tensors and eight coarse ops
 *
 * Whisper is written once (whisper-graph.h) in these ops. A graph is a list in the order of execution; it holds no numbers but
 * pointers to the model's weights, and no sizes of a run but what counts the rows of each tensor. A device prepares a graph once
 * and runs it many times.
 *
 *   spectrum    y = |DFT (hann . frame)|^2 of 400 samples every 160   [n_samples] -> [n_frames, 201]
 *   log_mel     log10 of the filtered power, floored and scaled       [n_frames, 201] -> [n_frames, n_mels]
 *   conv1d      y = gelu (W * x + b) (+ residual), 3 taps, padding 1  [n_in, c] -> [n_in / stride, n_out]
 *   linear      y = act (x W' + b) (+ residual)                       [n, n_in] -> [n, n_out], or into a cache
 *   layer_norm  y = (x - mean) / sqrt (var + 1e-5) * gain + bias      [n, n_state] -> the same
 *   attention   y = softmax (q k' / 8) v, in heads of 64              [n, n_state] -> the same
 *   embedding   y = row of the token + row of its position            tokens -> [n_tokens, n_state]
 *   logits      x E' and what the search asked of it                  [n_tokens, n_state] -> queries
 *
 * A cache is a tensor that outlives a run: the keys and values of a decoder layer, one row per position, for each sequence
 * (self) or window (cross). Where a linear's output is a cache, row i goes to the place of token i, or to row i of the window.
 * Attention over a self cache is causal: a token sees its sequence up to its own position.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model/whisper-weights.h"

G_BEGIN_DECLS

typedef enum
{
  SCRIBE_OP_SPECTRUM,
  SCRIBE_OP_LOG_MEL,
  SCRIBE_OP_CONV1D,
  SCRIBE_OP_LINEAR,
  SCRIBE_OP_LAYER_NORM,
  SCRIBE_OP_ATTENTION,
  SCRIBE_OP_EMBEDDING,
  SCRIBE_OP_LOGITS
} ScribeOpKind;

typedef enum
{
  SCRIBE_TENSOR_INPUT, /* given by the caller of a run */
  SCRIBE_TENSOR_ACTIVATION,
  SCRIBE_TENSOR_SELF_CACHE, /* [n_sequences, n_text_ctx, n_cols] */
  SCRIBE_TENSOR_CROSS_CACHE /* [n_windows, n_audio_ctx, n_cols] */
} ScribeTensorKind;

/* What counts the rows of a tensor in a run */
typedef enum
{
  SCRIBE_ROWS_SAMPLES, /* 1 row of 160 * n_frames + 240 samples: the window with 200 samples on either side */
  SCRIBE_ROWS_FRAMES,  /* 2 * n_ctx mel frames */
  SCRIBE_ROWS_CTX,     /* encoder positions */
  SCRIBE_ROWS_TOKENS   /* tokens of a decoder step */
} ScribeRows;

typedef struct
{
  const char *name; /* "" or, for one that a device must keep until the next run of the graph, what it is: "mel", "encoder" */
  ScribeTensorKind kind;
  ScribeRows rows;
  guint n_cols; /* of SAMPLES: 0 */
  guint index;  /* among the tensors of its graph; an input among the inputs, a cache among those of its kind in all graphs */
} ScribeTensor;

typedef struct
{
  ScribeOpKind kind;
  char *name;                   /* "encoder.3.mlp.0": the row of the profile */
  const ScribeTensor *in, *out; /* in: query for attention; out: NULL for logits */
  const ScribeTensor *key, *value;
  const ScribeTensor *residual;  /* added after the activation; NULL: none */
  const ScribeWeight *weight;    /* linear, conv1d; log_mel: filters; embedding, logits: the embedding */
  const ScribeWeight *positions; /* embedding; conv1d: added to the result, row by row; NULL: none */
  const float *bias;             /* linear, conv1d; NULL: none */
  const ScribeNorm *norm;
  guint stride;  /* conv1d */
  gboolean gelu; /* linear */
  guint layer;   /* attention over a cross cache: which decoder layer */
} ScribeOp;

typedef struct
{
  GPtrArray *tensors; /* of ScribeTensor, owned */
  GPtrArray *ops;     /* of ScribeOp, owned */
} ScribeGraph;

ScribeGraph *scribe_graph_new (void);
void scribe_graph_free (ScribeGraph *graph);

/* The ops. Each appends one op of this name and returns its output; shapes are above. */
const ScribeTensor *scribe_graph_input (ScribeGraph *graph, ScribeRows rows, guint n_cols);
const ScribeTensor *scribe_graph_cache (ScribeGraph *graph, ScribeTensorKind kind, guint index, guint n_cols);

const ScribeTensor *scribe_graph_spectrum (ScribeGraph *graph, const char *name, const ScribeTensor *samples);
const ScribeTensor *
scribe_graph_log_mel (ScribeGraph *graph, const char *name, const ScribeTensor *power, const ScribeWeight *filters);
const ScribeTensor *scribe_graph_conv1d (ScribeGraph *graph,
                                         const char *name,
                                         const ScribeTensor *x,
                                         const ScribeLinear *linear,
                                         guint stride,
                                         const ScribeWeight *positions);
const ScribeTensor *scribe_graph_linear (ScribeGraph *graph,
                                         const char *name,
                                         const ScribeTensor *x,
                                         const ScribeLinear *linear,
                                         gboolean gelu,
                                         const ScribeTensor *residual);
void scribe_graph_linear_to_cache (ScribeGraph *graph,
                                   const char *name,
                                   const ScribeTensor *x,
                                   const ScribeLinear *linear,
                                   const ScribeTensor *cache);
const ScribeTensor *scribe_graph_layer_norm (ScribeGraph *graph, const char *name, const ScribeTensor *x, const ScribeNorm *norm);
const ScribeTensor *scribe_graph_attention (ScribeGraph *graph,
                                            const char *name,
                                            const ScribeTensor *query,
                                            const ScribeTensor *key,
                                            const ScribeTensor *value,
                                            guint layer);
const ScribeTensor *
scribe_graph_embedding (ScribeGraph *graph, const char *name, const ScribeWeight *embedding, const ScribeWeight *positions);
void scribe_graph_logits (ScribeGraph *graph, const char *name, const ScribeTensor *x, const ScribeWeight *embedding);

/* Asks the device to keep this tensor until the graph's next run, under this name. */
void scribe_graph_keep (ScribeGraph *graph, const ScribeTensor *tensor, const char *name);

/* Index of the last op that reads the tensor; G_MAXUINT for one that is kept. */
guint scribe_graph_last_reader (const ScribeGraph *graph, const ScribeTensor *tensor);

const char *scribe_op_kind_name (ScribeOpKind kind);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeGraph, scribe_graph_free)

G_END_DECLS
