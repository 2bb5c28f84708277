/* figure.h - one figure, large, with its unit, and below what it is
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_FIGURE (tilescribe_figure_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeFigure, tilescribe_figure, TILESCRIBE, FIGURE, GtkBox)

/* caption: "Real-time factor"; unit: "ms", or ""; unknown: what stands there where there is no figure: "not measured on this device". */
GtkWidget *tilescribe_figure_new (const char *caption, const char *unit, const char *unknown);

/* NaN: there is none, as at first. */
void tilescribe_figure_set_value (TilescribeFigure *figure, double value);
double tilescribe_figure_get_value (TilescribeFigure *figure);

G_END_DECLS
