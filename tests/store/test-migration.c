/* test-migration.c - what an older program left becomes a present database, with a copy of it beside
 *
 * SPDX-License-Identifier: MIT
 */
#include "fixture.h"

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
                    "ALTER TABLE runs DROP COLUMN firmware; ALTER TABLE runs DROP COLUMN overlay;"
                    "ALTER TABLE runs DROP COLUMN watts; ALTER TABLE runs DROP COLUMN joules; PRAGMA user_version = 1");
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
  g_assert_cmpfloat (got->run.watts, <, 0);
  g_assert_cmpfloat (got->run.joules, <, 0);
  g_assert_cmpstr (got->text, ==, "Good morning.");
  g_assert_true (scribe_store_set_pinned (store, 7, TRUE, &error));
  g_assert_true (scribe_store_set_segment_text (store, 7, 0, "Good evening.", &error));
  g_assert_true (scribe_store_check (store, TRUE, NULL, NULL, &error));
}

/* As the program before a run's power was kept made it. */
static void
version_5_keeps_what_runs_tell (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *backup = fixture_path (f, "transcripts.db.v5-backup");
  g_autoptr (ScribeStore) store = NULL;
  g_autoptr (GPtrArray) runs = NULL;
  const ScribeRunStats *run;

  make_database (f);
  run_sql (f->path, "ALTER TABLE runs DROP COLUMN watts; ALTER TABLE runs DROP COLUMN joules; DELETE FROM runs;"
                    "INSERT INTO runs (ended, device, audio, submit, kernel, transfer, host, firmware)"
                    "  VALUES (2000000, 'npu', 4, 0.25, 0.5, 0.125, 1, '1.0.20.434'); PRAGMA user_version = 5");
  store = open_store (f->path);
  runs = scribe_store_runs (store, 0, 0, &error);
  g_assert_no_error (error);

  g_assert_cmpint (query_number (backup, "PRAGMA user_version"), ==, 5);
  g_assert_cmpuint (runs->len, ==, 1);
  run = &((const ScribeRun *) g_ptr_array_index (runs, 0))->stats;
  g_assert_cmpstr (run->firmware, ==, "1.0.20.434");
  g_assert_cmpfloat (scribe_array_times_all (&run->array), ==, 0.875);
  g_assert_cmpfloat (run->watts, <, 0);
  g_assert_cmpfloat (run->joules, <, 0);
  g_assert_cmpfloat (scribe_run_stats_energy (run), <, 0);
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/migration/an-older-database-is-backed-up-and-migrated", an_older_database_is_backed_up_and_migrated);
  ADD ("/migration/an-older-database-can-be-listed", an_older_database_can_be_listed);
  ADD ("/migration/version-3-gets-what-dictation-needs", version_3_gets_what_came_later);
  ADD ("/migration/version-5-keeps-what-runs-tell", version_5_keeps_what_runs_tell);
  ADD ("/migration/nothing-is-migrated-without-a-backup", nothing_is_migrated_without_a_backup);
  ADD ("/migration/two-programs-migrate-once", two_programs_migrate_once);
  return g_test_run ();
}
