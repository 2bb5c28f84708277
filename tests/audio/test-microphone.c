/* test-microphone.c - what is said into a sound server's microphone is heard, through PortAudio
 *
 * SPDX-License-Identifier: MIT
 */
#include "audio/audio-file.h"
#include "audio/microphone.h"
#include "error.h"
#include "hearing.h"
#include "listen.h"
#include "sound-server.h"
#include "wav.h"

#include <math.h>
#include <string.h>

static char *
clip_path (const char *name)
{
  return g_test_build_filename (G_TEST_DIST, "data", name, NULL);
}

static void
say (SoundServer *server, const char *sink, const char *name)
{
  g_autofree char *path = clip_path (name);

  g_assert_true (sound_server_play (server, sink, path));
}

/* --- Hearing --- */

static void
assert_hears_the_fox (SoundServer *server, const char *id)
{
  g_autoptr (GArray) said = listen_to_clip ("fox.wav");
  g_autoptr (Listener) listener = listener_new ();
  ScribeMicrophone *microphone = open_microphone (id, listener);

  g_test_message ("%s: %u Hz, %u channels", scribe_microphone_get_name (microphone), scribe_microphone_get_rate (microphone),
                  scribe_microphone_get_n_channels (microphone));
  say (server, "mic", "fox.wav");
  listener_wait (listener, said->len, 0);
  scribe_microphone_stop (microphone);
  listener_wait_for_the_end (listener);
  g_assert_no_error (listener->reason);
  g_assert_cmpuint (scribe_microphone_get_overruns (microphone), ==, 0);
  scribe_microphone_free (microphone);
  assert_hears (listener->heard, said, 0);
}

static void
test_the_default_microphone_hears (gconstpointer data)
{
  SoundServer *server = (SoundServer *) data;

  if (!sound_server_start (server))
    return;
  sound_server_add_sink (server, "mic", 2, 48000);
  assert_hears_the_fox (server, NULL);
}

static void
test_a_source_of_eight_channels_at_44100_hz (gconstpointer data)
{
  SoundServer *server = (SoundServer *) data;

  if (!sound_server_start (server))
    return;
  sound_server_add_sink (server, "mic", 8, 44100);
  assert_hears_the_fox (server, "ALSA/default");
}

/* One that is not the default, and not in PortAudio's list. */
static void
test_a_source_by_name (gconstpointer data)
{
  SoundServer *server = (SoundServer *) data;

  if (!sound_server_start (server))
    return;
  sound_server_add_sink (server, "mic", 2, 96000);
  sound_server_add_sink (server, "other", 2, 48000);
  assert_hears_the_fox (server, "alsa:pulse:mic.monitor");
}

/* --- The start --- */

static void
test_zeros_at_the_start_are_no_speech (gconstpointer data)
{
  SoundServer *server = (SoundServer *) data;
  g_autoptr (Listener) listener = listener_new ();
  ScribeMicrophone *microphone;
  guint n_asleep;

  if (!sound_server_start (server))
    return;
  sound_server_add_sink (server, "mic", 1, 16000);
  microphone = open_microphone (NULL, listener);
  listener_wait (listener, 8000, 0); /* nothing is played: it counts as awake in the end */
  scribe_microphone_free (microphone);

  n_asleep = listener->n_asleep;
  g_assert_cmpuint (n_asleep, >=, 50); /* of two seconds, in blocks of 20 ms at most... */
  g_assert_cmpuint (n_asleep, <, listener->n_blocks);
  g_assert_cmpfloat (listener->peak, ==, 0);
  g_assert_true (listener->ended);
  g_assert_no_error (listener->reason);
}

static void
test_the_level_is_told (gconstpointer data)
{
  SoundServer *server = (SoundServer *) data;
  const Wav wav = { 16000, 1, 16, FALSE };
  g_autoptr (GByteArray) sine = wav_sine (&wav, 16000, 440, 0.5);
  g_autoptr (Listener) listener = listener_new ();
  g_autofree char *path = NULL;
  ScribeMicrophone *microphone;

  if (!sound_server_start (server))
    return;
  path = wav_write (sound_server_get_folder (server), "sine.wav", &wav, sine->data, sine->len);
  sound_server_add_sink (server, "mic", 1, 16000);
  microphone = open_microphone (NULL, listener);
  g_assert_true (sound_server_play (server, "mic", path));
  listener_wait (listener, 16000, 0);
  scribe_microphone_free (microphone);
  g_assert_cmpfloat_with_epsilon (listener->peak, 0.5, 0.05);
  g_assert_cmpfloat_with_epsilon (listener->rms, 0.5 * G_SQRT2 / 2, 0.05);
}

/* --- The end --- */

typedef void (*Disaster) (SoundServer *server);

static void
unplug (SoundServer *server)
{
  sound_server_remove_sink (server, "mic");
}

/* What was said before is kept, but for what the server itself had not handed out. */
static void
assert_survives (SoundServer *server, Disaster disaster)
{
  g_autoptr (GArray) said = listen_to_clip ("fox.wav");
  g_autoptr (Listener) listener = listener_new ();
  ScribeMicrophone *microphone;
  int kept;

  if (!sound_server_start (server))
    return;
  sound_server_add_sink (server, "mic", 2, 48000);
  microphone = open_microphone (NULL, listener);
  say (server, "mic", "fox.wav");
  kept = stderr_put_away ();
  disaster (server);
  listener_wait_for_the_end (listener);
  stderr_put_back (kept);
  scribe_microphone_free (microphone);

  g_assert_error (listener->reason, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO);
  g_test_message ("%s", listener->reason->message);
  g_assert_nonnull (strstr (listener->reason->message, "is gone"));
  assert_hears (listener->heard, said, 3200);
}

static void
test_an_unplugged_microphone_keeps_what_it_heard (gconstpointer data)
{
  assert_survives ((SoundServer *) data, unplug);
}

static void
test_a_killed_server_keeps_what_was_heard (gconstpointer data)
{
  assert_survives ((SoundServer *) data, sound_server_kill);
}

static void
test_it_can_be_plugged_in_again (gconstpointer data)
{
  SoundServer *server = (SoundServer *) data;

  if (!sound_server_start (server))
    return;
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (Listener) listener = listener_new ();
      ScribeMicrophone *microphone;
      int kept;

      sound_server_add_sink (server, "mic", 2, 48000);
      microphone = open_microphone (NULL, listener);
      kept = stderr_put_away ();
      sound_server_remove_sink (server, "mic");
      listener_wait_for_the_end (listener);
      stderr_put_back (kept);
      g_assert_error (listener->reason, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO);
      scribe_microphone_free (microphone);
    }
}

/* --- What cannot be opened --- */

static void
assert_cannot_open (const char *id, const char *because)
{
  g_autoptr (Listener) listener = listener_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (scribe_microphone_open (id, &hearing, listener, &error));
  g_assert_error (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, because));
  g_assert_cmpuint (listener->n_blocks, ==, 0);
  g_assert_false (listener->ended);
}

static void
test_what_is_not_there_is_told (gconstpointer data)
{
  SoundServer *server = (SoundServer *) data;

  if (!sound_server_start (server))
    return;
  sound_server_add_sink (server, "mic", 1, 16000);
  assert_cannot_open ("ALSA/A microphone of last year", "is not connected");
  assert_cannot_open ("alsa:nothing", "is not there");

  sound_server_kill (server);
  assert_cannot_open ("ALSA/default", "is not connected"); /* the list that still has it is read again */
}

/* --- The list --- */

static guint
count_default (const GPtrArray *list)
{
  guint n = 0;

  for (guint i = 0; i < list->len; i++)
    n += ((ScribeMicrophoneInfo *) list->pdata[i])->is_default;
  return n;
}

static const ScribeMicrophoneInfo *
find_info (const GPtrArray *list, const char *id)
{
  for (guint i = 0; i < list->len; i++)
    if (g_str_equal (((ScribeMicrophoneInfo *) list->pdata[i])->id, id))
      return list->pdata[i];
  return NULL;
}

static void
test_the_list_names_what_is_there (gconstpointer data)
{
  SoundServer *server = (SoundServer *) data;
  g_autoptr (GPtrArray) list = NULL;

  if (!sound_server_start (server))
    return;
  sound_server_add_sink (server, "mic", 8, 44100);
  list = scribe_microphone_list (TRUE, NULL);
  g_assert_cmpuint (count_default (list), ==, 1);
  g_assert_true (((ScribeMicrophoneInfo *) list->pdata[0])->is_default);
  g_assert_nonnull (find_info (list, "ALSA/default"));
  g_assert_cmpstr (find_info (list, "ALSA/default")->host_api, ==, "ALSA");
  g_assert_null (find_info (list, "ALSA/samplerate"));
  for (guint i = 0; i < list->len; i++)
    for (guint k = 0; k < i; k++)
      g_assert_cmpstr (((ScribeMicrophoneInfo *) list->pdata[i])->id, !=, ((ScribeMicrophoneInfo *) list->pdata[k])->id);
}

/* PortAudio's list is of when the server did not run; after that, of now: but not while somebody records. */
static void
test_a_refresh_finds_what_is_new_but_stops_no_recording (gconstpointer data)
{
  SoundServer *server = (SoundServer *) data;
  g_autoptr (GPtrArray) before = NULL, during = NULL, after = NULL;
  g_autoptr (Listener) listener = listener_new ();
  ScribeMicrophone *microphone;

  if (!sound_server_start (server))
    return;
  sound_server_kill (server);
  before = scribe_microphone_list (TRUE, NULL);
  g_assert_null (find_info (before, "ALSA/default"));

  sound_server_start (server);
  sound_server_add_sink (server, "mic", 1, 16000);
  microphone = open_microphone ("alsa:pulse", listener);
  during = scribe_microphone_list (TRUE, NULL);
  g_assert_null (find_info (during, "ALSA/default"));
  listener_wait (listener, 0, 50);
  g_assert_false (listener->ended);
  scribe_microphone_free (microphone);

  for (gint64 end = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND; g_get_monotonic_time () < end;) /* it may be closing yet */
    {
      g_clear_pointer (&after, g_ptr_array_unref);
      after = scribe_microphone_list (TRUE, NULL);
      if (find_info (after, "ALSA/default") != NULL)
        return;
    }
  g_error ("the default microphone is not in the list");
}

/* What is asked for is looked for anew before it is said not to be there. */
static void
test_a_microphone_that_came_later_is_found (gconstpointer data)
{
  SoundServer *server = (SoundServer *) data;
  g_autoptr (Listener) listener = listener_new ();

  if (!sound_server_start (server))
    return;
  sound_server_kill (server);
  g_ptr_array_unref (scribe_microphone_list (TRUE, NULL));
  sound_server_start (server);
  sound_server_add_sink (server, "mic", 1, 16000);
  scribe_microphone_free (open_microphone ("ALSA/default", listener));
}

static void
test_nothing_is_told_to_stderr (gconstpointer data)
{
  SoundServer *server = (SoundServer *) data;
  if (g_test_subprocess ())
    {
      g_autoptr (Listener) listener = listener_new ();
      g_autoptr (GError) error = NULL;

      if (!sound_server_start (server))
        return;
      sound_server_add_sink (server, "mic", 8, 44100);
      g_ptr_array_unref (scribe_microphone_list (TRUE, NULL));
      scribe_microphone_free (open_microphone (NULL, listener));
      g_assert_null (scribe_microphone_open ("alsa:nothing", &hearing, listener, &error));
      g_printerr ("but this is");
      scribe_microphones_shut_down (); /* PortAudio's thread tells of a server that dies under a stream that is being closed */
      sound_server_kill (server);
      return;
    }
  if (!sound_server_start (server)) /* the child has its own */
    return;
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("but this is");
}

/* Its library would wait for what a killed program holds there. */
static void
test_jack_is_left_alone (gconstpointer data)
{
  SoundServer *server = (SoundServer *) data;
  g_autofree char *mapped = NULL;

  if (!sound_server_start (server))
    return;
  sound_server_add_sink (server, "mic", 2, 48000);
  g_ptr_array_unref (scribe_microphone_list (TRUE, NULL));
  g_assert_true (g_file_get_contents ("/proc/self/maps", &mapped, NULL, NULL));
  if (strstr (mapped, "libjack") == NULL)
    g_test_skip ("this PortAudio knows nothing of JACK");
  g_assert_null (strstr (mapped, "jack_db"));
}

#define ADD(name, function) g_test_add_data_func (name, server, function)

int
main (int argc, char **argv)
{
  g_autoptr (SoundServer) server = NULL;

  g_test_init (&argc, &argv, NULL);
  server = sound_server_new ();

  ADD ("/microphone/default", test_the_default_microphone_hears);
  ADD ("/microphone/eight-channels", test_a_source_of_eight_channels_at_44100_hz);
  ADD ("/microphone/by-name", test_a_source_by_name);
  ADD ("/microphone/zeros", test_zeros_at_the_start_are_no_speech);
  ADD ("/microphone/level", test_the_level_is_told);
  ADD ("/microphone/unplugged", test_an_unplugged_microphone_keeps_what_it_heard);
  ADD ("/microphone/killed-server", test_a_killed_server_keeps_what_was_heard);
  ADD ("/microphone/plugged-in-again", test_it_can_be_plugged_in_again);
  ADD ("/microphone/not-there", test_what_is_not_there_is_told);
  ADD ("/microphone/list", test_the_list_names_what_is_there);
  ADD ("/microphone/refresh", test_a_refresh_finds_what_is_new_but_stops_no_recording);
  ADD ("/microphone/came-later", test_a_microphone_that_came_later_is_found);
  ADD ("/microphone/jack", test_jack_is_left_alone);
  ADD ("/microphone/quiet", test_nothing_is_told_to_stderr);
  return g_test_run ();
}
