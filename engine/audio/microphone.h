/* microphone.h - what a microphone hears, as it hears it: 16 kHz mono
 *
 *   sound card --PortAudio's callback--> ring --a thread of its own: mono, 16 kHz--> heard()
 *
 * Whatever its rate and channels are. The callback only writes to the ring, which holds four seconds, so a disk that is slow
 * for a moment loses nothing. A device that vanishes ends the recording, after everything was delivered that it had heard.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *id;         /* the same whenever it is there: what to remember a choice by */
  char *name;       /* for a person */
  char *host_api;   /* "ALSA" */
  guint n_channels; /* at most; a sound server claims 32 or more and makes any number */
  guint rate;       /* Hz, its usual one */
  gboolean is_default;
} ScribeMicrophoneInfo;

void scribe_microphone_info_free (ScribeMicrophoneInfo *info);

/* All that can record, of ScribeMicrophoneInfo, the default one first; empty where there is none. refresh: looks for devices that came or
 * went, which takes a while and is left out while any stream runs. The first call takes that while too, and makes
 * the first _open quick. Not for a thread that must not wait. */
GPtrArray *scribe_microphone_list (gboolean refresh, GError **error);

/* The last call, before the process ends: waits, two seconds at most, until microphones and players are closed and no thread looks for
 * devices, and lets nobody begin anew. The sound libraries do not bear an exit while they are at work. */
void scribe_microphones_shut_down (void);

typedef struct
{
  const float *samples; /* [n] 16 kHz mono, in [-1, 1] */
  gsize n;
  float peak, rms; /* of these samples, 0 to 1 */
  gboolean awake;  /* FALSE: the device runs, but gives exact zeros yet, as Bluetooth does at first; n is 0 */
} ScribeSound;

/* Both are called from the microphone's thread. */
typedef struct
{
  /* Every 10 to 20 ms. A device that still gives zeros after two seconds counts as awake, and silent. */
  void (*heard) (const ScribeSound *sound, gpointer user_data);

  /* Once, after the last of the sound; nothing is called any more when it returns. reason: NULL after _stop, else
   * SCRIBE_ERROR_AUDIO. */
  void (*ended) (const GError *reason, gpointer user_data);
} ScribeMicrophoneEvents;

typedef struct _ScribeMicrophone ScribeMicrophone;

/* Opens and starts. id: from the list, or NULL for the default; "alsa:NAME" is any PCM of ALSA, in the list or not. SCRIBE_ERROR_AUDIO
 * where there is no microphone, or it is not connected, busy, or forbidden. */
ScribeMicrophone *
scribe_microphone_open (const char *id, const ScribeMicrophoneEvents *events, gpointer user_data, GError **error);

/* Asks it to end, without waiting; ended() follows. */
void scribe_microphone_stop (ScribeMicrophone *microphone);

/* Stops, and waits until ended() has returned: not to be called from it. */
void scribe_microphone_free (ScribeMicrophone *microphone);

/* For any thread. Its name for a person; what it really records; how often sound was lost, because the computer was too slow. */
const char *scribe_microphone_get_name (ScribeMicrophone *microphone);
guint scribe_microphone_get_n_channels (ScribeMicrophone *microphone);
guint scribe_microphone_get_rate (ScribeMicrophone *microphone);
guint64 scribe_microphone_get_overruns (ScribeMicrophone *microphone);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeMicrophoneInfo, scribe_microphone_info_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeMicrophone, scribe_microphone_free)

G_END_DECLS
