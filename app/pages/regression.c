/* regression.c - where a series of runs got slower
 *
 * A window of some runs moves over the series, and is compared with all runs before it since the last change.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/regression.h"

#include "pages/percentile.h"

#include <math.h>

#define WINDOW TILESCRIBE_REGRESSION_RUNS
#define LIMIT  TILESCRIBE_REGRESSION_LIMIT

typedef struct
{
  double *values;
  guint *indices; /* in the series as it was given */
  guint n;
} Measured;

static Measured
measured_of (const double *values, guint n)
{
  Measured measured = { g_new (double, MAX (n, 1)), g_new (guint, MAX (n, 1)), 0 };

  for (guint i = 0; i < n; i++)
    if (isfinite (values[i]))
      {
        measured.values[measured.n] = values[i];
        measured.indices[measured.n++] = i;
      }
  return measured;
}

/* The first of the window that is on the other side of the limit: the window may begin before the change. */
static guint
first_beyond (const double *values, guint window, double limit, gboolean above)
{
  guint i = window;

  while (above ? values[i] <= limit : values[i] >= limit)
    i++;
  return i;
}

GArray *
tilescribe_regression_find (const double *values, guint n)
{
  GArray *found = g_array_new (FALSE, FALSE, sizeof (guint));
  Measured measured = measured_of (values, n);
  guint since = 0; /* the last change */

  for (guint window = WINDOW; window + WINDOW <= measured.n; window++)
    {
      double before, now;

      if (window < since + WINDOW)
        continue;
      before = tilescribe_percentile (measured.values + since, window - since, 50);
      now = tilescribe_percentile (measured.values + window, WINDOW, 50);
      if (now > before * LIMIT)
        {
          since = first_beyond (measured.values, window, before * LIMIT, TRUE);
          g_array_append_val (found, measured.indices[since]);
        }
      else if (now < before / LIMIT)
        since = first_beyond (measured.values, window, before / LIMIT, FALSE);
    }
  g_free (measured.values);
  g_free (measured.indices);
  return found;
}
