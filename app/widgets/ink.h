/* ink.h - colours and lettering of what is drawn by hand, as the theme has them
 *
 * Everything comes from the widget's style context, so that light, dark and high contrast need no code of their own where a chart is drawn.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A colour that the theme defines under this name ("accent_color"); the text colour where it defines none. */
GdkRGBA tilescribe_ink_color (GtkWidget *widget, const char *name);

/* The text colour, this strong (0 to 1); stronger in high contrast, where nothing may be faint. */
GdkRGBA tilescribe_ink_text_color (GtkWidget *widget, double strength);

/* Lettering of a chart: the theme's font, a little smaller, figures of one width. */
PangoLayout *tilescribe_ink_layout (GtkWidget *widget, const char *text);

void tilescribe_ink_draw_layout (GtkSnapshot *snapshot, PangoLayout *layout, double x, double y, const GdkRGBA *color);

/* Slanted lines that fill a rectangle: what is drawn where a figure is missing. */
void tilescribe_ink_draw_hatching (GtkSnapshot *snapshot, const graphene_rect_t *area, const GdkRGBA *color);

/* The frame of a widget that has the keyboard. */
void tilescribe_ink_draw_focus (GtkWidget *widget, GtkSnapshot *snapshot);

G_END_DECLS
