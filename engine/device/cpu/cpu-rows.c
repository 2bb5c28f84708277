/* cpu-rows.c - ops over many rows: mel, encoder, long prompts
 *
 * Every op is cut into tiles of rows, one tile a task; a task calls the matrix library for its product and finishes its rows (bias, GELU,
 * residual, softmax) while they are still in the cache. Weights are widened to floats once per op into one buffer that all
 * tasks read: a hundredth of the product's time, and no second copy of the model in memory.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/cpu/cpu-private.h"
#include "device/cpu/gemm.h"

#include <math.h>
#include <string.h>

#define MIN_ROWS     96 /* of a product, for one task */
#define MAX_ROWS     384
#define TILE_WEIGHTS 64 /* rows of a weight widened by one task */

typedef struct
{
  const CpuContext *c;
  guint n_rows, tile_rows; /* of all, of one task */
  const float *weight;     /* as floats */
  float *maxima;           /* [n_tiles], log_mel */
} RowsTask;

static guint
n_tiles (guint n_rows, guint tile)
{
  return (n_rows + tile - 1) / tile;
}

static void
run_tiles (const CpuContext *c, RowsTask *task, ScribePoolTask function)
{
  scribe_pool_run (c->device->pool, n_tiles (task->n_rows, task->tile_rows), function, task);
}

/* Each thread gets two tiles of rows: more, and the library would pack the matrix over and over. */
static RowsTask
rows_task (const CpuContext *c, guint n_rows, const float *weight)
{
  guint tile_rows = n_tiles (n_rows, 2 * scribe_pool_get_n_threads (c->device->pool));

  return (RowsTask){ .c = c, .n_rows = n_rows, .tile_rows = CLAMP (tile_rows, MIN_ROWS, MAX_ROWS), .weight = weight };
}

float *
cpu_pack (const ScribeOp *op)
{
  g_autofree float *row = NULL;
  float *packed;

  if (op->kind == SCRIBE_OP_SPECTRUM)
    {
      /* real, then imaginary parts of the DFT of a frame under the periodic Hann window */
      packed = g_new (float, 2 * SCRIBE_N_BINS * SCRIBE_N_FFT);
      for (guint k = 0; k < SCRIBE_N_BINS; k++)
        for (guint i = 0; i < SCRIBE_N_FFT; i++)
          {
            double hann = 0.5 * (1 - cos (2 * G_PI * i / SCRIBE_N_FFT));
            double angle = 2 * G_PI * (i * k % SCRIBE_N_FFT) / SCRIBE_N_FFT;

            packed[k * SCRIBE_N_FFT + i] = (float) (hann * cos (angle));
            packed[(SCRIBE_N_BINS + k) * SCRIBE_N_FFT + i] = (float) (hann * sin (angle));
          }
      return packed;
    }

  if (op->kind == SCRIBE_OP_CONV1D)
    {
      /* tap major, so that the three input rows of an output are one run of memory */
      guint n_cols = op->weight->n_cols, n_channels = n_cols / 3;

      packed = g_new (float, (gsize) op->weight->n_rows *n_cols);
      row = g_new (float, n_cols);
      for (guint j = 0; j < op->weight->n_rows; j++)
        {
          scribe_weight_row (op->weight, j, row);
          for (guint i = 0; i < n_cols; i++)
            packed[(gsize) j * n_cols + i % 3 * n_channels + i / 3] = row[i];
        }
      return packed;
    }
  return NULL;
}

static void
spectrum_tile (guint tile, guint thread, gpointer data)
{
  const RowsTask *task = data;
  const CpuContext *c = task->c;
  guint first = tile * task->tile_rows, n = MIN (task->tile_rows, task->n_rows - first);
  float *spectrum = cpu_buffer_get (&c->device->scratch[thread], (gsize) n * 2 * SCRIBE_N_BINS); /* [n, 402] */
  float *out = cpu_values (c, c->op->out);                                                       /* [n_frames, 201] */

  /* frames overlap, so their samples are taken one hop at a time: 160, 160 and 80 */
  for (guint i = 0; i < SCRIBE_N_FFT; i += SCRIBE_HOP)
    scribe_gemm (n, 2 * SCRIBE_N_BINS, MIN (SCRIBE_HOP, SCRIBE_N_FFT - i),
                 cpu_values (c, c->op->in) + (gsize) first * SCRIBE_HOP + i, SCRIBE_HOP, task->weight + i, SCRIBE_N_FFT, TRUE,
                 spectrum, 2 * SCRIBE_N_BINS, i > 0);
  for (guint i = 0; i < n; i++)
    c->device->kernels->power (spectrum + i * 2 * SCRIBE_N_BINS, SCRIBE_N_BINS, out + (gsize) (first + i) * SCRIBE_N_BINS);
}

void
cpu_spectrum (const CpuContext *c)
{
  RowsTask task = rows_task (c, scribe_run_rows (c->run, SCRIBE_ROWS_FRAMES), c->plan->packed[c->op_index]);

  run_tiles (c, &task, spectrum_tile);
}

static void
log_mel_tile (guint tile, guint thread, gpointer data)
{
  const RowsTask *task = data;
  const CpuContext *c = task->c;
  guint first = tile * task->tile_rows, n = MIN (task->tile_rows, task->n_rows - first), n_mels = c->op->weight->n_rows;
  float *out = cpu_values (c, c->op->out) + (gsize) first * n_mels; /* [n, n_mels] */

  scribe_gemm (n, n_mels, SCRIBE_N_BINS, cpu_values (c, c->op->in) + (gsize) first * SCRIBE_N_BINS, SCRIBE_N_BINS, task->weight,
               SCRIBE_N_BINS, TRUE, out, n_mels, FALSE);
  task->maxima[tile] = c->device->kernels->log10_floor (out, (gsize) n * n_mels);
}

/* A matrix as floats in the device's buffer. */
typedef struct
{
  CpuDevice *device;
  const ScribeWeight *weight;
  float *out; /* [n_rows, n_cols] */
} WidenTask;

static void
widen_tile (guint tile, guint thread, gpointer data)
{
  const WidenTask *task = data;
  const ScribeWeight *w = task->weight;
  gsize row_bytes = scribe_weight_row_bytes (w->type, w->n_cols);
  guint stop = MIN (w->n_rows, (tile + 1) * TILE_WEIGHTS);

  for (guint i = tile * TILE_WEIGHTS; i < stop; i++)
    task->device->kernels->weight_row (w->type, w->data + i * row_bytes, w->n_cols, task->out + (gsize) i * w->n_cols);
}

static const float *
widen (const CpuContext *c)
{
  const ScribeWeight *w = c->op->weight;
  WidenTask task = { c->device, w, cpu_buffer_get (&c->device->weights, (gsize) w->n_rows * w->n_cols) };

  scribe_pool_run (c->device->pool, n_tiles (w->n_rows, TILE_WEIGHTS), widen_tile, &task);
  return task.out;
}

void
cpu_log_mel (const CpuContext *c)
{
  guint n_frames = scribe_run_rows (c->run, SCRIBE_ROWS_FRAMES);
  RowsTask task = rows_task (c, n_frames, widen (c));
  g_autofree float *maxima = g_new (float, n_tiles (n_frames, task.tile_rows));
  float max = -INFINITY;

  task.maxima = maxima;
  run_tiles (c, &task, log_mel_tile);
  for (guint i = 0; i < n_tiles (n_frames, task.tile_rows); i++)
    max = MAX (max, maxima[i]);
  c->device->kernels->mel_scale (cpu_values (c, c->op->out), (gsize) n_frames * c->op->weight->n_rows, max - 8);
}

/* Output rows first .. stop - 1, tap by tap; a tap that reaches over an end of the input meets zeros and is left out there. */
static void
conv1d_tile (guint tile, guint thread, gpointer data)
{
  static const guint taps[] = { 1, 0, 2 }; /* the middle one, which always lies within the input, writes first */
  const RowsTask *task = data;
  const CpuContext *c = task->c;
  const ScribeOp *op = c->op;
  guint first = tile * task->tile_rows, stop = MIN (first + task->tile_rows, task->n_rows), n_cols = op->weight->n_rows,
        n_channels = op->in->n_cols;
  guint n_in = scribe_run_rows (c->run, op->in->rows);
  float *scratch = cpu_buffer_get (&c->device->scratch[thread], n_cols); /* a row of positions */
  const float *x = cpu_values (c, op->in);                               /* [n_in, n_channels] */
  float *out = cpu_values (c, op->out);                                  /* [n_rows, n_cols] */

  for (guint i = 0; i < G_N_ELEMENTS (taps); i++)
    {
      guint from = MAX (first, taps[i] == 0 ? 1 : 0);
      guint to = MIN (stop, (n_in + op->stride - taps[i]) / op->stride);

      if (to > from)
        scribe_gemm (to - from, n_cols, n_channels, x + ((gsize) from * op->stride + taps[i] - 1) * n_channels,
                     op->stride * n_channels, task->weight + taps[i] * n_channels, 3 * n_channels, TRUE,
                     out + (gsize) from * n_cols, n_cols, i > 0);
    }

  for (guint t = first; t < stop; t++)
    {
      if (op->positions)
        scribe_weight_row (op->positions, t, scratch);
      c->device->kernels->epilogue (out + (gsize) t * n_cols, op->bias, TRUE, op->positions ? scratch : NULL, n_cols);
    }
}

void
cpu_conv1d (const CpuContext *c)
{
  RowsTask task = rows_task (c, scribe_run_rows (c->run, c->op->out->rows), c->plan->packed[c->op_index]);

  run_tiles (c, &task, conv1d_tile);
}

static void
linear_tile (guint tile, guint thread, gpointer data)
{
  const RowsTask *task = data;
  const CpuContext *c = task->c;
  const ScribeOp *op = c->op;
  guint first = tile * task->tile_rows, n = MIN (task->tile_rows, task->n_rows - first), n_in = op->weight->n_cols,
        n_out = op->weight->n_rows;
  gboolean to_cache = op->out->kind != SCRIBE_TENSOR_ACTIVATION;
  const float *residual = op->residual ? cpu_values (c, op->residual) + (gsize) first * n_out : NULL; /* [n, n_out] */
  float *y = to_cache ? cpu_buffer_get (&c->device->scratch[thread], (gsize) n * n_out)
                      : cpu_values (c, op->out) + (gsize) first * n_out; /* [n, n_out] */

  scribe_gemm (n, n_out, n_in, cpu_values (c, op->in) + (gsize) first * n_in, n_in, task->weight, n_in, TRUE, y, n_out, FALSE);
  for (guint i = 0; i < n; i++)
    {
      c->device->kernels->epilogue (y + (gsize) i * n_out, op->bias, op->gelu, residual ? residual + (gsize) i * n_out : NULL,
                                    n_out);
      if (to_cache)
        cpu_cache_store (c, first + i, y + (gsize) i * n_out);
    }
}

void
cpu_linear_rows (const CpuContext *c)
{
  RowsTask task = rows_task (c, scribe_run_rows (c->run, c->op->in->rows), widen (c));

  run_tiles (c, &task, linear_tile);
}

/* Keys and values of all heads as the kernels want them: [n_head, 2, n_keys rounded up to panels, 64] */
typedef struct
{
  const CpuContext *c;
  guint n_keys;
  gsize head_size; /* floats of one head's keys */
  float *packed;
} AttentionTask;

static void
attention_pack (guint index, guint thread, gpointer data)
{
  const AttentionTask *task = data;
  const CpuContext *c = task->c;
  guint head = index / 2, n_cols = c->op->in->n_cols;
  float *out = task->packed + index * task->head_size;

  if (index % 2 == 0)
    c->device->kernels->pack_keys (cpu_values (c, c->op->key) + head * SCRIBE_HEAD_SIZE, task->n_keys, n_cols, out);
  else
    c->device->kernels->pack_values (cpu_values (c, c->op->value) + head * SCRIBE_HEAD_SIZE, task->n_keys, n_cols, out);
}

/* One head of SCRIBE_ATTEND_ROWS rows over all keys. */
static void
attention_tile (guint index, guint thread, gpointer data)
{
  const AttentionTask *task = data;
  const CpuContext *c = task->c;
  guint n_cols = c->op->in->n_cols, tiles = n_tiles (task->n_keys, SCRIBE_ATTEND_ROWS);
  guint head = index / tiles, first = index % tiles * SCRIBE_ATTEND_ROWS, n = MIN (SCRIBE_ATTEND_ROWS, task->n_keys - first);
  gsize at = (gsize) first * n_cols + head * SCRIBE_HEAD_SIZE;
  const float *keys = task->packed + 2 * head * task->head_size;
  float *scores = cpu_buffer_get (&c->device->scratch[thread], n * task->head_size / SCRIBE_HEAD_SIZE);

  c->device->kernels->attend_rows (cpu_values (c, c->op->in) + at, n, n_cols, keys, keys + task->head_size, task->n_keys, scores,
                                   cpu_values (c, c->op->out) + at);
}

void
cpu_attention_rows (const CpuContext *c)
{
  guint n_heads = c->op->in->n_cols / SCRIBE_HEAD_SIZE, n_keys = scribe_run_rows (c->run, c->op->in->rows);
  AttentionTask task = { .c = c, .n_keys = n_keys };

  task.head_size = (gsize) n_tiles (n_keys, c->device->kernels->panel) * c->device->kernels->panel * SCRIBE_HEAD_SIZE;
  task.packed = cpu_buffer_get (&c->device->packed, 2 * n_heads * task.head_size);
  scribe_pool_run (c->device->pool, 2 * n_heads, attention_pack, &task);
  scribe_pool_run (c->device->pool, n_heads * n_tiles (n_keys, SCRIBE_ATTEND_ROWS), attention_tile, &task);
}

static void
layer_norm_tile (guint tile, guint thread, gpointer data)
{
  const RowsTask *task = data;
  const CpuContext *c = task->c;
  guint stop = MIN ((tile + 1) * task->tile_rows, task->n_rows), n_cols = c->op->in->n_cols;

  for (guint i = tile * task->tile_rows; i < stop; i++)
    c->device->kernels->layer_norm (cpu_values (c, c->op->in) + (gsize) i * n_cols, c->op->norm->gain, c->op->norm->bias, n_cols,
                                    cpu_values (c, c->op->out) + (gsize) i * n_cols);
}

void
cpu_layer_norm (const CpuContext *c)
{
  RowsTask task = rows_task (c, scribe_run_rows (c->run, c->op->in->rows), NULL);

  run_tiles (c, &task, layer_norm_tile);
}
