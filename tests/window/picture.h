/* picture.h - what a widget shows, as pixels and as words
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct
{
  int width, height;
  guint32 *pixels; /* row by row, 0xAARRGGBB */
} Picture;

/* Puts widget alone into a window of this size (or uses the one it is in), waits until it is drawn, and takes what it draws, on nothing.
 * Where $TILESCRIBE_PICTURES names a folder, it is also written there as NAME.png, to be looked at (with
 * ADW_DEBUG_COLOR_SCHEME=prefer-dark or ADW_DEBUG_HIGH_CONTRAST=1 as other people see it). */
Picture *picture_of (GtkWidget *widget, int width, int height, const char *name);
void picture_free (Picture *picture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Picture, picture_free)

/* Pixels of this rectangle that have about this colour and are more than half there. */
guint picture_count (const Picture *picture, int x, int y, int width, int height, const GdkRGBA *color);

/* Pixels of the rectangle with anything in them at all. */
guint picture_ink (const Picture *picture, int x, int y, int width, int height);

/* Whether a label that can be seen, the widget or one in it, has this text in its own. */
gboolean picture_says (GtkWidget *widget, const char *text);

/* Shows the window that the widget is in, and waits until it is laid out and drawn: what is clicked before goes nowhere. */
void picture_settle (GtkWidget *widget);

/* Runs the main loop until this is true; after twenty seconds the test fails, with the name of what it waited for. */
typedef gboolean (*PictureCondition) (gpointer data);
void picture_wait_for (const char *place, const char *name, PictureCondition condition, gpointer data);
#define picture_wait(condition, ...) picture_wait_for (G_STRLOC, #condition, (condition), __VA_ARGS__)

/* Gives the reference back and waits until the object is gone: a task of a thread may still hold one. */
void picture_wait_for_end (gpointer object);

G_END_DECLS
