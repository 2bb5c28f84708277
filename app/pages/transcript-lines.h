/* transcript-lines.h - segments as lines of a text buffer: where a line and its words begin and end
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "pages/transcript-words.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Without the end of the line. */
void tilescribe_line_bounds (GtkTextBuffer *buffer, guint line, GtkTextIter *start, GtkTextIter *end);

/* Inserts a segment at `where` in this line, which is empty, and goes behind it; words of low probability get the tag. */
void
tilescribe_line_insert (GtkTextBuffer *buffer, GtkTextIter *where, guint line, const ScribeSegment *segment, GtkTextTag *unsure);

/* The words of a segment in its line as it is now, see tilescribe_find_words(). */
GArray *tilescribe_line_find_words (GtkTextBuffer *buffer, guint line, const ScribeSegment *segment);
void tilescribe_line_word_bounds (GtkTextBuffer *buffer,
                                  guint line,
                                  const TilescribeWordSpan *word,
                                  GtkTextIter *start,
                                  GtkTextIter *end);

G_END_DECLS
