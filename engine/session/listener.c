/* listener.c - the microphone's side of a dictation
 *
 * When a person has let go of the key, the last word may still be in the air or in the sound card: the tail is heard for 450 ms,
 * and less where voice activity says that there is silence. (A tail of 350 ms loses one last word in twenty, one of 500 ms none: Handy,
 * issue 1983.) Voice activity looks ahead and decides late, so where it has decided silence, a third of a second of it was heard. That is
 * not waited for: what is heard until 150 ms after the key is decoded on trial, and is the final text if nothing was said after.
 *
 * SPDX-License-Identifier: MIT
 */
#include "session/listener.h"

#include "audio/audio-file.h"
#include "audio/microphone.h"
#include "audio/vad.h"

#include <string.h>

#define MS(n)         ((n) *SCRIBE_ENDPOINTER_FRAMES_PER_SECOND / 1000)
#define TAIL          MS (450) /* frames heard after _stop() at most */
#define TAIL_SILENCE  MS (20)  /* of silence, decided, that are enough */
#define SETTLED       MS (20)  /* of it after which an utterance may be over */
#define MARGIN        MS (20)  /* of it that a decoder needs to hear: voice activity itself holds on for a while */
#define AFTER_KEY     MS (150) /* heard after _stop(): who lets go of the key has mostly said the last word */
#define FIRST_PARTIAL MS (600) /* of an utterance before it is decoded for the first time */
#define NEXT_PARTIAL  MS (300) /* of new sound before it is decoded again */
#define LONGEST       27.0     /* seconds of an utterance: a window of 30 s, less preroll and postroll */

typedef struct
{
  ScribeUtteranceSpan span;
  gint64 silence, decided, asked;
} Closed;

struct _ScribeListener
{
  ScribeListenerOptions options; /* strings owned */
  GThread *opener;
  gint level; /* a float's bits */

  GMutex lock;        /* of all below */
  ScribeSpool *spool; /* made by the opener, then of the microphone's thread until that has ended */
  ScribeMicrophone *microphone;
  ScribeVad *vad;
  ScribeEndpointer *endpointer;
  GArray *frames;  /* of guint8, decisions of one feed */
  GArray *samples; /* of float: from frame "first" on */
  gint64 first;
  gint64 n_frames;  /* decided */
  gint64 n_samples; /* heard */
  GQueue closed;    /* of Closed: over, not yet done */
  gboolean is_awake, is_stopping, is_ended;
  gint64 asked, asked_frame; /* _stop(): monotonic time, frames heard then */
  GError *reason;
  guint64 overruns; /* and name: of the microphone, after _join() */
  char *name;
};

/* With the lock: an utterance is over. */
static void
close_utterance (ScribeListener *listener, const ScribeUtteranceSpan *span)
{
  const gint64 silence = listener->n_frames - span->speech_end;
  const Closed closed = { *span, silence, g_get_monotonic_time (), listener->asked };

  g_queue_push_tail (&listener->closed, g_memdup2 (&closed, sizeof closed));
}

/* With the lock: decisions of voice activity. */
static void
feed_frames (ScribeListener *listener)
{
  ScribeUtteranceSpan span;

  for (guint i = 0; i < listener->frames->len; i++)
    {
      listener->n_frames++;
      if (scribe_endpointer_feed (listener->endpointer, g_array_index (listener->frames, guint8, i), &span))
        close_utterance (listener, &span);
    }
}

/* The microphone has: what is open is over. */
static void
end (ScribeListener *listener, const GError *reason)
{
  ScribeUtteranceSpan span;

  g_mutex_lock (&listener->lock);
  if (reason && listener->reason == NULL)
    listener->reason = g_error_copy (reason);
  g_array_set_size (listener->frames, 0);
  scribe_vad_finish (listener->vad, listener->frames);
  feed_frames (listener);
  if (scribe_endpointer_finish (listener->endpointer, &span))
    close_utterance (listener, &span);
  listener->is_ended = TRUE;
  g_mutex_unlock (&listener->lock);
  listener->options.ended (listener->options.data);
  listener->options.moved (listener->options.data);
}

/* With the lock. */
static void
stop_microphone (ScribeListener *listener)
{
  if (listener->microphone)
    scribe_microphone_stop (listener->microphone);
}

/* With the lock: nothing more needs to be heard. */
static gboolean
tail_is_heard (ScribeListener *listener)
{
  ScribeUtteranceSpan span;

  if (!listener->is_stopping)
    return FALSE;
  if (listener->n_samples / SCRIBE_VAD_FRAME - listener->asked_frame >= TAIL)
    return TRUE;
  return scribe_endpointer_get_silence (listener->endpointer) >= TAIL_SILENCE
         && (scribe_endpointer_get_open (listener->endpointer, &span) || listener->n_frames >= listener->asked_frame);
}

/* With the lock. */
static void
feed (ScribeListener *listener, const ScribeSound *sound)
{
  ScribeUtteranceSpan open;

  listener->n_samples += sound->n;
  g_array_append_vals (listener->samples, sound->samples, sound->n);
  g_array_set_size (listener->frames, 0);
  scribe_vad_feed (listener->vad, sound->samples, sound->n, listener->frames);
  feed_frames (listener);
  if (tail_is_heard (listener)
      || (listener->options.stop_after_pause && listener->closed.length > 0
          && !scribe_endpointer_get_open (listener->endpointer, &open)))
    stop_microphone (listener);
}

/* With the lock: silence that belongs to no utterance is not kept in memory. */
static void
forget (ScribeListener *listener)
{
  ScribeUtteranceSpan open;
  const Closed *oldest = g_queue_peek_head (&listener->closed);
  gint64 keep = listener->n_frames - SCRIBE_ENDPOINTER_FRAMES_PER_SECOND, n;

  if (scribe_endpointer_get_open (listener->endpointer, &open))
    keep = MIN (keep, open.begin);
  if (oldest)
    keep = MIN (keep, oldest->span.begin);
  n = (keep - listener->first) * SCRIBE_VAD_FRAME;
  if (n < SCRIBE_SAMPLE_RATE) /* a second at a time */
    return;
  g_array_remove_range (listener->samples, 0, MIN ((guint) n, listener->samples->len));
  listener->first = keep;
}

static void
heard (const ScribeSound *sound, gpointer user_data)
{
  ScribeListener *listener = user_data;
  g_autoptr (GError) error = NULL;
  gboolean awakes;
  gint level;

  if (!sound->awake)
    return;
  if (!scribe_spool_append (listener->spool, sound->samples, sound->n, &error))
    {
      g_mutex_lock (&listener->lock);
      if (listener->reason == NULL)
        listener->reason = g_steal_pointer (&error);
      stop_microphone (listener);
      g_mutex_unlock (&listener->lock);
    }
  memcpy (&level, &sound->peak, sizeof level);
  g_atomic_int_set (&listener->level, level);

  g_mutex_lock (&listener->lock);
  awakes = !listener->is_awake;
  listener->is_awake = TRUE;
  feed (listener, sound);
  forget (listener);
  g_mutex_unlock (&listener->lock);
  if (awakes)
    listener->options.hears (listener->options.data);
  listener->options.moved (listener->options.data);
}

static void
ended (const GError *reason, gpointer user_data)
{
  end (user_data, reason);
}

static gpointer
open_microphone (gpointer data)
{
  ScribeListener *listener = data;
  const ScribeMicrophoneEvents events = { heard, ended };
  g_autoptr (GError) error = NULL;
  ScribeMicrophone *microphone = NULL;
  ScribeSpool *spool = scribe_spool_new (listener->options.folder, &error);

  g_mutex_lock (&listener->lock);
  listener->spool = spool;
  g_mutex_unlock (&listener->lock);
  listener->options.moved (listener->options.data);
  if (spool)
    microphone = scribe_microphone_open (listener->options.microphone, &events, listener, &error);
  if (microphone == NULL)
    {
      end (listener, error);
      return NULL;
    }

  g_mutex_lock (&listener->lock);
  listener->microphone = microphone;
  if (listener->is_stopping && listener->asked_frame == 0)
    stop_microphone (listener);
  g_mutex_unlock (&listener->lock);
  return NULL;
}

ScribeListener *
scribe_listener_new (const ScribeListenerOptions *options)
{
  ScribeListener *listener = g_new0 (ScribeListener, 1);

  listener->options = *options;
  listener->options.microphone = g_strdup (options->microphone);
  listener->options.folder = g_strdup (options->folder);
  g_mutex_init (&listener->lock);
  listener->vad = scribe_vad_new ();
  listener->endpointer = scribe_endpointer_new (options->pause, LONGEST);
  listener->frames = g_array_new (FALSE, FALSE, sizeof (guint8));
  listener->samples = g_array_new (FALSE, FALSE, sizeof (float));
  g_queue_init (&listener->closed);
  listener->opener = g_thread_new ("microphone-opens", open_microphone, listener);
  return listener;
}

void
scribe_listener_join (ScribeListener *listener)
{
  ScribeMicrophone *microphone;

  if (listener->opener)
    g_thread_join (g_steal_pointer (&listener->opener));
  g_mutex_lock (&listener->lock);
  microphone = g_steal_pointer (&listener->microphone);
  if (microphone)
    {
      listener->overruns = scribe_microphone_get_overruns (microphone);
      listener->name = g_strdup (scribe_microphone_get_name (microphone));
    }
  g_mutex_unlock (&listener->lock);
  scribe_microphone_free (microphone);
}

void
scribe_listener_free (ScribeListener *listener)
{
  scribe_listener_join (listener);
  g_clear_pointer (&listener->spool, scribe_spool_free);
  scribe_vad_free (listener->vad);
  scribe_endpointer_free (listener->endpointer);
  g_array_unref (listener->frames);
  g_array_unref (listener->samples);
  g_queue_clear_full (&listener->closed, g_free);
  g_clear_error (&listener->reason);
  g_mutex_clear (&listener->lock);
  g_free (listener->name);
  g_free ((char *) listener->options.microphone);
  g_free ((char *) listener->options.folder);
  g_free (listener);
}

void
scribe_listener_stop (ScribeListener *listener, gboolean at_once)
{
  g_mutex_lock (&listener->lock);
  if (!listener->is_stopping)
    {
      listener->is_stopping = TRUE;
      listener->asked = g_get_monotonic_time ();
      listener->asked_frame = listener->n_samples / SCRIBE_VAD_FRAME;
    }
  if (at_once || !listener->is_awake)
    stop_microphone (listener);
  g_mutex_unlock (&listener->lock);
}

gboolean
scribe_listener_covers (const ScribeUtteranceSpan *known, const ScribeUtteranceSpan *span)
{
  return span->begin == known->begin && known->end - span->speech_end >= MARGIN;
}

/* With the lock. */
static gboolean
is_on_trial (ScribeListener *listener, const ScribeUtteranceSpan *open, const ScribeUtteranceSpan *known)
{
  const gint64 due = listener->asked_frame + AFTER_KEY;

  return listener->is_stopping && open->end >= due && (open->begin != known->begin || known->end < due);
}

/* With the lock. */
static ScribeTakeKind
kind_of_open (ScribeListener *listener, const ScribeUtteranceSpan *open, const ScribeUtteranceSpan *known)
{
  gint64 since = open->begin == known->begin ? known->end + NEXT_PARTIAL : open->begin + FIRST_PARTIAL;

  if (scribe_listener_covers (known, open))
    return SCRIBE_TAKE_NOTHING;
  if (scribe_endpointer_get_silence (listener->endpointer) >= SETTLED || is_on_trial (listener, open, known))
    return SCRIBE_TAKE_SETTLED;
  return open->end >= since ? SCRIBE_TAKE_PARTIAL : SCRIBE_TAKE_NOTHING;
}

ScribeTake
scribe_listener_take (ScribeListener *listener, const ScribeUtteranceSpan *known, gboolean with_samples)
{
  ScribeTake take = { SCRIBE_TAKE_NOTHING };
  const Closed *closed;

  g_mutex_lock (&listener->lock);
  closed = g_queue_peek_head (&listener->closed);
  if (closed)
    {
      take.kind = SCRIBE_TAKE_FINAL;
      take.span = closed->span;
      take.silence = closed->silence;
      take.decided = closed->decided;
      take.asked = closed->asked;
    }
  else if (scribe_endpointer_get_open (listener->endpointer, &take.span))
    {
      take.span.end = listener->n_samples / SCRIBE_VAD_FRAME; /* what is heard, decided or not */
      take.kind = kind_of_open (listener, &take.span, known);
    }
  else if (listener->is_ended)
    take.kind = SCRIBE_TAKE_ENDED;

  if (with_samples && take.kind != SCRIBE_TAKE_NOTHING && take.kind != SCRIBE_TAKE_ENDED)
    {
      gint64 from = (take.span.begin - listener->first) * SCRIBE_VAD_FRAME;
      gint64 to = MIN ((take.span.end - listener->first) * SCRIBE_VAD_FRAME, listener->samples->len);

      take.samples = g_array_new (FALSE, FALSE, sizeof (float));
      if (from >= 0 && to > from)
        g_array_append_vals (take.samples, &g_array_index (listener->samples, float, from), (guint) (to - from));
    }
  g_mutex_unlock (&listener->lock);
  return take;
}

void
scribe_listener_done (ScribeListener *listener)
{
  g_mutex_lock (&listener->lock);
  g_free (g_queue_pop_head (&listener->closed));
  g_mutex_unlock (&listener->lock);
}

const GError *
scribe_listener_get_reason (ScribeListener *listener)
{
  return listener->reason;
}

ScribeSpool *
scribe_listener_get_spool (ScribeListener *listener)
{
  ScribeSpool *spool;

  g_mutex_lock (&listener->lock);
  spool = listener->spool;
  g_mutex_unlock (&listener->lock);
  return spool;
}

float
scribe_listener_get_level (ScribeListener *listener)
{
  gint bits = g_atomic_int_get (&listener->level);
  float level;

  memcpy (&level, &bits, sizeof level);
  return level;
}

guint64
scribe_listener_get_overruns (ScribeListener *listener)
{
  guint64 n;

  g_mutex_lock (&listener->lock);
  n = listener->microphone ? scribe_microphone_get_overruns (listener->microphone) : listener->overruns;
  g_mutex_unlock (&listener->lock);
  return n;
}

char *
scribe_listener_dup_microphone (ScribeListener *listener)
{
  char *name;

  g_mutex_lock (&listener->lock);
  name = listener->microphone ? g_strdup (scribe_microphone_get_name (listener->microphone)) : g_strdup (listener->name);
  g_mutex_unlock (&listener->lock);
  return name;
}
