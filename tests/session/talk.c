/* talk.c - a dictation, and somebody who speaks into a real microphone, for tests
 *
 * SPDX-License-Identifier: MIT
 */
#include "talk.h"

static void
on_utterance (ScribeDictation *dictation, const ScribeUtterance *utterance, Talk *talk)
{
  g_assert_cmpint (scribe_dictation_get_state (dictation), <, SCRIBE_DICTATION_ENDED);
  g_assert_cmpstr (utterance->text, !=, "");
  g_assert_cmpstr (scribe_dictation_get_stable (dictation), ==, "");
  g_assert_cmpstr (scribe_dictation_get_unstable (dictation), ==, "");
  g_assert_cmpfloat (utterance->end, >, utterance->start);
  g_assert_cmpfloat (utterance->total, >=, MAX (utterance->tail, 0));
  g_test_message ("%.2f-%.2f “%s”: %.3f s", utterance->start, utterance->end, utterance->text, utterance->total);
  g_ptr_array_add (talk->utterances, scribe_utterance_copy (utterance));
  g_string_append_printf (talk->text, "%s%s", talk->text->len ? " " : "", utterance->text);
}

/* Nothing stable is taken back before the utterance is over. */
static void
on_stable (ScribeDictation *dictation, GParamSpec *pspec, Talk *talk)
{
  const char *stable = scribe_dictation_get_stable (dictation);

  if (*stable)
    g_assert_true (g_str_has_prefix (stable, talk->stable));
  talk->n_grown += *stable != '\0';
  g_free (talk->stable);
  talk->stable = g_strdup (stable);
}

static void
on_unstable (ScribeDictation *dictation, GParamSpec *pspec, Talk *talk)
{
  talk->n_shown += *scribe_dictation_get_unstable (dictation) != '\0';
}

static void
on_ended (ScribeDictation *dictation, const GError *reason, Talk *talk)
{
  g_assert_cmpint (scribe_dictation_get_state (dictation), ==, SCRIBE_DICTATION_ENDED);
  if (dictation != talk->dictation) /* the one before */
    return;
  g_assert_false (talk->has_ended);
  talk->has_ended = TRUE;
  talk->reason = reason ? g_error_copy (reason) : NULL;
}

void
talk_begin (Talk *talk, SoundServer *server)
{
  *talk = (Talk){ .server = server,
                  .utterances = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_utterance_free),
                  .text = g_string_new (NULL),
                  .stable = g_strdup ("") };
  live_init (&talk->live);
  scribe_dictation_options_init (&talk->how);
}

void
talk_stop_playing (Talk *talk)
{
  if (talk->player)
    g_thread_join (g_steal_pointer (&talk->player));
}

void
talk_end (Talk *talk)
{
  talk_stop_playing (talk);
  g_clear_object (&talk->dictation);
  g_clear_error (&talk->reason);
  g_ptr_array_unref (talk->utterances);
  g_string_free (talk->text, TRUE);
  g_free (talk->stable);
  live_clear (&talk->live);
}

gboolean
talk_connect (Talk *talk)
{
  if (!sound_server_start (talk->server))
    return FALSE;
  sound_server_add_sink (talk->server, "mic", 2, 48000);
  return TRUE;
}

void
talk_dictate (Talk *talk)
{
  g_clear_object (&talk->dictation);
  talk->has_ended = FALSE;
  talk->dictation = g_object_ref (scribe_session_dictate (talk->live.session, &talk->how));
  g_signal_connect (talk->dictation, "utterance", G_CALLBACK (on_utterance), talk);
  g_signal_connect (talk->dictation, "notify::stable", G_CALLBACK (on_stable), talk);
  g_signal_connect (talk->dictation, "notify::unstable", G_CALLBACK (on_unstable), talk);
  g_signal_connect (talk->dictation, "ended", G_CALLBACK (on_ended), talk);
}

void
talk_listen (Talk *talk)
{
  if (talk->live.session == NULL)
    live_start (&talk->live);
  scribe_session_warm_up (talk->live.session);
  WAIT_UNTIL (scribe_session_get_state (talk->live.session) == SCRIBE_SESSION_READY);
  talk_dictate (talk);
  WAIT_UNTIL (scribe_dictation_get_state (talk->dictation) >= SCRIBE_DICTATION_LISTENING);
  g_assert_no_error (talk->reason);
  g_assert_cmpint (scribe_dictation_get_state (talk->dictation), ==, SCRIBE_DICTATION_LISTENING);
}

typedef struct
{
  SoundServer *server;
  char *path;
} Playing;

static gpointer
play (gpointer data)
{
  Playing *playing = data;

  sound_server_play (playing->server, "mic", playing->path); /* to its end, unless the server is killed */
  g_free (playing->path);
  g_free (playing);
  return NULL;
}

void
talk_say (Talk *talk, const char *clip)
{
  Playing *playing = g_new (Playing, 1);

  *playing = (Playing){ talk->server, live_clip (clip) };
  talk_stop_playing (talk);
  talk->player = g_thread_new ("player", play, playing);
}

void
talk_wait_for (Talk *talk, guint n)
{
  WAIT_UNTIL (talk->utterances->len >= n || talk->has_ended);
  g_assert_cmpuint (talk->utterances->len, ==, n);
}

void
talk_stop (Talk *talk)
{
  scribe_dictation_stop (talk->dictation);
  WAIT_UNTIL (talk->has_ended);
}

void
talk_assert_heard (const Talk *talk, const char *clip)
{
  live_assert_like (talk->text->str, clip);
}

void
talk_assert_nothing_kept (Talk *talk)
{
  g_autoptr (GPtrArray) kept = live_transcripts (&talk->live);

  g_assert_cmpuint (kept->len, ==, 0);
  g_assert_cmpuint (live_count_files (talk->live.recordings), ==, 0);
  g_assert_cmpuint (live_count_files (talk->live.spools), ==, 0);
}

double
talk_seconds_of (const char *recording)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeAudioFile) audio = scribe_audio_file_open (recording, NULL, &error);

  g_assert_no_error (error);
  return scribe_audio_file_get_duration (audio);
}

int
talk_run (int argc, char **argv, const TalkTest *tests, guint n)
{
  g_autoptr (SoundServer) server = NULL;

  g_test_init (&argc, &argv, NULL);
  server = sound_server_new ();
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *path = g_strconcat ("/dictation/", tests[i].name, NULL);

      g_test_add_data_func (path, server, tests[i].test);
    }
  return g_test_run ();
}
