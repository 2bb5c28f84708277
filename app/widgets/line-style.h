/* line-style.h - what the lines of a chart look like, so that they can be told apart
 *
 * Each has a hue of the theme, dashes of its own, and points of another shape: one of the three is enough. Six styles, then they come again.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Half of a point's width, pixels. */
#define TILESCRIBE_POINT 3.0

GdkRGBA tilescribe_line_style_color (GtkWidget *widget, guint series);
void tilescribe_line_style_set_pen (cairo_t *cr, guint series, const GdkRGBA *color);
void tilescribe_line_style_draw_point (cairo_t *cr, guint series, double x, double y);

G_END_DECLS
