/* store.c - the database of transcripts: opening it, and the life of a transcript
 *
 * A transcript is a row from the moment its run begins, and every segment is a transaction of its own with
 * synchronous=FULL: what scribe_store_add_segment() has returned for is on the disk, whatever happens to the program then.
 * A row that stays in state "running" is one whose program died; all of its segments are there.
 *
 * The journal is a write-ahead log: readers never wait, and writers of several processes wait for each other, each for a few
 * milliseconds, STORE_PATIENCE at most. Files and folders are made for their owner only (0600, 0700): this is what somebody said.
 *
 * The file is hostile input like any other. It is opened only if it is a regular file, its cells are checked, SQLite's
 * defensive mode keeps its schema from writing where it should not, and it must bear our application id before anything is
 * written to it. (trusted_schema cannot be off: before 3.41 that forbids triggers to write to an FTS5 table. The connection has
 * no functions or modules but SQLite's own.)
 *
 * Sources: sqlite.org/wal.html, security.html.
 *
 * SPDX-License-Identifier: MIT
 */
#include "store-private.h"

#include "error.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

#define STEPS_BETWEEN_LOOKS 1000 /* of SQLite's machine, at a cancellable: tens of microseconds */

char *
scribe_store_default_path (void)
{
  return g_build_filename (g_get_user_data_dir (), "tilescribe", "transcripts.db", NULL);
}

void
scribe_store_free (ScribeStore *store)
{
  sqlite3_close (store->db);
  g_clear_object (&store->cancellable);
  g_free (store->path);
  g_free (store);
}

static gboolean
make_folder (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);

  if (g_mkdir_with_parents (folder, 0700) == 0)
    return TRUE;
  g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_STORE,
               _ ("The folder “%s” of the database cannot be made: %s. Make it yourself, or name another one."), folder,
               g_strerror (errno));
  return FALSE;
}

/* Whether there is a file that may be opened, or may be made. is_new: there is none yet. */
static gboolean
check_path (const char *path, gboolean read_only, gboolean *is_new, GError **error)
{
  GStatBuf info;

  *is_new = g_stat (path, &info) != 0;
  if (!*is_new && !S_ISREG (info.st_mode))
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_STORE,
                   _ ("“%s” is a folder or a device, not a database. Name a file instead."), path);
      return FALSE;
    }
  if (*is_new && read_only && errno == ENOENT)
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_NOT_FOUND,
                   _ ("There is no database “%s” yet. It is made when something is transcribed."), path);
      return FALSE;
    }
  return !*is_new || read_only || make_folder (path, error); /* what may not be looked at, SQLite will tell */
}

static gboolean
connect_to (ScribeStore *store, const char *name, int flags, GError **error)
{
  int code = sqlite3_open_v2 (name, &store->db, flags | SQLITE_OPEN_NOMUTEX, NULL);

  if (!store->db)
    g_error ("out of memory");
  if (code != SQLITE_OK)
    return store_fail (store, error);
  sqlite3_extended_result_codes (store->db, TRUE);
  sqlite3_busy_timeout (store->db, STORE_PATIENCE);
  sqlite3_db_config (store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  return store_exec (store, "PRAGMA cell_size_check = ON", error);
}

/* A write-ahead log needs a file of shared memory beside the database, even to read. Where no file can be made and no log was
 * left, nobody is writing either, and the database can be read as it lies. */
static StoreAge
reopen_immutable (ScribeStore *store, GError **error)
{
  g_autofree char *log = g_strconcat (store->path, "-wal", NULL);
  g_autofree char *uri = g_filename_to_uri (store->path, NULL, NULL);
  g_autofree char *name = g_strconcat (uri, "?immutable=1", NULL);

  if (g_file_test (log, G_FILE_TEST_EXISTS))
    {
      store_fail (store, error);
      return STORE_REFUSED;
    }
  g_clear_pointer (&store->db, sqlite3_close);
  if (!connect_to (store, name, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, error))
    return STORE_REFUSED;
  return store_schema_age (store, error);
}

static gboolean
open_to_read (ScribeStore *store, GError **error)
{
  g_autoptr (GError) refused = NULL;
  StoreAge age;

  if (!connect_to (store, store->path, SQLITE_OPEN_READONLY, error))
    return FALSE;
  age = store_schema_age (store, &refused);
  if (age == STORE_REFUSED && sqlite3_errcode (store->db) == SQLITE_READONLY_DIRECTORY)
    {
      g_clear_error (&refused);
      age = reopen_immutable (store, &refused);
    }
  if (age == STORE_REFUSED)
    {
      g_propagate_error (error, g_steal_pointer (&refused));
      return FALSE;
    }
  if (age == STORE_EMPTY || age == STORE_OLDER)
    {
      g_autoptr (ScribeStore) migrated = scribe_store_open (store->path, FALSE, error);

      return migrated != NULL;
    }
  return TRUE;
}

/* Another connection that opens a new database at the same time is not waited for by SQLite here. */
static gboolean
start_log (ScribeStore *store, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + STORE_PATIENCE * G_TIME_SPAN_MILLISECOND;

  while (sqlite3_exec (store->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL) != SQLITE_OK)
    {
      if (store_code (store->db) != SQLITE_BUSY || g_get_monotonic_time () >= deadline)
        return store_fail (store, error);
      g_usleep (10000);
    }
  return TRUE;
}

static gboolean
open_to_write (ScribeStore *store, gboolean is_new, GError **error)
{
  StoreAge age;

  if (!connect_to (store, store->path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, error))
    return FALSE;
  if (is_new)
    g_chmod (store->path, 0600);
  age = store_schema_age (store, error);
  if (age == STORE_REFUSED)
    return FALSE;
  if (sqlite3_db_readonly (store->db, "main"))
    return store_fail_with (store, SQLITE_READONLY, error);
  return start_log (store, error)
         && store_exec (store,
                        "PRAGMA synchronous = FULL;"
                        "PRAGMA foreign_keys = ON;"
                        "PRAGMA secure_delete = ON;", /* what was deleted is not left lying in free pages */
                        error)
         && (age == STORE_PRESENT || store_schema_migrate (store, error));
}

ScribeStore *
scribe_store_open (const char *path, gboolean read_only, GError **error)
{
  g_autoptr (ScribeStore) store = g_new0 (ScribeStore, 1);
  gboolean is_new;

  store->path = g_canonicalize_filename (path, NULL);
  store->read_only = read_only;
  if (!check_path (store->path, read_only, &is_new, error))
    return NULL;
  if (read_only ? !open_to_read (store, error) : !open_to_write (store, is_new, error))
    return NULL;
  return g_steal_pointer (&store);
}

static int
is_cancelled (gpointer cancellable)
{
  return g_cancellable_is_cancelled (cancellable);
}

void
scribe_store_set_cancellable (ScribeStore *store, GCancellable *cancellable)
{
  g_set_object (&store->cancellable, cancellable);
  sqlite3_progress_handler (store->db, STEPS_BETWEEN_LOOKS, cancellable ? is_cancelled : NULL, cancellable);
}

/* What stands in the table: NULL where the first words are the title. */
static char *
title_of (const ScribeBeginning *b)
{
  if (b->title || b->kind == SCRIBE_KIND_DICTATION || g_str_equal (b->source, "-"))
    return g_strdup (b->title);
  return g_path_get_basename (b->source);
}

gint64
scribe_store_begin (ScribeStore *store, const ScribeBeginning *beginning, GError **error)
{
  g_autoptr (sqlite3_stmt) insert = store_prepare (
      store, "INSERT INTO transcripts (created, state, source, title, kind, recovered) VALUES (?1, ?2, ?3, ?4, ?5, ?6)", error);
  g_autofree char *title = title_of (beginning);
  gboolean recording = beginning->kind == SCRIBE_KIND_DICTATION && !beginning->recovered;

  if (!insert)
    return 0;
  sqlite3_bind_int64 (insert, 1, g_get_real_time ());
  sqlite3_bind_int (insert, 2, recording ? SCRIBE_STATE_RECORDING : SCRIBE_STATE_RUNNING);
  /* A file's name need not be UTF-8; it must come back byte for byte. */
  sqlite3_bind_text (insert, 3, beginning->source, -1, SQLITE_STATIC);
  store_bind_string (insert, 4, title);
  sqlite3_bind_int (insert, 5, (int) beginning->kind);
  sqlite3_bind_int (insert, 6, beginning->recovered != FALSE);
  return store_run (store, insert, error) ? sqlite3_last_insert_rowid (store->db) : 0;
}

gboolean
store_insert_words (ScribeStore *store, gint64 segment, GPtrArray *words, GError **error)
{
  g_autoptr (sqlite3_stmt) insert = store_prepare (
      store, "INSERT INTO words (segment, position, start_s, end_s, text, probability) VALUES (?1, ?2, ?3, ?4, ?5, ?6)", error);

  if (!insert)
    return FALSE;
  for (guint i = 0; i < words->len; i++)
    {
      const ScribeWord *word = words->pdata[i];

      sqlite3_bind_int64 (insert, 1, segment);
      sqlite3_bind_int (insert, 2, (int) i);
      store_bind_number (insert, 3, word->start);
      store_bind_number (insert, 4, word->end);
      store_bind_string (insert, 5, word->text ? word->text : "");
      store_bind_number (insert, 6, word->probability);
      if (!store_run (store, insert, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
insert_segment (ScribeStore *store, gint64 id, const ScribeSegment *segment, GError **error)
{
  g_autoptr (sqlite3_stmt) insert = store_prepare (
      store,
      "INSERT INTO segments (transcript, start_s, end_s, text, probability, no_speech, temperature, compression_ratio)"
      "  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
      error);

  if (!insert)
    return FALSE;
  sqlite3_bind_int64 (insert, 1, id);
  store_bind_number (insert, 2, segment->start);
  store_bind_number (insert, 3, segment->end);
  store_bind_string (insert, 4, segment->text ? segment->text : "");
  store_bind_number (insert, 5, segment->probability);
  store_bind_number (insert, 6, segment->no_speech);
  store_bind_number (insert, 7, segment->temperature);
  store_bind_number (insert, 8, segment->compression_ratio);
  if (sqlite3_step (insert) == SQLITE_DONE)
    return !segment->words || store_insert_words (store, sqlite3_last_insert_rowid (store->db), segment->words, error);
  if (sqlite3_errcode (store->db) == SQLITE_CONSTRAINT_FOREIGNKEY)
    return store_fail_not_found (id, error);
  return store_fail (store, error);
}

gboolean
scribe_store_add_segment (ScribeStore *store, gint64 id, const ScribeSegment *segment, GError **error)
{
  return store_exec (store, "BEGIN IMMEDIATE", error) && store_end (store, insert_segment (store, id, segment, error), error);
}

gboolean
store_change_transcript (ScribeStore *store, sqlite3_stmt *statement, gint64 id, GError **error)
{
  sqlite3_bind_int64 (statement, 1, id);
  if (!store_run (store, statement, error))
    return FALSE;
  return sqlite3_changes (store->db) > 0 || store_fail_not_found (id, error);
}

static gboolean
set_state (ScribeStore *store, gint64 id, ScribeState state, GError **error)
{
  g_autoptr (sqlite3_stmt) update = store_prepare (store, "UPDATE transcripts SET state = ?2 WHERE id = ?1", error);

  if (!update)
    return FALSE;
  sqlite3_bind_int (update, 2, state);
  return store_change_transcript (store, update, id, error);
}

gboolean
scribe_store_finish (ScribeStore *store, gint64 id, ScribeState state, const ScribeRunStats *run, gint64 *run_id, GError **error)
{
  gint64 row = 0;
  gboolean done;

  if (!store_exec (store, "BEGIN IMMEDIATE", error))
    return FALSE;
  done = set_state (store, id, state, error) && (!run || (row = scribe_store_add_run (store, id, run, error)) != 0);
  if (!store_end (store, done, error))
    return FALSE;
  if (run_id)
    *run_id = row;
  return TRUE;
}

G_STATIC_ASSERT (SCRIBE_KIND_DICTATION == 1 && SCRIBE_STATE_RUNNING == 0 && SCRIBE_STATE_RECORDING == 4);

/* Dictations of the same recording that somebody began and nobody ended. */
static gboolean
delete_beginnings (ScribeStore *store, gint64 id, GArray *deleted, GError **error)
{
  g_autoptr (sqlite3_stmt) delete = store_prepare (
      store,
      "DELETE FROM transcripts WHERE source = (SELECT source FROM transcripts WHERE id = ?1)"
      "  AND id <> ?1 AND kind = 1 AND state IN (0, 4) RETURNING id",
      error);
  int code;

  if (!delete)
    return FALSE;
  sqlite3_bind_int64 (delete, 1, id);
  while ((code = store_step (store, delete, error)) == SQLITE_ROW)
    {
      gint64 other = sqlite3_column_int64 (delete, 0);

      g_array_append_val (deleted, other);
    }
  return code == SQLITE_DONE;
}

GArray *
scribe_store_finish_recovered (ScribeStore *store, gint64 id, const ScribeRunStats *run, GError **error)
{
  g_autoptr (GArray) deleted = g_array_new (FALSE, FALSE, sizeof (gint64));
  gboolean done;

  if (!store_exec (store, "BEGIN IMMEDIATE", error))
    return NULL;
  done = set_state (store, id, SCRIBE_STATE_DONE, error) && scribe_store_add_run (store, id, run, error) != 0
         && delete_beginnings (store, id, deleted, error);
  return store_end (store, done, error) ? g_steal_pointer (&deleted) : NULL;
}

gboolean
scribe_store_delete (ScribeStore *store, gint64 id, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = store_prepare (store, "DELETE FROM transcripts WHERE id = ?1", error);

  return statement && store_change_transcript (store, statement, id, error);
}

static gboolean
count (ScribeStore *store, guint64 *n_transcripts, guint64 *bytes, GError **error)
{
  g_autoptr (sqlite3_stmt) row = store_prepare (store,
                                                "SELECT (SELECT count (*) FROM transcripts), page_count * page_size"
                                                "  FROM pragma_page_count, pragma_page_size",
                                                error);

  if (!row || store_step (store, row, error) != SQLITE_ROW)
    return FALSE;
  if (n_transcripts)
    *n_transcripts = (guint64) sqlite3_column_int64 (row, 0);
  if (bytes)
    *bytes = (guint64) sqlite3_column_int64 (row, 1);
  return TRUE;
}

static gboolean
check_pages (ScribeStore *store, GError **error)
{
  g_autoptr (sqlite3_stmt) row = store_prepare (store, "PRAGMA integrity_check (1)", error);
  const char *finding;

  if (!row || store_step (store, row, error) != SQLITE_ROW)
    return FALSE;
  finding = (const char *) sqlite3_column_text (row, 0);
  if (g_strcmp0 (finding, "ok") == 0)
    return TRUE;
  g_debug ("%s: %s", store->path, finding);
  return store_fail_with (store, SQLITE_CORRUPT, error);
}

/* SQLite's own check does not see an index that is out of step with its table: the index must be asked. */
static gboolean
check_search (ScribeStore *store, GError **error)
{
  int code = sqlite3_exec (store->db, "INSERT INTO search (search, rank) VALUES ('integrity-check', 1)", NULL, NULL, NULL);

  if (code == SQLITE_OK)
    return TRUE;
  if (code != SQLITE_CORRUPT_VTAB)
    return store_fail (store, error);
  return store_exec (store, "INSERT INTO search (search) VALUES ('rebuild')", error);
}

gboolean
scribe_store_check (ScribeStore *store, gboolean check, guint64 *n_transcripts, guint64 *bytes, GError **error)
{
  if (!count (store, n_transcripts, bytes, error))
    return FALSE;
  return !check || (check_pages (store, error) && (store->read_only || check_search (store, error)));
}
