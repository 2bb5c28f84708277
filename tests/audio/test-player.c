/* test-player.c - what is played can be heard, from where it was sent to
 *
 * A microphone listens to what comes out of the loudspeaker: both are the same null sink of a sound server.
 *
 * SPDX-License-Identifier: MIT
 */
#include "audio/audio-file.h"
#include "audio/player.h"
#include "error.h"
#include "hearing.h"
#include "listen.h"
#include "sound-server.h"

#include <math.h>
#include <string.h>

#define PATIENCE (30 * G_TIME_SPAN_SECOND)

/* What a player told of its end. */
typedef struct
{
  GMutex mutex;
  GCond changed;
  guint n_ended;
  GError *reason; /* the last */
} Audience;

static void
on_ended (const GError *reason, gpointer user_data)
{
  Audience *audience = user_data;

  g_mutex_lock (&audience->mutex);
  audience->n_ended++;
  g_clear_error (&audience->reason);
  audience->reason = reason != NULL ? g_error_copy (reason) : NULL;
  g_cond_signal (&audience->changed);
  g_mutex_unlock (&audience->mutex);
}

static void
wait_for_end (Audience *audience, guint n)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&audience->mutex);
  while (audience->n_ended < n)
    if (!g_cond_wait_until (&audience->changed, &audience->mutex, end))
      g_error ("the player did not end");
  g_mutex_unlock (&audience->mutex);
}

static void
wait_for_position (ScribePlayer *player, double seconds)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  while (scribe_player_get_position (player) < seconds)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_usleep (5000);
    }
}

static ScribePlayer *
open_clip (const char *name, Audience *audience)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", name, NULL);
  g_autoptr (GError) error = NULL;
  ScribePlayer *player = scribe_player_open (path, on_ended, audience, &error);

  g_assert_no_error (error);
  return player;
}

/* Of what was said, from this second on. */
static GArray *
tail_of (const GArray *said, double seconds)
{
  GArray *tail = g_array_new (FALSE, FALSE, sizeof (float));
  guint start = seconds * SCRIBE_SAMPLE_RATE;

  return g_array_append_vals (tail, &g_array_index (said, float, start), said->len - start);
}

static void
test_a_clip_is_played_to_its_end_and_again (gconstpointer data)
{
  SoundServer *server = (SoundServer *) data;
  g_autoptr (GArray) said = listen_to_clip ("fox.wav");
  Audience audience = { 0 };
  ScribePlayer *player;

  if (!sound_server_start (server))
    return;
  sound_server_add_sink (server, "mic", 2, 48000);
  player = open_clip ("fox.wav", &audience);
  g_assert_cmpfloat_with_epsilon (scribe_player_get_duration (player), said->len / 16000.0, 0.01);
  for (guint i = 1; i <= 2; i++)
    {
      g_autoptr (Listener) listener = listener_new ();
      ScribeMicrophone *microphone = open_microphone (NULL, listener);

      scribe_player_play (player);
      g_assert_true (scribe_player_is_playing (player));
      wait_for_end (&audience, i);
      g_assert_no_error (audience.reason);
      g_assert_false (scribe_player_is_playing (player));
      g_assert_cmpfloat_with_epsilon (scribe_player_get_position (player), said->len / 16000.0, 0.01);
      listener_wait (listener, said->len, 0);
      scribe_microphone_free (microphone);
      assert_hears (listener->heard, said, 0);
    }
  scribe_player_free (player);
}

static void
test_it_plays_from_where_it_was_sent_to (gconstpointer data)
{
  SoundServer *server = (SoundServer *) data;
  g_autoptr (GArray) said = listen_to_clip ("fox.wav"), tail = tail_of (said, 1.25);
  Audience audience = { 0 };
  ScribePlayer *player;

  if (!sound_server_start (server))
    return;
  sound_server_add_sink (server, "mic", 2, 48000);
  player = open_clip ("fox.wav", &audience);
  for (guint i = 1; i <= 2; i++) /* forwards, and then backwards */
    {
      g_autoptr (Listener) listener = listener_new ();
      ScribeMicrophone *microphone = open_microphone (NULL, listener);

      scribe_player_seek (player, 1.25);
      g_assert_cmpfloat_with_epsilon (scribe_player_get_position (player), 1.25, 1e-3);
      scribe_player_play (player);
      wait_for_end (&audience, i);
      listener_wait (listener, tail->len, 0);
      scribe_microphone_free (microphone);
      assert_hears (listener->heard, tail, 0);
    }
  scribe_player_free (player);
}

static void
test_a_pause_loses_nothing (gconstpointer data)
{
  SoundServer *server = (SoundServer *) data;
  Audience audience = { 0 };
  ScribePlayer *player;
  double position;

  if (!sound_server_start (server))
    return;
  sound_server_add_sink (server, "mic", 2, 48000);
  player = open_clip ("fox.wav", &audience);
  scribe_player_play (player);
  wait_for_position (player, 0.5);
  scribe_player_pause (player);
  g_assert_false (scribe_player_is_playing (player));
  g_usleep (200000); /* for the thread to hear of it */
  position = scribe_player_get_position (player);
  g_usleep (200000);
  g_assert_cmpfloat (scribe_player_get_position (player), ==, position);
  g_assert_cmpfloat (position, >=, 0.5);
  g_assert_cmpuint (audience.n_ended, ==, 0);

  g_usleep (4 * G_USEC_PER_SEC); /* and the device is let go of */
  g_assert_cmpfloat_with_epsilon (scribe_player_get_position (player), position, 1e-3);
  scribe_player_play (player);
  wait_for_position (player, position + 0.3);
  scribe_player_free (player);
}

static void
test_a_killed_server_is_told (gconstpointer data)
{
  SoundServer *server = (SoundServer *) data;
  Audience audience = { 0 };
  ScribePlayer *player;
  int kept;

  if (!sound_server_start (server))
    return;
  sound_server_add_sink (server, "mic", 2, 48000);
  player = open_clip ("fox.wav", &audience);
  scribe_player_play (player);
  wait_for_position (player, 0.3);
  kept = stderr_put_away ();
  sound_server_kill (server);
  wait_for_end (&audience, 1);
  stderr_put_back (kept);
  g_test_message ("%s", audience.reason->message);
  g_assert_error (audience.reason, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO);
  g_assert_cmpfloat (scribe_player_get_position (player), >=, 0.3);

  scribe_player_play (player); /* still nobody there */
  wait_for_end (&audience, 2);
  g_assert_error (audience.reason, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO);
  scribe_player_free (player);
  g_clear_error (&audience.reason);
}

static void
test_what_is_no_recording_is_told (gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (scribe_player_open ("/nowhere.wav", on_ended, NULL, &error));
  g_assert_error (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO);
}

#define ADD(name, function) g_test_add_data_func (name, server, function)

int
main (int argc, char **argv)
{
  g_autoptr (SoundServer) server = NULL;

  g_test_init (&argc, &argv, NULL);
  server = sound_server_new ();

  ADD ("/player/clip", test_a_clip_is_played_to_its_end_and_again);
  ADD ("/player/seek", test_it_plays_from_where_it_was_sent_to);
  ADD ("/player/pause", test_a_pause_loses_nothing);
  ADD ("/player/killed-server", test_a_killed_server_is_told);
  ADD ("/player/no-recording", test_what_is_no_recording_is_told);
  return g_test_run ();
}
