/* test-trouble.c - what a person is told when the database cannot be used, and that nothing is lost then
 *
 * Root may write everywhere, so what needs a missing permission runs in a child without root's rights.
 *
 * SPDX-License-Identifier: MIT
 */
#include "fixture.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
write_file (const char *path, const char *bytes, gsize n)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, bytes, (gssize) n, &error);
  g_assert_no_error (error);
}

static void
a_folder_is_not_a_database (Fixture *f, gconstpointer data)
{
  assert_open_says (f->folder, FALSE, "is a folder");
  assert_open_says (f->folder, TRUE, "is a folder");
}

static void
a_pipe_is_not_waited_for (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (mkfifo (f->path, 0600), ==, 0);
  assert_open_says (f->path, TRUE, "not a database");
}

static void
another_file_is_left_as_it_is (Fixture *f, gconstpointer data)
{
  static const char letter[] = "Dear diary, this is a text and no database at all, and it is longer than the header of one, "
                               "so that it cannot be taken for a file that was cut short while it was being made.";
  g_autofree char *after = NULL;

  write_file (f->path, letter, sizeof letter);
  assert_open_says (f->path, FALSE, "not a database");
  assert_open_says (f->path, TRUE, "not a database");
  g_assert_true (g_file_get_contents (f->path, &after, NULL, NULL));
  g_assert_cmpstr (after, ==, letter);
}

static void
a_database_of_another_program_is_refused (Fixture *f, gconstpointer data)
{
  run_sql (f->path, "CREATE TABLE bookmarks (url TEXT)");
  assert_open_says (f->path, FALSE, "another program");
  g_assert_cmpint (query_number (f->path, "SELECT count (*) FROM sqlite_master"), ==, 1);
}

static void
a_newer_database_is_refused (Fixture *f, gconstpointer data)
{
  make_database (f);
  run_sql (f->path, "PRAGMA user_version = 99");
  assert_open_says (f->path, FALSE, "newer");
  assert_open_says (f->path, TRUE, "newer");
  g_assert_cmpint (query_number (f->path, "PRAGMA user_version"), ==, 99);
}

static void
an_empty_file_becomes_a_database (Fixture *f, gconstpointer data)
{
  write_file (f->path, "", 0);
  make_database (f);
  g_assert_cmpint (query_number (f->path, "SELECT count (*) FROM transcripts"), ==, 1);
}

/* Every read of a damaged file either works or fails with a sentence. */
static void
read_everything (ScribeStore *store)
{
  GError *errors[4] = { NULL };
  g_autoptr (GPtrArray) list = scribe_store_list (store, 0, 0, &errors[0]);
  g_autoptr (GPtrArray) found = scribe_store_search (store, "morning", SCRIBE_BEST_FIRST, 0, &errors[1]);
  g_autoptr (ScribeTranscript) got = scribe_store_get (store, 1, &errors[2]);
  gboolean sound = scribe_store_check (store, TRUE, NULL, NULL, &errors[3]);
  const gboolean worked[] = { list != NULL, found != NULL, got != NULL, sound };

  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_assert_true (worked[i] == (errors[i] == NULL));
      if (errors[i])
        assert_sentence (errors[i]->message);
      g_clear_error (&errors[i]);
    }
}

static void
try_bytes (Fixture *f, const char *bytes, gsize n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = NULL;

  write_file (f->path, bytes, n);
  store = scribe_store_open (f->path, TRUE, &error);
  if (store)
    read_everything (store);
  else
    assert_sentence (error->message);
}

static void
damage_is_told (Fixture *f, gconstpointer data)
{
  g_autofree char *bytes = NULL;
  gsize n;

  make_database (f);
  g_assert_true (g_file_get_contents (f->path, &bytes, &n, NULL));
  for (gsize cut = 0; cut < n; cut += n / 40)
    try_bytes (f, bytes, cut);
  for (gsize page = 0; page < n; page += 4096)
    {
      g_autofree char *damaged = g_memdup2 (bytes, n);

      memset (damaged + page + (page == 0 ? 100 : 0), 0xa5, 200);
      try_bytes (f, damaged, n);
    }
}

static void
a_damaged_page_is_found_by_check (Fixture *f, gconstpointer data)
{
  g_autofree char *bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = NULL;
  gsize n, root;

  make_database (f);
  root = (gsize) query_number (f->path, "SELECT rootpage FROM sqlite_master WHERE name = 'runs_by_transcript'");
  g_assert_true (g_file_get_contents (f->path, &bytes, &n, NULL));
  memset (bytes + (root - 1) * 4096, 0xa5, 200);
  write_file (f->path, bytes, n);

  store = open_store (f->path);
  g_assert_false (scribe_store_check (store, TRUE, NULL, NULL, &error));
  g_assert_error (error, SCRIBE_ERROR, SCRIBE_ERROR_STORE);
  assert_says (error->message, "damaged");
}

static void
a_locked_database_is_told (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = open_store (f->path);
  g_autoptr (ScribeSegment) segment = scribe_segment_new (0, 1, " More.");
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (sqlite3) other = NULL;
  gint64 id = scribe_store_begin (store, &(ScribeBeginning){ .source = "/a.wav" }, NULL);

  g_assert_cmpint (sqlite3_open (f->path, &other), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (other, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_busy_timeout (store->db, 10);
  g_assert_false (scribe_store_add_segment (store, id, segment, &error));
  g_assert_error (error, SCRIBE_ERROR, SCRIBE_ERROR_STORE);
  assert_sentence (error->message);
  assert_says (error->message, "another program is using it");
  g_clear_error (&error);

  /* Reading goes on meanwhile, and writing afterwards. */
  list = scribe_store_list (store, 0, 0, &error);
  g_assert_cmpuint (list->len, ==, 1);
  sqlite3_exec (other, "ROLLBACK", NULL, NULL, NULL);
  g_assert_true (scribe_store_add_segment (store, id, segment, &error));
}

static void
a_database_held_by_one_program_is_told (Fixture *f, gconstpointer data)
{
  g_autoptr (sqlite3) other = NULL;

  make_database (f);
  g_assert_cmpint (sqlite3_open (f->path, &other), ==, SQLITE_OK);
  sqlite3_exec (other, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE", NULL, NULL, NULL);
  assert_open_says (f->path, FALSE, "another program is using it");
}

static void
assert_full_disk_loses_nothing (Fixture *f, ScribeStore *store, GError *error, gint64 id, guint n_added)
{
  g_autoptr (GError) none = NULL;
  g_autoptr (ScribeTranscript) got = scribe_store_get (store, id, &none);

  g_assert_error (error, SCRIBE_ERROR, SCRIBE_ERROR_STORE);
  assert_sentence (error->message);
  assert_says (error->message, "disk is full");
  g_assert_no_error (none);
  g_assert_cmpuint (n_added, >, 0);
  g_assert_cmpuint (got->segments->len, ==, n_added);
}

static guint
add_until_it_fails (ScribeStore *store, gint64 id, GError **error)
{
  g_autofree char *text = g_strnfill (3000, 'x');
  g_autoptr (ScribeSegment) segment = scribe_segment_new (0, 1, text);
  guint n = 0;

  while (n < 10000 && scribe_store_add_segment (store, id, segment, error))
    n++;
  return n;
}

static void
a_full_database_keeps_what_it_has (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = open_store (f->path);
  gint64 id = scribe_store_begin (store, &(ScribeBeginning){ .source = "/a.wav" }, NULL);
  guint n;

  g_assert_cmpint (sqlite3_exec (store->db, "PRAGMA max_page_count = 60", NULL, NULL, NULL), ==, SQLITE_OK);
  n = add_until_it_fails (store, id, &error);
  assert_full_disk_loses_nothing (f, store, error, id, n);

  /* And goes on when there is room again. */
  g_assert_cmpint (sqlite3_exec (store->db, "PRAGMA max_page_count = 10000", NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_true (scribe_store_finish (store, id, SCRIBE_STATE_DONE, NULL, NULL, NULL));
}

static int
fill_the_disk (Fixture *f, int out)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = open_store (f->path);
  gint64 id = scribe_store_begin (store, &(ScribeBeginning){ .source = "/a.wav" }, NULL);
  guint n;

  limit_files (300000);
  n = add_until_it_fails (store, id, &error);
  assert_full_disk_loses_nothing (f, store, error, id, n);
  return 0;
}

static void
a_full_disk_keeps_what_there_is (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = NULL;

  g_assert_cmpint (run_child (f, fill_the_disk, NULL), ==, 0);
  store = open_store (f->path);
  g_assert_true (scribe_store_check (store, TRUE, NULL, NULL, &error));
  g_assert_no_error (error);
}

static int
open_on_a_full_disk (Fixture *f, int out)
{
  limit_files (1000);
  assert_open_says (f->path, FALSE, "disk is full");
  return 0;
}

static void
a_full_disk_is_told_at_the_start (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (run_child (f, open_on_a_full_disk, NULL), ==, 0);
  make_database (f); /* what was begun is no hindrance */
}

static int
open_what_may_not_be_written (Fixture *f, int out)
{
  assert_open_says (f->path, FALSE, "cannot be written");
  return 0;
}

static int
open_what_may_not_be_made (Fixture *f, int out)
{
  assert_open_says (f->path, FALSE, "Check the permissions");
  return 0;
}

static int
open_in_a_folder_that_may_not_be_made (Fixture *f, int out)
{
  g_autofree char *path = fixture_path (f, "new/transcripts.db");
  g_autofree char *folder = fixture_path (f, "new");
  g_autoptr (GError) error = NULL;

  g_assert_null (scribe_store_open (path, FALSE, &error));
  assert_sentence (error->message);
  assert_says (error->message, folder);
  return 0;
}

static int
list_as_a_guest (Fixture *f, int out)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = scribe_store_open (f->path, TRUE, &error);
  g_autoptr (GPtrArray) list = NULL;

  g_assert_no_error (error);
  list = scribe_store_list (store, 0, 0, &error);
  g_assert_no_error (error);
  return list->len == 1 ? 0 : 1;
}

static int
open_what_may_not_be_read (Fixture *f, int out)
{
  assert_open_says (f->path, FALSE, "Check the permissions");
  assert_open_says (f->path, TRUE, "Check the permissions");
  return 0;
}

static int
open_what_may_not_be_entered (Fixture *f, int out)
{
  g_autoptr (GError) error = NULL;

  assert_open_says (f->path, TRUE, "Check the permissions");
  g_assert_null (scribe_store_open (f->path, FALSE, &error));
  assert_sentence (error->message);
  return 0;
}

static void
a_read_only_file_is_told (Fixture *f, gconstpointer data)
{
  make_database (f);
  g_chmod (f->path, 0444);
  g_chmod (f->folder, 0755);
  check_as_nobody (f, open_what_may_not_be_written);
}

static void
a_read_only_folder_can_be_listed (Fixture *f, gconstpointer data)
{
  make_database (f);
  g_chmod (f->path, 0444);
  g_chmod (f->folder, 0555);
  check_as_nobody (f, list_as_a_guest);
}

static void
a_file_that_may_not_be_read_is_told (Fixture *f, gconstpointer data)
{
  make_database (f);
  g_chmod (f->path, 0);
  g_chmod (f->folder, 0755);
  check_as_nobody (f, open_what_may_not_be_read);
}

static void
a_folder_that_may_not_be_entered_is_told (Fixture *f, gconstpointer data)
{
  make_database (f);
  g_chmod (f->folder, 0);
  check_as_nobody (f, open_what_may_not_be_entered);
}

static void
an_unwritable_folder_is_told (Fixture *f, gconstpointer data)
{
  g_chmod (f->folder, 0555);
  check_as_nobody (f, open_what_may_not_be_made);
  check_as_nobody (f, open_in_a_folder_that_may_not_be_made);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/trouble/a-folder-is-not-a-database", a_folder_is_not_a_database);
  ADD ("/trouble/a-pipe-is-not-waited-for", a_pipe_is_not_waited_for);
  ADD ("/trouble/another-file-is-left-as-it-is", another_file_is_left_as_it_is);
  ADD ("/trouble/a-database-of-another-program-is-refused", a_database_of_another_program_is_refused);
  ADD ("/trouble/a-newer-database-is-refused", a_newer_database_is_refused);
  ADD ("/trouble/an-empty-file-becomes-a-database", an_empty_file_becomes_a_database);
  ADD ("/trouble/damage-is-told", damage_is_told);
  ADD ("/trouble/a-damaged-page-is-found-by-check", a_damaged_page_is_found_by_check);
  ADD ("/trouble/a-locked-database-is-told", a_locked_database_is_told);
  ADD ("/trouble/a-database-held-by-one-program-is-told", a_database_held_by_one_program_is_told);
  ADD ("/trouble/a-full-database-keeps-what-it-has", a_full_database_keeps_what_it_has);
  ADD ("/trouble/a-full-disk-keeps-what-there-is", a_full_disk_keeps_what_there_is);
  ADD ("/trouble/a-full-disk-is-told-at-the-start", a_full_disk_is_told_at_the_start);
  ADD ("/trouble/a-read-only-file-is-told", a_read_only_file_is_told);
  ADD ("/trouble/a-read-only-folder-can-be-listed", a_read_only_folder_can_be_listed);
  ADD ("/trouble/a-file-that-may-not-be-read-is-told", a_file_that_may_not_be_read_is_told);
  ADD ("/trouble/a-folder-that-may-not-be-entered-is-told", a_folder_that_may_not_be_entered_is_told);
  ADD ("/trouble/an-unwritable-folder-is-told", an_unwritable_folder_is_told);
  return g_test_run ();
}
