/* utf8.c - UTF-8 that may be broken or cut off, read a character at a time
 *
 * Source: The Unicode Standard, table 3-7 "Well-Formed UTF-8 Byte Sequences".
 *
 * SPDX-License-Identifier: MIT
 */
#include "utf8.h"

/* Which bytes may follow a first byte: continuations, and the range of the first of them. All others are 80..BF. */
typedef struct
{
  guint8 first, last;
  guint8 n_continuations;
  guint8 low, high;
} Utf8Form;

static const Utf8Form utf8_forms[] = {
  { 0x01, 0x7f, 0, 0x00, 0x00 }, { 0xc2, 0xdf, 1, 0x80, 0xbf }, { 0xe0, 0xe0, 2, 0xa0, 0xbf },
  { 0xe1, 0xec, 2, 0x80, 0xbf }, { 0xed, 0xed, 2, 0x80, 0x9f }, { 0xee, 0xef, 2, 0x80, 0xbf },
  { 0xf0, 0xf0, 3, 0x90, 0xbf }, { 0xf1, 0xf3, 3, 0x80, 0xbf }, { 0xf4, 0xf4, 3, 0x80, 0x8f },
};

static const Utf8Form *
find_form (guint8 first)
{
  for (guint i = 0; i < G_N_ELEMENTS (utf8_forms); i++)
    if (first >= utf8_forms[i].first && first <= utf8_forms[i].last)
      return &utf8_forms[i];
  return NULL;
}

ScribeUtf8
scribe_utf8_next (const guint8 *bytes, gsize n, gsize *length)
{
  const Utf8Form *form = find_form (bytes[0]);

  *length = 1;
  if (!form)
    return SCRIBE_UTF8_BROKEN;
  for (guint8 low = form->low, high = form->high; *length <= form->n_continuations; low = 0x80, high = 0xbf)
    {
      if (*length == n)
        return SCRIBE_UTF8_CUT;
      if (bytes[*length] < low || bytes[*length] > high)
        return SCRIBE_UTF8_BROKEN;
      ++*length;
    }
  return SCRIBE_UTF8_WHOLE;
}

gboolean
scribe_unichar_is_space (gunichar character)
{
  return g_unichar_isspace (character) || character == '\v' || character == 0x85;
}
