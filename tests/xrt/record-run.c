/* record-run.c - writes down one run of the emulator: its streams, the buffers before, and the buffers after
 *
 *   record-run COLUMNS FILE
 *
 * A window through the starter model's encoder, from samples to the cross cache. For replay.cpp, which has XRT do the same. All numbers of the file are 64 bits wide: for
 * each of as many streams as are told the length of its program's name, the name, its words; then for each of as many buffers as are told: size, contents before,
 * contents after.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-mel.h"
#include "device/npu/npu-private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define N_CTX 60

static void
put (FILE *file, gconstpointer data, gsize size)
{
  if (size && fwrite (data, size, 1, file) != 1)
    g_error ("The recording cannot be written");
}

static void
put_number (FILE *file, guint64 number)
{
  put (file, &number, sizeof number);
}

/* Something to hear: two tones. */
static void
write_samples (ScribePlan *plan)
{
  const guint n = 2 * SCRIBE_HOP * N_CTX + 240;
  g_autofree float *samples = g_new (float, n);
  float factor;

  for (guint i = 0; i < n; i++)
    samples[i] = 0.3f * sinf (0.05f * (float) i) + 0.1f * sinf (0.31f * (float) i);
  factor = scribe_npu_mel_quantise (samples, n, (gint16 *) (gpointer) (plan->work.data + plan->mel.samples));
  plan->mel.scale = scribe_npu_mel_power_scale (factor);
}

static void
put_streams (const ScribePlan *plan, FILE *file)
{
  put_number (file, plan->n_parts);
  for (guint i = 0; i < plan->n_parts; i++)
    {
      const ScribeNpuTransaction *transaction = &((const NpuPart *) g_ptr_array_index (plan->parts, i))->transaction;
      const char *program = tile_program_name ((TileProgramId) transaction->program);

      put_number (file, strlen (program));
      put (file, program, strlen (program));
      put_number (file, transaction->n_words);
      put (file, transaction->words, transaction->n_words * sizeof *transaction->words);
    }
}

static void
record (NpuDevice *device, ScribePlan *plan, FILE *file)
{
  const ScribeRun run = { .n_ctx = N_CTX };
  NpuLower lower = { .device = device, .plan = plan, .run = &run };
  g_autoptr (GError) error = NULL;
  g_auto (NpuReport) report = { 0 };

  write_samples (plan);
  npu_lower_run (&lower);
  if (!npu_show (plan, &error))
    g_error ("%s", error->message);
  {
    const NpuMemory buffers[NPU_N_BUFFERS] = { [NPU_BUFFER_WEIGHTS] = plan->weights,
                                               [NPU_BUFFER_WORK] = plan->work,
                                               [NPU_BUFFER_CACHES] = device->caches,
                                               [NPU_BUFFER_CONTROL] = plan->shown_control };
    gpointer before[NPU_N_BUFFERS];

    for (guint i = 0; i < NPU_N_BUFFERS; i++)
      before[i] = g_memdup2 (buffers[i].data, buffers[i].size);
    if (!npu_submit (device, (NpuPart *const *) plan->parts->pdata, plan->n_parts, buffers, NPU_N_BUFFERS, NULL, &report, &error))
      g_error ("%s", error->message);
    put_streams (plan, file);
    put_number (file, NPU_N_BUFFERS);
    for (guint i = 0; i < NPU_N_BUFFERS; i++)
      {
        put_number (file, buffers[i].size);
        put (file, before[i], buffers[i].size);
        put (file, buffers[i].data, buffers[i].size);
        g_free (before[i]);
      }
  }
}

int
main (int argc, char **argv)
{
  g_autofree char *path = g_build_filename (g_getenv ("TILESCRIBE_DATA"), "models", "starter-en.bin", NULL);
  g_autoptr (GError) error = NULL;
  ScribeModel *model = scribe_model_open (path, &error);
  ScribeWhisperGraph *whisper;
  ScribeDevice *device;
  ScribePlan *plan;
  FILE *file;

  if (model == NULL || argc != 3)
    g_error ("%s", error ? error->message : "Usage: record-run COLUMNS FILE");
  whisper = scribe_whisper_graph_new (model);
  device = scribe_device_open ("emulator",
                               &(ScribeDeviceOptions){ .n_caches = whisper->n_caches,
                                                       .n_state = model->sizes.n_state,
                                                       .n_text_ctx = model->sizes.n_text_ctx,
                                                       .n_audio_ctx = model->sizes.n_audio_ctx,
                                                       .n_sequences = 1,
                                                       .n_windows = 1,
                                                       .n_threads = 1,
                                                       .n_columns = (guint) g_ascii_strtoull (argv[1], NULL, 10) },
                               NULL, &error);
  plan = device ? scribe_device_prepare (device, whisper->audio, &error) : NULL;
  file = fopen (argv[2], "wb");
  if (plan == NULL || file == NULL)
    g_error ("%s", error ? error->message : "The recording cannot be written");
  record ((NpuDevice *) device, plan, file);
  if (fclose (file) != 0)
    g_error ("The recording cannot be written");
  scribe_device_plan_free (device, plan);
  scribe_device_close (device);
  scribe_whisper_graph_free (whisper);
  scribe_model_unref (model);
  return 0;
}
