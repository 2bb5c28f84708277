/* op-bench.c - one op run on a device, and held against golden values
 *
 * SPDX-License-Identifier: MIT
 */
#include "op-bench.h"

#include <math.h>

void
bench_init (Bench *bench, guint n_state)
{
  *bench = (Bench){ .graph = scribe_graph_new (), .n_state = n_state };
}

void
bench_open (Bench *bench, const Fixture *f)
{
  const ScribeDeviceOptions options = { .n_caches = 2,
                                        .n_state = bench->n_state,
                                        .n_text_ctx = 128,
                                        .n_audio_ctx = 1500,
                                        .n_sequences = 2,
                                        .n_windows = 2,
                                        .n_threads = 2 };
  g_autoptr (GError) error = NULL;

  bench->device = scribe_device_open (f->device, &options, NULL, &error);
  g_assert_no_error (error);
}

float *
bench_run (Bench *bench, const ScribeTensor *out)
{
  g_autoptr (GError) error = NULL;
  ScribePlan *plan = scribe_device_prepare (bench->device, bench->graph, &error);
  float *values = out ? g_new0 (float, (gsize) scribe_run_rows (&bench->run, out->rows) * out->n_cols) : NULL;

  g_assert_no_error (error);
  scribe_device_run (bench->device, plan, &bench->run, &error);
  g_assert_no_error (error);
  if (out)
    g_assert_true (scribe_device_read (bench->device, plan, out, values));
  scribe_device_plan_free (bench->device, plan);
  return values;
}

void
bench_clear (Bench *bench)
{
  if (bench->device)
    scribe_device_close (bench->device);
  scribe_graph_free (bench->graph);
}

void
assert_close (const char *name, const float *found, const float *expected, gsize n, double tolerance)
{
  double largest = 0;

  for (gsize i = 0; i < n; i++)
    largest = MAX (largest, fabs (expected[i]));
  for (gsize i = 0; i < n; i++)
    if (!(fabs (found[i] - expected[i]) <= tolerance * largest))
      g_error ("%s: value %" G_GSIZE_FORMAT " is %.9g where %.9g was expected (largest %.9g)", name, i, found[i], expected[i],
               largest);
}

ScribeWeight
weight_f32 (const float *values, guint n_rows, guint n_cols)
{
  return (ScribeWeight){ "w", SCRIBE_WEIGHT_F32, n_rows, n_cols, (const guint8 *) values };
}

void
for_each_case (gconstpointer data, const char *op, const char *needs, void (*test) (const Fixture *f, const char *name))
{
  g_autoptr (Golden) golden = golden_open ();
  Fixture f = { golden, data };
  guint n = 0;

  if (golden == NULL)
    {
      g_test_skip ("there are no golden values without Python and numpy");
      return;
    }
  for (;; n++)
    {
      g_autofree char *name = g_strdup_printf ("%s/%u", op, n);
      g_autofree char *key = g_strdup_printf ("%s/%s", name, needs);

      if (!golden_has (golden, key))
        break;
      test (&f, name);
    }
  g_assert_cmpuint (n, >, 0);
}

int
run_on_each_device (const char *group, const OpTest *tests, guint n_tests)
{
  static const char *const devices[] = { "reference", "cpu" };

  for (guint i = 0; i < G_N_ELEMENTS (devices); i++)
    for (guint j = 0; j < n_tests; j++)
      {
        g_autofree char *path = g_strdup_printf ("/%s/%s/%s", group, devices[i], tests[j].name);

        g_test_add_data_func (path, devices[i], tests[j].test);
      }
  return g_test_run ();
}
