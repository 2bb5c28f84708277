/* line-style.c - what the lines of a chart look like, so that they can be told apart
 *
 * SPDX-License-Identifier: MIT
 */
#include "widgets/line-style.h"

#include "widgets/ink.h"

#define MARKER     TILESCRIBE_POINT
#define LIGHT_TEXT 0.5 /* brightness from which text is that of a dark theme */

typedef void (*MarkerFunc) (cairo_t *cr, double x, double y);

static void
add_circle (cairo_t *cr, double x, double y)
{
  cairo_new_sub_path (cr);
  cairo_arc (cr, x, y, MARKER, 0, 2 * G_PI);
}

static void
add_square (cairo_t *cr, double x, double y)
{
  cairo_rectangle (cr, x - MARKER, y - MARKER, 2 * MARKER, 2 * MARKER);
}

static void
add_triangle (cairo_t *cr, double x, double y)
{
  cairo_move_to (cr, x, y - MARKER - 1);
  cairo_line_to (cr, x + MARKER + 1, y + MARKER);
  cairo_line_to (cr, x - MARKER - 1, y + MARKER);
  cairo_close_path (cr);
}

static void
add_diamond (cairo_t *cr, double x, double y)
{
  cairo_move_to (cr, x, y - MARKER - 1);
  cairo_line_to (cr, x + MARKER + 1, y);
  cairo_line_to (cr, x, y + MARKER + 1);
  cairo_line_to (cr, x - MARKER - 1, y);
  cairo_close_path (cr);
}

/* Hues of the theme's palette: its darker shades on light ground, its lighter ones on dark. */
static const struct
{
  const char *on_light, *on_dark;
  double dashes[4];
  int n_dashes;
  MarkerFunc marker;
} styles[] = {
  { "blue_4", "blue_2", { 0 }, 0, add_circle },        { "orange_5", "orange_2", { 7, 3 }, 2, add_square },
  { "green_5", "green_2", { 2, 3 }, 2, add_triangle }, { "purple_3", "purple_1", { 8, 3, 2, 3 }, 4, add_diamond },
  { "red_4", "red_1", { 12, 4 }, 2, add_circle },      { "brown_4", "brown_1", { 4, 2 }, 2, add_square },
};

static guint
style_of (guint series)
{
  return series % G_N_ELEMENTS (styles);
}

GdkRGBA
tilescribe_line_style_color (GtkWidget *widget, guint series)
{
  GdkRGBA ink = tilescribe_ink_text_color (widget, 1);
  double brightness = 0.3 * ink.red + 0.59 * ink.green + 0.11 * ink.blue;

  return tilescribe_ink_color (widget,
                               brightness > LIGHT_TEXT ? styles[style_of (series)].on_dark : styles[style_of (series)].on_light);
}

void
tilescribe_line_style_set_pen (cairo_t *cr, guint series, const GdkRGBA *color)
{
  gdk_cairo_set_source_rgba (cr, color);
  cairo_set_line_width (cr, 2);
  cairo_set_dash (cr, styles[style_of (series)].dashes, styles[style_of (series)].n_dashes, 0);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
}

void
tilescribe_line_style_draw_point (cairo_t *cr, guint series, double x, double y)
{
  styles[style_of (series)].marker (cr, x, y);
  cairo_fill (cr);
}
