/* test-wlroots.c - text typed on a virtual keyboard, on a real compositor, into real programs
 *
 *   test-wlroots                 the tests
 *   test-wlroots --window FILE   a program with a text field, whose text it writes to FILE
 *
 * SPDX-License-Identifier: MIT
 */
#include "desk.h"
#include "desktop/hotkey.h"
#include "desktop/inserter.h"
#include "desktop/inserter-portal.h"
#include "desktop/inserter-wlroots.h"

#include <glib/gstdio.h>
#include <gtk/gtk.h>

#define TEXT "Grüße, naïve café — 日本 🙂 x"

/* ---- A program with a text field ---- */

static void
write_text (GtkTextBuffer *buffer, const char *path)
{
  g_autofree char *text = NULL;

  g_object_get (buffer, "text", &text, NULL);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static int
run_window (const char *path)
{
  GtkWidget *window, *view;

  gtk_init ();
  window = gtk_window_new ();
  view = gtk_text_view_new ();
  gtk_window_set_child (GTK_WINDOW (window), view);
  g_signal_connect (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), "changed", G_CALLBACK (write_text), (gpointer) path);
  gtk_window_present (GTK_WINDOW (window));
  while (!gtk_window_is_active (GTK_WINDOW (window)) || !gtk_widget_has_focus (view))
    g_main_context_iteration (NULL, TRUE);
  write_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), path);
  while (gtk_widget_get_visible (window))
    g_main_context_iteration (NULL, TRUE);
  return 0;
}

/* ---- The tests ---- */

typedef struct
{
  const char *program;
  GSubprocess *process;
  char *path; /* what it has received */
} Target;

/* Starts a program and waits until it has the focus, when it makes its file. */
static void
target_start (Target *target, const char *const *command)
{
  g_autoptr (GError) error = NULL;

  target->process = g_subprocess_newv (command, G_SUBPROCESS_FLAGS_NONE, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 600 && !g_file_test (target->path, G_FILE_TEST_EXISTS); i++)
    g_usleep (50000);
  g_assert_true (g_file_test (target->path, G_FILE_TEST_EXISTS));
}

static void
start_window (Target *target)
{
  target->path = g_build_filename (g_getenv ("TEST_HOME"), "window.txt", NULL);
  target_start (target, (const char *const[]){ target->program, "--window", target->path, NULL });
}

static void
start_terminal (Target *target)
{
  g_autofree char *script = NULL;

  target->path = g_build_filename (g_getenv ("TEST_HOME"), "terminal.txt", NULL);
  script = g_strdup_printf ("sleep 1; : > %s; exec cat > %s", target->path, target->path);
  target_start (target, (const char *const[]){ "foot", "sh", "-c", script, NULL });
}

static void
target_clear (Target *target)
{
  g_subprocess_force_exit (target->process);
  g_subprocess_wait (target->process, NULL, NULL);
  g_remove (target->path);
  g_clear_object (&target->process);
  g_free (target->path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Target, target_clear)

static void
assert_received (Target *target, const char *text)
{
  g_autofree char *received = NULL;

  for (guint i = 0; i < 100 && g_strcmp0 (received, text) != 0; i++)
    {
      g_free (received);
      g_usleep (50000);
      g_assert_true (g_file_get_contents (target->path, &received, NULL, NULL));
    }
  g_assert_cmpstr (received, ==, text);
}

typedef struct
{
  gboolean done;
  TilescribeInserted how;
  GError *error;
} Outcome;

static void
inserted (GObject *source, GAsyncResult *result, gpointer data)
{
  Outcome *outcome = data;

  tilescribe_inserter_insert_finish (TILESCRIBE_INSERTER (source), result, &outcome->how, &outcome->error);
  outcome->done = TRUE;
}

static void
insert_by (TilescribeInserter *inserter, const char *text, GCancellable *cancellable, Outcome *outcome)
{
  tilescribe_inserter_insert_async (inserter, text, cancellable, inserted, outcome);
  while (!outcome->done)
    g_main_context_iteration (NULL, TRUE);
}

static void
insert (const char *text, GCancellable *cancellable, Outcome *outcome)
{
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_choose (TILESCRIBE_INSERTION_AUTO, NULL);

  insert_by (inserter, text, cancellable, outcome);
}

static void
insert_well (const char *text)
{
  Outcome outcome = { 0 };

  insert (text, NULL, &outcome);
  g_assert_no_error (outcome.error);
  g_assert_cmpint (outcome.how, ==, TILESCRIBE_INSERTED_TYPED);
}

static void
is_chosen (void)
{
  g_autofree char *why = NULL;
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_choose (TILESCRIBE_INSERTION_AUTO, &why);

  g_assert_true (TILESCRIBE_IS_INSERTER_WLROOTS (inserter));
  g_assert_cmpstr (why, ==, "Text is typed into the window that has the focus.");
}

static void
the_hotkey_is_the_compositors (void)
{
  g_autofree char *why = NULL;

  g_assert_null (tilescribe_hotkey_choose (&why));
  g_assert_nonnull (strstr (why, "bindsym Ctrl+Alt+space exec tilescribe toggle"));
}

static void
into_a_text_field (gconstpointer program)
{
  g_auto (Target) target = { program };

  start_window (&target);
  insert_well (TEXT);
  assert_received (&target, TEXT);
}

static void
into_a_terminal (gconstpointer program)
{
  g_auto (Target) target = { program };

  start_terminal (&target);
  insert_well (TEXT "\n");
  assert_received (&target, TEXT "\n");
}

static void
lines_and_tabs (gconstpointer program)
{
  g_auto (Target) target = { program };

  start_window (&target);
  insert_well ("one\ttwo\nthree\r\x07\x1b\n");
  assert_received (&target, "one\ttwo\nthree\n");
}

/* More characters than a keymap has keys for, each of them at each place of it. */
static void
more_characters_than_keys (gconstpointer program)
{
  g_auto (Target) target = { program };
  g_autoptr (GString) text = g_string_new ("AaAa");

  for (gunichar c = 0x4e00; c < 0x4e00 + 130; c++)
    g_string_append_unichar (text, c);
  for (gunichar c = '~'; c > ' '; c--)
    g_string_append_unichar (text, c);
  start_window (&target);
  insert_well (text->str);
  assert_received (&target, text->str);
}

static void
one_after_the_other (gconstpointer program)
{
  g_auto (Target) target = { program };

  start_window (&target);
  insert_well ("Grüße ");
  insert_well ("日本");
  assert_received (&target, "Grüße 日本");
}

static void
cancelled (gconstpointer program)
{
  g_auto (Target) target = { program };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome outcome = { 0 };

  start_window (&target);
  g_cancellable_cancel (cancellable);
  insert ("not wanted", cancellable, &outcome);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&outcome.error);
  assert_received (&target, "");
}

/* Where nobody can know whether the desktop took it, nobody says so. */
static void
without_the_focus_nothing_counts_as_copied (gconstpointer program)
{
  g_autofree char *why = NULL;
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_choose (TILESCRIBE_INSERTION_COPY, &why);
  g_auto (Target) target = { program };
  Outcome outcome = { 0 };

  g_assert_cmpstr (why, ==,
                   "Text goes to the clipboard: press Ctrl+V where it belongs. "
                   "This desktop may take it only while Tilescribe’s window has the focus.");
  start_window (&target);
  insert_by (inserter, TEXT, NULL, &outcome);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (outcome.error->message, "history: copy it from there."));
  g_clear_error (&outcome.error);
}

static void
with_the_focus_it_is_copied (void)
{
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_choose (TILESCRIBE_INSERTION_COPY, NULL);
  GtkWidget *window = gtk_window_new ();
  Outcome outcome = { 0 };

  gtk_window_present (GTK_WINDOW (window));
  while (!gtk_window_is_active (GTK_WINDOW (window)))
    g_main_context_iteration (NULL, TRUE);
  insert_by (inserter, TEXT, NULL, &outcome);
  gtk_window_destroy (GTK_WINDOW (window));
  g_assert_no_error (outcome.error);
  g_assert_cmpint (outcome.how, ==, TILESCRIBE_INSERTED_COPIED);
}

static void
a_portal_that_fails_says_where_the_text_is (void)
{
  g_autoptr (Desk) desk = desk_new ();
  g_autoptr (TilescribeInserter) inserter = tilescribe_inserter_portal_new (TILESCRIBE_INSERTION_PASTE);
  Outcome outcome = { 0 };

  if (desk == NULL)
    return;
  desk_set (desk, "without", "Clipboard");
  insert_by (inserter, TEXT, NULL, &outcome);
  g_assert_nonnull (outcome.error);
  g_assert_null (strstr (outcome.error->message, "press Ctrl+V where"));
  g_assert_nonnull (strstr (outcome.error->message, "history: copy it from there."));
  g_clear_error (&outcome.error);
}

int
main (int argc, char **argv)
{
  if (argc == 3 && g_str_equal (argv[1], "--window"))
    return run_window (argv[2]);
  gtk_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wlroots/is-chosen", is_chosen);
  g_test_add_func ("/wlroots/the-hotkey-is-the-compositors", the_hotkey_is_the_compositors);
  g_test_add_data_func ("/wlroots/into-a-text-field", argv[0], into_a_text_field);
  g_test_add_data_func ("/wlroots/into-a-terminal", argv[0], into_a_terminal);
  g_test_add_data_func ("/wlroots/lines-and-tabs", argv[0], lines_and_tabs);
  g_test_add_data_func ("/wlroots/more-characters-than-keys", argv[0], more_characters_than_keys);
  g_test_add_data_func ("/wlroots/one-after-the-other", argv[0], one_after_the_other);
  g_test_add_data_func ("/wlroots/cancelled", argv[0], cancelled);
  g_test_add_data_func ("/wlroots/without-the-focus-nothing-counts-as-copied", argv[0],
                        without_the_focus_nothing_counts_as_copied);
  g_test_add_func ("/wlroots/with-the-focus-it-is-copied", with_the_focus_it_is_copied);
  g_test_add_func ("/wlroots/a-portal-that-fails-says-where-the-text-is", a_portal_that_fails_says_where_the_text_is);
  return g_test_run ();
}
