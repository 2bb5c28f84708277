/* fixture.c - a folder of its own for each test of the store, and children that do something in it
 *
 * SPDX-License-Identifier: MIT
 */
#include "fixture.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY               65534
#define CANNOT_BECOME_NOBODY 99

void
fixture_set_up (Fixture *f, gconstpointer data)
{
  f->folder = g_dir_make_tmp ("tilescribe-store-XXXXXX", NULL);
  g_assert_nonnull (f->folder);
  f->path = g_build_filename (f->folder, "transcripts.db", NULL);
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
        remove_folder (path);
      else
        g_unlink (path);
    }
  g_rmdir (folder);
}

void
fixture_tear_down (Fixture *f, gconstpointer data)
{
  g_chmod (f->folder, 0700);
  remove_folder (f->folder);
  g_free (f->folder);
  g_free (f->path);
}

char *
fixture_path (Fixture *f, const char *name)
{
  return g_build_filename (f->folder, name, NULL);
}

ScribeStore *
open_store (const char *path)
{
  g_autoptr (GError) error = NULL;
  ScribeStore *store = scribe_store_open (path, FALSE, &error);

  g_assert_no_error (error);
  return store;
}

gint64
add_transcript (ScribeStore *store, const char *source, const char *const *texts)
{
  g_autoptr (GError) error = NULL;
  gint64 id = scribe_store_begin (store, &(ScribeBeginning){ .source = source }, &error);

  g_assert_no_error (error);
  for (guint i = 0; texts[i]; i++)
    {
      g_autoptr (ScribeSegment) segment = scribe_segment_new (i, i + 1, texts[i]);

      scribe_store_add_segment (store, id, segment, &error);
      g_assert_no_error (error);
    }
  scribe_store_finish (store, id, SCRIBE_STATE_DONE, NULL, NULL, &error);
  g_assert_no_error (error);
  return id;
}

void
make_database (Fixture *f)
{
  static const char *const morning[] = { " Good morning.", NULL };
  g_autoptr (ScribeStore) store = open_store (f->path);

  add_transcript (store, "/a.wav", morning);
}

void
assert_sentence (const char *message)
{
  g_test_message ("%s", message);
  g_assert_true (g_utf8_validate (message, -1, NULL));
  g_assert_true (g_str_has_suffix (message, "."));
  g_assert_null (strstr (message, "SQL logic"));
  g_assert_null (strchr (message, '\n'));
}

char *
open_failure (const char *path, gboolean read_only)
{
  g_autoptr (GError) error = NULL;
  ScribeStore *store = scribe_store_open (path, read_only, &error);

  g_assert_null (store);
  g_assert_nonnull (error);
  g_assert_true (error->domain == SCRIBE_ERROR);
  g_assert_cmpint (error->code, ==, SCRIBE_ERROR_STORE);
  assert_sentence (error->message);
  g_assert_nonnull (strstr (error->message, path));
  return g_strdup (error->message);
}

void
assert_says (const char *message, const char *part)
{
  if (!strstr (message, part))
    g_error ("“%s” does not say “%s”", message, part);
}

void
assert_open_says (const char *path, gboolean read_only, const char *part)
{
  g_autofree char *message = open_failure (path, read_only);

  assert_says (message, part);
}

void
limit_files (rlim_t bytes)
{
  struct rlimit limit = { bytes, bytes };

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

void
run_sql (const char *path, const char *sql)
{
  g_autoptr (sqlite3) db = NULL;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  sqlite3_exec (db, sql, NULL, NULL, NULL);
  g_assert_cmpstr (sqlite3_errmsg (db), ==, "not an error");
}

gint64
query_number (const char *path, const char *sql)
{
  g_autoptr (sqlite3) db = NULL;
  g_autoptr (sqlite3_stmt) row = NULL;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &row, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (row), ==, SQLITE_ROW);
  return sqlite3_column_int64 (row, 0);
}

static GPid
spawn (Fixture *f, ChildBody body, gboolean as_nobody, int *out)
{
  int ends[2];
  GPid pid;

  g_assert_cmpint (pipe (ends), ==, 0);
  pid = fork ();
  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    {
      close (ends[0]);
      if (as_nobody && geteuid () == 0 && (setgroups (0, NULL) != 0 || setgid (NOBODY) != 0 || setuid (NOBODY) != 0))
        _exit (CANNOT_BECOME_NOBODY);
      _exit (body (f, ends[1]));
    }
  close (ends[1]);
  *out = ends[0];
  return pid;
}

GPid
start_child (Fixture *f, ChildBody body, int *out)
{
  return spawn (f, body, FALSE, out);
}

int
wait_child (GPid pid)
{
  int status;

  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  return WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
}

static char *
read_all (int fd)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char block[4096];
  gssize n;

  while ((n = read (fd, block, sizeof block)) > 0 || (n < 0 && errno == EINTR))
    g_string_append_len (text, block, MAX (n, 0));
  close (fd);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static int
run_to_end (Fixture *f, ChildBody body, gboolean as_nobody, char **out_text)
{
  int out;
  GPid pid = spawn (f, body, as_nobody, &out);
  g_autofree char *text = read_all (out);

  if (out_text)
    *out_text = g_steal_pointer (&text);
  return wait_child (pid);
}

int
run_child (Fixture *f, ChildBody body, char **out_text)
{
  return run_to_end (f, body, FALSE, out_text);
}

void
check_as_nobody (Fixture *f, ChildBody body)
{
  int status = run_to_end (f, body, TRUE, NULL);

  if (status == CANNOT_BECOME_NOBODY)
    g_test_skip ("root cannot give up its rights here");
  else
    g_assert_cmpint (status, ==, 0);
}
