/* fixture.c - a decoder on a real device, and a window in it
 *
 * SPDX-License-Identifier: MIT
 */
#include "fixture.h"

#include "decode/samples.h"
#include "sound.h"

Golden *
fixture_golden (void)
{
  Golden *golden = golden_open ();

  if (golden == NULL)
    g_test_skip ("there are no golden values without Python and numpy");
  return golden;
}

char *
fixture_model_path (Golden *golden, const char *model)
{
  if (g_str_equal (model, "starter"))
    return g_build_filename (g_getenv ("TILESCRIBE_DATA"), "models", "starter-en.bin", NULL);
  return golden_model_path (golden, model);
}

ScribeDecoder *
fixture_decoder (const char *path, const char *device, guint n_windows, guint n_beams)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeModel) model = scribe_model_open (path, &error);
  ScribeWhisperGraph *whisper;
  ScribeDeviceOptions options;
  ScribeDevice *opened;
  ScribeDecoder *decoder;

  g_assert_no_error (error);
  whisper = scribe_whisper_graph_new (model);
  options = (ScribeDeviceOptions){ .n_caches = whisper->n_caches,
                                   .n_state = model->sizes.n_state,
                                   .n_text_ctx = model->sizes.n_text_ctx,
                                   .n_audio_ctx = model->sizes.n_audio_ctx,
                                   .n_sequences = n_windows * n_beams,
                                   .n_windows = n_windows,
                                   .n_threads = 2 };
  opened = scribe_device_open (device, &options, NULL, &error);
  g_assert_no_error (error);
  decoder = scribe_decoder_new (whisper, opened, n_windows, n_beams, &error);
  g_assert_no_error (error);
  return decoder;
}

void
fixture_encode (ScribeDecoder *decoder, guint window, const char *clip, guint first_frame)
{
  g_autofree char *path = sound_clip_path (clip);
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeAudioFile) file = scribe_audio_file_open (path, NULL, &error);
  g_autoptr (ScribeSamples) samples = scribe_samples_new (scribe_source_of_file (file));
  guint n_ctx = decoder->model->sizes.n_audio_ctx;
  gsize n_samples = scribe_decoder_window_samples (n_ctx);
  g_autofree float *input = g_new (float, n_samples);

  g_assert_true (scribe_samples_read (samples, first_frame + 2 * n_ctx, &error));
  scribe_samples_window (samples, first_frame, MIN (2 * n_ctx, scribe_samples_get_n_frames (samples) - first_frame), input,
                         n_samples);
  scribe_decoder_encode (decoder, window, input, n_ctx, NULL, &error);
  g_assert_no_error (error);
}

GArray *
fixture_prompt (ScribeDecoder *decoder, gboolean timestamps)
{
  ScribeTranscribeOptions options = { .timestamps = timestamps };
  GArray *prompt = scribe_window_start_sequence (decoder, &options, scribe_language_index ("en"));

  if (!timestamps)
    g_array_append_val (prompt, decoder->special->no_timestamps);
  return prompt;
}

void
fixture_search_options (ScribeDecoder *decoder, const GArray *prompt, gboolean timestamps, ScribeSearchOptions *options)
{
  *options = (ScribeSearchOptions){ .rules = decoder->rules,
                                    .special = decoder->special,
                                    .n_vocab = decoder->model->sizes.n_vocab,
                                    .timestamps = timestamps,
                                    .n_beams = 1,
                                    .max_tokens = decoder->model->sizes.n_text_ctx / 2,
                                    .prompt = (const ScribeToken *) (void *) prompt->data,
                                    .n_prompt = prompt->len };
}

ScribeSearch *
fixture_search (ScribeDecoder *decoder, const ScribeSearchOptions *options)
{
  ScribeSearch *search = scribe_search_new (options);

  while (!scribe_search_is_done (search))
    {
      g_autoptr (GArray) tokens = g_array_new (FALSE, FALSE, sizeof (ScribeStepToken));
      g_autoptr (GArray) queries = g_array_new (FALSE, FALSE, sizeof (ScribeQuery));
      g_autoptr (GError) error = NULL;

      scribe_search_fill (search, tokens, queries);
      scribe_decoder_step (decoder, tokens, queries, NULL, &error);
      g_assert_no_error (error);
      scribe_search_take (search, (const ScribeQuery *) (void *) queries->data, decoder->device);
    }
  return search;
}
