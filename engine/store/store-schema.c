/* store-schema.c - the tables, and how an older database becomes a present one
 *
 *   transcripts  one per recording; its state tells a running one from one that is done
 *     segments   in the order they came; search is a full-text index over their text, kept in step by three triggers
 *       words    where word times were asked for
 *     runs       one per run of the engine; several where a recording was transcribed again, and one per utterance of a
 *                dictation. Runs outlive their transcript: they hold no word of it, and the history of performance must not
 *                end with the text
 *
 * migrations[n] takes a database from user_version n to n + 1, in one transaction that sets the version, too. A published
 * migration is never edited: a new need is a new row at the end. The tables hold nothing that is not needed today, because a
 * column or a table is one row away.
 * Before the first step of a database that has something in it, a copy is made beside it ("transcripts.db.v1-backup") through
 * SQLite's backup interface, complete and synced before it gets that name. The write lock is held meanwhile, so of two programs
 * that start at once one migrates and the other finds it done.
 *
 * Sources: sqlite.org/pragma.html (application_id, user_version), backup.html, fts5.html section 4.4.3 (external content).
 *
 * SPDX-License-Identifier: MIT
 */
#include "store-private.h"

#include "error.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#define APPLICATION_ID 1416848226 /* "Tscb": tells our databases from those of other programs */

static const char *const migrations[] = {
  /* to 1 */
  "PRAGMA application_id = " G_STRINGIFY (
      APPLICATION_ID) ";"
                      "CREATE TABLE transcripts ("
                      "  id INTEGER PRIMARY KEY AUTOINCREMENT," /* an id that was shown never comes to mean another transcript */
                      "  created INTEGER NOT NULL,"             /* microseconds since 1970, UTC */
                      "  state INTEGER NOT NULL,"               /* a ScribeState */
                      "  source TEXT NOT NULL,"
                      "  title TEXT);"
                      "CREATE TABLE segments ("
                      "  id INTEGER PRIMARY KEY,"
                      "  transcript INTEGER NOT NULL REFERENCES transcripts ON DELETE CASCADE,"
                      "  start_s REAL NOT NULL,"
                      "  end_s REAL NOT NULL,"
                      "  text TEXT NOT NULL,"
                      "  probability REAL NOT NULL,"
                      "  no_speech REAL NOT NULL,"
                      "  temperature REAL NOT NULL,"
                      "  compression_ratio REAL NOT NULL);"
                      "CREATE INDEX segments_by_transcript ON segments (transcript);"
                      "CREATE TABLE words ("
                      "  segment INTEGER NOT NULL REFERENCES segments ON DELETE CASCADE,"
                      "  position INTEGER NOT NULL,"
                      "  start_s REAL NOT NULL,"
                      "  end_s REAL NOT NULL,"
                      "  text TEXT NOT NULL,"
                      "  probability REAL NOT NULL,"
                      "  PRIMARY KEY (segment, position)) WITHOUT ROWID;"
                      "CREATE TABLE runs ("
                      "  id INTEGER PRIMARY KEY,"
                      "  transcript INTEGER REFERENCES transcripts ON DELETE SET NULL,"
                      "  ended INTEGER NOT NULL," /* microseconds since 1970, UTC */
                      "  model TEXT, device TEXT, device_reason TEXT,"
                      "  language TEXT, language_probability REAL, translated INTEGER,"
                      "  n_threads INTEGER, n_windows INTEGER, n_tokens INTEGER, n_steps INTEGER, n_fallbacks INTEGER, n_silent "
                      "INTEGER,"
                      "  audio REAL, total REAL, load REAL, read REAL, mel REAL, encode REAL, decode REAL, align REAL,"
                      "  peak_memory INTEGER);"
                      "CREATE INDEX runs_by_transcript ON runs (transcript);",

  /* to 2 */
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
  "INSERT INTO search (search) VALUES ('rebuild');",

  /* to 3 */
  "ALTER TABLE runs ADD COLUMN n_guesses INTEGER;",

  /* to 4 */
  "ALTER TABLE transcripts ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;" /* a ScribeKind */
  "ALTER TABLE transcripts ADD COLUMN recovered INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE transcripts ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE runs ADD COLUMN tail REAL;" /* NULL, as the next four: not known */
  "ALTER TABLE runs ADD COLUMN voice REAL;"
  "ALTER TABLE runs ADD COLUMN wait REAL;"
  "ALTER TABLE runs ADD COLUMN insert_s REAL;"
  "ALTER TABLE runs ADD COLUMN latency REAL;"
  "ALTER TABLE runs ADD COLUMN overruns INTEGER;"
  "CREATE INDEX runs_by_end ON runs (ended);"
  "CREATE INDEX transcripts_by_source ON transcripts (source);",

  /* to 5 */
  "ALTER TABLE runs ADD COLUMN modelled INTEGER;"
  "ALTER TABLE runs ADD COLUMN submit REAL;" /* NULL, as the next four: the device was no array */
  "ALTER TABLE runs ADD COLUMN kernel REAL;"
  "ALTER TABLE runs ADD COLUMN transfer REAL;"
  "ALTER TABLE runs ADD COLUMN host REAL;"
  "ALTER TABLE runs ADD COLUMN columns TEXT;" /* seconds of each column: "0.25,0.5" */
  "ALTER TABLE runs ADD COLUMN driver TEXT;"
  "ALTER TABLE runs ADD COLUMN firmware TEXT;"
  "ALTER TABLE runs ADD COLUMN overlay TEXT;",

  /* to 6 */
  "ALTER TABLE runs ADD COLUMN watts REAL;" /* NULL, as the next one: not known, as of all that ran on no NPU */
  "ALTER TABLE runs ADD COLUMN joules REAL;",
};

#define VERSION ((int) G_N_ELEMENTS (migrations))

static gboolean
read_identity (ScribeStore *store, int *application, int *version, gboolean *empty, GError **error)
{
  g_autoptr (sqlite3_stmt) row = store_prepare (store,
                                                "SELECT application_id, user_version, (SELECT count (*) FROM sqlite_master)"
                                                "  FROM pragma_application_id, pragma_user_version",
                                                error);

  if (!row || store_step (store, row, error) != SQLITE_ROW)
    return FALSE;
  *application = sqlite3_column_int (row, 0);
  *version = sqlite3_column_int (row, 1);
  *empty = *application == 0 && *version == 0 && sqlite3_column_int (row, 2) == 0;
  return TRUE;
}

StoreAge
store_schema_age (ScribeStore *store, GError **error)
{
  int application, version;
  gboolean empty;

  if (!read_identity (store, &application, &version, &empty, error))
    return STORE_REFUSED;
  if (empty)
    return STORE_EMPTY;
  if (application != APPLICATION_ID || version < 1)
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_STORE,
                   _ ("“%s” is a database of another program. Move it away, and a new one will be made."), store->path);
      return STORE_REFUSED;
    }
  if (version > VERSION)
    {
      g_set_error (
          error, SCRIBE_ERROR, SCRIBE_ERROR_STORE,
          _ ("The database “%s” was made by a newer Tilescribe (version %d of its tables; this program knows %d). It was "
             "left as it is: update Tilescribe."),
          store->path, version, VERSION);
      return STORE_REFUSED;
    }
  return version < VERSION ? STORE_OLDER : STORE_PRESENT;
}

/* Copies the database to a new file at path. SQLITE_OK, or the code of what failed. */
static int
copy_database (ScribeStore *store, const char *path)
{
  g_autoptr (sqlite3) from = NULL;
  g_autoptr (sqlite3) to = NULL;
  sqlite3_backup *backup;

  /* A second connection: one that holds the write lock cannot be copied from. */
  if (sqlite3_open_v2 (store->path, &from, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
    return sqlite3_errcode (from);
  if (sqlite3_open_v2 (path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) != SQLITE_OK)
    return sqlite3_errcode (to);
  g_chmod (path, 0600);
  backup = sqlite3_backup_init (to, "main", from, "main");
  if (backup)
    {
      sqlite3_backup_step (backup, -1);
      sqlite3_backup_finish (backup);
    }
  return store_code (to);
}

static gboolean
back_up (ScribeStore *store, int version, GError **error)
{
  g_autofree char *path = g_strdup_printf ("%s.v%d-backup", store->path, version);
  g_autofree char *partial = g_strconcat (path, ".partial", NULL);
  int code;

  g_unlink (partial);
  code = copy_database (store, partial);
  if (code == SQLITE_OK && g_rename (partial, path) != 0)
    code = SQLITE_CANTOPEN;
  if (code == SQLITE_OK)
    return TRUE;
  g_unlink (partial);
  g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_STORE,
               _ ("The database “%s” must be brought up to date, but the copy to be made before, “%s”, failed: %s"), store->path,
               path, store_reason (code));
  return FALSE;
}

static gboolean
migrate_one (ScribeStore *store, int version, GError **error)
{
  g_autofree char *mark = g_strdup_printf ("PRAGMA user_version = %d", version + 1);

  return store_exec (store, migrations[version], error) && store_exec (store, mark, error);
}

gboolean
store_schema_migrate (ScribeStore *store, GError **error)
{
  gboolean backed_up = FALSE;

  for (;;)
    {
      int application, version;
      gboolean empty, done;

      if (!store_exec (store, "BEGIN IMMEDIATE", error))
        return FALSE;
      /* Read again under the lock: another program may have been faster. */
      if (!read_identity (store, &application, &version, &empty, error))
        return store_end (store, FALSE, NULL);
      if (version < 0 || version >= VERSION)
        return store_end (store, TRUE, error);
      done = version == 0 || backed_up || back_up (store, version, error);
      backed_up = TRUE;
      if (!store_end (store, done && migrate_one (store, version, error), error))
        return FALSE;
    }
}
