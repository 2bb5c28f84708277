/* tokenizer.c - the vocabulary, its special tokens, and tokens to text
 *
 *   id    0 ... end-1   bytes of text, as far as the model file has words
 *   end                 end of text
 *   end+1               start of transcript
 *   end+2 ...           languages, 99 or 100 (an English-only model has the tokens, but never learned them)
 *   then                translate, transcribe, start of LM, start of previous, no speech, no timestamps
 *   n_vocab-1501 ...    timestamps 0.00, 0.02 ... 30.00 s
 *
 * All of it follows from n_vocab, so nothing the file says about special tokens is believed. A tokenizer does not change after it
 * was made: any number of threads may use it.
 * Sources: openai/whisper whisper/tokenizer.py; whisper.cpp src/whisper.cpp for what its files leave out.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tokenizer-private.h"

#include "error.h"
#include "utf8.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define N_VOCAB_ENGLISH      51864
#define N_VOCAB_MULTILINGUAL 51865
#define N_VOCAB_CANTONESE    51866
#define N_TIMESTAMPS         1501
#define LONGEST_WORD         1024 /* bytes; the longest of any Whisper vocabulary has 128 */
#define REPLACEMENT          "\xef\xbf\xbd"

static gboolean
is_word (const ScribeTokenBytes *word, const guint8 *bytes, gsize length)
{
  return word->length == length && memcmp (word->bytes, bytes, length) == 0;
}

/* The slot of a word, or the free one where it belongs: hashed by FNV-1a, then the first that fits. */
static guint32 *
find_slot (ScribeTokenizer *self, const guint8 *bytes, gsize length)
{
  guint32 at = 2166136261u;

  for (gsize i = 0; i < length; i++)
    at = (at ^ bytes[i]) * 16777619u;
  for (;; at++)
    {
      guint32 *slot = &self->slots[at & (self->n_slots - 1)];

      if (*slot == 0 || is_word (&self->words[*slot - 1], bytes, length))
        return slot;
    }
}

ScribeToken
scribe_tokenizer_find (ScribeTokenizer *self, const guint8 *bytes, gsize length)
{
  return length <= self->longest ? (ScribeToken) *find_slot (self, bytes, length) - 1 : -1;
}

static void
place_special_tokens (ScribeSpecialTokens *specials, guint n_vocab)
{
  specials->multilingual = n_vocab >= N_VOCAB_MULTILINGUAL;
  specials->end = specials->multilingual ? 50257 : 50256;
  specials->start = specials->end + 1;
  specials->language = specials->end + 2;
  specials->timestamp = (ScribeToken) n_vocab - N_TIMESTAMPS;
  specials->translate = specials->timestamp - 6;
  specials->transcribe = specials->timestamp - 5;
  specials->start_of_lm = specials->timestamp - 4;
  specials->previous = specials->timestamp - 3;
  specials->no_speech = specials->timestamp - 2;
  specials->no_timestamps = specials->timestamp - 1;
  specials->n_languages = specials->multilingual ? specials->translate - specials->language : 0;
}

static gboolean
add_words (ScribeTokenizer *self, const guint8 *const *words, const guint32 *lengths, GError **error)
{
  for (guint i = 0; i < self->n_words; i++)
    {
      ScribeTokenBytes *word = &self->words[i];
      guint32 *slot;

      if (lengths[i] > LONGEST_WORD)
        {
          g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_MODEL,
                       _ ("The model file is damaged: word %u of its vocabulary has %u bytes where at most %u make sense. "
                          "Download the model again."),
                       i, lengths[i], LONGEST_WORD);
          return FALSE;
        }
      if (lengths[i] == 0)
        continue;
      *word = (ScribeTokenBytes){ words[i], lengths[i] };
      self->longest = MAX (self->longest, word->length);
      slot = find_slot (self, word->bytes, word->length);
      if (*slot == 0)
        *slot = i + 1;
    }
  return TRUE;
}

ScribeTokenizer *
scribe_tokenizer_new (const guint8 *const *words, const guint32 *lengths, guint n_words, guint n_vocab, GError **error)
{
  g_autoptr (ScribeTokenizer) self = NULL;

  if (n_vocab < N_VOCAB_ENGLISH || n_vocab > N_VOCAB_CANTONESE)
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_MODEL,
                   _ ("The model has a vocabulary of %u tokens where Whisper's have %u, %u or %u. Choose another model."),
                   n_vocab, N_VOCAB_ENGLISH, N_VOCAB_MULTILINGUAL, N_VOCAB_CANTONESE);
      return NULL;
    }
  if (n_words > n_vocab)
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_MODEL,
                   _ ("The model file is damaged: it lists %u words for a vocabulary of %u tokens. Download the model again."),
                   n_words, n_vocab);
      return NULL;
    }
  self = g_new0 (ScribeTokenizer, 1);
  place_special_tokens (&self->specials, n_vocab);
  self->n_words = MIN (n_words, (guint) self->specials.end);
  self->words = g_new0 (ScribeTokenBytes, self->n_words);
  self->n_slots = 1u << (g_bit_storage (self->n_words) + 1);
  self->slots = g_new0 (guint32, self->n_slots);
  if (!add_words (self, words, lengths, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
scribe_tokenizer_free (ScribeTokenizer *self)
{
  g_free (self->slots);
  g_free (self->words);
  g_free (self);
}

const ScribeSpecialTokens *
scribe_tokenizer_specials (ScribeTokenizer *self)
{
  return &self->specials;
}

const guint8 *
scribe_tokenizer_bytes (ScribeTokenizer *self, ScribeToken token, gsize *length)
{
  if (token < 0 || (guint) token >= self->n_words)
    {
      *length = 0;
      return NULL;
    }
  *length = self->words[token].length;
  return self->words[token].bytes;
}

char *
scribe_tokenizer_decode (ScribeTokenizer *self, const ScribeToken *tokens, gsize n)
{
  g_autoptr (GString) bytes = g_string_new (NULL);
  GString *text;

  for (gsize i = 0, length; i < n; i++)
    {
      const guint8 *word = scribe_tokenizer_bytes (self, tokens[i], &length);

      g_string_append_len (bytes, (const char *) word, length);
    }
  text = g_string_sized_new (bytes->len);
  for (gsize at = 0, length; at < bytes->len; at += length)
    switch (scribe_utf8_next ((const guint8 *) bytes->str + at, bytes->len - at, &length))
      {
      case SCRIBE_UTF8_WHOLE:
        g_string_append_len (text, bytes->str + at, length);
        break;
      case SCRIBE_UTF8_BROKEN:
        g_string_append (text, REPLACEMENT);
        break;
      case SCRIBE_UTF8_CUT:
        break;
      }
  return g_string_free (text, FALSE);
}

/* Brackets, quotes, speaker dashes: not speech if they are one token. */
static const char *const non_speech_symbols[] = {
  "\"",  "#",  "(",  ")",  "*",   "+",  "/",  ":",   ";",   "<",  "=",  ">",  "@",  "[",   "\\",  "]",
  "^",   "_",  "`",  "{",  "|",   "}",  "~",  "「",  "」",  "『", "』", "<<", ">>", "<<<", ">>>", "--",
  "---", "-(", "-[", "('", "(\"", "((", "))", "(((", ")))", "[[", "]]", "{{", "}}", "♪♪",  "♪♪♪",
};

/* Not speech even if they take several tokens: nothing but symbols begins with the first two bytes they share. */
static const char *const non_speech_notes[] = { "♩", "♪", "♫", "♬", "♭", "♮", "♯" };

/* These may stand within a word, but not begin one. */
static const char *const non_speech_beginnings[] = { " -", " '" };

static void
add_if_single (ScribeTokenizer *self, const char *text, GArray *found)
{
  g_autoptr (GArray) tokens = scribe_tokenizer_encode (self, text);

  if (tokens->len == 1)
    g_array_append_vals (found, tokens->data, 1);
}

/* Adds the first token of text if it has enough bytes of it to stand for nothing else: a small vocabulary begins it with a token of
 * one byte, a plain space maybe, which speech needs. */
static void
add_first (ScribeTokenizer *self, const char *text, gsize enough, GArray *found)
{
  g_autoptr (GArray) tokens = scribe_tokenizer_encode (self, text);
  gsize length;

  if (tokens->len == 0)
    return;
  scribe_tokenizer_bytes (self, g_array_index (tokens, ScribeToken, 0), &length);
  if (length >= enough)
    g_array_append_vals (found, tokens->data, 1);
}

static int
compare_tokens (gconstpointer a, gconstpointer b)
{
  const ScribeToken *x = a, *y = b;

  return (*x > *y) - (*x < *y);
}

static void
sort_unique (GArray *tokens)
{
  guint n = 0;

  g_array_sort (tokens, compare_tokens);
  for (guint i = 0; i < tokens->len; i++)
    if (i == 0 || g_array_index (tokens, ScribeToken, i) != g_array_index (tokens, ScribeToken, n - 1))
      g_array_index (tokens, ScribeToken, n++) = g_array_index (tokens, ScribeToken, i);
  g_array_set_size (tokens, n);
}

GArray *
scribe_tokenizer_non_speech (ScribeTokenizer *self)
{
  GArray *found = g_array_new (FALSE, FALSE, sizeof (ScribeToken));

  for (guint i = 0; i < G_N_ELEMENTS (non_speech_beginnings); i++)
    add_first (self, non_speech_beginnings[i], 2, found);
  for (guint i = 0; i < G_N_ELEMENTS (non_speech_symbols); i++)
    {
      g_autofree char *spaced = g_strconcat (" ", non_speech_symbols[i], NULL);

      add_if_single (self, non_speech_symbols[i], found);
      add_if_single (self, spaced, found);
    }
  for (guint i = 0; i < G_N_ELEMENTS (non_speech_notes); i++)
    {
      g_autofree char *spaced = g_strconcat (" ", non_speech_notes[i], NULL);

      add_first (self, non_speech_notes[i], 2, found);
      add_first (self, spaced, 3, found);
    }
  sort_unique (found);
  return found;
}
