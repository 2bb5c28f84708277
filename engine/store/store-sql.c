/* store-sql.c - statements, and SQLite's errors as sentences
 *
 * Everything the store asks of SQLite goes through these few functions, so that whatever SQLite says reaches a person as one
 * sentence: which database, what is wrong with it, what to do. The reasons are a table by primary result code; all codes that
 * are not in it mean that the file does not hold what we put there (corrupt pages, missing tables, values of a wrong kind).
 * What the operating system said decides where one code means several things: a write fails because the disk is full, because a
 * quota is used up, or because the disk is dying.
 *
 * Source: sqlite.org/rescode.html.
 *
 * SPDX-License-Identifier: MIT
 */
#include "store-private.h"

#include "error.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <math.h>

static const struct
{
  int code;
  const char *reason;
} reasons[] = {
  { SQLITE_BUSY, N_ ("another program is using it. Close that program, or try again in a moment.") },
  { SQLITE_LOCKED, N_ ("another program is using it. Close that program, or try again in a moment.") },
  { SQLITE_READONLY, N_ ("it cannot be written. Make the file and its folder writable for you.") },
  { SQLITE_PERM, N_ ("you may not open it. Check the permissions of the file and its folder.") },
  { SQLITE_CANTOPEN, N_ ("it cannot be opened. Check the permissions of the file and its folder.") },
  { SQLITE_FULL, N_ ("the disk is full. Free some space and try again; nothing saved before is lost.") },
  { SQLITE_IOERR, N_ ("the disk it is on failed. Check that disk, and copy the database to another one.") },
  { SQLITE_NOTADB, N_ ("it is not a database. Move it away, and a new one will be made.") },
  { SQLITE_NOMEM, N_ ("there is not enough memory. Close some programs and try again.") },
};

/* errno of the last write that failed. SQLite itself does not pass it on where a commit fails. */
static int
last_errno (sqlite3 *db)
{
  sqlite3_file *log = NULL;
  int last = 0;

  sqlite3_file_control (db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  if (log && log->pMethods)
    log->pMethods->xFileControl (log, SQLITE_FCNTL_LAST_ERRNO, &last);
  if (last == 0)
    sqlite3_file_control (db, "main", SQLITE_FCNTL_LAST_ERRNO, &last);
  return last;
}

int
store_code (sqlite3 *db)
{
  int code = sqlite3_extended_errcode (db);

  if ((code & 0xff) == SQLITE_IOERR)
    {
      int last = last_errno (db);

      if (code == SQLITE_IOERR_SHMSIZE || last == ENOSPC || last == EDQUOT || last == EFBIG)
        return SQLITE_FULL;
    }
  return code & 0xff;
}

const char *
store_reason (int code)
{
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (reasons[i].code == code)
      return _ (reasons[i].reason);
  return _ ("it is damaged. Move it away, and a new one will be made; “sqlite3 FILE .recover” may save its text.");
}

gboolean
store_fail_with (ScribeStore *store, int code, GError **error)
{
  g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_STORE, _ ("The database “%s” cannot be used: %s"), store->path,
               store_reason (code));
  return FALSE;
}

gboolean
store_fail (ScribeStore *store, GError **error)
{
  int code = store_code (store->db);

  if (code == SQLITE_INTERRUPT && g_cancellable_set_error_if_cancelled (store->cancellable, error))
    return FALSE;
  g_debug ("%s: %s (%d)", store->path, sqlite3_errmsg (store->db), sqlite3_extended_errcode (store->db));
  return store_fail_with (store, code, error);
}

gboolean
store_fail_not_found (gint64 id, GError **error)
{
  g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_NOT_FOUND,
               _ ("There is no transcript %" PRId64 ". “tilescribe history list” shows those there are."), id);
  return FALSE;
}

sqlite3_stmt *
store_prepare (ScribeStore *store, const char *sql, GError **error)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v2 (store->db, sql, -1, &statement, NULL) != SQLITE_OK)
    store_fail (store, error);
  return statement;
}

gboolean
store_exec (ScribeStore *store, const char *sql, GError **error)
{
  return sqlite3_exec (store->db, sql, NULL, NULL, NULL) == SQLITE_OK || store_fail (store, error);
}

int
store_step (ScribeStore *store, sqlite3_stmt *statement, GError **error)
{
  int code = sqlite3_step (statement);

  if (code != SQLITE_ROW && code != SQLITE_DONE)
    store_fail (store, error);
  return code;
}

gboolean
store_run (ScribeStore *store, sqlite3_stmt *statement, GError **error)
{
  int code = store_step (store, statement, error);

  sqlite3_reset (statement);
  return code == SQLITE_DONE;
}

gboolean
store_end (ScribeStore *store, gboolean done, GError **error)
{
  if (done && store_exec (store, "COMMIT", error))
    return TRUE;
  /* A full disk or a failed write has undone the transaction already. */
  if (!sqlite3_get_autocommit (store->db))
    sqlite3_exec (store->db, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}

char *
store_column_string (sqlite3_stmt *row, int column)
{
  const char *text = (const char *) sqlite3_column_text (row, column);

  return text ? g_utf8_make_valid (text, -1) : NULL;
}

double
store_column_number (sqlite3_stmt *row, int column)
{
  double value = sqlite3_column_double (row, column);

  return isfinite (value) ? value : 0;
}

float
store_column_fraction (sqlite3_stmt *row, int column)
{
  return (float) CLAMP (store_column_number (row, column), 0, 1);
}

gint64
store_limit (guint limit)
{
  return limit > 0 ? (gint64) limit : -1;
}

void
store_bind_string (sqlite3_stmt *statement, int index, const char *s)
{
  if (s)
    sqlite3_bind_text (statement, index, g_utf8_make_valid (s, -1), -1, g_free);
}

void
store_bind_number (sqlite3_stmt *statement, int index, double value)
{
  sqlite3_bind_double (statement, index, isnan (value) ? 0 : value);
}
