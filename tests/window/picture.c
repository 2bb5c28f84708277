/* picture.c - what a widget shows, as pixels and as words
 *
 * SPDX-License-Identifier: MIT
 */
#include "picture.h"

#include <math.h>

#define PATIENCE   20   /* seconds */
#define OPAQUE     0x80 /* alpha from which a pixel has a colour */
#define LIKE       24   /* of 255: how far a channel may be off */
#define FRAME_WAIT 20   /* milliseconds */

static gboolean
wake (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

void
picture_wait_for (const char *place, const char *name, PictureCondition condition, gpointer data)
{
  const gint64 end = g_get_monotonic_time () + PATIENCE * G_TIME_SPAN_SECOND;
  guint alarm = g_timeout_add (FRAME_WAIT, wake, NULL);

  while (!condition (data))
    {
      if (g_get_monotonic_time () > end)
        g_error ("%s: %s was waited for during %d s", place, name, PATIENCE);
      g_main_context_iteration (NULL, TRUE);
    }
  g_source_remove (alarm);
}

static gboolean
is_gone (gpointer object)
{
  return *(gpointer *) object == NULL;
}

void
picture_wait_for_end (gpointer object)
{
  g_object_add_weak_pointer (object, &object);
  g_object_unref (object);
  picture_wait (is_gone, &object);
}

static gboolean
is_laid_out (gpointer widget)
{
  return gtk_widget_get_mapped (widget) && gtk_widget_get_width (widget) > 0;
}

static void
count_frame (GdkFrameClock *clock, gpointer data)
{
  (*(guint *) data)++;
}

static gboolean
is_drawn (gpointer n_frames)
{
  return *(guint *) n_frames > 0;
}

/* What a widget shows is what it drew in the last frame, and nothing between being changed and being drawn again. */
static void
wait_for_frame (GtkWidget *widget)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (widget);
  guint n_frames = 0;
  gulong handler = g_signal_connect (clock, "after-paint", G_CALLBACK (count_frame), &n_frames);

  gtk_widget_queue_draw (widget);
  picture_wait (is_drawn, &n_frames);
  g_signal_handler_disconnect (clock, handler);
}

void
picture_settle (GtkWidget *widget)
{
  gtk_window_present (GTK_WINDOW (gtk_widget_get_root (widget)));
  picture_wait (is_laid_out, widget);
  wait_for_frame (widget);
}

static GdkTexture *
texture_of (GtkWidget *widget)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (widget);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  GskRenderer *renderer = gtk_native_get_renderer (gtk_widget_get_native (widget));
  g_autoptr (GskRenderNode) node = NULL;

  gdk_paintable_snapshot (paintable, snapshot, width, height);
  node = gtk_snapshot_free_to_node (snapshot);
  g_assert_nonnull (node);
  return gsk_renderer_render_texture (renderer, node, &GRAPHENE_RECT_INIT (0, 0, width, height));
}

static void
save (GdkTexture *texture, const char *name)
{
  const char *folder = g_getenv ("TILESCRIBE_PICTURES");
  g_autofree char *path = folder != NULL ? g_strdup_printf ("%s/%s.png", folder, name) : NULL;

  if (path != NULL)
    g_assert_true (gdk_texture_save_to_png (texture, path));
}

Picture *
picture_of (GtkWidget *widget, int width, int height, const char *name)
{
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (widget));
  Picture *picture = g_new0 (Picture, 1);
  g_autoptr (GdkTexture) texture = NULL;

  if (window == NULL)
    {
      window = GTK_WINDOW (gtk_window_new ());
      gtk_window_set_decorated (window, FALSE);
      gtk_window_set_default_size (window, width, height);
      gtk_window_set_child (window, widget);
    }
  picture_settle (widget);
  texture = texture_of (widget);
  save (texture, name);
  picture->width = gdk_texture_get_width (texture);
  picture->height = gdk_texture_get_height (texture);
  picture->pixels = g_new (guint32, (gsize) picture->width * picture->height);
  gdk_texture_download (texture, (guchar *) picture->pixels, sizeof (guint32) * picture->width);
  return picture;
}

void
picture_free (Picture *picture)
{
  g_free (picture->pixels);
  g_free (picture);
}

static gboolean
is_like (guint32 pixel, guint32 color)
{
  for (guint shift = 0; shift < 24; shift += 8)
    if (ABS ((int) (pixel >> shift & 0xff) - (int) (color >> shift & 0xff)) > LIKE)
      return FALSE;
  return pixel >> 24 >= OPAQUE;
}

static gboolean
is_ink (guint32 pixel, guint32 unused)
{
  return pixel >> 24 != 0;
}

static guint
count (const Picture *picture, int x, int y, int width, int height, gboolean (*counts) (guint32, guint32), guint32 color)
{
  guint n = 0;

  for (int row = MAX (y, 0); row < MIN (y + height, picture->height); row++)
    for (int column = MAX (x, 0); column < MIN (x + width, picture->width); column++)
      n += counts (picture->pixels[row * picture->width + column], color);
  return n;
}

guint
picture_count (const Picture *picture, int x, int y, int width, int height, const GdkRGBA *color)
{
  guint32 wanted = (guint32) lroundf (color->red * 255) << 16 | (guint32) lroundf (color->green * 255) << 8
                   | (guint32) lroundf (color->blue * 255);

  return count (picture, x, y, width, height, is_like, wanted);
}

guint
picture_ink (const Picture *picture, int x, int y, int width, int height)
{
  return count (picture, x, y, width, height, is_ink, 0);
}

gboolean
picture_says (GtkWidget *widget, const char *text)
{
  if (GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget) && strstr (gtk_label_get_text (GTK_LABEL (widget)), text) != NULL)
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (picture_says (child, text))
      return TRUE;
  return FALSE;
}
