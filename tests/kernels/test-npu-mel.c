/* test-npu-mel.c - a mel spectrum as the array computes it, held against the reference device
 *
 * Samples, transform and filters are made as for the array and go through the ops of one compute tile, group by group and band by band.
 *
 * SPDX-License-Identifier: MIT
 */
#include "mock-core.h"

#include "device/device.h"
#include "device/npu/npu-mel.h"
#include "error.h"
#include "tile/kernels.h"

#include <math.h>
#include <string.h>

#define N_BIN_OBJECTS (SCRIBE_NPU_N_BIN_TILES * SCRIBE_NPU_BIN_TILE / TILE_F32_COLS)

/* Of log-mel as the model sees it: a quarter of log10. Rounding to 16 bits is 98 dB below the loudest sample, so samples that were not of 16 bits lose
 * a little of what is 80 dB below the loudest band. */
#define TOLERANCE         1e-4
#define TOLERANCE_ROUNDED 1e-2

typedef struct
{
  guint n_frames, n_samples; /* of the window with its context: 160 n_frames + 240 */
  float *samples;
} Window;

static Window *
window_new (guint n_frames)
{
  Window *window = g_new (Window, 1);

  window->n_frames = n_frames;
  window->n_samples = SCRIBE_HOP * n_frames + 240;
  window->samples = g_new0 (float, window->n_samples);
  return window;
}

static void
window_free (Window *window)
{
  g_free (window->samples);
  g_free (window);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Window, window_free)

/* Speech of 16 bits, after a little silence */
static Window *
speech (const char *name)
{
  enum
  {
    HEADER = 44
  };
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", name, NULL);
  g_autofree char *bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;
  const gint16 *samples;
  Window *window;

  g_file_get_contents (path, &bytes, &size, &error);
  g_assert_no_error (error);
  samples = (const gint16 *) (gconstpointer) (bytes + HEADER);
  size = (size - HEADER) / sizeof (gint16);
  window = window_new (size / SCRIBE_HOP / 2 * 2 + 20);
  for (gsize i = 0; i < size; i++)
    window->samples[1000 + i] = (float) samples[i] / 32768;
  return window;
}

static double
slaney (double mel)
{
  return mel < 15 ? mel * 200 / 3 : 1000 * exp ((mel - 15) * log (6.4) / 27);
}

/* Triangles of equal area [n_mels, 201], as tests/reference/mel.py has them */
static float *
slaney_filters (guint n_mels)
{
  const double top = 15 + 27 * log (8) / log (6.4); /* 8 kHz */
  float *filters = g_new (float, (gsize) n_mels *SCRIBE_N_BINS);

  for (guint m = 0; m < n_mels; m++)
    for (guint bin = 0; bin < SCRIBE_N_BINS; bin++)
      {
        double low = slaney (top * m / (n_mels + 1)), mid = slaney (top * (m + 1) / (n_mels + 1)),
               high = slaney (top * (m + 2) / (n_mels + 1)), hz = 40. * bin;

        filters[m * SCRIBE_N_BINS + bin] = (float) (MAX (0, MIN ((hz - low) / (mid - low), (high - hz) / (high - mid))) * 2
                                                    / (high - low));
      }
  return filters;
}

/* Power of the reference device [n_frames, 201], and its log-mel [n_frames, n_mels] */
static void
reference (const Window *window, const ScribeWeight *filters, float **power, float **mel)
{
  const ScribeDeviceOptions options = {
    .n_state = 64, .n_text_ctx = 1, .n_audio_ctx = 1500, .n_sequences = 1, .n_windows = 1, .n_threads = 1
  };
  const float *inputs[] = { window->samples };
  const ScribeRun run = { .inputs = inputs, .n_ctx = window->n_frames / 2 };
  g_autoptr (ScribeGraph) graph = scribe_graph_new ();
  g_autoptr (GError) error = NULL;
  ScribeDevice *device = scribe_device_open ("reference", &options, NULL, &error);
  const ScribeTensor *of_bins = scribe_graph_spectrum (graph, "spectrum", scribe_graph_input (graph, SCRIBE_ROWS_SAMPLES, 0));
  const ScribeTensor *of_bands = scribe_graph_log_mel (graph, "mel", of_bins, filters);
  ScribePlan *plan;

  g_assert_no_error (error);
  scribe_graph_keep (graph, of_bins, "power");
  scribe_graph_keep (graph, of_bands, "mel");
  plan = scribe_device_prepare (device, graph, &error);
  g_assert_no_error (error);
  scribe_device_run (device, plan, &run, &error);
  g_assert_no_error (error);

  *power = g_new (float, (gsize) window->n_frames *SCRIBE_N_BINS);
  *mel = g_new (float, (gsize) window->n_frames * filters->n_rows);
  g_assert_true (scribe_device_read (device, plan, of_bins, *power));
  g_assert_true (scribe_device_read (device, plan, of_bands, *mel));
  scribe_device_plan_free (device, plan);
  scribe_device_close (device);
}

/* The spectrum's results: for each 72 frames 14 objects of 16 bins. Samples are cut into frames as the shim's DMA would. */
static MockCore *
array_power (const TileKernels *kernels, const Window *window)
{
  const guint n_rounds = (window->n_frames + TILE_I16_ROWS - 1) / TILE_I16_ROWS;
  g_autofree gint16 *samples = g_new0 (gint16, (n_rounds * TILE_I16_ROWS + 3) * SCRIBE_HOP);
  MockCore *core = mock_core_new (0);
  TileControl control = { .op = TILE_OP_SPECTRUM };
  guint64 cycles;

  control.spectrum.n_rounds = n_rounds;
  control.spectrum.n_tiles = control.spectrum.n_own = SCRIBE_NPU_N_BIN_TILES;
  control.spectrum.n_steps = SCRIBE_NPU_SPECTRUM_STEPS;
  control.spectrum.scale = scribe_npu_mel_power_scale (scribe_npu_mel_quantise (window->samples, window->n_samples, samples));
  mock_core_feed (core, TILE_STREAM_B, &control, sizeof control);
  for (guint round = 0; round < n_rounds; round++)
    for (guint tile = 0; tile < SCRIBE_NPU_N_BIN_TILES; tile++)
      for (guint step = 0; step < SCRIBE_NPU_SPECTRUM_STEPS; step++)
        {
          gint16 frames[TILE_I16_ROWS * TILE_I16_COLS];

          for (guint f = 0; f < TILE_I16_ROWS; f++)
            memcpy (frames + f * TILE_I16_COLS, samples + (round * TILE_I16_ROWS + f) * SCRIBE_HOP + step * TILE_I16_COLS,
                    TILE_I16_COLS * sizeof (gint16));
          mock_core_feed (core, TILE_STREAM_A, frames, sizeof frames);
          for (guint half = 0; half < 2; half++)
            {
              guint8 transform[TILE_OBJECT_BYTES];

              scribe_npu_mel_transform (tile, 2 * step + half, transform);
              mock_core_feed (core, TILE_STREAM_B, transform, sizeof transform);
            }
        }
  cycles = mock_core_run (core, kernels->op_spectrum);
  g_test_message ("spectrum: %" G_GUINT64_FORMAT " cycles for %u tiles of 72 frames and 32 bins", cycles,
                  n_rounds * SCRIBE_NPU_N_BIN_TILES);
  return core;
}

static float
power_at (MockCore *power, guint frame, guint bin)
{
  const float *object = mock_core_result (power, frame / 72 * N_BIN_OBJECTS + bin / 16);

  return object[frame % 72 * 16 + bin % 16];
}

/* log-mel [n_frames, n_mels] of those results, floored and scaled */
static float *
array_log_mel (const TileKernels *kernels, MockCore *power, const ScribeWeight *weight, guint n_frames)
{
  const guint n_rounds = power->results->len / N_BIN_OBJECTS, n_mels = weight->n_rows;
  float *mel = g_new (float, (gsize) n_frames *n_mels), max = -INFINITY;

  for (guint first = 0; first < n_mels; first += TILE_MEL_COLS)
    {
      g_autoptr (MockCore) core = mock_core_new (0);
      g_autoptr (GError) error = NULL;
      TileControl control = { .op = TILE_OP_LOG_MEL };
      TileControlLogMel *op = &control.log_mel;
      g_autoptr (GByteArray) filters = NULL;
      guint64 cycles;

      *op = (TileControlLogMel){ .n_rounds = n_rounds, .n_in = N_BIN_OBJECTS, .n_groups = 1, .n_frames = n_frames };
      filters = scribe_npu_mel_filters (weight, first, &op->n_filters, &error);
      g_assert_no_error (error);
      mock_core_feed (core, TILE_STREAM_B, &control, sizeof control);
      for (guint i = 0; i < filters->len; i += TILE_OBJECT_BYTES)
        mock_core_feed (core, TILE_STREAM_B, filters->data + i, TILE_OBJECT_BYTES);
      for (guint i = 0; i < power->results->len; i++)
        mock_core_feed (core, TILE_STREAM_A, mock_core_result (power, i), TILE_OBJECT_BYTES);
      cycles = mock_core_run (core, kernels->op_log_mel);
      g_test_message ("log-mel: %" G_GUINT64_FORMAT " cycles for %u times 72 frames, bands from %u on, %u filters", cycles,
                      n_rounds, first, op->n_filters);

      for (guint f = 0; f < n_frames; f++)
        for (guint band = 0; band < TILE_MEL_COLS && first + band < n_mels; band++)
          mel[f * n_mels + first + band] = ((const float *) mock_core_result (core,
                                                                              f / 72 * 2 + band / 16))[f % 72 * 16 + band % 16];
      max = MAX (max, *(const float *) mock_core_result (core, 2 * n_rounds));
    }
  for (gsize i = 0; i < (gsize) n_frames * n_mels; i++)
    mel[i] = (MAX (mel[i], max - 8) + 4) / 4;
  return mel;
}

static void
compare (const char *name, const Window *window, guint n_mels, double tolerance)
{
  const TileKernels *kernels = tile_kernels_get_nth (0);
  g_autofree float *filters = slaney_filters (n_mels), *power = NULL, *expected = NULL, *found = NULL;
  const ScribeWeight weight = {
    .type = SCRIBE_WEIGHT_F32, .n_rows = n_mels, .n_cols = SCRIBE_N_BINS, .data = (const guint8 *) (gpointer) filters
  };
  g_autoptr (MockCore) core = array_power (kernels, window);
  const gsize n = (gsize) window->n_frames * n_mels;
  float floor = INFINITY;
  double worst = 0, squares = 0;
  gsize n_above = 0;

  reference (window, &weight, &power, &expected);
  found = array_log_mel (kernels, core, &weight, window->n_frames);
  for (gsize i = 0; i < n; i++)
    floor = MIN (floor, expected[i]);
  for (gsize i = 0; i < n; i++)
    {
      double difference = fabs ((double) found[i] - expected[i]);

      worst = MAX (worst, difference);
      squares += difference * difference;
      n_above += expected[i] > floor;
    }
  g_test_message ("%s, %u bands: log-mel differs by %.2e at most, %.2e rms; %.0f %% above the floor", name, n_mels, worst,
                  sqrt (squares / n), 100. * n_above / n);
  g_assert_cmpfloat (worst, <, tolerance);
}

static void
test_speech (void)
{
  static const char *names[] = { "list.wav", "fox.wav", "silence.wav" };
  static const float loudness[] = { 1, 0.25f, 0.01f, 1e-4f }; /* two powers of two, after which samples are as before */

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    for (guint j = 0; j < G_N_ELEMENTS (loudness); j++)
      {
        g_autoptr (Window) window = speech (names[i]);
        g_autofree char *name = g_strdup_printf ("%s times %g", names[i], loudness[j]);

        for (guint k = 0; k < window->n_samples; k++)
          window->samples[k] *= loudness[j];
        compare (name, window, j % 2 ? 128 : 80, j < 2 ? TOLERANCE : TOLERANCE_ROUNDED);
      }
}

/* Two sines at once, the weak one 80 dB below a full-scale one: what the power in its bin is wrong by, at most and rms, and the log-mel of any band. */
static void
hear_weak_sines (gboolean of_16_bits, double *worst_bin, double *rms_bin, double *worst_band)
{
  static const double strong[] = { 440, 1000, 1010, 3333, 6000 }, weak[] = { 100, 2500, 2990, 5123, 7600 };
  const TileKernels *kernels = tile_kernels_get_nth (0);
  g_autofree float *filters = slaney_filters (80);
  const ScribeWeight weight = {
    .type = SCRIBE_WEIGHT_F32, .n_rows = 80, .n_cols = SCRIBE_N_BINS, .data = (const guint8 *) (gpointer) filters
  };
  double squares = 0;
  guint n = 0;

  *worst_bin = *worst_band = 0;
  for (guint i = 0; i < G_N_ELEMENTS (strong); i++)
    for (guint j = 0; j < G_N_ELEMENTS (weak); j++)
      {
        g_autoptr (Window) window = window_new (72);
        g_autoptr (MockCore) core = NULL;
        g_autofree float *power = NULL, *mel = NULL, *found = NULL;
        guint bin = (guint) (weak[j] / 40 + 0.5);

        for (guint k = 0; k < window->n_samples; k++)
          {
            double x = 0.999 * (sin (2 * G_PI * strong[i] * k / 16000) + 1e-4 * sin (2 * G_PI * weak[j] * k / 16000 + 1));

            window->samples[k] = (float) (of_16_bits ? rint (x * 32768) / 32768 : x);
          }
        core = array_power (kernels, window);
        reference (window, &weight, &power, &mel);
        found = array_log_mel (kernels, core, &weight, window->n_frames);
        for (guint f = 0; f < window->n_frames; f++)
          {
            double wrong = fabs ((double) power_at (core, f, bin) / power[f * SCRIBE_N_BINS + bin] - 1);

            *worst_bin = MAX (*worst_bin, wrong);
            squares += wrong * wrong;
            n++;
            for (guint m = 0; m < 80; m++)
              *worst_band = MAX (*worst_band, fabs ((double) found[f * 80 + m] - mel[f * 80 + m]));
          }
      }
  *rms_bin = sqrt (squares / n);
  g_test_message ("80 dB below a full-scale sine, samples %s: the power in a bin is wrong by %.3f %% at most, %.3f %% rms; a "
                  "band's log-mel by %.2e",
                  of_16_bits ? "of 16 bits" : "rounded to 16 bits", 100 * *worst_bin, 100 * *rms_bin, *worst_band);
}

static void
test_dynamic_range (void)
{
  double worst_bin, rms_bin, worst_band;

  hear_weak_sines (TRUE, &worst_bin, &rms_bin, &worst_band);
  g_assert_cmpfloat (worst_bin, <, 1e-3);
  g_assert_cmpfloat (worst_band, <, TOLERANCE);
  hear_weak_sines (FALSE, &worst_bin, &rms_bin, &worst_band);
  g_assert_cmpfloat (rms_bin, <, 0.025);
  g_assert_cmpfloat (worst_band, <, TOLERANCE_ROUNDED);
}

/* A filter bank that is no such thing is refused, and what is not a sound does no harm. */
static void
test_refused (void)
{
  g_autofree float *dense = g_new (float, 80 * SCRIBE_N_BINS);
  const ScribeWeight weight = {
    .type = SCRIBE_WEIGHT_F32, .n_rows = 80, .n_cols = SCRIBE_N_BINS, .data = (const guint8 *) (gpointer) dense
  };
  const float samples[] = { NAN, INFINITY, -INFINITY, 1e30f, -1e30f, 0, 1e-30f };
  g_autoptr (GError) error = NULL;
  gint16 out[G_N_ELEMENTS (samples)];
  guint n;

  for (guint i = 0; i < 80 * SCRIBE_N_BINS; i++)
    dense[i] = 1;
  g_assert_null (scribe_npu_mel_filters (&weight, 0, &n, &error));
  g_assert_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE);

  scribe_npu_mel_quantise (samples, G_N_ELEMENTS (samples), out);
  g_assert_cmpint (out[0], ==, 0);
  g_assert_cmpint (out[3], ==, 32767);
  g_assert_cmpint (out[4], ==, -32768);
}

/* Samples of 16 bits come through as they were, the loudest possible one included. */
static void
test_quantise (void)
{
  float samples[65536];
  gint16 out[G_N_ELEMENTS (samples)];

  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    samples[i] = ((float) i - 32768) / 32768;
  g_assert_cmpfloat (scribe_npu_mel_quantise (samples, G_N_ELEMENTS (samples), out), ==, 32768);
  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    g_assert_cmpint (out[i], ==, (int) i - 32768);

  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    samples[i] = ldexpf ((float) i - 32768, -22);
  g_assert_cmpfloat (scribe_npu_mel_quantise (samples, G_N_ELEMENTS (samples), out), ==, ldexpf (1, 22));
  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    g_assert_cmpint (out[i], ==, (int) i - 32768);
  memset (samples, 0, sizeof samples);
  g_assert_cmpfloat (scribe_npu_mel_quantise (samples, G_N_ELEMENTS (samples), out), ==, 32768);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/npu/mel/speech", test_speech);
  g_test_add_func ("/npu/mel/quantise", test_quantise);
  g_test_add_func ("/npu/mel/refused", test_refused);
  g_test_add_func ("/npu/mel/dynamic-range", test_dynamic_range);
  return g_test_run ();
}
