/* agreement.c - words that two hypotheses agree on
 *
 * Words are compared without case and punctuation: "Hello" and "hello," are the same word, heard twice. The last word of the sound
 * so far is cut off by its end as often as not, so it never becomes stable before a word follows it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "decode/agreement.h"

struct _ScribeAgreement
{
  GPtrArray *stable;   /* of char *: words as they were last written when they became stable */
  GPtrArray *previous; /* of char *: words of the last hypothesis */
  char *stable_text, *unstable_text;
};

static GPtrArray *
words_new (void)
{
  return g_ptr_array_new_with_free_func (g_free);
}

ScribeAgreement *
scribe_agreement_new (void)
{
  ScribeAgreement *agreement = g_new0 (ScribeAgreement, 1);

  agreement->stable = words_new ();
  scribe_agreement_reset (agreement);
  return agreement;
}

void
scribe_agreement_free (ScribeAgreement *agreement)
{
  g_ptr_array_unref (agreement->stable);
  g_clear_pointer (&agreement->previous, g_ptr_array_unref);
  g_free (agreement->stable_text);
  g_free (agreement->unstable_text);
  g_free (agreement);
}

static GPtrArray *
split (const char *text)
{
  g_auto (GStrv) parts = g_strsplit_set (text, " \t\n", -1);
  GPtrArray *words = words_new ();

  for (guint i = 0; parts[i]; i++)
    if (*parts[i])
      g_ptr_array_add (words, g_strdup (parts[i]));
  return words;
}

/* Letters with their marks and digits, folded, however they were composed; a word of nothing else as it is. */
static char *
key_of (const char *word)
{
  g_autofree char *composed = g_utf8_normalize (word, -1, G_NORMALIZE_ALL_COMPOSE);
  g_autofree char *folded = g_utf8_casefold (composed, -1);
  g_autoptr (GString) key = g_string_new (NULL);

  for (const char *p = folded; *p; p = g_utf8_next_char (p))
    if (g_unichar_isalnum (g_utf8_get_char (p)) || g_unichar_ismark (g_utf8_get_char (p)))
      g_string_append_unichar (key, g_utf8_get_char (p));
  return key->len > 0 ? g_strdup (key->str) : g_strdup (folded);
}

static gboolean
is_same_word (const char *a, const char *b)
{
  g_autofree char *key_a = key_of (a), *key_b = key_of (b);

  return g_str_equal (key_a, key_b);
}

static char *
join (GPtrArray *words, guint from)
{
  GString *text = g_string_new (NULL);

  for (guint i = from; i < words->len; i++)
    g_string_append_printf (text, "%s%s", i > from ? " " : "", (const char *) g_ptr_array_index (words, i));
  return g_string_free (text, FALSE);
}

static void
write_texts (ScribeAgreement *agreement)
{
  g_free (agreement->stable_text);
  g_free (agreement->unstable_text);
  agreement->stable_text = join (agreement->stable, 0);
  agreement->unstable_text = join (agreement->previous, MIN (agreement->stable->len, agreement->previous->len));
}

void
scribe_agreement_add (ScribeAgreement *agreement, const char *text)
{
  g_autoptr (GPtrArray) words = split (text);
  guint common = 0;

  while (common + 1 < words->len && common < agreement->previous->len
         && is_same_word (g_ptr_array_index (words, common), g_ptr_array_index (agreement->previous, common)))
    common++;
  for (guint i = agreement->stable->len; i < common; i++)
    g_ptr_array_add (agreement->stable, g_strdup (g_ptr_array_index (words, i)));

  g_ptr_array_unref (agreement->previous);
  agreement->previous = g_steal_pointer (&words);
  write_texts (agreement);
}

const char *
scribe_agreement_get_stable (ScribeAgreement *agreement)
{
  return agreement->stable_text;
}

const char *
scribe_agreement_get_unstable (ScribeAgreement *agreement)
{
  return agreement->unstable_text;
}

void
scribe_agreement_reset (ScribeAgreement *agreement)
{
  g_ptr_array_set_size (agreement->stable, 0);
  g_clear_pointer (&agreement->previous, g_ptr_array_unref);
  agreement->previous = words_new ();
  write_texts (agreement);
}
