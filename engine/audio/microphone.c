/* microphone.c - what a microphone hears, as it hears it: 16 kHz mono
 *
 *   callback: frames [n, channels] at the device's rate --> ring
 *   thread:   ring --frames of 20 ms--> intake --> heard()
 *
 * The format is the device's own where it takes it. One that claims many channels is a sound server, which makes up any number
 * from what its source has: it is asked for one.
 *
 * PortAudio tells nobody that a device vanished. With ALSA the stream becomes inactive, or no callback comes any more; the
 * thread looks for both. It delivers what the ring still holds, calls ended(), and only then closes the stream, because
 * that can hang; so the microphone belongs to both its owner and its thread, and the last one frees it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "audio/microphone.h"
#include "audio/intake.h"
#include "audio/microphone-list.h"
#include "audio/mixdown.h"
#include "audio/ring.h"
#include "audio/sound-system.h"
#include "error.h"

#include <glib/gi18n-lib.h>
#include <pa_linux_alsa.h>
#include <stdatomic.h>
#include <string.h>

#define LATENCY        0.08 /* s: four periods of 20 ms */
#define POLL           (10 * G_TIME_SPAN_MILLISECOND)
#define RING_SECONDS   4
#define CHUNK_SECONDS  0.02
#define STALL          (1 * G_TIME_SPAN_SECOND) /* without a callback: the device is gone */
#define STALL_AT_START (5 * G_TIME_SPAN_SECOND) /* Bluetooth changes its profile first */
#define ALSA_PREFIX    "alsa:"
#define CARD_CHANNELS  8 /* more than that is a sound server's claim */

struct _ScribeMicrophone
{
  gatomicrefcount refs; /* its owner and its thread */
  ScribeMicrophoneEvents events;
  gpointer user_data;
  char *name;

  PaStream *stream;
  guint n_channels, rate;
  ScribeRing *ring;             /* of samples, the channels of a frame in turn */
  _Atomic guint64 n_overflowed; /* times, before the callback */

  GMutex mutex;
  GCond changed;
  gboolean stopping, ended; /* guarded by mutex */

  float *chunk; /* [chunk_frames, n_channels], the thread's own */
  gsize chunk_frames;
  ScribeIntake *intake;
};

/* --- The callback: no lock, no allocation, no system call --- */

static int
capture (const void *input,
         void *output,
         unsigned long n_frames,
         const PaStreamCallbackTimeInfo *times,
         PaStreamCallbackFlags flags,
         void *user_data)
{
  ScribeMicrophone *microphone = user_data;

  if (flags & paInputOverflow)
    atomic_fetch_add_explicit (&microphone->n_overflowed, 1, memory_order_relaxed);
  if (input != NULL)
    scribe_ring_write (microphone->ring, input, n_frames * microphone->n_channels);
  return paContinue;
}

/* --- The thread --- */

/* Hands on all that the ring holds. FALSE where it held nothing. */
static gboolean
drain (ScribeMicrophone *microphone)
{
  const guint n_channels = microphone->n_channels;
  gboolean any = FALSE;
  ScribeSound sound;
  gsize n;

  while ((n = scribe_ring_read (microphone->ring, microphone->chunk, microphone->chunk_frames * n_channels)) > 0)
    {
      any = TRUE;
      if (scribe_intake_feed (microphone->intake, microphone->chunk, n / n_channels, &sound))
        microphone->events.heard (&sound, microphone->user_data);
    }
  return any;
}

/* FALSE when it was asked to stop; else after a while. */
static gboolean
sleep_a_little (ScribeMicrophone *microphone)
{
  gint64 end = g_get_monotonic_time () + POLL;
  gboolean stopping;

  g_mutex_lock (&microphone->mutex);
  while (!microphone->stopping && g_cond_wait_until (&microphone->changed, &microphone->mutex, end))
    ;
  stopping = microphone->stopping;
  g_mutex_unlock (&microphone->mutex);
  return !stopping;
}

/* Until it is stopped, or has nothing more to give: then FALSE. */
static gboolean
listen_on (ScribeMicrophone *microphone, GError **reason)
{
  gint64 heard = g_get_monotonic_time ();
  gboolean ever = FALSE;

  while (sleep_a_little (microphone))
    {
      gboolean active = Pa_IsStreamActive (microphone->stream) == 1; /* before the ring is emptied for the last time */

      if (drain (microphone))
        {
          heard = g_get_monotonic_time ();
          ever = TRUE;
        }
      if (active && g_get_monotonic_time () - heard < (ever ? STALL : STALL_AT_START))
        continue;
      if (ever)
        g_set_error (reason, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO,
                     _ ("The microphone “%s” is gone: it was unplugged, or the sound server ended. What was said until then is "
                        "kept. Connect it again, or choose another."),
                     microphone->name);
      else
        g_set_error (reason, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO,
                     _ ("The microphone “%s” gives no sound. Unplug it and connect it again, or choose another."),
                     microphone->name);
      return FALSE;
    }
  return TRUE;
}

static void
unref (ScribeMicrophone *microphone)
{
  if (!g_atomic_ref_count_dec (&microphone->refs))
    return;
  scribe_ring_free (microphone->ring);
  scribe_intake_free (microphone->intake);
  g_free (microphone->chunk);
  g_mutex_clear (&microphone->mutex);
  g_cond_clear (&microphone->changed);
  g_free (microphone->name);
  g_free (microphone);
}

static gpointer
listen_until_the_end (gpointer data)
{
  ScribeMicrophone *microphone = data;
  g_autoptr (GError) reason = NULL;
  ScribeSound sound;

  if (listen_on (microphone, &reason))
    drain (microphone);
  if (scribe_intake_finish (microphone->intake, &sound))
    microphone->events.heard (&sound, microphone->user_data);
  microphone->events.ended (reason, microphone->user_data);

  g_mutex_lock (&microphone->mutex);
  microphone->ended = TRUE;
  g_cond_broadcast (&microphone->changed);
  g_mutex_unlock (&microphone->mutex);

  if (scribe_sound_system_enter (NULL))
    {
      scribe_sound_system_close (microphone->stream);
      scribe_sound_system_leave ();
      unref (microphone);
    }
  return NULL; /* a stream that could not be closed may still call back: its microphone stays */
}

/* --- Opening --- */

static void
set_open_error (GError **error, const char *name, PaError result)
{
  switch (result)
    {
    case paDeviceUnavailable:
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO,
                   _ ("The microphone “%s” is in use by another program. Close that, or choose another microphone."), name);
      break;
    case paBadIODeviceCombination: /* all that ALSA may say but "busy" */
    case paInvalidDevice:
    case paUnanticipatedHostError: /* what a sound server without a source makes of it */
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO,
                   _ ("The microphone “%s” is not there: it was unplugged, or its sound server does not run. Connect it, or "
                      "choose another."),
                   name);
      break;
    default:
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_AUDIO,
                   _ ("The microphone “%s” cannot be opened: %s. Choose another, or unplug it and connect it again."), name,
                   Pa_GetErrorText (result));
    }
}

/* Another rate or number of channels may still do. */
static gboolean
may_try_on (PaError result)
{
  return result == paInvalidSampleRate || result == paInvalidChannelCount || result == paUnanticipatedHostError;
}

/* The first format that the device takes, of its usual rate and others, and these numbers of channels (the last is 0). */
static PaError
open_stream (ScribeMicrophone *microphone, PaStreamParameters *input, const guint *channels, guint rate)
{
  const guint rates[] = { rate, 48000, 44100, 16000, 96000, 32000, 8000 };
  PaError result = paInvalidChannelCount;

  for (; *channels != 0; channels++)
    for (guint r = 0; r < G_N_ELEMENTS (rates) && may_try_on (result); r++)
      {
        microphone->n_channels = input->channelCount = *channels;
        microphone->rate = rates[r];
        result = scribe_sound_system_open (&microphone->stream, input, NULL, rates[r], capture, microphone);
      }
  return result;
}

static PaError
open_device (ScribeMicrophone *microphone, PaDeviceIndex index)
{
  const PaDeviceInfo *device = Pa_GetDeviceInfo (index);
  const guint n_claimed = MIN (device->maxInputChannels, SCRIBE_MIXDOWN_MAX_CHANNELS);
  const guint server[] = { 1, n_claimed, 0 }, card[] = { n_claimed, MIN (n_claimed, 2), 1, 0 };
  PaStreamParameters input = { .device = index, .sampleFormat = paFloat32, .suggestedLatency = LATENCY };

  microphone->name = g_utf8_make_valid (device->name, -1);
  return open_stream (microphone, &input, n_claimed > CARD_CHANNELS ? server : card, device->defaultSampleRate);
}

/* A PCM by ALSA's name for it, which need not be in PortAudio's list. Nothing is known of it but that. */
static PaError
open_pcm (ScribeMicrophone *microphone, const char *name)
{
  static const guint channels[] = { 1, 2, 4, 6, 8, 0 };
  PaAlsaStreamInfo pcm;
  PaStreamParameters input = {
    .device = paUseHostApiSpecificDeviceSpecification,
    .sampleFormat = paFloat32,
    .suggestedLatency = LATENCY,
    .hostApiSpecificStreamInfo = &pcm,
  };

  PaAlsa_InitializeStreamInfo (&pcm);
  pcm.deviceString = name;
  microphone->name = g_utf8_make_valid (name, -1);
  return open_stream (microphone, &input, channels, 48000);
}

/* What the callback and the thread need, now that the format is known. */
static void
prepare (ScribeMicrophone *microphone)
{
  const guint n_channels = microphone->n_channels, rate = microphone->rate;

  g_clear_pointer (&microphone->ring, scribe_ring_free);
  g_clear_pointer (&microphone->chunk, g_free);
  g_clear_pointer (&microphone->intake, scribe_intake_free);
  microphone->ring = scribe_ring_new ((gsize) RING_SECONDS * rate * n_channels);
  microphone->chunk_frames = CHUNK_SECONDS * rate;
  microphone->chunk = g_new (float, n_channels * microphone->chunk_frames);
  microphone->intake = scribe_intake_new (n_channels, rate);
}

/* FALSE with error set where there is none of that name; else result tells. */
static gboolean
open_by_id (ScribeMicrophone *microphone, const char *id, PaError *result, GError **error)
{
  PaDeviceIndex index;

  g_clear_pointer (&microphone->name, g_free);
  if (id != NULL && g_str_has_prefix (id, ALSA_PREFIX))
    *result = open_pcm (microphone, id + strlen (ALSA_PREFIX));
  else if ((index = scribe_microphone_find (id, error)) == paNoDevice)
    return FALSE;
  else
    *result = open_device (microphone, index);
  return TRUE;
}

/* n_streams: that there were besides. */
static gboolean
open_and_start (ScribeMicrophone *microphone, const char *id, PaError *result, guint *n_streams, GError **error)
{
  gboolean found;

  *result = paNoError;
  if (!scribe_sound_system_enter (error))
    return FALSE;
  *n_streams = scribe_sound_system_count_streams ();
  found = open_by_id (microphone, id, result, error);
  if (found && *result == paNoError)
    {
      prepare (microphone);
      *result = scribe_sound_system_start (microphone->stream);
      if (*result != paNoError)
        scribe_sound_system_close (microphone->stream);
    }
  scribe_sound_system_leave ();
  if (*result != paNoError)
    set_open_error (error, microphone->name, *result);
  return found && *result == paNoError;
}

/* A device that the dictation before still holds, or one that was plugged in again under another number, is there the second time. */
static gboolean
may_try_again (PaError result, guint n_streams)
{
  g_autoptr (GPtrArray) list = NULL;

  if (result == paDeviceUnavailable)
    return scribe_sound_system_wait_for_fewer (n_streams);
  if (result != paBadIODeviceCombination && result != paInvalidDevice)
    return FALSE;
  list = scribe_microphone_list (TRUE, NULL);
  return list != NULL;
}

static gboolean
open_with_patience (ScribeMicrophone *microphone, const char *id, GError **error)
{
  g_autoptr (GError) first = NULL;
  PaError result;
  guint n_streams = 0;

  if (open_and_start (microphone, id, &result, &n_streams, &first))
    return TRUE;
  if (may_try_again (result, n_streams))
    return open_and_start (microphone, id, &result, &n_streams, error);
  g_propagate_error (error, g_steal_pointer (&first));
  return FALSE;
}

ScribeMicrophone *
scribe_microphone_open (const char *id, const ScribeMicrophoneEvents *events, gpointer user_data, GError **error)
{
  ScribeMicrophone *microphone;

  g_return_val_if_fail (events != NULL && events->heard != NULL && events->ended != NULL, NULL);
  microphone = g_new0 (ScribeMicrophone, 1);
  g_atomic_ref_count_init (&microphone->refs);
  g_mutex_init (&microphone->mutex);
  g_cond_init (&microphone->changed);
  microphone->events = *events;
  microphone->user_data = user_data;
  if (!open_with_patience (microphone, id, error))
    {
      unref (microphone);
      return NULL;
    }
  g_atomic_ref_count_inc (&microphone->refs);
  g_thread_unref (g_thread_new ("microphone", listen_until_the_end, microphone));
  return microphone;
}

void
scribe_microphone_stop (ScribeMicrophone *microphone)
{
  g_mutex_lock (&microphone->mutex);
  microphone->stopping = TRUE;
  g_cond_broadcast (&microphone->changed);
  g_mutex_unlock (&microphone->mutex);
}

void
scribe_microphone_free (ScribeMicrophone *microphone)
{
  if (microphone == NULL)
    return;
  scribe_microphone_stop (microphone);
  g_mutex_lock (&microphone->mutex);
  while (!microphone->ended)
    g_cond_wait (&microphone->changed, &microphone->mutex);
  g_mutex_unlock (&microphone->mutex);
  unref (microphone);
}

const char *
scribe_microphone_get_name (ScribeMicrophone *microphone)
{
  return microphone->name;
}

guint
scribe_microphone_get_n_channels (ScribeMicrophone *microphone)
{
  return microphone->n_channels;
}

guint
scribe_microphone_get_rate (ScribeMicrophone *microphone)
{
  return microphone->rate;
}

guint64
scribe_microphone_get_overruns (ScribeMicrophone *microphone)
{
  return scribe_ring_get_overruns (microphone->ring) + atomic_load_explicit (&microphone->n_overflowed, memory_order_relaxed);
}
