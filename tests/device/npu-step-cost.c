/* npu-step-cost.c - what a decode step costs the host, with an array that answers at once
 *
 *   npu-step-cost MODEL [STEPS]
 *
 * Steps of one token with one query are lowered, compared, shown, and their answers read, as always; only the array does nothing. Prints the median of
 * a step, and of an encoder run of another length than the last, in microseconds. For people; no test depends on a time.
 *
 * SPDX-License-Identifier: MIT
 */
#include "decode/decoder.h"
#include "decode/rules.h"
#include "device/npu/npu-private.h"
#include "model/model.h"

#include <stdio.h>

#define N_STEPS   2000
#define N_ENCODES 100
#define N_BEFORE  4 /* steps on the array, which answer what all others will be answered */
#define N_CTX     512

static gboolean
answer_at_once (NpuArray *array,
                const NpuArrayStream *streams,
                guint n_streams,
                const NpuMemory *buffers,
                guint n_buffers,
                GCancellable *cancellable,
                NpuReport *report,
                GError **error)
{
  report->timers = g_array_new (FALSE, FALSE, sizeof (NpuTimer));
  return TRUE;
}

static void
step (ScribeDecoder *decoder, guint position)
{
  const ScribeToken spoken[] = { decoder->special->timestamp, 0 };
  const ScribeStepToken token = { .id = decoder->special->start, .position = position };
  g_autoptr (GArray) tokens = g_array_new (FALSE, FALSE, sizeof (ScribeStepToken));
  g_autoptr (GArray) queries = g_array_new (FALSE, FALSE, sizeof (ScribeQuery));
  g_autoptr (GError) error = NULL;
  ScribeMask mask;

  scribe_rules_mask (decoder->rules, TRUE, spoken, G_N_ELEMENTS (spoken), &mask);
  g_array_append_val (tokens, token);
  g_array_append_vals (queries, &((ScribeQuery){ .mask = &mask, .n_top = 1, .probe = -1 }), 1);
  if (!scribe_decoder_step (decoder, tokens, queries, NULL, &error))
    g_error ("%s", error->message);
}

static void
encode (ScribeDecoder *decoder, guint n_ctx)
{
  g_autofree float *silence = g_new0 (float, scribe_decoder_window_samples (n_ctx));
  g_autoptr (GError) error = NULL;

  if (!scribe_decoder_encode (decoder, 0, silence, n_ctx, NULL, &error))
    g_error ("%s", error->message);
}

static int
by_size (const void *a, const void *b)
{
  const double *one = a, *other = b;

  return (*one > *other) - (*one < *other);
}

static double
median (double *times, guint n)
{
  qsort (times, n, sizeof *times, by_size);
  return times[n / 2] * 1e6;
}

static ScribeDevice *
open_device (const ScribeWhisperGraph *whisper, const ScribeModelSizes *sizes)
{
  const ScribeDeviceOptions options = { .n_caches = whisper->n_caches,
                                        .n_state = sizes->n_state,
                                        .n_text_ctx = sizes->n_text_ctx,
                                        .n_audio_ctx = sizes->n_audio_ctx,
                                        .n_sequences = 1,
                                        .n_windows = 1,
                                        .n_threads = 1,
                                        .fast = TRUE,
                                        .n_columns = NPU_MAX_COLUMNS };
  g_autoptr (GError) error = NULL;
  ScribeDevice *device = scribe_device_open ("emulator", &options, NULL, &error);

  if (device == NULL)
    g_error ("%s", error->message);
  return device;
}

static void
measure (ScribeDecoder *decoder, NpuArray *array, guint n_steps)
{
  g_autofree double *times = g_new (double, MAX (n_steps, N_ENCODES));
  const NpuArrayClass *klass = array->klass;
  NpuArrayClass at_once = *klass;

  at_once.run = answer_at_once;
  array->klass = &at_once;
  for (guint i = 0; i < n_steps; i++)
    {
      const double start = npu_host_seconds ();

      step (decoder, N_BEFORE + i % 200);
      times[i] = npu_host_seconds () - start;
    }
  printf ("%.1f us a step\n", median (times, n_steps));
  for (guint i = 0; i < N_ENCODES; i++)
    {
      const double start = npu_host_seconds ();

      encode (decoder, N_CTX - 64 * (i % 2));
      times[i] = npu_host_seconds () - start;
    }
  printf ("%.1f us an encoder run of another length\n", median (times, N_ENCODES));
  array->klass = klass;
}

/* The decoder takes the model, its graphs and the device over. */
static ScribeDecoder *
open_decoder (const char *path, NpuArray **array, GError **error)
{
  ScribeModel *model = scribe_model_open (path, error);
  ScribeWhisperGraph *whisper = model ? scribe_whisper_graph_new (model) : NULL;
  ScribeDevice *device = whisper ? open_device (whisper, &model->sizes) : NULL;

  *array = device ? ((NpuDevice *) device)->array : NULL;
  return device ? scribe_decoder_new (whisper, device, 1, 1, error) : NULL;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  NpuArray *array = NULL;
  g_autoptr (ScribeDecoder) decoder = argc > 1 ? open_decoder (argv[1], &array, &error) : NULL;

  if (decoder == NULL)
    {
      fprintf (stderr, "%s\n", error ? error->message : "Usage: npu-step-cost MODEL [STEPS]");
      return 2;
    }
  encode (decoder, N_CTX);
  for (guint i = 0; i < N_BEFORE; i++)
    step (decoder, i);
  measure (decoder, array, argc > 2 ? (guint) CLAMP (g_ascii_strtoull (argv[2], NULL, 10), 1, 1000000) : N_STEPS);
  return 0;
}
