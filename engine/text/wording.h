/* wording.h - what a person wants written for what was heard
 *
 * Two kinds of rules, applied in this order to the text of a whole utterance: signs that are spoken ("comma", "new line"), by
 * language, and replacements of a person's own ("tile scribe" -> "Tilescribe"). Immutable and shared by reference: any thread
 * may apply it.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _ScribeWording ScribeWording;

typedef struct
{
  const char *heard;   /* words and signs, whatever their case and the spaces and hyphens between them; whole words only */
  const char *written; /* as it stands; empty: nothing */
} ScribeReplacement;

/* replacements [n] are copied: where several fit, the longest counts, of equal ones the first; one with nothing heard, or more than 32
 * words of it, is left out. signs: spoken punctuation becomes signs. */
ScribeWording *scribe_wording_new (const ScribeReplacement *replacements, gsize n, gboolean signs);
ScribeWording *scribe_wording_ref (ScribeWording *wording);
void scribe_wording_unref (ScribeWording *wording);

/* The text (valid UTF-8) as it is to be written. language: code of what was spoken ("en"), which chooses the words of signs; NULL or one
 * without such words: none. Spaces around it, and capitals after a full stop that was spoken, are put right. */
char *scribe_wording_apply (ScribeWording *wording, const char *text, const char *language);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeWording, scribe_wording_unref)

G_END_DECLS
