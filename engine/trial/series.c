/* series.c - the same measurement some times over, and the median of what it tells
 *
 * SPDX-License-Identifier: MIT
 */
#include "trial/series.h"

#include <string.h>

gboolean
scribe_series_run (ScribeSeries *series,
                   const ScribeMeasurement *how,
                   guint n,
                   ScribeSteps *steps,
                   GCancellable *cancellable,
                   GError **error)
{
  series->model = how->model;
  series->runs = g_new0 (ScribeMeasurement, n);
  for (series->n = 0; series->n < n;)
    {
      ScribeMeasurement *run = &series->runs[series->n++];

      *run = *how;
      if (!scribe_measure_alone (run, cancellable, error))
        return FALSE;
      if (steps->tell)
        steps->tell (++steps->done, steps->total, steps->data);
    }
  return TRUE;
}

void
scribe_series_clear (ScribeSeries *series)
{
  for (guint i = 0; i < series->n; i++)
    scribe_measurement_clear (&series->runs[i]);
  g_clear_pointer (&series->runs, g_free);
  series->n = 0;
}

static double
value_of (const ScribeModel *model, const ScribeTimes *times, const ScribeFigure *figure)
{
  GArray *rows;
  ScribeProfileRow sum;

  if (figure->of)
    return figure->of (model, times);
  rows = G_STRUCT_MEMBER (GArray *, times, figure->rows);
  if (g_strcmp0 (figure->prefix, "encoder") == 0)
    sum = scribe_times_encoder (rows);
  else
    sum = scribe_times_sum (rows, figure->prefix ? figure->prefix : "");
  return figure->of_row ? figure->of_row (&sum) : scribe_row_modelled (&sum) + scribe_row_host (&sum);
}

static int
by_size (gconstpointer a, gconstpointer b)
{
  const double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

double
scribe_series_at (const ScribeSeries *series, const ScribeFigure *figure, double place)
{
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (double));
  const double at = place * (series->n - 1);
  const guint below = (guint) at, above = MIN (below + 1, series->n - 1);

  for (guint i = 0; i < series->n; i++)
    {
      const double value = value_of (series->model, &series->runs[i].times, figure);

      g_array_append_val (values, value);
    }
  g_array_sort (values, by_size);
  return g_array_index (values, double, below) * (below + 1 - at) + g_array_index (values, double, above) * (at - below);
}
