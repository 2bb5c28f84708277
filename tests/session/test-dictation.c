/* test-dictation.c - what is said into a real microphone becomes text
 *
 * SPDX-License-Identifier: MIT
 */
#include "sound.h"
#include "talk.h"

#include <sqlite3.h>
#include <string.h>

/* --- what is heard */
/* Where decoding takes as long as speaking, as it does under a sanitizer, nothing can be shown before the end. */
static gboolean
keeps_pace (const Talk *talk)
{
  const ScribeUtterance *first = g_ptr_array_index (talk->utterances, 0);
  const double seconds = first->mel + first->encode + first->decode;

  g_test_message ("a decoding takes %.2f s", seconds);
  return seconds < 0.5;
}

static void
test_two_utterances (gconstpointer server)
{
  g_auto (Talk) talk;
  g_autoptr (ScribeTranscript) kept = NULL;
  const ScribeSegment *first, *second;
  double seconds;

  talk_begin (&talk, (SoundServer *) server);
  if (!talk_connect (&talk))
    return;
  talk_listen (&talk);
  g_assert_nonnull (scribe_dictation_get_microphone (talk.dictation));
  g_assert_true (scribe_session_get_dictation (talk.live.session) == talk.dictation);
  talk_say (&talk, "fox.wav");
  talk_wait_for (&talk, 1);
  talk_assert_heard (&talk, "fox.wav");
  if (keeps_pace (&talk))
    {
      g_assert_cmpuint (talk.n_grown, >=, 1);
      g_assert_cmpuint (talk.n_shown, >=, 2);
    }
  talk_say (&talk, "weather.wav");
  talk_wait_for (&talk, 2);
  talk_stop (&talk);
  g_assert_no_error (talk.reason);
  g_assert_cmpuint (scribe_dictation_get_overruns (talk.dictation), ==, 0);
  g_assert_null (scribe_session_get_dictation (talk.live.session));

  kept = live_only_transcript (&talk.live);
  g_assert_cmpint (kept->id, ==, scribe_dictation_get_transcript (talk.dictation));
  g_assert_cmpint (kept->state, ==, SCRIBE_STATE_DONE);
  g_assert_cmpint (kept->kind, ==, SCRIBE_KIND_DICTATION);
  g_assert_false (kept->recovered);
  g_assert_cmpuint (kept->segments->len, ==, 2);
  g_assert_true (g_str_has_prefix (kept->source, talk.live.recordings));
  g_assert_cmpuint (live_count_files (talk.live.spools), ==, 0);

  seconds = talk_seconds_of (kept->source);
  first = g_ptr_array_index (kept->segments, 0);
  second = g_ptr_array_index (kept->segments, 1);
  g_assert_cmpfloat (first->start, >=, 0);
  g_assert_cmpfloat (first->end, <=, second->start);
  g_assert_cmpfloat (second->end, <=, seconds);
  for (guint i = 0; i < 2; i++)
    {
      const ScribeSegment *segment = g_ptr_array_index (kept->segments, i);
      const ScribeUtterance *utterance = g_ptr_array_index (talk.utterances, i);

      g_assert_cmpfloat (segment->start, >=, utterance->start - 0.001);
      g_assert_cmpfloat (segment->start, <, utterance->end);
      for (guint j = 0; segment->words && j < segment->words->len; j++)
        {
          const ScribeWord *word = g_ptr_array_index (segment->words, j);

          g_assert_cmpfloat (word->start, >=, segment->start - 0.25);
          g_assert_cmpfloat (word->end, <=, segment->end + 0.25);
        }
    }
}

/* Seconds of a clip after which nothing louder than a breath comes. */
static double
end_of_voice (const char *clip)
{
  g_autoptr (GArray) sound = sound_of_clip (clip);
  guint n = sound->len;

  while (n > 0 && ABS (g_array_index (sound, float, n - 1)) < 0.02)
    n--;
  return (double) n / SCRIBE_SAMPLE_RATE;
}

/* Released while the last word sounds, or a while after it: nothing is missing. */
static void
test_push_to_talk (gconstpointer server)
{
  static const double after[] = { -0.15, 0.3 };
  static const char *const clips[] = { "fox", "report" };

  for (guint i = 0; i < G_N_ELEMENTS (after) * G_N_ELEMENTS (clips); i++)
    {
      const char *clip = clips[i % G_N_ELEMENTS (clips)];
      g_autofree char *name = g_strconcat (clip, ".wav", NULL);
      g_auto (Talk) talk;

      talk_begin (&talk, (SoundServer *) server);
      if (!talk_connect (&talk))
        return;
      talk_listen (&talk);
      talk_say (&talk, name);
      WAIT_UNTIL (scribe_dictation_get_level (talk.dictation) > 0.02f);
      live_iterate_for (end_of_voice (clip) + after[i / G_N_ELEMENTS (clips)]);
      talk_stop (&talk);
      g_assert_no_error (talk.reason);
      g_assert_cmpuint (talk.utterances->len, ==, 1);
      talk_assert_heard (&talk, name);
      g_assert_cmpfloat (((ScribeUtterance *) g_ptr_array_index (talk.utterances, 0))->tail, >=, 0);
    }
}

static void
test_a_pause_stops_it (gconstpointer server)
{
  g_auto (Talk) talk;

  talk_begin (&talk, (SoundServer *) server);
  talk.how.stop_after_pause = TRUE;
  if (!talk_connect (&talk))
    return;
  talk_listen (&talk);
  talk_say (&talk, "fox.wav");
  WAIT_UNTIL (talk.has_ended);
  g_assert_no_error (talk.reason);
  g_assert_cmpuint (talk.utterances->len, ==, 1);
  talk_assert_heard (&talk, "fox.wav");
}

/* Who presses the key when nothing is heard any more begins another dictation: that it is so is told at once, though the engine's thread
 * waits, here for the database. */
static void
test_the_end_is_told_while_the_engine_is_busy (gconstpointer server)
{
  g_auto (Talk) talk;
  sqlite3 *other = NULL;

  talk_begin (&talk, (SoundServer *) server);
  talk.how.stop_after_pause = TRUE;
  if (!talk_connect (&talk))
    return;
  talk_listen (&talk);
  g_assert_cmpint (sqlite3_open (talk.live.database, &other), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (other, "BEGIN EXCLUSIVE", NULL, NULL, NULL), ==, SQLITE_OK);
  talk_say (&talk, "fox.wav");
  WAIT_UNTIL (scribe_dictation_get_state (talk.dictation) >= SCRIBE_DICTATION_FINISHING);
  g_assert_cmpuint (talk.n_shown, ==, 0); /* nothing was decoded yet */
  sqlite3_close (other);
  WAIT_UNTIL (talk.has_ended);
  talk_assert_heard (&talk, "fox.wav");
}

static void
test_two_in_a_row (gconstpointer server)
{
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (ScribeDictation) first = NULL;
  g_auto (Talk) talk;

  talk_begin (&talk, (SoundServer *) server);
  if (!talk_connect (&talk))
    return;
  talk_listen (&talk);
  talk_say (&talk, "fox.wav");
  talk_stop_playing (&talk);
  scribe_dictation_stop (talk.dictation);
  first = g_object_ref (talk.dictation);
  talk_dictate (&talk); /* before the first has ended */
  g_assert_true (first != talk.dictation);
  WAIT_UNTIL (scribe_dictation_get_state (talk.dictation) == SCRIBE_DICTATION_LISTENING);
  talk_say (&talk, "weather.wav");
  WAIT_UNTIL (talk.utterances->len == 2);
  talk_stop (&talk);

  g_assert_cmpstr (talk.text->str, ==, "The quick brown fox jumps over the lazy dog. The weather is nice today.");
  kept = live_transcripts (&talk.live);
  g_assert_cmpuint (kept->len, ==, 2);
  g_assert_cmpuint (live_count_files (talk.live.recordings), ==, 2);
}

/* Pressed and released at once, again and again. */
static void
test_taps (gconstpointer server)
{
  g_auto (Talk) talk;

  talk_begin (&talk, (SoundServer *) server);
  if (!talk_connect (&talk))
    return;
  live_start (&talk.live);
  for (guint i = 0; i < 8; i++)
    {
      talk_dictate (&talk);
      live_iterate_for (i * 0.02);
      if (i % 2)
        scribe_dictation_cancel (talk.dictation);
      talk_stop (&talk);
      g_assert_no_error (talk.reason);
    }
  g_assert_cmpuint (talk.utterances->len, ==, 0);
  talk_assert_nothing_kept (&talk);
}

/* --- what is kept */

static void
test_nothing_is_heard (gconstpointer server)
{
  g_auto (Talk) talk;

  talk_begin (&talk, (SoundServer *) server);
  if (!talk_connect (&talk))
    return;
  talk_listen (&talk);
  live_iterate_for (1);
  g_assert_cmpint (scribe_dictation_get_transcript (talk.dictation), ==, 0);
  talk_stop (&talk);
  g_assert_no_error (talk.reason);
  talk_assert_nothing_kept (&talk);
}

static void
test_cancelled (gconstpointer server)
{
  g_auto (Talk) talk;

  talk_begin (&talk, (SoundServer *) server);
  if (!talk_connect (&talk))
    return;
  talk_listen (&talk);
  talk_say (&talk, "fox.wav");
  WAIT_UNTIL (scribe_dictation_get_transcript (talk.dictation) != 0);
  scribe_dictation_cancel (talk.dictation);
  WAIT_UNTIL (talk.has_ended);
  g_assert_no_error (talk.reason);
  g_assert_cmpuint (talk.utterances->len, ==, 0);
  talk_assert_nothing_kept (&talk);
}

static void
test_no_recording_is_kept (gconstpointer server)
{
  g_autoptr (ScribeTranscript) kept = NULL;
  g_auto (Talk) talk;

  talk_begin (&talk, (SoundServer *) server);
  talk.live.options.keep_audio = FALSE;
  if (!talk_connect (&talk))
    return;
  talk_listen (&talk);
  talk_say (&talk, "fox.wav");
  talk_wait_for (&talk, 1);
  talk_stop (&talk);
  kept = live_only_transcript (&talk.live);
  g_assert_cmpint (kept->state, ==, SCRIBE_STATE_DONE);
  g_assert_cmpuint (live_count_files (talk.live.recordings) + live_count_files (talk.live.spools), ==, 0);
}

static void
test_nothing_is_kept (gconstpointer server)
{
  g_auto (Talk) talk;

  talk_begin (&talk, (SoundServer *) server);
  talk.live.options.keep_nothing = TRUE;
  if (!talk_connect (&talk))
    return;
  talk_listen (&talk);
  talk_say (&talk, "fox.wav");
  talk_wait_for (&talk, 1);
  talk_stop (&talk);
  talk_assert_heard (&talk, "fox.wav");
  talk_assert_nothing_kept (&talk);
}

/* --- during a long file: its text is the same as without, and it has to wait */

static void
keep_text (ScribeJob *job, const ScribeSegment *segment, GString *text)
{
  g_string_append_printf (text, "%.2f-%.2f%s\n", segment->start, segment->end, segment->text);
}

static gboolean
insertion_is_noted (Talk *talk, double seconds)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeStore) store = scribe_store_open (talk->live.database, TRUE, &error);
  g_autoptr (GPtrArray) runs = store ? scribe_store_runs (store, 0, 10, &error) : NULL;

  g_assert_no_error (error);
  g_assert_nonnull (runs);
  for (guint i = 0; i < runs->len; i++)
    if (((ScribeRun *) g_ptr_array_index (runs, i))->stats.insert_s == seconds)
      return TRUE;
  return FALSE;
}

static void
test_during_a_file (gconstpointer server)
{
  g_autoptr (GString) alone = g_string_new (NULL), shared = g_string_new (NULL);
  g_autofree char *path = NULL;
  g_autoptr (ScribeJob) first = NULL, second = NULL;
  gsize n;
  g_auto (Talk) talk;

  talk_begin (&talk, (SoundServer *) server);
  if (!talk_connect (&talk))
    return;
  live_start (&talk.live);
  path = live_write_long (&talk.live, "list", 40, 2);
  first = g_object_ref (scribe_session_add_file (talk.live.session, path, NULL));
  g_signal_connect (first, "segment", G_CALLBACK (keep_text), shared);
  WAIT_UNTIL (scribe_job_get_done (first) > 0);
  talk_listen (&talk);
  talk_say (&talk, "fox.wav");
  talk_wait_for (&talk, 1);
  talk_assert_heard (&talk, "fox.wav");
  g_assert_cmpint (scribe_job_get_state (first), ==, SCRIBE_JOB_RUNNING);
  scribe_session_report_insertion (talk.live.session, g_ptr_array_index (talk.utterances, 0), 0.25);
  talk_stop (&talk);
  n = shared->len;
  WAIT_UNTIL (shared->len > n);
  WAIT_UNTIL (insertion_is_noted (&talk, 0.25)); /* long before the recording ends */
  g_assert_cmpint (scribe_job_get_state (first), ==, SCRIBE_JOB_RUNNING);
  scribe_job_cancel (first);
  WAIT_UNTIL (scribe_job_get_state (first) == SCRIBE_JOB_STOPPED);

  second = g_object_ref (scribe_session_add_file (talk.live.session, path, NULL));
  g_signal_connect (second, "segment", G_CALLBACK (keep_text), alone);
  WAIT_UNTIL (alone->len >= shared->len);
  g_assert_true (g_str_has_prefix (alone->str, shared->str));
}

static const TalkTest tests[] = {
  { "two-utterances", test_two_utterances },
  { "push-to-talk", test_push_to_talk },
  { "a-pause-stops-it", test_a_pause_stops_it },
  { "the-end-is-told-while-the-engine-is-busy", test_the_end_is_told_while_the_engine_is_busy },
  { "two-in-a-row", test_two_in_a_row },
  { "taps", test_taps },
  { "nothing-is-heard", test_nothing_is_heard },
  { "cancelled", test_cancelled },
  { "no-recording-is-kept", test_no_recording_is_kept },
  { "nothing-is-kept", test_nothing_is_kept },
  { "during-a-file", test_during_a_file },
};

int
main (int argc, char **argv)
{
  return talk_run (argc, argv, tests, G_N_ELEMENTS (tests));
}
