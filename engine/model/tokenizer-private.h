/* tokenizer-private.h - what the files of the tokenizer share
 *
 * tokenizer.c: the vocabulary, special tokens, tokens to text; tokenizer-encode.c: text to tokens; tokenizer-words.c: tokens to
 * words; languages.c: the languages in the order of their tokens.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tokenizer.h"

G_BEGIN_DECLS

typedef struct
{
  const guint8 *bytes;
  gsize length;
} ScribeTokenBytes;

struct _ScribeTokenizer
{
  ScribeSpecialTokens specials;
  ScribeTokenBytes *words; /* [n_words]: the text tokens by id */
  guint n_words;
  gsize longest;  /* bytes of the longest word */
  guint32 *slots; /* [n_slots], a power of two, at least half of them free: id + 1 of the word that hashes here, 0: none */
  guint32 n_slots;
};

/* The id of some bytes, length > 0; -1 if they are no token. */
ScribeToken scribe_tokenizer_find (ScribeTokenizer *tokenizer, const guint8 *bytes, gsize length);

/* Length of the word that text begins with, text < end, as GPT-2's pattern splits. */
gsize scribe_tokenizer_word_length (const char *text, const char *end);

G_END_DECLS
