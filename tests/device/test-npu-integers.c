/* test-npu-integers.c - calibration, and the encoder in the 8-bit integers that it allows
 *
 * Bounds are of the relative L2 error of the encoder's output against the reference device. Ranges are kept in a cache of the test's own.
 *
 * SPDX-License-Identifier: MIT
 */
#include "audio/audio-file.h"
#include "decode/decoder.h"
#include "device/device.h"
#include "device/npu/npu-calibration.h"
#include "error.h"
#include "trial/npu-calibrate.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define N_CTX 128

static char *
clip (const char *name)
{
  return g_test_build_filename (G_TEST_DIST, "data", name, NULL);
}

static char *
starter (void)
{
  return g_build_filename (g_getenv ("TILESCRIBE_DATA"), "models", "starter-en.bin", NULL);
}

/* What calibration keeps after it has heard these clips; freed by the caller. */
static char *
calibrate (const char *one, const char *other)
{
  g_autofree char *model = starter (), *a = clip (one), *b = clip (other);
  const char *recordings[] = { a, b, NULL };
  ScribeCalibration calibration = { 0 };
  g_autoptr (GError) error = NULL;

  scribe_npu_calibrate (model, recordings, NULL, NULL, &calibration, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (calibration.seconds, >, 2);
  g_assert_cmpuint (calibration.n_tensors, ==, 3 * 4); /* two norms and a GELU of each layer */
  return calibration.path;
}

static ScribeModel *
open_starter (void)
{
  g_autofree char *path = starter ();
  g_autoptr (GError) error = NULL;
  ScribeModel *model = scribe_model_open (path, &error);

  g_assert_no_error (error);
  return model;
}

static ScribeDevice *
open_device (const ScribeWhisperGraph *whisper, const char *name, gboolean integers)
{
  ScribeDeviceOptions options = scribe_device_options_of (whisper);
  g_autoptr (GError) error = NULL;
  ScribeDevice *device;

  options.integers = integers;
  device = scribe_device_open (name, &options, NULL, &error);
  g_assert_no_error (error);
  return device;
}

/* The encoder's output [N_CTX, n_state] for the beginning of a clip. */
static float *
encode (const ScribeWhisperGraph *whisper, const char *name, gboolean integers, const char *speech, gsize *n)
{
  g_autoptr (ScribeDevice) device = open_device (whisper, name, integers);
  g_autofree float *samples = g_new0 (float, scribe_decoder_window_samples (whisper->model->sizes.n_audio_ctx));
  g_autofree char *path = clip (speech);
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeAudioFile) audio = scribe_audio_file_open (path, NULL, &error);
  const float *inputs[] = { samples };
  const ScribeRun run = { .inputs = inputs, .n_ctx = N_CTX };
  ScribePlan *plan = scribe_device_prepare (device, whisper->audio, &error);
  float *values = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (scribe_audio_file_read (audio, samples + SCRIBE_WINDOW_MARGIN, 2 * SCRIBE_HOP * N_CTX, &error), >, 0);
  scribe_device_run (device, plan, &run, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < whisper->audio->tensors->len; i++)
    {
      const ScribeTensor *tensor = g_ptr_array_index (whisper->audio->tensors, i);

      if (strcmp (tensor->name, "encoder") != 0)
        continue;
      *n = (gsize) N_CTX * tensor->n_cols;
      values = g_new (float, *n);
      g_assert_true (scribe_device_read (device, plan, tensor, values));
    }
  scribe_device_plan_free (device, plan);
  return values;
}

/* Calibrated on other sentences than it is tried with. */
static void
test_encoder (void)
{
  g_autofree char *kept = calibrate ("weather.wav", "meeting.wav");
  g_autoptr (ScribeModel) model = open_starter ();
  g_autoptr (ScribeWhisperGraph) whisper = scribe_whisper_graph_new (model);
  gsize n = 0;
  g_autofree float *expected = encode (whisper, "reference", FALSE, "fox.wav", &n);
  g_autofree float *found = encode (whisper, "emulator", TRUE, "fox.wav", &n);
  double wrong = 0, all = 0;

  for (gsize i = 0; i < n; i++)
    {
      wrong += ((double) found[i] - expected[i]) * ((double) found[i] - expected[i]);
      all += (double) expected[i] * expected[i];
    }
  g_test_message ("relative error %.3f %%", 100 * sqrt (wrong / all));
  g_assert_cmpfloat (sqrt (wrong / all), <, 0.03);
  g_assert_cmpfloat (sqrt (wrong / all), >, 0.002); /* so they are integers */
}

/* The plan cannot be made; the sentence names the command that mends it. */
static void
assert_refused (const ScribeWhisperGraph *whisper, const char *what)
{
  g_autoptr (ScribeDevice) device = open_device (whisper, "emulator", TRUE);
  g_autoptr (GError) error = NULL;

  g_assert_null (scribe_device_prepare (device, whisper->audio, &error));
  g_assert_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE);
  g_assert_nonnull (strstr (error->message, "tilescribe calibrate"));
  if (what)
    g_assert_nonnull (strstr (error->message, what));
}

static void
test_not_calibrated (void)
{
  g_autofree char *kept = calibrate ("weather.wav", "meeting.wav");
  g_autoptr (ScribeModel) model = open_starter ();
  g_autoptr (ScribeWhisperGraph) whisper = scribe_whisper_graph_new (model);

  g_assert_cmpint (g_unlink (kept), ==, 0);
  assert_refused (whisper, NULL);
}

/* Of every length but its own, and with values that are no ranges. */
static void
test_damaged (void)
{
  g_autofree char *kept = calibrate ("weather.wav", "meeting.wav"), *contents = NULL;
  g_autoptr (ScribeModel) model = open_starter ();
  g_autoptr (ScribeWhisperGraph) whisper = scribe_whisper_graph_new (model);
  gsize n, n_refused = 0;

  g_assert_true (g_file_get_contents (kept, &contents, &n, NULL));
  for (gsize length = 0; length < n; length += 1 + n / 50)
    {
      g_assert_true (g_file_set_contents (kept, contents, (gssize) length, NULL));
      assert_refused (whisper, "damaged");
    }
  for (gsize i = 0; i < n; i += 1 + n / 500)
    {
      g_autoptr (ScribeNpuCalibration) calibration = NULL;
      g_autoptr (GError) error = NULL;

      contents[i] ^= 0x7f;
      g_assert_true (g_file_set_contents (kept, contents, (gssize) n, NULL));
      calibration = scribe_npu_calibration_load (whisper->audio, &error);
      n_refused += calibration == NULL;
      for (guint r = 0; calibration && r < calibration->ranges->len; r++)
        g_assert_true (isfinite (g_array_index (calibration->ranges, ScribeNpuRanges, r).most));
      contents[i] ^= 0x7f;
    }
  g_assert_cmpuint (n_refused, >, 0);
  g_unlink (kept);
}

static void
test_silence_teaches_nothing (void)
{
  g_autofree char *model = starter (), *path = NULL;
  const char *recordings[] = { NULL, NULL };
  g_auto (ScribeCalibration) calibration = { 0 };
  g_autoptr (GError) error = NULL;
  /* a WAV file without a sample */
  static const guint8 empty[] = "RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x80\x3e\0\0\0\x7d\0\0\2\0\x10\0data\0\0\0";

  path = g_build_filename (g_get_user_cache_dir (), "empty.wav", NULL);
  g_assert_true (g_file_set_contents (path, (const char *) empty, sizeof empty, NULL));
  recordings[0] = path;
  g_assert_false (scribe_npu_calibrate (model, recordings, NULL, NULL, &calibration, NULL, &error));
  g_assert_error (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO);
  g_assert_null (calibration.path);
}

int
main (int argc, char **argv)
{
  g_autofree char *cache = g_dir_make_tmp ("tilescribe-integers-XXXXXX", NULL);
  g_autofree char *remove = g_strdup_printf ("rm -rf '%s'", cache);
  int status;

  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/npu/integers/encoder", test_encoder);
  g_test_add_func ("/npu/integers/not-calibrated", test_not_calibrated);
  g_test_add_func ("/npu/integers/damaged", test_damaged);
  g_test_add_func ("/npu/integers/silence-teaches-nothing", test_silence_teaches_nothing);
  status = g_test_run ();
  g_spawn_command_line_sync (remove, NULL, NULL, NULL, NULL);
  return status;
}
