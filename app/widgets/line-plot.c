/* line-plot.c - how a line chart looks
 *
 * Places are counted from where a line of text begins, and mirrored when they are drawn, where one reads from the right.
 *
 * SPDX-License-Identifier: MIT
 */
#include "widgets/line-plot.h"

#include "widgets/axis.h"
#include "widgets/ink.h"
#include "widgets/line-style.h"

#include <glib/gi18n.h>
#include <math.h>

#define GAP           6.0
#define SAMPLE        26.0 /* of a line, in the legend */
#define TICK_ROOM     36.0 /* of the value axis, for a tick */
#define LABEL_GAP     24.0 /* between two labels of the time axis */
#define MARKER_ROOM   9.0  /* points closer than this are not drawn */
#define LEAST_BAND    4.0  /* width of a hatched gap */
#define PADDING       8.0  /* of the box with figures */
#define CORNER        6.0
#define ROUNDING_SLOP 1e-9
#define FAINT         0.15
#define SOFT          0.55

typedef struct
{
  const TilescribeLinePlot *plot;
  GtkWidget *widget;
  GtkSnapshot *snapshot;
  GdkRGBA ink, soft, faint;
  double left, right, top, bottom; /* of where lines are drawn */
  double marks;                    /* where the labels of marks begin, above the lines */
  double max, step;                /* of the value axis */
} Canvas;

/* Where something of this width begins in the widget. */
static double
place (const Canvas *c, double x, double width)
{
  return gtk_widget_get_direction (c->widget) == GTK_TEXT_DIR_RTL ? gtk_widget_get_width (c->widget) - x - width : x;
}

static double
x_of (const Canvas *c, guint moment)
{
  guint n = c->plot->moments->len;
  double share = n > 1 ? moment / (double) (n - 1) : 0.5;

  return place (c, c->left + TILESCRIBE_POINT + share * (c->right - c->left - 2 * TILESCRIBE_POINT), 0);
}

static double
y_of (const Canvas *c, double value)
{
  return c->bottom - value / c->max * (c->bottom - c->top);
}

static double
room_of_moment (const Canvas *c)
{
  return (c->right - c->left - 2 * TILESCRIBE_POINT) / MAX (c->plot->moments->len - 1, 1);
}

/* Draws text whose beginning is at x, and returns its width. */
static double
letter (const Canvas *c, const char *text, double x, double y, const GdkRGBA *color)
{
  g_autoptr (PangoLayout) layout = tilescribe_ink_layout (c->widget, text);
  int width;

  pango_layout_get_pixel_size (layout, &width, NULL);
  tilescribe_ink_draw_layout (c->snapshot, layout, place (c, x, width), y, color);
  return width;
}

static void
measure_text (const Canvas *c, const char *text, double *width, double *height)
{
  g_autoptr (PangoLayout) layout = tilescribe_ink_layout (c->widget, text);
  int w, h;

  pango_layout_get_pixel_size (layout, &w, &h);
  if (width != NULL)
    *width = w;
  if (height != NULL)
    *height = h;
}

static char *
legend_entry (const Canvas *c, guint i, gboolean *measured)
{
  const TilescribeSeries *series = g_ptr_array_index (c->plot->series, i);
  double median, last;

  *measured = tilescribe_series_summarise (series, &median, &last) > 0;
  return *measured ? g_strdup (series->name) : g_strdup_printf (_ ("%s: not measured"), series->name);
}

static void
draw_sample (const Canvas *c, guint series, double x, double top, double height)
{
  GdkRGBA color = tilescribe_line_style_color (c->widget, series);
  double left = place (c, x, SAMPLE), y = top + height / 2;
  cairo_t *cr = gtk_snapshot_append_cairo (c->snapshot, &GRAPHENE_RECT_INIT ((float) left, (float) top, SAMPLE, (float) height));

  tilescribe_line_style_set_pen (cr, series, &color);
  cairo_move_to (cr, left, y);
  cairo_line_to (cr, left + SAMPLE, y);
  cairo_stroke (cr);
  tilescribe_line_style_draw_point (cr, series, left + SAMPLE / 2, y);
  cairo_destroy (cr);
}

/* Entries side by side, in as many rows as they need. Draws if there is a snapshot; returns the height in any case. */
static double
draw_legend (const Canvas *c)
{
  double x = 0, y = 0, line = 0;

  for (guint i = 0; i < c->plot->series->len; i++)
    {
      gboolean measured;
      g_autofree char *text = legend_entry (c, i, &measured);
      double width;

      measure_text (c, text, &width, &line);
      if (x > 0 && x + SAMPLE + GAP + width > gtk_widget_get_width (c->widget))
        {
          x = 0;
          y += line;
        }
      if (c->snapshot != NULL && measured)
        draw_sample (c, i, x, y, line);
      if (c->snapshot != NULL)
        letter (c, text, x + SAMPLE + GAP, y, measured ? &c->ink : &c->soft);
      x += SAMPLE + GAP + width + 2 * GAP;
    }
  return y + line + GAP;
}

static guint
n_ticks (const Canvas *c)
{
  return (guint) (c->max / c->step + 0.5) + 1;
}

static char *
tick_label (const Canvas *c, double value)
{
  g_autofree char *number = tilescribe_axis_label (value, c->step);
  gboolean is_top = value + c->step / 2 > c->max;

  return is_top && *c->plot->unit != '\0' ? g_strdup_printf ("%s %s", number, c->plot->unit) : g_steal_pointer (&number);
}

/* Finds the place for the lines between legend, axes and borders. */
static void
lay_out (Canvas *c)
{
  double greatest = 0, line, label;

  for (guint i = 0; i < c->plot->series->len; i++)
    greatest = MAX (greatest, tilescribe_series_max (g_ptr_array_index (c->plot->series, i)));
  measure_text (c, "0", NULL, &line);
  c->marks = draw_legend (c);
  c->top = c->marks + (c->plot->marks->len > 0 ? line : 0) + line / 2;
  c->bottom = gtk_widget_get_height (c->widget) - line - GAP;
  greatest = greatest > 0 ? greatest : 1;
  c->step = tilescribe_axis_step (greatest, (guint) MAX ((c->bottom - c->top) / TICK_ROOM, 1));
  c->max = ceil (greatest / c->step - ROUNDING_SLOP) * c->step;
  c->left = 0;
  for (guint i = 0; i < n_ticks (c); i++)
    {
      g_autofree char *text = tick_label (c, i * c->step);

      measure_text (c, text, &label, NULL);
      c->left = MAX (c->left, label + GAP);
    }
  c->right = gtk_widget_get_width (c->widget);
}

static void
draw_value_axis (const Canvas *c)
{
  double line, width;

  measure_text (c, "0", NULL, &line);
  for (guint i = 0; i < n_ticks (c); i++)
    {
      g_autofree char *text = tick_label (c, i * c->step);
      double y = round (y_of (c, i * c->step));

      measure_text (c, text, &width, NULL);
      letter (c, text, c->left - GAP - width, y - line / 2, &c->soft);
      gtk_snapshot_append_color (
          c->snapshot, i > 0 ? &c->faint : &c->soft,
          &GRAPHENE_RECT_INIT ((float) place (c, c->left, c->right - c->left), (float) y, (float) (c->right - c->left), 1));
    }
}

static gint64
moment (const TilescribeLinePlot *plot, guint i)
{
  return g_array_index (plot->moments, gint64, i);
}

/* Hours within a day, days within a year, else months. */
static const char *
time_format (const TilescribeLinePlot *plot)
{
  gint64 span = moment (plot, plot->moments->len - 1) - moment (plot, 0);

  if (span < G_TIME_SPAN_DAY)
    return "%H:%M";
  return span < 300 * G_TIME_SPAN_DAY ? "%-d %b" : "%b %Y";
}

static char *
format_time (gint64 time, const char *format)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (time / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;

  return local != NULL ? g_date_time_format (local, format) : g_strdup ("");
}

/* Labels stand below their moments where there is room, and none is told twice. There may be hundreds of moments: a text is only made
 * where it could stand. */
static void
draw_time_axis (const Canvas *c)
{
  double free_from = c->left - GAP;
  g_autofree char *told = NULL;

  for (guint i = 0; i < c->plot->moments->len; i++)
    {
      double width, x = place (c, x_of (c, i), 0);
      g_autofree char *text = x >= free_from ? format_time (moment (c->plot, i), time_format (c->plot)) : NULL;

      if (text == NULL || g_strcmp0 (text, told) == 0)
        continue;
      measure_text (c, text, &width, NULL);
      x = CLAMP (x - width / 2, c->left, c->right - width);
      if (x < free_from)
        continue;
      letter (c, text, x, c->bottom + GAP / 2, &c->soft);
      free_from = x + width + LABEL_GAP;
      g_free (told);
      told = g_steal_pointer (&text);
    }
}

static gboolean
is_measured (const TilescribeLinePlot *plot, guint i)
{
  for (guint s = 0; s < plot->series->len; s++)
    {
      const TilescribePoint *point = tilescribe_series_find (g_ptr_array_index (plot->series, s), moment (plot, i));

      if (point != NULL && !isnan (point->value))
        return TRUE;
    }
  return FALSE;
}

static void
draw_missing (const Canvas *c)
{
  double half = MAX (room_of_moment (c), LEAST_BAND) / 2;

  for (guint i = 0; i < c->plot->moments->len; i++)
    if (!is_measured (c->plot, i))
      {
        double x = place (c, x_of (c, i), 0), begin = MAX (x - half, c->left), end = MIN (x + half, c->right);

        tilescribe_ink_draw_hatching (c->snapshot,
                                      &GRAPHENE_RECT_INIT ((float) place (c, begin, end - begin), (float) c->top,
                                                           (float) (end - begin), (float) (c->bottom - c->top)),
                                      &c->faint);
      }
}

/* Where the point stands on the time axis: moments are sorted, and hold all points' times. */
static guint
find_moment (const TilescribeLinePlot *plot, gint64 time)
{
  guint low = 0, high = plot->moments->len;

  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (moment (plot, middle) < time)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* A point that stands alone is drawn even where there is no room for points: no line would show it. */
static void
draw_points (const Canvas *c, cairo_t *cr, guint i)
{
  const TilescribeSeries *series = g_ptr_array_index (c->plot->series, i);
  gboolean roomy = room_of_moment (c) >= MARKER_ROOM;

  for (guint p = 0; p < series->n; p++)
    {
      const TilescribePoint *point = tilescribe_series_get (series, p);
      gboolean joined = (p > 0 && !isnan (tilescribe_series_get (series, p - 1)->value))
                        || (p + 1 < series->n && !isnan (tilescribe_series_get (series, p + 1)->value));

      if (!isnan (point->value) && (roomy || !joined))
        tilescribe_line_style_draw_point (cr, i, x_of (c, find_moment (c->plot, point->time)), y_of (c, point->value));
    }
}

static void
draw_series (const Canvas *c, cairo_t *cr, guint i)
{
  const TilescribeSeries *series = g_ptr_array_index (c->plot->series, i);
  GdkRGBA color = tilescribe_line_style_color (c->widget, i);

  tilescribe_line_style_set_pen (cr, i, &color);
  for (guint p = 0; p < series->n; p++)
    {
      const TilescribePoint *point = tilescribe_series_get (series, p);

      if (isnan (point->value))
        cairo_new_sub_path (cr);
      else
        cairo_line_to (cr, x_of (c, find_moment (c->plot, point->time)), y_of (c, point->value));
    }
  cairo_stroke (cr);
  draw_points (c, cr, i);
}

/* All on one sheet: each costs memory of its size. */
static void
draw_lines (const Canvas *c)
{
  int width = gtk_widget_get_width (c->widget), height = gtk_widget_get_height (c->widget);
  cairo_t *cr = gtk_snapshot_append_cairo (c->snapshot,
                                           &GRAPHENE_RECT_INIT (0, (float) c->marks, width, height - (float) c->marks));

  for (guint i = 0; i < c->plot->series->len; i++)
    draw_series (c, cr, i);
  cairo_destroy (cr);
}

/* Labels that would touch stand below each other. */
static void
draw_marks (const Canvas *c)
{
  const GdkRGBA warning = tilescribe_ink_color (c->widget, "warning_color");
  double free_from = -1, row = 0, width, line;

  for (guint i = 0; i < c->plot->marks->len; i++)
    {
      const TilescribeMark *mark = &g_array_index (c->plot->marks, TilescribeMark, i);
      const GdkRGBA color = mark->warns ? warning : c->soft;
      guint at = MIN (find_moment (c->plot, mark->time), c->plot->moments->len - 1);
      double x = place (c, x_of (c, at), 0), label;

      gtk_snapshot_append_color (
          c->snapshot, &color,
          &GRAPHENE_RECT_INIT ((float) round (x_of (c, at)), (float) c->marks, 1, (float) (c->bottom - c->marks)));
      measure_text (c, mark->label, &width, &line);
      label = x + GAP + width <= c->right ? x + GAP : MAX (x - GAP - width, c->left);
      row = label < free_from ? row + 1 : 0;
      free_from = MAX (free_from, label + width + GAP);
      letter (c, mark->label, label, c->marks + row * line, &color);
    }
}

static char *
figure_with_unit (const TilescribeLinePlot *plot, double value)
{
  g_autofree char *figure = tilescribe_axis_figure (value);

  return *plot->unit != '\0' ? g_strdup_printf ("%s %s", figure, plot->unit) : g_steal_pointer (&figure);
}

char *
tilescribe_line_plot_describe_moment (const TilescribeLinePlot *plot, guint i)
{
  g_autofree char *when = format_time (moment (plot, i), "%x %X");
  GString *text = g_string_new (when);

  for (guint s = 0; s < plot->series->len; s++)
    {
      const TilescribeSeries *series = g_ptr_array_index (plot->series, s);
      const TilescribePoint *point = tilescribe_series_find (series, moment (plot, i));
      g_autofree char *figure = NULL;

      if (point == NULL)
        continue;
      figure = isnan (point->value) ? g_strdup (_ ("not measured")) : figure_with_unit (plot, point->value);
      g_string_append_printf (text, "\n%s: %s", series->name, figure);
    }
  return g_string_free (text, FALSE);
}

/* The figures of the chosen moment, in a box beside it. */
static void
draw_choice (const Canvas *c)
{
  g_autofree char *text = tilescribe_line_plot_describe_moment (c->plot, c->plot->chosen);
  GdkRGBA paper = tilescribe_ink_color (c->widget, "popover_bg_color");
  double x = place (c, x_of (c, c->plot->chosen), 0), width, height, left;
  GskRoundedRect box;

  measure_text (c, text, &width, &height);
  left = x + 2 * GAP + width + 2 * PADDING <= c->right ? x + 2 * GAP : MAX (x - 2 * GAP - width - 2 * PADDING, 0);
  gtk_snapshot_append_color (
      c->snapshot, &c->ink,
      &GRAPHENE_RECT_INIT ((float) round (x_of (c, c->plot->chosen)), (float) c->top, 1, (float) (c->bottom - c->top)));
  gsk_rounded_rect_init_from_rect (&box,
                                   &GRAPHENE_RECT_INIT ((float) place (c, left, width + 2 * PADDING), (float) c->top,
                                                        (float) (width + 2 * PADDING), (float) (height + 2 * PADDING)),
                                   CORNER);
  gtk_snapshot_push_rounded_clip (c->snapshot, &box);
  gtk_snapshot_append_color (c->snapshot, &paper, &box.bounds);
  gtk_snapshot_pop (c->snapshot);
  gtk_snapshot_append_border (c->snapshot, &box, (const float[]){ 1, 1, 1, 1 },
                              (const GdkRGBA[]){ c->soft, c->soft, c->soft, c->soft });
  letter (c, text, left + PADDING, c->top + PADDING, &c->ink);
}

static void
draw_nothing (const Canvas *c)
{
  double width, height;

  measure_text (c, _ ("Nothing measured yet"), &width, &height);
  letter (c, _ ("Nothing measured yet"), (c->left + c->right - width) / 2, (c->top + c->bottom - height) / 2, &c->soft);
}

static Canvas
canvas_of (const TilescribeLinePlot *plot, GtkWidget *widget, GtkSnapshot *snapshot)
{
  Canvas c = { .plot = plot, .widget = widget };

  c.ink = tilescribe_ink_text_color (widget, 1);
  c.soft = tilescribe_ink_text_color (widget, SOFT);
  c.faint = tilescribe_ink_text_color (widget, FAINT);
  lay_out (&c);
  c.snapshot = snapshot;
  return c;
}

void
tilescribe_line_plot_draw (const TilescribeLinePlot *plot, GtkWidget *widget, GtkSnapshot *snapshot)
{
  Canvas c = canvas_of (plot, widget, snapshot);

  draw_legend (&c);
  if (plot->moments->len == 0)
    {
      draw_nothing (&c);
      return;
    }
  draw_value_axis (&c);
  draw_time_axis (&c);
  draw_missing (&c);
  draw_lines (&c);
  draw_marks (&c);
  if (plot->chosen >= 0)
    draw_choice (&c);
}

int
tilescribe_line_plot_moment_at (const TilescribeLinePlot *plot, GtkWidget *widget, double x)
{
  Canvas c = canvas_of (plot, widget, NULL);
  int nearest = -1;

  for (guint i = 0; i < plot->moments->len; i++)
    if (nearest < 0 || fabs (x_of (&c, i) - x) < fabs (x_of (&c, nearest) - x))
      nearest = (int) i;
  return nearest;
}
