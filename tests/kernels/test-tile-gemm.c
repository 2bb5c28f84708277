/* test-tile-gemm.c - a tile of a matrix product from objects to objects, in every instruction set of this processor, against plain loops
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/kernels.h"

#include "scalar.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#define ROWS 64
#define COLS 128

typedef struct
{
  const TileKernels *kernels;
  TileClock clock;
  float *found, *expected; /* accumulators in their order in memory: 8x8 blocks */
} Fixture;

/* Objects of these kinds */
typedef enum
{
  OBJECTS_ORDINARY,
  OBJECTS_WIDE,  /* every exponent byte */
  OBJECTS_LARGE, /* products around the largest floats */
  OBJECTS_SMALL, /* products around the least ones */
  OBJECTS_ZERO,
  N_OBJECTS
} Objects;

static guint8 *
random_object (Objects kind)
{
  static const int first[] = { 120, 0, 180, 55, 0 }, end[] = { 134, 256, 200, 75, 256 };
  guint8 *object = g_malloc (TILE_OBJECT_BYTES);

  for (guint i = 0; i < TILE_OBJECT_BYTES; i++)
    object[i] = (guint8) (i % 9 == 0             ? g_test_rand_int_range (first[kind], end[kind])
                          : kind == OBJECTS_ZERO ? 0
                                                 : g_test_rand_int ());
  return object;
}

static float *
acc_value (float *acc, int row, int col)
{
  return acc + (row / 8 * 16 + col / 8) * 64 + row % 8 * 8 + col % 8;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->kernels = data;
  f->found = g_new (float, TILE_ACC_FLOATS);
  f->expected = g_new (float, TILE_ACC_FLOATS);
  for (guint i = 0; i < TILE_ACC_FLOATS; i++)
    f->found[i] = f->expected[i] = (float) g_test_rand_double_range (-6, 6);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_free (f->found);
  g_free (f->expected);
}

static guint32
bits_of (float x)
{
  guint32 bits;

  memcpy (&bits, &x, sizeof bits);
  return bits;
}

static gboolean
same_floats (const float *found, const float *expected, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (bits_of (found[i]) != bits_of (expected[i]) && !(found[i] != found[i] && expected[i] != expected[i]))
      {
        g_test_message ("value %" G_GSIZE_FORMAT " is %a, not %a", i, found[i], expected[i]);
        return FALSE;
      }
  return TRUE;
}

static void
scalar_gemm (float *acc, const guint8 *a, const guint8 *b, const TileGemmShape *shape, gboolean is_first)
{
  for (int row = 0; row < 8 * shape->n_row_blocks; row++)
    for (int col = 0; col < 8 * shape->n_col_blocks; col++)
      {
        float sum = is_first ? 0 : *acc_value (acc, row, col);

        for (int low = 0; low < (shape->is_pair && !shape->is_high_only ? 2 : 1); low++)
          for (int k = 0; k < 4; k++)
            {
              const int block = shape->is_pair ? (row / 8 * 4 + k) * 2 + low : row / 8 * 8 + shape->a_first_col_block + k;

              sum = scalar_bfp_mac (sum, a + block * 72, row % 8, b + (col / 8 * 4 + k) * 72, col % 8);
            }
        *acc_value (acc, row, col) = sum;
      }
}

/* Every shape; what lies outside of it stays. */
static void
test_shapes (Fixture *f, gconstpointer data)
{
  for (int rows = 1; rows <= 8; rows++)
    for (int cols = 1; cols <= 16; cols++)
      for (int how = 0; how < 8; how++)
        {
          TileGemmShape shape = { .n_row_blocks = rows,
                                  .n_col_blocks = cols,
                                  .is_pair = how / 2 >= 2,
                                  .is_high_only = how / 2 == 3,
                                  .a_first_col_block = how / 2 == 1 ? 4 : 0 };
          g_autofree guint8 *a = random_object (OBJECTS_ORDINARY), *b = random_object (OBJECTS_ORDINARY);

          f->kernels->gemm_bfp (&f->clock, f->found, a, b, &shape, how % 2);
          scalar_gemm (f->expected, a, b, &shape, how % 2);
          if (!same_floats (f->found, f->expected, TILE_ACC_FLOATS))
            g_error ("%d row blocks, %d column blocks, %s, %s", rows, cols,
                     shape.is_high_only ? "high of a pair"
                     : shape.is_pair    ? "pair"
                                        : "single",
                     how % 2 ? "first" : "not first");
        }
}

/* Steps over a longer inner dimension, with objects of every kind. */
static void
test_values (Fixture *f, gconstpointer data)
{
  for (Objects kind = 0; kind < N_OBJECTS; kind++)
    for (int round = 0; round < 20; round++)
      {
        TileGemmShape shape = {
          .n_row_blocks = 8, .n_col_blocks = 16, .is_pair = round % 2 == 1, .a_first_col_block = round % 4 == 2 ? 4 : 0
        };
        g_autofree guint8 *a = random_object (kind), *b = random_object (kind);

        f->kernels->gemm_bfp (&f->clock, f->found, a, b, &shape, round % 5 == 0);
        scalar_gemm (f->expected, a, b, &shape, round % 5 == 0);
        if (!same_floats (f->found, f->expected, TILE_ACC_FLOATS))
          g_error ("kind %d, step %d", (int) kind, round);
      }
}

/* The product of numbers, not of objects: what comes out is near what was meant, and a PAIR is nearer. */
static void
test_meaning (Fixture *f, gconstpointer data)
{
  g_autofree guint8 *single = g_malloc0 (TILE_OBJECT_BYTES), *pair = g_malloc0 (TILE_OBJECT_BYTES),
                    *b = g_malloc0 (TILE_OBJECT_BYTES);
  double meant[ROWS][32], errors[2] = { 0 }, square = 0;

  for (int row = 0; row < ROWS; row++)
    for (int k = 0; k < 32; k += 8)
      {
        float x[8], rest[8];
        guint8 *high = pair + (row / 8 * 4 + k / 8) * 2 * 72;

        for (int i = 0; i < 8; i++)
          meant[row][k + i] = x[i] = (float) g_test_rand_double_range (-1, 1);
        scalar_row_to_bfp (x, high + row % 8 * 9);
        for (int i = 0; i < 8; i++)
          rest[i] = x[i] - scalar_bfp_value (high, row % 8, i);
        scalar_row_to_bfp (rest, high + 72 + row % 8 * 9);
        memcpy (single + (row / 8 * 8 + k / 8) * 72 + row % 8 * 9, high + row % 8 * 9, 9);
      }
  for (int col = 0; col < COLS; col++)
    for (int k = 0; k < 32; k += 8)
      {
        float w[8];

        for (int i = 0; i < 8; i++)
          w[i] = (float) g_test_rand_double_range (-1, 1);
        scalar_row_to_bfp (w, b + (col / 8 * 4 + k / 8) * 72 + col % 8 * 9);
      }

  for (int is_pair = 0; is_pair < 2; is_pair++)
    {
      TileGemmShape shape = { .n_row_blocks = 8, .n_col_blocks = 16, .is_pair = is_pair == 1 };

      f->kernels->gemm_bfp (&f->clock, f->found, is_pair ? pair : single, b, &shape, true);
      for (int row = 0; row < ROWS; row++)
        for (int col = 0; col < COLS; col++)
          {
            double sum = 0, error;

            for (int k = 0; k < 32; k++)
              sum += meant[row][k] * scalar_bfp_value (b + (col / 8 * 4 + k / 8) * 72, col % 8, k % 8);
            error = sum - *acc_value (f->found, row, col);
            errors[is_pair] += error * error;
            square += sum * sum / 2;
          }
    }
  g_test_message ("relative squared errors: single %g, pair %g", errors[0] / square, errors[1] / square);
  g_assert_cmpfloat (errors[0] / square, <, 0.01 * 0.01);
  g_assert_cmpfloat (errors[1] / square, <, 1e-4 * 1e-4);
}

/* The value at a row and column of the tile when all is done */
static float
finished_value (float *acc, const TileFinish *finish, const guint8 *residuals[4], int row, int col)
{
  float x = *acc_value (acc, row, col);

  if (row < finish->row_first || row >= finish->row_end)
    return 0;
  if (finish->bias)
    x += finish->bias[col];
  if (finish->gelu)
    x = scalar_gelu (x);
  if (residuals[0])
    for (int half = 0; half < 2; half++)
      x += scalar_bfp_value (residuals[col / 32] + ((row / 8 * 4 + col % 32 / 8) * 2 + half) * 72, row % 8, col % 8);
  return x;
}

/* A PAIR [64 x 32] or SINGLE [64 x 64] of values */
static void
scalar_object (gboolean is_pair, float values[64][64], guint8 *object)
{
  for (int row = 0; row < 64; row++)
    for (int j = 0; j < (is_pair ? 4 : 8); j++)
      {
        const float *x = &values[row][8 * j];
        guint8 *block = object + (is_pair ? (row / 8 * 4 + j) * 2 : row / 8 * 8 + j) * 72;
        float rest[8];

        scalar_row_to_bfp (x, block + row % 8 * 9);
        for (int i = 0; i < 8; i++)
          rest[i] = x[i] - scalar_bfp_value (block, row % 8, i);
        if (is_pair)
          scalar_row_to_bfp (rest, block + 72 + row % 8 * 9);
      }
}

/* Integers of 64 columns, then scales that are all 1, and zeros */
static void
scalar_integers (float *acc, const TileFinish *finish, const guint8 *residuals[4], int object, guint8 *out)
{
  float *scales = (float *) (gpointer) (out + 4096);

  for (int row = 0; row < 64; row++)
    for (int col = 0; col < 64; col++)
      {
        float x = finished_value (acc, finish, residuals, row, object * 64 + col) * finish->scale;

        x += finish->zero;
        ((gint8 *) out)[(row / 8 * 8 + col / 8) * 64 + row % 8 * 8 + col % 8] = (gint8) CLAMP (rintf (x), -128, 127);
      }
  for (int i = 0; i < 128; i++)
    scales[i] = i < 64;
}

static void
scalar_finish (float *acc, const TileFinish *finish, const guint8 *residuals[4], int object, guint8 *out)
{
  float values[64][64];

  if (finish->out == TILE_FORMAT_INT8)
    {
      scalar_integers (acc, finish, residuals, object, out);
      return;
    }
  if (finish->out == TILE_FORMAT_F32)
    {
      memset (out, 0, TILE_OBJECT_BYTES);
      for (int row = 0; row < ROWS; row++)
        for (int i = 0; i < 16; i++)
          ((float *) (gpointer) out)[row * 16 + i] = finished_value (acc, finish, residuals, row, object * 16 + i);
      return;
    }
  for (int i = 0; i < 64; i++)
    for (int j = 0; j < (finish->out == TILE_FORMAT_PAIR || finish->out == TILE_FORMAT_PAIR_TRANSPOSED ? 32 : 64); j++)
      switch (finish->out)
        {
        case TILE_FORMAT_PAIR:
          values[i][j] = finished_value (acc, finish, residuals, i, object * 32 + j);
          break;
        case TILE_FORMAT_SINGLE:
          values[i][j] = finished_value (acc, finish, residuals, i, object * 64 + j);
          break;
        case TILE_FORMAT_SINGLE_TRANSPOSED:
          values[i][j] = finished_value (acc, finish, residuals, j, object * 64 + i);
          break;
        default:
          values[i][j] = finished_value (acc, finish, residuals, object % 2 * 32 + j, object / 2 * 64 + i);
        }
  scalar_object (finish->out == TILE_FORMAT_PAIR || finish->out == TILE_FORMAT_PAIR_TRANSPOSED, values, out);
}

/* Which residual object a part takes */
static const guint8 *
residual_of (TileFormat out, int part, const guint8 *residuals[4])
{
  switch (out)
    {
    case TILE_FORMAT_F32:
      return residuals[part / 2];
    case TILE_FORMAT_PAIR_TRANSPOSED:
      return residuals[part / 4 * 2 + part % 2];
    default:
      return residuals[part];
    }
}

static void
test_finish (Fixture *f, gconstpointer data)
{
  float bias[COLS];

  for (guint round = 0; round < 36 * TILE_N_FORMATS; round++)
    {
      TileFinish finish = { .out = round % TILE_N_FORMATS,
                            .gelu = round / TILE_N_FORMATS % 3,
                            .row_end = 64,
                            .scale = (float) g_test_rand_double_range (1, 60),
                            .zero = (float) g_test_rand_int_range (-128, 1) };
      const int n_parts = tile_out_n_parts (finish.out), per_object = tile_out_parts_per_object (finish.out);
      const guint8 *residuals[4] = { NULL };

      if (round / TILE_N_FORMATS % 2)
        {
          finish.row_first = g_test_rand_int_range (0, 64);
          finish.row_end = g_test_rand_int_range (0, 65);
        }
      if (round / TILE_N_FORMATS % 4 > 0)
        finish.bias = bias;
      for (guint i = 0; i < COLS; i++)
        bias[i] = (float) g_test_rand_double_range (-1, 1);
      for (guint i = 0; i < 4 && round / TILE_N_FORMATS % 4 > 1; i++)
        residuals[i] = random_object (OBJECTS_ORDINARY);
      for (guint i = 0; i < TILE_ACC_FLOATS; i++)
        f->expected[i] = (float) g_test_rand_double_range (-6, 6) * (g_test_rand_int_range (0, 50) ? 1 : 4096);

      for (int object = 0; object < n_parts / per_object; object++)
        {
          guint8 found[TILE_OBJECT_BYTES], expected[TILE_OBJECT_BYTES];

          memset (found, 0xaa, sizeof found);
          for (int part = object * per_object; part < (object + 1) * per_object; part++)
            f->kernels->gemm_finish (&f->clock, f->expected, &finish, part, residual_of (finish.out, part, residuals), found);
          scalar_finish (f->expected, &finish, residuals, object, expected);
          for (guint i = 0; i < TILE_OBJECT_BYTES; i++)
            if (found[i] != expected[i])
              g_error ("out %d, gelu %d, rows %d..%d, object %d: byte %u is %d, not %d", (int) finish.out, (int) finish.gelu,
                       finish.row_first, finish.row_end, object, i, found[i], expected[i]);
        }
      for (guint i = 0; i < 4; i++)
        g_free ((guint8 *) residuals[i]);
    }
}

/* A step counts the same in every set, near one cycle a product of blocks. */
static void
test_cycles (Fixture *f, gconstpointer data)
{
  g_autofree guint8 *a = random_object (OBJECTS_ORDINARY), *b = random_object (OBJECTS_ORDINARY);
  TileGemmShape single = { .n_row_blocks = 8, .n_col_blocks = 16 },
                pair = { .n_row_blocks = 8, .n_col_blocks = 16, .is_pair = true };
  TileClock clock = { 0 };

  f->kernels->gemm_bfp (&clock, f->found, a, b, &single, false);
  g_assert_cmpuint (tile_clock_cycles (&clock), >=, 512);
  g_assert_cmpuint (tile_clock_cycles (&clock), <, 512 * 115 / 100);
  clock = (TileClock){ 0 };
  f->kernels->gemm_bfp (&clock, f->found, a, b, &pair, false);
  g_assert_cmpuint (tile_clock_cycles (&clock), >=, 1024);
  g_assert_cmpuint (tile_clock_cycles (&clock), <, 1024 * 115 / 100);
  for (TileFormat out = 0; out < TILE_N_FORMATS; out++)
    for (int gelu = 0; gelu <= 1; gelu++)
      {
        TileFinish finish = { .out = out, .gelu = gelu, .row_end = 64, .bias = f->expected };

        clock = (TileClock){ 0 };
        for (int part = 0; part < tile_out_n_parts (out); part++)
          f->kernels->gemm_finish (&clock, f->found, &finish, part, NULL, a);
        g_test_message ("out %u, gelu %u: %" G_GUINT64_FORMAT " cycles a tile", out, gelu, tile_clock_cycles (&clock));
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; tile_kernels_get_nth (i); i++)
    {
      const TileKernels *kernels = tile_kernels_get_nth (i);
      const struct
      {
        const char *name;
        void (*func) (Fixture *f, gconstpointer data);
      } tests[] = { { "shapes", test_shapes },
                    { "values", test_values },
                    { "meaning", test_meaning },
                    { "finish", test_finish },
                    { "cycles", test_cycles } };

      for (guint t = 0; t < G_N_ELEMENTS (tests); t++)
        {
          g_autofree char *path = g_strdup_printf ("/tile/%s/%s", kernels->name, tests[t].name);

          g_test_add (path, Fixture, kernels, set_up, tests[t].func, tear_down);
        }
    }
  return g_test_run ();
}
