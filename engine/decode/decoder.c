/* decoder.c - a model on a device, as the search sees it
 *
 * SPDX-License-Identifier: MIT
 */
#include "decode/decoder.h"

#include <math.h>

ScribeDecoder *
scribe_decoder_new (ScribeWhisperGraph *whisper, ScribeDevice *device, guint n_windows, guint n_beams, GError **error)
{
  g_autoptr (ScribeDecoder) decoder = g_new0 (ScribeDecoder, 1);

  decoder->whisper = whisper;
  decoder->model = whisper->model;
  decoder->special = scribe_tokenizer_specials (whisper->model->tokenizer);
  decoder->rules = scribe_rules_new (whisper->model->tokenizer, whisper->model->sizes.n_vocab);
  decoder->device = device;
  decoder->n_windows = n_windows;
  decoder->n_beams = n_beams;
  decoder->audio = scribe_device_prepare (device, whisper->audio, error);
  if (decoder->audio == NULL)
    return NULL;
  decoder->text = scribe_device_prepare (device, whisper->text, error);
  return decoder->text ? g_steal_pointer (&decoder) : NULL;
}

void
scribe_decoder_free (ScribeDecoder *decoder)
{
  if (decoder->audio)
    scribe_device_plan_free (decoder->device, decoder->audio);
  if (decoder->text)
    scribe_device_plan_free (decoder->device, decoder->text);
  scribe_device_close (decoder->device);
  scribe_rules_free (decoder->rules);
  scribe_whisper_graph_free (decoder->whisper);
  scribe_run_stats_clear (&decoder->stats);
  g_free (decoder);
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
  double mel = scribe_profile_seconds (decoder->device->profile, "mel.");
  double encoder = scribe_profile_seconds (decoder->device->profile, "encoder.");

  if (!scribe_device_run (decoder->device, decoder->audio, &run, error))
    return FALSE;
  decoder->stats.mel += scribe_profile_seconds (decoder->device->profile, "mel.") - mel;
  decoder->stats.encode += scribe_profile_seconds (decoder->device->profile, "encoder.") - encoder;
  decoder->stats.n_windows++;
  return TRUE;
}

gboolean
scribe_decoder_step (ScribeDecoder *decoder, GArray *tokens, GArray *queries, GCancellable *cancellable, GError **error)
{
  ScribeRun run = { .n_tokens = tokens->len,
                    .tokens = (const ScribeStepToken *) (void *) tokens->data,
                    .n_queries = queries->len,
                    .queries = (ScribeQuery *) (void *) queries->data,
                    .cancellable = cancellable };
  gint64 start = g_get_monotonic_time ();
  gboolean ok = scribe_device_run (decoder->device, decoder->text, &run, error);

  decoder->stats.decode += (g_get_monotonic_time () - start) * 1e-6;
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
