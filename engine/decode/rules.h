/* rules.h - which token may follow: Whisper's rules, as a mask for the device
 *
 *   - tokens that are not speech, and control tokens, never
 *   - no blank and no end of text at the start
 *   - with timestamps: one first, at most 1 s into the window; then in pairs, never going back
 * The rule that needs probabilities (timestamps together likelier than any one word: only a timestamp may come) is applied to
 * the device's answer.
 * Source: openai/whisper, whisper/decoding.py: SuppressBlank, SuppressTokens, ApplyTimestampRules.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "device/device.h"

G_BEGIN_DECLS

typedef struct _ScribeRules ScribeRules;

ScribeRules *scribe_rules_new (ScribeTokenizer *tokenizer, guint n_vocab);
void scribe_rules_free (ScribeRules *rules);

/* What may follow the n sampled tokens (without prompt and start sequence). The mask points into rules. */
void scribe_rules_mask (const ScribeRules *rules, gboolean timestamps, const ScribeToken *sampled, guint n, ScribeMask *mask);

/* Ids of the languages only; for detecting one. */
void scribe_rules_language_mask (const ScribeRules *rules, ScribeMask *mask);

/* Text tokens only, all of them; for the probabilities of words. */
void scribe_rules_text_mask (const ScribeRules *rules, ScribeMask *mask);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeRules, scribe_rules_free)

G_END_DECLS
