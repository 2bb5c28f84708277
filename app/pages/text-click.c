/* text-click.c - a click in a text view that was no selection
 *
 * The text view's own gesture claims every click for itself, so that another gesture would never hear of its end: events are looked
 * at as they pass.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/text-click.h"

#define NEAR 6 /* pixels; a longer way is a selection */

typedef struct
{
  GtkTextView *view;
  TilescribeTextClicked clicked;
  gpointer user_data;
  double x, y; /* where the button was pressed */
} Click;

static gboolean
is_primary (GdkEvent *event)
{
  GdkEventType type = gdk_event_get_event_type (event);

  return (type == GDK_BUTTON_PRESS || type == GDK_BUTTON_RELEASE) && gdk_button_event_get_button (event) == GDK_BUTTON_PRIMARY;
}

static void
find_place (Click *click, double x, double y, GtkTextIter *where)
{
  int buffer_x, buffer_y;

  gtk_text_view_window_to_buffer_coords (click->view, GTK_TEXT_WINDOW_WIDGET, (int) x, (int) y, &buffer_x, &buffer_y);
  gtk_text_view_get_iter_at_location (click->view, where, buffer_x, buffer_y);
}

static gboolean
on_event (GtkEventControllerLegacy *controller, GdkEvent *event, Click *click)
{
  GtkWidget *widget = GTK_WIDGET (click->view);
  GtkNative *native = gtk_widget_get_native (widget);
  double x, y, native_x, native_y;
  GtkTextIter where;

  if (!is_primary (event) || native == NULL || !gdk_event_get_position (event, &x, &y))
    return GDK_EVENT_PROPAGATE;
  gtk_native_get_surface_transform (native, &native_x, &native_y);
  gtk_widget_translate_coordinates (GTK_WIDGET (native), widget, x - native_x, y - native_y, &x, &y);
  if (gdk_event_get_event_type (event) == GDK_BUTTON_PRESS)
    {
      click->x = x;
      click->y = y;
    }
  else if (ABS (x - click->x) < NEAR && ABS (y - click->y) < NEAR
           && !gtk_text_buffer_get_has_selection (gtk_text_view_get_buffer (click->view)))
    {
      find_place (click, x, y, &where);
      click->clicked (click->view, &where, click->user_data);
    }
  return GDK_EVENT_PROPAGATE;
}

static void
free_click (gpointer click, GClosure *closure)
{
  g_free (click);
}

void
tilescribe_add_text_click (GtkTextView *view, TilescribeTextClicked clicked, gpointer user_data)
{
  GtkEventController *events = gtk_event_controller_legacy_new ();
  Click *click = g_new0 (Click, 1);

  *click = (Click){ .view = view, .clicked = clicked, .user_data = user_data };
  gtk_event_controller_set_propagation_phase (events, GTK_PHASE_CAPTURE);
  g_signal_connect_data (events, "event", G_CALLBACK (on_event), click, free_click, 0);
  gtk_widget_add_controller (GTK_WIDGET (view), events);
}
