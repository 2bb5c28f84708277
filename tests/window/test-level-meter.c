/* test-level-meter.c - a level is seen, and costs nothing when there is none
 *
 * SPDX-License-Identifier: MIT
 */
#include "widgets/ink.h"
#include "widgets/level-meter.h"

#include "picture.h"

#include <adwaita.h>

#define WIDTH  300
#define HEIGHT 20

typedef struct
{
  float level;
  guint n_asked, n_freed;
} Voice;

typedef struct
{
  Voice *voice;
  guint n;
} Asked;

static float
level_of (gpointer data)
{
  Voice *voice = data;

  voice->n_asked++;
  return voice->level;
}

static void
forget (gpointer data)
{
  ((Voice *) data)->n_freed++;
}

static gboolean
is_asked (gpointer data)
{
  const Asked *asked = data;

  return asked->voice->n_asked >= asked->n;
}

static void
let_ask (Voice *voice, guint n_times)
{
  Asked asked = { voice, voice->n_asked + n_times };

  picture_wait (is_asked, &asked);
}

static gboolean
is_over (gpointer data)
{
  return g_get_monotonic_time () > *(gint64 *) data;
}

static void
let_pass (double seconds)
{
  gint64 end = g_get_monotonic_time () + (gint64) (seconds * G_USEC_PER_SEC);

  picture_wait (is_over, &end);
}

static TilescribeLevelMeter *
meter_in_window (Voice *voice)
{
  GtkWidget *window = gtk_window_new (), *meter = tilescribe_level_meter_new ();

  gtk_window_set_decorated (GTK_WINDOW (window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (window), WIDTH, HEIGHT);
  gtk_window_set_child (GTK_WINDOW (window), meter);
  tilescribe_level_meter_set_source (TILESCRIBE_LEVEL_METER (meter), level_of, voice, forget);
  gtk_window_present (GTK_WINDOW (window));
  return TILESCRIBE_LEVEL_METER (meter);
}

static void
close_window_of (TilescribeLevelMeter *meter)
{
  gtk_window_destroy (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (meter))));
}

/* Share of the meter in this colour of the theme. */
static double
share (TilescribeLevelMeter *meter, const char *color_name, int from, int width)
{
  GdkRGBA color = tilescribe_ink_color (GTK_WIDGET (meter), color_name);
  g_autoptr (Picture) picture = picture_of (GTK_WIDGET (meter), WIDTH, HEIGHT, g_test_get_path () + 1);

  return picture_count (picture, from, 0, width, HEIGHT, &color) / (double) (width * HEIGHT);
}

static void
test_half_scale (void)
{
  Voice voice = { .level = 0.0316f }; /* -30 dB */
  TilescribeLevelMeter *meter = meter_in_window (&voice);

  let_ask (&voice, 3);
  g_assert_cmpfloat (share (meter, "accent_bg_color", 0, WIDTH / 2), >, 0.7);
  g_assert_cmpfloat (share (meter, "accent_bg_color", WIDTH / 2, WIDTH / 2), ==, 0);
  close_window_of (meter);
}

static void
test_mirrored (void)
{
  Voice voice = { .level = 0.0316f };
  TilescribeLevelMeter *meter = meter_in_window (&voice);

  gtk_widget_set_direction (GTK_WIDGET (meter), GTK_TEXT_DIR_RTL);
  let_ask (&voice, 3);
  g_assert_cmpfloat (share (meter, "accent_bg_color", 0, WIDTH / 2 - 1), ==, 0);
  g_assert_cmpfloat (share (meter, "accent_bg_color", WIDTH / 2, WIDTH / 2), >, 0.7);
  close_window_of (meter);
}

static void
test_clipping (void)
{
  Voice voice = { .level = 1 };
  TilescribeLevelMeter *meter = meter_in_window (&voice);

  let_ask (&voice, 3);
  g_assert_cmpfloat (share (meter, "error_bg_color", WIDTH - 10, 10), >, 0.6);
  g_assert_cmpfloat (share (meter, "error_bg_color", 0, WIDTH - 10), ==, 0);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (meter), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, "too loud");
  close_window_of (meter);
}

/* One loud moment: the bar falls at once, the mark of its peak stays a while, and both are gone in the end. */
static void
test_peak (void)
{
  Voice voice = { .level = 0.316f }; /* -10 dB */
  TilescribeLevelMeter *meter = meter_in_window (&voice);
  double loud, held;

  let_ask (&voice, 3);
  loud = share (meter, "accent_bg_color", 0, WIDTH);
  voice.level = 0;
  let_pass (0.9);
  held = share (meter, "accent_bg_color", 240, 10);
  g_assert_cmpfloat (held, >, 0.6);
  g_assert_cmpfloat (share (meter, "accent_bg_color", 0, WIDTH), <, loud);
  let_pass (4);
  g_assert_cmpfloat (share (meter, "accent_bg_color", 0, WIDTH), ==, 0);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (meter), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, "quiet");
  close_window_of (meter);
}

static void
test_hidden (void)
{
  Voice voice = { .level = 0.5 };
  TilescribeLevelMeter *meter = meter_in_window (&voice);
  guint n_asked;

  let_ask (&voice, 3);
  gtk_widget_set_visible (GTK_WIDGET (meter), FALSE);
  n_asked = voice.n_asked;
  let_pass (0.3);
  g_assert_cmpuint (voice.n_asked, ==, n_asked);
  gtk_widget_set_visible (GTK_WIDGET (meter), TRUE);
  let_ask (&voice, 1);
  close_window_of (meter);
}

static void
test_without_source (void)
{
  Voice voice = { .level = 0.5 };
  TilescribeLevelMeter *meter = meter_in_window (&voice);

  let_ask (&voice, 3);
  tilescribe_level_meter_set_source (meter, NULL, NULL, NULL);
  g_assert_cmpuint (voice.n_freed, ==, 1);
  g_assert_cmpfloat (share (meter, "accent_bg_color", 0, WIDTH), ==, 0);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (meter), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, "off");
  close_window_of (meter);
}

static void
test_closed (void)
{
  Voice voice = { .level = 0.5 };
  TilescribeLevelMeter *meter = meter_in_window (&voice);

  let_ask (&voice, 1);
  close_window_of (meter);
  g_assert_cmpuint (voice.n_freed, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/level-meter/half-of-the-scale-is-half-of-the-blocks", test_half_scale);
  g_test_add_func ("/level-meter/grows-from-the-right-where-one-reads-from-there", test_mirrored);
  g_test_add_func ("/level-meter/clipping-is-marked-and-told", test_clipping);
  g_test_add_func ("/level-meter/peak-is-held-and-falls-in-the-end", test_peak);
  g_test_add_func ("/level-meter/asks-nobody-while-it-is-hidden", test_hidden);
  g_test_add_func ("/level-meter/is-empty-without-a-source", test_without_source);
  g_test_add_func ("/level-meter/lets-go-of-its-source-with-its-window", test_closed);
  return g_test_run ();
}
