/* test-edit.c - what a person changes of a transcript, and what is forgotten with time
 *
 * SPDX-License-Identifier: MIT
 */
#include "fixture.h"

#include <string.h>

/* A segment from 0 to 10 s whose words last a second each, from second 1 on; NULL ends them. */
static ScribeSegment *
segment_of (const char *const *words)
{
  g_autofree char *text = g_strjoinv ("", (char **) words);
  ScribeSegment *segment = scribe_segment_new (0, 10, text);

  segment->words = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_word_free);
  for (guint i = 0; words[i]; i++)
    g_ptr_array_add (segment->words, scribe_word_new (1 + i, 2 + i, 0.5f, words[i]));
  return segment;
}

/* "Good 1-2 | morning 2-3*": words with their times; a star where a person is sure of one. */
static char *
describe (const ScribeSegment *segment)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < segment->words->len; i++)
    {
      const ScribeWord *word = segment->words->pdata[i];
      g_autofree char *bare = g_strstrip (g_strdup (word->text));

      g_string_append_printf (text, "%s%s %g-%g%s", i > 0 ? " | " : "", bare, word->start, word->end,
                              word->probability == 1 ? "*" : "");
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
words_that_stay_keep_their_times (void)
{
  static const struct
  {
    const char *words[6];
    const char *edited, *expected;
  } cases[] = {
    { { " I", " like", " ice." }, "I like ice.", "I 1-2 | like 2-3 | ice. 3-4" },
    { { " I", " like", " ice." }, "I love ice.", "I 1-2 | love 2-3* | ice. 3-4" },
    { { " I", " like", " ice." }, "I like ice!", "I 1-2 | like 2-3 | ice! 3-4*" },
    { { " I", " like", " ice." }, "I ice.", "I 1-2 | ice. 3-4" },
    { { " I", " like", " ice." }, "I really like ice.", "I 1-2 | really 2-2* | like 2-3 | ice. 3-4" },
    { { " I", " like", " ice." }, "So I like ice.", "So 0-1* | I 1-2 | like 2-3 | ice. 3-4" },
    { { " I", " like", " ice." }, "I like ice. Yes.", "I 1-2 | like 2-3 | ice. 3-4 | Yes. 4-10*" },
    { { " ab", " cd", " x" }, "abcd x", "abcd 1-3* | x 3-4" },
    { { " abcd", " x" }, "ab cd x", "ab 1-1.5* | cd 1.5-2* | x 2-3" },
    { { " a", " b", " a", " b" }, "b a b", "b 2-3 | a 3-4 | b 4-5" },
    { { "日本", "語", "です" }, "日本語だ", "日本 1-2 | 語 2-3 | だ 3-4*" },
    { { "日本", "語" }, "日木語", "日 1-1.5 | 木 1.5-2* | 語 2-3" },
    { { " I", " like", " ice." }, "  \n ", "" },
    { { NULL }, "New words", "New 0-3.75* | words 3.75-10*" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ScribeSegment) segment = segment_of (cases[i].words);
      g_autofree char *got = NULL;

      scribe_segment_edit (segment, cases[i].edited);
      got = describe (segment);
      g_assert_cmpstr (got, ==, cases[i].expected);
    }
}

static void
the_words_are_the_text (void)
{
  static const char *const edits[] = { "I like ice.", "  I   like\n ice.  ", "a", "", "I\u00a0like it 日本 語 now", "\xff half" };

  for (guint i = 0; i < G_N_ELEMENTS (edits); i++)
    {
      g_autoptr (ScribeSegment) segment = segment_of ((const char *[]){ " I", " like", " ice.", NULL });
      g_autoptr (GString) joined = g_string_new (NULL);

      scribe_segment_edit (segment, edits[i]);
      for (guint w = 0; w < segment->words->len; w++)
        g_string_append (joined, ((ScribeWord *) segment->words->pdata[w])->text);
      g_assert_true (g_utf8_validate (segment->text, -1, NULL));
      g_assert_cmpstr (joined->str, ==, strcmp (segment->text, " ") == 0 ? "" : segment->text);
      g_assert_true (g_str_has_prefix (segment->text, " ")); /* as before */
    }
}

static void
a_very_long_text_is_edited_at_once (void)
{
  g_autoptr (GString) old = g_string_new (NULL), new = g_string_new (" first");
  g_autoptr (ScribeSegment) segment = NULL;

  for (guint i = 0; i < 100000; i++)
    {
      g_string_append_printf (old, " a%u", i);
      g_string_append_printf (new, " b%u", i);
    }
  segment = segment_of ((const char *[]){ old->str, " last", NULL });
  g_string_append (new, " last");
  scribe_segment_edit (segment, new->str);
  g_assert_cmpuint (segment->words->len, ==, 100002);
  g_assert_cmpfloat (((ScribeWord *) segment->words->pdata[100001])->start, ==, 2);
}

static void
a_segment_without_words_gets_none (void)
{
  g_autoptr (ScribeSegment) segment = scribe_segment_new (0, 1, "Good morning.");

  scribe_segment_edit (segment, " Good evening. ");
  g_assert_cmpstr (segment->text, ==, "Good evening.");
  g_assert_null (segment->words);
}

static void
an_edit_is_kept (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = open_store (f->path);
  gint64 id = scribe_store_begin (store, &(ScribeBeginning){ .source = "/a.wav" }, &error);
  g_autoptr (ScribeTranscript) got = NULL;
  g_autofree char *words = NULL;

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (ScribeSegment) segment = segment_of ((const char *[]){ " I", " like", " ice.", NULL });

      scribe_store_add_segment (store, id, segment, &error);
    }
  g_assert_true (scribe_store_set_segment_text (store, id, 1, "I love ice", &error));
  got = scribe_store_get (store, id, &error);
  g_assert_no_error (error);
  words = describe (got->segments->pdata[1]);

  g_assert_cmpstr (got->text, ==, "I like ice. I love ice I like ice.");
  g_assert_cmpstr (words, ==, "I 1-2 | love 2-3* | ice 3-4*");
  g_assert_true (scribe_store_check (store, TRUE, NULL, NULL, &error));
  g_assert_false (scribe_store_set_segment_text (store, id, 3, "x", &error));
  g_assert_error (error, SCRIBE_ERROR, SCRIBE_ERROR_NOT_FOUND);
}

#define DAY G_TIME_SPAN_DAY
#define NOW (1000 * DAY)

/* A transcript per row: its age in days, kind, state, pinned. */
static void
fill_with_ages (Fixture *f)
{
  g_autofree char *sql = g_strdup_printf (
      "WITH ages (id, age, kind, state, pinned) AS (VALUES"
      "  (1, 200, 1, 1, 0), (2, 200, 0, 1, 0), (3, 200, 1, 1, 1), (4, 200, 1, 4, 0), (5, 50, 1, 1, 0), (6, 5, 1, 2, 0),"
      "  (7, 5, 0, 0, 0), (8, 1, 1, 4, 0), (9, 1, 1, 3, 0))"
      "  INSERT INTO transcripts (id, created, state, source, kind, pinned)"
      "    SELECT id, %" G_GINT64_FORMAT " - age * %" G_GINT64_FORMAT ", state, '/' || id, kind, pinned FROM ages;"
      "INSERT INTO segments (transcript, start_s, end_s, text, probability, no_speech, temperature, compression_ratio)"
      "  SELECT id, 0, 1, ' word', 1, 0, 0, 1 FROM transcripts",
      NOW, DAY);

  run_sql (f->path, sql);
}

static char *
join_ids (ScribeStore *store)
{
  g_autoptr (GArray) ids = scribe_store_list_ids (store, NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < ids->len; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? " " : "", g_array_index (ids, gint64, i));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* 3 is pinned; 8 is being dictated and 7 runs; 4 says so, but cannot be true. */
static void
what_is_too_old_is_forgotten (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *left, *recordings;
  } expected[] = {
    [SCRIBE_RETENTION_FOREVER] = { "9 8 7 6 5 4 3 2 1", "" },  [SCRIBE_RETENTION_MONTHS_3] = { "9 8 7 6 5 3", "/1 /4" },
    [SCRIBE_RETENTION_WEEKS_2] = { "9 8 7 6 3", "/1 /4 /5" },  [SCRIBE_RETENTION_DAYS_3] = { "9 8 7 3", "/1 /4 /5 /6" },
    [SCRIBE_RETENTION_LAST_100] = { "9 8 7 6 5 4 3 2 1", "" }, [SCRIBE_RETENTION_NOTHING] = { "8 7 3", "/1 /4 /5 /6 /9" },
  };

  for (ScribeRetention r = SCRIBE_RETENTION_FOREVER; r <= SCRIBE_RETENTION_NOTHING; r++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ScribeStore) store = open_store (f->path);
      g_auto (GStrv) removed = NULL;
      g_autoptr (GPtrArray) found = NULL;
      g_autofree char *left = NULL, *recordings = NULL;
      gint64 n_old;

      run_sql (f->path, "PRAGMA foreign_keys = ON; DELETE FROM transcripts");
      fill_with_ages (f);
      n_old = scribe_store_count_expired (store, r, NOW, &error);
      removed = scribe_store_expire (store, r, NOW, &error);
      g_assert_no_error (error);
      left = join_ids (store);
      recordings = g_strjoinv (" ", removed);
      found = scribe_store_search (store, "word", SCRIBE_NEWEST_FIRST, 0, &error);

      g_assert_cmpstr (left, ==, expected[r].left);
      g_assert_cmpint (n_old, ==, 9 - found->len);
      g_assert_cmpstr (recordings, ==, expected[r].recordings); /* never /2, which is the person's own */
      g_assert_cmpuint (found->len, ==, strlen (left) / 2 + (*left != 0));
    }
}

static void
the_newest_hundred_stay (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = open_store (f->path);
  g_autoptr (GArray) ids = NULL;
  g_auto (GStrv) removed = NULL;

  run_sql (f->path, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 350)"
                    "  INSERT INTO transcripts (id, created, state, source, kind, pinned)"
                    "    SELECT i, i, 1, '/' || i, 1, i IN (7, 340) FROM n;");
  removed = scribe_store_expire (store, SCRIBE_RETENTION_LAST_100, 1000, &error);
  g_assert_no_error (error);
  ids = scribe_store_list_ids (store, &error);

  g_assert_cmpuint (g_strv_length (removed), ==, 248);
  g_assert_cmpuint (ids->len, ==, 102); /* with two that are pinned */
  g_assert_cmpint (g_array_index (ids, gint64, 100), ==, 250);
  g_assert_cmpint (g_array_index (ids, gint64, 101), ==, 7);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/edit/words-that-stay-keep-their-times", words_that_stay_keep_their_times);
  g_test_add_func ("/edit/words-are-the-text", the_words_are_the_text);
  g_test_add_func ("/edit/a-very-long-text-is-edited-at-once", a_very_long_text_is_edited_at_once);
  g_test_add_func ("/edit/a-segment-without-words-gets-none", a_segment_without_words_gets_none);
  ADD ("/edit/an-edit-is-kept", an_edit_is_kept);
  ADD ("/edit/what-is-too-old-is-forgotten", what_is_too_old_is_forgotten);
  ADD ("/edit/newest-hundred-stay", the_newest_hundred_stay);
  return g_test_run ();
}
