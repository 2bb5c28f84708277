/* x11-connection.h - connections of our own to the X server
 *
 * Apart from GTK's: its events are GTK's, and an error in answer to a request of ours would end the program there. XCB has no global
 * error handler; what goes wrong is an answer like another.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gio/gio.h>
#include <xcb/xcb.h>

G_BEGIN_DECLS

/* Whether this session is X11. An X server that serves the old programs of a Wayland session reaches only these, so that one does not count. */
gboolean tilescribe_x11_is_session (void);

/* To the server that GTK uses, with XTEST and XKB ready. NULL with a sentence where they are not there. */
xcb_connection_t *tilescribe_x11_connect (GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (xcb_connection_t, xcb_disconnect)

xcb_window_t tilescribe_x11_get_root (xcb_connection_t *connection);
xcb_atom_t tilescribe_x11_get_atom (xcb_connection_t *connection, const char *name);

/* Until the server has dealt with everything sent before. */
void tilescribe_x11_sync (xcb_connection_t *connection);

/* event: NULL once, when the connection broke. */
typedef void (*TilescribeX11EventFunc) (const xcb_generic_event_t *event, gpointer data);

/* Calls back for every event, in the GTK thread. The connection must live longer. */
GSource *tilescribe_x11_watch (xcb_connection_t *connection, TilescribeX11EventFunc callback, gpointer data);

G_END_DECLS
