/* npu-compare.c - an NPU, or any device, against the reference device
 *
 *   recording --> audio graph, each layer kept --> reference, accurate, fast --> differences
 *   clips     --> greedy search                --> texts that are equal
 *
 * SPDX-License-Identifier: MIT
 */
#include "trial/npu-compare.h"

#include "trial/npu-schemes.h"

#include "audio/audio-file.h"
#include "decode/decoder.h"
#include "error.h"
#include "session/engine.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

ScribeDifference
scribe_difference (const float *found, const float *expected, gsize n)
{
  ScribeDifference d = { 0 };
  double squares = 0, all = 0;

  for (gsize i = 0; i < n; i++)
    {
      const double difference = (double) found[i] - expected[i];

      squares += difference * difference;
      all += (double) expected[i] * expected[i];
      d.mae += fabs (difference);
      /* what is no number is further off than any */
      if (!(fabs (difference) <= d.largest))
        d.largest = isnan (difference) ? INFINITY : fabs (difference);
    }
  d.mse = squares / n;
  d.mae /= n;
  d.relative = sqrt (squares / all);
  return d;
}

/* --- Layers -------------------------------------------------------------------------------------------------------------- */

/* Tones that come and go, where there is no recording. */
static void
make_up (float *samples, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      const double t = (double) i;

      samples[i] = (float) (0.3 * sin (t * 0.07) * sin (t * 0.0011) + 0.1 * sin (t * 0.31) * sin (t * 0.0017));
    }
}

/* The window of a recording, and how many positions it has: at least as many as the targets ask for. */
static float *
read_window (const ScribeModel *model, const char *path, guint *n_ctx, GCancellable *cancellable, GError **error)
{
  const gsize n = 2 * SCRIBE_HOP * (gsize) model->sizes.n_audio_ctx;
  g_autofree float *samples = g_new0 (float, scribe_decoder_window_samples (model->sizes.n_audio_ctx));
  g_autoptr (ScribeAudioFile) audio = NULL;
  gssize n_read;

  *n_ctx = scribe_span_positions (model, SCRIBE_SPAN_SHORT);
  if (path == NULL)
    {
      make_up (samples + SCRIBE_WINDOW_MARGIN, 2 * SCRIBE_HOP * (gsize) *n_ctx);
      return g_steal_pointer (&samples);
    }
  audio = scribe_audio_file_open (path, cancellable, error);
  if (audio == NULL)
    return NULL;
  n_read = scribe_audio_file_read (audio, samples + SCRIBE_WINDOW_MARGIN, n, error);
  if (n_read < 0)
    return NULL;
  *n_ctx = MAX (*n_ctx, (guint) (((gsize) n_read + 2 * SCRIBE_HOP - 1) / (2 * SCRIBE_HOP)));
  return g_steal_pointer (&samples);
}

static gboolean
is_layer (const ScribeOp *op)
{
  return strcmp (op->name, "encoder.conv2") == 0
         || (g_str_has_prefix (op->name, "encoder.") && g_str_has_suffix (op->name, ".mlp.2"));
}

static GPtrArray *
keep_layers (ScribeGraph *graph)
{
  GPtrArray *kept = g_ptr_array_new ();

  for (guint i = 0; i < graph->ops->len; i++)
    {
      const ScribeOp *op = g_ptr_array_index (graph->ops, i);

      if (is_layer (op))
        scribe_graph_keep (graph, op->out, op->name);
      if (op->out && op->out->name[0] != '\0')
        g_ptr_array_add (kept, (gpointer) op->out);
    }
  return kept;
}

/* The kept tensors of a run, one after another. */
static float *
read_kept (ScribeDevice *device, ScribePlan *plan, GPtrArray *kept, const ScribeRun *run, gsize *n)
{
  float *values, *next;

  *n = 0;
  for (guint i = 0; i < kept->len; i++)
    {
      const ScribeTensor *tensor = g_ptr_array_index (kept, i);

      *n += (gsize) scribe_run_rows (run, tensor->rows) * tensor->n_cols;
    }
  next = values = g_new0 (float, *n);
  for (guint i = 0; i < kept->len; i++)
    {
      const ScribeTensor *tensor = g_ptr_array_index (kept, i);

      if (!scribe_device_read (device, plan, tensor, next))
        g_assert_not_reached ();
      next += (gsize) scribe_run_rows (run, tensor->rows) * tensor->n_cols;
    }
  return values;
}

typedef struct
{
  ScribeWhisperGraph *whisper;
  GPtrArray *kept;
  ScribeRun run;
} Layers;

/* What a device makes of the run; another time into again, where that is wanted. */
static float *
hear (const Layers *layers, const char *name, gboolean fast, gsize *n, float **again, GError **error)
{
  ScribeDeviceOptions options = scribe_device_options_of (layers->whisper);
  g_autoptr (ScribeDevice) device = NULL;
  ScribePlan *plan;
  float *values = NULL;

  options.fast = fast;
  device = scribe_device_open (name, &options, NULL, error);
  plan = device ? scribe_device_prepare (device, layers->whisper->audio, error) : NULL;
  if (plan == NULL)
    return NULL;
  if (scribe_device_run (device, plan, &layers->run, error))
    values = read_kept (device, plan, layers->kept, &layers->run, n);
  if (values && again && scribe_device_run (device, plan, &layers->run, error))
    *again = read_kept (device, plan, layers->kept, &layers->run, n);
  scribe_device_plan_free (device, plan);
  return values;
}

float *
scribe_compare_hear (ScribeModel *model, const char *device, gboolean fast, gsize *n, GCancellable *cancellable, GError **error)
{
  guint n_ctx;
  g_autofree float *samples = read_window (model, NULL, &n_ctx, cancellable, error);
  const float *inputs[] = { samples };
  g_autoptr (ScribeWhisperGraph) whisper = NULL;
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();

  if (samples == NULL)
    return NULL;
  whisper = scribe_whisper_graph_new (model);
  for (guint i = 0; i < whisper->audio->ops->len; i++)
    {
      const ScribeOp *op = g_ptr_array_index (whisper->audio->ops, i);

      if (op->out && strcmp (op->out->name, "encoder") == 0)
        g_ptr_array_add (kept, (gpointer) op->out);
    }
  return hear (&(const Layers){ whisper, kept, { .inputs = inputs, .n_ctx = n_ctx, .cancellable = cancellable } }, device, fast,
               n, NULL, error);
}

static const char *
device_of (const ScribeTrialOptions *options)
{
  return options->device ? options->device : "emulator";
}

static GArray *
differences (const Layers *layers, float *const found[SCRIBE_N_MODES], const float *expected, gsize n_all)
{
  GArray *errors = g_array_new (FALSE, FALSE, sizeof (ScribeLayerError));
  gsize at = 0;

  for (guint i = 0; i < layers->kept->len; i++)
    {
      const ScribeTensor *tensor = g_ptr_array_index (layers->kept, i);
      const gsize n = (gsize) scribe_run_rows (&layers->run, tensor->rows) * tensor->n_cols;
      ScribeLayerError layer = { .name = g_intern_string (tensor->name) };

      g_assert (at + n <= n_all);
      for (guint mode = 0; mode < SCRIBE_N_MODES; mode++)
        layer.modes[mode] = scribe_difference (found[mode] + at, expected + at, n);
      g_array_append_val (errors, layer);
      at += n;
    }
  return errors;
}

static GArray *
compare (const Layers *layers, const char *device, guint *n_unequal, GError **error)
{
  g_autofree float *expected = NULL, *fast = NULL, *accurate = NULL, *again = NULL;
  gsize n = 0;

  expected = hear (layers, "reference", FALSE, &n, NULL, error);
  accurate = expected ? hear (layers, device, FALSE, &n, NULL, error) : NULL;
  fast = accurate ? hear (layers, device, TRUE, &n, &again, error) : NULL;
  if (fast == NULL || again == NULL)
    return NULL;
  *n_unequal = 0;
  for (gsize i = 0; i < n * sizeof *fast; i++)
    *n_unequal += ((const guint8 *) fast)[i] != ((const guint8 *) again)[i];
  return differences (layers, (float *const[SCRIBE_N_MODES]){ [SCRIBE_MODE_FAST] = fast, [SCRIBE_MODE_ACCURATE] = accurate },
                      expected, n);
}

GArray *
scribe_npu_compare_layers (ScribeModel *model,
                           const ScribeTrialOptions *options,
                           guint *n_unequal,
                           GCancellable *cancellable,
                           GError **error)
{
  guint n_ctx;
  g_autofree float *samples = read_window (model, options->recording, &n_ctx, cancellable, error);
  const float *inputs[] = { samples };
  g_autoptr (ScribeWhisperGraph) whisper = NULL;
  g_autoptr (GPtrArray) kept = NULL;

  if (samples == NULL)
    return NULL;
  whisper = scribe_whisper_graph_new (model);
  kept = keep_layers (whisper->audio);
  return compare (&(const Layers){ whisper, kept, { .inputs = inputs, .n_ctx = n_ctx, .cancellable = cancellable } },
                  device_of (options), n_unequal, error);
}

/* --- Number formats ------------------------------------------------------------------------------------------------------ */

gboolean
scribe_npu_compare_formats (ScribeModel *model,
                            const ScribeTrialOptions *options,
                            ScribeDifference errors[SCRIBE_NPU_N_SCHEMES],
                            GCancellable *cancellable,
                            GError **error)
{
  guint n_ctx;
  g_autofree float *samples = read_window (model, options->recording, &n_ctx, cancellable, error);

  return samples != NULL && scribe_npu_schemes_run (model, "cpu", samples, samples, n_ctx, errors, error);
}

/* --- Clips --------------------------------------------------------------------------------------------------------------- */

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
list_clips (const char *folder, GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *shown = g_filename_display_name (folder);
  g_autoptr (GError) reason = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &reason);
  const char *name;

  if (dir == NULL)
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO, _ ("The folder “%s” cannot be read: %s."), shown, reason->message);
      return NULL;
    }
  while ((name = g_dir_read_name (dir)))
    if (g_str_has_suffix (name, ".wav"))
      g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (paths, by_name);
  if (paths->len > 0)
    return g_steal_pointer (&paths);
  g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO, _ ("There is no .wav file in “%s”."), shown);
  return NULL;
}

static void
append_segment (const ScribeSegment *segment, gpointer data)
{
  g_string_append (data, segment->text);
}

/* The texts of all clips on a device. */
static GPtrArray *
read_clips (const ScribeTrialOptions *trial,
            GPtrArray *paths,
            const char *device,
            gboolean fast,
            GCancellable *cancellable,
            GError **error)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (ScribeEngine) engine = NULL;
  ScribeEngineOptions options;
  ScribeTranscribeOptions how;

  scribe_engine_options_init (&options);
  options.model = trial->model;
  options.device = device;
  options.fast = fast;
  options.n_beams = 1;
  engine = scribe_engine_new (&options, error);
  if (engine == NULL)
    return NULL;
  scribe_transcribe_options_init (&how);
  how.best_of = 1;
  how.temperature_step = 0;
  how.condition = FALSE;
  for (guint i = 0; i < paths->len; i++)
    {
      g_autoptr (ScribeAudioFile) audio = scribe_audio_file_open (g_ptr_array_index (paths, i), cancellable, error);
      g_autoptr (GString) text = g_string_new (NULL);
      const ScribeTranscribeEvents events = { .segment = append_segment, .data = text };

      if (audio == NULL || !scribe_engine_transcribe (engine, audio, &how, &events, NULL, cancellable, error))
        return NULL;
      /* the engine goes on where a device fails, and what another one wrote is not this one's */
      if (strcmp (scribe_engine_get_device (engine), device) != 0)
        {
          g_set_error_literal (error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE, scribe_engine_get_device_reason (engine));
          return NULL;
        }
      g_ptr_array_add (texts, g_strdup (text->str));
    }
  return g_steal_pointer (&texts);
}

gboolean
scribe_npu_compare_clips (const ScribeTrialOptions *options, ScribeClips *clips, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) paths = list_clips (options->clips, error);
  g_autoptr (GPtrArray) expected = paths ? read_clips (options, paths, "reference", FALSE, cancellable, error) : NULL;

  if (expected == NULL)
    return FALSE;
  *clips = (ScribeClips){ .n = paths->len };
  for (guint mode = 0; mode < SCRIBE_N_MODES; mode++)
    {
      g_autoptr (GPtrArray) found = read_clips (options, paths, device_of (options), mode == SCRIBE_MODE_FAST, cancellable,
                                                error);

      if (found == NULL)
        return FALSE;
      for (guint i = 0; i < paths->len; i++)
        clips->n_equal[mode] += strcmp (g_ptr_array_index (found, i), g_ptr_array_index (expected, i)) == 0;
    }
  return TRUE;
}
