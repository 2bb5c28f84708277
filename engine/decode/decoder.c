/* decoder.c - a model on a device, as the search sees it
 *
 * SPDX-License-Identifier: MIT
 */
#include "decode/decoder.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define FALLBACK "cpu" /* takes over from a device that failed */

static void
close_device (ScribeDecoder *decoder)
{
  if (decoder->device == NULL)
    return;
  scribe_device_plan_free (decoder->device, decoder->audio);
  scribe_device_plan_free (decoder->device, decoder->text);
  scribe_device_close (decoder->device);
}

/* The decoder's device from now on; it is taken over in any case. */
static gboolean
set_device (ScribeDecoder *decoder, ScribeDevice *device, GError **error)
{
  ScribePlan *audio = scribe_device_prepare (device, decoder->whisper->audio, error);
  ScribePlan *text = audio ? scribe_device_prepare (device, decoder->whisper->text, error) : NULL;

  if (text == NULL)
    {
      if (audio)
        scribe_device_plan_free (device, audio);
      scribe_device_close (device);
      return FALSE;
    }
  close_device (decoder);
  decoder->device = device;
  decoder->audio = audio;
  decoder->text = text;
  return TRUE;
}

ScribeDecoder *
scribe_decoder_new (ScribeWhisperGraph *whisper, ScribeDevice *device, guint n_windows, guint n_beams, GError **error)
{
  g_autoptr (ScribeDecoder) decoder = g_new0 (ScribeDecoder, 1);

  decoder->whisper = whisper;
  decoder->model = whisper->model;
  decoder->special = scribe_tokenizer_specials (whisper->model->tokenizer);
  decoder->rules = scribe_rules_new (whisper->model->tokenizer, whisper->model->sizes.n_vocab);
  decoder->n_windows = n_windows;
  decoder->n_beams = n_beams;
  return set_device (decoder, device, error) ? g_steal_pointer (&decoder) : NULL;
}

void
scribe_decoder_free (ScribeDecoder *decoder)
{
  close_device (decoder);
  scribe_rules_free (decoder->rules);
  scribe_whisper_graph_free (decoder->whisper);
  scribe_run_stats_clear (&decoder->stats);
  g_free (decoder->failure);
  g_free (decoder);
}

/* The CPU, if it can be had, in the place of the device that failed for this reason. */
static void
replace_device (ScribeDecoder *decoder, const GError *reason)
{
  const char *failed = decoder->device->klass->name;
  ScribeDevice *device;

  if (strcmp (failed, FALLBACK) == 0)
    return;
  device = scribe_device_open (FALLBACK, &decoder->device->options, NULL, NULL);
  if (device == NULL || !set_device (decoder, device, NULL))
    return;
  decoder->n_failed++;
  g_free (decoder->failure);
  /* of a report of many lines the first is the sentence */
  decoder->failure = g_strdup_printf (_ ("“%s” failed, and the CPU went on: %.*s"), failed, (int) strcspn (reason->message, "\n"),
                                      reason->message);
}

/* TRUE where a device run that failed for this reason is to be run again: it was interrupted, and nothing stands in its way any more. */
static gboolean
is_to_go_on (ScribeDecoder *decoder, const GError *reason)
{
  return g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED) && decoder->events && decoder->events->interrupted
         && decoder->events->interrupted (decoder->events->data);
}

/* After a run that failed: TRUE where it is to be made again. n_failed: of the decoder before the run, within which another may have met the end of
 * the device. */
static gboolean
makes_again (ScribeDecoder *decoder, guint n_failed, GError *reason, GError **error)
{
  if (!g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    replace_device (decoder, reason);
  else if (is_to_go_on (decoder, reason) && decoder->n_failed == n_failed)
    {
      g_error_free (reason);
      return TRUE;
    }
  g_propagate_error (error, reason);
  return FALSE;
}

gboolean
scribe_decoder_is_cancelled (ScribeDecoder *decoder, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (!g_cancellable_set_error_if_cancelled (cancellable, &reason) || is_to_go_on (decoder, reason))
    return FALSE;
  g_propagate_error (error, g_steal_pointer (&reason));
  return TRUE;
}

/* What the array's time went to since "before", in a run that ended well. */
static void
note_array_times (ScribeDecoder *decoder, const ScribeArrayTimes *before)
{
  ScribeArrayTimes now;

  scribe_profile_get_array_times (decoder->device->profile, &now);
  scribe_array_times_add (&decoder->stats.array, before, &now);
}

gsize
scribe_decoder_window_samples (guint n_ctx)
{
  return (gsize) 2 * n_ctx * SCRIBE_HOP + 2 * SCRIBE_WINDOW_MARGIN;
}

gboolean
scribe_decoder_encode (ScribeDecoder *decoder,
                       guint window,
                       const float *samples,
                       guint n_ctx,
                       GCancellable *cancellable,
                       GError **error)
{
  ScribeRun run = { .inputs = &samples, .n_ctx = n_ctx, .window = window, .cancellable = cancellable };
  const guint n_failed = decoder->n_failed;
  ScribeArrayTimes before;
  double mel, encoder;

  for (gboolean done = FALSE; !done;)
    {
      GError *reason = NULL;

      mel = scribe_profile_seconds (decoder->device->profile, "mel.");
      encoder = scribe_profile_seconds (decoder->device->profile, "encoder.");
      scribe_profile_get_array_times (decoder->device->profile, &before);
      done = scribe_device_run (decoder->device, decoder->audio, &run, &reason);
      if (!done && !makes_again (decoder, n_failed, reason, error))
        return FALSE;
    }
  decoder->stats.mel += scribe_profile_seconds (decoder->device->profile, "mel.") - mel;
  decoder->stats.encode += scribe_profile_seconds (decoder->device->profile, "encoder.") - encoder;
  note_array_times (decoder, &before);
  decoder->stats.n_windows++;
  return TRUE;
}

gboolean
scribe_decoder_run_text (ScribeDecoder *decoder, const ScribeRun *run, double *seconds, GError **error)
{
  const guint n_failed = decoder->n_failed;

  for (;;)
    {
      GError *reason = NULL;
      gint64 start = g_get_monotonic_time ();
      ScribeArrayTimes before;
      gboolean done;

      scribe_profile_get_array_times (decoder->device->profile, &before);
      done = scribe_device_run (decoder->device, decoder->text, run, &reason);
      *seconds = (g_get_monotonic_time () - start) * 1e-6;
      if (done)
        {
          note_array_times (decoder, &before);
          return TRUE;
        }
      if (!makes_again (decoder, n_failed, reason, error))
        return FALSE;
    }
}

gboolean
scribe_decoder_step (ScribeDecoder *decoder, GArray *tokens, GArray *queries, GCancellable *cancellable, GError **error)
{
  ScribeRun run = { .n_tokens = tokens->len,
                    .tokens = (const ScribeStepToken *) (void *) tokens->data,
                    .n_queries = queries->len,
                    .queries = (ScribeQuery *) (void *) queries->data,
                    .cancellable = cancellable };
  double seconds;
  gboolean ok = scribe_decoder_run_text (decoder, &run, &seconds, error);

  decoder->stats.decode += seconds;
  decoder->stats.n_steps++;
  return ok;
}

gboolean
scribe_decoder_detect_language (ScribeDecoder *decoder,
                                guint window,
                                guint *language,
                                float *probability,
                                GCancellable *cancellable,
                                GError **error)
{
  g_autoptr (GArray) tokens = g_array_new (FALSE, FALSE, sizeof (ScribeStepToken));
  g_autoptr (GArray) queries = g_array_new (FALSE, FALSE, sizeof (ScribeQuery));
  ScribeStepToken start = { decoder->special->start, 0, window * decoder->n_beams, window };
  ScribeQuery query = { .n_top = 1, .probe = -1 };
  const ScribeQuery *answer;
  ScribeMask mask;

  *language = scribe_language_index ("en");
  *probability = 1;
  if (!decoder->special->multilingual)
    return TRUE;

  scribe_rules_language_mask (decoder->rules, &mask);
  query.mask = &mask;
  g_array_append_val (tokens, start);
  g_array_append_val (queries, query);
  if (!scribe_decoder_step (decoder, tokens, queries, cancellable, error))
    return FALSE;

  answer = &g_array_index (queries, ScribeQuery, 0);
  if (answer->text.n > 0)
    {
      *language = answer->text.top[0].token - decoder->special->language;
      *probability = expf (answer->text.top[0].logit - answer->text.log_sum_exp);
    }
  return TRUE;
}
