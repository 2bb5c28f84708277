/* history.h - sequences of tokens written as text, over a vocabulary of the 256 bytes
 *
 * "t50" is the timestamp of 1 s, "_" a blank, any other single letter the token of that byte.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model/tokenizer.h"

G_BEGIN_DECLS

ScribeTokenizer *history_tokenizer (guint n_vocab);

/* GArray of ScribeToken. */
GArray *history_parse (ScribeTokenizer *tokenizer, const char *text);

G_END_DECLS
