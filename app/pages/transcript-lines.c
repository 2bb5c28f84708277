/* transcript-lines.c - segments as lines of a text buffer: where a line and its words begin and end
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/transcript-lines.h"

#define UNSURE 0.5f /* words of a lower probability are; the legend says so */

void
tilescribe_line_bounds (GtkTextBuffer *buffer, guint line, GtkTextIter *start, GtkTextIter *end)
{
  gtk_text_buffer_get_iter_at_line (buffer, start, line);
  *end = *start;
  if (!gtk_text_iter_ends_line (end))
    gtk_text_iter_forward_to_line_end (end);
}

void
tilescribe_line_insert (GtkTextBuffer *buffer, GtkTextIter *where, guint line, const ScribeSegment *segment, GtkTextTag *unsure)
{
  g_autofree char *paragraph = tilescribe_text_to_paragraph (segment->text);
  g_autoptr (GArray) words = tilescribe_find_words (segment, paragraph);
  GtkTextIter start, end;

  gtk_text_buffer_insert (buffer, where, paragraph, -1);
  for (guint i = 0; i < words->len; i++)
    {
      const TilescribeWordSpan *word = &g_array_index (words, TilescribeWordSpan, i);

      if (word->probability >= UNSURE)
        continue;
      tilescribe_line_word_bounds (buffer, line, word, &start, &end);
      gtk_text_buffer_apply_tag (buffer, unsure, &start, &end);
    }
}

GArray *
tilescribe_line_find_words (GtkTextBuffer *buffer, guint line, const ScribeSegment *segment)
{
  g_autofree char *paragraph = NULL;
  GtkTextIter start, end;

  tilescribe_line_bounds (buffer, line, &start, &end);
  paragraph = gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
  return tilescribe_find_words (segment, paragraph);
}

void
tilescribe_line_word_bounds (GtkTextBuffer *buffer,
                             guint line,
                             const TilescribeWordSpan *word,
                             GtkTextIter *start,
                             GtkTextIter *end)
{
  gtk_text_buffer_get_iter_at_line_offset (buffer, start, line, word->start);
  *end = *start;
  gtk_text_iter_forward_chars (end, word->end - word->start);
}
