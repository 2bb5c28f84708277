/* tokenizer-words.c - which tokens make a word, for word times
 *
 * Tokens are first joined to pieces that are whole characters. In languages without spaces every piece is a word. In all others
 * a piece begins a word if it begins with a space, or is punctuation (a stretch of ASCII's punctuation in ASCII's order, to be
 * exact), or is only white space; the rest belongs to the word before. A special token breaks a character and begins a word.
 *
 *   | He| llo|,| w|or|ld|      ->  | Hello|,| world|
 *   |\xe4\xbd|\xa0|\xe5|\xa5\xbd|  ->  |你|好|
 *
 * OpenAI finds whole characters by decoding again and again, in time that grows with the square, and may split a character where
 * other bytes are broken; here they are counted. For valid UTF-8 the words are the same.
 * Source: openai/whisper whisper/tokenizer.py, split_to_word_tokens.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tokenizer-private.h"

#include "utf8.h"

#include <string.h>

static const char punctuation[] = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

/* Takes white space from both ends. */
static ScribeTokenBytes
strip (ScribeTokenBytes piece)
{
  gsize first = piece.length, last = 0;

  for (gsize at = 0, length; at < piece.length; at += length)
    if (scribe_utf8_next (piece.bytes + at, piece.length - at, &length) != SCRIBE_UTF8_WHOLE
        || !scribe_unichar_is_space (g_utf8_get_char ((const char *) piece.bytes + at)))
      {
        first = MIN (first, at);
        last = at + length;
      }
  return (ScribeTokenBytes){ piece.bytes + first, first < last ? last - first : 0 };
}

static gboolean
is_punctuation (ScribeTokenBytes piece)
{
  return piece.length == 0 || memmem (punctuation, strlen (punctuation), piece.bytes, piece.length) != NULL;
}

static gboolean
begins_word (ScribeTokenBytes piece)
{
  return (piece.length > 0 && piece.bytes[0] == ' ') || is_punctuation (strip (piece));
}

static gboolean
is_text (ScribeTokenizer *self, ScribeToken token)
{
  return token >= 0 && token < self->specials.end;
}

static void
end_word_before (GArray *ends, guint token)
{
  if (token > 0)
    g_array_append_val (ends, token);
}

/* Splits the text tokens from first to the next special token; returns the index after them. */
static gsize
split_text (ScribeTokenizer *self, gboolean unspaced, const ScribeToken *tokens, gsize first, gsize n, GArray *ends)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gsize at = 0, character = 0, piece = 0, piece_token = first, length, last;

  for (last = first; last < n && is_text (self, tokens[last]); last++)
    {
      const guint8 *bytes = scribe_tokenizer_bytes (self, tokens[last], &length);

      g_string_append_len (text, (const char *) bytes, length);
    }
  for (gsize i = first; i < last; i++)
    {
      scribe_tokenizer_bytes (self, tokens[i], &length);
      for (at += length; character < at; character += length)
        scribe_utf8_next ((const guint8 *) text->str + character, text->len - character, &length);
      if (character > at)
        continue;
      if (unspaced || begins_word ((ScribeTokenBytes){ (const guint8 *) text->str + piece, at - piece }))
        end_word_before (ends, piece_token);
      piece = at;
      piece_token = i + 1;
    }
  return last;
}

void
scribe_tokenizer_split_words (ScribeTokenizer *self, const char *language, const ScribeToken *tokens, gsize n, GArray *ends)
{
  gboolean unspaced = scribe_language_unspaced (language);
  gsize at = 0;

  while (at < n)
    if (is_text (self, tokens[at]))
      at = split_text (self, unspaced, tokens, at, n, ends);
    else
      end_word_before (ends, at++);
  end_word_before (ends, n);
}
