/* test-npu-published.c - the emulator's clock against what others measured on silicon
 *
 * SPDX-License-Identifier: MIT
 */
#include "trial/npu-published.h"

#include "device/device.h"
#include "overlay/overlay.h"

#include <math.h>

#define WIDTH          4096
#define FIRST          128 /* columns of the input, from which a first product makes x: inputs themselves are pairs */
#define MACS_PER_CYCLE 512.
#define CLOCK_HZ       1.8e9

static void
test_product (gconstpointer data)
{
  const ScribeNpuPublished *published = data;
  g_autoptr (GError) error = NULL;
  ScribeNpuPrediction found;
  double off;

  scribe_npu_published_run (published, &npu_costs_nominal, &found, &error);
  g_assert_no_error (error);
  off = found.tops / published->tops - 1;
  g_test_message ("%s: %.1f T operations a second where %.1f were measured (%+.1f %%); cores compute %.0f %% of the time, %.0f "
                  "products a cycle; "
                  "DDR is busy %.0f %%",
                  published->name, found.tops, published->tops, 100 * off, 100 * found.core_share, found.macs_per_cycle,
                  100 * found.ddr_share);
  g_assert_cmpfloat (fabs (off), <=, 0.15);
}

/* Four cores, one row of them, are fed as fast as they compute; DDR holds 32 back. */
static void
test_scaling (void)
{
  ScribeNpuPrediction found[2];

  for (guint i = 0; i < G_N_ELEMENTS (found); i++)
    {
      g_autoptr (GError) error = NULL;

      scribe_npu_published_run (&scribe_npu_scaling[i], &npu_costs_nominal, &found[i], &error);
      g_assert_no_error (error);
      g_test_message ("%s: %.2f T operations a second, %.0f %% of their peak", scribe_npu_scaling[i].name, found[i].tops,
                      100 * found[i].efficiency);
    }
  g_test_message ("ratio %.2f", found[1].tops / found[0].tops);
  g_assert_cmpfloat (found[0].efficiency, >=, 0.7);
  g_assert_cmpfloat (found[1].tops / found[0].tops, >=, 5.5);
}

static float *
random_values (gsize n)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (WIDTH);
  float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    values[i] = (float) g_rand_double_range (random, -1, 1);
  return values;
}

static gboolean
run_graph (ScribeDevice *device, const ScribeGraph *graph, const ScribeRun *run, GError **error)
{
  ScribePlan *plan = scribe_device_prepare (device, graph, error);
  gboolean ran = plan != NULL && scribe_device_run (device, plan, run, error);

  if (plan != NULL)
    scribe_device_plan_free (device, plan);
  return ran;
}

/* One product of WIDTH x WIDTH weights through the planner and the resident overlay, of n_columns of four tiles. tops: operations a second / 10^12;
 * efficiency: of what its cores could do at most. */
static gboolean
run_overlay (guint n_columns, guint n_rows, double *tops, double *efficiency, GError **error)
{
  const ScribeDeviceOptions options = { .n_caches = 2,
                                        .n_state = FIRST,
                                        .n_text_ctx = 64,
                                        .n_audio_ctx = n_rows,
                                        .n_sequences = 1,
                                        .n_windows = 1,
                                        .n_threads = 1,
                                        .fast = TRUE,
                                        .n_columns = n_columns };
  g_autofree float *x = random_values ((gsize) n_rows * FIRST), *w = random_values ((gsize) WIDTH * WIDTH);
  const ScribeLinear first = { { "first", SCRIBE_WEIGHT_F32, WIDTH, FIRST, (const guint8 *) w }, NULL };
  const ScribeLinear second = { { "second", SCRIBE_WEIGHT_F32, WIDTH, WIDTH, (const guint8 *) w }, NULL };
  const float *inputs[] = { x };
  const ScribeRun run = { .inputs = inputs, .n_ctx = n_rows };
  const double macs = (double) n_rows * WIDTH * WIDTH;
  g_autoptr (ScribeGraph) graph = scribe_graph_new ();
  g_autoptr (ScribeDevice) device = scribe_device_open ("emulator", &options, NULL, error);
  const ScribeTensor *y;
  double seconds;

  if (device == NULL)
    return FALSE;
  y = scribe_graph_input (graph, SCRIBE_ROWS_CTX, FIRST);
  y = scribe_graph_linear (graph, "first", y, &first, FALSE, NULL);
  y = scribe_graph_linear (graph, "second", y, &second, FALSE, NULL);
  scribe_graph_keep (graph, y, "y");
  if (!run_graph (device, graph, &run, error))
    return FALSE;
  seconds = g_array_index (device->profile->rows, ScribeProfileRow, 1).kernel;
  *tops = 2 * macs / seconds * 1e-12;
  *efficiency = macs / (seconds * MACS_PER_CYCLE * CLOCK_HZ * n_columns * NPU_OVERLAY_ROWS);
  return TRUE;
}

/* The resident overlay, which streams hold back: no array comes beyond 44 % of its peak, one column not beyond 22 %. */
static void
test_overlay (void)
{
  double tops[2] = { 0 }, efficiency[2] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (tops); i++)
    {
      const guint n_columns = i == 0 ? 1 : 8;
      g_autoptr (GError) error = NULL;

      run_overlay (n_columns, 512, &tops[i], &efficiency[i], &error);
      g_assert_no_error (error);
      g_test_message ("%u tiles: %.2f T operations a second, %.0f %% of their peak", 4 * n_columns, tops[i], 100 * efficiency[i]);
    }
  g_test_message ("ratio %.2f", tops[1] / tops[0]);
  g_assert_cmpfloat (efficiency[0], >, 0.2);
  g_assert_cmpfloat (tops[1] / tops[0], >=, 5.5);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < SCRIBE_NPU_N_PUBLISHED; i++)
    {
      g_autofree char *path = g_strdup_printf ("/npu-published/%u", i);

      g_test_add_data_func (path, &scribe_npu_published[i], test_product);
    }
  g_test_add_func ("/npu-published/scaling", test_scaling);
  g_test_add_func ("/npu-published/overlay", test_overlay);
  return g_test_run ();
}
