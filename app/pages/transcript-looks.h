/* transcript-looks.h - what a transcript's words look like, and the times in its margin
 *
 * Never by colour alone: what is heard is inverted, what is unsure underlined.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tilescribe.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TILESCRIBE_LEFT_MARGIN 76 /* pixels; the times stand in it */

typedef struct
{
  GtkTextTagTable *tags;
  GtkTextTag *edited;  /* the paragraph that is being edited */
  GtkTextTag *unsure;  /* words of low probability */
  GtkTextTag *match;   /* found: looked up by this name */
  GtkTextTag *current; /* the word that is heard */
  GdkRGBA painted_for; /* a colour of the theme that tells one from another */
  gboolean shaded;
} TilescribeLooks;

TilescribeLooks *tilescribe_looks_new (void);
void tilescribe_looks_free (TilescribeLooks *looks);

/* The tags take the colours of the widget's theme; nothing is done where they have them. */
void tilescribe_looks_paint (TilescribeLooks *looks, GtkWidget *widget, gboolean shading);

/* Of the lines in sight: line n is segment n, for n_lines. */
void tilescribe_looks_draw_times (GtkTextView *view, GtkSnapshot *snapshot, GPtrArray *segments, guint n_lines);

G_END_DECLS
