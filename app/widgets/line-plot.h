/* line-plot.h - how a line chart looks
 *
 *   legend           == base.en, cpu   -o- tiny, cpu   (greyed) small, npu: not measured
 *   value axis   8 ms |      :slower since 3 May
 *                   4 | --o--:--o--///--o--
 *                   0 +--------------------
 *   moments            2 May      3 May
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "widgets/series.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct
{
  gint64 time;
  char *label;
  gboolean warns; /* of something bad; else it only says what was new */
} TilescribeMark;

typedef struct
{
  GPtrArray *series; /* of TilescribeSeries */
  GArray *marks;     /* of TilescribeMark */
  GArray *moments;   /* gint64: the times of all points of series with a figure, each once, in order */
  char *unit;
  int chosen; /* of the moments; -1: none */
} TilescribeLinePlot;

void tilescribe_line_plot_draw (const TilescribeLinePlot *plot, GtkWidget *widget, GtkSnapshot *snapshot);

/* The moment next to this place of the widget, -1 where there is none. */
int tilescribe_line_plot_moment_at (const TilescribeLinePlot *plot, GtkWidget *widget, double x);

/* When it was, and the figure of each series, a line each. */
char *tilescribe_line_plot_describe_moment (const TilescribeLinePlot *plot, guint moment);

G_END_DECLS
