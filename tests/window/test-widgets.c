/* test-widgets.c - what is measured is drawn and told; what is not is named, and never drawn as zero
 *
 * SPDX-License-Identifier: MIT
 */
#include "widgets/axis.h"
#include "widgets/figure.h"
#include "widgets/heat-strip.h"
#include "widgets/ink.h"
#include "widgets/line-chart.h"
#include "widgets/line-style.h"
#include "widgets/ratio-bar.h"
#include "widgets/series.h"
#include "widgets/waterfall.h"

#include "picture.h"

#include <adwaita.h>
#include <math.h>

#define WIDTH  480
#define HEIGHT 240
#define LEGEND 22                                   /* pixels above the first tick */
#define MAY    G_GINT64_CONSTANT (1746230400000000) /* 3 May 2025 */

static void
close_window_of (GtkWidget *widget)
{
  gtk_window_destroy (GTK_WINDOW (gtk_widget_get_root (widget)));
}

static Picture *
draw (GtkWidget *widget, const char *name)
{
  return picture_of (widget, WIDTH, HEIGHT, name);
}

static guint
count_color (const Picture *picture, const GdkRGBA *color)
{
  return picture_count (picture, 0, 0, picture->width, picture->height, color);
}

static void
test_ticks (void)
{
  static const struct
  {
    double max;
    guint n;
    double step;
  } cases[] = { { 1, 4, 0.5 }, { 7, 4, 2 }, { 100, 5, 20 }, { 0.083, 4, 0.05 }, { 1234, 3, 500 }, { 5, 5, 1 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpfloat_with_epsilon (tilescribe_axis_step (cases[i].max, cases[i].n), cases[i].step, 1e-9);
}

static void
test_figures (void)
{
  static const struct
  {
    double value;
    const char *text;
  } cases[] = { { 0, "0" }, { 0.083, "0.083" }, { 3.2, "3.2" }, { 12.34, "12" }, { 1240, "1240" }, { 0.00004, "0.000" } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = tilescribe_axis_figure (cases[i].value);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_ring (void)
{
  TilescribeSeries *series = tilescribe_series_new ("base.en");
  double median, last;

  for (guint i = 0; i < TILESCRIBE_SERIES_SIZE + 10; i++)
    tilescribe_series_add (series, i, i);
  g_assert_cmpuint (series->n, ==, TILESCRIBE_SERIES_SIZE);
  g_assert_cmpint (tilescribe_series_get (series, 0)->time, ==, 10);
  g_assert_cmpuint (tilescribe_series_summarise (series, &median, &last), ==, TILESCRIBE_SERIES_SIZE);
  g_assert_cmpfloat (last, ==, TILESCRIBE_SERIES_SIZE + 9);
  tilescribe_series_free (series);
}

static TilescribeLineChart *
chart_of (const double *values, guint n)
{
  TilescribeLineChart *chart = TILESCRIBE_LINE_CHART (tilescribe_line_chart_new ("Milliseconds a token", "ms"));
  guint series = tilescribe_line_chart_add_series (chart, "base.en, cpu");

  for (guint i = 0; i < n; i++)
    tilescribe_line_chart_add_point (chart, series, MAY + i * G_TIME_SPAN_HOUR, values[i]);
  return chart;
}

static guint
line_pixels (TilescribeLineChart *chart, const Picture *picture)
{
  GdkRGBA color = tilescribe_line_style_color (GTK_WIDGET (chart), 0);

  return picture_count (picture, 0, LEGEND, WIDTH, HEIGHT, &color);
}

static void
test_line (void)
{
  const double values[] = { 3, 3.4, 3.1, 2.9, 4, 3.6 };
  TilescribeLineChart *chart = chart_of (values, G_N_ELEMENTS (values));
  g_autoptr (Picture) picture = draw (GTK_WIDGET (chart), "chart-line");
  g_autofree char *summary = tilescribe_line_chart_get_summary (chart);

  g_assert_cmpuint (line_pixels (chart, picture), >, WIDTH / 2);
  g_assert_cmpstr (summary, ==, "base.en, cpu: median 3.2 ms, last 3.6 ms, 6 runs");
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (chart), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, summary);
  close_window_of (GTK_WIDGET (chart));
}

static void
test_missing_series (void)
{
  const double values[] = { NAN, NAN, NAN, INFINITY };
  TilescribeLineChart *chart = chart_of (values, G_N_ELEMENTS (values));
  g_autoptr (Picture) picture = draw (GTK_WIDGET (chart), "chart-missing");
  g_autofree char *summary = tilescribe_line_chart_get_summary (chart);

  g_assert_cmpuint (line_pixels (chart, picture), ==, 0);
  g_assert_cmpstr (summary, ==, "base.en, cpu: not measured");
  close_window_of (GTK_WIDGET (chart));
}

/* Pixels of the line in the third of the chart in the middle, where the gap is. */
static guint
middle_pixels (const double *values, guint n, const char *name)
{
  TilescribeLineChart *chart = chart_of (values, n);
  g_autoptr (Picture) picture = draw (GTK_WIDGET (chart), name);
  GdkRGBA color = tilescribe_line_style_color (GTK_WIDGET (chart), 0);
  guint pixels = picture_count (picture, WIDTH * 4 / 9, LEGEND, WIDTH / 7, HEIGHT, &color);

  close_window_of (GTK_WIDGET (chart));
  return pixels;
}

static void
test_gap (void)
{
  const double whole[] = { 3, 3, 3, 3, 3, 3, 3 }, broken[] = { 3, 3, NAN, NAN, NAN, 3, 3 };

  g_assert_cmpuint (middle_pixels (whole, 7, "chart-whole"), >, WIDTH / 8);
  g_assert_cmpuint (middle_pixels (broken, 7, "chart-gap"), ==, 0);
}

static GtkEventController *
controller_of (GtkWidget *widget, GType type)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (G_TYPE_CHECK_INSTANCE_TYPE (controller, type))
        return controller;
    }
  g_assert_not_reached ();
}

static void
press (TilescribeLineChart *chart, guint key)
{
  gboolean handled = FALSE;

  g_signal_emit_by_name (controller_of (GTK_WIDGET (chart), GTK_TYPE_EVENT_CONTROLLER_KEY), "key-pressed", key, 0, 0, &handled);
  g_assert_true (handled);
}

static void
assert_told (TilescribeLineChart *chart, const char *end, const char *name)
{
  g_autoptr (Picture) picture = draw (GTK_WIDGET (chart), name);
  g_autofree char *told = gtk_test_accessible_check_property (GTK_ACCESSIBLE (chart), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, "");

  g_test_message ("The chart tells “%s”, which should say “%s”", told, end);
  g_assert_nonnull (strstr (told, end));
}

static void
test_keys (void)
{
  const double values[] = { 3, NAN, 5.5 };
  TilescribeLineChart *chart = chart_of (values, G_N_ELEMENTS (values));

  picture_free (draw (GTK_WIDGET (chart), "chart-keys"));
  press (chart, GDK_KEY_Left);
  assert_told (chart, "base.en, cpu: 5.5 ms", "chart-key-left");
  press (chart, GDK_KEY_Left);
  assert_told (chart, "base.en, cpu: not measured", "chart-key-left-again");
  press (chart, GDK_KEY_Home);
  assert_told (chart, "base.en, cpu: 3.0 ms", "chart-key-home");
  press (chart, GDK_KEY_End);
  assert_told (chart, "base.en, cpu: 5.5 ms", "chart-key-end");
  press (chart, GDK_KEY_Escape);
  assert_told (chart, "2 runs", "chart-key-escape");
  close_window_of (GTK_WIDGET (chart));
}

static void
test_pointer (void)
{
  const double values[] = { 3, 4, 5.5 };
  TilescribeLineChart *chart = chart_of (values, G_N_ELEMENTS (values));
  GtkEventController *motion;

  picture_free (draw (GTK_WIDGET (chart), "chart-pointer"));
  motion = controller_of (GTK_WIDGET (chart), GTK_TYPE_EVENT_CONTROLLER_MOTION);
  g_signal_emit_by_name (motion, "motion", WIDTH / 2.0 + 30, 100.0);
  assert_told (chart, "base.en, cpu: 4.0 ms", "chart-pointer");
  g_signal_emit_by_name (motion, "leave");
  assert_told (chart, "3 runs", "chart-pointer-away");
  close_window_of (GTK_WIDGET (chart));
}

static void
count_frame (GdkFrameClock *clock, guint *n_frames)
{
  (*n_frames)++;
}

static gboolean
is_over (gpointer end)
{
  return g_get_monotonic_time () > *(gint64 *) end;
}

static void
test_still (void)
{
  const double values[] = { 3, 4, 5.5 };
  TilescribeLineChart *chart = chart_of (values, G_N_ELEMENTS (values));
  guint n_frames = 0;
  gint64 end;
  GdkFrameClock *clock;
  gulong handler;

  picture_free (draw (GTK_WIDGET (chart), "chart-still"));
  end = g_get_monotonic_time () + G_USEC_PER_SEC / 2;
  picture_wait (is_over, &end); /* the window itself has settled */
  clock = gtk_widget_get_frame_clock (GTK_WIDGET (chart));
  handler = g_signal_connect (clock, "paint", G_CALLBACK (count_frame), &n_frames);
  end = g_get_monotonic_time () + G_USEC_PER_SEC;
  picture_wait (is_over, &end);
  g_assert_cmpuint (n_frames, ==, 0);
  tilescribe_line_chart_add_point (chart, 0, MAY + G_TIME_SPAN_DAY, 4);
  end = g_get_monotonic_time () + G_USEC_PER_SEC;
  picture_wait (is_over, &end);
  g_assert_cmpuint (n_frames, >, 0);
  g_assert_cmpuint (n_frames, <=, 3);
  g_signal_handler_disconnect (clock, handler);
  close_window_of (GTK_WIDGET (chart));
}

/* Where one reads from the right, time goes there too: the last point, which is the highest, stands at the left. */
static void
test_mirrored (void)
{
  const double values[] = { 1, 1, 1, 1, 8 };
  TilescribeLineChart *chart = chart_of (values, G_N_ELEMENTS (values));
  GdkRGBA color = { 0 };
  g_autoptr (Picture) picture = NULL;

  gtk_widget_set_direction (GTK_WIDGET (chart), GTK_TEXT_DIR_RTL);
  picture = draw (GTK_WIDGET (chart), "chart-mirrored");
  color = tilescribe_line_style_color (GTK_WIDGET (chart), 0);
  g_assert_cmpuint (picture_count (picture, 0, LEGEND, WIDTH / 4, HEIGHT / 4, &color), >, 10);
  g_assert_cmpuint (picture_count (picture, WIDTH / 2, LEGEND, WIDTH / 2, HEIGHT / 4, &color), ==, 0);
  close_window_of (GTK_WIDGET (chart));
}

static void
test_several (void)
{
  TilescribeLineChart *chart = TILESCRIBE_LINE_CHART (tilescribe_line_chart_new ("Real-time factor", ""));
  static const char *const names[] = { "base.en, cpu", "tiny, cpu", "small, npu", "large-v3-turbo, cpu" };
  g_autoptr (Picture) picture = NULL;

  for (guint s = 0; s < G_N_ELEMENTS (names); s++)
    {
      guint series = tilescribe_line_chart_add_series (chart, names[s]);

      for (guint i = 0; i < 12; i++)
        tilescribe_line_chart_add_point (chart, series, MAY + (i * 4 + s) * G_TIME_SPAN_DAY,
                                         s == 2 ? NAN : (s + 1) * (0.2 + 0.02 * ((i * 7) % 5)));
    }
  tilescribe_line_chart_add_mark (chart, MAY + 20 * G_TIME_SPAN_DAY, "base.en, cpu: slower since 23 May", TRUE);
  tilescribe_line_chart_add_mark (chart, MAY + 21 * G_TIME_SPAN_DAY, "tiny, cpu: firmware 1.1 since 24 May", FALSE);
  picture = draw (GTK_WIDGET (chart), "chart-several");
  for (guint s = 0; s < G_N_ELEMENTS (names); s++)
    {
      GdkRGBA color = tilescribe_line_style_color (GTK_WIDGET (chart), s);

      if (s == 2)
        g_assert_cmpuint (count_color (picture, &color), ==, 0);
      else
        g_assert_cmpuint (count_color (picture, &color), >, 50);
    }
  close_window_of (GTK_WIDGET (chart));
}

static void
test_empty (void)
{
  TilescribeLineChart *chart = TILESCRIBE_LINE_CHART (tilescribe_line_chart_new ("Real-time factor", ""));
  g_autoptr (Picture) picture = draw (GTK_WIDGET (chart), "chart-empty");
  g_autofree char *summary = tilescribe_line_chart_get_summary (chart);

  g_assert_cmpuint (picture_ink (picture, 0, 0, WIDTH, HEIGHT), >, 0);
  g_assert_cmpstr (summary, ==, "Nothing measured yet");
  close_window_of (GTK_WIDGET (chart));
}

static void
test_stages (void)
{
  const TilescribeStage stages[] = { { "Tail", 0.4 }, { "Encoder", 0.4 }, { "Decoder", NAN } };
  GtkWidget *waterfall = tilescribe_waterfall_new ();
  GdkRGBA bar = { 0 };
  g_autoptr (Picture) picture = NULL;
  int row;

  tilescribe_waterfall_set_stages (TILESCRIBE_WATERFALL (waterfall), stages, G_N_ELEMENTS (stages), 0.8);
  picture = draw (waterfall, "waterfall");
  bar = tilescribe_ink_color (waterfall, "accent_bg_color");
  gtk_widget_measure (waterfall, GTK_ORIENTATION_VERTICAL, -1, &row, NULL, NULL, NULL);
  row /= (int) G_N_ELEMENTS (stages) + 1;
  g_assert_cmpuint (picture_count (picture, 0, 0, WIDTH, row, &bar), >, 500);
  g_assert_cmpuint (picture_count (picture, 0, row, WIDTH / 2 - 40, row, &bar), ==, 0); /* begins where the tail ended */
  g_assert_cmpuint (picture_count (picture, WIDTH / 2, row, WIDTH / 2, row, &bar), >, 500);
  g_assert_cmpuint (picture_count (picture, 0, 2 * row, WIDTH, row, &bar), ==, 0); /* not measured: no bar */
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (waterfall), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT,
                                       "Tail: 400 ms, Encoder: 400 ms, Decoder: not measured, Total: 800 ms");
  close_window_of (waterfall);
}

static void
test_no_total (void)
{
  const TilescribeStage stages[] = { { "Kernel, modelled", 0.4 }, { "Host, measured", 0.1 } };
  GtkWidget *waterfall = tilescribe_waterfall_new ();

  tilescribe_waterfall_set_stages (TILESCRIBE_WATERFALL (waterfall), stages, G_N_ELEMENTS (stages), -1);
  picture_free (draw (waterfall, "waterfall-apart"));
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (waterfall), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT,
                                       "Kernel, modelled: 400 ms, Host, measured: 100 ms");
  close_window_of (waterfall);
}

/* Pixels of a cell's colour, where the share is 1, in this part of a strip of two rows. */
static guint
hot_pixels (GtkWidget *strip, const Picture *picture, guint row, double from, double to)
{
  GdkRGBA hot = tilescribe_ink_color (strip, "accent_bg_color");
  int height;

  gtk_widget_measure (strip, GTK_ORIENTATION_VERTICAL, -1, &height, NULL, NULL, NULL);
  return picture_count (picture, (int) (from * WIDTH), (int) row * height / 2, (int) ((to - from) * WIDTH), height / 2, &hot);
}

/* A text with a per cent sign would be a format in the macro itself. */
static void
assert_tells (GtkWidget *widget, const char *text)
{
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text);
}

static GtkWidget *
strip_of (const double (*shares)[2], guint n)
{
  GtkWidget *strip = tilescribe_heat_strip_new ("How busy the columns were");

  for (guint i = 0; i < n; i++)
    tilescribe_heat_strip_add (TILESCRIBE_HEAT_STRIP (strip), shares[i], 2);
  return strip;
}

static void
test_heat (void)
{
  double shares[40][2];
  GtkWidget *strip;
  g_autoptr (Picture) picture = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (shares); i++)
    {
      shares[i][0] = i < 20 ? 0 : 1; /* idle, then busy */
      shares[i][1] = 0.5;
    }
  strip = strip_of (shares, G_N_ELEMENTS (shares));
  picture = draw (strip, "heat-strip");
  g_assert_cmpuint (hot_pixels (strip, picture, 0, 0, 0.4), ==, 0);
  g_assert_cmpuint (hot_pixels (strip, picture, 0, 0.6, 1), >, 1000);
  g_assert_cmpuint (hot_pixels (strip, picture, 1, 0, 1), ==, 0); /* half as busy: not as strong */
  g_assert_cmpuint (picture_ink (picture, WIDTH / 2, 0, WIDTH / 4, HEIGHT), >, 1000);
  assert_tells (strip, "Column 1: 100 %, on average 50 %; Column 2: 50 %, on average 50 %");
  close_window_of (strip);
}

static void
test_heat_missing (void)
{
  const double shares[][2] = { { 1, NAN }, { 1, NAN } };
  GtkWidget *strip = strip_of (shares, G_N_ELEMENTS (shares));
  g_autoptr (Picture) picture = draw (strip, "heat-strip-missing");

  g_assert_cmpuint (hot_pixels (strip, picture, 0, 0, 1), >, 100);
  g_assert_cmpuint (hot_pixels (strip, picture, 1, 0, 1), ==, 0);
  assert_tells (strip, "Column 1: 100 %, on average 100 %; Column 2: not measured, on average not measured");
  tilescribe_heat_strip_clear (TILESCRIBE_HEAT_STRIP (strip));
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (strip), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, "not measured");
  close_window_of (strip);
}

/* The newest moment stands where one stops reading, and those before go out at the other end. */
static void
test_heat_moves_on (void)
{
  const double idle[] = { 0, 0 }, busy[] = { 1, 0 };
  GtkWidget *strip = strip_of (&busy, 1);
  g_autoptr (Picture) before = draw (strip, "heat-strip-first"), after = NULL, mirrored = NULL;

  g_assert_cmpuint (hot_pixels (strip, before, 0, 0, 0.5), ==, 0);
  g_assert_cmpuint (hot_pixels (strip, before, 0, 0.5, 1), >, 100);
  gtk_widget_set_direction (strip, GTK_TEXT_DIR_RTL);
  mirrored = draw (strip, "heat-strip-mirrored");
  g_assert_cmpuint (hot_pixels (strip, mirrored, 0, 0, 0.5), >, 100);
  for (guint i = 0; i < TILESCRIBE_HEAT_STRIP_MOMENTS; i++)
    tilescribe_heat_strip_add (TILESCRIBE_HEAT_STRIP (strip), idle, 2);
  after = draw (strip, "heat-strip-idle");
  g_assert_cmpuint (hot_pixels (strip, after, 0, 0, 1), ==, 0);
  close_window_of (strip);
}

static guint
filled (double ratio, const char *color_name, const char *name)
{
  GtkWidget *bar = tilescribe_ratio_bar_new ("Real-time factor");
  g_autoptr (Picture) picture = NULL;
  GdkRGBA color = { 0 };
  guint n;

  tilescribe_ratio_bar_set_ratio (TILESCRIBE_RATIO_BAR (bar), ratio);
  picture = picture_of (bar, 200, 10, name);
  color = tilescribe_ink_color (bar, color_name);
  n = count_color (picture, &color);
  close_window_of (bar);
  return n * 100 / (200 * 10);
}

static void
test_ratio (void)
{
  g_assert_cmpuint (filled (0.5, "accent_bg_color", "ratio-half"), >, 40);
  g_assert_cmpuint (filled (0.5, "accent_bg_color", "ratio-half"), <, 60);
  g_assert_cmpuint (filled (3, "warning_bg_color", "ratio-over"), >, 90);
  g_assert_cmpuint (filled (NAN, "accent_bg_color", "ratio-missing"), ==, 0);
}

static void
test_figure (void)
{
  GtkWidget *figure = tilescribe_figure_new ("Memory", "MB", "not measured on this device");

  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (figure), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Memory: not measured on this device");
  tilescribe_figure_set_value (TILESCRIBE_FIGURE (figure), 312);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (figure), GTK_ACCESSIBLE_PROPERTY_LABEL, "Memory: 312 MB");
  picture_free (picture_of (figure, 200, 80, "figure"));
  close_window_of (figure);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/axis/steps-are-round", test_ticks);
  g_test_add_func ("/axis/figures-have-two-digits-or-more", test_figures);
  g_test_add_func ("/series/forgets-the-oldest-points", test_ring);
  g_test_add_func ("/line-chart/draws-and-tells-what-was-measured", test_line);
  g_test_add_func ("/line-chart/draws-no-line-where-nothing-was-measured", test_missing_series);
  g_test_add_func ("/line-chart/leaves-a-gap-where-figures-are-missing", test_gap);
  g_test_add_func ("/line-chart/tells-several-series-apart", test_several);
  g_test_add_func ("/line-chart/arrow-keys-tell-the-figures-of-a-moment", test_keys);
  g_test_add_func ("/line-chart/pointer-tells-the-figures-of-a-moment", test_pointer);
  g_test_add_func ("/line-chart/is-mirrored-where-one-reads-from-the-right", test_mirrored);
  g_test_add_func ("/line-chart/draws-when-there-is-something-new-only", test_still);
  g_test_add_func ("/line-chart/says-that-it-is-empty", test_empty);
  g_test_add_func ("/waterfall/stages-follow-each-other", test_stages);
  g_test_add_func ("/waterfall/stages-that-cannot-be-added-have-no-total", test_no_total);
  g_test_add_func ("/heat-strip/is-as-strong-as-the-share", test_heat);
  g_test_add_func ("/heat-strip/names-what-is-missing", test_heat_missing);
  g_test_add_func ("/heat-strip/moves-on", test_heat_moves_on);
  g_test_add_func ("/ratio-bar/is-as-full-as-the-ratio", test_ratio);
  g_test_add_func ("/figure/names-what-is-missing", test_figure);
  return g_test_run ();
}
