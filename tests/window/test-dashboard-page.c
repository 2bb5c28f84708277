/* test-dashboard-page.c - the dashboard shows what the store and the session know, and names what they do not
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/array-figures.h"
#include "pages/dashboard-page.h"
#include "pages/history-charts.h"
#include "pages/live-figures.h"
#include "pages/measures.h"
#include "widgets/figure.h"
#include "widgets/heat-strip.h"
#include "widgets/line-chart.h"
#include "widgets/waterfall.h"

#include "picture.h"

#include <adwaita.h>
#include <glib/gstdio.h>
#include <math.h>
#include <sqlite3.h>

#define WIDE   1100
#define NARROW 380
#define HEIGHT 1000
#define RUNS   24
#define SLOWER 14 /* of the runs, the first slower one */

typedef struct
{
  char *folder, *path;
  ScribeStoreThread *store;
  TilescribeDashboardPage *page;
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->folder = g_dir_make_tmp ("tilescribe-dashboard-XXXXXX", NULL);
  f->path = g_build_filename (f->folder, "transcripts.db", NULL);
  f->store = scribe_store_thread_new (f->path);
  f->page = g_object_ref_sink (g_object_new (TILESCRIBE_TYPE_DASHBOARD_PAGE, NULL));
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (f->page));
  g_autofree char *remove = g_strdup_printf ("rm -rf '%s'", f->folder);

  if (root != NULL)
    gtk_window_destroy (GTK_WINDOW (root));
  picture_wait_for_end (f->page);
  g_object_unref (f->store);
  g_assert_true (g_spawn_command_line_sync (remove, NULL, NULL, NULL, NULL));
  g_free (f->folder);
  g_free (f->path);
}

static void
put_into_window (Fixture *f, int width)
{
  GtkWidget *window = adw_window_new ();

  gtk_window_set_default_size (GTK_WINDOW (window), width, HEIGHT);
  adw_window_set_content (ADW_WINDOW (window), GTK_WIDGET (f->page));
  gtk_window_present (GTK_WINDOW (window));
}

/* The n-th widget of this type in the page. */
static GtkWidget *
find_below (GtkWidget *widget, GType type, guint *n)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type) && (*n)-- == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_below (child, type, n);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static GtkWidget *
find (Fixture *f, GType type, guint n)
{
  return find_below (GTK_WIDGET (f->page), type, &n);
}

static double
figure (Fixture *f, TilescribeLiveFigure which)
{
  return tilescribe_live_figures_get (TILESCRIBE_LIVE_FIGURES (find (f, TILESCRIBE_TYPE_LIVE_FIGURES, 0)), which);
}

static void
add_run (ScribeStore *store, gint64 transcript, guint i, gboolean utterance)
{
  g_auto (ScribeRunStats) run = { 0 };
  g_autoptr (GError) error = NULL;
  double slow = (i >= SLOWER ? 1.5 : 1) * (1 + 0.02 * (i * 7 % 5));

  scribe_run_stats_init (&run);
  run.model = g_strdup (utterance ? "starter-en" : "base.en");
  run.device = g_strdup ("cpu");
  run.device_reason = g_strdup ("No AMD NPU was found, so the processor does the work.");
  run.audio = utterance ? 4 : 60;
  run.mel = 0.01;
  run.encode = utterance ? 0.2 * slow : 3;
  run.decode = utterance ? 0.15 * slow : 5;
  run.n_tokens = utterance ? 20 : 300;
  run.total = run.mel + run.encode + run.decode;
  if (utterance)
    {
      run.tail = 0.2;
      run.voice = 0;
      run.wait = 0.01;
      run.latency = 0.2 + run.wait + run.total;
      run.overruns = 2;
    }
  g_assert_cmpint (scribe_store_add_run (store, transcript, &run, &error), >, 0);
  g_assert_no_error (error);
}

/* Dictation and recordings in turn; a run a day. */
static void
fill (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = scribe_store_open (f->path, FALSE, &error);
  g_autofree char *spread = g_strdup_printf ("UPDATE runs SET ended = ended - (%d - id) * 86400000000", 2 * RUNS);
  gint64 id;
  sqlite3 *db;

  g_assert_no_error (error);
  id = scribe_store_begin (store, &(ScribeBeginning){ .source = "-" }, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < RUNS; i++)
    {
      add_run (store, id, i, FALSE);
      add_run (store, id, i, TRUE);
    }
  g_assert_cmpint (sqlite3_open (f->path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, spread, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

/* Runs of an array, a day apart, newest last; its firmware changes in the middle. */
static void
fill_array (Fixture *f, const char *device, gboolean is_modelled, gboolean tells_power)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = scribe_store_open (f->path, FALSE, &error);
  gint64 id = scribe_store_begin (store, &(ScribeBeginning){ .source = "-" }, &error);

  for (guint i = 0; i < RUNS; i++)
    {
      g_auto (ScribeRunStats) run = { 0 };

      scribe_run_stats_init (&run);
      run.model = g_strdup ("starter-en");
      run.device = g_strdup (device);
      run.device_reason = g_strdup_printf ("“%s” was asked for", device);
      run.firmware = is_modelled ? NULL : g_strdup (i < RUNS / 2 ? "1.0.20.434" : "1.1.2.64");
      run.driver = is_modelled ? NULL : g_strdup ("amdxdna 0.6");
      run.overlay = g_strdup ("0123456789abcdef");
      run.watts = tells_power && i >= RUNS / 3 ? 1.5 + 0.02 * i : SCRIBE_UNKNOWN; /* an older kernel does not tell */
      run.joules = run.watts >= 0 ? run.watts * 0.032 : SCRIBE_UNKNOWN;
      run.audio = 4;
      run.mel = 0.002;
      run.encode = 0.02;
      run.decode = 0.1;
      run.n_tokens = 20;
      run.total = 2;
      run.latency = 0.5;
      run.array = (ScribeArrayTimes){ is_modelled, 0.004, 0.016, 0.012, 0.006, { is_modelled ? 8 : 0, { 0 } } };
      for (guint column = 0; column < run.array.columns.n; column++)
        run.array.columns.seconds[column] = 0.0016 * (double) (1 + (i + 3 * column) % 9); /* of 0.032 */
      g_assert_cmpint (scribe_store_add_run (store, id, &run, &error), >, 0);
    }
}

static gboolean
has_latency (gpointer data)
{
  return !isnan (figure (data, TILESCRIBE_FIGURE_LATENCY_P50));
}

static void
look (Fixture *f, int width, const char *name)
{
  picture_free (picture_of (GTK_WIDGET (f->page), width, HEIGHT, name));
}

static void
test_empty (Fixture *f, gconstpointer unused)
{
  put_into_window (f, WIDE);
  look (f, WIDE, "dashboard-empty");
  g_assert_true (picture_says (GTK_WIDGET (f->page), "Nothing Measured Yet"));
  g_assert_true (isnan (figure (f, TILESCRIBE_FIGURE_RATE)));
  g_assert_true (isnan (figure (f, TILESCRIBE_FIGURE_QUEUE)));
}

static void
test_history (Fixture *f, gconstpointer unused)
{
  g_autofree char *latency = NULL, *rate = NULL;

  fill (f);
  put_into_window (f, WIDE);
  tilescribe_dashboard_page_set_store (f->page, f->store);
  picture_wait (has_latency, f);
  look (f, WIDE, "dashboard-wide");
  picture_free (picture_of (find (f, TILESCRIBE_TYPE_HISTORY_CHARTS, 0), WIDE, HEIGHT, "dashboard-history"));
  g_assert_cmpfloat (figure (f, TILESCRIBE_FIGURE_LATENCY_P50), >, 500);
  g_assert_cmpfloat (figure (f, TILESCRIBE_FIGURE_LATENCY_P95), >, figure (f, TILESCRIBE_FIGURE_LATENCY_P50));
  g_assert_cmpfloat (figure (f, TILESCRIBE_FIGURE_OVERRUNS), ==, 2);
  g_assert_cmpfloat (figure (f, TILESCRIBE_FIGURE_MEMORY), >, 1);
  rate = tilescribe_line_chart_get_summary (TILESCRIBE_LINE_CHART (find (f, TILESCRIBE_TYPE_LINE_CHART, 0)));
  latency = tilescribe_line_chart_get_summary (TILESCRIBE_LINE_CHART (find (f, TILESCRIBE_TYPE_LINE_CHART, 3)));
  g_assert_nonnull (strstr (rate, "base.en, cpu: median 0.13 ×"));
  g_assert_nonnull (strstr (rate, "starter-en, cpu, dictated: slower since"));
  g_assert_null (strstr (rate, "base.en, cpu: slower since"));
  g_assert_nonnull (strstr (latency, "24 runs"));
  g_assert_null (strstr (latency, "base.en")); /* a recording has no end of speech */
}

/* Whether the page has a waterfall that tells this. */
static gboolean
tells_stages (Fixture *f, const char *text)
{
  for (guint i = 0; find (f, TILESCRIBE_TYPE_WATERFALL, i) != NULL; i++)
    {
      g_autofree char *wrong = gtk_test_accessible_check_property (GTK_ACCESSIBLE (find (f, TILESCRIBE_TYPE_WATERFALL, i)),
                                                                   GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text);

      if (wrong == NULL)
        return TRUE;
    }
  return FALSE;
}

/* A text with a per cent sign would be a format in the macro itself. */
static void
assert_tells (GtkWidget *widget, const char *text)
{
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text);
}

static void
test_emulator (Fixture *f, gconstpointer unused)
{
  g_autofree char *encoder = NULL;
  GtkWidget *strip;

  fill_array (f, "emulator", TRUE, FALSE);
  put_into_window (f, WIDE);
  tilescribe_dashboard_page_set_store (f->page, f->store);
  picture_wait (has_latency, f);
  strip = find (f, TILESCRIBE_TYPE_HEAT_STRIP, 0);
  look (f, WIDE, "dashboard-emulator");
  picture_free (picture_of (gtk_widget_get_ancestor (strip, ADW_TYPE_PREFERENCES_GROUP), WIDE, HEIGHT, "dashboard-array"));
  g_assert_true (gtk_widget_get_mapped (strip));
  g_assert_true (picture_says (GTK_WIDGET (f->page), "NPU, Emulated"));
  g_assert_true (picture_says (GTK_WIDGET (f->page), "Power and energy are not known"));
  g_assert_true (
      tells_stages (f, "Submit, modelled: 4.0 ms, Kernel, modelled: 16 ms, Transfer, modelled: 12 ms, Host, measured: 6.0 ms"));
  g_assert_true (tells_stages (f, "Tail: not measured, Voice activity: not measured, Wait for the engine: not measured, Mel "
                                  "spectrum, modelled: 2.0 ms, Encoder, modelled: 20 ms, Decoder: 100 ms, Insertion: not "
                                  "measured, Total: 500 ms"));
  assert_tells (strip, "Column 1: 30 %, on average 23 %; Column 2: 45 %, on average 27 %; Column 3: 15 %, on average 25 %; "
                       "Column 4: 30 %, on average 23 %; Column 5: 45 %, on average 27 %; Column 6: 15 %, on average 25 %; "
                       "Column 7: 30 %, on average 23 %; Column 8: 45 %, on average 27 %");
  encoder = tilescribe_line_chart_get_summary (TILESCRIBE_LINE_CHART (find (f, TILESCRIBE_TYPE_LINE_CHART, 1)));
  g_assert_nonnull (strstr (encoder, "starter-en, emulator, dictated, modelled"));
  g_assert_false (gtk_widget_get_mapped (find (f, TILESCRIBE_TYPE_LINE_CHART, TILESCRIBE_MEASURE_POWER)));
  g_assert_false (gtk_widget_get_mapped (find (f, TILESCRIBE_TYPE_LINE_CHART, TILESCRIBE_MEASURE_ENERGY)));
}

static char *
summary_of (Fixture *f, TilescribeMeasure measure)
{
  return tilescribe_line_chart_get_summary (TILESCRIBE_LINE_CHART (find (f, TILESCRIBE_TYPE_LINE_CHART, measure)));
}

static void
test_npu (Fixture *f, gconstpointer unused)
{
  g_autofree char *rate = NULL, *power = NULL, *energy = NULL;

  fill_array (f, "npu", FALSE, TRUE);
  put_into_window (f, WIDE);
  tilescribe_dashboard_page_set_store (f->page, f->store);
  picture_wait (has_latency, f);
  look (f, WIDE, "dashboard-npu");
  g_assert_false (picture_says (GTK_WIDGET (f->page), "odelled"));
  g_assert_true (tells_stages (f, "Submit: 4.0 ms, Kernel: 16 ms, Transfer: 12 ms, Host: 6.0 ms, Total: 38 ms"));
  rate = tilescribe_line_chart_get_summary (TILESCRIBE_LINE_CHART (find (f, TILESCRIBE_TYPE_LINE_CHART, 0)));
  g_assert_nonnull (strstr (rate, "starter-en, npu, dictated: firmware 1.1.2.64 since"));
  g_assert_null (strstr (rate, "design"));
  power = summary_of (f, TILESCRIBE_MEASURE_POWER);
  energy = summary_of (f, TILESCRIBE_MEASURE_ENERGY);
  picture_free (picture_of (find (f, TILESCRIBE_TYPE_HISTORY_CHARTS, 0), WIDE, HEIGHT, "dashboard-npu-history"));
  g_assert_true (g_str_has_prefix (power, "starter-en, npu, dictated: median 1.8 W, last 2.0 W, 16 runs"));
  g_assert_nonnull (strstr (power, "firmware 1.1.2.64 since"));
  g_assert_true (g_str_has_prefix (energy, "starter-en, npu, dictated: median 0.87 J, last 0.94 J, 16 runs"));
}

/* What a driver does not tell is named, and not left out. */
static void
test_npu_without_power (Fixture *f, gconstpointer unused)
{
  g_autofree char *power = NULL, *energy = NULL;

  fill_array (f, "npu", FALSE, FALSE);
  put_into_window (f, WIDE);
  tilescribe_dashboard_page_set_store (f->page, f->store);
  picture_wait (has_latency, f);
  g_assert_true (gtk_widget_get_mapped (find (f, TILESCRIBE_TYPE_LINE_CHART, TILESCRIBE_MEASURE_POWER)));
  power = summary_of (f, TILESCRIBE_MEASURE_POWER);
  energy = summary_of (f, TILESCRIBE_MEASURE_ENERGY);
  g_assert_true (g_str_has_prefix (power, "starter-en, npu, dictated: not measured"));
  g_assert_true (g_str_has_prefix (energy, "starter-en, npu, dictated: not measured"));
}

/* A reading of an NPU that has worked for so long: half of its columns are busy. */
static void
tell_of_npu (TilescribeArrayFigures *array, double busy_seconds, double watts, ScribeNpuReason why)
{
  static gint64 seconds = 1;
  ScribeNpuTelemetry telemetry = { .time = seconds++, .watts = watts, .busy_seconds = busy_seconds, .n_column_uses = 8 };

  telemetry.why[SCRIBE_NPU_POWER] = telemetry.why[SCRIBE_NPU_COLUMNS] = why;
  for (guint i = 0; i < 8; i++)
    telemetry.column_use[i] = i < 4 ? 0.75 : 0;
  tilescribe_array_figures_show_telemetry (array, &telemetry);
}

static double
figure_of (TilescribeArrayFigures *array, guint n)
{
  return tilescribe_figure_get_value (TILESCRIBE_FIGURE (find_below (GTK_WIDGET (array), TILESCRIBE_TYPE_FIGURE, &n)));
}

static void
test_telemetry (Fixture *f, gconstpointer unused)
{
  TilescribeArrayFigures *array = g_object_new (TILESCRIBE_TYPE_ARRAY_FIGURES, NULL);
  GtkWidget *strip = find_below (GTK_WIDGET (array), TILESCRIBE_TYPE_HEAT_STRIP, &(guint){ 0 });
  g_autoptr (GPtrArray) runs = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_run_free);
  ScribeRun *run = g_new0 (ScribeRun, 1);

  run->stats.device = g_strdup ("npu");
  run->stats.audio = 4;
  run->stats.array = (ScribeArrayTimes){ .submit = 0.004, .kernel = 0.016, .transfer = 0.012, .host = 0.006 };
  g_ptr_array_add (runs, run);
  tilescribe_array_figures_set_device (array, "npu");
  tilescribe_array_figures_show_runs (array, runs);
  tell_of_npu (array, 5, 1.5, SCRIBE_NPU_KNOWN); /* it may have been idle since its work */
  g_assert_true (isnan (figure_of (array, 0)));
  tell_of_npu (array, 5.5, 4, SCRIBE_NPU_KNOWN);
  g_assert_cmpfloat (figure_of (array, 0), ==, 4);
  g_assert_cmpfloat_with_epsilon (figure_of (array, 1), 4 * 60 * 0.032 / 4, 1e-9);
  tell_of_npu (array, 5.5, 0.5, SCRIBE_NPU_KNOWN);
  g_assert_cmpfloat (figure_of (array, 0), ==, 4); /* idle: not what work takes */
  picture_free (picture_of (GTK_WIDGET (array), WIDE, HEIGHT / 2, "array-npu"));
  assert_tells (strip, "Column 1: 75 %, on average 75 %; Column 2: 75 %, on average 75 %; Column 3: 75 %, on average 75 %; "
                       "Column 4: 75 %, on average 75 %; Column 5: 0 %, on average 0 %; Column 6: 0 %, on average 0 %; Column "
                       "7: 0 %, on average 0 %; Column 8: 0 %, on average 0 %");
  g_assert_false (picture_says (GTK_WIDGET (array), "Not known"));
  tell_of_npu (array, 6, 0, SCRIBE_NPU_FORBIDDEN);
  g_assert_true (picture_says (GTK_WIDGET (array), "Not known: use of the columns, power: you may not ask the driver"));
  gtk_window_destroy (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (array))));
}

static void
test_no_array (Fixture *f, gconstpointer unused)
{
  fill (f);
  put_into_window (f, WIDE);
  tilescribe_dashboard_page_set_store (f->page, f->store);
  picture_wait (has_latency, f);
  g_assert_false (gtk_widget_get_mapped (find (f, TILESCRIBE_TYPE_HEAT_STRIP, 0)));
  g_assert_false (picture_says (GTK_WIDGET (f->page), "NPU, Emulated"));
}

static void
test_narrow (Fixture *f, gconstpointer unused)
{
  fill (f);
  put_into_window (f, NARROW);
  tilescribe_dashboard_page_set_store (f->page, f->store);
  picture_wait (has_latency, f);
  look (f, NARROW, "dashboard-narrow");
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (f->page)), <=, NARROW);
}

static void
test_missing (Fixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  ScribeStore *store = scribe_store_open (f->path, FALSE, &error);
  g_auto (ScribeRunStats) run = { 0 };
  gint64 id = scribe_store_begin (store, &(ScribeBeginning){ .source = "-" }, &error);

  scribe_run_stats_init (&run);
  run.model = g_strdup ("base.en");
  run.device = g_strdup ("cpu");
  run.latency = 0.5; /* and nothing else is known */
  g_assert_cmpint (scribe_store_add_run (store, id, &run, &error), >, 0);
  scribe_store_free (store);
  put_into_window (f, WIDE);
  tilescribe_dashboard_page_set_store (f->page, f->store);
  picture_wait (has_latency, f);
  look (f, WIDE, "dashboard-missing");
  g_assert_true (isnan (figure (f, TILESCRIBE_FIGURE_RATE)));
  g_assert_true (isnan (figure (f, TILESCRIBE_FIGURE_TOKEN)));
  g_assert_cmpfloat (figure (f, TILESCRIBE_FIGURE_LATENCY_P50), ==, 500);
}

static void
test_utterance (Fixture *f, gconstpointer unused)
{
  const ScribeUtterance utterance = { .tail = 0.4,
                                      .voice = 0,
                                      .wait = 0.01,
                                      .mel = 0.005,
                                      .encode = 0.2,
                                      .decode = 0.1,
                                      .ahead = 0.105,
                                      .total = 0.61,
                                      .overruns = 3 };

  put_into_window (f, WIDE);
  tilescribe_dashboard_page_show_utterance (f->page, &utterance, -1);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (find (f, TILESCRIBE_TYPE_WATERFALL, 0)),
                                       GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT,
                                       "Tail: 400 ms, Voice activity: 0 ms, Wait for the engine: 10 ms, Mel spectrum: 0 ms, "
                                       "Encoder: 100 ms, Decoder: 100 ms, Insertion: not measured, Total: 610 ms");
  g_assert_cmpfloat (figure (f, TILESCRIBE_FIGURE_OVERRUNS), ==, 3);
  tilescribe_dashboard_page_show_utterance (f->page, &utterance, 0.04);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (find (f, TILESCRIBE_TYPE_WATERFALL, 0)),
                                       GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT,
                                       "Tail: 400 ms, Voice activity: 0 ms, Wait for the engine: 10 ms, Mel spectrum: 0 ms, "
                                       "Encoder: 100 ms, Decoder: 100 ms, Insertion: 40 ms, Total: 650 ms");
  look (f, WIDE, "dashboard-utterance");
}

static gboolean
has_rate (gpointer data)
{
  return !isnan (figure (data, TILESCRIBE_FIGURE_RATE)) && figure (data, TILESCRIBE_FIGURE_QUEUE) == 0;
}

static void
test_session (Fixture *f, gconstpointer unused)
{
  g_autofree char *clip = g_test_build_filename (G_TEST_DIST, "data", "hello.wav", NULL);
  g_autofree char *model = g_build_filename (g_getenv ("TILESCRIBE_DATA"), "models", "starter-en.bin", NULL);
  g_autoptr (ScribeSession) session = scribe_session_new (f->path);
  ScribeSessionOptions options;

  scribe_session_options_init (&options);
  options.model = model;
  scribe_session_configure (session, &options);
  put_into_window (f, WIDE);
  tilescribe_dashboard_page_set_session (f->page, session);
  tilescribe_dashboard_page_set_store (f->page, f->store);
  scribe_session_add_file (session, clip, NULL);
  g_assert_cmpfloat (figure (f, TILESCRIBE_FIGURE_QUEUE), ==, 1);
  picture_wait (has_rate, f);
  look (f, WIDE, "dashboard-session");
  g_assert_true (picture_says (GTK_WIDGET (f->page), "starter-en"));
  g_assert_true (picture_says (GTK_WIDGET (f->page), scribe_session_get_device_reason (session)));
  tilescribe_dashboard_page_set_session (f->page, NULL);
  scribe_session_close (session);
}

static gboolean
tells_trouble (gpointer data)
{
  return picture_says (data, "is not");
}

static gboolean
is_over (gpointer end)
{
  return g_get_monotonic_time () > *(gint64 *) end;
}

static void
test_hidden (Fixture *f, gconstpointer unused)
{
  gint64 end = g_get_monotonic_time () + G_USEC_PER_SEC;

  fill (f);
  gtk_widget_set_visible (GTK_WIDGET (f->page), FALSE);
  put_into_window (f, WIDE);
  tilescribe_dashboard_page_set_store (f->page, f->store);
  picture_wait (is_over, &end);
  g_assert_false (has_latency (f));
  gtk_widget_set_visible (GTK_WIDGET (f->page), TRUE);
  picture_wait (has_latency, f);
}

static void
test_trouble (Fixture *f, gconstpointer unused)
{
  g_assert_true (g_file_set_contents (f->path, "This is no database, but a letter to somebody who reads it.", -1, NULL));
  put_into_window (f, WIDE);
  tilescribe_dashboard_page_set_store (f->page, f->store);
  picture_wait (tells_trouble, f->page);
  look (f, WIDE, "dashboard-trouble");
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  ADD ("/dashboard-page/says-that-nothing-is-measured", test_empty);
  ADD ("/dashboard-page/shows-history-with-marks-where-it-got-slower", test_history);
  ADD ("/dashboard-page/shows-an-emulated-npu-and-says-that-it-is-modelled", test_emulator);
  ADD ("/dashboard-page/shows-an-npu-and-where-its-versions-changed", test_npu);
  ADD ("/dashboard-page/names-the-power-that-a-driver-does-not-tell", test_npu_without_power);
  ADD ("/dashboard-page/shows-what-an-npu-tells-of-itself", test_telemetry);
  ADD ("/dashboard-page/shows-no-npu-where-there-is-none", test_no_array);
  ADD ("/dashboard-page/fits-into-a-narrow-window", test_narrow);
  ADD ("/dashboard-page/missing-figures-stay-missing", test_missing);
  ADD ("/dashboard-page/shows-where-the-time-of-an-utterance-went", test_utterance);
  ADD ("/dashboard-page/follows-a-session", test_session);
  ADD ("/dashboard-page/reads-nothing-while-it-is-hidden", test_hidden);
  ADD ("/dashboard-page/tells-what-is-wrong-with-the-database", test_trouble);
  return g_test_run ();
}
