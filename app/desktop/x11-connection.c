/* x11-connection.c - connections of our own to the X server
 *
 * SPDX-License-Identifier: MIT
 */
#include "desktop/x11-connection.h"

#include <gdk/x11/gdkx.h>
#include <glib/gi18n.h>
#include <stdlib.h>
#include <string.h>
#include <xcb/xkb.h>
#include <xcb/xtest.h>

gboolean
tilescribe_x11_is_session (void)
{
  return GDK_IS_X11_DISPLAY (gdk_display_get_default ()) && g_strcmp0 (g_getenv ("XDG_SESSION_TYPE"), "wayland") != 0
         && g_getenv ("WAYLAND_DISPLAY") == NULL;
}

static gboolean
has_extensions (xcb_connection_t *connection)
{
  const xcb_query_extension_reply_t *xtest = xcb_get_extension_data (connection, &xcb_test_id);
  const xcb_query_extension_reply_t *xkb = xcb_get_extension_data (connection, &xcb_xkb_id);
  g_autofree xcb_xkb_use_extension_reply_t *version = NULL;

  if (xtest == NULL || !xtest->present || xkb == NULL || !xkb->present)
    return FALSE;
  version = xcb_xkb_use_extension_reply (connection,
                                         xcb_xkb_use_extension (connection, XCB_XKB_MAJOR_VERSION, XCB_XKB_MINOR_VERSION), NULL);
  return version != NULL && version->supported;
}

xcb_connection_t *
tilescribe_x11_connect (GError **error)
{
  const char *name = gdk_display_get_name (gdk_display_get_default ());
  g_autoptr (xcb_connection_t) connection = xcb_connect (name, NULL);

  if (xcb_connection_has_error (connection))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED,
                   _ ("The X server “%s” accepts no further connection. Close programs that you do not need and try again."),
                   name);
      return NULL;
    }
  if (!has_extensions (connection))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   _ ("The X server “%s” lets no program press keys: it lacks the extension XTEST or XKB."), name);
      return NULL;
    }
  return g_steal_pointer (&connection);
}

xcb_window_t
tilescribe_x11_get_root (xcb_connection_t *connection)
{
  return xcb_setup_roots_iterator (xcb_get_setup (connection)).data->root;
}

xcb_atom_t
tilescribe_x11_get_atom (xcb_connection_t *connection, const char *name)
{
  g_autofree xcb_intern_atom_reply_t *reply = xcb_intern_atom_reply (
      connection, xcb_intern_atom (connection, FALSE, strlen (name), name), NULL);

  return reply != NULL ? reply->atom : XCB_ATOM_NONE;
}

void
tilescribe_x11_sync (xcb_connection_t *connection)
{
  g_free (xcb_get_input_focus_reply (connection, xcb_get_input_focus (connection), NULL));
}

/* A reply that was waited for may have brought events along: these lie in XCB's queue, and the socket says nothing. */
typedef struct
{
  GSource source;
  xcb_connection_t *connection;
  xcb_generic_event_t *next;
} Watch;

static gboolean
watch_prepare (GSource *source, int *timeout)
{
  Watch *watch = (Watch *) source;

  *timeout = -1;
  xcb_flush (watch->connection);
  if (watch->next == NULL)
    watch->next = xcb_poll_for_queued_event (watch->connection);
  return watch->next != NULL;
}

static gboolean
watch_check (GSource *source)
{
  Watch *watch = (Watch *) source;

  if (watch->next == NULL)
    watch->next = xcb_poll_for_event (watch->connection);
  return watch->next != NULL || xcb_connection_has_error (watch->connection);
}

/* GLib calls this as well when the socket was readable and what came is no event, or not yet a whole one. */
static gboolean
watch_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  Watch *watch = (Watch *) source;
  g_autofree xcb_generic_event_t *event = g_steal_pointer (&watch->next);
  gboolean is_broken = event == NULL && xcb_connection_has_error (watch->connection);

  if (event != NULL || is_broken)
    ((TilescribeX11EventFunc) (void (*) (void)) callback) (event, data);
  return is_broken ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static void
watch_finalize (GSource *source)
{
  free (((Watch *) source)->next);
}

GSource *
tilescribe_x11_watch (xcb_connection_t *connection, TilescribeX11EventFunc callback, gpointer data)
{
  static GSourceFuncs functions = { watch_prepare, watch_check, watch_dispatch, watch_finalize };
  Watch *watch = (Watch *) g_source_new (&functions, sizeof (Watch));
  GSource *source = &watch->source;

  watch->connection = connection;
  g_source_add_unix_fd (source, xcb_get_file_descriptor (connection), G_IO_IN | G_IO_ERR | G_IO_HUP);
  g_source_set_callback (source, (GSourceFunc) (void (*) (void)) callback, data, NULL);
  g_source_attach (source, NULL);
  return source;
}
