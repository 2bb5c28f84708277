/* test-npu-schemes.c - number formats: of one product, and of the starter model's encoder over speech
 *
 * SPDX-License-Identifier: MIT
 */
#include "audio/audio-file.h"
#include "trial/npu-schemes.h"
#include "graph/whisper-graph.h"

#include <math.h>

#define N_CTX     256
#define N_SAMPLES (2 * SCRIBE_HOP * N_CTX + 240)
#define MARGIN    200 /* before the first frame */

/* Relative errors at most: of a product of values that are evenly distributed, and of the encoder's output. */
static const struct
{
  double product, encoder;
} bounds[SCRIBE_NPU_N_SCHEMES] = {
  [SCRIBE_NPU_SCHEME_INT8] = { 0.01, 0.06 },       [SCRIBE_NPU_SCHEME_CALIBRATED] = { 0.01, 0.05 },
  [SCRIBE_NPU_SCHEME_ASYMMETRIC] = { 0.01, 0.03 }, [SCRIBE_NPU_SCHEME_GROUPS] = { 0.01, 0.025 },
  [SCRIBE_NPU_SCHEME_W8A16] = { 0.006, 0.01 },     [SCRIBE_NPU_SCHEME_W16A16] = { 0.0001, 0.0002 },
  [SCRIBE_NPU_SCHEME_BFP16] = { 0.01, 0.015 },     [SCRIBE_NPU_SCHEME_BFP16_PAIRS] = { 0.0001, 0.0002 },
};

/* Rows and outputs that fill no tile; so many inputs that sums of products of 16 and 8 bits have to be settled twice. */
static void
test_product (void)
{
  enum
  {
    ROWS = 70,
    IN = 1088,
    OUT = 150
  };
  g_autofree float *x = g_new (float, ROWS *IN), *w = g_new (float, OUT *IN), *y = g_new (float, ROWS *OUT);
  const ScribeWeight weight = { "w", SCRIBE_WEIGHT_F32, OUT, IN, (const guint8 *) w };
  ScribeNpuRange range;

  for (guint i = 0; i < ROWS * IN; i++)
    x[i] = (float) g_test_rand_double_range (-0.5, 1);
  for (guint i = 0; i < OUT * IN; i++)
    w[i] = (float) g_test_rand_double_range (-1, 1);
  scribe_npu_range_init (&range, x, ROWS * IN);
  for (guint scheme = 0; scheme < SCRIBE_NPU_N_SCHEMES; scheme++)
    {
      double wrong = 0, all = 0;

      scribe_npu_scheme_product (scheme, &range, x, ROWS, &weight, y);
      for (guint i = 0; i < ROWS * OUT; i++)
        {
          double expected = 0;

          for (guint k = 0; k < IN; k++)
            expected += (double) x[i / OUT * IN + k] * w[i % OUT * IN + k];
          wrong += (y[i] - expected) * (y[i] - expected);
          all += expected * expected;
        }
      g_test_message ("%s: relative error %.4f %%", scribe_npu_scheme_name (scheme), 100 * sqrt (wrong / all));
      g_assert_cmpfloat (sqrt (wrong / all), <, bounds[scheme].product);
    }
}

static float *
read_speech (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeAudioFile) file = scribe_audio_file_open (path, NULL, &error);
  float *samples = g_new0 (float, N_SAMPLES);
  gsize n = MARGIN;
  gssize n_read = 1;

  g_assert_no_error (error);
  while (n < N_SAMPLES && n_read > 0)
    {
      n_read = scribe_audio_file_read (file, samples + n, N_SAMPLES - n, &error);
      g_assert_no_error (error);
      n += (gsize) MAX (n_read, 0);
    }
  return samples;
}

static void
test_encoder (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("TILESCRIBE_DATA"), "models", "starter-en.bin", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeModel) model = scribe_model_open (path, &error);
  g_autofree float *speech = read_speech ("fox.wav"), *other = read_speech ("coffee.wav");
  ScribeDifference errors[SCRIBE_NPU_N_SCHEMES];

  g_assert_no_error (error);
  scribe_npu_schemes_run (model, "cpu", speech, other, N_CTX, errors, &error);
  g_assert_no_error (error);
  for (guint scheme = 0; scheme < SCRIBE_NPU_N_SCHEMES; scheme++)
    g_test_message ("%s: relative error %.3f %%, mean square %.3g, mean %.3g, largest %.3g", scribe_npu_scheme_name (scheme),
                    100 * errors[scheme].relative, errors[scheme].mse, errors[scheme].mae, errors[scheme].largest);
  for (guint scheme = 0; scheme < SCRIBE_NPU_N_SCHEMES; scheme++)
    g_assert_cmpfloat (errors[scheme].relative, <, bounds[scheme].encoder);
  for (guint scheme = SCRIBE_NPU_SCHEME_CALIBRATED; scheme <= SCRIBE_NPU_SCHEME_W16A16; scheme++)
    g_assert_cmpfloat (errors[scheme].relative, <, errors[scheme - 1].relative);
  g_assert_cmpfloat (errors[SCRIBE_NPU_SCHEME_BFP16].relative, <, errors[SCRIBE_NPU_SCHEME_GROUPS].relative);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/npu-schemes/product", test_product);
  g_test_add_func ("/npu-schemes/encoder", test_encoder);
  return g_test_run ();
}
