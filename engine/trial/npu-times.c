/* npu-times.c - what a device takes, or an emulated NPU would, run by run
 *
 * SPDX-License-Identifier: MIT
 */
#include "trial/npu-times.h"

#include "decode/decoder.h"

#include <string.h>
#include <time.h>

#define N_THREADS        2
#define POSITION_SECONDS 0.02

static const guint positions[SCRIBE_N_SPANS]
    = { [SCRIBE_SPAN_UTTERANCE] = 256, [SCRIBE_SPAN_SHORT] = 512, [SCRIBE_SPAN_WINDOW] = G_MAXUINT };

guint
scribe_span_positions (const ScribeModel *model, ScribeSpan span)
{
  return MIN (positions[span], model->sizes.n_audio_ctx);
}

char *
scribe_span_title (const ScribeModel *model, const char *title, ScribeSpan span)
{
  g_auto (GStrv) pieces = g_strsplit (title, "%u", 2);

  if (span == SCRIBE_N_SPANS)
    return g_strdup (title);
  return g_strdup_printf ("%s%u%s", pieces[0], scribe_span_positions (model, span), pieces[1]);
}

gboolean
scribe_is_modelled (const char *device)
{
  return device == NULL || strcmp (device, "emulator") == 0;
}

static double
wall_seconds (void)
{
  return (double) g_get_monotonic_time () * 1e-6;
}

/* Empties the profile; the time at which that was. */
static double
start_rows (ScribeDevice *device)
{
  scribe_profile_reset (device->profile);
  return wall_seconds ();
}

/* What the clock on the wall says besides the rows: calls, and waiting for a processor. */
static void
add_rest (GArray *rows, double seconds)
{
  const ScribeProfileRow rest = { .op = "rest", .kind = "rest", .host = seconds - scribe_times_seconds (rows) };

  g_array_append_val (rows, rest);
}

/* The profile since it was started, of n runs: on average. The names outlive the graph. */
static GArray *
take_rows (const ScribeMeasurement *m, ScribeDevice *device, double start, guint n)
{
  const double seconds = wall_seconds () - start;
  GArray *rows = g_array_copy (device->profile->rows);

  for (guint i = 0; i < rows->len; i++)
    {
      ScribeProfileRow *row = &g_array_index (rows, ScribeProfileRow, i);

      row->op = g_intern_string (row->op);
      row->kernel /= n;
      row->transfer /= n;
      row->overhead /= n;
      row->host /= n;
      row->quantise /= n;
      row->flops /= n;
      row->bytes /= n;
    }
  if (!scribe_is_modelled (m->device))
    add_rest (rows, seconds / n);
  return rows;
}

/* What an op has to read and write at least: weights and activations once, in the array's formats. */
static double
least_bytes (const ScribeOp *op, guint n_ctx, gboolean fast)
{
  const double pair = 2.25, value = fast ? 1.125 : pair;
  double bytes = op->weight ? value * op->weight->n_rows * op->weight->n_cols : 0;

  bytes += value * n_ctx * op->in->n_cols;
  if (op->kind == SCRIBE_OP_ATTENTION)
    bytes += 2 * value * n_ctx * op->key->n_cols;
  if (op->residual)
    bytes += pair * n_ctx * op->residual->n_cols;
  return bytes + (op->residual ? pair : value) * n_ctx * op->out->n_cols;
}

static void
note_least_bytes (const ScribeMeasurement *m, GArray *rows, const ScribeGraph *graph, guint n_ctx)
{
  for (guint i = 0; i < graph->ops->len && scribe_is_modelled (m->device); i++)
    g_array_index (rows, ScribeProfileRow, i).bytes = least_bytes (g_ptr_array_index (graph->ops, i), n_ctx, m->fast);
}

static ScribeDeviceOptions
options_of (const ScribeMeasurement *m)
{
  return (ScribeDeviceOptions){ .n_caches = 2,
                                .n_state = 128,
                                .n_text_ctx = 64,
                                .n_audio_ctx = m->size,
                                .n_sequences = 1,
                                .n_windows = 1,
                                .n_threads = MAX (m->n_threads, 1),
                                .fast = m->fast,
                                .n_columns = m->n_columns,
                                .costs = m->costs,
                                .instant = m->instant };
}

static const char *
device_of (const ScribeMeasurement *m)
{
  return m->device ? m->device : "emulator";
}

static gboolean
measure_product (ScribeMeasurement *m, GCancellable *cancellable, GError **error)
{
  const ScribeDeviceOptions options = options_of (m);
  g_autofree float *zeros = g_new0 (float, (gsize) m->size * m->size);
  const ScribeLinear linear = { { "w", SCRIBE_WEIGHT_F32, m->size, m->size, (const guint8 *) zeros }, NULL };
  const float *inputs[] = { zeros };
  const ScribeRun run = { .inputs = inputs, .n_ctx = m->size, .cancellable = cancellable };
  g_autoptr (ScribeGraph) graph = scribe_graph_new ();
  const ScribeTensor *in = scribe_graph_input (graph, SCRIBE_ROWS_CTX, m->size);
  g_autoptr (ScribeDevice) device = scribe_device_open (device_of (m), &options, NULL, error);
  ScribePlan *plan;
  double start;
  gboolean ok;

  if (device == NULL)
    return FALSE;
  scribe_graph_linear (graph, "product", in, &linear, FALSE, NULL);
  plan = scribe_device_prepare (device, graph, error);
  if (plan == NULL)
    return FALSE;
  start = start_rows (device);
  ok = scribe_device_run (device, plan, &run, error);
  m->times.audio[SCRIBE_SPAN_WINDOW] = take_rows (m, device, start, 1);
  scribe_device_plan_free (device, plan);
  note_least_bytes (m, m->times.audio[SCRIBE_SPAN_WINDOW], graph, m->size);
  return ok;
}

static ScribeDecoder *
open_decoder (const ScribeMeasurement *m, GError **error)
{
  g_autoptr (ScribeWhisperGraph) whisper = scribe_whisper_graph_new (m->model);
  const ScribeModelSizes *sizes = &m->model->sizes;
  ScribeDeviceOptions options = options_of (m);
  ScribeDevice *device;

  options.n_caches = whisper->n_caches;
  options.n_state = sizes->n_state;
  options.n_text_ctx = sizes->n_text_ctx;
  options.n_audio_ctx = sizes->n_audio_ctx;
  options.n_sequences = options.n_windows = m->decodes ? m->times.n_windows : 1;
  device = scribe_device_open (device_of (m), &options, NULL, error);
  return device ? scribe_decoder_new (g_steal_pointer (&whisper), device, options.n_windows, 1, error) : NULL;
}

/* Of this thread: the emulator has no other. */
static double
processor_seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double) now.tv_sec + (double) now.tv_nsec * 1e-9;
}

/* Memory of its own: fresh zeros would be put in place while the host's time is taken. */
static float *
make_silence (guint n_samples)
{
  float *silence = g_new (float, n_samples);

  for (guint i = 0; i < n_samples; i++)
    silence[i] = 0;
  return silence;
}

static gboolean
encode (ScribeMeasurement *m, ScribeDecoder *decoder, ScribeSpan span, GCancellable *cancellable, GError **error)
{
  const guint n_ctx = scribe_span_positions (m->model, span);
  g_autofree float *silence = make_silence (scribe_decoder_window_samples (n_ctx));
  const double begin = processor_seconds (), start = start_rows (decoder->device);

  if (!scribe_decoder_encode (decoder, 0, silence, n_ctx, cancellable, error))
    return FALSE;
  g_clear_pointer (&m->times.audio[span], g_array_unref);
  m->times.emulated[span] = processor_seconds () - begin;
  m->times.audio[span] = take_rows (m, decoder->device, start, 1);
  note_least_bytes (m, m->times.audio[span], decoder->whisper->audio, n_ctx);
  return TRUE;
}

/* A step of n tokens, from this position on, of each of the first windows, asking what greedy search asks. */
static gboolean
step (ScribeDecoder *decoder, guint n_windows, guint position, guint n, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) tokens = g_array_new (FALSE, FALSE, sizeof (ScribeStepToken));
  g_autoptr (GArray) queries = g_array_new (FALSE, FALSE, sizeof (ScribeQuery));
  const ScribeToken spoken[] = { decoder->special->timestamp, 0 };
  ScribeMask mask;

  scribe_rules_mask (decoder->rules, TRUE, spoken, G_N_ELEMENTS (spoken), &mask);
  for (guint window = 0; window < n_windows; window++)
    {
      const ScribeQuery query = { .token = (window + 1) * n - 1, .mask = &mask, .n_top = 1, .probe = -1 };

      for (guint i = 0; i < n; i++)
        {
          const ScribeStepToken token = { decoder->special->start, position + i, window, window };

          g_array_append_val (tokens, token);
        }
      g_array_append_val (queries, query);
    }
  return scribe_decoder_step (decoder, tokens, queries, cancellable, error);
}

/* Single tokens of a text of n, one after another: the first, and some on average, whose mean is that of all others. */
static gboolean
steps (const ScribeMeasurement *m,
       ScribeDecoder *decoder,
       guint n_windows,
       guint n,
       GArray **first,
       GArray **later,
       GCancellable *cancellable,
       GError **error)
{
  const guint begin = SCRIBE_TIMES_PROMPT, last = begin + n - 1, places[] = { begin + 1, (begin + 1 + last) / 2, last };
  double start = start_rows (decoder->device);

  if (!step (decoder, n_windows, begin, 1, cancellable, error))
    return FALSE;
  *first = take_rows (m, decoder->device, start, 1);
  start = start_rows (decoder->device);
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (!step (decoder, n_windows, places[i], 1, cancellable, error))
      return FALSE;
  *later = take_rows (m, decoder->device, start, G_N_ELEMENTS (places));
  return TRUE;
}

static gboolean
decode (ScribeMeasurement *m, ScribeDecoder *decoder, GCancellable *cancellable, GError **error)
{
  ScribeDevice *device = decoder->device;
  double start;

  device->window_ctx[0] = scribe_span_positions (m->model, SCRIBE_SPAN_UTTERANCE);
  /* an utterance before this one: memory is there, instructions are not */
  if (!step (decoder, 1, 0, SCRIBE_TIMES_PROMPT, cancellable, error)
      || !step (decoder, 1, SCRIBE_TIMES_PROMPT, 1, cancellable, error))
    return FALSE;
  start = start_rows (device);
  if (!step (decoder, 1, 0, SCRIBE_TIMES_PROMPT, cancellable, error))
    return FALSE;
  m->times.prompt = take_rows (m, device, start, 1);
  if (!steps (m, decoder, 1, SCRIBE_TIMES_UTTERANCE, &m->times.first, &m->times.token, cancellable, error))
    return FALSE;

  for (guint window = 0; window < m->times.n_windows; window++)
    device->window_ctx[window] = scribe_span_positions (m->model, SCRIBE_SPAN_WINDOW);
  return steps (m, decoder, m->times.n_windows, SCRIBE_TIMES_TOKENS, &m->times.first_batch, &m->times.batch, cancellable, error);
}

static void
count_ops (ScribeTimes *times, GArray *rows)
{
  for (guint i = 0; i < rows->len; i++)
    {
      const ScribeProfileRow *row = &g_array_index (rows, ScribeProfileRow, i);

      if (strcmp (row->kind, "programs") == 0)
        continue;
      times->n_ops += row->runs > 0;
      times->n_idle_ops += row->runs > 0 && row->n_tiles == 0;
    }
}

static gboolean
measure_model (ScribeMeasurement *m, GCancellable *cancellable, GError **error)
{
  g_autoptr (ScribeDecoder) decoder = open_decoder (m, error);

  if (decoder == NULL || !encode (m, decoder, SCRIBE_SPAN_SHORT, cancellable, error))
    return FALSE;
  if (m->instant)
    return TRUE;
  if (!encode (m, decoder, SCRIBE_SPAN_WINDOW, cancellable, error))
    return FALSE;
  if (!m->decodes)
    return TRUE;
  if (!encode (m, decoder, SCRIBE_SPAN_WINDOW, cancellable, error) || !encode (m, decoder, SCRIBE_SPAN_SHORT, cancellable, error))
    return FALSE;
  m->times.new_length = g_steal_pointer (&m->times.audio[SCRIBE_SPAN_SHORT]);
  if (!encode (m, decoder, SCRIBE_SPAN_SHORT, cancellable, error)
      || !encode (m, decoder, SCRIBE_SPAN_UTTERANCE, cancellable, error) || !decode (m, decoder, cancellable, error))
    return FALSE;
  count_ops (&m->times, m->times.audio[SCRIBE_SPAN_WINDOW]);
  count_ops (&m->times, m->times.token);
  return TRUE;
}

gboolean
scribe_measure_alone (ScribeMeasurement *m, GCancellable *cancellable, GError **error)
{
  m->times.n_windows = m->n_windows ? m->n_windows : SCRIBE_TIMES_WINDOWS;
  return !g_cancellable_set_error_if_cancelled (cancellable, error)
         && (m->model ? measure_model : measure_product) (m, cancellable, error);
}

typedef struct
{
  GAsyncQueue *done;
  GCancellable *cancellable;
} Work;

static void
measure (gpointer data, gpointer user_data)
{
  ScribeMeasurement *m = data;
  Work *work = user_data;

  scribe_measure_alone (m, work->cancellable, &m->error);
  g_async_queue_push (work->done, m);
}

gboolean
scribe_measure (ScribeMeasurement *measurements,
                guint n,
                void (*progress) (double done, double total, gpointer data),
                gpointer data,
                GCancellable *cancellable,
                GError **error)
{
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();
  Work work = { done, cancellable };
  GThreadPool *pool = g_thread_pool_new (measure, &work, N_THREADS, FALSE, NULL);
  GError *first = NULL;

  for (guint i = 0; i < n; i++)
    g_thread_pool_push (pool, &measurements[i], NULL);
  for (guint i = 1; i <= n; i++)
    {
      ScribeMeasurement *m = g_async_queue_pop (done);

      if (m->error && first == NULL)
        first = g_error_copy (m->error);
      if (progress)
        progress (i, n, data);
    }
  g_thread_pool_free (pool, FALSE, TRUE);
  if (first)
    g_propagate_error (error, first);
  return first == NULL;
}

void
scribe_measurement_clear (ScribeMeasurement *m)
{
  for (guint i = 0; i < SCRIBE_N_SPANS; i++)
    g_clear_pointer (&m->times.audio[i], g_array_unref);
  g_clear_pointer (&m->times.new_length, g_array_unref);
  g_clear_pointer (&m->times.prompt, g_array_unref);
  g_clear_pointer (&m->times.first, g_array_unref);
  g_clear_pointer (&m->times.token, g_array_unref);
  g_clear_pointer (&m->times.first_batch, g_array_unref);
  g_clear_pointer (&m->times.batch, g_array_unref);
  g_clear_error (&m->error);
}

void
scribe_times_add (ScribeProfileRow *sum, const ScribeProfileRow *row, double sign)
{
  sum->kernel += sign * row->kernel;
  sum->transfer += sign * row->transfer;
  sum->overhead += sign * row->overhead;
  sum->host += sign * row->host;
  sum->quantise += sign * row->quantise;
  sum->flops += sign * row->flops;
  sum->bytes += sign * row->bytes;
  sum->n_tiles = MAX (sum->n_tiles, row->n_tiles);
}

ScribeProfileRow
scribe_times_sum (GArray *rows, const char *prefix)
{
  ScribeProfileRow sum = { 0 };

  for (guint i = 0; i < rows->len; i++)
    {
      const ScribeProfileRow *row = &g_array_index (rows, ScribeProfileRow, i);

      if (g_str_has_prefix (row->op, prefix))
        scribe_times_add (&sum, row, 1);
    }
  return sum;
}

ScribeProfileRow
scribe_times_encoder (GArray *rows)
{
  ScribeProfileRow sum = scribe_times_sum (rows, "encoder."), cross = scribe_times_sum (rows, "encoder.cross.");

  scribe_times_add (&sum, &cross, -1);
  return sum;
}

double
scribe_row_modelled (const ScribeProfileRow *row)
{
  return row->kernel + row->transfer + row->overhead;
}

double
scribe_row_host (const ScribeProfileRow *row)
{
  return row->host + row->quantise;
}

double
scribe_times_seconds (GArray *rows)
{
  ScribeProfileRow sum = scribe_times_sum (rows, "");

  return scribe_row_modelled (&sum) + scribe_row_host (&sum);
}

double
scribe_times_utterance (const ScribeModel *model, const ScribeTimes *times)
{
  return scribe_times_seconds (times->audio[SCRIBE_SPAN_UTTERANCE]) + scribe_times_seconds (times->prompt)
         + scribe_times_seconds (times->first) + (SCRIBE_TIMES_UTTERANCE - 1) * scribe_times_seconds (times->token);
}

/* The prompt of a window is taken for one more step. */
double
scribe_times_speed (const ScribeModel *model, const ScribeTimes *times)
{
  const double seconds = times->n_windows * scribe_times_seconds (times->audio[SCRIBE_SPAN_WINDOW])
                         + scribe_times_seconds (times->first_batch) + SCRIBE_TIMES_TOKENS * scribe_times_seconds (times->batch);

  return times->n_windows * scribe_span_positions (model, SCRIBE_SPAN_WINDOW) * POSITION_SECONDS / seconds;
}
