/* transcript-words.c - a segment as a paragraph, and where its words stand in it
 *
 * Words are looked for in the paragraph one after the other, each behind the one before; so a text that was edited, and words
 * that came from a file that is not ours, can only make a word be missing.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/transcript-words.h"

#include <string.h>

/* Whatever GtkTextBuffer takes for the end of a paragraph. */
static const char *const breaks[] = { "\r\n", "\n", "\r", "\342\200\251" };

char *
tilescribe_text_to_paragraph (const char *text)
{
  g_autoptr (GString) paragraph = g_string_new (text);

  for (guint i = 0; i < G_N_ELEMENTS (breaks); i++)
    g_string_replace (paragraph, breaks[i], TILESCRIBE_LINE_BREAK, 0);
  return g_strstrip (g_string_free (g_steal_pointer (&paragraph), FALSE));
}

char *
tilescribe_paragraph_to_text (const char *paragraph, const char *like)
{
  g_autoptr (GString) text = g_string_new (paragraph);

  g_string_replace (text, TILESCRIBE_LINE_BREAK, "\n", 0);
  g_strstrip (text->str);
  text->len = strlen (text->str);
  if (like[0] == ' ' && text->len > 0)
    g_string_prepend_c (text, ' ');
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
add_word (GArray *spans, const ScribeWord *word, const char *paragraph, const char **rest, guint *character)
{
  g_autofree char *text = tilescribe_text_to_paragraph (word->text);
  const char *found = *text != '\0' ? strstr (*rest, text) : NULL;
  TilescribeWordSpan span = { .from = word->start, .to = word->end, .probability = word->probability };

  if (found == NULL)
    return;
  span.start = *character + g_utf8_pointer_to_offset (*rest, found);
  span.end = span.start + g_utf8_strlen (text, -1);
  *rest = found + strlen (text);
  *character = span.end;
  g_array_append_val (spans, span);
}

GArray *
tilescribe_find_words (const ScribeSegment *segment, const char *paragraph)
{
  GArray *spans = g_array_new (FALSE, FALSE, sizeof (TilescribeWordSpan));
  TilescribeWordSpan all = { 0, g_utf8_strlen (paragraph, -1), segment->start, segment->end, segment->probability };
  const char *rest = paragraph;
  guint character = 0;

  for (guint i = 0; segment->words != NULL && i < segment->words->len; i++)
    add_word (spans, segment->words->pdata[i], paragraph, &rest, &character);
  if (spans->len == 0 && all.end > 0)
    g_array_append_val (spans, all);
  return spans;
}

const TilescribeWordSpan *
tilescribe_word_at_time (GArray *spans, double seconds)
{
  const TilescribeWordSpan *found = spans->len > 0 ? &g_array_index (spans, TilescribeWordSpan, 0) : NULL;

  for (guint i = 1; i < spans->len && g_array_index (spans, TilescribeWordSpan, i).from <= seconds; i++)
    found = &g_array_index (spans, TilescribeWordSpan, i);
  return found;
}

const TilescribeWordSpan *
tilescribe_word_at_character (GArray *spans, guint character)
{
  const TilescribeWordSpan *found = spans->len > 0 ? &g_array_index (spans, TilescribeWordSpan, 0) : NULL;

  for (guint i = 1; i < spans->len && g_array_index (spans, TilescribeWordSpan, i).start <= character; i++)
    found = &g_array_index (spans, TilescribeWordSpan, i);
  return found;
}

int
tilescribe_segment_at_time (GPtrArray *segments, double seconds)
{
  guint low = 0, high = segments->len; /* all before low begin in time, none from high on */

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (((const ScribeSegment *) segments->pdata[middle])->start <= seconds)
        low = middle + 1;
      else
        high = middle;
    }
  return (int) low - 1;
}
