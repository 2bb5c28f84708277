/* decoder.h - a model on a device, as the search sees it
 *
 * Holds what all windows of an engine share: the two prepared graphs, the token rules, the layout of the device's sequences and
 * windows, and what the device's time was spent on.
 *
 * Where the device fails, the CPU takes its place, and what was in its caches is gone: a run that fails so counts up n_failed, and whoever has
 * windows under way then encodes them again and decodes them from their start. Nothing else is lost.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "decode/options.h"
#include "decode/rules.h"
#include "transcript.h"

G_BEGIN_DECLS

#define SCRIBE_FRAMES_PER_SECOND 100
#define SCRIBE_WINDOW_MARGIN     200 /* samples that the first and last frame reach over a window's ends */

typedef struct
{
  ScribeWhisperGraph *whisper;
  ScribeModel *model; /* of whisper */
  const ScribeSpecialTokens *special;
  ScribeRules *rules;
  ScribeDevice *device;
  ScribePlan *audio, *text;
  guint n_failed;                       /* devices before this one */
  char *failure;                        /* of the last of them, a sentence; NULL: none */
  guint n_beams;                        /* window w has sequences w n_beams .. w n_beams + n_beams - 1 */
  guint first_window, n_windows;        /* that the run under way may use */
  const ScribeTranscribeEvents *events; /* of the run under way; NULL: none */
  ScribeRunStats stats;                 /* of the run under way: times on the device, steps, tokens */
} ScribeDecoder;

/* Takes the device over. */
ScribeDecoder *
scribe_decoder_new (ScribeWhisperGraph *whisper, ScribeDevice *device, guint n_windows, guint n_beams, GError **error);
void scribe_decoder_free (ScribeDecoder *decoder);

/* TRUE with error set if cancellable was cancelled and the run is to end. */
gboolean scribe_decoder_is_cancelled (ScribeDecoder *decoder, GCancellable *cancellable, GError **error);

/* Runs the text graph; again, where an interruption was taken care of. seconds: of the last try. */
gboolean scribe_decoder_run_text (ScribeDecoder *decoder, const ScribeRun *run, double *seconds, GError **error);

/* Samples that a window of n_ctx positions reads, margins included. */
gsize scribe_decoder_window_samples (guint n_ctx);

/* Mel, encoder, and the cross caches of this window. samples [scribe_decoder_window_samples (n_ctx)]. */
gboolean scribe_decoder_encode (ScribeDecoder *decoder,
                                guint window,
                                const float *samples,
                                guint n_ctx,
                                GCancellable *cancellable,
                                GError **error);

/* One decoder step over all these tokens. tokens: of ScribeStepToken, queries: of ScribeQuery. */
gboolean scribe_decoder_step (ScribeDecoder *decoder, GArray *tokens, GArray *queries, GCancellable *cancellable, GError **error);

/* The likeliest language of an encoded window and its probability; English for an English-only model. Index as in
 * scribe_language_code(). */
gboolean scribe_decoder_detect_language (ScribeDecoder *decoder,
                                         guint window,
                                         guint *language,
                                         float *probability,
                                         GCancellable *cancellable,
                                         GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeDecoder, scribe_decoder_free)

G_END_DECLS
