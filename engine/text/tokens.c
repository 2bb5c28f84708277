/* tokens.c - a text cut into words, and the signs between them
 *
 * A word is a run of letters, digits and what is put upon them. An apostrophe within it belongs to it where at most two letters follow
 * ("don't", "we're", "Anna's"), and separates two words where more do ("l'ancien", "dell'arte"). In scripts that are
 * written without spaces every character is a word, so a phrase is found anywhere in them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tokens.h"

#include "model/utf8.h"

#include <string.h>

#define MAX_ENDING 2 /* letters after an apostrophe that is part of a word */

static gboolean
is_gap (gunichar c)
{
  return scribe_unichar_is_space (c) || c == '-' || c == 0x2010 || c == 0x2011;
}

static gboolean
is_apostrophe (gunichar c)
{
  return c == '\'' || c == 0x2019;
}

/* What is never alone: accents, joiners, selectors of emoji. */
static gboolean
is_attached (gunichar c)
{
  return g_unichar_ismark (c) || g_unichar_type (c) == G_UNICODE_FORMAT;
}

static gboolean
is_unspaced (gunichar c)
{
  switch (g_unichar_get_script (c))
    {
    case G_UNICODE_SCRIPT_HAN:
    case G_UNICODE_SCRIPT_HIRAGANA:
    case G_UNICODE_SCRIPT_KATAKANA:
    case G_UNICODE_SCRIPT_THAI:
    case G_UNICODE_SCRIPT_LAO:
    case G_UNICODE_SCRIPT_KHMER:
    case G_UNICODE_SCRIPT_MYANMAR:
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
is_letter (gunichar c)
{
  return g_unichar_isalnum (c) && !is_unspaced (c);
}

static const char *
skip_attached (const char *at)
{
  while (*at && is_attached (g_utf8_get_char (at)))
    at = g_utf8_next_char (at);
  return at;
}

/* The end of an ending like "'t" that begins at an apostrophe, or NULL. */
static const char *
end_of_ending (const char *apostrophe)
{
  const char *at = g_utf8_next_char (apostrophe);
  guint n = 0;

  for (; is_letter (g_utf8_get_char (at)); n++)
    {
      if (n == MAX_ENDING)
        return NULL;
      at = skip_attached (g_utf8_next_char (at));
    }
  return n > 0 ? at : NULL;
}

static const char *
end_of_word (const char *start)
{
  const char *at = start, *ending;

  while (is_letter (g_utf8_get_char (at)))
    at = skip_attached (g_utf8_next_char (at));
  if (is_apostrophe (g_utf8_get_char (at)) && (ending = end_of_ending (at)) != NULL)
    at = ending;
  return at;
}

static gboolean
is_ascii (const char *start, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if ((guchar) start[i] > 0x7F)
      return FALSE;
  return TRUE;
}

static char *
fold (const char *start, gsize length)
{
  g_autofree char *composed = g_utf8_normalize (start, length, G_NORMALIZE_ALL_COMPOSE);
  g_autofree char *folded = g_utf8_casefold (composed, -1);
  g_autoptr (GString) key = g_string_new (folded);

  g_string_replace (key, "\u2019", "'", 0);
  return g_utf8_normalize (key->str, key->len, G_NORMALIZE_ALL_COMPOSE);
}

/* Most words need no Unicode, which takes ten times as long. */
static char *
key_of (const char *start, gsize length)
{
  return is_ascii (start, length) ? g_ascii_strdown (start, length) : fold (start, length);
}

static void
clear_token (ScribeTextToken *token)
{
  g_free (token->key);
}

GArray *
scribe_text_cut (const char *text)
{
  GArray *tokens = g_array_new (FALSE, FALSE, sizeof (ScribeTextToken));
  const char *at = text;

  g_array_set_clear_func (tokens, (GDestroyNotify) clear_token);
  while (*at)
    {
      gunichar c = g_utf8_get_char (at);
      const char *end = is_letter (c) ? end_of_word (at) : skip_attached (g_utf8_next_char (at));

      if (!is_gap (c))
        {
          ScribeTextToken token = { at - text, end - text, g_unichar_isalnum (c), key_of (at, end - at) };

          g_array_append_val (tokens, token);
        }
      at = end;
    }
  return tokens;
}
