/* fuzz-tokenizer.c - any bytes, as a text to encode and as tokens to decode
 *
 * The vocabulary has all 256 bytes, merges that meet within characters and across them, an empty word and a word twice. As tokens
 * a byte is the token of that byte, but for two that are never part of UTF-8: 0xfe begins one of the words after the bytes (its
 * number is the next byte), 0xff any 32-bit number at all.
 *
 * SPDX-License-Identifier: MIT
 */
#include "model/tokenizer.h"

#include <string.h>

#define N_BYTES 256

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

static const char *const merges[] = {
  "he",        " t",       " the",         "",   "aa", "aaaa", "he", "\xc3\xa9", "\xe2\x99",
  " \xe2\x99", "\x99\xaa", "\xaa\xf0\x9f", "'s", "s'", "1a",   "  ",
};

static ScribeTokenizer *
tokenizer_new (guint8 bytes[N_BYTES], guint n_vocab)
{
  const guint8 *words[N_BYTES + G_N_ELEMENTS (merges)];
  guint32 lengths[G_N_ELEMENTS (words)];

  for (guint i = 0; i < N_BYTES; i++)
    {
      bytes[i] = i;
      words[i] = &bytes[i];
      lengths[i] = 1;
    }
  for (guint i = 0; i < G_N_ELEMENTS (merges); i++)
    {
      words[N_BYTES + i] = (const guint8 *) merges[i];
      lengths[N_BYTES + i] = strlen (merges[i]);
    }
  return scribe_tokenizer_new (words, lengths, G_N_ELEMENTS (words), n_vocab, NULL);
}

/* Encoding loses no byte, and decoding gives a valid text back. */
static void
check_text (ScribeTokenizer *tokenizer, const char *text)
{
  g_autoptr (GArray) tokens = scribe_tokenizer_encode (tokenizer, text);
  g_autofree char *decoded = scribe_tokenizer_decode (tokenizer, (const ScribeToken *) tokens->data, tokens->len);
  const char *at = text;

  for (guint i = 0; i < tokens->len; i++)
    {
      gsize length;
      const guint8 *bytes = scribe_tokenizer_bytes (tokenizer, g_array_index (tokens, ScribeToken, i), &length);

      g_assert_true (length > 0 && strncmp (at, (const char *) bytes, length) == 0);
      at += length;
    }
  g_assert_true (*at == '\0');
  g_assert_true (g_utf8_validate (decoded, -1, NULL));
  g_assert_true (!g_utf8_validate (text, -1, NULL) || strcmp (decoded, text) == 0);
}

static GArray *
parse_tokens (const guint8 *data, gsize size)
{
  GArray *tokens = g_array_new (FALSE, FALSE, sizeof (ScribeToken));

  for (gsize i = 0; i < size; i++)
    {
      ScribeToken token = data[i];

      if (data[i] == 0xfe && i + 1 < size)
        token = N_BYTES + data[++i];
      else if (data[i] == 0xff && i + 4 < size)
        {
          memcpy (&token, data + i + 1, 4);
          token = GINT32_FROM_LE (token);
          i += 4;
        }
      g_array_append_val (tokens, token);
    }
  return tokens;
}

/* The words are all of the tokens, each at least one. */
static void
check_words (ScribeTokenizer *tokenizer, const char *language, const GArray *tokens)
{
  g_autoptr (GArray) ends = g_array_new (FALSE, FALSE, sizeof (guint));
  guint before = 0;

  scribe_tokenizer_split_words (tokenizer, language, (const ScribeToken *) tokens->data, tokens->len, ends);
  for (guint i = 0; i < ends->len; i++)
    {
      g_assert_true (g_array_index (ends, guint, i) > before);
      before = g_array_index (ends, guint, i);
    }
  g_assert_true (before == tokens->len);
}

static void
check_tokens (ScribeTokenizer *tokenizer, const guint8 *data, gsize size)
{
  g_autoptr (GArray) tokens = parse_tokens (data, size);
  g_autofree char *text = scribe_tokenizer_decode (tokenizer, (const ScribeToken *) tokens->data, tokens->len);

  g_assert_true (g_utf8_validate (text, -1, NULL));
  check_words (tokenizer, "en", tokens);
  check_words (tokenizer, "zh", tokens);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  guint8 bytes[N_BYTES];
  g_autoptr (ScribeTokenizer) tokenizer = tokenizer_new (bytes, 51864 + size % 3);
  g_autofree char *text = g_strndup ((const char *) data, size); /* up to the first NUL */

  check_text (tokenizer, text);
  check_tokens (tokenizer, data, size);
  return 0;
}
