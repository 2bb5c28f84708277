/* settings.c - what was chosen, as the engine and the widgets want it
 *
 * The prompt is written as a transcript would be, for that is what the model takes it for: "Tilescribe, Grete Hermann. We meet on
 * Monday." Whisper's prompt is half its context, and keeps the end of what is too long: so the words, which matter less to the style than
 * the text does, stand first.
 *
 * SPDX-License-Identifier: MIT
 */
#include "settings.h"

#include <gtk/gtk.h>
#include <string.h>

static char *
stripped (char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  g_free (text);
  return g_strdup (g_strstrip (valid));
}

/* "a, b, c." */
static void
append_words (GString *prompt, char **words)
{
  for (guint i = 0; words[i]; i++)
    {
      g_autofree char *word = stripped (g_strdup (words[i]));

      if (*word)
        g_string_append_printf (prompt, "%s%s", prompt->len ? ", " : "", word);
    }
  if (prompt->len)
    g_string_append_c (prompt, '.');
}

char *
tilescribe_settings_get_prompt (GSettings *settings)
{
  g_auto (GStrv) words = g_settings_get_strv (settings, "vocabulary");
  g_autofree char *style = stripped (g_settings_get_string (settings, "prompt"));
  g_autoptr (GString) prompt = g_string_new (NULL);

  append_words (prompt, words);
  if (*style)
    g_string_append_printf (prompt, "%s%s", prompt->len ? " " : "", style);
  return prompt->len ? g_strdup (prompt->str) : NULL;
}

ScribeWording *
tilescribe_settings_get_wording (GSettings *settings)
{
  g_autoptr (GVariant) pairs = g_settings_get_value (settings, "replacements");
  gboolean signs = g_settings_get_boolean (settings, "spoken-punctuation");
  gsize n = g_variant_n_children (pairs);
  g_autofree ScribeReplacement *replacements = g_new0 (ScribeReplacement, n);

  if (n == 0 && !signs)
    return NULL;
  for (gsize i = 0; i < n; i++)
    g_variant_get_child (pairs, i, "(&s&s)", &replacements[i].heard, &replacements[i].written);
  return scribe_wording_new (replacements, n, signs);
}

const char *
tilescribe_settings_get_sign_language (GSettings *settings)
{
  g_autofree char *chosen = g_settings_get_string (settings, "language");
  const char *const *locales = g_get_language_names ();

  if (*chosen)
    return scribe_signs_find (chosen) ? scribe_signs_find (chosen)->code : NULL;
  for (guint i = 0; locales[i]; i++)
    {
      const ScribeSignLanguage *language = scribe_signs_find (locales[i]);

      if (language)
        return language->code;
    }
  return "en";
}

/* --- Choices ------------------------------------------------------------------------------------------------------------- */

static gboolean
value_to_index (GValue *selected, GVariant *value, gpointer values)
{
  const char *wanted = g_variant_get_string (value, NULL);
  guint i = 0;

  while (((char **) values)[i] && strcmp (((char **) values)[i], wanted) != 0)
    i++;
  g_value_set_uint (selected, ((char **) values)[i] ? i : GTK_INVALID_LIST_POSITION);
  return TRUE;
}

/* Nothing selected, as a row without items has it for a moment, changes no setting. */
static GVariant *
index_to_value (const GValue *selected, const GVariantType *type, gpointer values)
{
  guint i = g_value_get_uint (selected);

  return i < g_strv_length (values) ? g_variant_new_string (((char **) values)[i]) : NULL;
}

void
tilescribe_settings_bind_choice (GSettings *settings, const char *key, gpointer object, const char *const *values)
{
  g_settings_bind_with_mapping (settings, key, object, "selected", G_SETTINGS_BIND_DEFAULT, value_to_index, index_to_value,
                                g_strdupv ((char **) values), (GDestroyNotify) g_strfreev);
}
