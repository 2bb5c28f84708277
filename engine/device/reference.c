/* reference.c - every op of a graph as its definition says, in fp32
 *
 * No packing, no threads, no fusion, no approximation: each op is the loop that a textbook would print, so that one can read
 * that it is right. Sums of products are kept in double. Every other device is held against this one, op by op and end to end.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/reference.h"

#include <math.h>
#include <string.h>

typedef struct
{
  ScribeDevice base;
  float **self;  /* [n_caches]: [n_sequences, n_text_ctx, n_state] */
  float **cross; /* [n_caches]: [n_windows, n_audio_ctx, n_state] */
} Reference;

struct _ScribePlan
{
  const ScribeGraph *graph;
  float **values;  /* of each activation, as large as its last run needed */
  ScribeRun last;  /* for the numbers of rows that the values have */
  guint first_row; /* in the profile */
};

typedef struct
{
  Reference *device;
  ScribePlan *plan;
  const ScribeRun *run;
} Context;

static const float *
value_of (const Context *c, const ScribeTensor *tensor)
{
  return tensor->kind == SCRIBE_TENSOR_INPUT ? c->run->inputs[tensor->index] : c->plan->values[tensor->index];
}

static float *
cache_row (const Context *c, const ScribeTensor *cache, guint sequence_or_window, guint row)
{
  const ScribeDeviceOptions *o = &c->device->base.options;

  return cache->kind == SCRIBE_TENSOR_SELF_CACHE
             ? c->device->self[cache->index] + ((gsize) sequence_or_window * o->n_text_ctx + row) * o->n_state
             : c->device->cross[cache->index] + ((gsize) sequence_or_window * o->n_audio_ctx + row) * o->n_state;
}

static float
dot (const float *a, const float *b, gsize n)
{
  double sum = 0;

#pragma omp simd reduction(+ : sum)
  for (gsize i = 0; i < n; i++)
    sum += (double) a[i] * b[i];
  return (float) sum;
}

static float
gelu (float x)
{
  return 0.5f * x * (1 + erff (x * (float) G_SQRT2 / 2));
}

/* op->weight as floats [n_rows, n_cols] */
static float *
weight_values (const ScribeWeight *w)
{
  float *values = g_new (float, (gsize) w->n_rows * w->n_cols);

  for (guint i = 0; i < w->n_rows; i++)
    scribe_weight_row (w, i, values + (gsize) i * w->n_cols);
  return values;
}

static void
spectrum (const Context *c, const ScribeOp *op, float *out)
{
  const float *samples = value_of (c, op->in); /* [160 n_frames + 240] */
  guint n_frames = scribe_run_rows (c->run, SCRIBE_ROWS_FRAMES);
  double cosine[SCRIBE_N_FFT], sine[SCRIBE_N_FFT], frame[SCRIBE_N_FFT];

  for (guint i = 0; i < SCRIBE_N_FFT; i++)
    {
      cosine[i] = cos (2 * G_PI * i / SCRIBE_N_FFT);
      sine[i] = sin (2 * G_PI * i / SCRIBE_N_FFT);
    }
  for (guint t = 0; t < n_frames; t++)
    {
      for (guint i = 0; i < SCRIBE_N_FFT; i++)
        frame[i] = samples[t * SCRIBE_HOP + i] * 0.5 * (1 - cosine[i]);
      for (guint k = 0; k < SCRIBE_N_BINS; k++)
        {
          double re = 0, im = 0;

          for (guint i = 0; i < SCRIBE_N_FFT; i++)
            {
              re += frame[i] * cosine[i * k % SCRIBE_N_FFT];
              im -= frame[i] * sine[i * k % SCRIBE_N_FFT];
            }
          out[t * SCRIBE_N_BINS + k] = (float) (re * re + im * im);
        }
    }
}

static void
log_mel (const Context *c, const ScribeOp *op, float *out)
{
  const float *power = value_of (c, op->in); /* [n_frames, 201] */
  guint n_frames = scribe_run_rows (c->run, SCRIBE_ROWS_FRAMES), n_mels = op->weight->n_rows;
  g_autofree float *filters = weight_values (op->weight); /* [n_mels, 201] */
  float max = -INFINITY;

  for (guint t = 0; t < n_frames; t++)
    for (guint m = 0; m < n_mels; m++)
      {
        float energy = dot (filters + m * SCRIBE_N_BINS, power + t * SCRIBE_N_BINS, SCRIBE_N_BINS);

        out[t * n_mels + m] = log10f (MAX (energy, 1e-10f));
        max = MAX (max, out[t * n_mels + m]);
      }
  for (gsize i = 0; i < (gsize) n_frames * n_mels; i++)
    out[i] = (MAX (out[i], max - 8) + 4) / 4;
}

static void
conv1d (const Context *c, const ScribeOp *op, float *out)
{
  const float *x = value_of (c, op->in); /* [n_in, n_channels] */
  guint n_in = scribe_run_rows (c->run, op->in->rows), n_out = scribe_run_rows (c->run, op->out->rows);
  guint n_channels = op->in->n_cols, n_cols = op->weight->n_rows;
  g_autofree float *w = weight_values (op->weight); /* [n_cols, n_channels, 3] */
  g_autofree float *patch = g_new (float, 3 * n_channels);
  g_autofree float *position = g_new0 (float, n_cols);

  for (guint t = 0; t < n_out; t++)
    {
      if (op->positions)
        scribe_weight_row (op->positions, t, position);
      for (guint i = 0; i < n_channels; i++)
        for (int tap = 0; tap < 3; tap++)
          {
            int at = (int) (t * op->stride) + tap - 1;

            patch[3 * i + tap] = at >= 0 && at < (int) n_in ? x[(gsize) at * n_channels + i] : 0;
          }
      for (guint j = 0; j < n_cols; j++)
        out[(gsize) t * n_cols + j] = gelu (dot (w + (gsize) j * 3 * n_channels, patch, 3 * n_channels) + op->bias[j])
                                      + position[j];
    }
}

static void
linear (const Context *c, const ScribeOp *op, float *out)
{
  const float *x = value_of (c, op->in); /* [n, n_in] */
  const float *residual = op->residual ? value_of (c, op->residual) : NULL;
  guint n = scribe_run_rows (c->run, op->in->rows), n_in = op->weight->n_cols, n_out = op->weight->n_rows;
  g_autofree float *w = weight_values (op->weight); /* [n_out, n_in] */

  for (guint i = 0; i < n && !g_cancellable_is_cancelled (c->run->cancellable); i++)
    {
      float *y = out ? out + (gsize) i * n_out
                 : op->out->kind == SCRIBE_TENSOR_CROSS_CACHE
                     ? cache_row (c, op->out, c->run->window, i)
                     : cache_row (c, op->out, c->run->tokens[i].sequence, c->run->tokens[i].position);

      for (guint j = 0; j < n_out; j++)
        {
          y[j] = dot (x + (gsize) i * n_in, w + (gsize) j * n_in, n_in) + (op->bias ? op->bias[j] : 0);
          if (op->gelu)
            y[j] = gelu (y[j]);
          if (residual)
            y[j] += residual[(gsize) i * n_out + j];
        }
    }
}

static void
layer_norm (const Context *c, const ScribeOp *op, float *out)
{
  const float *x = value_of (c, op->in); /* [n, n_cols] */
  guint n = scribe_run_rows (c->run, op->in->rows), n_cols = op->in->n_cols;

  for (guint i = 0; i < n; i++, x += n_cols, out += n_cols)
    {
      double mean = 0, variance = 0;

      for (guint j = 0; j < n_cols; j++)
        mean += x[j];
      mean /= n_cols;
      for (guint j = 0; j < n_cols; j++)
        variance += (x[j] - mean) * (x[j] - mean);
      variance /= n_cols;
      for (guint j = 0; j < n_cols; j++)
        out[j] = (float) ((x[j] - mean) / sqrt (variance + 1e-5)) * op->norm->gain[j] + op->norm->bias[j];
    }
}

/* softmax in place */
static void
softmax (float *x, guint n)
{
  float max = -INFINITY;
  double sum = 0;

  for (guint i = 0; i < n; i++)
    max = MAX (max, x[i]);
  for (guint i = 0; i < n; i++)
    sum += x[i] = expf (x[i] - max);
  for (guint i = 0; i < n; i++)
    x[i] = (float) (x[i] / sum);
}

/* Where the weights of this head and token are wanted for word times, a place for them. */
static float *
alignment_row (const Context *c, const ScribeOp *op, guint head, guint token, guint n_keys)
{
  const ScribeAlignment *alignment = c->run->alignment;

  if (alignment == NULL || op->key->kind != SCRIBE_TENSOR_CROSS_CACHE)
    return NULL;
  for (guint i = 0; i < alignment->n_heads; i++)
    if (alignment->heads[i].layer == op->layer && alignment->heads[i].head == head)
      return alignment->weights + ((gsize) i * c->run->n_tokens + token) * n_keys;
  return NULL;
}

/* The keys or values that row i sees: [n_keys, n_cols] */
static const float *
seen (const Context *c, const ScribeTensor *tensor, guint i, guint *n_keys)
{
  const ScribeStepToken *token = &c->run->tokens[i];

  switch (tensor->kind)
    {
    case SCRIBE_TENSOR_SELF_CACHE:
      *n_keys = token->position + 1;
      return cache_row (c, tensor, token->sequence, 0);
    case SCRIBE_TENSOR_CROSS_CACHE:
      *n_keys = c->device->base.window_ctx[token->window];
      return cache_row (c, tensor, token->window, 0);
    default:
      *n_keys = scribe_run_rows (c->run, tensor->rows);
      return value_of (c, tensor);
    }
}

static void
attention (const Context *c, const ScribeOp *op, float *out)
{
  const float *query = value_of (c, op->in); /* [n, n_cols] */
  guint n = scribe_run_rows (c->run, op->in->rows), n_cols = op->in->n_cols;
  const float scale = 1 / sqrtf (SCRIBE_HEAD_SIZE);
  g_autofree float *weights = g_new (float, MAX (c->device->base.options.n_audio_ctx, c->device->base.options.n_text_ctx));

  for (guint i = 0; i < n && !g_cancellable_is_cancelled (c->run->cancellable); i++)
    for (guint h = 0; h < n_cols / SCRIBE_HEAD_SIZE; h++)
      {
        guint n_keys, at = h * SCRIBE_HEAD_SIZE;
        const float *key = seen (c, op->key, i, &n_keys) + at;     /* [n_keys, n_cols] */
        const float *value = seen (c, op->value, i, &n_keys) + at; /* [n_keys, n_cols] */
        float *y = out + (gsize) i * n_cols + at;
        float *aligned = alignment_row (c, op, h, i, n_keys);

        for (guint k = 0; k < n_keys; k++)
          weights[k] = dot (query + (gsize) i * n_cols + at, key + (gsize) k * n_cols, SCRIBE_HEAD_SIZE) * scale;
        softmax (weights, n_keys);
        if (aligned)
          memcpy (aligned, weights, n_keys * sizeof (float));

        memset (y, 0, SCRIBE_HEAD_SIZE * sizeof (float));
        for (guint k = 0; k < n_keys; k++)
          for (guint j = 0; j < SCRIBE_HEAD_SIZE; j++)
            y[j] += weights[k] * value[(gsize) k * n_cols + j];
      }
}

static void
embedding (const Context *c, const ScribeOp *op, float *out)
{
  guint n_cols = op->weight->n_cols;
  g_autofree float *position = g_new (float, n_cols);

  for (guint i = 0; i < c->run->n_tokens; i++)
    {
      float *y = out + (gsize) i * n_cols;

      scribe_weight_row (op->weight, c->run->tokens[i].id, y);
      scribe_weight_row (op->positions, c->run->tokens[i].position, position);
      for (guint j = 0; j < n_cols; j++)
        y[j] += position[j];
    }
}

static void
logits (const Context *c, const ScribeOp *op, float *unused)
{
  const float *x = value_of (c, op->in); /* [n_tokens, n_cols] */
  guint n_vocab = op->weight->n_rows, n_cols = op->weight->n_cols;
  g_autofree float *row = g_new (float, n_cols);
  g_autofree float *all = g_new (float, (gsize) c->run->n_queries *n_vocab);

  for (guint j = 0; j < n_vocab && c->run->n_queries > 0; j++)
    {
      scribe_weight_row (op->weight, j, row);
      for (guint q = 0; q < c->run->n_queries; q++)
        all[(gsize) q * n_vocab + j] = dot (x + (gsize) c->run->queries[q].token * n_cols, row, n_cols);
    }
  for (guint q = 0; q < c->run->n_queries; q++)
    scribe_query_answer (&c->run->queries[q], all + (gsize) q * n_vocab, n_vocab);
}

typedef void (*OpFunction) (const Context *c, const ScribeOp *op, float *out);

static const OpFunction op_functions[] = {
  [SCRIBE_OP_SPECTRUM] = spectrum,   [SCRIBE_OP_LOG_MEL] = log_mel,       [SCRIBE_OP_CONV1D] = conv1d,
  [SCRIBE_OP_LINEAR] = linear,       [SCRIBE_OP_LAYER_NORM] = layer_norm, [SCRIBE_OP_ATTENTION] = attention,
  [SCRIBE_OP_EMBEDDING] = embedding, [SCRIBE_OP_LOGITS] = logits,
};

static gboolean
reference_run (ScribeDevice *device, ScribePlan *plan, const ScribeRun *run, GError **error)
{
  Context c = { (Reference *) device, plan, run };

  plan->last = *run;
  for (guint i = 0; i < plan->graph->ops->len; i++)
    {
      const ScribeOp *op = g_ptr_array_index (plan->graph->ops, i);
      ScribeProfileRow *row = &g_array_index (device->profile->rows, ScribeProfileRow, plan->first_row + i);
      gint64 start = g_get_monotonic_time ();
      float *out = NULL;

      if (op->out && op->out->kind == SCRIBE_TENSOR_CROSS_CACHE)
        device->window_ctx[run->window] = run->n_ctx;
      if (op->out && op->out->kind == SCRIBE_TENSOR_ACTIVATION)
        {
          g_free (plan->values[op->out->index]);
          out = plan->values[op->out->index] = g_new (float, (gsize) scribe_run_rows (run, op->out->rows) * op->out->n_cols);
        }

      op_functions[op->kind](&c, op, out);
      if (g_cancellable_set_error_if_cancelled (run->cancellable, error))
        return FALSE;

      row->runs++;
      row->kernel += (g_get_monotonic_time () - start) * 1e-6;
      row->flops += scribe_run_flops (run, op, device->window_ctx);
      row->bytes += scribe_run_bytes (run, op, device->window_ctx, sizeof (float));
    }
  return TRUE;
}

static gboolean
reference_read (ScribeDevice *device, ScribePlan *plan, const ScribeTensor *tensor, float *out)
{
  if (plan->values[tensor->index] == NULL)
    return FALSE;
  memcpy (out, plan->values[tensor->index], sizeof (float) * scribe_run_rows (&plan->last, tensor->rows) * tensor->n_cols);
  return TRUE;
}

static void
reference_copy_rows (ScribeDevice *device, guint from, guint to, guint first, guint n)
{
  Reference *reference = (Reference *) device;
  const ScribeDeviceOptions *o = &device->options;
  gsize size = (gsize) o->n_text_ctx * o->n_state;

  for (guint i = 0; i < o->n_caches; i++)
    memcpy (reference->self[i] + to * size + (gsize) first * o->n_state,
            reference->self[i] + from * size + (gsize) first * o->n_state, sizeof (float) * n * o->n_state);
}

static ScribePlan *
reference_prepare (ScribeDevice *device, const ScribeGraph *graph, GError **error)
{
  ScribePlan *plan = g_new0 (ScribePlan, 1);

  plan->graph = graph;
  plan->values = g_new0 (float *, graph->tensors->len);
  plan->first_row = scribe_profile_add_ops (device->profile, graph);
  return plan;
}

static void
reference_plan_free (ScribeDevice *device, ScribePlan *plan)
{
  for (guint i = 0; i < plan->graph->tensors->len; i++)
    g_free (plan->values[i]);
  g_free (plan->values);
  g_free (plan);
}

static float **
caches_new (guint n_caches, gsize n_values)
{
  float **caches = g_new (float *, n_caches);

  for (guint i = 0; i < n_caches; i++)
    caches[i] = g_new0 (float, n_values);
  return caches;
}

static void
caches_free (float **caches, guint n_caches)
{
  for (guint i = 0; i < n_caches; i++)
    g_free (caches[i]);
  g_free (caches);
}

static ScribeDevice *
reference_open (const ScribeDeviceOptions *o, GError **error)
{
  Reference *reference = g_new0 (Reference, 1);

  reference->self = caches_new (o->n_caches, (gsize) o->n_sequences * o->n_text_ctx * o->n_state);
  reference->cross = caches_new (o->n_caches, (gsize) o->n_windows * o->n_audio_ctx * o->n_state);
  return &reference->base;
}

static void
reference_close (ScribeDevice *device)
{
  Reference *reference = (Reference *) device;

  caches_free (reference->self, device->options.n_caches);
  caches_free (reference->cross, device->options.n_caches);
  g_free (reference);
}

const ScribeDeviceClass scribe_reference_device_class = {
  .name = "reference",
  .open = reference_open,
  .prepare = reference_prepare,
  .run = reference_run,
  .read = reference_read,
  .copy_rows = reference_copy_rows,
  .plan_free = reference_plan_free,
  .close = reference_close,
};
