/* store-edit.c - what a person changes of a transcript, and what is forgotten with time
 *
 * A corrected segment and its words are one transaction; the search index follows by its triggers.
 *
 * What is too old is deleted some rows at a time, each time in a transaction of its own, so that whoever transcribes meanwhile
 * waits for one of them and not for all. A row that says it is running is left alone for a week, after which nothing can be running still:
 * what a killed program left must not outlive the time that a person has set.
 *
 * SPDX-License-Identifier: MIT
 */
#include "store-private.h"

#include <glib/gstdio.h>

#define ROWS_AT_ONCE "50"
#define LONGEST_RUN  (7 * G_TIME_SPAN_DAY)

static const struct
{
  gint64 age;   /* what is older is forgotten; 0: of any age */
  int n_newest; /* that are kept */
} retentions[] = {
  [SCRIBE_RETENTION_MONTHS_3] = { 92 * G_TIME_SPAN_DAY, 0 },
  [SCRIBE_RETENTION_WEEKS_2] = { 14 * G_TIME_SPAN_DAY, 0 },
  [SCRIBE_RETENTION_DAYS_3] = { 3 * G_TIME_SPAN_DAY, 0 },
  [SCRIBE_RETENTION_LAST_100] = { 0, 100 },
  [SCRIBE_RETENTION_NOTHING] = { 0, 0 },
};

gboolean
scribe_store_set_pinned (ScribeStore *store, gint64 id, gboolean pinned, GError **error)
{
  g_autoptr (sqlite3_stmt) update = store_prepare (store, "UPDATE transcripts SET pinned = ?2 WHERE id = ?1", error);

  if (!update)
    return FALSE;
  sqlite3_bind_int (update, 2, pinned != FALSE);
  return store_change_transcript (store, update, id, error);
}

char *
scribe_store_recordings_folder (const char *database)
{
  g_autofree char *folder = g_path_get_dirname (database);

  return g_build_filename (folder, "recordings", NULL);
}

/* Where that cannot be told it is. */
static gboolean
is_in_use (ScribeStore *store, const char *source)
{
  g_autoptr (sqlite3_stmt) row = store_prepare (store, "SELECT 1 FROM transcripts WHERE source = ?1 LIMIT 1", NULL);

  if (row == NULL)
    return TRUE;
  sqlite3_bind_text (row, 1, source, -1, SQLITE_STATIC);
  return store_step (store, row, NULL) != SQLITE_DONE;
}

void
scribe_store_remove_recording (ScribeStore *store, const char *source)
{
  g_autofree char *ours = scribe_store_recordings_folder (store->path);
  g_autofree char *folder = g_path_get_dirname (source);

  if (g_str_equal (folder, ours) && !is_in_use (store, source))
    g_unlink (source);
}

/* Puts a segment's text and words in the place of those of a row. */
static gboolean
update_segment (ScribeStore *store, gint64 row, const ScribeSegment *segment, GError **error)
{
  g_autoptr (sqlite3_stmt) update = store_prepare (store, "UPDATE segments SET text = ?2 WHERE id = ?1", error);
  g_autoptr (sqlite3_stmt) delete = store_prepare (store, "DELETE FROM words WHERE segment = ?1", update ? error : NULL);

  if (!update || !delete)
    return FALSE;
  sqlite3_bind_int64 (update, 1, row);
  store_bind_string (update, 2, segment->text);
  sqlite3_bind_int64 (delete, 1, row);
  return store_run (store, update, error) && store_run (store, delete, error)
         && (!segment->words || store_insert_words (store, row, segment->words, error));
}

static gboolean
edit_segment (ScribeStore *store, gint64 id, guint n, const char *text, GError **error)
{
  g_autoptr (ScribeSegment) segment = NULL;
  gint64 row;

  if (!store_read_segment (store, id, n, &row, &segment, error))
    return FALSE;
  scribe_segment_edit (segment, text);
  return update_segment (store, row, segment, error);
}

gboolean
scribe_store_set_segment_text (ScribeStore *store, gint64 id, guint segment, const char *text, GError **error)
{
  return store_exec (store, "BEGIN IMMEDIATE", error) && store_end (store, edit_segment (store, id, segment, text, error), error);
}

G_STATIC_ASSERT (SCRIBE_STATE_RUNNING == 0 && SCRIBE_STATE_RECORDING == 4);
#define ENDED   "pinned = 0 AND (state NOT IN (0, 4) OR created < ?3)"
#define EXPIRED "id < ?1 AND created < ?2 AND " ENDED

/* Ids below this one may be forgotten. */
static gboolean
find_bound (ScribeStore *store, int n_newest, gint64 dead, gint64 *bound, GError **error)
{
  g_autoptr (sqlite3_stmt) row = NULL;
  int code;

  *bound = G_MAXINT64;
  if (n_newest == 0)
    return TRUE;
  row = store_prepare (store, "SELECT id FROM transcripts WHERE " ENDED " ORDER BY id DESC LIMIT 1 OFFSET ?1", error);
  if (!row)
    return FALSE;
  sqlite3_bind_int (row, 1, n_newest - 1);
  sqlite3_bind_int64 (row, 3, dead);
  code = store_step (store, row, error);
  if (code == SQLITE_ROW)
    *bound = sqlite3_column_int64 (row, 0);
  else
    *bound = 0; /* there are fewer */
  return code == SQLITE_ROW || code == SQLITE_DONE;
}

/* Runs a statement that deletes some, and remembers the recordings that are ours. n: how many it deleted. */
static gboolean
delete_some (ScribeStore *store, sqlite3_stmt *delete, GStrvBuilder *sources, guint *n, GError **error)
{
  int code;

  *n = 0;
  while ((code = store_step (store, delete, error)) == SQLITE_ROW)
    {
      const char *source = (const char *) sqlite3_column_text (delete, 1);

      if (sqlite3_column_int (delete, 0) == SCRIBE_KIND_DICTATION && source)
        g_strv_builder_add (sources, source);
      (*n)++;
    }
  sqlite3_reset (delete);
  return code == SQLITE_DONE;
}

/* A statement over what is older than the person wants. */
static sqlite3_stmt *
prepare_expired (ScribeStore *store, const char *sql, ScribeRetention retention, gint64 now, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  gint64 bound;

  if (!find_bound (store, retentions[retention].n_newest, now - LONGEST_RUN, &bound, error))
    return NULL;
  statement = store_prepare (store, sql, error);
  if (!statement)
    return NULL;
  sqlite3_bind_int64 (statement, 1, bound);
  sqlite3_bind_int64 (statement, 2, retentions[retention].age > 0 ? now - retentions[retention].age : G_MAXINT64);
  sqlite3_bind_int64 (statement, 3, now - LONGEST_RUN);
  return g_steal_pointer (&statement);
}

static gboolean
keeps_all (ScribeRetention retention)
{
  return retention <= SCRIBE_RETENTION_FOREVER || retention > SCRIBE_RETENTION_NOTHING;
}

gint64
scribe_store_count_expired (ScribeStore *store, ScribeRetention retention, gint64 now, GError **error)
{
  g_autoptr (sqlite3_stmt) row = NULL;

  if (keeps_all (retention))
    return 0;
  row = prepare_expired (store, "SELECT count (*) FROM transcripts WHERE " EXPIRED, retention, now, error);
  if (!row || store_step (store, row, error) != SQLITE_ROW)
    return -1;
  return sqlite3_column_int64 (row, 0);
}

char **
scribe_store_expire (ScribeStore *store, ScribeRetention retention, gint64 now, GError **error)
{
  g_autoptr (GStrvBuilder) sources = g_strv_builder_new ();
  g_autoptr (sqlite3_stmt) delete = NULL;
  guint n;

  if (keeps_all (retention))
    return g_strv_builder_end (sources);
  delete = prepare_expired (store,
                            "DELETE FROM transcripts WHERE id IN ("
                            "  SELECT id FROM transcripts WHERE " EXPIRED "    ORDER BY id LIMIT " ROWS_AT_ONCE
                            ") RETURNING kind, source",
                            retention, now, error);
  if (!delete)
    return NULL;
  do
    if (!delete_some (store, delete, sources, &n, error))
      return NULL;
  while (n > 0);
  return g_strv_builder_end (sources);
}
