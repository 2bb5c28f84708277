/* test-retention.c - nothing is forgotten that nobody was asked about, and what is forgotten is told
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/preferences-privacy.h"
#include "pages/preferences-window.h"
#include "retention.h"

#include "picture.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

typedef struct
{
  char *folder, *path;
  ScribeStore *store; /* as another program has it */
  ScribeStoreThread *thread;
  GSettings *settings;
  GtkWindow *window; /* of the preferences */
  gint64 counted;
  guint n_told;
  char *trouble;
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  f->settings = g_settings_new ("org.tilescribe.Tilescribe");
  g_settings_reset (f->settings, "retention");
  f->folder = g_dir_make_tmp ("tilescribe-retention-XXXXXX", NULL);
  f->path = g_build_filename (f->folder, "transcripts.db", NULL);
  f->store = scribe_store_open (f->path, FALSE, &error);
  g_assert_no_error (error);
  f->thread = scribe_store_thread_new (f->path);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_autofree char *command = g_strdup_printf ("rm -rf -- '%s'", f->folder);

  if (f->window != NULL)
    gtk_window_destroy (f->window);
  scribe_store_thread_close (f->thread);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (f->thread);
  scribe_store_free (f->store);
  g_object_unref (f->settings);
  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
  g_free (f->folder);
  g_free (f->path);
  g_free (f->trouble);
}

/* Of this age in days. */
static void
add (Fixture *f, guint n, int days, gboolean pinned, gboolean ends)
{
  for (guint i = 0; i < n; i++)
    {
      gint64 id = scribe_store_begin (f->store, &(ScribeBeginning){ .source = "/home/me/talk.wav" }, NULL);
      g_autofree char *sql = g_strdup_printf ("UPDATE transcripts SET created = created - %" G_GINT64_FORMAT
                                              " WHERE id = %" G_GINT64_FORMAT,
                                              days * G_TIME_SPAN_DAY, id);
      sqlite3 *db;

      if (ends)
        g_assert_true (scribe_store_finish (f->store, id, SCRIBE_STATE_DONE, NULL, NULL, NULL));
      g_assert_true (scribe_store_set_pinned (f->store, id, pinned, NULL));
      g_assert_cmpint (sqlite3_open (f->path, &db), ==, SQLITE_OK);
      g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
      sqlite3_close (db);
    }
}

static guint
count_left (Fixture *f)
{
  g_autoptr (GArray) ids = scribe_store_list_ids (f->store, NULL);

  return ids->len;
}

/* --- What would go --------------------------------------------------------------------------------------------------------- */

static void
on_counted (GObject *store, GAsyncResult *result, gpointer f)
{
  g_autoptr (GError) error = NULL;

  ((Fixture *) f)->counted = tilescribe_retention_count_finish (result, &error);
  g_assert_no_error (error);
}

static gboolean
has_counted (gpointer f)
{
  return ((Fixture *) f)->counted >= 0;
}

/* Of each kind some, from the mildest setting on. */
static void
test_as_many_go_as_were_counted (Fixture *f, gconstpointer unused)
{
  const ScribeRetention settings[] = { SCRIBE_RETENTION_MONTHS_3, SCRIBE_RETENTION_WEEKS_2, SCRIBE_RETENTION_DAYS_3,
                                       SCRIBE_RETENTION_LAST_100, SCRIBE_RETENTION_NOTHING };

  add (f, 2, 100, FALSE, TRUE);
  add (f, 1, 100, TRUE, TRUE);
  add (f, 1, 100, FALSE, FALSE); /* what a killed program left */
  add (f, 4, 20, FALSE, TRUE);
  add (f, 8, 5, FALSE, TRUE);
  add (f, 110, 1, FALSE, TRUE);
  add (f, 1, 0, FALSE, FALSE); /* under way */
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      guint before = count_left (f);
      g_auto (GStrv) sources = NULL;

      f->counted = -1;
      tilescribe_retention_count_async (f->thread, settings[i], NULL, on_counted, f);
      picture_wait (has_counted, f);
      sources = scribe_store_expire (f->store, settings[i], g_get_real_time (), NULL);
      g_assert_nonnull (sources);
      g_assert_cmpint (f->counted, >, 0);
      g_assert_cmpint (f->counted, ==, before - count_left (f));
    }
  g_assert_cmpuint (count_left (f), ==, 2);
}

/* --- The question ---------------------------------------------------------------------------------------------------------- */

static AdwComboRow *
show_preferences (Fixture *f)
{
  GtkWidget *page;

  f->window = tilescribe_preferences_window_new (NULL, f->settings, f->thread);
  gtk_window_present (f->window);
  page = GTK_WIDGET (gtk_widget_get_template_child (GTK_WIDGET (f->window), TILESCRIBE_TYPE_PREFERENCES_WINDOW, "privacy"));
  return ADW_COMBO_ROW (gtk_widget_get_template_child (page, TILESCRIBE_TYPE_PREFERENCES_PRIVACY, "retention"));
}

static AdwMessageDialog *
find_question (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      if (ADW_IS_MESSAGE_DIALOG (window) && gtk_widget_get_mapped (GTK_WIDGET (window)))
        return ADW_MESSAGE_DIALOG (window);
    }
  return NULL;
}

static gboolean
is_asked (gpointer unused)
{
  return find_question () != NULL;
}

static gboolean
is_not_asked (gpointer unused)
{
  return find_question () == NULL;
}

static gboolean
is_nothing_kept (gpointer f)
{
  return g_settings_get_enum (((Fixture *) f)->settings, "retention") == SCRIBE_RETENTION_NOTHING;
}

static void
test_cancel_leaves_the_setting (Fixture *f, gconstpointer unused)
{
  AdwComboRow *row = show_preferences (f);

  add (f, 3, 1, FALSE, TRUE);
  adw_combo_row_set_selected (row, SCRIBE_RETENTION_NOTHING);
  picture_wait (is_asked, NULL);
  g_assert_false (is_nothing_kept (f));
  g_assert_nonnull (strstr (adw_message_dialog_get_heading (find_question ()), "3 transcripts"));
  picture_free (picture_of (GTK_WIDGET (find_question ()), 400, 300, "retention-question"));
  gtk_window_close (GTK_WINDOW (find_question ())); /* as Escape does */
  picture_wait (is_not_asked, NULL);
  g_assert_false (is_nothing_kept (f));
  g_assert_cmpuint (adw_combo_row_get_selected (row), ==, SCRIBE_RETENTION_FOREVER);
}

static void
test_yes_changes_it (Fixture *f, gconstpointer unused)
{
  AdwComboRow *row = show_preferences (f);

  add (f, 1, 1, FALSE, TRUE);
  adw_combo_row_set_selected (row, SCRIBE_RETENTION_NOTHING);
  picture_wait (is_asked, NULL);
  adw_message_dialog_response (find_question (), "delete");
  g_assert_true (is_nothing_kept (f));
  gtk_window_destroy (GTK_WINDOW (find_question ()));
}

static void
test_nobody_is_asked_where_nothing_would_go (Fixture *f, gconstpointer unused)
{
  AdwComboRow *row = show_preferences (f);

  add (f, 1, 1, TRUE, TRUE);
  adw_combo_row_set_selected (row, SCRIBE_RETENTION_NOTHING);
  picture_wait (is_nothing_kept, f);
  g_assert_null (find_question ());
  adw_combo_row_set_selected (row, SCRIBE_RETENTION_FOREVER);
  g_assert_false (is_nothing_kept (f));
}

/* --- What went ------------------------------------------------------------------------------------------------------------- */

static void
remember (const char *trouble, gpointer data)
{
  Fixture *f = data;

  f->n_told++;
  g_free (f->trouble);
  f->trouble = g_strdup (trouble);
}

static gboolean
is_told (gpointer f)
{
  return ((Fixture *) f)->n_told > 0;
}

static void
test_who_shows_the_list_is_told (Fixture *f, gconstpointer unused)
{
  TilescribeRetention *retention;

  add (f, 2, 100, FALSE, TRUE);
  g_settings_set_enum (f->settings, "retention", SCRIBE_RETENTION_NOTHING);
  retention = tilescribe_retention_new (f->settings, f->thread, remember, f);
  picture_wait (is_told, f);
  g_assert_cmpuint (count_left (f), ==, 0);
  g_assert_null (f->trouble);
  tilescribe_retention_free (retention);
}

static void
test_what_could_not_be_forgotten_is_told (Fixture *f, gconstpointer unused)
{
  g_autoptr (ScribeStoreThread) closed = scribe_store_thread_new (f->path);
  TilescribeRetention *retention;

  scribe_store_thread_close (closed);
  g_settings_set_enum (f->settings, "retention", SCRIBE_RETENTION_NOTHING);
  retention = tilescribe_retention_new (f->settings, closed, remember, f);
  picture_wait (is_told, f);
  g_assert_nonnull (f->trouble);
  tilescribe_retention_free (retention);
}

#define ADD(name) g_test_add ("/retention/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  ADD (as_many_go_as_were_counted);
  ADD (cancel_leaves_the_setting);
  ADD (yes_changes_it);
  ADD (nobody_is_asked_where_nothing_would_go);
  ADD (who_shows_the_list_is_told);
  ADD (what_could_not_be_forgotten_is_told);
  return g_test_run ();
}
