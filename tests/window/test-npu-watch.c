/* test-npu-watch.c - an NPU whose driver hangs holds up nobody who looks on
 *
 * The kernel's files are a tree of the test's own. In it, who reads the device's vendor waits until the test writes it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/dashboard-page.h"
#include "pages/npu-watch.h"

#include "picture.h"

#include <adwaita.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WIDTH  900
#define HEIGHT 1000
#define DEVICE "sys/bus/pci/devices/0000:c5:00.1"

typedef struct
{
  char *folder, *vendor;
  TilescribeNpuWatch *watch;
  guint told;
  ScribeNpuReason power; /* why it is not known, as last told */
} Fixture;

static void
on_told (Fixture *f, const ScribeNpuTelemetry *telemetry)
{
  f->told++;
  f->power = telemetry->why[SCRIBE_NPU_POWER];
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autofree char *device = NULL;

  f->folder = g_dir_make_tmp ("tilescribe-npu-watch-XXXXXX", NULL);
  device = g_build_filename (f->folder, DEVICE, NULL);
  f->vendor = g_build_filename (device, "vendor", NULL);
  g_assert_cmpint (g_mkdir_with_parents (device, 0700), ==, 0);
  g_assert_cmpint (mkfifo (f->vendor, 0600), ==, 0);
  f->watch = tilescribe_npu_watch_new (f->folder);
  g_signal_connect_swapped (f->watch, "told", G_CALLBACK (on_told), f);
}

/* Whoever waits reads this, and whoever comes later as well. */
static gboolean
answer (gpointer data)
{
  Fixture *f = data;
  const int pipe = open (f->vendor, O_WRONLY | O_NONBLOCK);

  if (pipe < 0)
    return FALSE; /* nobody has begun to read */
  g_assert_cmpint (write (pipe, "0x1234\n", 7), ==, 7);
  g_unlink (f->vendor);
  g_assert_true (g_file_set_contents (f->vendor, "0x1234\n", -1, NULL));
  close (pipe);
  return TRUE;
}

static gboolean
has_told (gpointer f)
{
  return ((Fixture *) f)->told > 0;
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_autofree char *remove = g_strdup_printf ("rm -rf '%s'", f->folder);

  picture_wait_for_end (f->watch);
  g_assert_true (g_spawn_command_line_sync (remove, NULL, NULL, NULL, NULL));
  g_free (f->folder);
  g_free (f->vendor);
}

static void
test_one_question_at_a_time (Fixture *f, gconstpointer unused)
{
  g_assert_true (tilescribe_npu_watch_ask (f->watch));
  g_assert_false (tilescribe_npu_watch_ask (f->watch));
  g_assert_cmpuint (f->told, ==, 0);
  picture_wait (answer, f);
  picture_wait (has_told, f);
  g_assert_cmpuint (f->told, ==, 1);
  g_assert_cmpint (f->power, ==, SCRIBE_NPU_NO_DEVICE); /* of another maker */
  g_assert_true (tilescribe_npu_watch_ask (f->watch));
  f->told = 0;
  picture_wait (has_told, f);
}

/* A run on an NPU, which the page asks for. */
static ScribeStoreThread *
store_with_run (Fixture *f)
{
  g_autofree char *path = g_build_filename (f->folder, "transcripts.db", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = scribe_store_open (path, FALSE, &error);
  g_auto (ScribeRunStats) run = { 0 };
  gint64 id = scribe_store_begin (store, &(ScribeBeginning){ .source = "-" }, &error);

  scribe_run_stats_init (&run);
  run.model = g_strdup ("starter-en");
  run.device = g_strdup ("npu");
  run.audio = 4;
  run.array = (ScribeArrayTimes){ .submit = 0.004, .kernel = 0.016, .transfer = 0.012, .host = 0.006 };
  g_assert_cmpint (scribe_store_add_run (store, id, &run, &error), >, 0);
  return scribe_store_thread_new (path);
}

static TilescribeDashboardPage *
show_page (Fixture *f)
{
  TilescribeDashboardPage *page = g_object_ref_sink (g_object_new (TILESCRIBE_TYPE_DASHBOARD_PAGE, NULL));
  g_autoptr (ScribeStoreThread) store = store_with_run (f);
  GtkWidget *window = adw_window_new ();

  gtk_window_set_default_size (GTK_WINDOW (window), WIDTH, HEIGHT);
  adw_window_set_content (ADW_WINDOW (window), GTK_WIDGET (page));
  tilescribe_dashboard_page_set_npu (page, f->watch);
  tilescribe_dashboard_page_set_store (page, store);
  gtk_window_present (GTK_WINDOW (window));
  return page;
}

static gboolean
tells_that_nothing_comes (gpointer page)
{
  return picture_says (page, "The NPU’s driver does not answer at the moment");
}

static gboolean
tells_what_came (gpointer page)
{
  return picture_says (page, "Not known: use of the columns, power: there is no NPU");
}

static void
test_the_page_goes_on (Fixture *f, gconstpointer unused)
{
  TilescribeDashboardPage *page = show_page (f);

  picture_wait (tells_that_nothing_comes, page);
  picture_free (picture_of (GTK_WIDGET (page), WIDTH, HEIGHT, "dashboard-npu-hangs"));
  g_assert_cmpuint (f->told, ==, 0);
  picture_wait (answer, f);
  picture_wait (tells_what_came, page);
  gtk_window_destroy (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (page))));
  picture_wait_for_end (page);
}

static void
test_the_page_goes_away (Fixture *f, gconstpointer unused)
{
  TilescribeDashboardPage *page = show_page (f);

  picture_wait (tells_that_nothing_comes, page);
  gtk_window_destroy (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (page))));
  picture_wait_for_end (page);
  g_assert_cmpuint (f->told, ==, 0); /* the driver still hangs */
  picture_wait (answer, f);
  picture_wait (has_told, f);
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  ADD ("/npu-watch/asks-one-question-at-a-time", test_one_question_at_a_time);
  ADD ("/npu-watch/page-goes-on-while-the-driver-hangs", test_the_page_goes_on);
  ADD ("/npu-watch/page-goes-away-while-the-driver-hangs", test_the_page_goes_away);
  return g_test_run ();
}
