/* history.c - sequences of tokens written as text
 *
 * SPDX-License-Identifier: MIT
 */
#include "history.h"

ScribeTokenizer *
history_tokenizer (guint n_vocab)
{
  static guint8 bytes[256];
  const guint8 *words[256];
  guint32 lengths[256];
  g_autoptr (GError) error = NULL;
  ScribeTokenizer *tokenizer;

  for (guint i = 0; i < 256; i++)
    {
      bytes[i] = (guint8) i;
      words[i] = &bytes[i];
      lengths[i] = 1;
    }
  tokenizer = scribe_tokenizer_new (words, lengths, 256, n_vocab, &error);
  g_assert_no_error (error);
  return tokenizer;
}

GArray *
history_parse (ScribeTokenizer *tokenizer, const char *text)
{
  const ScribeSpecialTokens *special = scribe_tokenizer_specials (tokenizer);
  g_auto (GStrv) words = g_strsplit (text, " ", 0);
  GArray *tokens = g_array_new (FALSE, FALSE, sizeof (ScribeToken));

  for (char **word = words; *word && **word; word++)
    {
      const char *w = *word;
      ScribeToken token = w[1] != '\0'  ? special->timestamp + (ScribeToken) g_ascii_strtoull (w + 1, NULL, 10)
                          : w[0] == '_' ? ' '
                                        : w[0];

      g_array_append_val (tokens, token);
    }
  return tokens;
}
