/* fixture.h - a decoder on a real device, and a window in it
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "decode/search.h"
#include "decode/window.h"
#include "golden.h"

G_BEGIN_DECLS

/* The golden values of this run; NULL, and the test is marked as skipped, where there are none. */
Golden *fixture_golden (void);

/* Path of a model of the golden values by name, or of the starter model. */
char *fixture_model_path (Golden *golden, const char *model);

/* Opens the model on the device, two threads. */
ScribeDecoder *fixture_decoder (const char *path, const char *device, guint n_windows, guint n_beams);

/* Encodes the window of the clip that starts at this frame. */
void fixture_encode (ScribeDecoder *decoder, guint window, const char *clip, guint first_frame);

/* Prompt of an English transcript: start of transcript, language and task, and no_timestamps without timestamps. */
GArray *fixture_prompt (ScribeDecoder *decoder, gboolean timestamps);

/* Search options for window 0 with this prompt and OpenAI's limit of tokens; greedy. */
void fixture_search_options (ScribeDecoder *decoder, const GArray *prompt, gboolean timestamps, ScribeSearchOptions *options);

/* Runs a search to its end. */
ScribeSearch *fixture_search (ScribeDecoder *decoder, const ScribeSearchOptions *options);

G_END_DECLS
