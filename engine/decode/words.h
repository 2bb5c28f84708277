/* words.h - when each word was said
 *
 * Some heads of the decoder's cross-attention look at the sound of the token they are about to write. Their weights, cleaned
 * up and averaged, make a map of tokens by time; dynamic time warping finds the path through it.
 * Source: openai/whisper, whisper/timing.py; the heads of the published models from whisper/__init__.py.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "decode/segments.h"

G_BEGIN_DECLS

/* Gives each cut its words and mends its times by them. window: of the device, still encoded; offset: seconds; n_frames: of the
 * recording in the window; last_speech: seconds, end of the last word before, moved on. */
gboolean scribe_words_align (ScribeDecoder *decoder,
                             const ScribeTranscribeOptions *options,
                             guint window,
                             guint language,
                             GPtrArray *cuts,
                             double offset,
                             guint n_frames,
                             double *last_speech,
                             GCancellable *cancellable,
                             GError **error);

/* The cheapest monotonic path through a cost matrix [n_rows, n_cols]: for each row the column at which the path enters it. */
void scribe_words_warp (const float *cost, guint n_rows, guint n_cols, guint *enters);

G_END_DECLS
