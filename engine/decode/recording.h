/* recording.h - a recording of any length, window after window
 *
 * Sequential, the default, is OpenAI's way: 30 s windows moved on by the timestamps found, each conditioned on the text before.
 * Batch mode cuts the recording at silences into stretches of up to 30 s that know nothing of each other, and searches as many at
 * once as the decoder has windows, so that every weight is read once for all of them.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "decode/decoder.h"
#include "decode/samples.h"

G_BEGIN_DECLS

/* To the end of the recording. decoder->stats is added to, and holds what was done also where this fails. */
gboolean scribe_recording_transcribe (ScribeDecoder *decoder,
                                      const ScribeSource *source,
                                      const ScribeTranscribeOptions *options,
                                      const ScribeTranscribeEvents *events,
                                      GCancellable *cancellable,
                                      GError **error);

G_END_DECLS
