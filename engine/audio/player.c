/* player.c - a recording to the loudspeaker
 *
 *   file --16 kHz mono--> libswresample, only where the device wants another format --> ring --callback--> device
 *
 * Whoever calls leaves an order (play, where to); a thread carries it out: it alone touches file, stream and, as producer, the
 * ring. The callback takes from the ring and counts the frames; where we are is where the ring began, plus those, less what the
 * device has not yet made audible. To go elsewhere the thread stops the stream first: with no callback running, it may clear the
 * ring in its place.
 *
 * A pause lets the callback give silence, so that nothing is lost of what was already on its way.
 *
 * SPDX-License-Identifier: MIT
 */
#include "audio/player.h"
#include "audio/audio-file.h"
#include "audio/ring.h"
#include "audio/sound-system.h"
#include "error.h"

#include <glib/gi18n-lib.h>
#include <libswresample/swresample.h>
#include <stdatomic.h>
#include <string.h>

#define LATENCY       0.1
#define AHEAD_SECONDS 0.5 /* in the ring, which has room for 1 */
#define BLOCK         1024
#define POLL          (20 * G_TIME_SPAN_MILLISECOND)
#define REST_AFTER    (3 * G_TIME_SPAN_SECOND) /* of a pause */
#define MAX_SECONDS   1e9
#define NOWHERE       -1

/* What the device is offered, in this order: first what the file is here. */
static const struct
{
  guint rate, n_channels;
} formats[] = { { SCRIBE_SAMPLE_RATE, 1 }, { 48000, 2 }, { 44100, 2 }, { 48000, 1 }, { 44100, 1 } };

struct _ScribePlayer
{
  char *path;
  ScribePlayerEnded ended;
  gpointer user_data;
  double duration;
  GThread *thread;

  GMutex mutex; /* guards the orders, and what a position is reckoned from */
  GCond ordered;
  gboolean play, quit, finished;
  gint64 seek_to; /* samples, or NOWHERE */
  gint64 start;   /* where in the file the ring began, in samples */
  double latency; /* s */
  guint rate;     /* of the device */

  ScribeRing *ring;
  guint n_channels;         /* of the device */
  _Atomic guint64 n_played; /* frames, since start */
  atomic_bool paused;

  /* The thread's own: */
  ScribeAudioFile *file;
  gint64 n_read; /* samples of the file */
  gboolean at_end;
  PaStream *stream;
  gboolean running;
  SwrContext *resampler;
};

static int
give (const void *input,
      void *output,
      unsigned long n_frames,
      const PaStreamCallbackTimeInfo *times,
      PaStreamCallbackFlags flags,
      void *user_data)
{
  ScribePlayer *player = user_data;
  gsize n = n_frames * player->n_channels, got = 0;

  if (!atomic_load_explicit (&player->paused, memory_order_relaxed))
    got = scribe_ring_read (player->ring, output, n);
  memset ((float *) output + got, 0, (n - got) * sizeof (float));
  atomic_fetch_add_explicit (&player->n_played, got / player->n_channels, memory_order_relaxed);
  return paContinue;
}

/* --- The device --- */

static gboolean
prepare (ScribePlayer *player)
{
  AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO, layout;

  av_channel_layout_default (&layout, player->n_channels);
  player->ring = scribe_ring_new ((gsize) player->rate * player->n_channels);
  swr_alloc_set_opts2 (&player->resampler, &layout, AV_SAMPLE_FMT_FLT, player->rate, &mono, AV_SAMPLE_FMT_FLT, SCRIBE_SAMPLE_RATE,
                       0, NULL);
  return player->resampler != NULL && swr_init (player->resampler) >= 0;
}

static PaError
open_stream (ScribePlayer *player)
{
  PaStreamParameters output = {
    .device = Pa_GetDefaultOutputDevice (),
    .sampleFormat = paFloat32,
    .suggestedLatency = LATENCY,
  };
  PaError result = paInvalidDevice;
  guint rate = 0;

  for (guint i = 0; output.device != paNoDevice && result != paNoError && i < G_N_ELEMENTS (formats); i++)
    {
      rate = formats[i].rate;
      player->n_channels = output.channelCount = formats[i].n_channels;
      result = scribe_sound_system_open (&player->stream, NULL, &output, rate, give, player);
    }
  if (result != paNoError)
    return result;
  g_mutex_lock (&player->mutex);
  player->rate = rate;
  player->latency = Pa_GetStreamInfo (player->stream)->outputLatency;
  g_mutex_unlock (&player->mutex);
  return prepare (player) ? paNoError : paInsufficientMemory;
}

/* What cannot be closed may still call back: its ring stays, and so does the player. */
static void
close_stream (ScribePlayer *player)
{
  PaStream *stream = g_steal_pointer (&player->stream);

  player->running = FALSE;
  if (stream == NULL || !scribe_sound_system_enter (NULL))
    return;
  scribe_sound_system_close (stream);
  scribe_sound_system_leave ();
  g_clear_pointer (&player->ring, scribe_ring_free);
  swr_free (&player->resampler);
}

static void
set_device_error (GError **error, PaError result)
{
  if (result == paDeviceUnavailable)
    g_set_error_literal (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO,
                         _ ("The loudspeaker is in use by another program. Close that, and play again."));
  else
    g_set_error_literal (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO,
                         _ ("There is no loudspeaker to play to. Connect one, or start the sound server of your desktop."));
}

static gboolean
start_stream (ScribePlayer *player, GError **error)
{
  PaError result = paNoError;

  if (player->running)
    return TRUE;
  if (!scribe_sound_system_enter (error))
    return FALSE;
  if (player->stream == NULL)
    {
      result = open_stream (player);
      if (result != paNoError && player->stream == NULL && scribe_sound_system_refresh (NULL))
        result = open_stream (player);
    }
  if (result == paNoError)
    result = scribe_sound_system_start (player->stream);
  scribe_sound_system_leave ();
  player->running = result == paNoError;
  if (!player->running)
    set_device_error (error, result);
  return player->running;
}

/* at_once: else after what is on its way was heard. */
static void
halt_stream (ScribePlayer *player, gboolean at_once)
{
  if (!player->running || !scribe_sound_system_enter (NULL))
    return;
  if (at_once)
    Pa_AbortStream (player->stream);
  else
    Pa_StopStream (player->stream);
  scribe_sound_system_leave ();
  player->running = FALSE;
}

/* --- The file --- */

static gboolean
is_still_wanted (ScribePlayer *player, gint64 where)
{
  gboolean wanted;

  g_mutex_lock (&player->mutex);
  wanted = player->seek_to == where && !player->quit;
  g_mutex_unlock (&player->mutex);
  return wanted;
}

/* Up to n samples, as many as there are. */
static gssize
read_file (ScribePlayer *player, float *samples, gsize n, GError **error)
{
  gssize got;

  if (player->file == NULL)
    {
      player->file = scribe_audio_file_open (player->path, NULL, error);
      player->n_read = 0;
    }
  got = player->file != NULL ? scribe_audio_file_read (player->file, samples, n, error) : -1;
  player->n_read += MAX (got, 0);
  player->at_end = got == 0;
  return got;
}

/* Times of a container are estimates; counting samples is exact. */
static gboolean
go_to (ScribePlayer *player, gint64 where, GError **error)
{
  float block[BLOCK];
  gssize got = 1;

  halt_stream (player, TRUE);
  if (player->stream != NULL)
    {
      scribe_ring_clear (player->ring);
      swr_init (player->resampler); /* forgets what it held */
    }
  if (where < player->n_read)
    g_clear_pointer (&player->file, scribe_audio_file_free);
  if (player->file == NULL)
    player->n_read = 0;
  while (player->n_read < where && got > 0 && is_still_wanted (player, where))
    got = read_file (player, block, MIN (BLOCK, where - player->n_read), error);
  player->at_end = FALSE;

  g_mutex_lock (&player->mutex);
  player->start = player->n_read;
  atomic_store (&player->n_played, 0);
  if (player->seek_to == where)
    player->seek_to = NOWHERE;
  g_mutex_unlock (&player->mutex);
  return got >= 0;
}

/* n samples, or with none what the resampler still holds. */
static void
convert (ScribePlayer *player, const float *samples, gsize n)
{
  const uint8_t *in = (const uint8_t *) samples;
  int room = swr_get_out_samples (player->resampler, n);
  g_autofree float *frames = g_new (float, (gsize) MAX (room, 1) * player->n_channels);
  uint8_t *out = (uint8_t *) frames;
  int got = swr_convert (player->resampler, &out, room, n > 0 ? &in : NULL, n);

  if (got > 0)
    scribe_ring_write (player->ring, frames, (gsize) got * player->n_channels);
}

static gboolean
fill_ring (ScribePlayer *player, GError **error)
{
  const gsize enough = (gsize) (AHEAD_SECONDS * player->rate) * player->n_channels;
  float block[BLOCK];

  while (!player->at_end && scribe_ring_get_held (player->ring) < enough)
    {
      gssize n = read_file (player, block, BLOCK, error);

      if (n < 0)
        return FALSE;
      convert (player, block, n);
    }
  return TRUE;
}

/* --- The thread --- */

typedef struct
{
  gboolean play;
  gint64 seek_to;
} Order;

/* Waits for one, while there is nothing else to do; FALSE when it is to quit. */
static gboolean
take_order (ScribePlayer *player, Order *order)
{
  gint64 end = g_get_monotonic_time () + POLL;
  gboolean quit;

  g_mutex_lock (&player->mutex);
  while (!player->quit && !player->play && player->stream == NULL) /* where to, matters then */
    g_cond_wait (&player->ordered, &player->mutex);
  if (!player->quit && player->seek_to == NOWHERE && player->stream != NULL)
    g_cond_wait_until (&player->ordered, &player->mutex, end);
  *order = (Order){ player->play, player->seek_to };
  quit = player->quit;
  g_mutex_unlock (&player->mutex);
  return !quit;
}

static gboolean
is_sent_elsewhere (ScribePlayer *player)
{
  gboolean sent;

  g_mutex_lock (&player->mutex);
  sent = player->seek_to != NOWHERE;
  g_mutex_unlock (&player->mutex);
  return sent;
}

static gint64
find_position (ScribePlayer *player) /* with the mutex */
{
  double played, on_its_way;

  if (player->seek_to != NOWHERE)
    return player->seek_to;
  played = (double) atomic_load (&player->n_played) / player->rate;
  on_its_way = player->play ? MIN (player->latency, played) : 0;
  return player->start + (gint64) ((played - on_its_way) * SCRIBE_SAMPLE_RATE);
}

/* Lets go of the device; the ring goes with it, so what it held is read again. */
static void
rest (ScribePlayer *player)
{
  g_mutex_lock (&player->mutex);
  player->seek_to = find_position (player);
  g_mutex_unlock (&player->mutex);
  close_stream (player);
}

/* It was played to its end, unless it was sent elsewhere meanwhile; or, with a reason, it cannot be played on. */
static void
end (ScribePlayer *player, const GError *reason)
{
  gboolean goes_on;

  g_mutex_lock (&player->mutex);
  goes_on = reason == NULL && player->seek_to != NOWHERE;
  if (!goes_on)
    {
      player->play = FALSE;
      player->finished = reason == NULL;
    }
  g_mutex_unlock (&player->mutex);
  if (goes_on)
    return;
  if (reason != NULL)
    rest (player);
  player->ended (reason, player->user_data);
}

/* One step while it plays: more into the ring, or the end. */
static gboolean
play_on (ScribePlayer *player, GError **error)
{
  if (player->running && Pa_IsStreamActive (player->stream) != 1)
    {
      set_device_error (error, paInvalidDevice);
      return FALSE;
    }
  atomic_store (&player->paused, FALSE);
  if (!start_stream (player, error) || !fill_ring (player, error))
    return FALSE;
  if (player->at_end && scribe_ring_get_held (player->ring) == 0)
    {
      halt_stream (player, FALSE);
      end (player, NULL);
    }
  return TRUE;
}

static gpointer
carry_out_orders (gpointer data)
{
  ScribePlayer *player = data;
  gint64 played = 0;
  Order order;

  while (take_order (player, &order))
    {
      g_autoptr (GError) error = NULL;
      gboolean good = order.seek_to == NOWHERE || go_to (player, order.seek_to, &error);

      if (good && is_sent_elsewhere (player))
        continue;
      if (good && order.play)
        {
          good = play_on (player, &error);
          played = g_get_monotonic_time ();
        }
      else if (good && player->stream != NULL && g_get_monotonic_time () - played > REST_AFTER)
        rest (player);
      atomic_store (&player->paused, !order.play);
      if (!good)
        end (player, error);
    }
  close_stream (player);
  return NULL;
}

/* --- Public --- */

ScribePlayer *
scribe_player_open (const char *path, ScribePlayerEnded ended, gpointer user_data, GError **error)
{
  ScribeAudioFile *file = scribe_audio_file_open (path, NULL, error);
  ScribePlayer *player;

  if (file == NULL)
    return NULL;
  player = g_new0 (ScribePlayer, 1);
  player->file = file;
  player->path = g_strdup (path);
  player->duration = scribe_audio_file_get_duration (file);
  player->ended = ended;
  player->user_data = user_data;
  player->rate = SCRIBE_SAMPLE_RATE;
  player->seek_to = NOWHERE;
  g_mutex_init (&player->mutex);
  g_cond_init (&player->ordered);
  player->thread = g_thread_new ("player", carry_out_orders, player);
  return player;
}

static void
order (ScribePlayer *player, gboolean play, gint64 seek_to)
{
  g_mutex_lock (&player->mutex);
  if (play && player->finished)
    seek_to = 0;
  if (seek_to != NOWHERE)
    player->seek_to = seek_to;
  if (play || seek_to != NOWHERE)
    player->finished = FALSE;
  player->play = play;
  g_cond_signal (&player->ordered);
  g_mutex_unlock (&player->mutex);
}

void
scribe_player_play (ScribePlayer *player)
{
  order (player, TRUE, NOWHERE);
}

void
scribe_player_pause (ScribePlayer *player)
{
  order (player, FALSE, NOWHERE);
}

void
scribe_player_seek (ScribePlayer *player, double seconds)
{
  order (player, scribe_player_is_playing (player), (seconds > 0 ? MIN (seconds, MAX_SECONDS) : 0) * SCRIBE_SAMPLE_RATE);
}

double
scribe_player_get_position (ScribePlayer *player)
{
  gint64 position;

  g_mutex_lock (&player->mutex);
  position = find_position (player);
  g_mutex_unlock (&player->mutex);
  return (double) position / SCRIBE_SAMPLE_RATE;
}

double
scribe_player_get_duration (ScribePlayer *player)
{
  return player->duration;
}

gboolean
scribe_player_is_playing (ScribePlayer *player)
{
  gboolean playing;

  g_mutex_lock (&player->mutex);
  playing = player->play;
  g_mutex_unlock (&player->mutex);
  return playing;
}

void
scribe_player_free (ScribePlayer *player)
{
  if (player == NULL)
    return;
  g_mutex_lock (&player->mutex);
  player->quit = TRUE;
  g_cond_signal (&player->ordered);
  g_mutex_unlock (&player->mutex);
  g_thread_join (player->thread);
  scribe_audio_file_free (player->file);
  if (player->ring != NULL)
    return; /* see close_stream() */
  g_mutex_clear (&player->mutex);
  g_cond_clear (&player->ordered);
  g_free (player->path);
  g_free (player);
}
