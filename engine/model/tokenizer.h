/* tokenizer.h - Whisper's vocabulary: byte-level BPE both ways, and the special tokens
 *
 * Token ids are those of the model file. Text tokens come first, then, at places that follow from the size of the vocabulary
 * alone: end of text, start of transcript, languages, translate, transcribe, start of LM, start of previous, no speech,
 * no timestamps, and 1501 timestamps of 20 ms.
 * Sources: openai/whisper whisper/tokenizer.py, GPT-2's encoder (Radford et al. 2019).
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "languages.h"

G_BEGIN_DECLS

typedef gint32 ScribeToken;

typedef struct _ScribeTokenizer ScribeTokenizer;

/* Bytes of the text tokens in order of their ids: words[i] points to lengths[i] bytes, not terminated, i < n_words. The bytes
 * are not copied and must outlive the tokenizer (they lie in the mapped model file). n_vocab: rows of the token embedding.
 * Fails with SCRIBE_ERROR_MODEL where n_vocab is no size of a Whisper vocabulary (51864 English only, 51865 multilingual,
 * 51866 multilingual with Cantonese), n_words is larger than n_vocab, or a word has more than 1024 bytes. Words from end of text
 * on are ignored; of equal words the first is encoded to. A tokenizer does not change: any number of threads may use it. */
ScribeTokenizer *
scribe_tokenizer_new (const guint8 *const *words, const guint32 *lengths, guint n_words, guint n_vocab, GError **error);
void scribe_tokenizer_free (ScribeTokenizer *tokenizer);

/* ids of a text, without special tokens: words split as GPT-2's pattern does, each word's bytes merged lowest id first
 * (the ids of a byte-level BPE are its merge ranks). A byte that no token stands for is left out. GArray of ScribeToken. */
GArray *scribe_tokenizer_encode (ScribeTokenizer *tokenizer, const char *text);

/* The text of n tokens; special tokens and timestamps have none. Always valid UTF-8: a character cut off at the end is left
 * out, one broken within becomes U+FFFD. */
char *scribe_tokenizer_decode (ScribeTokenizer *tokenizer, const ScribeToken *tokens, gsize n);

/* The bytes of one token (not terminated, NULL and 0 for a special one). */
const guint8 *scribe_tokenizer_bytes (ScribeTokenizer *tokenizer, ScribeToken token, gsize *length);

typedef struct
{
  gboolean multilingual;
  guint n_languages;    /* 99 or 100; 0 if English only */
  ScribeToken end;      /* end of text: the first special token; all text tokens are below */
  ScribeToken start;    /* start of transcript */
  ScribeToken language; /* first language token */
  ScribeToken translate, transcribe, start_of_lm, previous, no_speech, no_timestamps;
  ScribeToken timestamp; /* 0.00 s; timestamp + i is 0.02 i s, 1501 of them */
} ScribeSpecialTokens;

const ScribeSpecialTokens *scribe_tokenizer_specials (ScribeTokenizer *tokenizer);

/* Tokens that are not speech (brackets, notes, speaker dashes), as OpenAI suppresses them. GArray of ScribeToken. */
GArray *scribe_tokenizer_non_speech (ScribeTokenizer *tokenizer);

/* Splits tokens into words for word times, as OpenAI's split_to_word_tokens: appends to ends (guint) the index after the last
 * token of each word; a character never spans two words. */
void
scribe_tokenizer_split_words (ScribeTokenizer *tokenizer, const char *language, const ScribeToken *tokens, gsize n, GArray *ends);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeTokenizer, scribe_tokenizer_free)

G_END_DECLS
