/* window.h - one window of up to 30 s: from an encoded window to tokens worth keeping
 *
 * A window is searched at the first temperature; where the result repeats itself or is improbable, again at a higher one, and
 * so on. Like a search, a window runs no device but fills and takes steps.
 * Source: openai/whisper, whisper/transcribe.py: decode_with_fallback().
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "decode/decoder.h"
#include "decode/search.h"

G_BEGIN_DECLS

typedef struct
{
  GArray *tokens; /* of ScribeToken: text and timestamps */
  char *text;
  float avg_logprob, no_speech, temperature, compression_ratio;
  gboolean is_silence; /* no speech and improbable: to be passed over */
  gboolean is_guess;   /* no try was probable, not even the last: to be passed over, and told */
} ScribeWindowResult;

typedef struct _ScribeWindow ScribeWindow;

/* index: of the device's window, encoded. language: index. previous: text tokens before this window (NULL: none); only the last
 * n_text_ctx / 2 - 1 are used. */
ScribeWindow *
scribe_window_new (ScribeDecoder *decoder, const ScribeTranscribeOptions *options, guint index, guint language, GArray *previous);
void scribe_window_free (ScribeWindow *window);

void scribe_window_fill (ScribeWindow *window, GArray *tokens, GArray *queries);
void scribe_window_take (ScribeWindow *window, const ScribeQuery *queries);
gboolean scribe_window_is_done (ScribeWindow *window);

/* Of a window that is done; owned by it. */
const ScribeWindowResult *scribe_window_result (ScribeWindow *window);

/* Start of transcript, language, task: what stands before the sampled tokens, without timestamps' switch. GArray of ScribeToken. */
GArray *scribe_window_start_sequence (ScribeDecoder *decoder, const ScribeTranscribeOptions *options, guint language);

/* zlib's measure of repetition: bytes of the text / bytes compressed. */
float scribe_compression_ratio (const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeWindow, scribe_window_free)

G_END_DECLS
