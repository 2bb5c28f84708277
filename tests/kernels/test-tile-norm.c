/* test-tile-norm.c - layer norm on a compute tile, against plain loops and against its definition
 *
 * SPDX-License-Identifier: MIT
 */
#include "mock-core.h"
#include "plain-object.h"
#include "plain.h"
#include "scalar.h"

#include "tile/kernels.h"

#include <math.h>
#include <string.h>

#define MAX_COLS 768

typedef enum
{
  VALUES_USUAL,
  VALUES_OUTLIERS, /* a few columns 15 times as large */
  VALUES_MEAN,     /* means of a hundred times the spread */
  VALUES_CONSTANT,
  VALUES_DENORMAL,
  VALUES_HUGE,
  N_VALUES
} Values;

typedef struct
{
  guint n_cols, n_row_blocks;
  gboolean keeps, has_heads;
  float gain[TILE_OBJECT_BYTES / 4], bias[TILE_OBJECT_BYTES / 4];
  guint8 x[MAX_COLS / 32][TILE_OBJECT_BYTES];
} Case;

/* The eight bytes and exponent of a pair object [64, 32] */
static guint8 *
pair_row (guint8 *object, gboolean is_low, guint row, guint group)
{
  return plain_row (object, TRUE, is_low, row, group % 4);
}

static float
draw (Values values, guint row, guint column)
{
  float x = (float) (g_test_rand_double () + g_test_rand_double () - g_test_rand_double () - g_test_rand_double ());

  switch (values)
    {
    case VALUES_OUTLIERS:
      return column % 61 == 3 ? 15 * x : x;
    case VALUES_MEAN:
      return x + 100 * ((float) row - 31);
    case VALUES_CONSTANT:
      return (float) row - 20;
    case VALUES_DENORMAL:
      return x * 1e-39f;
    case VALUES_HUGE:
      return x * 1e15f;
    default:
      return x;
    }
}

static void
case_fill (Case *c, Values values)
{
  for (guint j = 0; j < TILE_OBJECT_BYTES / 4; j++)
    {
      c->gain[j] = (float) g_test_rand_double_range (-2, 2);
      c->bias[j] = (float) g_test_rand_double_range (-1, 1);
    }
  for (guint row = 0; row < 64; row++)
    for (guint group = 0; group < c->n_cols / 8; group++)
      {
        float x[8];

        for (guint i = 0; i < 8; i++)
          x[i] = draw (values, row, 8 * group + i);
        plain_bfp_pack_pair (x, pair_row (c->x[group / 4], FALSE, row, group), pair_row (c->x[group / 4], TRUE, row, group));
      }
}

static void
row_of (Case *c, guint row, float *x)
{
  for (guint group = 0; group < c->n_cols / 8; group++)
    {
      float lo[8];

      plain_bfp_unpack (pair_row (c->x[group / 4], FALSE, row, group), x + 8 * group);
      plain_bfp_unpack (pair_row (c->x[group / 4], TRUE, row, group), lo);
      for (guint i = 0; i < 8; i++)
        x[8 * group + i] += lo[i];
    }
}

static float
row_sum (const float x[8])
{
  return ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]));
}

/* One row, sums in eight lanes, of what is above the mean of the first 32 columns */
static void
plain_norm_row (Case *c, guint row, float *y)
{
  const guint8 share[9] = { 122, 64, 64, 64, 64, 64, 64, 64, 64 };
  const float inverse = 1.0f / (float) c->n_cols;
  float x[MAX_COLS], sums[8] = { 0 }, squares[8] = { 0 }, shift = 0, mean, variance, square, factor;

  row_of (c, row, x);
  for (guint group = 0; group < 4; group++)
    {
      shift = scalar_bfp_mac (shift, pair_row (c->x[0], FALSE, row, group), 0, share, 0);
      shift = scalar_bfp_mac (shift, pair_row (c->x[0], TRUE, row, group), 0, share, 0);
    }
  for (guint j = 0; j < c->n_cols; j++)
    {
      float above = x[j] - shift;

      sums[j % 8] += above;
      above = above * above;
      squares[j % 8] = above + squares[j % 8];
    }
  mean = row_sum (sums) * inverse;
  variance = row_sum (squares) * inverse;
  square = mean * mean;
  variance = variance - square;
  variance = (variance > 0 ? variance : 0) + 1e-5f;
  factor = scalar_rsqrt (variance);
  mean = shift + mean;
  for (guint j = 0; j < c->n_cols; j++)
    {
      y[j] = (x[j] - mean) * factor;
      y[j] = y[j] * c->gain[j];
      y[j] = y[j] + c->bias[j];
    }
}

static void
exact_norm_row (Case *c, guint row, double *y)
{
  float x[MAX_COLS];
  double mean = 0, variance = 0;

  row_of (c, row, x);
  for (guint j = 0; j < c->n_cols; j++)
    mean += x[j] / (double) c->n_cols;
  for (guint j = 0; j < c->n_cols; j++)
    variance += (x[j] - mean) * (x[j] - mean) / c->n_cols;
  for (guint j = 0; j < c->n_cols; j++)
    y[j] = (x[j] - mean) / sqrt (variance + 1e-5) * c->gain[j] + c->bias[j];
}

/* Objects out_first .. out_first + n_out - 1, of two rounds */
static guint64
run (MockCore *core, const TileKernels *kernels, Case *c, TileFormat out, guint out_first, guint n_out)
{
  TileControl control = { .op = TILE_OP_LAYER_NORM,
                          .n_heads = c->has_heads ? TILE_HEADS : 0,
                          .norm = { .n_rounds = 2,
                                    .n_in = c->n_cols / 32,
                                    .keeps = c->keeps,
                                    .n_inverse = 1.0f / (float) c->n_cols,
                                    .out = out,
                                    .out_first = out_first,
                                    .n_out = n_out } };

  const guint first = out_first * (out == TILE_FORMAT_PAIR ? TILE_PAIR_COLS : TILE_SINGLE_COLS);

  control.n_row_blocks[core->core.row - 2] = c->n_row_blocks;
  mock_core_clear (core);
  mock_core_feed (core, TILE_STREAM_B, &control, sizeof control);
  mock_core_feed (core, TILE_STREAM_B, c->gain + first, sizeof c->gain - first * sizeof *c->gain);
  mock_core_feed (core, TILE_STREAM_B, c->bias + first, sizeof c->bias - first * sizeof *c->bias);
  for (guint pass = 0; pass < (c->keeps ? 1 : 2) * control.norm.n_rounds; pass++)
    if (c->has_heads)
      mock_core_feed_heads (core, (const guint8 (*)[TILE_OBJECT_BYTES]) c->x, control.norm.n_in);
    else
      for (guint i = 0; i < control.norm.n_in; i++)
        mock_core_feed (core, TILE_STREAM_A, c->x[i], TILE_OBJECT_BYTES);
  return mock_core_run (core, kernels->op_layer_norm);
}

static void
check (MockCore *core, Case *c, TileFormat out, guint out_first, guint n_out, double limit)
{
  const guint width = out == TILE_FORMAT_PAIR ? 32 : 64;

  g_assert_cmpuint (core->results->len, ==, 2 * n_out);
  for (guint i = 0; i < core->results->len; i++)
    for (guint row = 0; row < 8 * c->n_row_blocks; row++)
      {
        guint8 *object = g_ptr_array_index (core->results, i);
        float y[MAX_COLS];
        double exact[MAX_COLS];

        plain_norm_row (c, row, y);
        exact_norm_row (c, row, exact);
        for (guint group = 0; group < width / 8; group++)
          {
            guint first = (out_first + i % n_out) * width + 8 * group;
            guint8 hi[9], lo[9];

            plain_bfp_pack_pair (y + first, hi, lo);
            plain_assert_same ("y", plain_row (object, out == TILE_FORMAT_PAIR, FALSE, row, group), hi, 9);
            if (out == TILE_FORMAT_PAIR)
              plain_assert_same ("y", plain_row (object, TRUE, TRUE, row, group), lo, 9);
          }
        for (guint j = 0; j < c->n_cols; j++)
          g_assert_cmpfloat (fabs (y[j] - exact[j]), <, limit);
      }
}

/* Two objects, from the first on: gains and biases are such that some values are beyond the largest integer. */
static void
check_integers (MockCore *core, Case *c)
{
  for (guint i = 0; i < core->results->len; i++)
    {
      const guint8 *object = g_ptr_array_index (core->results, i);
      const float *scales = (const float *) (gconstpointer) (object + 4096);

      for (guint row = 0; row < 8 * c->n_row_blocks; row++)
        {
          float y[MAX_COLS];

          plain_norm_row (c, row, y);
          for (guint j = 0; j < 64; j++)
            g_assert_cmpint (((const gint8 *) object)[(row / 8 * 8 + j / 8) * 64 + row % 8 * 8 + j % 8], ==,
                             (gint8) CLAMP (rintf (y[i % 2 * 64 + j]), -128, 127));
          g_assert_cmpfloat (scales[row], ==, 1);
          g_assert_cmpfloat (scales[64 + row], ==, 0);
        }
    }
}

static void
test_integers (gconstpointer data)
{
  g_autoptr (MockCore) core = mock_core_new (3);
  g_autofree Case *c = g_new0 (Case, 1);

  c->n_cols = 384;
  for (Values values = 0; values < N_VALUES; values++)
    {
      c->n_row_blocks = 1 + values % 8;
      case_fill (c, values);
      for (guint j = 0; j < c->n_cols; j++)
        {
          c->gain[j] *= 40;
          c->bias[j] *= 100;
        }
      run (core, data, c, TILE_FORMAT_INT8, 0, 2);
      g_assert_cmpuint (core->results->len, ==, 4);
      check_integers (core, c);
    }
}

static void
test_same (gconstpointer data)
{
  static const guint widths[] = { 384, 512, 768 };
  /* with means of a hundred times the spread, the spread is known to fp32's 24 bits less 2 log2 (100 / 6), the mean to 24 less log2 (3200) */
  static const double limits[] = { 1e-5, 2e-5, 2e-3, 1e-5, 1e-5, 1e-5 };
  const TileKernels *kernels = data;
  g_autoptr (MockCore) core = mock_core_new (3);
  g_autofree Case *c = g_new0 (Case, 1);

  for (Values values = 0; values < N_VALUES; values++)
    for (guint w = 0; w < G_N_ELEMENTS (widths); w++)
      {
        c->n_cols = widths[w];
        c->n_row_blocks = 1 + (w + values) % 8;
        case_fill (c, values);
        run (core, kernels, c, TILE_FORMAT_PAIR, w, 3);
        check (core, c, TILE_FORMAT_PAIR, w, 3, limits[values]);
        run (core, kernels, c, TILE_FORMAT_SINGLE, c->n_cols / 64 - 2, 2);
        check (core, c, TILE_FORMAT_SINGLE, c->n_cols / 64 - 2, 2, limits[values]);
      }
}

/* What is kept, and what comes by heads, is what comes again, and whole. */
static void
test_ways (gconstpointer data)
{
  static const guint widths[] = { 384, 512, 768 };
  g_autoptr (MockCore) core = mock_core_new (0);
  g_autofree Case *c = g_new0 (Case, 1);

  for (guint way = 0; way < 4; way++)
    for (guint w = 0; w < G_N_ELEMENTS (widths); w++)
      {
        c->n_cols = widths[w];
        c->keeps = way % 2;
        c->has_heads = way / 2;
        c->n_row_blocks = c->has_heads ? 1 : 5;
        case_fill (c, VALUES_USUAL);
        run (core, data, c, TILE_FORMAT_PAIR, 9 - w, 3);
        check (core, c, TILE_FORMAT_PAIR, 9 - w, 3, 1e-5);
        run (core, data, c, TILE_FORMAT_SINGLE, w, 2);
        check (core, c, TILE_FORMAT_SINGLE, w, 2, 1e-5);
      }
}

/* An object takes 1152 cycles to come. */
static void
test_cycles (gconstpointer data)
{
  const TileKernels *kernels = data;
  g_autoptr (MockCore) core = mock_core_new (0);
  g_autofree Case *c = g_new0 (Case, 1);
  guint64 none, all;

  c->n_cols = 512;
  c->n_row_blocks = 8;
  case_fill (c, VALUES_USUAL);
  none = run (core, kernels, c, TILE_FORMAT_PAIR, 0, 0);
  all = run (core, kernels, c, TILE_FORMAT_PAIR, 0, 16);
  g_test_message ("%s: %" G_GUINT64_FORMAT " cycles for [64, 512], an object to add up %" G_GUINT64_FORMAT
                  ", to write %" G_GUINT64_FORMAT,
                  kernels->name, all / 2, none / 32, (all - none) / 32);
  g_assert_cmpuint (none / 32, <, 1152);
  g_assert_cmpuint ((all - none) / 32, <, 1152);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; tile_kernels_get_nth (i); i++)
    {
      const TileKernels *kernels = tile_kernels_get_nth (i);
      g_autofree char *same = g_strdup_printf ("/tile/norm/%s/same", kernels->name);
      g_autofree char *integers = g_strdup_printf ("/tile/norm/%s/integers", kernels->name);
      g_autofree char *cycles = g_strdup_printf ("/tile/norm/%s/cycles", kernels->name);
      g_autofree char *ways = g_strdup_printf ("/tile/norm/%s/ways", kernels->name);

      g_test_add_data_func (same, kernels, test_same);
      g_test_add_data_func (ways, kernels, test_ways);
      g_test_add_data_func (integers, kernels, test_integers);
      g_test_add_data_func (cycles, kernels, test_cycles);
    }
  return g_test_run ();
}
