/* store-runs.c - the history of performance: a row per run
 *
 * A run is written and read by walking run_fields[], so that no field is named twice. What a run does not know is NULL in the table and
 * negative in the struct. Rows are put in as runs end, so the newest are found through an index over that time.
 *
 * SPDX-License-Identifier: MIT
 */
#include "store-private.h"

#include "run-fields.h"

#include <math.h>

/* "0.25,0.5", whatever the language; SQLite has no lists. */
static void
bind_columns (sqlite3_stmt *insert, int index, const ScribeColumns *columns)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (columns->n == 0)
    return;
  for (guint i = 0; i < columns->n; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "," : "", g_ascii_dtostr (number, sizeof number, columns->seconds[i]));
  store_bind_string (insert, index, text->str);
}

static void
bind_run_field (sqlite3_stmt *insert, int index, const RunField *field, const ScribeRunStats *run)
{
  gconstpointer value = G_STRUCT_MEMBER_P (run, field->offset);

  switch (field->type)
    {
    case RUN_TEXT:
      store_bind_string (insert, index, *(char *const *) value);
      break;
    case RUN_FLAG:
      sqlite3_bind_int (insert, index, *(const gboolean *) value != FALSE);
      break;
    case RUN_COUNT:
      sqlite3_bind_int64 (insert, index, *(const guint *) value);
      break;
    case RUN_FLOAT:
      store_bind_number (insert, index, *(const float *) value);
      break;
    case RUN_SECONDS:
      store_bind_number (insert, index, *(const double *) value);
      break;
    case RUN_LIVE:
      if (*(const double *) value >= 0)
        sqlite3_bind_double (insert, index, *(const double *) value);
      break;
    case RUN_COLUMNS:
      bind_columns (insert, index, value);
      break;
    case RUN_BYTES:
      sqlite3_bind_int64 (insert, index, (gint64) MIN (*(const guint64 *) value, G_MAXINT64));
      break;
    }
}

gint64
scribe_store_add_run (ScribeStore *store, gint64 id, const ScribeRunStats *run, GError **error)
{
  g_autoptr (GString) sql = g_string_new ("INSERT INTO runs (transcript, ended");
  g_autoptr (sqlite3_stmt) insert = NULL;

  for (guint i = 0; i < N_RUN_FIELDS; i++)
    g_string_append_printf (sql, ", %s", run_fields[i].name);
  g_string_append (sql, ") VALUES (?, ?");
  for (guint i = 0; i < N_RUN_FIELDS; i++)
    g_string_append (sql, ", ?");
  g_string_append (sql, ")");

  insert = store_prepare (store, sql->str, error);
  if (!insert)
    return 0;
  sqlite3_bind_int64 (insert, 1, id);
  sqlite3_bind_int64 (insert, 2, g_get_real_time ());
  for (guint i = 0; i < N_RUN_FIELDS; i++)
    bind_run_field (insert, 3 + (int) i, &run_fields[i], run);
  if (sqlite3_step (insert) == SQLITE_DONE)
    return sqlite3_last_insert_rowid (store->db);
  if (sqlite3_errcode (store->db) == SQLITE_CONSTRAINT_FOREIGNKEY)
    store_fail_not_found (id, error);
  else
    store_fail (store, error);
  return 0;
}

gboolean
scribe_store_report_insertion (ScribeStore *store, gint64 run_id, double seconds, GError **error)
{
  g_autoptr (sqlite3_stmt) update = store_prepare (
      store, "UPDATE runs SET latency = latency - ifnull (insert_s, 0) + ?2, insert_s = ?2 WHERE id = ?1", error);

  if (!update)
    return FALSE;
  sqlite3_bind_int64 (update, 1, run_id);
  store_bind_number (update, 2, MAX (seconds, 0));
  return store_run (store, update, error);
}

/* The database may be anybody's: what is no number, or more than there is room for, is not known. */
static void
read_columns (sqlite3_stmt *row, int column, ScribeColumns *columns)
{
  g_autofree char *text = store_column_string (row, column);
  g_auto (GStrv) numbers = g_strsplit (text ? text : "", ",", SCRIBE_MAX_COLUMNS + 1);
  const guint n = g_strv_length (numbers);

  *columns = (ScribeColumns){ 0 };
  for (guint i = 0; n <= SCRIBE_MAX_COLUMNS && i < n; i++)
    {
      const double seconds = g_ascii_strtod (numbers[i], NULL);

      columns->seconds[i] = isfinite (seconds) ? MAX (seconds, 0) : 0;
      columns->n = i + 1;
    }
}

static void
read_run_field (sqlite3_stmt *row, int column, const RunField *field, ScribeRunStats *run)
{
  gpointer value = G_STRUCT_MEMBER_P (run, field->offset);

  switch (field->type)
    {
    case RUN_TEXT:
      *(char **) value = store_column_string (row, column);
      break;
    case RUN_FLAG:
      *(gboolean *) value = sqlite3_column_int64 (row, column) != 0;
      break;
    case RUN_COUNT:
      *(guint *) value = (guint) CLAMP (sqlite3_column_int64 (row, column), 0, (gint64) G_MAXUINT);
      break;
    case RUN_FLOAT:
      *(float *) value = store_column_fraction (row, column);
      break;
    case RUN_SECONDS:
      *(double *) value = store_column_number (row, column);
      break;
    case RUN_LIVE:
      *(double *) value = sqlite3_column_type (row, column) == SQLITE_NULL ? SCRIBE_UNKNOWN
                                                                           : MAX (store_column_number (row, column), 0);
      break;
    case RUN_COLUMNS:
      read_columns (row, column, value);
      break;
    case RUN_BYTES:
      *(guint64 *) value = (guint64) MAX (sqlite3_column_int64 (row, column), 0);
      break;
    }
}

void
store_read_run (sqlite3_stmt *row, int column, ScribeRunStats *run)
{
  for (guint i = 0; i < N_RUN_FIELDS; i++)
    read_run_field (row, column + (int) i, &run_fields[i], run);
}

void
store_append_run_columns (GString *sql)
{
  for (guint i = 0; i < N_RUN_FIELDS; i++)
    g_string_append_printf (sql, ", r.%s", run_fields[i].name);
}

void
scribe_run_free (ScribeRun *run)
{
  scribe_run_stats_clear (&run->stats);
  g_free (run);
}

static ScribeRun *
run_from_row (sqlite3_stmt *row)
{
  ScribeRun *run = g_new0 (ScribeRun, 1);

  run->id = sqlite3_column_int64 (row, 0);
  run->transcript = sqlite3_column_int64 (row, 1);
  run->ended = sqlite3_column_int64 (row, 2);
  store_read_run (row, 3, &run->stats);
  return run;
}

GPtrArray *
scribe_store_runs (ScribeStore *store, gint64 since, guint limit, GError **error)
{
  g_autoptr (GString) sql = g_string_new ("SELECT r.id, r.transcript, r.ended");
  g_autoptr (GPtrArray) runs = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_run_free);
  g_autoptr (sqlite3_stmt) rows = NULL;
  int code;

  store_append_run_columns (sql);
  g_string_append (sql, " FROM runs r WHERE r.ended >= ?1 ORDER BY r.ended DESC, r.id DESC LIMIT ?2");
  rows = store_prepare (store, sql->str, error);
  if (!rows)
    return NULL;
  sqlite3_bind_int64 (rows, 1, since);
  sqlite3_bind_int64 (rows, 2, store_limit (limit));
  while ((code = store_step (store, rows, error)) == SQLITE_ROW)
    g_ptr_array_add (runs, run_from_row (rows));
  return code == SQLITE_DONE ? g_steal_pointer (&runs) : NULL;
}
