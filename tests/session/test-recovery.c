/* test-recovery.c - what an earlier program left behind becomes text; without sound
 *
 * SPDX-License-Identifier: MIT
 */
#include "live.h"
#include "sound.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static gint64
write_row (Live *live, const char *source, gboolean is_recovered, gboolean is_done)
{
  const ScribeBeginning beginning = { .source = source, .kind = SCRIBE_KIND_DICTATION, .recovered = is_recovered };
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = scribe_store_open (live->database, FALSE, &error);
  gint64 id;

  g_assert_no_error (error);
  id = scribe_store_begin (store, &beginning, &error);
  if (is_done)
    scribe_store_finish (store, id, SCRIBE_STATE_DONE, NULL, NULL, &error);
  g_assert_no_error (error);
  return id;
}

/* As one that died in the middle of a dictation: its recording, and its row where with_row. */
static char *
leave_recording (Live *live, const char *clip, gboolean with_row)
{
  g_autoptr (GArray) sound = sound_of_clip (clip);
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeSpool) spool = scribe_spool_new (live->spools, &error);
  g_autofree char *name = NULL;
  char *path;

  g_assert_no_error (error);
  g_assert_true (scribe_spool_append (spool, (const float *) (void *) sound->data, sound->len, &error));
  name = g_path_get_basename (scribe_spool_get_path (spool));
  path = g_build_filename (live->recordings, name, NULL);
  if (with_row)
    write_row (live, path, FALSE, FALSE);
  return path;
}

static ScribeJob *
recovered_job (Live *live)
{
  GListModel *jobs = scribe_session_get_jobs (live->session);
  ScribeJob *job;

  scribe_session_recover (live->session);
  WAIT_UNTIL (g_list_model_get_n_items (jobs) == 1);
  job = g_list_model_get_item (jobs, 0);
  g_assert_true (scribe_job_is_recovered (job));
  return job;
}

static void
assert_nothing_left (Live *live)
{
  g_autoptr (ScribeJob) job = NULL;

  live_stop (live);
  live_start (live);
  scribe_session_recover (live->session);
  job = live_add_clip (live, "hello.wav");
  live_assert_ended (job, SCRIBE_JOB_DONE);
  g_assert_cmpuint (g_list_model_get_n_items (scribe_session_get_jobs (live->session)), ==, 1);
  g_assert_cmpuint (live_count_files (live->spools), ==, 0);
}

static void
test_a_recording_is_recovered (gconstpointer with_row)
{
  g_autofree char *place = NULL, *said = live_text_of ("fox.wav");
  g_autoptr (ScribeJob) job = NULL;
  g_auto (Live) live;

  live_init (&live);
  place = leave_recording (&live, "fox", GPOINTER_TO_INT (with_row));
  live_start (&live);
  job = recovered_job (&live);
  live_assert_ended (job, SCRIBE_JOB_DONE);
  g_assert_true (g_file_test (place, G_FILE_TEST_EXISTS));
  {
    g_autoptr (ScribeTranscript) only = live_only_transcript (&live);

    g_assert_cmpint (only->id, ==, scribe_job_get_transcript (job));
    g_assert_cmpint (only->state, ==, SCRIBE_STATE_DONE);
    g_assert_cmpint (only->kind, ==, SCRIBE_KIND_DICTATION);
    g_assert_true (only->recovered);
    g_assert_cmpstr (only->source, ==, place);
    g_assert_cmpstr (g_strstrip (only->text), ==, said);
  }

  scribe_job_retry (job); /* from its new place */
  live_assert_ended (job, SCRIBE_JOB_DONE);
  assert_nothing_left (&live);
}

/* Cut off, or without a model: the next start finds it as if nothing had been. */
static void
test_what_could_not_be_recovered_is_left_for_the_next_start (void)
{
  g_autofree char *place = NULL;
  g_autoptr (ScribeJob) first = NULL, second = NULL;
  g_autoptr (ScribeTranscript) only = NULL;
  g_auto (Live) live;

  live_init (&live);
  place = leave_recording (&live, "list", TRUE);
  g_assert_nonnull (place);
  live.options.model = "/nowhere/model.bin";
  live_start (&live);
  first = recovered_job (&live);
  live_assert_ended (first, SCRIBE_JOB_FAILED);
  live_stop (&live);

  live.options.model = live.model;
  live_start (&live);
  second = recovered_job (&live);
  WAIT_UNTIL (scribe_job_get_transcript (second) != 0);
  live_stop (&live);
  if (scribe_job_get_state (second) == SCRIBE_JOB_STOPPED)
    {
      g_autoptr (ScribeTranscript) old = live_only_transcript (&live);
      g_autoptr (ScribeJob) third = NULL;

      g_assert_cmpint (old->state, ==, SCRIBE_STATE_RECORDING);
      live_start (&live);
      third = recovered_job (&live);
      live_assert_ended (third, SCRIBE_JOB_DONE);
    }
  only = live_only_transcript (&live);
  g_assert_cmpint (only->state, ==, SCRIBE_STATE_DONE);
  g_assert_true (only->recovered);
}

static void
test_a_recovered_recording_goes_where_none_is_kept (void)
{
  g_autofree char *place = NULL;
  g_autoptr (ScribeJob) job = NULL;
  g_autoptr (ScribeTranscript) only = NULL;
  g_auto (Live) live;

  live_init (&live);
  place = leave_recording (&live, "fox", TRUE);
  g_assert_nonnull (place);
  live.options.keep_audio = FALSE;
  live_start (&live);
  job = recovered_job (&live);
  live_assert_ended (job, SCRIBE_JOB_DONE);
  only = live_only_transcript (&live);
  g_assert_true (only->recovered);
  g_assert_cmpuint (live_count_files (live.recordings) + live_count_files (live.spools), ==, 0);
}

/* A program that died while it recovered leaves a row of its own, which must not outlive the good one. */
static void
test_a_recovery_that_was_killed_leaves_no_row (void)
{
  g_autofree char *place = NULL;
  g_autoptr (ScribeJob) job = NULL;
  g_autoptr (ScribeTranscript) only = NULL;
  g_auto (Live) live;

  live_init (&live);
  place = leave_recording (&live, "fox", TRUE);
  write_row (&live, place, TRUE, FALSE);
  live_start (&live);
  job = recovered_job (&live);
  live_assert_ended (job, SCRIBE_JOB_DONE);
  only = live_only_transcript (&live);
  g_assert_cmpint (only->state, ==, SCRIBE_STATE_DONE);
}

/* A program that died when all was written but the recording's place. */
static void
test_what_has_its_text_only_gets_its_place (void)
{
  g_autofree char *place = NULL;
  g_autoptr (ScribeJob) job = NULL;
  g_autoptr (ScribeTranscript) only = NULL;
  gint64 id;
  g_auto (Live) live;

  live_init (&live);
  place = leave_recording (&live, "fox", FALSE);
  id = write_row (&live, place, FALSE, TRUE);
  live_start (&live);
  job = recovered_job (&live);
  live_assert_ended (job, SCRIBE_JOB_DONE);
  g_assert_true (g_file_test (place, G_FILE_TEST_EXISTS));
  only = live_only_transcript (&live);
  g_assert_cmpint (only->id, ==, id);
  g_assert_cmpuint (live_count_files (live.spools), ==, 0);
}

/* What is recovered is worded as what is dictated; and so it is when it is transcribed again, as a dictation still. */
static void
test_a_recovered_recording_is_worded (void)
{
  static const ScribeReplacement replacements[] = { { "brown fox", "red panda" } };
  g_autoptr (ScribeWording) wording = scribe_wording_new (replacements, 1, TRUE);
  g_autofree char *place = NULL;
  g_autoptr (ScribeJob) first = NULL, again = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_auto (Live) live;

  live_init (&live);
  place = leave_recording (&live, "fox", FALSE);
  live.options.wording = wording;
  live_start (&live);
  first = recovered_job (&live);
  live_assert_ended (first, SCRIBE_JOB_DONE);
  again = g_object_ref (scribe_session_add_file (live.session, place, NULL));
  live_assert_ended (again, SCRIBE_JOB_DONE);
  kept = live_transcripts (&live);
  g_assert_cmpuint (kept->len, ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      ScribeTranscript *transcript = g_ptr_array_index (kept, i);

      g_assert_cmpint (transcript->kind, ==, SCRIBE_KIND_DICTATION);
      g_assert_cmpint (transcript->recovered, ==, i == 1);
      g_assert_cmpstr (g_strstrip (transcript->text), ==, "The quick red panda jumps over the lazy dog.");
    }
}

/* With a real death: whatever was handed over is there. */
static void
test_a_program_that_was_killed (void)
{
  g_autofree char *said = live_text_of ("fox.wav");
  g_autoptr (ScribeJob) job = NULL;
  g_autoptr (ScribeTranscript) only = NULL;
  g_auto (Live) live;
  pid_t child;
  int status;

  live_init (&live);
  child = fork ();
  if (child == 0)
    {
      g_free (leave_recording (&live, "fox", FALSE));
      kill (getpid (), SIGKILL);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  live_start (&live);
  job = recovered_job (&live);
  live_assert_ended (job, SCRIBE_JOB_DONE);
  only = live_only_transcript (&live);
  g_assert_cmpstr (g_strstrip (only->text), ==, said);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/killed", test_a_program_that_was_killed); /* first: forks while there are no threads */
  g_test_add_data_func ("/session/recover/with-row", GINT_TO_POINTER (TRUE), test_a_recording_is_recovered);
  g_test_add_data_func ("/session/recover/without-row", GINT_TO_POINTER (FALSE), test_a_recording_is_recovered);
  g_test_add_func ("/session/recover/killed-recovery", test_a_recovery_that_was_killed_leaves_no_row);
  g_test_add_func ("/session/recover/only-its-place", test_what_has_its_text_only_gets_its_place);
  g_test_add_func ("/session/recover/worded", test_a_recovered_recording_is_worded);
  g_test_add_func ("/session/recover/next-start", test_what_could_not_be_recovered_is_left_for_the_next_start);
  g_test_add_func ("/session/recover/no-audio-kept", test_a_recovered_recording_goes_where_none_is_kept);
  return g_test_run ();
}
