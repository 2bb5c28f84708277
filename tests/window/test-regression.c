/* test-regression.c - what got slower is found, what only varies is not
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/percentile.h"
#include "pages/regression.h"

#include <math.h>

#define FIND(...) find ((const double[]){ __VA_ARGS__ }, sizeof ((const double[]){ __VA_ARGS__ }) / sizeof (double))

/* The index where it got slower, -1 where it did not; fails where it did more than once. */
static int
find (const double *values, guint n)
{
  g_autoptr (GArray) found = tilescribe_regression_find (values, n);

  g_assert_cmpuint (found->len, <=, 1);
  return found->len > 0 ? (int) g_array_index (found, guint, 0) : -1;
}

static void
test_slower (void)
{
  g_assert_cmpint (FIND (3, 3.1, 2.9, 3, 3, 3.1, 4, 4.1, 3.9, 4, 4), ==, 6);
}

static void
test_threshold (void)
{
  g_assert_cmpint (FIND (10, 10, 10, 10, 10, 11.9, 11.9, 11.9, 11.9, 11.9), ==, -1);
  g_assert_cmpint (FIND (10, 10, 10, 10, 10, 12.1, 12.1, 12.1, 12.1, 12.1), ==, 5);
}

static void
test_outliers (void)
{
  g_assert_cmpint (FIND (3, 3, 9, 3, 3, 3, 30, 3, 12, 3, 3, 3, 8, 3), ==, -1);
}

static void
test_few (void)
{
  g_assert_cmpint (FIND (3, 3, 3, 3, 9, 9, 9, 9, 9), ==, -1);
  g_assert_cmpint (find (NULL, 0), ==, -1);
}

static void
test_missing (void)
{
  g_assert_cmpint (FIND (3, NAN, 3, 3, NAN, 3, 3, NAN, 4, NAN, 4, 4, 4, 4), ==, 8);
  g_assert_cmpint (FIND (NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN), ==, -1);
}

/* After it got faster, what was usual before counts as slow. */
static void
test_faster (void)
{
  g_assert_cmpint (FIND (6, 6, 6, 6, 6, 3, 3, 3, 3, 3, 3), ==, -1);
  g_assert_cmpint (FIND (6, 6, 6, 6, 6, 3, 3, 3, 3, 3, 3, 6, 6, 6, 6, 6), ==, 11);
}

static void
test_twice (void)
{
  const double values[] = { 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 4, 4, 4, 4, 4 };
  g_autoptr (GArray) found = tilescribe_regression_find (values, G_N_ELEMENTS (values));

  g_assert_cmpuint (found->len, ==, 2);
  g_assert_cmpuint (g_array_index (found, guint, 0), ==, 5);
  g_assert_cmpuint (g_array_index (found, guint, 1), ==, 11);
}

static void
test_percentiles (void)
{
  const double values[] = { 5, NAN, 1, 4, 2, 3 };

  g_assert_cmpfloat (tilescribe_percentile (values, 6, 50), ==, 3);
  g_assert_cmpfloat (tilescribe_percentile (values, 6, 0), ==, 1);
  g_assert_cmpfloat (tilescribe_percentile (values, 6, 100), ==, 5);
  g_assert_cmpfloat_with_epsilon (tilescribe_percentile (values, 6, 95), 4.8, 1e-9);
  g_assert_cmpfloat (tilescribe_percentile (values, 1, 95), ==, 5);
}

static void
test_no_percentile (void)
{
  g_assert_true (isnan (tilescribe_percentile (NULL, 0, 50)));
  g_assert_true (isnan (tilescribe_percentile ((const double[]){ NAN, INFINITY }, 2, 50)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/regression/slower-runs-are-found-at-the-first-of-them", test_slower);
  g_test_add_func ("/regression/twenty-percent-is-the-limit", test_threshold);
  g_test_add_func ("/regression/single-slow-runs-are-none", test_outliers);
  g_test_add_func ("/regression/needs-enough-runs-before-and-after", test_few);
  g_test_add_func ("/regression/passes-over-what-was-not-measured", test_missing);
  g_test_add_func ("/regression/compares-with-what-got-faster", test_faster);
  g_test_add_func ("/regression/finds-each-change", test_twice);
  g_test_add_func ("/percentile/lies-between-values", test_percentiles);
  g_test_add_func ("/percentile/of-nothing-is-not-measured", test_no_percentile);
  return g_test_run ();
}
