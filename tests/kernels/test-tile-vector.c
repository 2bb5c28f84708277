/* test-tile-vector.c - the functions of tile.h in every instruction set that this processor has, against plain loops: bit for bit
 *
 * The device half of tile.h is held against the same loops, with aie2p.cc in place of the device. What it has instructions for, or makes of integers,
 * is the same to the bit; an fp32 product, which it makes of bf16, is close.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/kernels.h"

#include "scalar.h"
#include "vector-ops.h"

#include <glib.h>
#include <math.h>
#include <string.h>

typedef void (*VectorOpFunc) (VectorOp op, const VectorCase *c, VectorOutcome *outcome);

#if !defined TILE_ONLY_AVX2
void vector_op_plain (VectorOp op, const VectorCase *c, VectorOutcome *outcome);
#endif
#if defined __x86_64__
void vector_op_avx2 (VectorOp op, const VectorCase *c, VectorOutcome *outcome);
#if !defined TILE_ONLY_AVX2
void vector_op_avx512 (VectorOp op, const VectorCase *c, VectorOutcome *outcome);
#endif
#endif

#if defined TILE_HAS_DEVICE
void vector_op_device (VectorOp op, const VectorCase *c, VectorOutcome *outcome);
#endif

static const struct
{
  const char *name;
  VectorOpFunc func;
} sets[] = {
#if !defined TILE_ONLY_AVX2
  { "plain", vector_op_plain },
#endif
#if defined __x86_64__
  { "avx2", vector_op_avx2 },
#if !defined TILE_ONLY_AVX2
  { "avx512", vector_op_avx512 },
#endif
#endif
};

#define OP_NAME(name) #name,
static const char *const op_names[] = { VECTOR_OPS (OP_NAME) };

/* What values a case has */
typedef enum
{
  VALUES_ORDINARY, /* -8..8 */
  VALUES_WIDE,     /* every exponent, infinities too */
  VALUES_TINY,     /* around the least exponents: denormals, zeros of both signs */
  VALUES_HUGE,     /* around the largest ones */
  VALUES_EQUAL,    /* b cancels a, lanes repeat, small whole numbers and halves: ties of every rounding */
  N_VALUES
} Values;

static float
random_float (int first_exponent, int end_exponent)
{
  guint32 bits = (guint32) g_test_rand_int () & 0x807fffff;
  float x;

  if (g_test_rand_int_range (0, 8) == 0)
    bits &= 0x80000000;
  bits |= (guint32) g_test_rand_int_range (first_exponent, end_exponent) << 23;
  memcpy (&x, &bits, sizeof x);
  return isnan (x) ? INFINITY : x;
}

static float
random_value (Values values)
{
  switch (values)
    {
    case VALUES_WIDE:
      return random_float (0, 256);
    case VALUES_TINY:
      return random_float (0, 12);
    case VALUES_HUGE:
      return random_float (245, 256);
    case VALUES_EQUAL:
      return (float) g_test_rand_int_range (-256, 257) / 2;
    default:
      return (float) g_test_rand_double_range (-8, 8);
    }
}

static void
random_block (Values values, guint8 *block)
{
  static const int first[] = { 110, 0, 0, 240, 127 }, end[] = { 140, 256, 70, 256, 128 };

  for (guint i = 0; i < 72; i++)
    block[i] = (guint8) (i % 9 == 0           ? g_test_rand_int_range (first[values], end[values])
                         : g_test_rand_bit () ? g_test_rand_int ()
                                              : g_test_rand_int_range (-1, 1) * 128);
}

static void
random_case (Values values, VectorCase *c)
{
  for (guint i = 0; i < sizeof *c; i++)
    ((guint8 *) c)[i] = (guint8) g_test_rand_int ();
  for (guint i = 0; i < 64; i++)
    {
      c->a[i] = random_value (values);
      c->b[i] = values == VALUES_EQUAL && g_test_rand_bit () ? -c->a[i] : random_value (values);
      c->c[i] = values == VALUES_EQUAL ? c->a[i] : random_value (values);
      c->positive[i] = fabsf (random_float (values == VALUES_ORDINARY ? 120 : 3, values == VALUES_ORDINARY ? 134 : 250));
      if (c->positive[i] < 0x1p-124f)
        c->positive[i] = 1;
      c->score[i] = (float) g_test_rand_double_range (-300, 300);
      c->level[i] = (float) g_test_rand_double_range (-100, 100);
      c->small[i] >>= 3;
    }
  for (guint i = 0; i < G_N_ELEMENTS (c->rows); i++)
    c->rows[i] = random_value (values);
  for (guint i = 0; i < 8; i++)
    {
      c->begin[i] = g_test_rand_int_range (-2, 20);
      c->end_of[i] = g_test_rand_int_range (-2, 20);
    }
  random_block (values, c->p);
  random_block (values, c->q);
  for (guint i = 0; i < G_N_ELEMENTS (c->acc64); i++)
    c->acc64[i] >>= g_test_rand_int_range (values == VALUES_WIDE ? 1 : 8, 60);
  for (guint i = 0; i < G_N_ELEMENTS (c->narrow); i++)
    c->narrow[i] >>= g_test_rand_int_range (24, 60);
  c->shift = g_test_rand_int_range (1, 21);
  c->first = g_test_rand_int_range (0, 9);
  c->end = g_test_rand_int_range (0, 10);
  c->pair = g_test_rand_int_range (0, 4);
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
    if (bits_of (found[i]) != bits_of (expected[i]) && !(isnan (found[i]) && isnan (expected[i])))
      {
        g_test_message ("lane %" G_GSIZE_FORMAT " is %a (%g), not %a (%g)", i, found[i], found[i], expected[i], expected[i]);
        return FALSE;
      }
  return TRUE;
}

static gboolean
same_integers (const VectorOutcome *found, const VectorOutcome *expected)
{
  return memcmp (found->bytes, expected->bytes, sizeof found->bytes) == 0
         && memcmp (found->i16, expected->i16, sizeof found->i16) == 0
         && memcmp (found->i32, expected->i32, sizeof found->i32) == 0
         && memcmp (found->i64, expected->i64, sizeof found->i64) == 0;
}

static void
test_ops (gconstpointer data)
{
  const VectorOpFunc func = sets[GPOINTER_TO_SIZE (data)].func;

  for (guint round = 0; round < 2000 * N_VALUES; round++)
    {
      VectorCase c;

      random_case (round % N_VALUES, &c);
      for (VectorOp op = 0; op < VECTOR_N_OPS; op++)
        {
          VectorOutcome found = { 0 }, expected = { 0 };

          func (op, &c, &found);
          scalar_op (op, &c, &expected);
          if (!same_floats (found.x, expected.x, 64) || !same_floats (found.y, expected.y, 64)
              || !same_floats (found.rows, expected.rows, G_N_ELEMENTS (found.rows)) || !same_integers (&found, &expected))
            g_error ("%s differs from its definition in round %u", op_names[op], round);
        }
    }
}

#if defined TILE_HAS_DEVICE

/* What a product of floats may differ by, of parts that are floats too. Infinite, where it overflows or a part underflows: there is neither in kernels. */
static float
product_tolerance (float a, float b)
{
  const gboolean is_tiny = (a != 0 && fabsf (a) < 0x1p-100f) || (b != 0 && fabsf (b) < 0x1p-100f);

  return is_tiny ? INFINITY : 0x1p-21f * fabsf (a * b);
}

/* Where sums cancel, the error is that of their terms. */
static float
device_tolerance (VectorOp op, const VectorCase *c, guint lane)
{
  const float a = c->a[lane];

  switch (op)
    {
    case VECTOR_OP_mul:
    case VECTOR_OP_fma:
      return product_tolerance (a, c->b[lane]) + 0x1p-21f * fabsf (c->c[lane]);
    case VECTOR_OP_mul_scalar:
    case VECTOR_OP_fma_scalar:
      return product_tolerance (a, c->b[0]) + 0x1p-21f * fabsf (c->c[lane]);
    case VECTOR_OP_reciprocal:
      return 0x1p-20f / c->positive[lane];
    case VECTOR_OP_rsqrt:
      return 0x1p-20f / sqrtf (c->positive[lane]);
    case VECTOR_OP_log2:
      return 4e-6f;
    default:
      return 0;
    }
}

static gboolean
close_floats (VectorOp op, const VectorCase *c, const float *found, const float *expected)
{
  for (guint i = 0; i < 64; i++)
    if (bits_of (found[i]) != bits_of (expected[i]) && !isinf (device_tolerance (op, c, i))
        && !(fabsf (found[i] - expected[i]) <= device_tolerance (op, c, i)))
      {
        g_test_message ("lane %u is %a (%g), not %a (%g)", i, found[i], found[i], expected[i], expected[i]);
        return FALSE;
      }
  return TRUE;
}

static void
test_device (void)
{
  for (guint round = 0; round < 500 * N_VALUES; round++)
    {
      const Values values = round % N_VALUES;
      VectorCase c;

      random_case (values, &c);
      for (VectorOp op = 0; op < VECTOR_N_OPS; op++)
        {
          VectorOutcome found = { 0 }, expected = { 0 };

          if (values != VALUES_ORDINARY && device_tolerance (op, &c, 0) > 0)
            continue;
          vector_op_device (op, &c, &found);
          scalar_op (op, &c, &expected);
          if (!close_floats (op, &c, found.x, expected.x) || !same_floats (found.y, expected.y, 64)
              || !same_floats (found.rows, expected.rows, G_N_ELEMENTS (found.rows)) || !same_integers (&found, &expected))
            g_error ("%s of the device half differs from its definition in round %u", op_names[op], round);
        }
    }
}

#endif

/* The definitions themselves against the functions they approximate */
static void
test_accuracy (void)
{
  double exp2_error = 0, log2_error = 0, rsqrt_error = 0, reciprocal_error = 0, gelu_error = 0;

  for (guint i = 0; i < 1000000; i++)
    {
      float x = (float) g_test_rand_double_range (-126, 127), y = random_float (3, 250),
            z = (float) g_test_rand_double_range (-7, 7);

      y = y == 0 ? 1 : fabsf (y);
      exp2_error = MAX (exp2_error, fabs (scalar_exp2 (x) / exp2 (x) - 1));
      log2_error = MAX (log2_error, fabs (scalar_log2 (y) - log2 (y)) - 0x1p-24 * fabs (log2 (y)));
      rsqrt_error = MAX (rsqrt_error, fabs (scalar_rsqrt (y) * sqrt (y) - 1));
      reciprocal_error = MAX (reciprocal_error, fabs (scalar_reciprocal (y) * (double) y - 1));
      gelu_error = MAX (gelu_error, fabs (scalar_gelu (z) - 0.5 * z * erfc (-z * M_SQRT1_2)));
    }
  g_test_message ("errors: exp2 %g, log2 %g, rsqrt %g, reciprocal %g, gelu %g", exp2_error, log2_error, rsqrt_error,
                  reciprocal_error, gelu_error);
  g_assert_cmpfloat (exp2_error, <, 0x1p-14);
  g_assert_cmpfloat (log2_error, <, 1e-7);
  g_assert_cmpfloat (rsqrt_error, <, 3e-7);
  g_assert_cmpfloat (reciprocal_error, <, 2e-7);
  g_assert_cmpfloat (gelu_error, <, 2.1e-4);
  g_assert_cmpfloat (scalar_gelu (0), ==, 0);
  g_assert_cmpfloat (scalar_exp2 (-126.5f), ==, 0);
  g_assert_cmpfloat (scalar_exp2 (-385), ==, 0);
  g_assert_cmpfloat (scalar_exp2 (0), ==, 1);
  g_assert_cmpfloat (fabsf (scalar_gelu (50) - 50), <, 2.1e-4);
  g_assert_cmpfloat (fabsf (scalar_gelu (-1e30f)), <, 2.1e-4);
}

/* Straight code is the sum of its slots; a loop is its fullest slot, and what it takes to fill and drain each time it is entered. */
static void
test_clock (void)
{
  TileClock clock = { 0 };

  tile_clock_count (&clock, 1, 2, 9, 8, 3);
  g_assert_cmpuint (tile_clock_cycles (&clock), ==, 1 + 2 + 2 + 1 + 3);
  tile_loop_begin (&clock);
  g_assert_cmpuint (tile_clock_cycles (&clock), ==, 9);
  for (guint i = 0; i < 100; i++)
    tile_clock_count (&clock, 1, 0, 24, 0, 0);
  tile_loop_end (&clock, 2);
  g_assert_cmpuint (tile_clock_cycles (&clock), ==, 9 + 150 + 2 * (6 + 7));
  tile_loop_begin (&clock);
  for (guint i = 0; i < 100; i++)
    tile_clock_count (&clock, 3, 1, 8, 8, 1);
  tile_clock_depth (&clock, 50);
  tile_clock_depth (&clock, 20);
  tile_loop_end (&clock, 1);
  g_assert_cmpuint (tile_clock_cycles (&clock), ==, 185 + 300 + 50 + 6 + 2 + 7 + 2);
  tile_loop_begin (&clock);
  tile_clock_count (&clock, 3, 0, 0, 0, 0);
  tile_loop_chain (&clock, 40);
  tile_loop_end (&clock, 1);
  g_assert_cmpuint (tile_clock_cycles (&clock), ==, 552 + 40 + 6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; tile_kernels_get_nth (i); i++)
    for (gsize s = 0; s < G_N_ELEMENTS (sets); s++)
      if (g_str_equal (tile_kernels_get_nth (i)->name, sets[s].name))
        {
          g_autofree char *path = g_strdup_printf ("/tile/%s/functions", sets[s].name);

          g_test_add_data_func (path, GSIZE_TO_POINTER (s), test_ops);
        }
#if defined TILE_HAS_DEVICE
  g_test_add_func ("/tile/device/functions", test_device);
#endif
  g_test_add_func ("/tile/accuracy", test_accuracy);
  g_test_add_func ("/tile/clock", test_clock);
  return g_test_run ();
}
