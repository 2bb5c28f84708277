/* test-tile-spectrum.c - samples to power on a compute tile, against plain loops
 *
 * SPDX-License-Identifier: MIT
 */
#include "mock-core.h"
#include "plain.h"

#include "tile/kernels.h"

#include <math.h>
#include <string.h>

#define N_SAMPLES (72 * 32)
#define N_OBJECT  (TILE_OBJECT_BYTES / 2) /* int16 */

/* [row of a block of 4 frames, column] of the sums, as spectrum.h lays them out */
static gint32 *
sum_at (gint32 *sums, guint frame, guint column)
{
  return sums + ((frame / 8 * 8 + column / 8) * 8 + frame % 8) * 8 + column % 8;
}

/* Value [sample of a step, column] of the transform, as spectrum.h lays it out */
static gint64
value_of (const gint16 *transform, guint sample, guint column)
{
  const gint16 *upper = transform + (column / 8 * 32 + sample) * 8 + column % 8, *lower = upper + 16 * 8;

  return *upper * (gint64) 65536 + *lower;
}

static void
plain_step (const gint16 *samples, guint half, const gint16 *transform, gboolean is_first, gint32 *sums)
{
  for (guint f = 0; f < 72; f++)
    for (guint c = 0; c < 64; c++)
      {
        const gint64 unit = 128 * 65536;
        gint32 *sum = sum_at (sums, f, c);
        gint64 exact = is_first ? 0 : *sum * unit, floor, rest;

        for (guint k = 0; k < 16; k++)
          exact += samples[f * 32 + 16 * half + k] * value_of (transform, k, c);
        /* to nearest, ties to even */
        floor = exact / unit - (exact % unit < 0);
        rest = exact - floor * unit;
        floor += rest > unit / 2 || (rest == unit / 2 && floor % 2 != 0);
        *sum = (gint32) CLAMP (floor, G_MININT32, G_MAXINT32);
      }
}

static void
plain_power (gint32 *sums, guint half, float scale, float *power)
{
  for (guint f = 0; f < 72; f++)
    for (guint b = 0; b < 16; b++)
      {
        float re = (float) *sum_at (sums, f, 16 * half + b), im = (float) *sum_at (sums, f, 32 + 16 * half + b);
        float sum = re * re;

        sum = im * im + sum;
        power[f * 16 + b] = sum * scale;
      }
}

typedef enum
{
  VALUES_RANDOM,
  VALUES_EXTREME,
  VALUES_SMALL,
  N_VALUES
} Values;

static void
fill (gint16 *out, gsize n, Values values)
{
  for (gsize i = 0; i < n; i++)
    out[i] = values == VALUES_RANDOM    ? (gint16) g_test_rand_int_range (G_MININT16, G_MAXINT16 + 1)
             : values == VALUES_EXTREME ? (g_test_rand_bit () ? G_MAXINT16 : G_MININT16)
                                        : (gint16) g_test_rand_int_range (-1, 2);
}

static void
test_kernels (gconstpointer data)
{
  const TileKernels *kernels = data;

  for (Values values = 0; values < N_VALUES; values++)
    for (guint trial = 0; trial < 4; trial++)
      {
        gint16 samples[N_SAMPLES], transform[N_OBJECT];
        G_GNUC_UNUSED TileClock clock = { 0 };
        gint32 found[TILE_SPECTRUM_SUMS], expected[TILE_SPECTRUM_SUMS];
        float power[2][72 * 16];

        for (guint step = 0; step < 26; step++)
          {
            fill (samples, N_SAMPLES, values);
            fill (transform, N_OBJECT, values);
            if (trial == 3) /* all of one sign, up to where sums saturate */
              memcpy (transform, samples, sizeof samples);
            kernels->spectrum_step (&clock, samples, step % 2, transform, step == 0, found);
            plain_step (samples, step % 2, transform, step == 0, expected);
            plain_assert_same ("sums", found, expected, sizeof found);
          }
        for (guint half = 0; half < 2; half++)
          {
            kernels->spectrum_power (&clock, found, half, 3.7e-19f, power[0]);
            plain_power (expected, half, 3.7e-19f, power[1]);
            plain_assert_same ("power", power[0], power[1], sizeof power[0]);
          }
      }
}

/* Two rounds of three tiles, of which the column has the first two. */
static void
test_op (gconstpointer data)
{
  const TileKernels *kernels = data;
  const TileControlSpectrum op = { .n_rounds = 2, .n_tiles = 3, .n_own = 2, .n_steps = 5, .scale = 0.25f };
  const TileControl control = { .op = TILE_OP_SPECTRUM, .spectrum = op };
  g_autoptr (MockCore) core = mock_core_new (1);
  g_autoptr (GPtrArray) expected = g_ptr_array_new_with_free_func (g_free);

  mock_core_feed (core, TILE_STREAM_B, &control, sizeof control);
  for (guint i = 0; i < op.n_rounds; i++)
    for (guint t = 0; t < op.n_tiles; t++)
      {
        gint32 sums[TILE_SPECTRUM_SUMS];

        for (guint s = 0; s < op.n_steps; s++)
          {
            gint16 samples[N_SAMPLES], transform[N_OBJECT];

            fill (samples, N_SAMPLES, VALUES_RANDOM);
            mock_core_feed (core, TILE_STREAM_A, samples, sizeof samples);
            for (guint half = 0; half < 2 && t < op.n_own; half++)
              {
                fill (transform, N_OBJECT, VALUES_RANDOM);
                mock_core_feed (core, TILE_STREAM_B, transform, sizeof transform);
                plain_step (samples, half, transform, s == 0 && half == 0, sums);
              }
          }
        for (guint half = 0; half < 2 && t < op.n_own; half++)
          {
            g_ptr_array_add (expected, g_malloc (TILE_OBJECT_BYTES));
            plain_power (sums, half, op.scale, g_ptr_array_index (expected, expected->len - 1));
          }
      }

  g_test_message ("%s: %" G_GUINT64_FORMAT " cycles for %u steps", kernels->name, mock_core_run (core, kernels->op_spectrum),
                  op.n_rounds * op.n_own * op.n_steps);
  g_assert_cmpuint (core->results->len, ==, expected->len);
  for (guint i = 0; i < expected->len; i++)
    plain_assert_same ("power", mock_core_result (core, i), g_ptr_array_index (expected, i), TILE_OBJECT_BYTES);
}

int
main (int argc, char **argv)
{
  const TileKernels *kernels;

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; (kernels = tile_kernels_get_nth (i)) != NULL; i++)
    {
      g_autofree char *of_kernels = g_strdup_printf ("/tile/spectrum/%s/kernels", kernels->name);
      g_autofree char *of_op = g_strdup_printf ("/tile/spectrum/%s/op", kernels->name);

      g_test_add_data_func (of_kernels, kernels, test_kernels);
      g_test_add_data_func (of_op, kernels, test_op);
    }
  return g_test_run ();
}
