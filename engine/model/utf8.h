/* utf8.h - UTF-8 that may be broken or cut off, read a character at a time
 *
 * Tokens are bytes, and a character may be spread over several of them, so what a model says is UTF-8 only by habit. Bytes that
 * make no character are told apart in stretches as Unicode recommends (chapter 3, "U+FFFD substitution of maximal subparts"),
 * which is also how Python and Rust decode: every stretch becomes one U+FFFD.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  SCRIBE_UTF8_WHOLE,  /* a character */
  SCRIBE_UTF8_BROKEN, /* bytes that no continuation makes a character; NUL too, as no C string holds it */
  SCRIBE_UTF8_CUT     /* the beginning of a character whose rest lies beyond the end */
} ScribeUtf8;

/* What bytes [n], n > 0, begin with, and its length, 1 to 4. */
ScribeUtf8 scribe_utf8_next (const guint8 *bytes, gsize n, gsize *length);

/* Unicode's White_Space, the \s of regular expressions: what g_unichar_isspace() says, and the vertical tab and next line. */
gboolean scribe_unichar_is_space (gunichar character);

G_END_DECLS
