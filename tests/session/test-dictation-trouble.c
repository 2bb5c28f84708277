/* test-dictation-trouble.c - what goes wrong while somebody speaks: it is told, and nothing that was said is lost
 *
 * SPDX-License-Identifier: MIT
 */
#include "golden.h"
#include "talk.h"

#include <glib/gstdio.h>

static void
test_the_microphone_vanishes (gconstpointer server)
{
  g_autoptr (ScribeTranscript) kept = NULL;
  g_auto (Talk) talk;

  talk_begin (&talk, (SoundServer *) server);
  if (!talk_connect (&talk))
    return;
  talk_listen (&talk);
  talk_say (&talk, "fox.wav");
  WAIT_UNTIL (strstr (scribe_dictation_get_stable (talk.dictation), "quick"));
  sound_server_kill (talk.server);
  WAIT_UNTIL (talk.has_ended);

  g_assert_error (talk.reason, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO);
  g_assert_cmpuint (talk.utterances->len, ==, 1);
  g_assert_nonnull (strstr (talk.text->str, "quick"));
  kept = live_only_transcript (&talk.live);
  g_assert_cmpint (kept->state, ==, SCRIBE_STATE_DONE);
  g_assert_true (g_file_test (kept->source, G_FILE_TEST_EXISTS));
}

static void
test_no_microphone (gconstpointer server)
{
  g_auto (Talk) talk;

  talk_begin (&talk, (SoundServer *) server);
  talk.how.microphone = "alsa:no-such-microphone";
  if (!talk_connect (&talk))
    return;
  live_start (&talk.live);
  talk_dictate (&talk);
  WAIT_UNTIL (talk.has_ended);
  g_assert_error (talk.reason, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO);
  g_assert_nonnull (strstr (talk.reason->message, "no-such-microphone"));
  talk_assert_nothing_kept (&talk);
}

static void
test_nowhere_to_record (gconstpointer server)
{
  g_auto (Talk) talk;
  g_autofree char *folder = NULL;

  talk_begin (&talk, (SoundServer *) server);
  if (!talk_connect (&talk))
    return;
  folder = g_path_get_dirname (talk.live.recordings);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (talk.live.recordings, "", 0, NULL));
  live_start (&talk.live);
  talk_dictate (&talk);
  WAIT_UNTIL (talk.has_ended);
  g_assert_error (talk.reason, SCRIBE_ERROR, SCRIBE_ERROR_OUTPUT);
}

/* What was said is kept, to be transcribed when there is a model. */
static void
test_no_model (gconstpointer server)
{
  g_autoptr (ScribeTranscript) kept = NULL;
  g_auto (Talk) talk;

  talk_begin (&talk, (SoundServer *) server);
  talk.live.options.model = "/nowhere/model.bin";
  if (!talk_connect (&talk))
    return;
  live_start (&talk.live);
  talk_dictate (&talk);
  WAIT_UNTIL (scribe_dictation_get_state (talk.dictation) == SCRIBE_DICTATION_LISTENING);
  talk_say (&talk, "fox.wav");
  talk_stop_playing (&talk);
  talk_stop (&talk);
  g_assert_nonnull (talk.reason);
  g_assert_nonnull (strstr (talk.reason->message, "model.bin"));
  kept = live_only_transcript (&talk.live);
  g_assert_cmpint (kept->state, ==, SCRIBE_STATE_FAILED);
  g_assert_cmpfloat (talk_seconds_of (kept->source), >, 2);
}

/* To a model that finds no word in anything. FALSE: skipped. */
static gboolean
say_to_the_deaf (Talk *talk, const char *clip)
{
  g_autoptr (Golden) golden = golden_open ();
  g_autofree char *deaf = NULL;

  if (golden == NULL)
    {
      g_test_skip ("no numpy when the build was configured");
      return FALSE;
    }
  deaf = golden_model_path (golden, "mute");
  talk->live.options.model = deaf;
  if (!talk_connect (talk))
    return FALSE;
  talk_listen (talk);
  talk_say (talk, clip);
  talk_stop_playing (talk);
  talk_stop (talk);
  g_assert_error (talk->reason, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO);
  g_assert_cmpuint (talk->utterances->len, ==, 0);
  return TRUE;
}

/* A word or a cough: that is told, and nothing is kept. */
static void
test_too_little_is_heard (gconstpointer server)
{
  g_auto (Talk) talk;

  talk_begin (&talk, (SoundServer *) server);
  if (say_to_the_deaf (&talk, "hello.wav"))
    talk_assert_nothing_kept (&talk);
}

/* Somebody spoke, and the model made nothing of it: that is told, and the recording is there for a better one. */
static void
test_no_word_is_made_out (gconstpointer server)
{
  g_autoptr (ScribeTranscript) kept = NULL;
  g_auto (Talk) talk;

  talk_begin (&talk, (SoundServer *) server);
  if (!say_to_the_deaf (&talk, "report.wav"))
    return;
  kept = live_only_transcript (&talk.live);
  g_assert_cmpint (kept->state, ==, SCRIBE_STATE_FAILED);
  g_assert_cmpfloat (talk_seconds_of (kept->source), >, 2);
}

/* The text is shown, and the recording waits for a start that can keep it. */
static void
test_no_database (gconstpointer server)
{
  g_autoptr (ScribeJob) job = NULL;
  g_autoptr (ScribeTranscript) kept = NULL;
  g_auto (Talk) talk;

  talk_begin (&talk, (SoundServer *) server);
  talk.live.options.keep_audio = FALSE;
  if (!talk_connect (&talk))
    return;
  g_assert_cmpint (g_mkdir_with_parents (talk.live.database, 0700), ==, 0);
  talk_listen (&talk);
  talk_say (&talk, "fox.wav");
  talk_wait_for (&talk, 1);
  talk_stop (&talk);
  talk_assert_heard (&talk, "fox.wav");
  g_assert_nonnull (scribe_session_get_trouble (talk.live.session));
  g_assert_cmpuint (live_count_files (talk.live.spools), ==, 1);

  g_clear_object (&talk.dictation); /* which holds its recording */
  scribe_session_recover (talk.live.session);
  WAIT_UNTIL (g_list_model_get_n_items (scribe_session_get_jobs (talk.live.session)) == 1);
  job = g_list_model_get_item (scribe_session_get_jobs (talk.live.session), 0);
  WAIT_UNTIL (scribe_job_get_state (job) == SCRIBE_JOB_FAILED);
  g_assert_cmpuint (live_count_files (talk.live.spools), ==, 1);

  g_assert_cmpint (g_rmdir (talk.live.database), ==, 0);
  scribe_job_retry (job);
  WAIT_UNTIL (scribe_job_get_state (job) == SCRIBE_JOB_DONE);
  kept = live_only_transcript (&talk.live);
  g_assert_true (kept->recovered);
  live_assert_like (g_strstrip (kept->text), "fox.wav");
  WAIT_UNTIL (scribe_session_get_trouble (talk.live.session) == NULL);
  g_assert_cmpuint (live_count_files (talk.live.spools) + live_count_files (talk.live.recordings), ==, 0);
}

/* Closing is as letting go of the key. */
static void
test_closed_in_the_middle (gconstpointer server)
{
  g_autoptr (ScribeTranscript) kept = NULL;
  g_auto (Talk) talk;

  talk_begin (&talk, (SoundServer *) server);
  if (!talk_connect (&talk))
    return;
  talk_listen (&talk);
  talk_say (&talk, "fox.wav");
  WAIT_UNTIL (strstr (scribe_dictation_get_stable (talk.dictation), "quick"));
  live_stop (&talk.live);
  g_assert_true (talk.has_ended);
  scribe_dictation_cancel (talk.dictation); /* held longer than the session */
  scribe_dictation_stop (talk.dictation);
  kept = live_only_transcript (&talk.live);
  g_assert_cmpint (kept->state, ==, SCRIBE_STATE_DONE);
  g_assert_nonnull (strstr (kept->text, "quick"));
}

static const TalkTest tests[] = {
  { "the-microphone-vanishes", test_the_microphone_vanishes },
  { "no-microphone", test_no_microphone },
  { "nowhere-to-record", test_nowhere_to_record },
  { "no-model", test_no_model },
  { "too-little-is-heard", test_too_little_is_heard },
  { "no-word-is-made-out", test_no_word_is_made_out },
  { "no-database", test_no_database },
  { "closed-in-the-middle", test_closed_in_the_middle },
};

int
main (int argc, char **argv)
{
  return talk_run (argc, argv, tests, G_N_ELEMENTS (tests));
}
