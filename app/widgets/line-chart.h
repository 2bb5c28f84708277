/* line-chart.h - figures over time, as lines
 *
 * Several series, told apart by colour, dashes and the shape of their points; a value axis from zero with round ticks; marks where something
 * changed. Moments at which something was measured stand at equal distances, however long it was between them: runs come in
 * bursts, and a week without any would leave no room for the rest. A point that is NaN leaves a gap, hatched where no series has a
 * figure; a series without any figure is greyed and named.
 *
 * The pointer, or the arrow keys, choose a moment, whose figures are shown. A screen reader hears a summary, and the figures of the chosen
 * moment. It is drawn again when there is a new point, not otherwise.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_LINE_CHART (tilescribe_line_chart_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeLineChart, tilescribe_line_chart, TILESCRIBE, LINE_CHART, GtkWidget)

/* title: what is measured, for the screen reader (it is not drawn). unit: "ms", or "" */
GtkWidget *tilescribe_line_chart_new (const char *title, const char *unit);

/* Its number. */
guint tilescribe_line_chart_add_series (TilescribeLineChart *chart, const char *name);

/* time: microseconds since 1970, not before the last point of the series; value: NaN where it was not measured. */
void tilescribe_line_chart_add_point (TilescribeLineChart *chart, guint series, gint64 time, double value);

/* A vertical line at the first moment not before time. warns: of something bad; else it says what was new. */
void tilescribe_line_chart_add_mark (TilescribeLineChart *chart, gint64 time, const char *label, gboolean warns);

/* No series, no marks. */
void tilescribe_line_chart_clear (TilescribeLineChart *chart);

/* What a screen reader is told: "base.en, cpu: median 3.2 ms, last 3.0 ms, 40 runs"; a line a series or mark. */
char *tilescribe_line_chart_get_summary (TilescribeLineChart *chart);

G_END_DECLS
