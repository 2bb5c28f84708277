/* percentile.c - the value that so many of a hundred do not exceed
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/percentile.h"

#include <math.h>
#include <stdlib.h>

static int
by_value (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

double
tilescribe_percentile (const double *values, guint n, double percent)
{
  g_autofree double *sorted = g_new (double, MAX (n, 1));
  guint n_measured = 0, below;
  double rank;

  for (guint i = 0; i < n; i++)
    if (isfinite (values[i]))
      sorted[n_measured++] = values[i];
  if (n_measured == 0)
    return NAN;
  qsort (sorted, n_measured, sizeof *sorted, by_value);
  rank = CLAMP (percent, 0, 100) / 100 * (n_measured - 1);
  below = MIN ((guint) rank, n_measured - 1);
  return below + 1 < n_measured ? sorted[below] + (rank - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
}
