/* test-tile-gemm-int.c - integer products of tiles and their scaling, in every instruction set of this processor, against plain loops
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/kernels.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#define ROWS 64
#define COLS 128

typedef struct
{
  const TileKernels *kernels;
  TileClock clock;
  gint32 *found, *expected; /* 8x8 blocks in the order of gemm.h */
  float row_scales[ROWS], col_scales[COLS];
} Fixture;

/* Random bytes, or the largest ones: of those, products and sums of pairs are as large as they get. */
static guint8 *
random_object (gboolean is_extreme)
{
  guint8 *object = g_malloc (TILE_OBJECT_BYTES);

  for (guint i = 0; i < TILE_OBJECT_BYTES; i += 2)
    {
      guint16 value = (guint16) (is_extreme ? 0x8000 : g_test_rand_int ());

      if (is_extreme && g_test_rand_int_range (0, 4) == 0)
        value = g_test_rand_bit () ? 0x7fff : 0x8080;
      memcpy (object + i, &value, sizeof value);
    }
  return object;
}

static gsize
acc_index (int row, int col)
{
  return (gsize) (row / 8 * 16 + col / 8) * 64 + row % 8 * 8 + col % 8;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->kernels = data;
  f->found = g_new (gint32, TILE_ACC_FLOATS);
  f->expected = g_new (gint32, TILE_ACC_FLOATS);
  for (guint i = 0; i < TILE_ACC_FLOATS; i++)
    f->found[i] = f->expected[i] = g_test_rand_int () >> g_test_rand_int_range (4, 31);
  for (guint i = 0; i < ROWS; i++)
    f->row_scales[i] = (float) exp2 (g_test_rand_double_range (-20, 0));
  for (guint i = 0; i < COLS; i++)
    f->col_scales[i] = (float) exp2 (g_test_rand_double_range (-4, 4));
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_free (f->found);
  g_free (f->expected);
}

static gint32
activation (const guint8 *a, gboolean is_wide, int row, int k)
{
  gint16 wide;

  if (!is_wide)
    return (gint8) a[(row / 8 * 8 + k / 8) * 64 + row % 8 * 8 + k % 8];
  memcpy (&wide, a + (row / 8 * 8 + k / 4) * 64 + (row % 8 * 4 + k % 4) * 2, sizeof wide);
  return wide;
}

static void
test_products (Fixture *f, gconstpointer data)
{
  for (int rows = 1; rows <= 8; rows++)
    for (int cols = 1; cols <= 16; cols += 3)
      for (int how = 0; how < 12; how++)
        {
          const gboolean is_wide = how / 4 == 2, is_first = how % 2, is_extreme = how / 2 % 2;
          const int first_k = how / 4 == 1 ? 32 : 0;
          TileGemmShape shape = { .n_row_blocks = rows, .n_col_blocks = cols, .a_first_col_block = first_k / 8 };
          g_autofree guint8 *a = random_object (is_extreme), *b = random_object (is_extreme);

          (is_wide ? f->kernels->gemm_i16i8 : f->kernels->gemm_i8) (&f->clock, f->found, a, b, &shape, is_first);
          for (int row = 0; row < 8 * rows; row++)
            for (int col = 0; col < 8 * cols; col++)
              {
                gint32 sum = is_first ? 0 : f->expected[acc_index (row, col)];

                for (int k = 0; k < 32; k++)
                  sum += activation (a, is_wide, row, first_k + k) * (gint8) b[(col / 8 * 4 + k / 8) * 64 + k % 8 * 8 + col % 8];
                f->expected[acc_index (row, col)] = sum;
              }
          for (guint i = 0; i < TILE_ACC_FLOATS; i++)
            if (f->found[i] != f->expected[i])
              g_error ("%d row blocks, %d column blocks, way %d: value %u is %d, not %d", rows, cols, how, i, f->found[i],
                       f->expected[i]);
        }
}

static float
scaled_value (Fixture *f, int row, int col)
{
  return (float) f->expected[acc_index (row, col)] * f->row_scales[row] * f->col_scales[col];
}

/* Floats take the place of the sums, and the sums outside of the shape stay. */
static void
test_scale (Fixture *f, gconstpointer data)
{
  TileGemmShape shape = { .n_row_blocks = 5, .n_col_blocks = 11 };

  f->kernels->gemm_scale (&f->clock, f->found, f->row_scales, f->col_scales, &shape);
  for (int row = 0; row < ROWS; row++)
    for (int col = 0; col < COLS; col++)
      if (row < 40 && col < 88)
        {
          float value;

          memcpy (&value, &f->found[acc_index (row, col)], sizeof value);
          g_assert_cmpfloat (value, ==, scaled_value (f, row, col));
        }
      else
        g_assert_cmpint (f->found[acc_index (row, col)], ==, f->expected[acc_index (row, col)]);
}

static void
test_requantise (Fixture *f, gconstpointer data)
{
  guint n_saturated = 0;

  for (int half = 0; half < 2; half++)
    {
      guint8 object[TILE_OBJECT_BYTES];

      memset (object, 0xaa, sizeof object);
      f->kernels->gemm_requantise (&f->clock, f->found, f->row_scales, f->col_scales, half, object);
      for (int row = 0; row < ROWS; row++)
        for (int col = 0; col < 64; col++)
          {
            float value = nearbyintf (scaled_value (f, row, 64 * half + col));

            n_saturated += fabsf (value) > 128;
            g_assert_cmpint ((gint8) object[(row / 8 * 8 + col / 8) * 64 + row % 8 * 8 + col % 8], ==,
                             (int) fmaxf (-128, fminf (127, value)));
          }
      for (guint i = TILE_INT_SCALES; i < TILE_OBJECT_BYTES; i++)
        g_assert_cmpint (object[i], ==, 0xaa);
    }
  g_assert_cmpuint (n_saturated, >, 100);
}

/* One vector operation for 512 or 256 products, and little besides */
static void
test_cycles (Fixture *f, gconstpointer data)
{
  g_autofree guint8 *a = random_object (FALSE), *b = random_object (FALSE);
  TileGemmShape shape = { .n_row_blocks = 8, .n_col_blocks = 16 };
  TileClock clock = { 0 };

  f->kernels->gemm_i8 (&clock, f->found, a, b, &shape, FALSE);
  g_assert_cmpuint (tile_clock_cycles (&clock), >=, 512);
  g_assert_cmpuint (tile_clock_cycles (&clock), <, 512 * 115 / 100);
  clock = (TileClock){ 0 };
  f->kernels->gemm_i16i8 (&clock, f->found, a, b, &shape, FALSE);
  g_assert_cmpuint (tile_clock_cycles (&clock), >=, 1024);
  g_assert_cmpuint (tile_clock_cycles (&clock), <, 1024 * 110 / 100);
  clock = (TileClock){ 0 };
  f->kernels->gemm_scale (&clock, f->found, f->row_scales, f->col_scales, &shape);
  g_test_message ("scaling a tile: %" G_GUINT64_FORMAT " cycles", tile_clock_cycles (&clock));
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*func) (Fixture *f, gconstpointer data);
  } tests[] = {
    { "products", test_products }, { "scale", test_scale }, { "requantise", test_requantise }, { "cycles", test_cycles }
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; tile_kernels_get_nth (i); i++)
    for (guint t = 0; t < G_N_ELEMENTS (tests); t++)
      {
        const TileKernels *kernels = tile_kernels_get_nth (i);
        g_autofree char *path = g_strdup_printf ("/tile/%s/int/%s", kernels->name, tests[t].name);

        g_test_add (path, Fixture, kernels, set_up, tests[t].func, tear_down);
      }
  return g_test_run ();
}
