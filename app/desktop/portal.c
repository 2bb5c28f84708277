/* portal.c - a session with one of the desktop's portals
 *
 *   connect --> Registry.Register --> CreateSession --Response--> session --> requests, calls, signals --> close, or lost
 *
 * The connection to D-Bus is our own. A portal knows a program that is in no sandbox only by what it registers, and only if that is the
 * first thing it says on its connection; the one that GTK shares has long been used for settings by then. And one that broke is replaced
 * by a new one.
 *
 * One subscription hears everything that the portal's service sends; what answers a request goes to portal-request.c.
 *
 * Source: the D-Bus interfaces org.freedesktop.portal.Session and org.freedesktop.host.portal.Registry, as documented by
 * xdg-desktop-portal.
 *
 * SPDX-License-Identifier: MIT
 */
#include "desktop/portal-private.h"

#include "application.h"

#include <glib/gi18n.h>

#define SESSION "org.freedesktop.portal.Session"

enum
{
  SIGNAL_EVENT,
  SIGNAL_LOST,
  SIGNAL_RETURNED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TilescribePortal, tilescribe_portal, G_TYPE_OBJECT)

/* ---- What the service sends ---- */

static void connection_closed (TilescribePortal *self);

/* Lets go of the connection, and of what was agreed on over it. */
static void
disconnect (TilescribePortal *self)
{
  if (self->connection == NULL)
    return;
  g_signal_handlers_disconnect_by_func (self->connection, connection_closed, self);
  g_dbus_connection_signal_unsubscribe (self->connection, self->subscription);
  g_clear_handle_id (&self->watch, g_bus_unwatch_name);
  g_clear_pointer (&self->session, g_free);
  g_clear_object (&self->connection);
  self->present = self->gone = self->registered = FALSE;
}

static void
lose (TilescribePortal *self, TilescribePortalError code, gboolean is_connected)
{
  g_autoptr (TilescribePortal) alive = g_object_ref (self);
  g_autoptr (GError) error = tilescribe_portal_make_error (self, code);
  gboolean was_open = self->session != NULL;

  if (is_connected)
    g_clear_pointer (&self->session, g_free);
  else
    disconnect (self);
  tilescribe_portal_fail_requests (self, error);
  if (was_open)
    g_signal_emit (self, signals[SIGNAL_LOST], 0, error);
}

static void
connection_closed (TilescribePortal *self)
{
  lose (self, TILESCRIBE_PORTAL_ERROR_LOST, FALSE);
}

static void
service_appeared (GDBusConnection *connection, const char *name, const char *owner, gpointer data)
{
  TilescribePortal *self = TILESCRIBE_PORTAL (data);
  gboolean was_gone = self->gone;

  self->present = TRUE;
  self->gone = FALSE;
  if (was_gone)
    g_signal_emit (self, signals[SIGNAL_RETURNED], 0);
}

/* The connection stays, to hear when the service is there again; that one knows nothing of what was agreed on. */

static void
service_vanished (GDBusConnection *connection, const char *name, gpointer data)
{
  TilescribePortal *self = TILESCRIBE_PORTAL (data);

  if (!self->present)
    return;
  self->present = self->registered = FALSE;
  self->gone = TRUE;
  lose (self, TILESCRIBE_PORTAL_ERROR_LOST, TRUE);
}

static void
answer (TilescribePortal *self, const char *path, GVariant *parameters)
{
  g_autoptr (GVariant) results = NULL;
  guint32 response;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ua{sv})")))
    return;
  g_variant_get (parameters, "(u@a{sv})", &response, &results);
  if (response == 0)
    tilescribe_portal_end_request (self, path, g_steal_pointer (&results), NULL);
  else
    tilescribe_portal_end_request (self, path, NULL, tilescribe_portal_make_error (self, TILESCRIBE_PORTAL_ERROR_REFUSED));
}

/* An event of the session: the portals' signals name theirs first. */
static void
event (TilescribePortal *self, const char *name, GVariant *parameters)
{
  g_autoptr (GVariant) session = g_variant_n_children (parameters) > 0 ? g_variant_get_child_value (parameters, 0) : NULL;

  if (self->session != NULL && session != NULL && g_variant_is_of_type (session, G_VARIANT_TYPE_OBJECT_PATH)
      && g_str_equal (g_variant_get_string (session, NULL), self->session))
    g_signal_emit (self, signals[SIGNAL_EVENT], g_quark_from_string (name), parameters);
}

static void
service_sent (GDBusConnection *connection,
              const char *sender,
              const char *path,
              const char *interface,
              const char *name,
              GVariant *parameters,
              gpointer data)
{
  TilescribePortal *self = TILESCRIBE_PORTAL (data);

  if (g_str_equal (interface, TILESCRIBE_PORTAL_REQUEST) && g_str_equal (name, "Response"))
    answer (self, path, parameters);
  else if (g_str_equal (interface, SESSION) && g_str_equal (name, "Closed") && g_strcmp0 (path, self->session) == 0)
    lose (self, TILESCRIBE_PORTAL_ERROR_ENDED, TRUE);
  else if (g_str_equal (path, TILESCRIBE_PORTAL_OBJECT))
    event (self, name, parameters);
}

/* ---- Opening and closing ---- */

static gboolean
superseded (TilescribePortal *self, GTask *task)
{
  if (self->opening == task)
    return FALSE;
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Cancelled"));
  return TRUE;
}

static void
created (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  TilescribePortal *self = TILESCRIBE_PORTAL (source);
  GError *error = NULL;
  g_autoptr (GVariant) results = tilescribe_portal_request_finish (self, result, &error);
  g_autoptr (GVariant) handle = NULL;

  if (results == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (superseded (self, task))
    return;
  /* a string in some portals, an object path in others */
  handle = g_variant_lookup_value (results, "session_handle", NULL);
  if (handle == NULL
      || !(g_variant_is_of_type (handle, G_VARIANT_TYPE_STRING) || g_variant_is_of_type (handle, G_VARIANT_TYPE_OBJECT_PATH))
      || !g_variant_is_object_path (g_variant_get_string (handle, NULL)) || self->connection == NULL)
    {
      g_task_return_error (task, tilescribe_portal_make_error (self, TILESCRIBE_PORTAL_ERROR_LOST));
      return;
    }
  g_free (self->session);
  self->session = g_variant_dup_string (handle, NULL);
  g_task_return_boolean (task, TRUE);
}

static void
create (GTask *task)
{
  g_autofree char *token = tilescribe_portal_new_token ();
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "session_handle_token", "s", token);
  tilescribe_portal_request_async (g_task_get_source_object (task), "CreateSession", NULL, g_variant_dict_end (&options),
                                   TILESCRIBE_PORTAL_SOON, g_task_get_cancellable (task), created, g_object_ref (task));
}

/* It matters that it was asked, not what came of it: older portals do not know the method, and those for a sandbox refuse it. */
static void
registered (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);

  if (!g_task_return_error_if_cancelled (task) && !superseded (g_task_get_source_object (task), task))
    create (task);
}

static void
enrol (TilescribePortal *self, GTask *task)
{
  self->registered = TRUE;
  g_dbus_connection_call (self->connection, TILESCRIBE_PORTAL_SERVICE, TILESCRIBE_PORTAL_OBJECT,
                          "org.freedesktop.host.portal.Registry", "Register",
                          g_variant_new ("(sa{sv})", TILESCRIBE_APPLICATION_ID, NULL), NULL, G_DBUS_CALL_FLAGS_NONE, -1,
                          g_task_get_cancellable (task), registered, g_object_ref (task));
}

static void
connected (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  TilescribePortal *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (GDBusConnection) connection = g_dbus_connection_new_for_address_finish (result, &error);

  if (connection == NULL)
    {
      g_task_return_error (task, tilescribe_portal_explain (self, error));
      return;
    }
  if (superseded (self, task))
    return;
  self->connection = g_steal_pointer (&connection);
  g_signal_connect_object (self->connection, "closed", G_CALLBACK (connection_closed), self, G_CONNECT_SWAPPED);
  self->subscription = g_dbus_connection_signal_subscribe (self->connection, TILESCRIBE_PORTAL_SERVICE, NULL, NULL, NULL, NULL,
                                                           G_DBUS_SIGNAL_FLAGS_NONE, service_sent, self, NULL);
  self->watch = g_bus_watch_name_on_connection (self->connection, TILESCRIBE_PORTAL_SERVICE, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                                service_appeared, service_vanished, self, NULL);
  enrol (self, task);
}

void
tilescribe_portal_open_async (TilescribePortal *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *address = NULL;

  g_task_set_source_tag (task, tilescribe_portal_open_async);
  self->opening = task;
  if (self->session != NULL)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  if (self->connection != NULL)
    {
      if (self->registered)
        create (task);
      else
        enrol (self, task);
      return;
    }
  address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  if (address == NULL)
    {
      g_task_return_error (task, tilescribe_portal_make_error (self, TILESCRIBE_PORTAL_ERROR_LOST));
      return;
    }
  g_dbus_connection_new_for_address (
      address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, cancellable,
      connected, g_object_ref (task));
}

gboolean
tilescribe_portal_open_finish (TilescribePortal *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
tilescribe_portal_is_open (TilescribePortal *self)
{
  return self->session != NULL;
}

static void
flushed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_dbus_connection_close (G_DBUS_CONNECTION (source), NULL, NULL, NULL);
}

void
tilescribe_portal_close (TilescribePortal *self)
{
  g_autoptr (TilescribePortal) alive = g_object_ref (self);
  g_autoptr (GDBusConnection) connection = self->connection != NULL ? g_object_ref (self->connection) : NULL;
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("Cancelled"));

  if (self->session != NULL)
    g_dbus_connection_call (connection, TILESCRIBE_PORTAL_SERVICE, self->session, SESSION, "Close", NULL, NULL,
                            G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL, NULL);
  self->opening = NULL;
  disconnect (self);
  tilescribe_portal_fail_requests (self, error);
  if (connection != NULL)
    g_dbus_connection_flush (connection, NULL, flushed, NULL);
}

static void
tilescribe_portal_dispose (GObject *object)
{
  tilescribe_portal_close (TILESCRIBE_PORTAL (object));
  G_OBJECT_CLASS (tilescribe_portal_parent_class)->dispose (object);
}

static void
tilescribe_portal_finalize (GObject *object)
{
  g_hash_table_unref (TILESCRIBE_PORTAL (object)->requests);
  G_OBJECT_CLASS (tilescribe_portal_parent_class)->finalize (object);
}

static void
tilescribe_portal_class_init (TilescribePortalClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tilescribe_portal_dispose;
  G_OBJECT_CLASS (klass)->finalize = tilescribe_portal_finalize;

  signals[SIGNAL_EVENT] = g_signal_new ("event", TILESCRIBE_TYPE_PORTAL, G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 1, G_TYPE_VARIANT);
  signals[SIGNAL_LOST] = g_signal_new ("lost", TILESCRIBE_TYPE_PORTAL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                       G_TYPE_ERROR);
  signals[SIGNAL_RETURNED] = g_signal_new ("returned", TILESCRIBE_TYPE_PORTAL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 0);
}

static void
tilescribe_portal_init (TilescribePortal *self)
{
  self->requests = g_hash_table_new (g_str_hash, g_str_equal);
}

TilescribePortal *
tilescribe_portal_new (const TilescribePortalKind *kind)
{
  TilescribePortal *self = g_object_new (TILESCRIBE_TYPE_PORTAL, NULL);

  self->kind = kind;
  return self;
}
