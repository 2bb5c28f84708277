/* transcript-words.h - a segment as a paragraph, and where its words stand in it
 *
 * A segment is shown as one paragraph of a text buffer, so that line n of the buffer is segment n, always. A line break within a
 * segment (somebody dictated "new line") is therefore shown as U+2028, which breaks a line and ends no paragraph.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tilescribe.h"

G_BEGIN_DECLS

#define TILESCRIBE_LINE_BREAK "\342\200\250" /* U+2028 LINE SEPARATOR */

/* Text as a paragraph shows it: one paragraph, without spaces around it. */
char *tilescribe_text_to_paragraph (const char *text);

/* And back, with the space before it that a segment's text begins with where `like` has one. */
char *tilescribe_paragraph_to_text (const char *paragraph, const char *like);

typedef struct
{
  guint start, end; /* characters of the paragraph, without the spaces around the word */
  double from, to;  /* seconds */
  float probability;
} TilescribeWordSpan;

/* Of TilescribeWordSpan, in order. A word that does not stand in the paragraph is left out; a segment without words is one span. */
GArray *tilescribe_find_words (const ScribeSegment *segment, const char *paragraph);

/* The last one that begins at or before this time, or this character; the first where there is none; NULL in an empty list. */
const TilescribeWordSpan *tilescribe_word_at_time (GArray *spans, double seconds);
const TilescribeWordSpan *tilescribe_word_at_character (GArray *spans, guint character);

/* The last segment that begins at or before this time; -1: none does. */
int tilescribe_segment_at_time (GPtrArray *segments, double seconds);

G_END_DECLS
