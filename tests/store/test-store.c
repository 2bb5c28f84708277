/* test-store.c - the life of a transcript in the database, lists, and what other processes do meanwhile
 *
 * SPDX-License-Identifier: MIT
 */
#include "fixture.h"

#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
default_path_is_in_the_data_folder (void)
{
  g_autofree char *path = scribe_store_default_path ();

  g_assert_true (g_str_has_prefix (path, g_get_user_data_dir ()));
  g_assert_true (g_str_has_suffix (path, "/tilescribe/transcripts.db"));
}

static void
only_the_owner_can_read_it (Fixture *f, gconstpointer data)
{
  g_autofree char *path = fixture_path (f, "new/folder/transcripts.db");
  g_autofree char *folder = fixture_path (f, "new/folder");
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  g_autoptr (ScribeStore) store = open_store (path);
  const char *const made[] = { path, folder, log };

  add_transcript (store, "/talk.wav", (const char *[]){ " Secret.", NULL });
  for (guint i = 0; i < G_N_ELEMENTS (made); i++)
    {
      GStatBuf info;

      g_assert_cmpint (g_stat (made[i], &info), ==, 0);
      g_assert_cmphex (info.st_mode & 0077, ==, 0);
    }
}

static ScribeSegment *
segment_with_words (void)
{
  ScribeSegment *segment = scribe_segment_new (1.25, 3.5, " Good morning.");

  segment->probability = 0.75f;
  segment->no_speech = 0.125f;
  segment->temperature = 0.5f;
  segment->compression_ratio = 1.5f;
  segment->words = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_word_free);
  g_ptr_array_add (segment->words, scribe_word_new (1.25, 2, 0.5f, " Good"));
  g_ptr_array_add (segment->words, scribe_word_new (2, 3.5, 0.25f, " morning."));
  return segment;
}

static void
segments_and_words_come_back (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = open_store (f->path);
  g_autoptr (ScribeSegment) first = segment_with_words ();
  g_autoptr (ScribeSegment) second = scribe_segment_new (3.5, 4, " Bye.");
  gint64 id = scribe_store_begin (store, &(ScribeBeginning){ .source = "/home/me/talk.wav" }, &error);
  g_autoptr (ScribeTranscript) got = NULL;
  const ScribeSegment *segment;
  const ScribeWord *word;

  scribe_store_add_segment (store, id, first, &error);
  scribe_store_add_segment (store, id, second, &error);
  g_assert_no_error (error);
  got = scribe_store_get (store, id, &error);
  g_assert_no_error (error);

  g_assert_cmpstr (got->source, ==, "/home/me/talk.wav");
  g_assert_cmpstr (got->title, ==, "talk.wav");
  g_assert_cmpstr (got->text, ==, "Good morning. Bye.");
  g_assert_cmpuint (got->segments->len, ==, 2);
  segment = got->segments->pdata[0];
  g_assert_cmpstr (segment->text, ==, " Good morning.");
  g_assert_cmpfloat (segment->start, ==, 1.25);
  g_assert_cmpfloat (segment->end, ==, 3.5);
  g_assert_cmpfloat (segment->probability, ==, 0.75f);
  g_assert_cmpfloat (segment->no_speech, ==, 0.125f);
  g_assert_cmpfloat (segment->temperature, ==, 0.5f);
  g_assert_cmpfloat (segment->compression_ratio, ==, 1.5f);
  g_assert_cmpuint (segment->words->len, ==, 2);
  word = segment->words->pdata[1];
  g_assert_cmpstr (word->text, ==, " morning.");
  g_assert_cmpfloat (word->start, ==, 2);
  g_assert_cmpfloat (word->end, ==, 3.5);
  g_assert_cmpfloat (word->probability, ==, 0.25f);
  segment = got->segments->pdata[1];
  g_assert_null (segment->words);
}

/* Member by member over zeros, so that what lies between the members is zero, too, and two of them can be compared as a whole. */
static void
make_run (ScribeRunStats *run)
{
  memset (run, 0, sizeof *run);
  run->model = g_strdup ("base.en");
  run->device = g_strdup ("cpu");
  run->device_reason = g_strdup ("No NPU was found.");
  run->language = g_strdup ("en");
  run->language_probability = 0.5f;
  run->translated = TRUE;
  run->n_threads = 1;
  run->n_windows = 2;
  run->n_tokens = 3;
  run->n_steps = 4;
  run->n_fallbacks = 5;
  run->n_silent = G_MAXUINT;
  run->n_guesses = 6;
  run->audio = 7.5;
  run->total = 8.5;
  run->load = 9.5;
  run->read = 10.5;
  run->mel = 11.5;
  run->encode = 12.5;
  run->decode = 13.5;
  run->align = 14.5;
  run->peak_memory = G_GUINT64_CONSTANT (1) << 40;
  run->tail = 0.25;
  run->voice = 0; /* known to be nothing */
  run->wait = 0.5;
  run->insert_s = SCRIBE_UNKNOWN;
  run->latency = 1.5;
  run->overruns = 7;
  run->array.is_modelled = TRUE;
  run->array.submit = 0.125;
  run->array.kernel = 0.1; /* not to be had in binary: all its digits come back */
  run->array.transfer = 0;
  run->array.host = SCRIBE_UNKNOWN;
  run->array.columns.n = 3;
  run->array.columns.seconds[0] = 0.1;
  run->array.columns.seconds[2] = 1e-9;
  run->driver = g_strdup ("amdxdna 0.6");
  run->firmware = g_strdup ("1.0.20.434");
  run->overlay = g_strdup ("0123456789abcdef");
  run->watts = 1.1;
  run->joules = 0; /* known to be nothing */
}

static void
clear_strings (ScribeRunStats *run)
{
  char **const strings[] = { &run->model,  &run->device,   &run->device_reason, &run->language,
                             &run->driver, &run->firmware, &run->overlay };

  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    g_clear_pointer (strings[i], g_free);
}

static void
every_field_of_a_run_comes_back (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = open_store (f->path);
  g_auto (ScribeRunStats) put;
  gint64 id = scribe_store_begin (store, &(ScribeBeginning){ .source = "/a.wav" }, &error);
  g_autoptr (ScribeTranscript) got = NULL;

  make_run (&put);
  scribe_store_finish (store, id, SCRIBE_STATE_DONE, &put, NULL, &error);
  g_assert_no_error (error);
  got = scribe_store_get (store, id, &error);
  g_assert_no_error (error);

  g_assert_cmpint (got->state, ==, SCRIBE_STATE_DONE);
  g_assert_cmpstr (got->run.model, ==, put.model);
  g_assert_cmpstr (got->run.device, ==, put.device);
  g_assert_cmpstr (got->run.device_reason, ==, put.device_reason);
  g_assert_cmpstr (got->run.language, ==, put.language);
  g_assert_cmpstr (got->run.driver, ==, put.driver);
  g_assert_cmpstr (got->run.firmware, ==, put.firmware);
  g_assert_cmpstr (got->run.overlay, ==, put.overlay);
  /* With the strings out of the way, what remains is plain numbers. */
  clear_strings (&got->run);
  scribe_run_stats_clear (&put);
  make_run (&put);
  clear_strings (&put);
  g_assert_cmpmem (&got->run, sizeof put, &put, sizeof put);
}

static void
the_last_of_several_runs_is_shown_and_all_are_kept (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = open_store (f->path);
  g_auto (ScribeRunStats) run;
  gint64 id = scribe_store_begin (store, &(ScribeBeginning){ .source = "/a.wav" }, &error);
  g_autoptr (ScribeTranscript) got = NULL;

  make_run (&run);
  scribe_store_finish (store, id, SCRIBE_STATE_STOPPED, &run, NULL, &error);
  run.n_tokens = 77;
  scribe_store_finish (store, id, SCRIBE_STATE_DONE, &run, NULL, &error);
  g_assert_no_error (error);
  got = scribe_store_get (store, id, &error);

  g_assert_cmpint (got->state, ==, SCRIBE_STATE_DONE);
  g_assert_cmpuint (got->run.n_tokens, ==, 77);
  g_assert_cmpint (query_number (f->path, "SELECT count (*) FROM runs"), ==, 2);
}

static void
a_dictation_has_a_run_per_utterance (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = open_store (f->path);
  g_autoptr (ScribeSegment) segment = scribe_segment_new (4, 5.5, " Good morning.");
  g_autoptr (ScribeTranscript) begun = NULL, ended = NULL;
  g_autoptr (GPtrArray) runs = NULL;
  g_auto (ScribeRunStats) run;
  gint64 id = scribe_store_begin (store, &(ScribeBeginning){ .source = "/r/one.wav", .kind = SCRIBE_KIND_DICTATION }, &error);
  gint64 first, second = 0;

  begun = scribe_store_get (store, id, &error);
  g_assert_cmpint (begun->state, ==, SCRIBE_STATE_RECORDING);
  make_run (&run);
  first = scribe_store_add_run (store, id, &run, &error);
  scribe_store_add_segment (store, id, segment, &error);
  scribe_store_finish (store, id, SCRIBE_STATE_DONE, &run, &second, &error);
  scribe_store_report_insertion (store, first, 0.25, &error);
  g_assert_no_error (error);
  ended = scribe_store_get (store, id, &error);
  runs = scribe_store_runs (store, 0, 0, &error);

  g_assert_cmpint (ended->kind, ==, SCRIBE_KIND_DICTATION);
  g_assert_cmpint (ended->state, ==, SCRIBE_STATE_DONE);
  g_assert_false (ended->recovered);
  g_assert_cmpstr (ended->source, ==, "/r/one.wav");
  g_assert_cmpstr (ended->title, ==, "Good morning.");
  g_assert_cmpfloat (ended->seconds, ==, 5.5); /* and not those of the last utterance */
  g_assert_cmpuint (runs->len, ==, 2);
  g_assert_cmpint (((ScribeRun *) runs->pdata[0])->id, ==, second);
  g_assert_cmpint (((ScribeRun *) runs->pdata[1])->id, ==, first);
}

static void
an_insertion_completes_the_latency (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = open_store (f->path);
  g_autoptr (GPtrArray) runs = NULL;
  g_auto (ScribeRunStats) run;
  gint64 id = scribe_store_begin (store, &(ScribeBeginning){ .source = "/a.wav" }, &error);
  const ScribeRunStats *live, *of_a_file;

  make_run (&run);
  scribe_store_report_insertion (store, scribe_store_add_run (store, id, &run, &error), 0.75, &error);
  scribe_run_stats_clear (&run);
  scribe_store_report_insertion (store, scribe_store_add_run (store, id, &run, &error), 0.75, &error);
  scribe_store_report_insertion (store, 99, 0.75, &error);
  g_assert_no_error (error);
  runs = scribe_store_runs (store, 0, 0, &error);
  live = &((ScribeRun *) runs->pdata[1])->stats;
  of_a_file = &((ScribeRun *) runs->pdata[0])->stats;

  g_assert_cmpfloat (live->insert_s, ==, 0.75);
  g_assert_cmpfloat (live->latency, ==, 2.25);
  g_assert_cmpfloat (live->voice, ==, 0);
  g_assert_cmpfloat (of_a_file->latency, <, 0); /* still not known */
  g_assert_cmpfloat (of_a_file->voice, <, 0);
}

static void
runs_are_newest_first_since_a_time (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = open_store (f->path);
  g_autoptr (GPtrArray) since = NULL, two = NULL;
  const ScribeRun *newest;

  run_sql (f->path, "INSERT INTO runs (ended, model, n_tokens) VALUES (10, 'a', 1), (20, 'b', 2), (30, 'c', 3), (40, 'd', 4)");
  since = scribe_store_runs (store, 20, 0, &error);
  two = scribe_store_runs (store, 20, 2, &error);
  g_assert_no_error (error);
  newest = since->pdata[0];

  g_assert_cmpuint (since->len, ==, 3);
  g_assert_cmpuint (two->len, ==, 2);
  g_assert_cmpint (newest->ended, ==, 40);
  g_assert_cmpint (newest->transcript, ==, 0);
  g_assert_cmpstr (newest->stats.model, ==, "d");
  g_assert_cmpuint (newest->stats.n_tokens, ==, 4);
  g_assert_cmpfloat (newest->stats.tail, <, 0);
}

static void
what_was_recovered_says_so (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = open_store (f->path);
  const ScribeBeginning beginning = { .source = "/r/one.wav", .kind = SCRIBE_KIND_DICTATION, .recovered = TRUE };
  gint64 id = scribe_store_begin (store, &beginning, &error);
  g_autoptr (ScribeTranscript) got = scribe_store_get (store, id, &error);

  g_assert_no_error (error);
  g_assert_true (got->recovered);
  g_assert_cmpint (got->state, ==, SCRIBE_STATE_RUNNING); /* nobody speaks */
}

static void
strange_values_are_made_good (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = open_store (f->path);
  g_autoptr (ScribeSegment) segment = scribe_segment_new (NAN, INFINITY, " half \xe2\x82 a sign");
  gint64 id = scribe_store_begin (store, &(ScribeBeginning){ .source = "/caf\xe9.wav" }, &error);
  g_autoptr (ScribeTranscript) got = NULL;
  const ScribeSegment *read;

  segment->probability = NAN;
  scribe_store_add_segment (store, id, segment, &error);
  g_assert_no_error (error);
  got = scribe_store_get (store, id, &error);
  g_assert_no_error (error);

  read = got->segments->pdata[0];
  g_assert_true (g_utf8_validate (read->text, -1, NULL));
  g_assert_true (isfinite (read->start) && isfinite (read->end) && isfinite (read->probability));
  g_assert_true (g_utf8_validate (got->title, -1, NULL));
  g_assert_cmpstr (got->source, ==, "/caf\xe9.wav"); /* the file can still be found */
}

static void
first_words_stand_for_a_title (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = open_store (f->path);
  g_autofree char *words = g_strnfill (50, 'x');
  g_autofree char *text = g_strdup_printf (" So %s %s", words, words);
  gint64 id = add_transcript (store, "-", (const char *[]){ text, NULL });
  g_autoptr (ScribeTranscript) got = scribe_store_get (store, id, &error);
  g_autofree char *expected = g_strdup_printf ("So %s…", words);

  g_assert_no_error (error);
  g_assert_cmpstr (got->title, ==, expected);
  g_assert_cmpstr (got->snippet, ==, expected);
}

static void
what_is_not_there_is_not_found (Fixture *f, gconstpointer data)
{
  g_autoptr (ScribeStore) store = open_store (f->path);
  g_autoptr (ScribeSegment) segment = segment_with_words ();
  gint64 gone = add_transcript (store, "/a.wav", (const char *[]){ " a", NULL });
  GError *errors[4] = { NULL };

  g_assert_true (scribe_store_delete (store, gone, NULL));
  g_assert_false (scribe_store_add_segment (store, gone, segment, &errors[0]));
  g_assert_false (scribe_store_finish (store, gone, SCRIBE_STATE_DONE, NULL, NULL, &errors[1]));
  g_assert_null (scribe_store_get (store, gone, &errors[2]));
  g_assert_false (scribe_store_delete (store, gone, &errors[3]));
  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_assert_error (errors[i], SCRIBE_ERROR, SCRIBE_ERROR_NOT_FOUND);
      assert_sentence (errors[i]->message);
      g_error_free (errors[i]);
    }
  /* And the number is not given to another one. */
  g_assert_cmpint (add_transcript (store, "/b.wav", (const char *[]){ " b", NULL }), >, gone);
}

static void
delete_leaves_runs_only (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = open_store (f->path);
  g_autoptr (ScribeSegment) segment = segment_with_words ();
  g_auto (ScribeRunStats) run;
  gint64 id = scribe_store_begin (store, &(ScribeBeginning){ .source = "/a.wav" }, &error);
  g_autoptr (GPtrArray) found = NULL;

  make_run (&run);
  scribe_store_add_segment (store, id, segment, &error);
  scribe_store_finish (store, id, SCRIBE_STATE_DONE, &run, NULL, &error);
  scribe_store_delete (store, id, &error);
  g_assert_no_error (error);

  found = scribe_store_search (store, "morning", SCRIBE_BEST_FIRST, 0, &error);
  g_assert_cmpuint (found->len, ==, 0);
  g_assert_cmpint (query_number (f->path, "SELECT count (*) FROM segments"), ==, 0);
  g_assert_cmpint (query_number (f->path, "SELECT count (*) FROM words"), ==, 0);
  g_assert_cmpint (query_number (f->path, "SELECT count (*) FROM runs WHERE transcript IS NULL"), ==, 1);
  g_assert_true (scribe_store_check (store, TRUE, NULL, NULL, &error));
}

static void
list_is_newest_first_in_pages (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = open_store (f->path);
  g_autoptr (GPtrArray) page = NULL;
  g_autoptr (GPtrArray) next = NULL;
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GArray) all_ids = NULL;
  gint64 ids[5];

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    ids[i] = add_transcript (store, "/a.wav", (const char *[]){ " One.", " Two.", NULL });
  page = scribe_store_list (store, 2, 0, &error);
  next = scribe_store_list (store, 2, ids[3], &error);
  all = scribe_store_list (store, 0, 0, &error);
  all_ids = scribe_store_list_ids (store, &error);
  g_assert_no_error (error);

  g_assert_cmpuint (all_ids->len, ==, 5);
  for (guint i = 0; i < 5; i++)
    g_assert_cmpint (g_array_index (all_ids, gint64, i), ==, ids[4 - i]);
  g_assert_cmpuint (page->len, ==, 2);
  g_assert_cmpint (((ScribeTranscript *) page->pdata[0])->id, ==, ids[4]);
  g_assert_cmpint (((ScribeTranscript *) page->pdata[1])->id, ==, ids[3]);
  g_assert_cmpstr (((ScribeTranscript *) page->pdata[0])->snippet, ==, "One. Two.");
  g_assert_null (((ScribeTranscript *) page->pdata[0])->segments);
  g_assert_cmpint (((ScribeTranscript *) next->pdata[0])->id, ==, ids[2]);
  g_assert_cmpuint (all->len, ==, 5);
}

static void
a_new_store_is_empty_and_sound (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = open_store (f->path);
  g_autoptr (GPtrArray) list = scribe_store_list (store, 0, 0, &error);
  guint64 n = 1, bytes = 0;

  g_assert_cmpuint (list->len, ==, 0);
  g_assert_true (scribe_store_check (store, TRUE, &n, &bytes, &error));
  g_assert_cmpuint (n, ==, 0);
  g_assert_cmpuint (bytes, >, 0);
}

static void
every_commit_reaches_the_disk (Fixture *f, gconstpointer data)
{
  g_autoptr (ScribeStore) store = open_store (f->path);
  g_autoptr (sqlite3_stmt) row = NULL;

  sqlite3_prepare_v2 (store->db, "SELECT synchronous, foreign_keys FROM pragma_synchronous, pragma_foreign_keys", -1, &row, NULL);
  g_assert_cmpint (sqlite3_step (row), ==, SQLITE_ROW);
  g_assert_cmpint (sqlite3_column_int (row, 0), ==, 2); /* FULL */
  g_assert_cmpint (sqlite3_column_int (row, 1), ==, 1);
}

static void
a_reader_sees_what_a_writer_adds (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) writer = open_store (f->path);
  g_autoptr (ScribeStore) reader = scribe_store_open (f->path, TRUE, &error);
  g_autoptr (ScribeTranscript) got = NULL;
  g_autoptr (ScribeSegment) segment = segment_with_words ();
  gint64 id = scribe_store_begin (writer, &(ScribeBeginning){ .source = "/a.wav", .title = "Lecture" }, &error);

  scribe_store_add_segment (writer, id, segment, &error);
  g_assert_no_error (error);
  got = scribe_store_get (reader, id, &error);
  g_assert_no_error (error);
  g_assert_cmpint (got->state, ==, SCRIBE_STATE_RUNNING);
  g_assert_cmpstr (got->title, ==, "Lecture");
  g_assert_cmpstr (got->text, ==, "Good morning.");
  g_assert_cmpint (scribe_store_begin (reader, &(ScribeBeginning){ .source = "/b.wav" }, &error), ==, 0);
  g_assert_error (error, SCRIBE_ERROR, SCRIBE_ERROR_STORE);
}

static void
a_reader_finds_no_database (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (scribe_store_open (f->path, TRUE, &error));
  g_assert_error (error, SCRIBE_ERROR, SCRIBE_ERROR_NOT_FOUND);
  assert_sentence (error->message);
  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS));
}

#define N_BY_EACH 25

static int
write_many (Fixture *f, int out)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = scribe_store_open (f->path, FALSE, &error);

  for (guint i = 0; store && i < N_BY_EACH; i++)
    {
      g_autoptr (ScribeSegment) segment = segment_with_words ();
      gint64 id = scribe_store_begin (store, &(ScribeBeginning){ .source = "/a.wav" }, &error);

      if (id == 0 || !scribe_store_add_segment (store, id, segment, &error)
          || !scribe_store_finish (store, id, SCRIBE_STATE_DONE, NULL, NULL, &error))
        break;
    }
  if (error)
    g_printerr ("%s\n", error->message);
  return error ? 1 : 0;
}

static void
several_processes_write_at_once (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = NULL;
  GPid children[4];
  int out[4];
  guint64 n;

  /* Given no database, so that they also make it at once. */
  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    children[i] = start_child (f, write_many, &out[i]);
  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    {
      g_assert_cmpint (wait_child (children[i]), ==, 0);
      close (out[i]);
    }
  store = open_store (f->path);
  g_assert_true (scribe_store_check (store, TRUE, &n, NULL, &error));
  g_assert_cmpuint (n, ==, N_BY_EACH * G_N_ELEMENTS (children));
}

/* Reports a byte for each segment that the store has taken. */
static int
write_until_killed (Fixture *f, int out)
{
  g_autoptr (ScribeStore) store = scribe_store_open (f->path, FALSE, NULL);
  gint64 id = scribe_store_begin (store, &(ScribeBeginning){ .source = "/a.wav" }, NULL);

  for (;;)
    {
      g_autoptr (ScribeSegment) segment = segment_with_words ();

      if (!scribe_store_add_segment (store, id, segment, NULL) || write (out, "+", 1) != 1)
        return 1;
    }
}

static void
a_killed_program_loses_no_segment (Fixture *f, gconstpointer data)
{
  for (gint64 round = 1; round <= 5; round++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ScribeStore) store = NULL;
      g_autoptr (ScribeTranscript) got = NULL;
      char report;
      guint reported = 0;
      int out;
      GPid child = start_child (f, write_until_killed, &out);

      while (reported < 7 * round && read (out, &report, 1) == 1)
        reported++;
      kill (child, SIGKILL);
      while (read (out, &report, 1) == 1)
        reported++;
      close (out);
      g_assert_cmpint (wait_child (child), ==, 128 + SIGKILL);

      store = open_store (f->path);
      got = scribe_store_get (store, round, &error);
      g_assert_no_error (error);
      g_assert_cmpint (got->state, ==, SCRIBE_STATE_RUNNING);
      g_assert_cmpuint (got->segments->len, >=, reported);
      for (guint i = 0; i < got->segments->len; i++)
        g_assert_cmpuint (((ScribeSegment *) got->segments->pdata[i])->words->len, ==, 2);
      g_assert_true (scribe_store_check (store, TRUE, NULL, NULL, &error));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/default-path-is-in-the-data-folder", default_path_is_in_the_data_folder);
  ADD ("/store/only-the-owner-can-read-it", only_the_owner_can_read_it);
  ADD ("/store/segments-and-words-come-back", segments_and_words_come_back);
  ADD ("/store/every-field-of-a-run-comes-back", every_field_of_a_run_comes_back);
  ADD ("/store/last-of-several-runs-is-shown-and-all-are-kept", the_last_of_several_runs_is_shown_and_all_are_kept);
  ADD ("/store/dictation-has-a-run-per-utterance", a_dictation_has_a_run_per_utterance);
  ADD ("/store/insertion-completes-the-latency", an_insertion_completes_the_latency);
  ADD ("/store/runs-are-newest-first-since-a-time", runs_are_newest_first_since_a_time);
  ADD ("/store/what-was-recovered-says-so", what_was_recovered_says_so);
  ADD ("/store/strange-values-are-made-good", strange_values_are_made_good);
  ADD ("/store/first-words-stand-for-a-title", first_words_stand_for_a_title);
  ADD ("/store/what-is-not-there-is-not-found", what_is_not_there_is_not_found);
  ADD ("/store/delete-leaves-runs-only", delete_leaves_runs_only);
  ADD ("/store/list-is-newest-first-in-pages", list_is_newest_first_in_pages);
  ADD ("/store/a-new-store-is-empty-and-sound", a_new_store_is_empty_and_sound);
  ADD ("/store/every-commit-reaches-the-disk", every_commit_reaches_the_disk);
  ADD ("/store/a-reader-sees-what-a-writer-adds", a_reader_sees_what_a_writer_adds);
  ADD ("/store/a-reader-finds-no-database", a_reader_finds_no_database);
  ADD ("/store/several-processes-write-at-once", several_processes_write_at_once);
  ADD ("/store/a-killed-program-loses-no-segment", a_killed_program_loses_no_segment);
  return g_test_run ();
}
