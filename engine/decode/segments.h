/* segments.h - timestamps cut a window's tokens into segments, and say where the next window begins
 *
 * Source: openai/whisper, whisper/transcribe.py (the loop over windows).
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "decode/window.h"

G_BEGIN_DECLS

/* A segment on its way: times, and its text tokens. */
typedef struct
{
  double start, end; /* seconds of the recording */
  GArray *tokens;    /* of ScribeToken, text only */
  GPtrArray *words;  /* of ScribeWord; NULL: no word times */
} ScribeCut;

void scribe_cut_free (ScribeCut *cut);

/* The segments of a window that starts at "offset" seconds and holds n_frames of the recording. advance: frames to the next
 * window; closed: FALSE where the last segment's end was not heard, so that the next window begins before it. */
GPtrArray *scribe_segments_cut (ScribeDecoder *decoder,
                                const ScribeWindowResult *result,
                                double offset,
                                guint n_frames,
                                guint *advance,
                                gboolean *closed);

/* The segment as the caller gets it, NULL where it holds no text or no time. */
ScribeSegment *scribe_segments_finish (ScribeDecoder *decoder, const ScribeWindowResult *result, ScribeCut *cut);

G_END_DECLS
