/* languages.h - the languages of Whisper, in the order of their tokens
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Index of a language by its code ("de") or English name ("german", "mandarin"; case does not matter), -1 if there is none; and
 * back, NULL if out of range. */
int scribe_language_index (const char *code_or_name);
const char *scribe_language_code (guint index);
const char *scribe_language_name (guint index); /* marked for translation, not translated */

/* TRUE for languages written without spaces, whose words are split by character (zh, ja, th, lo, my, yue). */
gboolean scribe_language_unspaced (const char *code);

G_END_DECLS
