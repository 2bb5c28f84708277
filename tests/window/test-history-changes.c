/* test-history-changes.c - the history tells the truth when something is gone: a row, a recording, the program that was at it
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/history-page.h"
#include "pages/transcript-view.h"

#include "picture.h"

#include <sqlite3.h>
#include <string.h>

typedef struct
{
  char *folder, *path;
  ScribeStore *store; /* as another program has it */
  ScribeStoreThread *thread;
  GtkWidget *window, *page;
  guint n;       /* rows waited for */
  guint n_again; /* recordings that were to be transcribed again */
} Fixture;

static void
count_again (Fixture *f)
{
  f->n_again++;
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  f->folder = g_dir_make_tmp ("tilescribe-changes-XXXXXX", NULL);
  f->path = g_build_filename (f->folder, "transcripts.db", NULL);
  f->store = scribe_store_open (f->path, FALSE, &error);
  g_assert_no_error (error);
  f->thread = scribe_store_thread_new (f->path);
  f->window = adw_window_new ();
  f->page = g_object_new (TILESCRIBE_TYPE_HISTORY_PAGE, NULL);
  g_signal_connect_swapped (f->page, "transcribe-again", G_CALLBACK (count_again), f);
  adw_window_set_content (ADW_WINDOW (f->window), f->page);
  gtk_window_set_default_size (GTK_WINDOW (f->window), 900, 600);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_autofree char *command = g_strdup_printf ("rm -rf -- '%s'", f->folder);

  gtk_window_destroy (GTK_WINDOW (f->window));
  scribe_store_thread_close (f->thread);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (f->thread);
  scribe_store_free (f->store);
  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
  g_free (f->folder);
  g_free (f->path);
}

static void
add (Fixture *f, ScribeKind kind, const char *source, gboolean ends)
{
  g_autoptr (ScribeSegment) segment = scribe_segment_new (0, 7, " Good morning.");
  gint64 id = scribe_store_begin (f->store, &(ScribeBeginning){ .source = source, .kind = kind }, NULL);

  g_assert_true (scribe_store_add_segment (f->store, id, segment, NULL));
  if (ends)
    g_assert_true (scribe_store_finish (f->store, id, SCRIBE_STATE_DONE, NULL, NULL, NULL));
}

static void
execute (Fixture *f, const char *sql)
{
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (f->path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

static gpointer
part (gpointer f, const char *name)
{
  return gtk_widget_get_template_child (((Fixture *) f)->page, TILESCRIBE_TYPE_HISTORY_PAGE, name);
}

static GListModel *
list_of (Fixture *f)
{
  return G_LIST_MODEL (gtk_list_view_get_model (part (f, "list")));
}

static gboolean
has_rows (gpointer data)
{
  Fixture *f = data;

  return g_list_model_get_n_items (list_of (f)) == f->n;
}

static void
wait_for_rows (Fixture *f, guint n)
{
  f->n = n;
  picture_wait (has_rows, f);
}

static void
open_page (Fixture *f, guint n)
{
  tilescribe_history_page_set_store (TILESCRIBE_HISTORY_PAGE (f->page), f->thread);
  gtk_window_present (GTK_WINDOW (f->window));
  wait_for_rows (f, n);
}

static gpointer
view_part (Fixture *f, const char *name)
{
  return gtk_widget_get_template_child (part (f, "view"), TILESCRIBE_TYPE_TRANSCRIPT_VIEW, name);
}

static gboolean
shows_transcript (gpointer f)
{
  return g_strcmp0 (gtk_stack_get_visible_child_name (view_part (f, "stack")), "transcript") == 0;
}

/* What the view says of the newest one, beside its text. */
static const char *
open_newest (Fixture *f)
{
  gtk_single_selection_set_selected (GTK_SINGLE_SELECTION (list_of (f)), 0);
  picture_wait (shows_transcript, f);
  return gtk_label_get_label (view_part (f, "notice"));
}

static void
test_what_could_not_be_deleted_is_shown_again (Fixture *f, gconstpointer unused)
{
  add (f, SCRIBE_KIND_FILE, "/home/me/talk.wav", TRUE);
  execute (f, "CREATE TRIGGER no BEFORE DELETE ON transcripts BEGIN SELECT RAISE (ABORT, 'no'); END");
  open_page (f, 1);
  open_newest (f);
  g_assert_true (gtk_widget_activate_action (f->page, "history.delete", NULL));
  wait_for_rows (f, 0);
  gtk_widget_set_visible (f->page, FALSE); /* nothing can be undone from here on */
  gtk_widget_set_visible (f->page, TRUE);
  wait_for_rows (f, 1);
}

static void
test_what_was_forgotten_leaves_the_list (Fixture *f, gconstpointer unused)
{
  add (f, SCRIBE_KIND_FILE, "/home/me/talk.wav", TRUE);
  add (f, SCRIBE_KIND_FILE, "/home/me/talk.wav", TRUE);
  open_page (f, 2);
  open_newest (f); /* rows are read by then, and not again by themselves */
  execute (f, "DELETE FROM transcripts WHERE id = 1");
  tilescribe_history_page_read_again (TILESCRIBE_HISTORY_PAGE (f->page));
  wait_for_rows (f, 1);
}

static void
test_a_recording_that_was_not_kept_is_not_offered (Fixture *f, gconstpointer unused)
{
  g_autofree char *source = g_build_filename (f->folder, "recordings", "a.wav", NULL);

  add (f, SCRIBE_KIND_DICTATION, source, TRUE);
  open_page (f, 1);
  g_assert_cmpstr (open_newest (f), ==, "Its recording was not kept, so it cannot be heard.");
  gtk_widget_activate_action (f->page, "history.again", "s", "base.en");
  g_assert_cmpuint (f->n_again, ==, 0);
}

static void
test_a_recording_that_is_there_is_offered (Fixture *f, gconstpointer unused)
{
  g_autofree char *source = g_test_build_filename (G_TEST_DIST, "data", "fox.wav", NULL);

  add (f, SCRIBE_KIND_DICTATION, source, TRUE);
  open_page (f, 1);
  g_assert_cmpstr (open_newest (f), ==, "");
  gtk_widget_activate_action (f->page, "history.again", "s", "base.en");
  g_assert_cmpuint (f->n_again, ==, 1);
}

static void
test_what_is_being_dictated_has_no_trouble (Fixture *f, gconstpointer unused)
{
  GtkWidget *player;

  add (f, SCRIBE_KIND_DICTATION, "/nowhere/a.wav", FALSE);
  open_page (f, 1);
  g_assert_cmpstr (open_newest (f), ==, "It is being dictated.");
  player = view_part (f, "player");
  g_assert_false (gtk_widget_get_sensitive (gtk_widget_get_first_child (player))); /* is given nothing to open */
}

static void
test_what_nobody_transcribes_is_unfinished (Fixture *f, gconstpointer unused)
{
  g_autofree char *source = g_test_build_filename (G_TEST_DIST, "data", "fox.wav", NULL);

  add (f, SCRIBE_KIND_FILE, source, FALSE);
  open_page (f, 1);
  g_assert_nonnull (strstr (open_newest (f), "unfinished"));
}

#define ADD(name) g_test_add ("/history-changes/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  ADD (what_could_not_be_deleted_is_shown_again);
  ADD (what_was_forgotten_leaves_the_list);
  ADD (a_recording_that_was_not_kept_is_not_offered);
  ADD (a_recording_that_is_there_is_offered);
  ADD (what_is_being_dictated_has_no_trouble);
  ADD (what_nobody_transcribes_is_unfinished);
  return g_test_run ();
}
