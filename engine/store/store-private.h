/* store-private.h - what the files of the store share
 *
 *   store.c         open and close; the life of a transcript
 *   store-schema.c  the tables, and how an older database becomes a present one
 *   store-read.c    lists, searches, one transcript
 *   store-edit.c    what is changed afterwards, and what is forgotten
 *   store-runs.c    the history of performance
 *   store-sql.c     statements, and SQLite's errors as sentences
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "store.h"

#include <sqlite3.h>

G_BEGIN_DECLS

struct _ScribeStore
{
  sqlite3 *db;
  char *path; /* absolute */
  gboolean read_only;
  GCancellable *cancellable; /* of what runs now */
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3, sqlite3_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3_stmt, sqlite3_finalize)

/* Milliseconds that a connection waits for another one to finish its transaction. */
#define STORE_PATIENCE 5000

/* Sets error from the state of the connection: call it before anything else is done there. Always FALSE. */
gboolean store_fail (ScribeStore *store, GError **error);

gboolean store_fail_with (ScribeStore *store, int code, GError **error);

/* Sets error: there is no transcript of this id. Always FALSE. */
gboolean store_fail_not_found (gint64 id, GError **error);

/* SQLite's primary result code of what failed last; SQLITE_FULL for all that a full disk or a used-up quota is behind. */
int store_code (sqlite3 *db);

/* Why a database cannot be used and what to do: a clause that follows a colon. */
const char *store_reason (int code);

sqlite3_stmt *store_prepare (ScribeStore *store, const char *sql, GError **error);
gboolean store_exec (ScribeStore *store, const char *sql, GError **error);

/* Runs a statement that returns no rows. */
gboolean store_run (ScribeStore *store, sqlite3_stmt *statement, GError **error);

/* SQLITE_ROW or SQLITE_DONE; anything else has set error. */
int store_step (ScribeStore *store, sqlite3_stmt *statement, GError **error);

/* Ends the open transaction: commits it if done, else undoes it and leaves error as it is. Returns whether it was committed. */
gboolean store_end (ScribeStore *store, gboolean done, GError **error);

/* A copy of a column as valid UTF-8 up to its first NUL, NULL for SQL's NULL. */
char *store_column_string (sqlite3_stmt *row, int column);

/* s as valid UTF-8; NULL becomes SQL's NULL. */
void store_bind_string (sqlite3_stmt *statement, int index, const char *s);

/* NaN, which SQLite would turn into NULL, becomes 0. */
void store_bind_number (sqlite3_stmt *statement, int index, double value);

/* Finite; else 0. */
double store_column_number (sqlite3_stmt *row, int column);

/* 0 to 1. */
float store_column_fraction (sqlite3_stmt *row, int column);

/* A limit in SQL, where that for all is negative. */
gint64 store_limit (guint limit);

/* ", r.model, r.device": the columns of a run in the table r, and the values from such columns on. */
void store_append_run_columns (GString *sql);
void store_read_run (sqlite3_stmt *row, int column, ScribeRunStats *run);

/* The n-th segment of a transcript and the id of its row. */
gboolean store_read_segment (ScribeStore *store, gint64 id, guint n, gint64 *row, ScribeSegment **segment, GError **error);

gboolean store_insert_words (ScribeStore *store, gint64 segment, GPtrArray *words, GError **error);

/* Runs a statement whose parameter 1 is a transcript's id, and which must find it. */
gboolean store_change_transcript (ScribeStore *store, sqlite3_stmt *statement, gint64 id, GError **error);

/* What a database file is, before anything in it is believed. */
typedef enum
{
  STORE_EMPTY, /* nothing in it yet */
  STORE_OLDER, /* must be migrated */
  STORE_PRESENT,
  STORE_REFUSED /* newer, or not ours: error is set */
} StoreAge;

StoreAge store_schema_age (ScribeStore *store, GError **error);

/* Brings an empty or older database up to date, after a backup of an older one. */
gboolean store_schema_migrate (ScribeStore *store, GError **error);

G_END_DECLS
