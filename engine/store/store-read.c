/* store-read.c - lists, searches, and one transcript
 *
 * A list is read backwards from an id along the primary key, so its cost is that of a page and not of the history. Everything
 * else about a transcript in a list (its first words, its last run) is found through an index.
 *
 * A search for the best takes the newest CANDIDATES segments that match, ranks them (BM25), keeps the best of each transcript, and
 * makes snippets of those only. The bound keeps a common word from ranking the whole history. A search for the newest, as one types,
 * ranks nothing and ends with the page.
 * Every word of the query is quoted and so has no meaning to FTS5 but itself: "C++ AND (" is looked for, not parsed. Words without a
 * letter or digit cannot be found and are left out; the last word also matches longer ones, for searching while one types.
 *
 * Rows come from a file that may be anybody's: texts are made valid UTF-8, numbers are brought into range.
 *
 * Source: sqlite.org/fts5.html sections 3 and 5.
 *
 * SPDX-License-Identifier: MIT
 */
#include "store-private.h"

#include "error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define CANDIDATES  "10000"
#define MAX_WORDS   64 /* of a query */
#define FIRST_WORDS 80 /* characters of a snippet in lists */
#define MAX_RATIO   1e6

/* The second pass over the index stops at the last hit, and makes snippets of hits only. (Asking for each by its rowid would set
 * up the whole query again each time: seconds, for the beginning of many words.) */
static const char best_sql[]
    = "WITH candidates AS ("
      "  SELECT rowid AS segment, rank FROM search WHERE search MATCH ?1 ORDER BY rowid DESC LIMIT " CANDIDATES "),"
      "hits AS MATERIALIZED ("
      "  SELECT s.transcript, s.id AS segment, min (c.rank) AS rank"
      "    FROM candidates c CROSS JOIN segments s ON s.id = c.segment"
      "    GROUP BY s.transcript ORDER BY min (c.rank), s.transcript DESC LIMIT ?2) "
      "SELECT transcript, snippet FROM ("
      "  SELECT h.transcript, h.rank, snippet (search, 0, char (2), char (3), '…', 16) AS snippet"
      "    FROM search CROSS JOIN hits h ON h.segment = +search.rowid WHERE search MATCH ?1"
      "    ORDER BY search.rowid DESC LIMIT (SELECT count (*) FROM hits))"
      "  ORDER BY rank, transcript DESC";

/* Read as far as the page needs: a key stroke must not cost what the whole history does. */
static const char newest_sql[] = "SELECT s.transcript, snippet (search, 0, char (2), char (3), '…', 16)"
                                 "  FROM search CROSS JOIN segments s ON s.id = search.rowid WHERE search MATCH ?1"
                                 "  ORDER BY search.rowid DESC LIMIT " CANDIDATES;

void
scribe_transcript_free (ScribeTranscript *transcript)
{
  g_free (transcript->source);
  g_free (transcript->title);
  g_free (transcript->text);
  g_free (transcript->snippet);
  scribe_run_stats_clear (&transcript->run);
  g_clear_pointer (&transcript->segments, g_ptr_array_unref);
  g_free (transcript);
}

/* The columns that transcript_from_row() reads, of a transcript t and its last run r. */
static char *
select_transcripts (void)
{
  g_autoptr (GString) sql = g_string_new ("SELECT t.id, t.created, t.state, t.source, t.title,"
                                          "  (SELECT group_concat (text, '') FROM (SELECT substr (text, 1, 100) AS text"
                                          "     FROM segments WHERE transcript = t.id ORDER BY id LIMIT 4)),"
                                          "  t.kind, t.recovered, t.pinned,"
                                          "  (SELECT end_s FROM segments WHERE transcript = t.id ORDER BY id DESC LIMIT 1)");

  store_append_run_columns (sql);
  g_string_append (sql, "  FROM transcripts t LEFT JOIN runs r ON r.id = (SELECT max (id) FROM runs WHERE transcript = t.id) ");
  return g_string_free (g_steal_pointer (&sql), FALSE);
}

static char *
first_words (char *text)
{
  char *cut;

  g_strstrip (text);
  if (g_utf8_strlen (text, -1) <= FIRST_WORDS)
    return g_strdup (text);
  *g_utf8_offset_to_pointer (text, FIRST_WORDS) = '\0';
  cut = strrchr (text, ' ');
  if (cut)
    *cut = '\0';
  return g_strconcat (text, "…", NULL);
}

static char *
column_text (sqlite3_stmt *row, int column)
{
  char *text = store_column_string (row, column);

  return text ? text : g_strdup ("");
}

static ScribeState
column_state (sqlite3_stmt *row, int column)
{
  gint64 state = sqlite3_column_int64 (row, column);

  return state >= SCRIBE_STATE_RUNNING && state <= SCRIBE_STATE_RECORDING ? (ScribeState) state : SCRIBE_STATE_FAILED;
}

static ScribeTranscript *
transcript_from_row (sqlite3_stmt *row)
{
  ScribeTranscript *transcript = g_new0 (ScribeTranscript, 1);
  g_autofree char *start = column_text (row, 5);
  const char *source = (const char *) sqlite3_column_text (row, 3);

  transcript->id = sqlite3_column_int64 (row, 0);
  transcript->created = sqlite3_column_int64 (row, 1);
  transcript->state = column_state (row, 2);
  transcript->source = g_strdup (source ? source : "");
  transcript->snippet = first_words (start);
  transcript->title = store_column_string (row, 4);
  if (!transcript->title)
    transcript->title = g_strdup (transcript->snippet);
  transcript->kind = sqlite3_column_int64 (row, 6) == SCRIBE_KIND_DICTATION ? SCRIBE_KIND_DICTATION : SCRIBE_KIND_FILE;
  transcript->recovered = sqlite3_column_int64 (row, 7) != 0;
  transcript->pinned = sqlite3_column_int64 (row, 8) != 0;
  store_read_run (row, 10, &transcript->run);
  transcript->seconds = transcript->kind == SCRIBE_KIND_FILE ? transcript->run.audio : 0;
  if (transcript->seconds <= 0)
    transcript->seconds = MAX (store_column_number (row, 9), 0);
  return transcript;
}

GPtrArray *
scribe_store_list (ScribeStore *store, guint limit, gint64 before, GError **error)
{
  g_autofree char *select = select_transcripts ();
  g_autofree char *sql = g_strconcat (select, "WHERE t.id < ?1 ORDER BY t.id DESC LIMIT ?2", NULL);
  g_autoptr (sqlite3_stmt) rows = store_prepare (store, sql, error);
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_transcript_free);
  int code;

  if (!rows)
    return NULL;
  sqlite3_bind_int64 (rows, 1, before > 0 ? before : G_MAXINT64);
  sqlite3_bind_int64 (rows, 2, store_limit (limit));
  while ((code = store_step (store, rows, error)) == SQLITE_ROW)
    g_ptr_array_add (list, transcript_from_row (rows));
  return code == SQLITE_DONE ? g_steal_pointer (&list) : NULL;
}

GArray *
scribe_store_list_ids (ScribeStore *store, GError **error)
{
  g_autoptr (sqlite3_stmt) rows = store_prepare (store, "SELECT id FROM transcripts ORDER BY id DESC", error);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  int code;

  if (!rows)
    return NULL;
  while ((code = store_step (store, rows, error)) == SQLITE_ROW)
    {
      gint64 id = sqlite3_column_int64 (rows, 0);

      g_array_append_val (ids, id);
    }
  return code == SQLITE_DONE ? g_steal_pointer (&ids) : NULL;
}

gboolean
scribe_store_has_dictation (ScribeStore *store, const char *source)
{
  g_autoptr (sqlite3_stmt) row = store_prepare (
      store, "SELECT 1 FROM transcripts WHERE source = ?1 AND kind = ?2 AND state = ?3 LIMIT 1", NULL);

  if (row == NULL)
    return FALSE;
  sqlite3_bind_text (row, 1, source, -1, SQLITE_STATIC);
  sqlite3_bind_int (row, 2, SCRIBE_KIND_DICTATION);
  sqlite3_bind_int (row, 3, SCRIBE_STATE_DONE);
  return store_step (store, row, NULL) == SQLITE_ROW;
}

static gboolean
can_be_found (const char *word)
{
  for (; *word; word = g_utf8_next_char (word))
    if (g_unichar_isalnum (g_utf8_get_char (word)))
      return TRUE;
  return FALSE;
}

/* An FTS5 expression for all words, the last one as a prefix: "so" "it" "beg"*; NULL if there is no word in it. */
static char *
match_expression (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_auto (GStrv) words = g_strsplit_set (valid, " \t\r\n\f\v", -1);
  g_autoptr (GString) expression = g_string_new (NULL);
  guint n = 0;

  for (guint i = 0; words[i] && n < MAX_WORDS; i++)
    if (can_be_found (words[i]))
      {
        g_auto (GStrv) unquoted = g_strsplit (words[i], "\"", -1);
        g_autofree char *quoted = g_strjoinv ("\"\"", unquoted);

        g_string_append_printf (expression, "\"%s\" ", quoted);
        n++;
      }
  if (n == 0)
    return NULL;
  expression->str[expression->len - 1] = '*';
  return g_string_free (g_steal_pointer (&expression), FALSE);
}

static sqlite3_stmt *
select_by_id (ScribeStore *store, GError **error)
{
  g_autofree char *select = select_transcripts ();
  g_autofree char *sql = g_strconcat (select, "WHERE t.id = ?1", NULL);

  return store_prepare (store, sql, error);
}

/* Appends the transcript of a hit to list, with the snippet of its segment that matches best. */
static gboolean
append_hit (ScribeStore *store, sqlite3_stmt *hit, sqlite3_stmt *by_id, GPtrArray *list, GError **error)
{
  ScribeTranscript *transcript;
  int found;

  sqlite3_reset (by_id);
  sqlite3_bind_int64 (by_id, 1, sqlite3_column_int64 (hit, 0));
  found = store_step (store, by_id, error);
  if (found != SQLITE_ROW)
    return found == SQLITE_DONE; /* a segment of no transcript: not our doing, and nothing to show */
  transcript = transcript_from_row (by_id);
  g_free (transcript->snippet);
  transcript->snippet = g_strstrip (column_text (hit, 1));
  g_ptr_array_add (list, transcript);
  return TRUE;
}

static int
by_id_descending (gconstpointer a, gconstpointer b)
{
  gint64 id_a = (*(ScribeTranscript *const *) a)->id, id_b = (*(ScribeTranscript *const *) b)->id;

  return id_a < id_b ? 1 : id_a > id_b ? -1 : 0;
}

static GPtrArray *
search_expression (ScribeStore *store, const char *expression, ScribeOrder order, guint limit, GError **error)
{
  g_autoptr (sqlite3_stmt) hits = store_prepare (store, order == SCRIBE_BEST_FIRST ? best_sql : newest_sql, error);
  g_autoptr (sqlite3_stmt) by_id = hits ? select_by_id (store, error) : NULL;
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_transcript_free);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  int code = SQLITE_DONE;

  if (!by_id)
    return NULL;
  sqlite3_bind_text (hits, 1, expression, -1, SQLITE_STATIC);
  if (order == SCRIBE_BEST_FIRST)
    sqlite3_bind_int64 (hits, 2, store_limit (limit));
  /* While hits is being read, both see the database in the same state. */
  while ((limit == 0 || list->len < limit) && (code = store_step (store, hits, error)) == SQLITE_ROW)
    {
      gint64 id = sqlite3_column_int64 (hits, 0);

      if (g_hash_table_add (seen, g_memdup2 (&id, sizeof id)) && !append_hit (store, hits, by_id, list, error))
        return NULL;
    }
  if (code != SQLITE_ROW && code != SQLITE_DONE)
    return NULL;
  if (order == SCRIBE_NEWEST_FIRST)
    g_ptr_array_sort (list, by_id_descending); /* of two that went on at the same time, segments alternate */
  return g_steal_pointer (&list);
}

GPtrArray *
scribe_store_search (ScribeStore *store, const char *words, ScribeOrder order, guint limit, GError **error)
{
  g_autofree char *expression = match_expression (words);

  if (!expression)
    return g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_transcript_free);
  return search_expression (store, expression, order, limit, error);
}

static ScribeSegment *
segment_from_row (sqlite3_stmt *row)
{
  ScribeSegment *segment = g_new0 (ScribeSegment, 1);

  segment->start = store_column_number (row, 1);
  segment->end = store_column_number (row, 2);
  segment->text = column_text (row, 3);
  segment->probability = store_column_fraction (row, 4);
  segment->no_speech = store_column_fraction (row, 5);
  segment->temperature = store_column_fraction (row, 6);
  segment->compression_ratio = (float) CLAMP (store_column_number (row, 7), 0, MAX_RATIO);
  return segment;
}

static ScribeWord *
word_from_row (sqlite3_stmt *row)
{
  ScribeWord *word = g_new0 (ScribeWord, 1);

  word->start = store_column_number (row, 8);
  word->end = store_column_number (row, 9);
  word->text = column_text (row, 10);
  word->probability = store_column_fraction (row, 11);
  return word;
}

static const char segments_sql[]
    = "SELECT s.id, s.start_s, s.end_s, s.text, s.probability, s.no_speech, s.temperature, s.compression_ratio,"
      "       w.start_s, w.end_s, w.text, w.probability"
      "  FROM segments s LEFT JOIN words w ON w.segment = s.id WHERE s.%s = ?1 ORDER BY s.id, w.position";

/* Of ScribeSegment. A row per word, or one for a segment without words, whose columns of the word are NULL then. by: "transcript" or
 * "id", the column that is id. */
static GPtrArray *
read_segments (ScribeStore *store, const char *by, gint64 id, GError **error)
{
  g_autofree char *sql = g_strdup_printf (segments_sql, by);
  g_autoptr (sqlite3_stmt) rows = store_prepare (store, sql, error);
  g_autoptr (GPtrArray) segments = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_segment_free);
  ScribeSegment *segment = NULL;
  gint64 segment_id = 0;
  int code;

  if (!rows)
    return NULL;
  sqlite3_bind_int64 (rows, 1, id);
  while ((code = store_step (store, rows, error)) == SQLITE_ROW)
    {
      if (!segment || sqlite3_column_int64 (rows, 0) != segment_id)
        {
          segment = segment_from_row (rows);
          segment_id = sqlite3_column_int64 (rows, 0);
          g_ptr_array_add (segments, segment);
        }
      if (sqlite3_column_type (rows, 10) == SQLITE_NULL)
        continue;
      if (!segment->words)
        segment->words = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_word_free);
      g_ptr_array_add (segment->words, word_from_row (rows));
    }
  return code == SQLITE_DONE ? g_steal_pointer (&segments) : NULL;
}

gboolean
store_read_segment (ScribeStore *store, gint64 id, guint n, gint64 *row, ScribeSegment **segment, GError **error)
{
  g_autoptr (sqlite3_stmt) nth = store_prepare (
      store, "SELECT id FROM segments WHERE transcript = ?1 ORDER BY id LIMIT 1 OFFSET ?2", error);
  g_autoptr (GPtrArray) segments = NULL;
  int code;

  if (!nth)
    return FALSE;
  sqlite3_bind_int64 (nth, 1, id);
  sqlite3_bind_int64 (nth, 2, n);
  code = store_step (store, nth, error);
  if (code == SQLITE_DONE)
    store_fail_not_found (id, error);
  if (code != SQLITE_ROW)
    return FALSE;
  *row = sqlite3_column_int64 (nth, 0);
  segments = read_segments (store, "id", *row, error);
  if (!segments)
    return FALSE;
  *segment = g_ptr_array_steal_index (segments, 0);
  return TRUE;
}

static char *
join_texts (GPtrArray *segments)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < segments->len; i++)
    g_string_append (text, ((ScribeSegment *) segments->pdata[i])->text);
  return g_strstrip (g_string_free (g_steal_pointer (&text), FALSE));
}

ScribeTranscript *
scribe_store_get (ScribeStore *store, gint64 id, GError **error)
{
  g_autoptr (sqlite3_stmt) by_id = select_by_id (store, error);
  g_autoptr (ScribeTranscript) transcript = NULL;
  int code;

  if (!by_id)
    return NULL;
  sqlite3_bind_int64 (by_id, 1, id);
  code = store_step (store, by_id, error);
  if (code == SQLITE_DONE)
    store_fail_not_found (id, error);
  if (code != SQLITE_ROW)
    return NULL;
  transcript = transcript_from_row (by_id);
  transcript->segments = read_segments (store, "transcript", id,
                                        error); /* by_id is still open: in the same state of the database */
  if (!transcript->segments)
    return NULL;
  transcript->text = join_texts (transcript->segments);
  return g_steal_pointer (&transcript);
}
