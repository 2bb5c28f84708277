/* fuzz-wording.c - any bytes, as what was heard and what is to be written for it
 *
 * The first line is a language, the second a phrase, the third what replaces it, the rest a text.
 *
 * SPDX-License-Identifier: MIT
 */
#include "text/wording.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

static void
check_unchanged (const char *text)
{
  g_autoptr (ScribeWording) wording = scribe_wording_new (NULL, 0, FALSE);
  g_autofree char *written = scribe_wording_apply (wording, text, "en");

  g_assert_true (!g_utf8_validate (text, -1, NULL) || strcmp (written, text) == 0);
}

static void
check_changed (const char *language, const char *heard, const char *replacement, const char *text)
{
  g_autoptr (ScribeWording) wording = scribe_wording_new (&(ScribeReplacement){ heard, replacement }, 1, TRUE);
  g_autofree char *written = scribe_wording_apply (wording, text, language);

  g_assert_true (g_utf8_validate (written, -1, NULL));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_autofree char *input = g_strndup ((const char *) data, size); /* up to the first NUL */
  g_auto (GStrv) lines = g_strsplit (input, "\n", 4);

  check_unchanged (input);
  if (g_strv_length (lines) == 4)
    check_changed (lines[0], lines[1], lines[2], lines[3]);
  return 0;
}
