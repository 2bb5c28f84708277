/* test-writer.c - transcripts as files: what each format looks like, and complete files or none
 *
 * SPDX-License-Identifier: MIT
 */
#include "fixture.h"

#include "store/writer.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static ScribeSegment *
segment (double start, double end, const char *text)
{
  ScribeSegment *s = scribe_segment_new (start, end, text);

  s->probability = 0.9f;
  s->no_speech = 0.01f;
  s->compression_ratio = 1.25f;
  return s;
}

static ScribeSegment *
segment_with_words (void)
{
  ScribeSegment *s = segment (0.5, 2, " Good morning.");

  s->words = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_word_free);
  g_ptr_array_add (s->words, scribe_word_new (0.5, 1.2, 0.5f, " Good"));
  g_ptr_array_add (s->words, scribe_word_new (1.2, 2, 0.25f, " morning."));
  return s;
}

/* What the format makes of these segments (taken), NULL-terminated. */
static char *
written (Fixture *f, ScribeFormat format, gboolean word_times, const ScribeRunStats *run, ScribeSegment **segments)
{
  g_autofree char *path = fixture_path (f, "out");
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeWriter) writer = scribe_writer_new (path, format, word_times, &error);
  char *text = NULL;

  g_assert_no_error (error);
  for (guint i = 0; segments[i]; i++)
    {
      scribe_writer_add (writer, segments[i], &error);
      g_assert_no_error (error);
      scribe_segment_free (segments[i]);
    }
  scribe_writer_finish (writer, run, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

#define SEGMENTS(...) ((ScribeSegment *[]){ __VA_ARGS__, NULL })

static void
formats_have_names (void)
{
  static const char *const names[] = { "txt", "srt", "vtt", "json", "csv" };
  ScribeFormat format;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_assert_true (scribe_format_from_name (names[i], &format));
      g_assert_cmpint (format, ==, i);
      g_assert_cmpstr (scribe_format_name (format), ==, names[i]);
    }
  g_assert_false (scribe_format_from_name ("doc", &format));
  g_assert_false (scribe_format_from_name ("", &format));
}

static void
txt_has_a_line_per_segment (Fixture *f, gconstpointer data)
{
  g_autofree char *text = written (f, SCRIBE_FORMAT_TXT, FALSE, NULL,
                                   SEGMENTS (segment (0, 1, " One\r\n two."), segment (1, 2, "  "), segment (2, 3, " Three.")));

  g_assert_cmpstr (text, ==, "One two.\nThree.\n");
}

static void
srt_numbers_its_cues (Fixture *f, gconstpointer data)
{
  g_autofree char *text = written (
      f, SCRIBE_FORMAT_SRT, FALSE, NULL,
      SEGMENTS (segment (0, 1.4996, " One\n\n2\n\ntwo."), segment (2, 3, " "), segment (3661.0004, 3725.25, " Three.")));

  g_assert_cmpstr (text, ==,
                   "1\n00:00:00,000 --> 00:00:01,500\nOne 2 two.\n\n"
                   "2\n01:01:01,000 --> 01:02:05,250\nThree.\n\n");
}

static void
vtt_escapes_markup (Fixture *f, gconstpointer data)
{
  g_autofree char *text = written (f, SCRIBE_FORMAT_VTT, FALSE, NULL, SEGMENTS (segment (0, 1, " a <b> & --> c\u2028d")));

  g_assert_cmpstr (text, ==, "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\na &lt;b&gt; &amp; --&gt; c d\n\n");
}

static void
subtitles_can_have_a_cue_per_word (Fixture *f, gconstpointer data)
{
  g_autofree char *srt = written (f, SCRIBE_FORMAT_SRT, TRUE, NULL,
                                  SEGMENTS (segment_with_words (), segment (2, 3, " No words.")));
  g_autofree char *vtt = written (f, SCRIBE_FORMAT_VTT, TRUE, NULL, SEGMENTS (segment_with_words ()));

  g_assert_cmpstr (srt, ==,
                   "1\n00:00:00,500 --> 00:00:01,200\nGood\n\n"
                   "2\n00:00:01,200 --> 00:00:02,000\nmorning.\n\n"
                   "3\n00:00:02,000 --> 00:00:03,000\nNo words.\n\n");
  g_assert_cmpstr (vtt, ==, "WEBVTT\n\n00:00:00.500 --> 00:00:01.200\nGood\n\n00:00:01.200 --> 00:00:02.000\nmorning.\n\n");
}

static void
an_end_never_lies_before_its_start (Fixture *f, gconstpointer data)
{
  g_autofree char *text = written (f, SCRIBE_FORMAT_SRT, FALSE, NULL,
                                   SEGMENTS (segment (2, 1, "a"), segment (-1, NAN, "b"), segment (INFINITY, 1e300, "c")));

  g_assert_cmpstr (text, ==,
                   "1\n00:00:02,000 --> 00:00:02,000\na\n\n"
                   "2\n00:00:00,000 --> 00:00:00,000\nb\n\n"
                   "3\n277777:46:40,000 --> 277777:46:40,000\nc\n\n");
}

static void
csv_quotes_text (Fixture *f, gconstpointer data)
{
  g_autofree char *text = written (f, SCRIBE_FORMAT_CSV, FALSE, NULL,
                                   SEGMENTS (segment (0, 1.5, " He said, \"no\"\n."), segment (1.5, 2, " Ünï.")));

  g_assert_cmpstr (text, ==, "start,end,text\r\n0.000,1.500,\"He said, \"\"no\"\" .\"\r\n1.500,2.000,\"Ünï.\"\r\n");
}

static void
json_has_segments_words_and_run (Fixture *f, gconstpointer data)
{
  ScribeRunStats run = { .model = (char *) "base.en",
                         .n_tokens = 7,
                         .translated = TRUE,
                         .audio = 2.5,
                         .language_probability = 0.5f,
                         .tail = SCRIBE_UNKNOWN,
                         .insert_s = SCRIBE_UNKNOWN,
                         .array = { .is_modelled = TRUE, .submit = 0.5, .host = SCRIBE_UNKNOWN, .columns = { 2, { 0.25, 1 } } },
                         .firmware = (char *) "1.0",
                         .watts = 1.5,
                         .joules = SCRIBE_UNKNOWN };
  g_autofree char *text = written (f, SCRIBE_FORMAT_JSON, FALSE, &run,
                                   SEGMENTS (segment (0, 0.5, " \"Hi\""), segment_with_words ()));

  g_assert_cmpstr (
      text, ==,
      "{\"segments\":[\n"
      "{\"start\":0.000,\"end\":0.500,\"text\":\" \\\"Hi\\\"\",\"probability\":0.9,\"no_speech\":0.01,"
      "\"temperature\":0,\"compression_ratio\":1.25},\n"
      "{\"start\":0.500,\"end\":2.000,\"text\":\" Good morning.\",\"probability\":0.9,\"no_speech\":0.01,"
      "\"temperature\":0,\"compression_ratio\":1.25,\"words\":["
      "{\"start\":0.500,\"end\":1.200,\"text\":\" Good\",\"probability\":0.5},"
      "{\"start\":1.200,\"end\":2.000,\"text\":\" morning.\",\"probability\":0.25}]}\n"
      "],\n"
      "\"run\":{\"model\":\"base.en\",\"device\":null,\"device_reason\":null,\"language\":null,"
      "\"language_probability\":0.5,\"translated\":true,\"n_threads\":0,\"n_windows\":0,\"n_tokens\":7,\"n_steps\":0,"
      "\"n_fallbacks\":0,\"n_silent\":0,\"n_guesses\":0,\"audio\":2.500000,\"total\":0.000000,\"load\":0.000000,\"read\":0."
      "000000,"
      "\"mel\":0.000000,\"encode\":0.000000,\"decode\":0.000000,\"align\":0.000000,\"peak_memory\":0,"
      "\"tail\":null,\"voice\":0.000000,\"wait\":0.000000,\"insert_s\":null,\"latency\":0.000000,\"overruns\":0,"
      "\"modelled\":true,\"submit\":0.500000,\"kernel\":0.000000,\"transfer\":0.000000,\"host\":null,"
      "\"columns\":[0.250000,1.000000],\"driver\":null,\"firmware\":\"1.0\",\"overlay\":null,\"watts\":1.500000,\"joules\":null}}"
      "\n");
}

static void
json_of_nothing_is_whole (Fixture *f, gconstpointer data)
{
  g_autofree char *text = written (f, SCRIBE_FORMAT_JSON, FALSE, NULL, (ScribeSegment *[]){ NULL });

  g_assert_cmpstr (text, ==, "{\"segments\":[\n],\n\"run\":null}\n");
}

static void
json_has_no_nan (Fixture *f, gconstpointer data)
{
  ScribeSegment *strange = segment (0, 1, " a");
  g_autofree char *text = NULL;

  strange->probability = NAN;
  strange->compression_ratio = INFINITY;
  text = written (f, SCRIBE_FORMAT_JSON, FALSE, NULL, SEGMENTS (strange));
  g_assert_nonnull (strstr (text, "\"probability\":null"));
  g_assert_nonnull (strstr (text, "\"compression_ratio\":null"));
}

static void
json_strings_are_escaped (void)
{
  static const struct
  {
    const char *in, *out;
  } cases[] = {
    { "", "\"\"" },
    { "a\"b\\c/d", "\"a\\\"b\\\\c/d\"" },
    { "\n\r\t\b\f\x01\x1f", "\"\\n\\u000d\\t\\u0008\\u000c\\u0001\\u001f\"" },
    { "grüße 😀", "\"grüße 😀\"" },
    { "half \xe2\x82 sign", "\"half \uFFFD\uFFFD sign\"" },
    { NULL, "null" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);

      scribe_json_append_string (out, cases[i].in);
      g_assert_cmpstr (out->str, ==, cases[i].out);
    }
}

static void
numbers_do_not_know_the_locale (Fixture *f, gconstpointer data)
{
  static const char *const comma_locales[] = { "de_DE.UTF-8", "fr_FR.UTF-8", "nl_NL.UTF-8", "ru_RU.UTF-8" };
  g_autofree char *text = NULL;
  guint i = 0;

  while (i < G_N_ELEMENTS (comma_locales) && !setlocale (LC_ALL, comma_locales[i]))
    i++;
  if (i == G_N_ELEMENTS (comma_locales))
    {
      g_test_skip ("no locale with a decimal comma is installed");
      return;
    }
  text = written (f, SCRIBE_FORMAT_CSV, FALSE, NULL, SEGMENTS (segment (0.25, 1.5, " a")));
  setlocale (LC_ALL, "C");
  g_assert_cmpstr (text, ==, "start,end,text\r\n0.250,1.500,\"a\"\r\n");
}

static guint
count_files (Fixture *f)
{
  g_autoptr (GDir) dir = g_dir_open (f->folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir))
    n++;
  return n;
}

static void
a_file_gets_its_name_when_it_is_complete (Fixture *f, gconstpointer data)
{
  g_autofree char *path = fixture_path (f, "out.txt");
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeWriter) writer = NULL;
  g_autoptr (ScribeSegment) one = segment (0, 1, " New.");

  g_file_set_contents (path, "old", -1, NULL);
  writer = scribe_writer_new (path, SCRIBE_FORMAT_TXT, FALSE, &error);
  g_assert_true (scribe_writer_add (writer, one, &error));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "old");
  g_clear_pointer (&text, g_free);

  g_assert_true (scribe_writer_finish (writer, NULL, &error));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "New.\n");
  g_assert_cmpuint (count_files (f), ==, 1);
}

static void
an_unfinished_file_is_gone (Fixture *f, gconstpointer data)
{
  g_autofree char *path = fixture_path (f, "out.txt");
  g_autoptr (ScribeSegment) one = segment (0, 1, " New.");
  ScribeWriter *writer = scribe_writer_new (path, SCRIBE_FORMAT_TXT, FALSE, NULL);

  scribe_writer_add (writer, one, NULL);
  g_assert_cmpuint (count_files (f), ==, 1);
  scribe_writer_free (writer);
  g_assert_cmpuint (count_files (f), ==, 0);
}

static void
a_link_stays_a_link_and_a_private_file_private (Fixture *f, gconstpointer data)
{
  g_autofree char *path = fixture_path (f, "out.txt");
  g_autofree char *link_path = fixture_path (f, "link.txt");
  g_autofree char *text = NULL;
  g_autoptr (ScribeWriter) writer = NULL;
  GStatBuf info;

  g_file_set_contents (path, "old", -1, NULL);
  g_chmod (path, 0600);
  g_assert_cmpint (symlink ("out.txt", link_path), ==, 0);
  writer = scribe_writer_new (link_path, SCRIBE_FORMAT_VTT, FALSE, NULL);
  g_assert_true (scribe_writer_finish (writer, NULL, NULL));

  g_assert_true (g_file_test (link_path, G_FILE_TEST_IS_SYMLINK));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "WEBVTT\n\n");
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmphex (info.st_mode & 0777, ==, 0600);
}

static void
assert_output_error (GError *error, const char *part)
{
  g_assert_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OUTPUT);
  assert_sentence (error->message);
  g_assert_nonnull (strstr (error->message, part));
}

static void
a_full_disk_is_told_again_and_again (Fixture *f, gconstpointer data)
{
  GError *errors[3] = { NULL };
  g_autoptr (ScribeWriter) writer = scribe_writer_new ("/dev/full", SCRIBE_FORMAT_TXT, FALSE, NULL);
  g_autoptr (ScribeSegment) one = segment (0, 1, " New.");

  g_assert_nonnull (writer);
  g_assert_false (scribe_writer_add (writer, one, &errors[0]));
  g_assert_false (scribe_writer_add (writer, one, &errors[1]));
  g_assert_false (scribe_writer_finish (writer, NULL, &errors[2]));
  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      assert_output_error (errors[i], "/dev/full");
      g_error_free (errors[i]);
    }
  g_assert_true (g_file_test ("/dev/full", G_FILE_TEST_EXISTS));
}

/* The disk is full for one segment only: what follows must not hide that it is missing. */
static int
write_past_a_limit (Fixture *f, int out)
{
  g_autofree char *path = fixture_path (f, "out.txt");
  g_autofree char *long_text = g_strnfill (2000, 'x');
  g_autoptr (ScribeSegment) large = segment (0, 1, long_text);
  g_autoptr (ScribeSegment) small = segment (1, 2, " Small.");
  g_autoptr (ScribeWriter) writer = scribe_writer_new (path, SCRIBE_FORMAT_TXT, FALSE, NULL);
  struct rlimit limit = { 1000, RLIM_INFINITY };

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  g_assert_false (scribe_writer_add (writer, large, NULL));
  limit.rlim_cur = RLIM_INFINITY;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  g_assert_false (scribe_writer_add (writer, small, NULL));
  g_assert_false (scribe_writer_finish (writer, NULL, NULL));
  return 0;
}

static void
a_file_with_a_gap_gets_no_name (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (run_child (f, write_past_a_limit, NULL), ==, 0);
  g_assert_cmpuint (count_files (f), ==, 0);
}

static void
a_folder_and_a_missing_folder_are_told (Fixture *f, gconstpointer data)
{
  g_autofree char *path = fixture_path (f, "missing/out.txt");
  GError *errors[2] = { NULL };

  g_assert_null (scribe_writer_new (f->folder, SCRIBE_FORMAT_TXT, FALSE, &errors[0]));
  g_assert_null (scribe_writer_new (path, SCRIBE_FORMAT_TXT, FALSE, &errors[1]));
  assert_output_error (errors[0], f->folder);
  assert_output_error (errors[1], path);
  g_error_free (errors[0]);
  g_error_free (errors[1]);
}

static int
write_into_it (Fixture *f, int out)
{
  g_autofree char *path = fixture_path (f, "out.txt");
  g_autoptr (GError) error = NULL;

  g_assert_null (scribe_writer_new (path, SCRIBE_FORMAT_TXT, FALSE, &error));
  assert_output_error (error, path);
  return 0;
}

static void
an_unwritable_folder_is_told (Fixture *f, gconstpointer data)
{
  g_chmod (f->folder, 0555);
  check_as_nobody (f, write_into_it);
}

/* Standard output is the pipe to the test; each segment must be in it before the next is made. */
static int
write_to_standard_output (Fixture *f, int out)
{
  g_autoptr (ScribeWriter) writer = NULL;
  g_autoptr (ScribeSegment) one = segment (0, 1, " One.");

  if (dup2 (out, STDOUT_FILENO) < 0)
    return 1;
  writer = scribe_writer_new (NULL, SCRIBE_FORMAT_TXT, FALSE, NULL);
  if (!scribe_writer_add (writer, one, NULL))
    return 1;
  /* Unfinished on purpose. */
  return 0;
}

static void
standard_output_gets_each_segment_at_once (Fixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;

  fflush (stdout);
  g_assert_cmpint (run_child (f, write_to_standard_output, &text), ==, 0);
  g_assert_cmpstr (text, ==, "One.\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/writer/formats-have-names", formats_have_names);
  ADD ("/writer/txt-has-a-line-per-segment", txt_has_a_line_per_segment);
  ADD ("/writer/srt-numbers-its-cues", srt_numbers_its_cues);
  ADD ("/writer/vtt-escapes-markup", vtt_escapes_markup);
  ADD ("/writer/subtitles-can-have-a-cue-per-word", subtitles_can_have_a_cue_per_word);
  ADD ("/writer/an-end-never-lies-before-its-start", an_end_never_lies_before_its_start);
  ADD ("/writer/csv-quotes-text", csv_quotes_text);
  ADD ("/writer/json-has-segments-words-and-run", json_has_segments_words_and_run);
  ADD ("/writer/json-of-nothing-is-whole", json_of_nothing_is_whole);
  ADD ("/writer/json-has-no-nan", json_has_no_nan);
  g_test_add_func ("/writer/json-strings-are-escaped", json_strings_are_escaped);
  ADD ("/writer/numbers-do-not-know-the-locale", numbers_do_not_know_the_locale);
  ADD ("/writer/a-file-gets-its-name-when-it-is-complete", a_file_gets_its_name_when_it_is_complete);
  ADD ("/writer/an-unfinished-file-is-gone", an_unfinished_file_is_gone);
  ADD ("/writer/a-link-stays-a-link-and-a-private-file-private", a_link_stays_a_link_and_a_private_file_private);
  ADD ("/writer/a-full-disk-is-told-again-and-again", a_full_disk_is_told_again_and_again);
  ADD ("/writer/a-file-with-a-gap-gets-no-name", a_file_with_a_gap_gets_no_name);
  ADD ("/writer/a-folder-and-a-missing-folder-are-told", a_folder_and_a_missing_folder_are_told);
  ADD ("/writer/an-unwritable-folder-is-told", an_unwritable_folder_is_told);
  ADD ("/writer/standard-output-gets-each-segment-at-once", standard_output_gets_each_segment_at_once);
  return g_test_run ();
}
