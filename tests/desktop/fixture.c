/* fixture.c - programs of other toolkits on the screen that with-display.py made, and what they were given
 *
 * SPDX-License-Identifier: MIT
 */
#include "fixture.h"

#include <string.h>

#define PATIENCE_S 30
#define POLL_MS    50

static gboolean
set_true (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

void
wait_until (const gboolean *done, const char *what)
{
  gboolean is_over = FALSE;
  guint id = g_timeout_add_seconds (PATIENCE_S, set_true, &is_over);

  while (!*done && !is_over)
    g_main_context_iteration (NULL, TRUE);
  if (is_over)
    g_error ("Waited %d s in vain: %s", PATIENCE_S, what);
  g_source_remove (id);
}

void
wait_ms (guint ms)
{
  gboolean is_over = FALSE;

  g_timeout_add (ms, set_true, &is_over);
  while (!is_over)
    g_main_context_iteration (NULL, TRUE);
}

typedef struct
{
  gboolean done;
  char *output;
} Run;

static void
on_run (GObject *object, GAsyncResult *result, gpointer data)
{
  Run *run = data;
  g_autoptr (GError) error = NULL;

  g_subprocess_communicate_utf8_finish (G_SUBPROCESS (object), result, &run->output, NULL, &error);
  g_assert_no_error (error);
  run->done = TRUE;
}

char *
run_shell (const char *command)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error,
                                                      "sh", "-c", command, NULL);
  Run run = { FALSE, NULL };

  g_assert_no_error (error);
  g_subprocess_communicate_utf8_async (process, NULL, NULL, on_run, &run);
  wait_until (&run.done, command);
  return run.output;
}

/* xdotool's --sync does not hold when a window comes and goes, so the focus is asked for until it is there. */
static void
wait_for_focus (const char *class)
{
  g_autofree char *activate = g_strdup_printf ("xdotool search --onlyvisible --class %s windowactivate", class);
  g_autofree char *ask = g_strdup_printf ("xdotool search --onlyvisible --class %s; xdotool getwindowfocus", class);

  for (int i = 0; i < PATIENCE_S * 1000 / POLL_MS; i++)
    {
      g_autofree char *answer = run_shell (ask);
      g_auto (GStrv) lines = g_strsplit (g_strstrip (answer), "\n", -1);
      guint n = g_strv_length (lines);

      for (guint j = 0; j + 1 < n; j++)
        if (g_str_equal (lines[j], lines[n - 1]))
          return;
      g_free (run_shell (activate));
      wait_ms (POLL_MS);
    }
  g_error ("No window of %s got the focus", class);
}

static Editor *
editor_start (const char *class, const char *const *arguments)
{
  g_autoptr (GError) error = NULL;
  Editor *editor = g_new0 (Editor, 1);
  g_autofree char *name = g_strdup_printf ("%s-%d.txt", class, g_test_rand_int_range (0, G_MAXINT));

  editor->path = g_build_filename (g_getenv ("TEST_HOME"), name, NULL);
  g_file_set_contents (editor->path, "", 0, &error);
  g_assert_no_error (error);
  g_setenv ("TEST_FILE", editor->path, TRUE);
  editor->process = g_subprocess_newv (arguments, G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error);
  g_assert_no_error (error);
  wait_for_focus (class);
  wait_ms (300); /* a window has the focus before its text field has */
  return editor;
}

Editor *
editor_start_featherpad (void)
{
  return editor_start ("featherpad", (const char *[]){ "sh", "-c", "exec featherpad --standalone \"$TEST_FILE\"", NULL });
}

Editor *
editor_start_xterm (void)
{
  return editor_start ("xterm", (const char *[]){ "xterm", "-u8", "-e", "exec cat > \"$TEST_FILE\"", NULL });
}

void
editor_close (Editor *editor)
{
  g_subprocess_force_exit (editor->process);
  g_subprocess_wait (editor->process, NULL, NULL);
  g_object_unref (editor->process);
  g_free (editor->path);
  g_free (editor);
}

void
editor_send_signal (Editor *editor, int signal_number)
{
  g_subprocess_send_signal (editor->process, signal_number);
}

void
editor_assert_text (Editor *editor, const char *expected)
{
  gboolean is_terminal = strstr (editor->path, "xterm-") != NULL;
  g_autofree char *text = NULL;

  if (is_terminal)
    g_free (run_shell ("xdotool key Return"));
  for (int i = 0; i < 5000 / POLL_MS; i++)
    {
      if (!is_terminal)
        g_free (run_shell ("xdotool key ctrl+s"));
      wait_ms (POLL_MS);
      g_free (text);
      g_assert_true (g_file_get_contents (editor->path, &text, NULL, NULL));
      if (g_str_has_suffix (text, "\n"))
        text[strlen (text) - 1] = '\0';
      if (g_str_equal (text, expected))
        return;
    }
  g_assert_cmpstr (text, ==, expected);
}

typedef struct
{
  gboolean done;
  TilescribeInserted *how;
  GError *error;
} Insertion;

static void
on_inserted (GObject *object, GAsyncResult *result, gpointer data)
{
  Insertion *insertion = data;

  tilescribe_inserter_insert_finish (TILESCRIBE_INSERTER (object), result, insertion->how, &insertion->error);
  insertion->done = TRUE;
}

GError *
insert (TilescribeInserter *inserter, const char *text, TilescribeInserted *how) /* NOLINT: written when it is over */
{
  Insertion insertion = { FALSE, how, NULL };

  tilescribe_inserter_insert_async (inserter, text, NULL, on_inserted, &insertion);
  wait_until (&insertion.done, "the end of an insertion");
  return insertion.error;
}

void
put_on_clipboard (const char *text)
{
  g_autofree char *quoted = g_shell_quote (text);
  g_autofree char *command = g_strdup_printf ("printf %%s %s | xclip -selection clipboard >/dev/null 2>&1", quoted);

  g_free (run_shell (command));
  wait_ms (200); /* GTK learns of it */
}

void
assert_clipboard_becomes (const char *expected)
{
  g_autofree char *text = NULL;

  for (int i = 0; i < 3000 / POLL_MS; i++)
    {
      g_free (text);
      text = run_shell ("xclip -selection clipboard -o");
      if (g_str_equal (text, expected))
        return;
      wait_ms (POLL_MS);
    }
  g_assert_cmpstr (text, ==, expected);
}
