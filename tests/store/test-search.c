/* test-search.c - full-text search, and that it stays fast
 *
 * SPDX-License-Identifier: MIT
 */
#include "fixture.h"

static GPtrArray *
search (ScribeStore *store, const char *words)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *found = scribe_store_search (store, words, SCRIBE_BEST_FIRST, 0, &error);

  g_assert_no_error (error);
  return found;
}

static gint64
nth_id (GPtrArray *list, guint i)
{
  return ((ScribeTranscript *) list->pdata[i])->id;
}

static void
finds_whole_words_and_beginnings (Fixture *f, gconstpointer data)
{
  g_autoptr (ScribeStore) store = open_store (f->path);
  static const struct
  {
    const char *words;
    guint n;
  } cases[] = {
    { "quick fox", 1 }, { "fox quick", 1 },   { "QUICK FOX", 1 },     { "quick fo", 1 }, /* the last word may be unfinished */
    { "qui fox", 0 },                                                                    /* no other */
    { "quick cat", 0 }, { "quick don't", 0 }, { "don't stop", 1 },    { "cafe", 1 },     { "café", 1 },
    { "naïve", 1 },     { "3.5", 1 },         { "fox — quick !", 1 }, { "mor", 1 },      { "ornin", 0 },
  };

  add_transcript (store, "/a.wav", (const char *[]){ " The quick brown fox.", " Don’t, don't stop.", " Good morning.", NULL });
  add_transcript (store, "/b.wav", (const char *[]){ " A café with 3.5 naive cats.", NULL });
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) found = search (store, cases[i].words);

      g_test_message ("%s", cases[i].words);
      g_assert_cmpuint (found->len, ==, cases[i].n);
    }
}

static void
any_text_is_a_query (Fixture *f, gconstpointer data)
{
  g_autoptr (ScribeStore) store = open_store (f->path);
  g_autofree char *very_long = g_strnfill (100000, 'a');
  g_autoptr (GString) many = g_string_new (NULL);
  const char *const queries[] = {
    "",        " ",       "\"",       "\"\"",      "a\"b",     "(",         ")",    "(((((((",  "*",        "a*",
    "*a",      "^a",      "+",        "C++ AND (", "a AND",    "OR",        "NOT",  "a NOT b",  "NEAR(a b", "NEAR(a b, -1)",
    "text:a",  "-text:a", "{a b}:c",  "a;b",       "'",        "';--",      "%",    "a_b",      "\\",       "\x01\x02",
    "\xff",    "a\xc3",   "\xe2\x82", "日本語",    "😀",        "a 😀",       "\t\n", "a\r\nb",   "\u2028",   "😀 \" * (",
    "é\u0301", "\u0301",  "١٢٣",      "½",         "#include", "a/b\\c|d&", "$1",   "?1 :a @b", "\x7f",     "\u00a0",
    very_long, many->str,
  };

  for (guint i = 0; i < 20000; i++)
    g_string_append_printf (many, "w%u ", i);
  add_transcript (store, "/a.wav", (const char *[]){ " a b c and near or not.", NULL });
  for (guint i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      g_autoptr (GPtrArray) found = search (store, i + 1 < G_N_ELEMENTS (queries) ? queries[i] : many->str);

      g_assert_cmpuint (found->len, <=, 1);
    }
}

static void
snippets_mark_each_match (Fixture *f, gconstpointer data)
{
  g_autoptr (ScribeStore) store = open_store (f->path);
  g_autoptr (GPtrArray) found = NULL;
  const ScribeTranscript *hit;

  add_transcript (store, "/a.wav", (const char *[]){ " Nothing here.", " We spoke of trains, and of training.", NULL });
  found = search (store, "of train");

  g_assert_cmpuint (found->len, ==, 1);
  hit = found->pdata[0];
  g_assert_cmpstr (hit->snippet, ==, "We spoke \002of\003 \002trains\003, and \002of\003 \002training\003.");
  g_assert_cmpstr (hit->source, ==, "/a.wav");
  g_assert_null (hit->segments);
}

static void
the_best_comes_first_and_each_once (Fixture *f, gconstpointer data)
{
  g_autoptr (ScribeStore) store = open_store (f->path);
  gint64 often = add_transcript (store, "/a.wav", (const char *[]){ " Bees, bees, bees.", " And more bees.", NULL });
  gint64 once = add_transcript (
      store, "/b.wav", (const char *[]){ " Among many other things that live in a garden there are bees and some birds.", NULL });
  g_autoptr (GPtrArray) found = search (store, "bees");
  g_autoptr (GPtrArray) one = scribe_store_search (store, "bees", SCRIBE_BEST_FIRST, 1, NULL);

  g_assert_cmpuint (found->len, ==, 2);
  g_assert_cmpint (nth_id (found, 0), ==, often);
  g_assert_cmpint (nth_id (found, 1), ==, once);
  g_assert_cmpuint (one->len, ==, 1);
  g_assert_cmpint (nth_id (one, 0), ==, often);
}

static void
the_newest_comes_first_if_wanted (Fixture *f, gconstpointer data)
{
  g_autoptr (ScribeStore) store = open_store (f->path);
  gint64 often = add_transcript (store, "/a.wav", (const char *[]){ " Bees, bees, bees.", " And more bees.", NULL });
  gint64 once = add_transcript (store, "/b.wav", (const char *[]){ " There are bees and some birds.", NULL });
  g_autoptr (GPtrArray) found = scribe_store_search (store, "bees", SCRIBE_NEWEST_FIRST, 0, NULL);
  g_autoptr (GPtrArray) one = scribe_store_search (store, "bees", SCRIBE_NEWEST_FIRST, 1, NULL);

  g_assert_cmpuint (found->len, ==, 2);
  g_assert_cmpint (nth_id (found, 0), ==, once);
  g_assert_cmpint (nth_id (found, 1), ==, often);
  g_assert_cmpstr (((ScribeTranscript *) found->pdata[1])->snippet, ==, "And more \002bees\003.");
  g_assert_cmpuint (one->len, ==, 1);
  g_assert_cmpint (nth_id (one, 0), ==, once);
}

static void
an_edited_segment_is_found_by_its_new_text (Fixture *f, gconstpointer data)
{
  g_autoptr (ScribeStore) store = open_store (f->path);
  g_autoptr (GPtrArray) old = NULL;
  g_autoptr (GPtrArray) new = NULL;
  gint64 id = add_transcript (store, "/a.wav", (const char *[]){ " Recognise speech.", NULL });

  g_assert_true (scribe_store_set_segment_text (store, id, 0, "Wreck a nice beach.", NULL));
  old = search (store, "speech");
  new = search (store, "beach");
  g_assert_cmpuint (old->len, ==, 0);
  g_assert_cmpuint (new->len, ==, 1);
}

static void
check_repairs_an_index_out_of_step (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = open_store (f->path);
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) after = NULL;

  add_transcript (store, "/a.wav", (const char *[]){ " Lost words.", NULL });
  run_sql (f->path, "INSERT INTO search (search) VALUES ('delete-all')");
  before = search (store, "lost");
  g_assert_cmpuint (before->len, ==, 0);

  g_assert_true (scribe_store_check (store, TRUE, NULL, NULL, &error));
  g_assert_no_error (error);
  after = search (store, "lost");
  g_assert_cmpuint (after->len, ==, 1);
}

static int
remember_statement (unsigned what, void *data, void *statement, void *sql)
{
  g_ptr_array_add (data, sqlite3_expanded_sql (statement));
  return 0;
}

/* What SQLite says of how it runs each statement that was traced, a line each. */
static char *
explain (const char *path, GPtrArray *statements)
{
  g_autoptr (sqlite3) db = NULL;
  g_autoptr (GString) plans = g_string_new (NULL);

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  for (guint i = 0; i < statements->len; i++)
    {
      g_autofree char *sql = g_strconcat ("EXPLAIN QUERY PLAN ", statements->pdata[i], NULL);
      g_autoptr (sqlite3_stmt) plan = NULL;

      if (g_str_has_prefix (statements->pdata[i], "--")) /* what a trigger or the index does inside */
        continue;
      g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &plan, NULL), ==, SQLITE_OK);
      while (sqlite3_step (plan) == SQLITE_ROW)
        g_string_append_printf (plans, "%s\n", sqlite3_column_text (plan, 3));
    }
  return g_string_free (g_steal_pointer (&plans), FALSE);
}

static void
nothing_but_the_page_is_read (Fixture *f, gconstpointer data)
{
  g_autoptr (ScribeStore) store = open_store (f->path);
  g_autoptr (GPtrArray) statements = g_ptr_array_new_with_free_func (sqlite3_free);
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GPtrArray) newest = NULL;
  g_autoptr (GPtrArray) runs = NULL;
  g_autoptr (ScribeTranscript) got = NULL;
  g_autofree char *plans = NULL;
  g_auto (GStrv) lines = NULL;
  static const char *const tables[] = { "SCAN transcripts", "SCAN segments", "SCAN words", "SCAN runs",
                                        "SCAN t",           "SCAN s ",       "SCAN w",     "SCAN r" };

  run_sql (f->path,
           "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)"
           "  INSERT INTO transcripts (id, created, state, source) SELECT i, i, 1, '/a.wav' FROM n;"
           "INSERT INTO segments (transcript, start_s, end_s, text, probability, no_speech, temperature, compression_ratio)"
           "  SELECT id, 0, 1, ' word ' || id, 1, 0, 0, 1 FROM transcripts;"
           "INSERT INTO runs (transcript, ended) SELECT id, 0 FROM transcripts;"
           "ANALYZE;");
  sqlite3_trace_v2 (store->db, SQLITE_TRACE_STMT, remember_statement, statements);
  list = scribe_store_list (store, 20, 1000, NULL);
  found = scribe_store_search (store, "word", SCRIBE_BEST_FIRST, 20, NULL);
  newest = scribe_store_search (store, "word", SCRIBE_NEWEST_FIRST, 20, NULL);
  got = scribe_store_get (store, 7, NULL);
  runs = scribe_store_runs (store, 0, 20, NULL);
  g_assert_true (scribe_store_set_segment_text (store, 9, 0, "work", NULL));
  g_assert_true (scribe_store_delete (store, 8, NULL));
  sqlite3_trace_v2 (store->db, 0, NULL, NULL);
  plans = explain (f->path, statements);
  lines = g_strsplit (plans, "\n", -1);

  g_assert_cmpuint (list->len, ==, 20);
  g_assert_cmpuint (found->len, ==, 20);
  g_assert_cmpuint (newest->len, ==, 20);
  g_assert_cmpint (nth_id (newest, 19), ==, 2981);
  g_assert_cmpuint (runs->len, ==, 20);
  g_assert_cmpstr (got->text, ==, "word 7");
  g_assert_nonnull (strstr (plans, "SEARCH t USING INTEGER PRIMARY KEY (rowid<?)"));
  for (guint i = 0; lines[i]; i++)
    {
      g_test_message ("%s", lines[i]);
      for (guint table = 0; table < G_N_ELEMENTS (tables); table++)
        g_assert_false (g_str_has_prefix (lines[i], tables[table]));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/search/finds-whole-words-and-beginnings", finds_whole_words_and_beginnings);
  ADD ("/search/any-text-is-a-query", any_text_is_a_query);
  ADD ("/search/snippets-mark-each-match", snippets_mark_each_match);
  ADD ("/search/best-comes-first-and-each-once", the_best_comes_first_and_each_once);
  ADD ("/search/newest-comes-first-if-wanted", the_newest_comes_first_if_wanted);
  ADD ("/search/an-edited-segment-is-found-by-its-new-text", an_edited_segment_is_found_by_its_new_text);
  ADD ("/search/check-repairs-an-index-out-of-step", check_repairs_an_index_out_of_step);
  ADD ("/search/nothing-but-the-page-is-read", nothing_but_the_page_is_read);
  return g_test_run ();
}
