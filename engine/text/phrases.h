/* phrases.h - phrases that are looked for in a text
 *
 * Inside the text room only. Does not change once its phrases are added: any number of threads may look.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tokens.h"

G_BEGIN_DECLS

typedef struct _ScribePhrases ScribePhrases;

ScribePhrases *scribe_phrases_new (void);
void scribe_phrases_free (ScribePhrases *phrases);

/* Of equal phrases the first stays. One without a word or sign, or of more than 32 of them, is left out. */
void scribe_phrases_add (ScribePhrases *phrases, const char *phrase, gconstpointer value);

/* The value of the longest phrase that begins at token at, and its number of tokens; NULL where there is none. */
gconstpointer scribe_phrases_find (ScribePhrases *phrases, const GArray *tokens, guint at, guint *n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribePhrases, scribe_phrases_free)

G_END_DECLS
