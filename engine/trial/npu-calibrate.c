/* npu-calibrate.c - see npu-calibrate.h
 *
 * SPDX-License-Identifier: MIT
 */
#include "trial/npu-calibrate.h"

#include "audio/audio-file.h"
#include "decode/decoder.h"
#include "device/device.h"
#include "device/npu/npu-calibration.h"
#include "error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

typedef struct
{
  ScribeWhisperGraph *whisper;
  ScribeDevice *device;
  ScribePlan *plan;
  ScribeNpuCalibration *seen;
  float *samples;  /* of a window, and its margin */
  gsize n_samples; /* of a window */
} Listener;

static void
listener_clear (Listener *l)
{
  if (l->plan)
    scribe_device_plan_free (l->device, l->plan);
  g_clear_pointer (&l->device, scribe_device_close);
  g_clear_pointer (&l->seen, scribe_npu_calibration_free);
  g_clear_pointer (&l->whisper, scribe_whisper_graph_free);
  g_free (l->samples);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Listener, listener_clear)

void
scribe_calibration_clear (ScribeCalibration *calibration)
{
  g_free (calibration->path);
}

/* The processor runs the graph, and keeps what is looked at. */
static gboolean
listener_init (Listener *l, const char *path, GError **error)
{
  g_autoptr (ScribeModel) model = scribe_model_open (path, error);
  ScribeDeviceOptions options;

  if (model == NULL)
    return FALSE;
  l->whisper = scribe_whisper_graph_new (model);
  l->seen = scribe_npu_calibration_new (l->whisper->audio);
  l->n_samples = 2 * SCRIBE_HOP * (gsize) model->sizes.n_audio_ctx;
  l->samples = g_new0 (float, scribe_decoder_window_samples (model->sizes.n_audio_ctx));
  for (guint i = 0; i < l->whisper->audio->ops->len; i++)
    {
      const ScribeOp *op = g_ptr_array_index (l->whisper->audio->ops, i);

      if (scribe_npu_calibration_find (l->seen, op->name))
        scribe_graph_keep (l->whisper->audio, op->out, op->name);
    }
  options = scribe_device_options_of (l->whisper);
  options.n_threads = g_get_num_processors ();
  l->device = scribe_device_open ("cpu", &options, NULL, error);
  if (l->device)
    l->plan = scribe_device_prepare (l->device, l->whisper->audio, error);
  return l->plan != NULL;
}

static gboolean
listen (Listener *l, gsize n, GCancellable *cancellable, GError **error)
{
  const float *inputs[] = { l->samples };
  const ScribeRun run = { .inputs = inputs,
                          .n_ctx = (guint) ((n + 2 * SCRIBE_HOP - 1) / (2 * SCRIBE_HOP)),
                          .cancellable = cancellable };

  memset (l->samples + SCRIBE_WINDOW_MARGIN + n, 0, (l->n_samples - n) * sizeof *l->samples);
  if (!scribe_device_run (l->device, l->plan, &run, error))
    return FALSE;
  for (guint i = 0; i < l->whisper->audio->ops->len; i++)
    {
      const ScribeOp *op = g_ptr_array_index (l->whisper->audio->ops, i);
      ScribeNpuRanges *ranges = scribe_npu_calibration_find (l->seen, op->name);
      g_autofree float *x = NULL;

      if (ranges == NULL)
        continue;
      x = g_new (float, (gsize) run.n_ctx * ranges->n_cols);
      if (!scribe_device_read (l->device, l->plan, op->out, x))
        g_assert_not_reached ();
      scribe_npu_ranges_add (ranges, x, run.n_ctx);
    }
  return TRUE;
}

static gboolean
nothing_heard (ScribeCalibration *calibration, GError **error)
{
  if (calibration->seconds > 0)
    return FALSE;
  g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO, _ ("There is nothing to hear in these recordings."));
  return TRUE;
}

gboolean
scribe_npu_calibrate (const char *model,
                      const char *const *recordings,
                      void (*progress) (double seconds, gpointer data),
                      gpointer data,
                      ScribeCalibration *calibration,
                      GCancellable *cancellable,
                      GError **error)
{
  g_auto (Listener) l = { NULL };

  if (!listener_init (&l, model, error))
    return FALSE;
  for (guint i = 0; recordings[i] != NULL; i++)
    {
      g_autoptr (ScribeAudioFile) audio = scribe_audio_file_open (recordings[i], cancellable, error);
      gssize n;

      if (audio == NULL)
        return FALSE;
      while ((n = scribe_audio_file_read (audio, l.samples + SCRIBE_WINDOW_MARGIN, l.n_samples, error)) > 0)
        {
          if (!listen (&l, (gsize) n, cancellable, error))
            return FALSE;
          calibration->seconds += (double) n / SCRIBE_SAMPLE_RATE;
          if (progress)
            progress (calibration->seconds, data);
        }
      if (n < 0)
        return FALSE;
    }
  if (nothing_heard (calibration, error))
    return FALSE;
  calibration->n_tensors = l.seen->ranges->len;
  return scribe_npu_calibration_save (l.seen, &calibration->path, error);
}
