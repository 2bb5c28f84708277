/* listener.h - the microphone's side of a dictation: to disk, then to utterances
 *
 *   microphone's thread: samples --> spool file --> voice activity --> endpointer --> utterances
 *   engine's thread:     scribe_listener_take() what is to be decoded next
 *
 * Inside the session room only. Its own lock is never held for longer than it takes to copy an utterance.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "audio/endpointer.h"
#include "audio/spool.h"

G_BEGIN_DECLS

typedef struct _ScribeListener ScribeListener;

typedef struct
{
  const char *microphone; /* id; NULL: the default one */
  const char *folder;     /* of the spool */
  double pause;           /* seconds of silence that end an utterance */
  gboolean stop_after_pause;

  void (*hears) (gpointer data); /* the microphone is awake; once */
  void (*moved) (gpointer data); /* more was heard, or it ended: take() may answer otherwise than before */
  void (*ended) (gpointer data); /* nothing more will be heard; once */
  gpointer data;
} ScribeListenerOptions;

/* Begins to open the microphone in a thread of its own. The functions are called from threads of the listener. */
ScribeListener *scribe_listener_new (const ScribeListenerOptions *options);

/* Stops at once. Not to be called from the functions. */
void scribe_listener_free (ScribeListener *listener);

/* Hears the tail, then ends. at_once: without a tail. */
void scribe_listener_stop (ScribeListener *listener, gboolean at_once);

typedef enum
{
  SCRIBE_TAKE_NOTHING,
  SCRIBE_TAKE_PARTIAL, /* an utterance that grows */
  SCRIBE_TAKE_SETTLED, /* one that is open still, but silent, or nearly over: what is decoded now may be its final text */
  SCRIBE_TAKE_FINAL,   /* one that is over */
  SCRIBE_TAKE_ENDED    /* nothing is left, and nothing will come */
} ScribeTakeKind;

/* What is to be decoded next. */
typedef struct
{
  ScribeTakeKind kind;
  ScribeUtteranceSpan span;
  gint64 decided;  /* FINAL: monotonic time at which it was over, microseconds */
  gint64 silence;  /* frames since the last speech, where it is not over yet or a pause was its end */
  gint64 asked;    /* FINAL: monotonic time of _stop(), if that ended it; else 0 */
  GArray *samples; /* of float, 16 kHz, from span.begin on; NULL where none were asked for */
} ScribeTake;

/* The most urgent. with_samples: a copy of them, for the caller. known: what was decoded last, which is not taken again as PARTIAL or
 * SETTLED. FINAL stays until _done(). */
ScribeTake scribe_listener_take (ScribeListener *listener, const ScribeUtteranceSpan *known, gboolean with_samples);

/* TRUE where what was decoded of known is the text of span too: nothing more was said, and some silence was heard. */
gboolean scribe_listener_covers (const ScribeUtteranceSpan *known, const ScribeUtteranceSpan *span);

/* After ENDED: waits, a moment, until its threads have returned from the functions, which are not called any more. */
void scribe_listener_join (ScribeListener *listener);

/* The FINAL that was taken is done; its samples are forgotten. */
void scribe_listener_done (ScribeListener *listener);

/* NULL while, or where, there is none; its path may be asked for at any time, all else after ENDED. */
ScribeSpool *scribe_listener_get_spool (ScribeListener *listener);

/* After ENDED: why, or NULL if it was asked to. */
const GError *scribe_listener_get_reason (ScribeListener *listener);

/* Any time: peak of the last sound, 0 to 1; sound lost; the microphone's name (for g_free(), NULL while it is not open). */
float scribe_listener_get_level (ScribeListener *listener);
guint64 scribe_listener_get_overruns (ScribeListener *listener);
char *scribe_listener_dup_microphone (ScribeListener *listener);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeListener, scribe_listener_free)

G_END_DECLS
