/* test-trouble.c - what a person is told when the database cannot be used, and that nothing is lost then
 *
 * Root may write everywhere, so what needs a missing permission runs in a child without root's rights.
 *
 * SPDX-License-Identifier: MIT
 */
#include "fixture.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const morning[] = { " Good morning.", NULL };

static void
assert_says (const char *message, const char *part)
{
  if (!strstr (message, part))
    g_error ("“%s” does not say “%s”", message, part);
}

static void
assert_open_says (const char *path, gboolean read_only, const char *part)
{
  g_autofree char *message = open_failure (path, read_only);

  assert_says (message, part);
}

static void
write_file (const char *path, const char *bytes, gsize n)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, bytes, (gssize) n, &error);
  g_assert_no_error (error);
}

/* A database with a transcript in it, and no log beside it. */
static void
make_database (Fixture *f)
{
  g_autoptr (ScribeStore) store = open_store (f->path);

  add_transcript (store, "/a.wav", morning);
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

/* No file of this process grows beyond a limit: writes fail as on a full disk. */
static void
limit_files (rlim_t bytes)
{
  struct rlimit limit = { bytes, bytes };

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
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

/* A database of version 1, before there was an index to search. */
static void
make_older (Fixture *f)
{
  make_database (f);
  run_sql (f->path, "DROP TRIGGER search_insert; DROP TRIGGER search_delete; DROP TRIGGER search_update; DROP TABLE search;"
                    "ALTER TABLE runs DROP COLUMN n_guesses;"
                    "DROP INDEX runs_by_end; DROP INDEX transcripts_by_source; ALTER TABLE runs DROP COLUMN tail; ALTER TABLE "
                    "runs DROP COLUMN voice;"
                    "ALTER TABLE runs DROP COLUMN wait; ALTER TABLE runs DROP COLUMN insert_s;"
                    "ALTER TABLE runs DROP COLUMN latency; ALTER TABLE runs DROP COLUMN overruns;"
                    "ALTER TABLE transcripts DROP COLUMN kind; ALTER TABLE transcripts DROP COLUMN recovered;"
                    "ALTER TABLE transcripts DROP COLUMN pinned; ALTER TABLE runs DROP COLUMN modelled;"
                    "ALTER TABLE runs DROP COLUMN submit; ALTER TABLE runs DROP COLUMN kernel;"
                    "ALTER TABLE runs DROP COLUMN transfer; ALTER TABLE runs DROP COLUMN host;"
                    "ALTER TABLE runs DROP COLUMN columns; ALTER TABLE runs DROP COLUMN driver;"
                    "ALTER TABLE runs DROP COLUMN firmware; ALTER TABLE runs DROP COLUMN overlay; PRAGMA user_version = 1");
}

static void
an_older_database_is_backed_up_and_migrated (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *backup = fixture_path (f, "transcripts.db.v1-backup");
  g_autofree char *log = fixture_path (f, "transcripts.db.v1-backup.partial-wal");
  g_autoptr (ScribeStore) store = NULL;
  g_autoptr (GPtrArray) found = NULL;

  make_older (f);
  store = open_store (f->path);
  found = scribe_store_search (store, "morning", SCRIBE_BEST_FIRST, 0, &error);
  g_assert_cmpuint (found->len, ==, 1);
  g_assert_cmpint (query_number (f->path, "PRAGMA user_version"), >, 1);
  g_assert_cmpint (query_number (backup, "PRAGMA user_version"), ==, 1);
  g_assert_cmpint (query_number (backup, "SELECT count (*) FROM segments"), ==, 1);
  g_assert_false (g_file_test (log, G_FILE_TEST_EXISTS));
}

static void
an_older_database_can_be_listed (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = NULL;
  g_autoptr (GPtrArray) found = NULL;

  make_older (f);
  store = scribe_store_open (f->path, TRUE, &error);
  g_assert_no_error (error);
  found = scribe_store_search (store, "morning", SCRIBE_BEST_FIRST, 0, &error);
  g_assert_cmpuint (found->len, ==, 1);
}

/* As the program before dictation made it: the text is that of its own migrations. */
static const char version_3[]
    = "PRAGMA application_id = 1416848226;"
      "CREATE TABLE transcripts (id INTEGER PRIMARY KEY AUTOINCREMENT, created INTEGER NOT NULL, state INTEGER NOT NULL,"
      "  source TEXT NOT NULL, title TEXT);"
      "CREATE TABLE segments (id INTEGER PRIMARY KEY, transcript INTEGER NOT NULL REFERENCES transcripts ON DELETE CASCADE,"
      "  start_s REAL NOT NULL, end_s REAL NOT NULL, text TEXT NOT NULL, probability REAL NOT NULL, no_speech REAL NOT NULL,"
      "  temperature REAL NOT NULL, compression_ratio REAL NOT NULL);"
      "CREATE INDEX segments_by_transcript ON segments (transcript);"
      "CREATE TABLE words (segment INTEGER NOT NULL REFERENCES segments ON DELETE CASCADE, position INTEGER NOT NULL,"
      "  start_s REAL NOT NULL, end_s REAL NOT NULL, text TEXT NOT NULL, probability REAL NOT NULL,"
      "  PRIMARY KEY (segment, position)) WITHOUT ROWID;"
      "CREATE TABLE runs (id INTEGER PRIMARY KEY, transcript INTEGER REFERENCES transcripts ON DELETE SET NULL,"
      "  ended INTEGER NOT NULL, model TEXT, device TEXT, device_reason TEXT, language TEXT, language_probability REAL,"
      "  translated INTEGER, n_threads INTEGER, n_windows INTEGER, n_tokens INTEGER, n_steps INTEGER, n_fallbacks INTEGER,"
      "  n_silent INTEGER, audio REAL, total REAL, load REAL, read REAL, mel REAL, encode REAL, decode REAL, align REAL,"
      "  peak_memory INTEGER);"
      "CREATE INDEX runs_by_transcript ON runs (transcript);"
      "CREATE VIRTUAL TABLE search USING fts5 ("
      "  text, content = 'segments', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3');"
      "CREATE TRIGGER search_insert AFTER INSERT ON segments BEGIN"
      "  INSERT INTO search (rowid, text) VALUES (new.id, new.text);"
      "END;"
      "CREATE TRIGGER search_delete AFTER DELETE ON segments BEGIN"
      "  INSERT INTO search (search, rowid, text) VALUES ('delete', old.id, old.text);"
      "END;"
      "CREATE TRIGGER search_update AFTER UPDATE OF id, text ON segments BEGIN"
      "  INSERT INTO search (search, rowid, text) VALUES ('delete', old.id, old.text);"
      "  INSERT INTO search (rowid, text) VALUES (new.id, new.text);"
      "END;"
      "ALTER TABLE runs ADD COLUMN n_guesses INTEGER;"
      "INSERT INTO transcripts VALUES (7, 1000000, 1, '/talk.wav', 'talk.wav');"
      "INSERT INTO segments VALUES (1, 7, 0, 2, ' Good morning.', 0.5, 0, 0, 1);"
      "INSERT INTO words VALUES (1, 0, 0, 1, ' Good', 0.5), (1, 1, 1, 2, ' morning.', 0.5);"
      "INSERT INTO runs (transcript, ended, model, audio, n_guesses) VALUES (7, 2000000, 'base.en', 2, 3);"
      "PRAGMA user_version = 3;";

static void
version_3_gets_what_came_later (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = NULL;
  g_autoptr (ScribeTranscript) got = NULL;

  run_sql (f->path, version_3);
  store = open_store (f->path);
  got = scribe_store_get (store, 7, &error);
  g_assert_no_error (error);

  g_assert_cmpint (got->kind, ==, SCRIBE_KIND_FILE);
  g_assert_false (got->recovered || got->pinned);
  g_assert_cmpfloat (got->seconds, ==, 2);
  g_assert_cmpuint (got->run.n_guesses, ==, 3);
  g_assert_cmpfloat (got->run.latency, <, 0); /* and not 0 */
  g_assert_cmpfloat (got->run.array.submit, <, 0);
  g_assert_cmpuint (got->run.array.columns.n, ==, 0);
  g_assert_null (got->run.firmware);
  g_assert_cmpstr (got->text, ==, "Good morning.");
  g_assert_true (scribe_store_set_pinned (store, 7, TRUE, &error));
  g_assert_true (scribe_store_set_segment_text (store, 7, 0, "Good evening.", &error));
  g_assert_true (scribe_store_check (store, TRUE, NULL, NULL, &error));
}

static int
migrate_without_room (Fixture *f, int out)
{
  limit_files (40000); /* enough for the log, not for a copy */
  assert_open_says (f->path, FALSE, "must be brought up to date");
  assert_open_says (f->path, TRUE, "disk is full");
  return 0;
}

static void
nothing_is_migrated_without_a_backup (Fixture *f, gconstpointer data)
{
  g_autofree char *backup = fixture_path (f, "transcripts.db.v1-backup");
  g_autofree char *partial = g_strconcat (backup, ".partial", NULL);

  make_older (f);
  g_assert_cmpint (run_child (f, migrate_without_room, NULL), ==, 0);
  g_assert_cmpint (query_number (f->path, "PRAGMA user_version"), ==, 1);
  g_assert_cmpint (query_number (f->path, "SELECT count (*) FROM segments"), ==, 1);
  g_assert_false (g_file_test (backup, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (partial, G_FILE_TEST_EXISTS));
}

static int
migrate (Fixture *f, int out)
{
  g_autoptr (ScribeStore) store = scribe_store_open (f->path, FALSE, NULL);

  return store ? 0 : 1;
}

static void
two_programs_migrate_once (Fixture *f, gconstpointer data)
{
  g_autofree char *backup = fixture_path (f, "transcripts.db.v1-backup");
  GPid children[2];
  int out[2];

  make_older (f);
  for (guint i = 0; i < 2; i++)
    children[i] = start_child (f, migrate, &out[i]);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpint (wait_child (children[i]), ==, 0);
      close (out[i]);
    }
  g_assert_cmpint (query_number (backup, "PRAGMA user_version"), ==, 1);
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
  ADD ("/trouble/an-older-database-is-backed-up-and-migrated", an_older_database_is_backed_up_and_migrated);
  ADD ("/trouble/an-older-database-can-be-listed", an_older_database_can_be_listed);
  ADD ("/trouble/version-3-gets-what-dictation-needs", version_3_gets_what_came_later);
  ADD ("/trouble/nothing-is-migrated-without-a-backup", nothing_is_migrated_without_a_backup);
  ADD ("/trouble/two-programs-migrate-once", two_programs_migrate_once);
  ADD ("/trouble/a-read-only-file-is-told", a_read_only_file_is_told);
  ADD ("/trouble/a-read-only-folder-can-be-listed", a_read_only_folder_can_be_listed);
  ADD ("/trouble/a-file-that-may-not-be-read-is-told", a_file_that_may_not_be_read_is_told);
  ADD ("/trouble/a-folder-that-may-not-be-entered-is-told", a_folder_that_may_not_be_entered_is_told);
  ADD ("/trouble/an-unwritable-folder-is-told", an_unwritable_folder_is_told);
  return g_test_run ();
}
