/* test-kernels.c - the inner loops of every instruction set that this processor has, against their definitions
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/cpu/kernels.h"

#include <math.h>
#include <string.h>

static float *
random_values (gsize n, float scale)
{
  float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    values[i] = scale * (float) g_test_rand_double_range (-1, 1);
  return values;
}

static double
dot (const float *a, const float *b, gsize n)
{
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += (double) a[i] * b[i];
  return sum;
}

/* Random bytes are valid weights but for their half-precision scales, which are made small numbers. */
static guint8 *
random_weights (ScribeWeightType type, gsize n_rows, gsize n_cols)
{
  gsize bytes = n_rows * scribe_weight_row_bytes (type, n_cols);
  guint8 *data = g_malloc (bytes + 1);

  for (gsize i = 0; i < bytes; i++)
    data[i] = g_test_rand_int_range (0, 256);
  if (type == SCRIBE_WEIGHT_F32)
    {
      g_autofree float *values = random_values (n_rows * n_cols, 1);

      memcpy (data, values, bytes);
      return data;
    }
  for (gsize i = 0; i < bytes; i += type == SCRIBE_WEIGHT_F16 ? 2 : scribe_weight_row_bytes (type, SCRIBE_WEIGHT_BLOCK))
    {
      data[i + 1] = (data[i + 1] & 0x83) | 0x28;
      if (type == SCRIBE_WEIGHT_Q5_1)
        data[i + 3] = (data[i + 3] & 0x83) | 0x2c;
    }
  return data;
}

static const ScribeWeightType types[] = { SCRIBE_WEIGHT_F32, SCRIBE_WEIGHT_F16, SCRIBE_WEIGHT_Q8_0, SCRIBE_WEIGHT_Q5_0,
                                          SCRIBE_WEIGHT_Q5_1 };

static void
test_weight_row (gconstpointer data)
{
  const ScribeKernels *k = data;

  for (guint t = 0; t < G_N_ELEMENTS (types); t++)
    for (guint n = 32; n <= 320; n += types[t] <= SCRIBE_WEIGHT_F16 ? 7 : 32)
      {
        g_autofree guint8 *bytes = random_weights (types[t], 1, n);
        g_autofree float *expected = g_new (float, n), *found = g_new (float, n);
        ScribeWeight weight = { "w", types[t], 1, n, bytes };

        scribe_weight_row (&weight, 0, expected);
        k->weight_row (types[t], bytes, n, found);
        for (guint i = 0; i < n; i++)
          g_assert_cmpfloat_with_epsilon (found[i], expected[i], 1e-6 * MAX (1, fabsf (expected[i])));
      }
}

/* Every pattern of a half that is a number */
static void
test_half (gconstpointer data)
{
  const ScribeKernels *k = data;
  g_autofree guint16 *halves = g_new (guint16, 65536), *back = g_new (guint16, 65536);
  g_autofree float *values = g_new (float, 65536);
  guint n = 0;

  for (guint h = 0; h < 65536; h++)
    if ((h >> 10 & 31) != 31)
      halves[n++] = h;
  k->weight_row (SCRIBE_WEIGHT_F16, (const guint8 *) halves, n, values);
  for (guint i = 0; i < n; i++)
    g_assert_cmpfloat (values[i], ==, scribe_half_to_float (halves[i]));
  k->to_half (values, n, back);
  for (guint i = 0; i < n; i++)
    g_assert_cmpfloat (scribe_half_to_float (back[i]), ==, values[i]);

  /* rounding: half a unit in the last place at most */
  for (guint i = 0; i < n; i++)
    values[i] = (float) g_test_rand_double_range (-60000, 60000) * powf (2, -(float) (i % 30));
  k->to_half (values, n, back);
  for (guint i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (scribe_half_to_float (back[i]), values[i], MAX (fabsf (values[i]) / 2047, 3e-8));
}

static void
test_matvec (gconstpointer data)
{
  const ScribeKernels *k = data;

  for (guint t = 0; t < G_N_ELEMENTS (types); t++)
    for (guint n_rows = 1; n_rows <= 9; n_rows += 4)
      for (guint n_tokens = 1; n_tokens <= 6; n_tokens++)
        {
          const guint n_in = 192, stride = n_rows + 3;
          g_autofree guint8 *bytes = random_weights (types[t], n_rows, n_in);
          g_autofree float *x = random_values (n_tokens * n_in, 1), *y = g_new0 (float, n_tokens *stride),
                           *row = g_new (float, n_in);
          ScribeWeight weight = { "w", types[t], n_rows, n_in, bytes };

          k->matvec (types[t], bytes, scribe_weight_row_bytes (types[t], n_in), n_rows, n_in, x, n_tokens, y, stride);
          for (guint r = 0; r < n_rows; r++)
            {
              scribe_weight_row (&weight, r, row);
              for (guint i = 0; i < n_tokens; i++)
                g_assert_cmpfloat_with_epsilon (y[i * stride + r], dot (row, x + i * n_in, n_in),
                                                1e-4 * sqrt (dot (row, row, n_in)));
            }
        }
}

static void
test_matvec_i8 (gconstpointer data)
{
  const ScribeKernels *k = data;
  const guint n_rows = 5, n_in = 16384, n_tokens = 2;
  g_autofree gint8 *w = g_new (gint8, n_rows * n_in);
  g_autofree gint16 *x = g_new (gint16, n_tokens * n_in);
  const float scales[] = { 1, 0.5f, 2, 3, 1e-3f }, x_scales[] = { 1e-4f, 2e-4f };
  float y[10];

  for (guint i = 0; i < n_rows * n_in; i++)
    w[i] = g_test_rand_int_range (-127, 128);
  for (guint i = 0; i < n_tokens * n_in; i++)
    x[i] = g_test_rand_int_range (-32767, 32768);
  k->matvec_i8 (w, scales, n_rows, n_in, x, x_scales, n_tokens, y, n_rows);
  for (guint t = 0; t < n_tokens; t++)
    for (guint r = 0; r < n_rows; r++)
      {
        gint64 sum = 0;

        for (guint i = 0; i < n_in; i++)
          sum += (gint64) w[r * n_in + i] * x[t * n_in + i];
        g_assert_cmpfloat_with_epsilon (y[t * n_rows + r], (double) sum * scales[r] * x_scales[t],
                                        1e-6 * fabs ((double) sum * scales[r] * x_scales[t]) + 1e-6);
      }
}

static void
test_to_i8 (gconstpointer data)
{
  const ScribeKernels *k = data;
  g_autofree float *x = random_values (192, 3);
  float zeros[64] = { 0 };
  gint8 out[192];
  float scale = k->to_i8 (x, 192, out);

  for (guint i = 0; i < 192; i++)
    g_assert_cmpfloat_with_epsilon (out[i] * scale, x[i], scale * 0.501);
  g_assert_cmpfloat (k->to_i8 (zeros, 64, out), ==, 0);
  for (guint i = 0; i < 64; i++)
    g_assert_cmpint (out[i], ==, 0);
}

/* Plain attention of one query of 64: out, and the weights */
static void
attend (const float *q, const float *keys, const float *values, gsize n_keys, double *weights, double *out)
{
  double max = -INFINITY, sum = 0;

  for (gsize i = 0; i < n_keys; i++)
    max = MAX (max, weights[i] = dot (q, keys + i * 64, 64) / 8);
  for (gsize i = 0; i < n_keys; i++)
    sum += weights[i] = exp (weights[i] - max);
  memset (out, 0, 64 * sizeof *out);
  for (gsize i = 0; i < n_keys; i++)
    for (guint j = 0; j < 64; j++)
      out[j] += weights[i] / sum * values[i * 64 + j];
}

static void
test_attend (gconstpointer data)
{
  const ScribeKernels *k = data;
  static const guint sizes[] = { 1, 2, 15, 16, 17, 33, 100, 1500 };

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      guint n = sizes[s];
      g_autofree float *q = random_values (64, 4), *scores = g_new (float, n);
      g_autofree float *keys = random_values (n * 64, 2), *values = random_values (n * 64, 2);
      g_autofree ScribeHalf *half_keys = g_new (ScribeHalf, n * 64), *half_values = g_new (ScribeHalf, n * 64);
      g_autofree double *weights = g_new (double, n);
      double expected[64];
      float out[64];

      k->to_half (keys, n * 64, half_keys);
      k->to_half (values, n * 64, half_values);
      for (guint i = 0; i < n * 64; i++)
        {
          keys[i] = scribe_half_to_float (half_keys[i]);
          values[i] = scribe_half_to_float (half_values[i]);
        }
      attend (q, keys, values, n, weights, expected);
      k->attend (q, half_keys, half_values, n, scores, out);
      for (guint j = 0; j < 64; j++)
        g_assert_cmpfloat_with_epsilon (out[j], expected[j], 2e-5);
    }
}

static void
test_attend_rows (gconstpointer data)
{
  const ScribeKernels *k = data;
  static const guint sizes[] = { 1, 5, 31, 32, 33, 64, 65, 127, 300 };

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (guint n_rows = 1; n_rows <= 13; n_rows += 4)
      {
        guint n = sizes[s], n_columns = (n + k->panel - 1) / k->panel * k->panel;
        const guint stride = 128;
        g_autofree float *q = random_values (n_rows * stride, 4), *out = g_new0 (float, n_rows *stride);
        g_autofree float *keys = random_values (n * 64, 2), *values = random_values (n * 64, 2);
        g_autofree float *packed_keys = g_new (float, n_columns * 64), *packed_values = g_new (float, n_columns * 64);
        g_autofree float *scores = g_new (float, n_rows *n_columns);
        g_autofree double *weights = g_new (double, n);
        double expected[64];

        k->pack_keys (keys, n, 64, packed_keys);
        k->pack_values (values, n, 64, packed_values);
        k->attend_rows (q, n_rows, stride, packed_keys, packed_values, n, scores, out);
        for (guint r = 0; r < n_rows; r++)
          {
            attend (q + r * stride, keys, values, n, weights, expected);
            for (guint j = 0; j < 64; j++)
              g_assert_cmpfloat_with_epsilon (out[r * stride + j], expected[j], 2e-5);
            g_assert_cmpfloat (out[r * stride + 64], ==, 0);
          }
      }
}

static void
test_softmax (gconstpointer data)
{
  const ScribeKernels *k = data;

  for (guint n = 1; n <= 70; n++)
    {
      g_autofree float *x = random_values (n, 50), *original = g_memdup2 (x, n * sizeof (float));
      double max = -INFINITY, expected = 0;
      float sum = k->softmax_exp (x, n, 0.5f);

      for (guint i = 0; i < n; i++)
        max = MAX (max, original[i]);
      for (guint i = 0; i < n; i++)
        {
          double e = exp (0.5 * (original[i] - max));

          g_assert_cmpfloat_with_epsilon (x[i], e, 1e-6);
          expected += e;
        }
      g_assert_cmpfloat_with_epsilon (sum, expected, 1e-5 * expected);
    }
}

static void
test_sum_exp_and_max (gconstpointer data)
{
  const ScribeKernels *k = data;

  for (guint n = 1; n <= 5000; n = n * 3 + 1)
    {
      g_autofree float *x = random_values (n, 10);
      double max = -INFINITY, sum = 0;

      x[n / 2] = -INFINITY;
      for (guint i = 0; i < n; i++)
        max = MAX (max, x[i]);
      g_assert_cmpfloat (k->max (x, n), ==, (float) max);
      if (n == 1)
        continue;
      for (guint i = 0; i < n; i++)
        sum += exp (x[i] - max);
      g_assert_cmpfloat_with_epsilon (k->sum_exp (x, n, (float) max), sum, 1e-6 * sum);
    }
}

static void
test_epilogue (gconstpointer data)
{
  const ScribeKernels *k = data;
  const guint n = 192;

  for (guint how = 0; how < 8; how++)
    {
      g_autofree float *x = random_values (n, 6), *bias = random_values (n, 1), *residual = random_values (n, 1);
      g_autofree float *y = g_memdup2 (x, n * sizeof (float));

      k->epilogue (y, how & 1 ? bias : NULL, how & 2, how & 4 ? residual : NULL, n);
      for (guint i = 0; i < n; i++)
        {
          double v = x[i] + (how & 1 ? bias[i] : 0);

          if (how & 2)
            v = 0.5 * v * (1 + erf (v / G_SQRT2));
          if (how & 4)
            v += residual[i];
          g_assert_cmpfloat_with_epsilon (y[i], v, 2e-6);
        }
    }
}

static void
test_mel (gconstpointer data)
{
  const ScribeKernels *k = data;
  float x[80], original[80], spectrum[2 * 201], out[201], max;

  for (guint i = 0; i < 80; i++)
    original[i] = x[i] = powf (10, (float) g_test_rand_double_range (-14, 6));
  x[3] = original[3] = 0;
  max = k->log10_floor (x, 80);
  for (guint i = 0; i < 80; i++)
    {
      g_assert_cmpfloat_with_epsilon (x[i], log10 (MAX (original[i], 1e-10)), 2e-6);
      g_assert_cmpfloat (x[i], <=, max);
    }
  k->mel_scale (x, 80, max - 8);
  for (guint i = 0; i < 80; i++)
    g_assert_cmpfloat_with_epsilon (x[i], (MAX (log10 (MAX (original[i], 1e-10)), max - 8) + 4) / 4, 2e-6);

  for (guint i = 0; i < 402; i++)
    spectrum[i] = (float) g_test_rand_double_range (-1, 1);
  k->power (spectrum, 201, out);
  for (guint i = 0; i < 201; i++)
    g_assert_cmpfloat_with_epsilon (out[i], spectrum[i] * spectrum[i] + spectrum[201 + i] * spectrum[201 + i], 1e-6);
}

/* Every tail, and values that no microphone gives */
static void
test_samples (gconstpointer data)
{
  const ScribeKernels *k = data;
  const float odd[] = { NAN, INFINITY, -INFINITY, 1e30f, -1e30f, 0, 1e-30f, 1.5f, 2.5f, -2.5f, 32768, -32769 };
  const gint16 expected[] = { 0, 0, 0, 32767, -32768, 0, 0, 2, 2, -2, 32767, -32768 };

  for (guint n = 1; n < 100; n++)
    {
      g_autofree float *x = random_values (n, 20000);
      g_autofree gint16 *out = g_new (gint16, n);
      float most = 0;

      for (guint i = 0; i < n; i++)
        most = MAX (most, fabsf (x[i]));
      g_assert_cmpfloat (k->loudest (x, n), ==, most);
      for (guint i = 0; i < MIN (n, G_N_ELEMENTS (odd)); i++)
        x[n - 1 - i] = odd[i];
      k->to_i16 (x, n, 1, out);
      for (guint i = 0; i < n; i++)
        g_assert_cmpint (out[i], ==, n - 1 - i < G_N_ELEMENTS (odd) ? expected[n - 1 - i] : (gint16) rintf (x[i]));
    }
  g_assert_cmpfloat (k->loudest (odd, 3), ==, 0);
  g_assert_cmpfloat (k->loudest (odd, G_N_ELEMENTS (odd)), ==, 1e30f);
}

static void
test_layer_norm (gconstpointer data)
{
  const ScribeKernels *k = data;
  const guint n = 384;
  g_autofree float *x = random_values (n, 5), *gain = random_values (n, 1), *bias = random_values (n, 1), *y = g_new (float, n);
  double mean = 0, variance = 0;

  x[7] = 90;
  k->layer_norm (x, gain, bias, n, y);
  for (guint i = 0; i < n; i++)
    mean += x[i] / n;
  for (guint i = 0; i < n; i++)
    variance += (x[i] - mean) * (x[i] - mean) / n;
  for (guint i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (y[i], (x[i] - mean) / sqrt (variance + 1e-5) * gain[i] + bias[i], 2e-5);
}

static const struct
{
  const char *name;
  void (*test) (gconstpointer kernels);
} tests[] = {
  { "weight-row", test_weight_row },   { "half", test_half },       { "matvec", test_matvec },
  { "matvec-i8", test_matvec_i8 },     { "to-i8", test_to_i8 },     { "attend", test_attend },
  { "attend-rows", test_attend_rows }, { "softmax", test_softmax }, { "sum-exp", test_sum_exp_and_max },
  { "epilogue", test_epilogue },       { "mel", test_mel },         { "layer-norm", test_layer_norm },
  { "samples", test_samples },
};

int
main (int argc, char **argv)
{
  const ScribeKernels *kernels;

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; (kernels = scribe_kernels_get_nth (i)); i++)
    for (guint j = 0; j < G_N_ELEMENTS (tests); j++)
      {
        g_autofree char *path = g_strdup_printf ("/kernels/%s/%s", kernels->name, tests[j].name);

        g_test_add_data_func (path, kernels, tests[j].test);
      }
  return g_test_run ();
}
