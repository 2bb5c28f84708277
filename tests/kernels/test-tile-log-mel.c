/* test-tile-log-mel.c - power to log-mel on a compute tile, against plain loops
 *
 * SPDX-License-Identifier: MIT
 */
#include "mock-core.h"
#include "plain.h"
#include "scalar.h"

#include "tile/kernels.h"

#include <math.h>
#include <string.h>

#define N_BANDS   TILE_MEL_COLS
#define N_OBJECT  (TILE_OBJECT_BYTES / 4) /* floats */
#define N_OBJECTS 4                       /* of power in a round */

/* As many filters as asked for, in the order of their bins. */
static TileFilter *
random_filters (guint n, guint n_bins)
{
  TileFilter *filters = g_new (TileFilter, n);

  for (guint i = 0; i < n; i++)
    filters[i] = (TileFilter){ .bin = i * n_bins / n,
                               .band = g_test_rand_int_range (0, N_BANDS),
                               .weight = (float) g_test_rand_double () };
  return filters;
}

/* Power as it may come: nothing, next to nothing, denormal, ordinary and very large */
static float
random_power (void)
{
  static const float scales[] = { 0, 1e-44f, 1e-38f, 1e-10f, 1e-5f, 1, 1e4f, 1e30f };

  return (float) g_test_rand_double () * scales[g_test_rand_int_range (0, G_N_ELEMENTS (scales))];
}

static float
plain_log_mel (float power)
{
  return scalar_log2 (MAX (power, 1e-10f)) * 0.301029996f;
}

/* sum += power [72, n_bins] of the filters */
static void
plain_add (const TileFilter *filters,
           guint n_filters,
           float (*power_at) (gconstpointer data, guint frame, guint bin),
           gconstpointer data,
           float *sums)
{
  for (guint i = 0; i < n_filters; i++)
    for (guint f = 0; f < 72; f++)
      {
        float product = filters[i].weight * power_at (data, f, filters[i].bin);

        sums[f * N_BANDS + filters[i].band] += product;
      }
}

static float
in_object (gconstpointer data, guint frame, guint bin)
{
  return ((const float *) data)[frame * 16 + bin % 16];
}

static float
in_objects (gconstpointer data, guint frame, guint bin)
{
  return ((const float *) data)[bin / 16 * N_OBJECT + frame * 16 + bin % 16];
}

static void
test_kernels (gconstpointer data)
{
  static const guint n_filters[] = { 0, 1, 2, 37, 500 };
  const TileKernels *kernels = data;

  for (guint n = 0; n < G_N_ELEMENTS (n_filters); n++)
    {
      g_autofree TileFilter *filters = random_filters (n_filters[n], 16);
      float bins[16 * TILE_LOG_MEL_PITCH] = { 0 }, bands[N_BANDS * TILE_LOG_MEL_PITCH] = { 0 };
      float power[N_OBJECT], expected[72 * N_BANDS] = { 0 }, found[N_OBJECT];
      TileClock clock = { 0 };

      for (guint i = 0; i < N_OBJECT; i++)
        power[i] = random_power ();
      kernels->log_mel_turn (&clock, power, bins);
      kernels->log_mel_add (&clock, bins, filters, n_filters[n], bands);
      plain_add (filters, n_filters[n], in_object, power, expected);

      for (guint n_frames = 0; n_frames <= 72; n_frames++)
        {
          guint half = n_frames % 2;
          float largest[64], total[64], max = -10;

          for (guint i = 0; i < 64; i++)
            largest[i] = -10;
          kernels->log_mel_store (&clock, bands + half * 16 * TILE_LOG_MEL_PITCH, n_frames, largest, found);
          kernels->log_mel_largest (&clock, largest, total);
          for (guint f = 0; f < 72; f++)
            for (guint b = 0; b < 16; b++)
              {
                float value = plain_log_mel (expected[f * N_BANDS + 16 * half + b]);

                plain_assert_same ("log-mel", &found[f * 16 + b], &value, sizeof value);
                if (f < n_frames)
                  max = MAX (max, value);
              }
          for (guint i = 0; i < 64; i++)
            plain_assert_same ("the largest value", &total[i], &max, sizeof max);
        }
    }
}

/* Three rounds, the last one partly and wholly beyond the frames, and more filters than an object holds */
static void
test_op (gconstpointer data)
{
  enum
  {
    N_FILTERS = 700,
    ROW = 2,
    FILTERS_OF_OBJECT = TILE_OBJECT_BYTES / sizeof (TileFilter)
  };
  static const guint n_frames[] = { 72 * 17 + 30, 72 * 12, 72 * 5 + 1, 3 };
  const TileKernels *kernels = data;
  g_autofree TileFilter *filters = random_filters (N_FILTERS, 16 * N_OBJECTS);

  for (guint n = 0; n < G_N_ELEMENTS (n_frames); n++)
    {
      const TileControlLogMel op = {
        .n_rounds = 3, .n_in = N_OBJECTS, .n_filters = N_FILTERS, .first_group = 3, .n_groups = 6, .n_frames = n_frames[n]
      };
      const TileControl control = { .op = TILE_OP_LOG_MEL, .log_mel = op };
      g_autoptr (MockCore) core = mock_core_new (ROW);
      g_autofree float *expected = g_new0 (float, op.n_rounds * 72 * N_BANDS);
      float max = -10;
      guint64 cycles;

      mock_core_feed (core, TILE_STREAM_B, &control, sizeof control);
      for (guint i = 0; i < N_FILTERS; i += FILTERS_OF_OBJECT)
        mock_core_feed (core, TILE_STREAM_B, filters + i, MIN (FILTERS_OF_OBJECT, N_FILTERS - i) * sizeof (TileFilter));
      for (guint i = 0; i < op.n_rounds; i++)
        {
          float power[N_OBJECTS * N_OBJECT];

          for (guint j = 0; j < G_N_ELEMENTS (power); j++)
            power[j] = random_power ();
          for (guint j = 0; j < N_OBJECTS; j++)
            mock_core_feed (core, TILE_STREAM_A, power + j * N_OBJECT, TILE_OBJECT_BYTES);
          plain_add (filters, N_FILTERS, in_objects, power, expected + i * 72 * N_BANDS);
        }

      cycles = mock_core_run (core, kernels->op_log_mel);
      g_test_message ("%s: %" G_GUINT64_FORMAT " cycles for %u rounds of %u filters", kernels->name, cycles, op.n_rounds,
                      N_FILTERS);
      g_assert_cmpuint (core->results->len, ==, 2 * op.n_rounds + 1);
      for (guint i = 0; i < op.n_rounds * 72 * N_BANDS; i++)
        {
          guint round = i / (72 * N_BANDS), frame = i / N_BANDS % 72, band = i % N_BANDS;
          const float *object = mock_core_result (core, 2 * round + band / 16);
          float value = plain_log_mel (expected[i]);

          plain_assert_same ("log-mel", &object[frame * 16 + band % 16], &value, sizeof value);
          if (72 * (op.first_group + ROW + round * op.n_groups) + frame < op.n_frames)
            max = MAX (max, value);
        }
      plain_assert_same ("the largest value", mock_core_result (core, 2 * op.n_rounds), &max, sizeof max);
    }
}

int
main (int argc, char **argv)
{
  const TileKernels *kernels;

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; (kernels = tile_kernels_get_nth (i)) != NULL; i++)
    {
      g_autofree char *of_kernels = g_strdup_printf ("/tile/log-mel/%s/kernels", kernels->name);
      g_autofree char *of_op = g_strdup_printf ("/tile/log-mel/%s/op", kernels->name);

      g_test_add_data_func (of_kernels, kernels, test_kernels);
      g_test_add_data_func (of_op, kernels, test_op);
    }
  return g_test_run ();
}
