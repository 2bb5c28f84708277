/* paragraph-edit.c - one paragraph of a text buffer is being edited, and nothing else of it can be
 *
 * Two marks stand at the ends of the paragraph and grow with it. The buffer asks its handlers before it changes: an insertion
 * between the marks passes, a deletion is cut off at them. A tag would not do: it cannot hold an empty paragraph, and text that is
 * pasted brings tags along.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/paragraph-edit.h"

#include "pages/transcript-words.h"

#include <string.h>

struct _TilescribeParagraphEdit
{
  GtkTextBuffer *buffer;
  GtkTextMark *start, *end;
  guint line;
};

static void
get_bounds (TilescribeParagraphEdit *edit, GtkTextIter *start, GtkTextIter *end)
{
  gtk_text_buffer_get_iter_at_mark (edit->buffer, start, edit->start);
  gtk_text_buffer_get_iter_at_mark (edit->buffer, end, edit->end);
}

static void
on_insert_text (GtkTextBuffer *buffer, GtkTextIter *location, const char *text, int length, TilescribeParagraphEdit *edit)
{
  g_autofree char *inserted = g_strndup (text, length >= 0 ? (gsize) length : strlen (text));
  g_autofree char *paragraph = NULL;
  GtkTextIter start, end;

  get_bounds (edit, &start, &end);
  if (!gtk_text_iter_in_range (location, &start, &end) && !gtk_text_iter_equal (location, &end))
    {
      g_signal_stop_emission_by_name (buffer, "insert-text");
      return;
    }
  if (strpbrk (inserted, "\r\n") == NULL && strstr (inserted, "\342\200\251") == NULL)
    return;
  paragraph = tilescribe_text_to_paragraph (inserted);
  g_signal_stop_emission_by_name (buffer, "insert-text");
  gtk_text_buffer_insert (buffer, location, *paragraph != '\0' ? paragraph : TILESCRIBE_LINE_BREAK, -1);
}

static void
on_delete_range (GtkTextBuffer *buffer, GtkTextIter *from, GtkTextIter *to, TilescribeParagraphEdit *edit)
{
  GtkTextIter start, end;

  get_bounds (edit, &start, &end);
  if (gtk_text_iter_compare (from, &start) < 0)
    gtk_text_iter_assign (from, &start);
  if (gtk_text_iter_compare (to, &end) > 0)
    gtk_text_iter_assign (to, &end);
  if (gtk_text_iter_compare (from, to) >= 0)
    g_signal_stop_emission_by_name (buffer, "delete-range");
}

TilescribeParagraphEdit *
tilescribe_paragraph_edit_new (GtkTextBuffer *buffer, guint line)
{
  TilescribeParagraphEdit *edit = g_new0 (TilescribeParagraphEdit, 1);
  GtkTextIter start, end;

  edit->buffer = g_object_ref (buffer);
  edit->line = line;
  gtk_text_buffer_get_iter_at_line (buffer, &start, line);
  end = start;
  if (!gtk_text_iter_ends_line (&end))
    gtk_text_iter_forward_to_line_end (&end);
  edit->start = gtk_text_buffer_create_mark (buffer, NULL, &start, TRUE);
  edit->end = gtk_text_buffer_create_mark (buffer, NULL, &end, FALSE);
  g_signal_connect (buffer, "insert-text", G_CALLBACK (on_insert_text), edit);
  g_signal_connect (buffer, "delete-range", G_CALLBACK (on_delete_range), edit);
  gtk_text_buffer_set_enable_undo (buffer, TRUE);
  return edit;
}

void
tilescribe_paragraph_edit_free (TilescribeParagraphEdit *edit)
{
  g_signal_handlers_disconnect_by_data (edit->buffer, edit);
  gtk_text_buffer_set_enable_undo (edit->buffer, FALSE); /* forgets what could be undone */
  gtk_text_buffer_delete_mark (edit->buffer, edit->start);
  gtk_text_buffer_delete_mark (edit->buffer, edit->end);
  g_object_unref (edit->buffer);
  g_free (edit);
}

guint
tilescribe_paragraph_edit_get_line (TilescribeParagraphEdit *edit)
{
  return edit->line;
}

char *
tilescribe_paragraph_edit_get_text (TilescribeParagraphEdit *edit)
{
  GtkTextIter start, end;

  get_bounds (edit, &start, &end);
  return gtk_text_buffer_get_text (edit->buffer, &start, &end, TRUE);
}
