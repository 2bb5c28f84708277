/* test-files-page.c - recordings are put into the queue, transcribed, and read
 *
 * The session is a real one with the starter model, its database in a folder of the test's own.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/files-page.h"
#include "pages/job-row.h"
#include "pages/transcript-text.h"

#include "picture.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  char *folder, *database;
  ScribeStoreThread *store;
  ScribeSession *session;
  GtkWidget *window, *page;
  GtkListBox *list;
} Fixture;

static GtkWidget *
find_child (GtkWidget *widget, GType type)
{
  GtkWidget *found = g_type_is_a (G_OBJECT_TYPE (widget), type) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_child (child, type);
  return found;
}

/* The child that is seen and has this tooltip, as a person finds a button. */
static GtkWidget *
find_by_tooltip (GtkWidget *widget, const char *tooltip)
{
  GtkWidget *found = g_strcmp0 (gtk_widget_get_tooltip_text (widget), tooltip) == 0 && gtk_widget_get_visible (widget) ? widget
                                                                                                                       : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_by_tooltip (child, tooltip);
  return found;
}

static gboolean
shows (GtkWidget *widget, const char *text)
{
  gboolean found = GTK_IS_LABEL (widget) && strstr (gtk_label_get_label (GTK_LABEL (widget)), text) != NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && !found;
       child = gtk_widget_get_next_sibling (child))
    found = shows (child, text);
  return found;
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  ScribeSessionOptions options;

  f->folder = g_dir_make_tmp ("tilescribe-files-XXXXXX", NULL);
  f->database = g_build_filename (f->folder, "transcripts.db", NULL);
  f->store = scribe_store_thread_new (f->database);
  f->session = scribe_session_new (f->database);
  scribe_session_options_init (&options);
  options.model = "starter-en";
  scribe_session_configure (f->session, &options);
  f->window = adw_window_new ();
  f->page = g_object_new (TILESCRIBE_TYPE_FILES_PAGE, NULL);
  f->list = GTK_LIST_BOX (find_child (f->page, GTK_TYPE_LIST_BOX));
  tilescribe_files_page_set_store (TILESCRIBE_FILES_PAGE (f->page), f->store);
  tilescribe_files_page_set_session (TILESCRIBE_FILES_PAGE (f->page), f->session);
  adw_window_set_content (ADW_WINDOW (f->window), f->page);
  gtk_window_set_default_size (GTK_WINDOW (f->window), 900, 600);
  gtk_window_present (GTK_WINDOW (f->window));
}

static void
delete_folder (const char *path)
{
  g_autofree char *command = g_strdup_printf ("rm -rf -- '%s'", path);

  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  gtk_window_destroy (GTK_WINDOW (f->window));
  scribe_session_close (f->session);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (f->session);
  g_object_unref (f->store);
  delete_folder (f->folder);
  g_free (f->database);
  g_free (f->folder);
}

static void
add (Fixture *f, const char *path)
{
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  g_list_store_append (files, file);
  tilescribe_files_page_add_files (TILESCRIBE_FILES_PAGE (f->page), G_LIST_MODEL (files));
}

static void
add_clip (Fixture *f, const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", name, NULL);

  add (f, path);
}

static GtkWidget *
get_row (Fixture *f, int n)
{
  return GTK_WIDGET (gtk_list_box_get_row_at_index (f->list, n));
}

static gboolean
is_ended (gpointer row)
{
  return scribe_job_get_state (tilescribe_job_row_get_job (row)) > SCRIBE_JOB_RUNNING;
}

static gboolean
has_text (gpointer data)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (find_child (((Fixture *) data)->page, GTK_TYPE_TEXT_VIEW)));

  return gtk_text_buffer_get_char_count (buffer) > 0;
}

static void
test_files_become_rows (Fixture *f, gconstpointer unused)
{
  add_clip (f, "fox.wav");
  add_clip (f, "hello.mp3");
  g_assert_true (shows (get_row (f, 0), "fox.wav"));
  g_assert_true (shows (get_row (f, 1), "hello.mp3"));
  g_assert_null (get_row (f, 2));
}

static void
test_a_row_opens_its_transcript (Fixture *f, gconstpointer unused)
{
  add_clip (f, "fox.wav");
  picture_wait (is_ended, get_row (f, 0));
  g_assert_true (shows (get_row (f, 0), "Done"));
  g_signal_emit_by_name (f->list, "row-activated", get_row (f, 0));
  picture_wait (has_text, f);
}

static void
test_a_transcript_grows_while_it_is_shown (Fixture *f, gconstpointer unused)
{
  add_clip (f, "meeting.wav");
  g_signal_emit_by_name (f->list, "row-activated", get_row (f, 0));
  picture_wait (has_text, f);
}

static void
test_an_error_is_told_in_its_row (Fixture *f, gconstpointer unused)
{
  g_autofree char *path = g_build_filename (f->folder, "notes.mp3", NULL);

  g_assert_true (g_file_set_contents (path, "no sound", -1, NULL));
  add (f, path);
  picture_wait (is_ended, get_row (f, 0));
  g_assert_true (shows (get_row (f, 0), "notes.mp3”"));
  g_assert_nonnull (find_by_tooltip (get_row (f, 0), "Try Again"));
}

/* Before its turn came. */
static void
test_what_never_began_keeps_nothing (Fixture *f, gconstpointer unused)
{
  add_clip (f, "meeting.wav");
  add_clip (f, "fox.wav");
  g_signal_emit_by_name (find_by_tooltip (get_row (f, 1), "Stop"), "clicked");
  picture_wait (is_ended, get_row (f, 1));
  g_assert_true (shows (get_row (f, 1), "Stopped before it began"));
}

static void
test_what_is_stopped_can_be_tried_again_and_removed (Fixture *f, gconstpointer unused)
{
  GtkWidget *row;

  add_clip (f, "meeting.wav");
  row = get_row (f, 0);
  g_signal_emit_by_name (find_by_tooltip (row, "Stop"), "clicked");
  picture_wait (is_ended, row);
  g_signal_emit_by_name (find_by_tooltip (row, "Try Again"), "clicked");
  g_assert_false (is_ended (row));
  picture_wait (is_ended, row);
  g_signal_emit_by_name (find_by_tooltip (row, "Take Out of the List (the Transcript Stays in the History)"), "clicked");
  g_assert_null (get_row (f, 0));
}

#define ADD(name) g_test_add ("/files-page/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  ADD (files_become_rows);
  ADD (a_row_opens_its_transcript);
  ADD (a_transcript_grows_while_it_is_shown);
  ADD (an_error_is_told_in_its_row);
  ADD (what_never_began_keeps_nothing);
  ADD (what_is_stopped_can_be_tried_again_and_removed);
  return g_test_run ();
}
