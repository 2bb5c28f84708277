/* dictation-private.h - a dictation as the session sees it
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "decode/agreement.h"
#include "session/dictation.h"
#include "session/listener.h"

G_BEGIN_DECLS

/* What the engine's thread knows of it; nobody else's. */
typedef struct
{
  ScribeAgreement *agreement;
  gint64 transcript;         /* row of the store; 0: none */
  gboolean has_begun;        /* the row was asked for */
  gboolean is_unwritten;     /* the database did not take all of it */
  gboolean is_forgotten;     /* somebody deleted the row meanwhile */
  ScribeUtteranceSpan known; /* that was decoded last */
  GPtrArray *segments;       /* of ScribeSegment: what came out; times from known.begin on. NULL: nothing is known */
  ScribeRunStats run;        /* of that decoding */
  gint64 run_start, run_end; /* monotonic times */
  GError *trouble;           /* why that has no text */
  GError *failure;           /* why an utterance has none */
  guint n_utterances;        /* that have text */
  gint64 n_unheard;          /* frames of speech of those that have none */
} ScribeDictationWork;

struct _ScribeDictation
{
  GObject parent;

  /* the thread that made the session */
  ScribeDictationState state;
  char *stable, *unstable, *microphone;
  gint64 transcript;
  void (*stopped) (ScribeDictation *dictation, gpointer session);
  GWeakRef session; /* for that; a dictation may be held longer */

  ScribeListener *listener; /* for any thread */
  gint is_cancelled;        /* nothing of it is wanted */
  ScribeDictationWork work; /* the engine's thread */
};

ScribeDictation *scribe_dictation_new (void);

/* All in the thread that made the session. */
void scribe_dictation_set_state (ScribeDictation *dictation, ScribeDictationState state);
void scribe_dictation_set_texts (ScribeDictation *dictation, const char *stable, const char *unstable);
void scribe_dictation_set_transcript (ScribeDictation *dictation, gint64 transcript);
void scribe_dictation_send_utterance (ScribeDictation *dictation, const ScribeUtterance *utterance);
void scribe_dictation_end (ScribeDictation *dictation, const GError *reason);

G_END_DECLS
