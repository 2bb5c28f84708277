/* endpointer.h - where an utterance begins and where it is over
 *
 * Voice activity says of each frame of 10 ms whether it is speech; this makes utterances of that: from a little before the first
 * word to a little after the last, cut at pauses that are long enough, and before they outgrow a model's window.
 *
 *   ....____|||||__|||||||||_______________....        | speech, _ silence
 *      [begin                 end]   ^ decided a pause after the last speech
 *
 * Positions are frames from the first one fed.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SCRIBE_ENDPOINTER_FRAMES_PER_SECOND 100

typedef struct
{
  gint64 begin, end; /* frames of the utterance; end is the one after the last */
  gint64 speech_end; /* the frame after the last speech in it */
} ScribeUtteranceSpan;

typedef struct _ScribeEndpointer ScribeEndpointer;

/* pause: seconds of silence that end an utterance. longest: seconds after which it is cut, at the best place in its last third. */
ScribeEndpointer *scribe_endpointer_new (double pause, double longest);
void scribe_endpointer_free (ScribeEndpointer *endpointer);

/* One frame. TRUE if an utterance was over with it: span. */
gboolean scribe_endpointer_feed (ScribeEndpointer *endpointer, gboolean speech, ScribeUtteranceSpan *span);

/* No more comes: TRUE if an utterance was open, which is over then. */
gboolean scribe_endpointer_finish (ScribeEndpointer *endpointer, ScribeUtteranceSpan *span);

/* TRUE while an utterance is open: its begin, the frames fed as end, and the last speech so far. */
gboolean scribe_endpointer_get_open (ScribeEndpointer *endpointer, ScribeUtteranceSpan *span);

/* Frames since the last speech; all there were where there was none. */
gint64 scribe_endpointer_get_silence (ScribeEndpointer *endpointer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeEndpointer, scribe_endpointer_free)

G_END_DECLS
