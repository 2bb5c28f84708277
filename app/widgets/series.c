/* series.c - the latest points of one line of a chart, in a ring of fixed size
 *
 * SPDX-License-Identifier: MIT
 */
#include "widgets/series.h"

#include <math.h>
#include <stdlib.h>

TilescribeSeries *
tilescribe_series_new (const char *name)
{
  TilescribeSeries *series = g_new0 (TilescribeSeries, 1);

  series->name = g_strdup (name);
  return series;
}

void
tilescribe_series_free (TilescribeSeries *series)
{
  g_free (series->name);
  g_free (series);
}

void
tilescribe_series_add (TilescribeSeries *series, gint64 time, double value)
{
  TilescribePoint point = { time, isfinite (value) ? value : NAN };

  series->points[(series->first + series->n) % TILESCRIBE_SERIES_SIZE] = point;
  if (series->n < TILESCRIBE_SERIES_SIZE)
    series->n++;
  else
    series->first = (series->first + 1) % TILESCRIBE_SERIES_SIZE;
}

const TilescribePoint *
tilescribe_series_get (const TilescribeSeries *series, guint i)
{
  return &series->points[(series->first + i) % TILESCRIBE_SERIES_SIZE];
}

const TilescribePoint *
tilescribe_series_find (const TilescribeSeries *series, gint64 time)
{
  guint low = 0, high = series->n; /* the first point that is later */

  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (tilescribe_series_get (series, middle)->time <= time)
        low = middle + 1;
      else
        high = middle;
    }
  return low > 0 && tilescribe_series_get (series, low - 1)->time == time ? tilescribe_series_get (series, low - 1) : NULL;
}

static int
by_value (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

guint
tilescribe_series_summarise (const TilescribeSeries *series, double *median, double *last)
{
  double values[TILESCRIBE_SERIES_SIZE];
  guint n = 0;

  for (guint i = 0; i < series->n; i++)
    if (!isnan (tilescribe_series_get (series, i)->value))
      values[n++] = tilescribe_series_get (series, i)->value;
  *last = n > 0 ? values[n - 1] : NAN;
  qsort (values, n, sizeof *values, by_value);
  *median = n > 0 ? (values[(n - 1) / 2] + values[n / 2]) / 2 : NAN;
  return n;
}

double
tilescribe_series_max (const TilescribeSeries *series)
{
  double max = 0;

  for (guint i = 0; i < series->n; i++)
    max = fmax (max, tilescribe_series_get (series, i)->value); /* fmax passes over NaN */
  return max;
}
