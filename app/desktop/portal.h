/* portal.h - a session with one of the desktop's portals
 *
 *   TilescribePortal *portal = tilescribe_portal_new (&shortcuts);
 *   tilescribe_portal_open_async (portal, cancellable, opened, data);                                  CreateSession
 *   tilescribe_portal_request_async (portal, "BindShortcuts", ..., TILESCRIBE_PORTAL_DIALOG, ...);     a dialog, maybe; then an answer
 *   tilescribe_portal_call_async (portal, kind.interface, "NotifyKeyboardKeysym", ...);                no dialog
 *   tilescribe_portal_close (portal);
 *
 * Every portal that Tilescribe uses works like this: a session, requests whose answers come later, plain calls, and signals; only the
 * names differ. The session's path is put in front of the arguments here, and the options, with what they need, behind them.
 *
 * Signals, in the GTK thread:
 *   event::Name (GVariant *)   the portal sent the signal Name for this session; all its arguments
 *   lost (GError *)            the session ended, and not by tilescribe_portal_close(); the next open starts a new one
 *   returned                   after lost: the service, which had gone away, is there again
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gio/gio.h>
#include <gio/gunixfdlist.h>

G_BEGIN_DECLS

/* A portal, and what to tell a person where it does not do what it should; the sentences marked by N_(). */
typedef struct
{
  const char *interface;
  const char *missing; /* this desktop has no such portal */
  const char *refused; /* the person closed the dialog, or the desktop said no */
  const char *ended;   /* the desktop ended the session */
} TilescribePortalKind;

#define TILESCRIBE_PORTAL_ERROR (tilescribe_portal_error_quark ())
typedef enum
{
  TILESCRIBE_PORTAL_ERROR_MISSING,
  TILESCRIBE_PORTAL_ERROR_REFUSED,
  TILESCRIBE_PORTAL_ERROR_ENDED,
  TILESCRIBE_PORTAL_ERROR_LOST,  /* D-Bus broke, or the portal's service went away */
  TILESCRIBE_PORTAL_ERROR_SILENT /* no answer in time */
} TilescribePortalError;
GQuark tilescribe_portal_error_quark (void);

/* Seconds to wait for an answer. */
enum
{
  TILESCRIBE_PORTAL_SOON = 15,   /* the desktop answers by itself */
  TILESCRIBE_PORTAL_DIALOG = 180 /* somebody reads a dialog first */
};

#define TILESCRIBE_TYPE_PORTAL (tilescribe_portal_get_type ())
G_DECLARE_FINAL_TYPE (TilescribePortal, tilescribe_portal, TILESCRIBE, PORTAL, GObject)

/* kind must live as long as the portal. */
TilescribePortal *tilescribe_portal_new (const TilescribePortalKind *kind);

/* Connects, and creates the session; at once if there is one. One call at a time. */
void tilescribe_portal_open_async (TilescribePortal *portal,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean tilescribe_portal_open_finish (TilescribePortal *portal, GAsyncResult *result, GError **error);
gboolean tilescribe_portal_is_open (TilescribePortal *portal);

/* A method that answers by a Response: arguments is a tuple of what stands between the session and the options, or NULL; options is an
 * a{sv}, or NULL. Takes both if floating. Returns the results, an a{sv}. Cancelling closes the dialog. */
void tilescribe_portal_request_async (TilescribePortal *portal,
                                      const char *method,
                                      GVariant *arguments,
                                      GVariant *options,
                                      guint seconds,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
GVariant *tilescribe_portal_request_finish (TilescribePortal *portal, GAsyncResult *result, GError **error);

/* A method that answers by itself, of any interface that takes this session: arguments is a tuple of what follows the session. fds
 * (out, nullable): file descriptors that came with the answer. */
void tilescribe_portal_call_async (TilescribePortal *portal,
                                   const char *interface,
                                   const char *method,
                                   GVariant *arguments,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
GVariant *tilescribe_portal_call_finish (TilescribePortal *portal, GAsyncResult *result, GUnixFDList **fds, GError **error);

/* Ends the session and the connection; whatever is under way fails as cancelled. */
void tilescribe_portal_close (TilescribePortal *portal);

G_END_DECLS
