/* heard-word.c - the word that is heard now, highlighted
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/heard-word.h"

#include "pages/transcript-lines.h"

struct _TilescribeHeardWord
{
  GtkTextView *view;
  GtkTextTag *tag;
  int line;                       /* -1: none */
  GArray *words;                  /* of that line */
  const TilescribeWordSpan *word; /* of these */
};

TilescribeHeardWord *
tilescribe_heard_word_new (GtkTextView *view, GtkTextTag *tag)
{
  TilescribeHeardWord *heard = g_new0 (TilescribeHeardWord, 1);

  heard->view = view;
  heard->tag = tag;
  heard->line = -1;
  return heard;
}

void
tilescribe_heard_word_free (TilescribeHeardWord *heard)
{
  g_clear_pointer (&heard->words, g_array_unref);
  g_free (heard);
}

static void
remove_tag (TilescribeHeardWord *heard)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (heard->view);
  GtkTextIter start, end;

  tilescribe_line_bounds (buffer, heard->line, &start, &end);
  gtk_text_buffer_remove_tag (buffer, heard->tag, &start, &end);
}

void
tilescribe_heard_word_forget (TilescribeHeardWord *heard)
{
  if (heard->line >= 0)
    remove_tag (heard);
  heard->line = -1;
  heard->word = NULL;
  g_clear_pointer (&heard->words, g_array_unref);
}

void
tilescribe_heard_word_forget_line (TilescribeHeardWord *heard, guint line)
{
  if (heard->line == (int) line)
    tilescribe_heard_word_forget (heard);
}

gboolean
tilescribe_heard_word_move (TilescribeHeardWord *heard,
                            const ScribeSegment *segment,
                            guint line,
                            double seconds,
                            GtkTextIter *start)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (heard->view);
  const TilescribeWordSpan *word;
  GtkTextIter end;

  if (heard->line != (int) line)
    {
      tilescribe_heard_word_forget (heard);
      heard->words = tilescribe_line_find_words (buffer, line, segment);
      heard->line = line;
    }
  word = tilescribe_word_at_time (heard->words, seconds);
  if (word == NULL || word == heard->word)
    return FALSE;
  remove_tag (heard);
  tilescribe_line_word_bounds (buffer, line, word, start, &end);
  gtk_text_buffer_apply_tag (buffer, heard->tag, start, &end);
  heard->word = word;
  return TRUE;
}
