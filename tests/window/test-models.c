/* test-models.c - models come over a real network, stop, go on, and are deleted, all by the buttons of their row
 *
 * The catalogue is one of the test's own, whose only published model is on the test's server.
 *
 * SPDX-License-Identifier: MIT
 */
#include "application.h"
#include "models/models.h"
#include "pages/model-row.h"
#include "pages/preferences-models.h"
#include "pages/preferences-window.h"

#include "../model/download-fixture.h"
#include "picture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define NAME      "base"
#define STARTER   "starter-en"
#define REAL_DATA "TILESCRIBE_TEST_DATA"
#define CUT_SIZE  50000 /* where the server's "stall-once" stops */

typedef struct
{
  Fixture server;
  char *installed, *part; /* paths */
  GSettings *settings;
  ScribeStoreThread *store;
  GtkWindow *window;
  GtkWidget *page;
  TilescribeModels *models;
  char *trouble; /* as the models told last */
} Shelf;

static gpointer
child (gpointer widget, const char *name)
{
  GObject *found = gtk_widget_get_template_child (GTK_WIDGET (widget), G_OBJECT_TYPE (widget), name);

  g_assert_nonnull (found);
  return found;
}

static void
write_catalogue (Shelf *s)
{
  g_autofree char *data = scribe_data_folder (), *folder = g_build_filename (data, "models", NULL);
  g_autofree char *path = g_build_filename (folder, "catalogue.ini", NULL);
  g_autofree char *starter = g_build_filename (folder, STARTER ".bin", NULL);
  g_autofree char *text = g_strdup_printf ("[" STARTER "]\nSHA256=%s\nSize=5\nFamily=starter\n"
                                           "[" NAME "]\nAddress=%s\nSHA256=%s\nSize=%d\nFamily=base\nMultilingual=true\n",
                                           s->server.sha256, s->server.url, s->server.sha256, SIZE);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_true (g_file_set_contents (starter, "hello", -1, NULL));
}

static gboolean
list_is_read (gpointer data)
{
  return tilescribe_models_get_recommended (data) != NULL;
}

static void
on_trouble (Shelf *s, const char *trouble)
{
  g_free (s->trouble);
  s->trouble = g_strdup (trouble);
}

static void
open_window (Shelf *s)
{
  s->window = tilescribe_preferences_window_new (NULL, s->settings, s->store);
  s->page = child (s->window, "models");
  adw_preferences_window_set_visible_page_name (ADW_PREFERENCES_WINDOW (s->window), "models");
  gtk_window_present (s->window);
}

static void
set_up (Shelf *s, gconstpointer behaviour)
{
  g_autofree char *folder = scribe_models_folder ();

  fixture_set_up (&s->server, behaviour);
  s->installed = g_build_filename (folder, NAME ".bin", NULL);
  s->part = g_strconcat (s->installed, ".part", NULL);
  write_catalogue (s);
  s->settings = g_settings_new (TILESCRIBE_APPLICATION_ID);
  g_settings_reset (s->settings, "model");
  g_settings_set_string (s->settings, "language", "de");
  s->models = g_object_ref (tilescribe_models_get (s->settings));
  g_signal_connect_swapped (s->models, "trouble", G_CALLBACK (on_trouble), s);
  s->store = scribe_store_thread_new (NULL);
  open_window (s);
  picture_wait (list_is_read, s->models);
}

static void
delete_tree (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder && (name = g_dir_read_name (folder)))
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);

      delete_tree (inner);
    }
  g_remove (path);
}

static void
tear_down (Shelf *s, gconstpointer behaviour)
{
  g_autofree char *folder = scribe_models_folder ();

  if (s->window)
    gtk_window_destroy (s->window);
  g_signal_handlers_disconnect_by_data (s->models, s);
  tilescribe_models_cancel_all (s->models);
  g_object_unref (s->store);
  g_object_unref (s->settings);
  g_object_unref (s->models);
  delete_tree (folder);
  g_free (s->installed);
  g_free (s->part);
  g_free (s->trouble);
  fixture_tear_down (&s->server, behaviour);
}

/* The first row of the list is that of the best one, the second the starter's. */
static GtkWidget *
row_of (Shelf *s, int i)
{
  return GTK_WIDGET (gtk_list_box_get_row_at_index (child (s->page, "list"), i));
}

static GtkWidget *
published (Shelf *s)
{
  return row_of (s, 2);
}

static TilescribeModel *
model_of (Shelf *s)
{
  return tilescribe_models_get_recommended (s->models);
}

static void
click (GtkWidget *row, const char *button)
{
  g_assert_true (gtk_widget_get_visible (child (row, button)));
  g_signal_emit_by_name (child (row, button), "clicked");
}

static gboolean
is_installed (gpointer s)
{
  return tilescribe_model_get_state (model_of (s)) == TILESCRIBE_MODEL_INSTALLED;
}

static gboolean
is_absent (gpointer s)
{
  return tilescribe_model_get_state (model_of (s)) == TILESCRIBE_MODEL_ABSENT;
}

static gboolean
is_part_here (gpointer data)
{
  Shelf *s = data;
  GStatBuf part;

  return tilescribe_model_get_done (model_of (s)) > 0 && g_stat (s->part, &part) == 0 && part.st_size == CUT_SIZE;
}

static gboolean
is_part_told (gpointer s)
{
  return is_absent (s) && tilescribe_model_get_done (model_of (s)) == CUT_SIZE;
}

static void
assert_bytes (Shelf *s, const char *path, gsize expected)
{
  g_autofree char *bytes = NULL;
  gsize n;

  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  g_assert_cmpmem (bytes, n, s->server.content, expected);
}

static void
assert_says (GtkWidget *row, const char *words)
{
  const char *text = adw_action_row_get_subtitle (ADW_ACTION_ROW (row));

  if (strstr (text, words) == NULL)
    g_error ("“%s” should have been in: %s", words, text);
}

/* As a screen reader tells a row's button from those of the others. */
static void
assert_named (GtkWidget *row, const char *button, const char *name)
{
  g_autofree char *other = gtk_test_accessible_check_property (child (row, button), GTK_ACCESSIBLE_PROPERTY_LABEL, name);

  g_assert_cmpstr (other, ==, NULL);
}

static void
test_a_model_is_downloaded_and_used (Shelf *s, gconstpointer data)
{
  GtkWidget *row = published (s);
  g_autofree char *chosen = NULL;

  g_assert_false (gtk_widget_get_sensitive (child (row, "chosen")));
  assert_named (row, "download", "Download " NAME);
  click (row, "download");
  g_assert_true (gtk_widget_get_visible (child (row, "progress")));
  picture_wait (is_installed, s);
  assert_bytes (s, s->installed, SIZE);
  g_assert_false (gtk_widget_get_visible (child (row, "download")));
  g_assert_false (gtk_widget_get_visible (child (row, "progress")));
  gtk_check_button_set_active (child (row, "chosen"), TRUE);
  chosen = g_settings_get_string (s->settings, "model");
  g_assert_cmpstr (chosen, ==, NAME);
}

static void
test_nothing_is_downloaded_unasked (Shelf *s, gconstpointer data)
{
  assert_n_requests (&s->server, 0);
}

static void
test_a_download_is_stopped_and_goes_on (Shelf *s, gconstpointer data)
{
  GtkWidget *row = published (s);

  click (row, "download");
  picture_wait (is_part_here, s);
  g_assert_cmpfloat (gtk_progress_bar_get_fraction (child (row, "progress")), >, 0);
  click (row, "cancel");
  picture_wait (is_part_told, s);
  assert_named (row, "download", "Go on downloading " NAME);
  assert_says (row, "50.0\u00a0kB of 300.0\u00a0kB are here already");
  assert_bytes (s, s->part, CUT_SIZE);
  click (row, "download");
  picture_wait (is_installed, s);
  assert_bytes (s, s->installed, SIZE);
  assert_request (&s->server, 1, "bytes=50000-");
}

static void
test_a_part_is_seen_by_the_next_run (Shelf *s, gconstpointer data)
{
  g_autofree char *folder = g_path_get_dirname (s->part);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (s->part, (char *) s->server.content, CUT_SIZE, NULL));
  tilescribe_models_refresh (s->models);
  picture_wait (is_part_told, s);
  assert_says (published (s), "are here already");
  g_assert_true (gtk_widget_get_visible (child (published (s), "remove")));
}

static void
test_a_failure_is_told_in_the_row (Shelf *s, gconstpointer data)
{
  GtkWidget *row = published (s);

  click (row, "download");
  picture_wait (is_absent, s);
  g_assert_nonnull (tilescribe_model_get_trouble (model_of (s)));
  assert_says (row, "404");
  g_assert_true (gtk_widget_get_visible (child (row, "download")));
}

static void
test_a_download_survives_its_window (Shelf *s, gconstpointer data)
{
  click (published (s), "download");
  picture_wait (is_part_here, s);
  gtk_window_destroy (s->window);
  g_assert_cmpint (tilescribe_model_get_state (model_of (s)), ==, TILESCRIBE_MODEL_DOWNLOADING);
  open_window (s);
  g_assert_true (gtk_widget_get_visible (child (published (s), "progress")));
  click (published (s), "cancel");
  picture_wait (is_absent, s);
}

static gboolean
has_question (gpointer data)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      if (ADW_IS_MESSAGE_DIALOG (window) && gtk_widget_get_mapped (GTK_WIDGET (window)))
        {
          *(AdwMessageDialog **) data = ADW_MESSAGE_DIALOG (window);
          return TRUE;
        }
    }
  return FALSE;
}

static void
answer (GtkWidget *row, const char *response)
{
  AdwMessageDialog *question;

  click (row, "remove");
  picture_wait (has_question, &question);
  adw_message_dialog_response (question, response);
}

static void
test_a_model_is_deleted_after_a_question (Shelf *s, gconstpointer data)
{
  GtkWidget *row = published (s);

  click (row, "download");
  picture_wait (is_installed, s);
  g_settings_set_string (s->settings, "model", NAME);
  g_assert_true (gtk_check_button_get_active (child (row, "chosen")));
  answer (row, "cancel");
  assert_bytes (s, s->installed, SIZE);
  answer (row, "delete");
  picture_wait (is_absent, s);
  g_assert_false (g_file_test (s->installed, G_FILE_TEST_EXISTS));
  g_assert_null (g_settings_get_user_value (s->settings, "model"));
  g_assert_false (gtk_check_button_get_active (child (row, "chosen")));
}

static void
test_the_starter_offers_a_real_one (Shelf *s, gconstpointer data)
{
  GtkWidget *offer = child (s->page, "offer");

  g_assert_true (gtk_widget_get_visible (offer));
  g_assert_false (gtk_widget_get_visible (child (row_of (s, 1), "remove")));
  assert_says (row_of (s, 1), "synthetic");
  click (published (s), "download");
  picture_wait (is_installed, s);
  g_assert_false (gtk_widget_get_visible (offer));
}

static gboolean
has_trouble (gpointer data)
{
  return ((Shelf *) data)->trouble != NULL;
}

static gboolean
has_four_rows (gpointer s)
{
  return row_of (s, 3) != NULL;
}

static void
test_a_file_is_imported (Shelf *s, gconstpointer data)
{
  g_autofree char *folder = g_dir_make_tmp ("tilescribe-import-XXXXXX", NULL),
                  *path = g_build_filename (folder, "mine.bin", NULL);
  g_autofree char *model = g_build_filename (g_getenv (REAL_DATA), "models", STARTER ".bin", NULL);

  g_assert_cmpint (symlink (model, path), ==, 0);
  g_signal_connect_swapped (s->models, "imported", G_CALLBACK (on_trouble), s);
  tilescribe_models_import (s->models, path);
  g_assert_true (gtk_widget_get_visible (child (s->page, "importing")));
  picture_wait (has_four_rows, s);
  g_assert_cmpstr (s->trouble, ==, "mine.bin");
  g_assert_false (gtk_widget_get_visible (child (s->page, "importing")));
  g_assert_cmpstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row_of (s, 3))), ==, "mine");
  g_assert_true (gtk_widget_get_visible (child (row_of (s, 3), "remove")));
  delete_tree (folder);
}

static void
test_a_file_that_is_no_model_is_refused (Shelf *s, gconstpointer data)
{
  g_autofree char *data_folder = scribe_data_folder (), *path = g_build_filename (data_folder, "models", "catalogue.ini", NULL);

  tilescribe_models_import (s->models, path);
  picture_wait (has_trouble, s);
  g_assert_null (row_of (s, 3));
}

#define ADD(name, behaviour, function) g_test_add ("/models/" name, Shelf, behaviour, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_autofree char *data = g_dir_make_tmp ("tilescribe-data-XXXXXX", NULL);
  int failed;

  g_test_init (&argc, &argv, NULL);
  g_setenv (REAL_DATA, g_getenv ("TILESCRIBE_DATA"), TRUE);
  g_setenv ("TILESCRIBE_DATA", data, TRUE);
  adw_init ();
  ADD ("a-model-is-downloaded-and-used", "normal", test_a_model_is_downloaded_and_used);
  ADD ("nothing-is-downloaded-unasked", "normal", test_nothing_is_downloaded_unasked);
  ADD ("a-download-is-stopped-and-goes-on", "stall-once", test_a_download_is_stopped_and_goes_on);
  ADD ("a-part-is-seen-by-the-next-run", "normal", test_a_part_is_seen_by_the_next_run);
  ADD ("a-failure-is-told-in-the-row", "missing", test_a_failure_is_told_in_the_row);
  ADD ("a-download-survives-its-window", "stall-once", test_a_download_survives_its_window);
  ADD ("a-model-is-deleted-after-a-question", "normal", test_a_model_is_deleted_after_a_question);
  ADD ("the-starter-offers-a-real-one", "normal", test_the_starter_offers_a_real_one);
  ADD ("a-file-is-imported", "normal", test_a_file_is_imported);
  ADD ("a-file-that-is-no-model-is-refused", "normal", test_a_file_that_is_no_model_is_refused);
  failed = run_tests_with_server ();
  delete_tree (data);
  return failed;
}
