/* dictation.h - somebody speaks: from the microphone to text, utterance by utterance
 *
 *   opening --> listening --> finishing --> ended
 *
 * What the microphone hears is on disk before it is anything else. Voice activity cuts it into utterances; while one is spoken its
 * text is told again and again, the words that two hypotheses agree on as stable; when it is over, its final text is told once. A
 * dictation is one transcript in the store, an utterance one or more segments of it.
 *
 * Properties, notified in the thread that made the session: "state" (guint, a ScribeDictationState), "stable" and "unstable" (strings: what is
 * being said, ending with the utterance).
 * Signals: "utterance" (ScribeUtterance *, valid during the call), "ended" (GError * or NULL): the last; a microphone that vanished
 * ends it with a reason, after what was said was transcribed.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "text/wording.h"
#include "transcript.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  SCRIBE_DICTATION_OPENING, /* the microphone; Bluetooth may take a second */
  SCRIBE_DICTATION_LISTENING,
  SCRIBE_DICTATION_FINISHING, /* the tail is heard and the last utterance decoded */
  SCRIBE_DICTATION_ENDED
} ScribeDictationState;

typedef struct
{
  const char *microphone;    /* id; NULL: the default one */
  double pause;              /* seconds of silence that end an utterance */
  gboolean stop_after_pause; /* the first utterance is the only one */
} ScribeDictationOptions;

/* Default microphone, 0.8 s, goes on after a pause. */
void scribe_dictation_options_init (ScribeDictationOptions *options);

typedef struct
{
  gint64 transcript;
  char *text;        /* final, after replacements; without spaces around it */
  double start, end; /* seconds of the recording, of speech */
  /* Where the time went from the moment that the utterance was over (key released, or pause decided), seconds of wall time; what was done before that
   * moment costs nothing here. */
  double tail;                /* heard on after the key was released */
  double voice;               /* voice activity's decision: from the end of speech to the decision, 0 where a key told */
  double wait;                /* until the engine was free: loading, another run giving way */
  double mel, encode, decode; /* of the run that made the text */
  ScribeArrayTimes array;     /* of that run, on an NPU; where it is modelled, so are mel and encode */
  double ahead;               /* of that run: what was done before the utterance was over */
  double total;               /* key released, or pause decided, to text */
  gint64 text_time;           /* monotonic time of the text, microseconds: where insertion begins */
  guint64 overruns;           /* of the microphone in this dictation, so far */
  gint64 serial;              /* by which the session knows it: scribe_session_report_insertion() */
} ScribeUtterance;

ScribeUtterance *scribe_utterance_copy (const ScribeUtterance *utterance);
void scribe_utterance_free (ScribeUtterance *utterance);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeUtterance, scribe_utterance_free)

#define SCRIBE_TYPE_DICTATION (scribe_dictation_get_type ())
G_DECLARE_FINAL_TYPE (ScribeDictation, scribe_dictation, SCRIBE, DICTATION, GObject)

ScribeDictationState scribe_dictation_get_state (ScribeDictation *dictation);
const char *scribe_dictation_get_stable (ScribeDictation *dictation);
const char *scribe_dictation_get_unstable (ScribeDictation *dictation);
const char *scribe_dictation_get_microphone (ScribeDictation *dictation); /* its name, NULL while opening */
gint64 scribe_dictation_get_transcript (ScribeDictation *dictation);      /* 0 until there is one */

/* Peak of what was heard in the last 20 ms, 0 to 1; cheap, for every frame of a meter. */
float scribe_dictation_get_level (ScribeDictation *dictation);
guint64 scribe_dictation_get_overruns (ScribeDictation *dictation);

/* The key was released: what is said now is the end. The tail of the last word is still heard, 450 ms at most and less where
 * there is silence already. */
void scribe_dictation_stop (ScribeDictation *dictation);

/* Nothing of it is wanted: the recording and what was transcribed are deleted. */
void scribe_dictation_cancel (ScribeDictation *dictation);

G_END_DECLS
