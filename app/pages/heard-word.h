/* heard-word.h - the word that is heard now, highlighted
 *
 * Asked in every frame while it plays, so that a call that changes nothing costs nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tilescribe.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _TilescribeHeardWord TilescribeHeardWord;

/* view is not owned and outlives it; its buffer may be another one whenever the word was forgotten. */
TilescribeHeardWord *tilescribe_heard_word_new (GtkTextView *view, GtkTextTag *tag);
void tilescribe_heard_word_free (TilescribeHeardWord *heard);

/* To the word of this segment, which is that line, at a time. TRUE, and where it begins, if it is another one than before. */
gboolean tilescribe_heard_word_move (TilescribeHeardWord *heard,
                                     const ScribeSegment *segment,
                                     guint line,
                                     double seconds,
                                     GtkTextIter *start);

/* None is heard; or none of this line, which is about to change. */
void tilescribe_heard_word_forget (TilescribeHeardWord *heard);
void tilescribe_heard_word_forget_line (TilescribeHeardWord *heard, guint line);

G_END_DECLS
