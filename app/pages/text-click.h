/* text-click.h - a click in a text view that was no selection
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef void (*TilescribeTextClicked) (GtkTextView *view, GtkTextIter *where, gpointer user_data);

void tilescribe_add_text_click (GtkTextView *view, TilescribeTextClicked clicked, gpointer user_data);

G_END_DECLS
