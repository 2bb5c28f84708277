/* phrases.c - phrases that are looked for in a text
 *
 * A tree of tokens: a phrase is a way from its root, and the value is kept where the way ends. Looking from one token costs no more steps
 * than the longest phrase has, however many phrases there are, so looking from every token is linear in the text.
 *
 * SPDX-License-Identifier: MIT
 */
#include "phrases.h"

#define MAX_TOKENS 32

struct _ScribePhrases
{
  GHashTable *next; /* key of a token -> ScribePhrases; NULL at the end of a way */
  gconstpointer value;
};

ScribePhrases *
scribe_phrases_new (void)
{
  return g_new0 (ScribePhrases, 1);
}

void
scribe_phrases_free (ScribePhrases *phrases)
{
  g_clear_pointer (&phrases->next, g_hash_table_unref);
  g_free (phrases);
}

static ScribePhrases *
step (const ScribePhrases *phrases, const char *key)
{
  return phrases->next ? g_hash_table_lookup (phrases->next, key) : NULL;
}

static ScribePhrases *
make_step (ScribePhrases *phrases, const char *key)
{
  ScribePhrases *there = scribe_phrases_new ();

  if (phrases->next == NULL)
    phrases->next = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) scribe_phrases_free);
  g_hash_table_insert (phrases->next, g_strdup (key), there);
  return there;
}

void
scribe_phrases_add (ScribePhrases *phrases, const char *phrase, gconstpointer value)
{
  g_autoptr (GArray) tokens = scribe_text_cut (phrase);
  ScribePhrases *here = phrases;

  if (tokens->len == 0 || tokens->len > MAX_TOKENS)
    return;
  for (guint i = 0; i < tokens->len; i++)
    {
      const char *key = g_array_index (tokens, ScribeTextToken, i).key;
      ScribePhrases *there = step (here, key);

      here = there ? there : make_step (here, key);
    }
  if (here->value == NULL)
    here->value = value;
}

gconstpointer
scribe_phrases_find (ScribePhrases *phrases, const GArray *tokens, guint at, guint *n)
{
  gconstpointer found = NULL;

  for (guint i = at; i < tokens->len; i++)
    {
      phrases = step (phrases, g_array_index (tokens, ScribeTextToken, i).key);
      if (phrases == NULL)
        break;
      if (phrases->value)
        {
          found = phrases->value;
          *n = i + 1 - at;
        }
    }
  return found;
}
