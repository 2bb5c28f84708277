/* series.h - the same measurement some times over, and the median of what it tells
 *
 * Each time the device is opened anew, so that what depends on how it was set up differs, too. Modelled times are the same every time: a series of them
 * has one measurement.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "trial/npu-times.h"

G_BEGIN_DECLS

#define SCRIBE_SERIES_RUNS 5 /* unless told */

typedef struct
{
  const ScribeModel *model;
  ScribeMeasurement *runs; /* [n] */
  guint n;
} ScribeSeries;

/* Something that is to be known of a run: seconds, unless "of" says something else */
typedef struct
{
  gsize rows;         /* where in ScribeTimes they are */
  const char *prefix; /* of the names of those that count; "encoder": without what is made for the decoder; NULL: all */
  double (*of_row) (const ScribeProfileRow *sum);                    /* what counts of them; NULL: everything */
  double (*of) (const ScribeModel *model, const ScribeTimes *times); /* all of the run, instead; NULL: that of the rows */
} ScribeFigure;

#define SCRIBE_ROWS_AT(member) G_STRUCT_OFFSET (ScribeTimes, member)

/* What has been done of several series, for a person who waits */
typedef struct
{
  void (*tell) (double done, double total, gpointer data); /* NULL: nobody waits */
  gpointer data;
  guint done, total;
} ScribeSteps;

/* Measures n times, as "how" says, and ends at the first that fails. */
gboolean scribe_series_run (ScribeSeries *series,
                            const ScribeMeasurement *how,
                            guint n,
                            ScribeSteps *steps,
                            GCancellable *cancellable,
                            GError **error);
void scribe_series_clear (ScribeSeries *series);

/* place: 0 the least of all runs, 0.5 their median, 1 the most. */
double scribe_series_at (const ScribeSeries *series, const ScribeFigure *figure, double place);

G_END_DECLS
