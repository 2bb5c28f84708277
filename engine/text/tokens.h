/* tokens.h - a text cut into words, and the signs between them
 *
 * Inside the text room only.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  gsize start, end; /* bytes of the text */
  gboolean is_word;
  char *key; /* equal for what counts as the same, whatever its case and composition */
} ScribeTextToken;

/* text: valid UTF-8. GArray of ScribeTextToken. Spaces and hyphens lie between tokens and belong to none; a character that is neither
 * letter nor digit is a token by itself. */
GArray *scribe_text_cut (const char *text);

G_END_DECLS
