/* series.h - the latest points of one line of a chart, in a ring of fixed size
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TILESCRIBE_SERIES_SIZE 512

typedef struct
{
  gint64 time;  /* microseconds since 1970 */
  double value; /* NaN: not measured */
} TilescribePoint;

typedef struct
{
  char *name;
  TilescribePoint points[TILESCRIBE_SERIES_SIZE];
  guint first, n;
} TilescribeSeries;

TilescribeSeries *tilescribe_series_new (const char *name);
void tilescribe_series_free (TilescribeSeries *series);

/* time: not before that of the last point. Infinite values count as not measured. The oldest point gives way where there is no room. */
void tilescribe_series_add (TilescribeSeries *series, gint64 time, double value);

/* The oldest one is 0. */
const TilescribePoint *tilescribe_series_get (const TilescribeSeries *series, guint i);

/* The last point of this time, NULL where there is none. */
const TilescribePoint *tilescribe_series_find (const TilescribeSeries *series, gint64 time);

/* Of what was measured; how many that was. Where it is 0, both are NaN. */
guint tilescribe_series_summarise (const TilescribeSeries *series, double *median, double *last);

/* The greatest of what was measured, 0 where nothing was. */
double tilescribe_series_max (const TilescribeSeries *series);

G_END_DECLS
