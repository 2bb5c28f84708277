/* test-session.c - the queue of files, and the model's coming and going; without sound
 *
 * SPDX-License-Identifier: MIT
 */
#include "live.h"
#include "sound.h"

#include <glib/gstdio.h>
#include <string.h>

/* --- files */

static void
keep_text (ScribeJob *job, const ScribeSegment *segment, GString *text)
{
  g_string_append (text, segment->text);
}

static void
keep_progress (ScribeJob *job, GParamSpec *pspec, double *done)
{
  g_assert_cmpfloat (scribe_job_get_done (job), >=, *done);
  *done = scribe_job_get_done (job);
}

static void
test_files_become_text_in_turn (void)
{
  static const char *const names[] = { "fox.wav", "hello.mp3", "weather.wav" };
  ScribeJob *jobs[3];
  GString *texts[3];
  double done[3] = { 0 };
  g_auto (Live) live;
  g_autoptr (GPtrArray) kept = NULL;

  live_init (&live);
  live_start (&live);
  for (guint i = 0; i < 3; i++)
    {
      jobs[i] = live_add_clip (&live, names[i]);
      texts[i] = g_string_new (NULL);
      g_signal_connect (jobs[i], "segment", G_CALLBACK (keep_text), texts[i]);
      g_signal_connect (jobs[i], "notify::done", G_CALLBACK (keep_progress), &done[i]);
      g_assert_cmpint (scribe_job_get_state (jobs[i]), ==, SCRIBE_JOB_WAITING);
      g_assert_cmpstr (scribe_job_get_title (jobs[i]), ==, names[i]);
    }
  g_assert_cmpuint (g_list_model_get_n_items (scribe_session_get_jobs (live.session)), ==, 3);
  live_assert_ended (jobs[2], SCRIBE_JOB_DONE);

  kept = live_transcripts (&live);
  g_assert_cmpuint (kept->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    {
      const ScribeTranscript *transcript = g_ptr_array_index (kept, 2 - i);
      g_autofree char *said = live_text_of (i == 1 ? "hello.wav" : names[i]);

      g_assert_cmpint (scribe_job_get_state (jobs[i]), ==, SCRIBE_JOB_DONE);
      g_assert_cmpstr (g_strstrip (texts[i]->str), ==, said);
      g_assert_cmpfloat_with_epsilon (done[i], scribe_job_get_total (jobs[i]), 0.2);
      g_assert_cmpint (scribe_job_get_transcript (jobs[i]), ==, transcript->id);
      g_assert_cmpstr (g_strstrip (transcript->text), ==, said);
      g_assert_cmpint (transcript->state, ==, SCRIBE_STATE_DONE);
      g_assert_cmpint (transcript->kind, ==, SCRIBE_KIND_FILE);
      g_assert_false (transcript->recovered);
      g_assert_cmpstr (transcript->source, ==, scribe_job_get_path (jobs[i]));
      g_object_unref (jobs[i]);
      g_string_free (texts[i], TRUE);
    }
  g_assert_cmpint (scribe_session_get_state (live.session), ==, SCRIBE_SESSION_READY);
  g_assert_cmpstr (scribe_session_get_model (live.session), ==, "starter-en");
  g_assert_cmpstr (scribe_session_get_device (live.session), ==, "cpu");
  g_assert_null (scribe_session_get_trouble (live.session));
}

static void
test_one_that_waits_is_cancelled (void)
{
  g_autoptr (ScribeJob) first = NULL, second = NULL;
  g_auto (Live) live;
  g_autoptr (ScribeTranscript) only = NULL;

  live_init (&live);
  live_start (&live);
  first = live_add_clip (&live, "fox.wav");
  second = live_add_clip (&live, "hello.wav");
  scribe_job_cancel (second);
  g_assert_cmpint (scribe_job_get_state (second), ==, SCRIBE_JOB_STOPPED);
  live_assert_ended (first, SCRIBE_JOB_DONE);

  only = live_only_transcript (&live);
  g_assert_cmpint (only->id, ==, scribe_job_get_transcript (first));
}

/* What was done is kept; tried again it is another transcript. */
static void
test_one_that_runs_is_cancelled_and_tried_again (void)
{
  g_autofree char *path = NULL;
  g_autoptr (ScribeJob) job = NULL, next = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  gint64 first;
  g_auto (Live) live;

  live_init (&live);
  live_start (&live);
  path = live_write_long (&live, "fox", 60, 27);
  job = live_add (&live, path);
  next = live_add_clip (&live, "hello.wav");
  WAIT_UNTIL (scribe_job_get_done (job) > 0);
  g_assert_cmpint (scribe_job_get_state (job), ==, SCRIBE_JOB_RUNNING);
  scribe_job_cancel (job);
  live_assert_ended (job, SCRIBE_JOB_STOPPED);
  g_assert_cmpfloat (scribe_job_get_done (job), <, scribe_job_get_total (job));
  g_assert_null (scribe_job_get_trouble (job));
  first = scribe_job_get_transcript (job);

  scribe_job_retry (job);
  g_assert_cmpint (scribe_job_get_state (job), ==, SCRIBE_JOB_WAITING);
  g_assert_cmpint (scribe_job_get_transcript (job), ==, 0);
  live_assert_ended (next, SCRIBE_JOB_DONE);
  WAIT_UNTIL (scribe_job_get_done (job) > 0);
  scribe_job_cancel (job);
  live_assert_ended (job, SCRIBE_JOB_STOPPED);

  kept = live_transcripts (&live);
  g_assert_cmpuint (kept->len, ==, 3);
  g_assert_cmpint (((ScribeTranscript *) g_ptr_array_index (kept, 0))->state, ==, SCRIBE_STATE_STOPPED);
  g_assert_cmpint (((ScribeTranscript *) g_ptr_array_index (kept, 2))->state, ==, SCRIBE_STATE_STOPPED);
  g_assert_cmpint (((ScribeTranscript *) g_ptr_array_index (kept, 2))->id, ==, first);
}

static void
test_only_an_ended_one_can_be_removed (void)
{
  g_autoptr (ScribeJob) job = NULL;
  GListModel *jobs;
  g_auto (Live) live;

  live_init (&live);
  live_start (&live);
  jobs = scribe_session_get_jobs (live.session);
  job = live_add_clip (&live, "hello.wav");
  scribe_session_remove_job (live.session, job);
  g_assert_cmpuint (g_list_model_get_n_items (jobs), ==, 1);
  live_assert_ended (job, SCRIBE_JOB_DONE);
  scribe_session_remove_job (live.session, job);
  g_assert_cmpuint (g_list_model_get_n_items (jobs), ==, 0);

  scribe_job_retry (job); /* it is nobody's now */
  g_assert_cmpint (scribe_job_get_state (job), ==, SCRIBE_JOB_DONE);
}

static void
test_a_broken_file_fails_with_a_sentence (void)
{
  g_autofree char *broken = NULL;
  g_autoptr (ScribeJob) bad = NULL, missing = NULL, good = NULL;
  g_auto (Live) live;

  live_init (&live);
  live_start (&live);
  broken = g_build_filename (live.folder, "broken.mp3", NULL);
  g_assert_true (g_file_set_contents (broken, "this is no sound", -1, NULL));
  bad = live_add (&live, broken);
  missing = live_add (&live, "/nowhere/at-all.wav");
  good = live_add_clip (&live, "hello.wav");
  live_assert_ended (good, SCRIBE_JOB_DONE);

  g_assert_cmpint (scribe_job_get_state (bad), ==, SCRIBE_JOB_FAILED);
  g_assert_nonnull (strstr (scribe_job_get_trouble (bad), "broken.mp3"));
  g_assert_cmpint (scribe_job_get_state (missing), ==, SCRIBE_JOB_FAILED);
  g_assert_nonnull (strstr (scribe_job_get_trouble (missing), "at-all.wav"));
}

static void
test_another_model (void)
{
  g_autofree char *clip = live_clip ("hello.wav"), *copy = NULL, *model = NULL;
  gsize size;
  g_autoptr (ScribeJob) other = NULL, none = NULL;
  g_autoptr (ScribeTranscript) only = NULL;
  g_auto (Live) live;

  live_init (&live);
  live_start (&live);
  copy = g_build_filename (live.folder, "ggml-another.bin", NULL);
  g_assert_true (g_file_get_contents (live.model, &model, &size, NULL));
  g_assert_true (g_file_set_contents (copy, model, (gssize) size, NULL));
  none = g_object_ref (scribe_session_add_file (live.session, clip, "no-such-model"));
  other = g_object_ref (scribe_session_add_file (live.session, clip, copy));
  live_assert_ended (other, SCRIBE_JOB_DONE);

  live_assert_ended (none, SCRIBE_JOB_FAILED);
  g_assert_nonnull (strstr (scribe_job_get_trouble (none), "no-such-model"));
  only = live_only_transcript (&live);
  g_assert_cmpstr (only->run.model, ==, "another");
  g_assert_cmpint (scribe_session_get_state (live.session), ==, SCRIBE_SESSION_EMPTY); /* the session's own was not needed */
}

/* --- the model */

static void
test_a_missing_model_is_told_until_there_is_one (void)
{
  g_autoptr (ScribeJob) job = NULL;
  g_auto (Live) live;

  live_init (&live);
  live.options.model = "/nowhere/model.bin";
  live_start (&live);
  scribe_session_warm_up (live.session);
  WAIT_UNTIL (scribe_session_get_state (live.session) == SCRIBE_SESSION_FAILED);
  WAIT_UNTIL (scribe_session_get_trouble (live.session));
  g_assert_nonnull (strstr (scribe_session_get_trouble (live.session), "model.bin"));
  job = live_add_clip (&live, "hello.wav");
  live_assert_ended (job, SCRIBE_JOB_FAILED);
  g_assert_nonnull (strstr (scribe_job_get_trouble (job), "model.bin"));

  live.options.model = live.model;
  scribe_session_configure (live.session, &live.options);
  scribe_job_retry (job);
  live_assert_ended (job, SCRIBE_JOB_DONE);
  g_assert_cmpint (scribe_session_get_state (live.session), ==, SCRIBE_SESSION_READY);
  g_assert_null (scribe_session_get_trouble (live.session));
}

/* Nor does the CPU take the place of what was asked for by name. */
static void
test_a_device_that_cannot_be_had_is_told (void)
{
  g_autoptr (ScribeJob) job = NULL;
  g_autoptr (GError) missing = NULL;
  g_autofree char *found = NULL;
  g_auto (Live) live;

  if (scribe_npu_check_usable (&found, &missing))
    {
      g_test_skip ("there is an NPU");
      return;
    }
  live_init (&live);
  live.options.device = "npu";
  live_start (&live);
  scribe_session_warm_up (live.session);
  WAIT_UNTIL (scribe_session_get_state (live.session) == SCRIBE_SESSION_FAILED);
  WAIT_UNTIL (scribe_session_get_trouble (live.session));
  g_assert_nonnull (strstr (scribe_session_get_trouble (live.session), missing->message));
  job = live_add_clip (&live, "hello.wav");
  live_assert_ended (job, SCRIBE_JOB_FAILED);
  g_assert_nonnull (strstr (scribe_job_get_trouble (job), missing->message));

  live.options.device = "cpu";
  scribe_session_configure (live.session, &live.options);
  scribe_job_retry (job);
  live_assert_ended (job, SCRIBE_JOB_DONE);
  g_assert_null (scribe_session_get_trouble (live.session));
}

static void
test_an_idle_model_is_given_back (void)
{
  g_autoptr (ScribeJob) job = NULL;
  g_auto (Live) live;

  live_init (&live);
  live.options.idle_seconds = 1;
  live_start (&live);
  scribe_session_warm_up (live.session);
  WAIT_UNTIL (scribe_session_get_state (live.session) == SCRIBE_SESSION_READY);
  WAIT_UNTIL (scribe_session_get_state (live.session) == SCRIBE_SESSION_EMPTY);
  g_assert_null (scribe_session_get_model (live.session));
  g_assert_null (scribe_session_get_device (live.session));

  job = live_add_clip (&live, "hello.wav");
  live_assert_ended (job, SCRIBE_JOB_DONE);
  WAIT_UNTIL (scribe_session_get_state (live.session) == SCRIBE_SESSION_EMPTY);
}

static void
test_a_configured_model_replaces_the_one_in_memory (void)
{
  g_autofree char *copy = NULL, *model = NULL;
  gsize size;
  g_auto (Live) live;

  live_init (&live);
  live_start (&live);
  scribe_session_warm_up (live.session);
  WAIT_UNTIL (g_strcmp0 (scribe_session_get_model (live.session), "starter-en") == 0);
  copy = g_build_filename (live.folder, "ggml-another.bin", NULL);
  g_assert_true (g_file_get_contents (live.model, &model, &size, NULL));
  g_assert_true (g_file_set_contents (copy, model, (gssize) size, NULL));
  live.options.model = copy;
  scribe_session_configure (live.session, &live.options);
  scribe_session_warm_up (live.session);
  WAIT_UNTIL (g_strcmp0 (scribe_session_get_model (live.session), "another") == 0);
}

/* --- the database */

/* The folder's place is taken by a file: nothing can be written, whoever asks. */
static void
test_without_a_database_work_goes_on (void)
{
  g_autofree char *folder = NULL, *said = live_text_of ("fox.wav");
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (ScribeJob) job = NULL;
  g_auto (Live) live;

  live_init (&live);
  folder = g_path_get_dirname (live.database);
  g_assert_true (g_file_set_contents (folder, "", 0, NULL));
  live_start (&live);
  scribe_session_warm_up (live.session);
  job = live_add_clip (&live, "fox.wav");
  g_signal_connect (job, "segment", G_CALLBACK (keep_text), text);
  live_assert_ended (job, SCRIBE_JOB_DONE);

  g_assert_cmpstr (g_strstrip (text->str), ==, said);
  g_assert_cmpint (scribe_job_get_transcript (job), ==, 0);
  g_assert_nonnull (scribe_session_get_trouble (live.session));
  g_assert_nonnull (strstr (scribe_session_get_trouble (live.session), live.folder));
}

/* Nobody chose a model: it is the best there is, and that changes. */
static void
test_a_model_that_is_installed_is_used (void)
{
  g_autofree char *folder = scribe_models_folder (), *path = g_build_filename (folder, "base.en.bin", NULL);
  g_autoptr (ScribeJob) job = NULL;
  g_auto (Live) live;

  live_init (&live);
  live.options.model = NULL;
  live_start (&live);
  scribe_session_warm_up (live.session);
  WAIT_UNTIL (scribe_session_get_state (live.session) == SCRIBE_SESSION_READY);
  g_assert_cmpstr (scribe_session_get_model (live.session), ==, "starter-en");

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_cmpint (symlink (live.model, path), ==, 0);
  scribe_session_models_changed (live.session);
  WAIT_UNTIL (g_strcmp0 (scribe_session_get_model (live.session), "base.en") == 0);
  g_unlink (path);
  scribe_session_models_changed (live.session);
  WAIT_UNTIL (g_strcmp0 (scribe_session_get_model (live.session), "starter-en") == 0);
  g_rmdir (folder);
}

/* --- the end */

static void
test_a_file_that_is_cut_off_stays_as_stopped (void)
{
  g_autofree char *path = NULL;
  g_autoptr (ScribeJob) job = NULL;
  g_autoptr (ScribeTranscript) only = NULL;
  gint64 begin;
  g_auto (Live) live;

  live_init (&live);
  live_start (&live);
  path = live_write_long (&live, "fox", 60, 27);
  job = live_add (&live, path);
  WAIT_UNTIL (scribe_job_get_done (job) > 30);
  begin = g_get_monotonic_time ();
  live_stop (&live);
  g_test_message ("closed in %.2f s", (g_get_monotonic_time () - begin) * 1e-6);

  only = live_only_transcript (&live);
  g_assert_cmpint (only->state, ==, SCRIBE_STATE_STOPPED);
  g_assert_cmpuint (only->segments->len, >, 0);
  g_assert_cmpint (scribe_job_get_state (job), ==, SCRIBE_JOB_STOPPED);
  scribe_job_retry (job); /* held longer than the session */
  scribe_job_cancel (job);
}

static void
test_closed_before_it_did_anything (void)
{
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (ScribeJob) job = NULL;
      g_auto (Live) live;

      live_init (&live);
      live_start (&live);
      scribe_session_recover (live.session);
      if (i % 2)
        {
          job = live_add_clip (&live, "hello.wav");
          g_assert_nonnull (job);
        }
      if (i % 5 == 0)
        g_usleep (i * 1000);
    }
}

static void
forget_it (ScribeJob *job, const ScribeSegment *segment, Live *live)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = scribe_store_open (live->database, FALSE, &error);

  g_assert_no_error (error);
  scribe_store_delete (store, scribe_job_get_transcript (job), NULL); /* the second time there is none */
}

/* Nobody waits for the rest of what was deleted, and it is no trouble. */
static void
test_a_transcript_is_deleted_while_it_runs (void)
{
  g_autoptr (ScribeJob) job = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autofree char *path = NULL;
  g_auto (Live) live;

  live_init (&live);
  path = live_write_long (&live, "fox", 60, 27);
  live_start (&live);
  job = g_object_ref (scribe_session_add_file (live.session, path, NULL));
  g_signal_connect (job, "segment", G_CALLBACK (forget_it), &live);
  live_assert_ended (job, SCRIBE_JOB_STOPPED);
  kept = live_transcripts (&live);
  g_assert_cmpuint (kept->len, ==, 0);
  g_assert_null (scribe_session_get_trouble (live.session));
}

int
main (int argc, char **argv)
{
  g_autofree char *home = g_dir_make_tmp ("tilescribe-home-XXXXXX", NULL), *ours = g_build_filename (home, "tilescribe", NULL);
  int failed;

  g_setenv ("XDG_DATA_HOME", home, TRUE); /* where models are installed */
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/files/in-turn", test_files_become_text_in_turn);
  g_test_add_func ("/session/files/cancel-waiting", test_one_that_waits_is_cancelled);
  g_test_add_func ("/session/files/cancel-running", test_one_that_runs_is_cancelled_and_tried_again);
  g_test_add_func ("/session/files/remove", test_only_an_ended_one_can_be_removed);
  g_test_add_func ("/session/files/broken", test_a_broken_file_fails_with_a_sentence);
  g_test_add_func ("/session/files/another-model", test_another_model);
  g_test_add_func ("/session/model/missing", test_a_missing_model_is_told_until_there_is_one);
  g_test_add_func ("/session/model/device", test_a_device_that_cannot_be_had_is_told);
  g_test_add_func ("/session/model/idle", test_an_idle_model_is_given_back);
  g_test_add_func ("/session/model/installed", test_a_model_that_is_installed_is_used);
  g_test_add_func ("/session/model/configured", test_a_configured_model_replaces_the_one_in_memory);
  g_test_add_func ("/session/database/none", test_without_a_database_work_goes_on);
  g_test_add_func ("/session/close/file", test_a_file_that_is_cut_off_stays_as_stopped);
  g_test_add_func ("/session/close/at-once", test_closed_before_it_did_anything);
  g_test_add_func ("/session/files/deleted-while-it-runs", test_a_transcript_is_deleted_while_it_runs);
  failed = g_test_run ();
  g_rmdir (ours);
  g_rmdir (home);
  return failed;
}
