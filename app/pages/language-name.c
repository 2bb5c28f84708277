/* language-name.c - a language as a person calls it
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/language-name.h"

#include "tilescribe.h"

#include <glib/gi18n.h>

/* Each word of it. */
static char *
capitalised (const char *name)
{
  GString *copy = g_string_new (NULL);
  gboolean is_first = TRUE;

  for (const char *c = name; *c; c = g_utf8_next_char (c))
    {
      gunichar letter = g_utf8_get_char (c);

      g_string_append_unichar (copy, is_first ? g_unichar_toupper (letter) : letter);
      is_first = letter == ' ';
    }
  return g_string_free (copy, FALSE);
}

char *
tilescribe_language_name (const char *code)
{
  int index = code != NULL ? scribe_language_index (code) : -1;

  return index >= 0 ? capitalised (_ (scribe_language_name (index))) : g_strdup (code);
}
