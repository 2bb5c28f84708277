/* portal-request.c - what a portal is asked, its answers, and its errors
 *
 * A request's answer comes as a signal, from an object whose path both sides derive from a token. The request waits under that path
 * before the method is called, so an answer cannot be missed.
 *
 * Source: the D-Bus interface org.freedesktop.portal.Request, as documented by xdg-desktop-portal.
 *
 * SPDX-License-Identifier: MIT
 */
#include "desktop/portal-private.h"

#include <glib/gi18n.h>

/* Task data of a request. */
typedef struct
{
  char *path;
  GSource *timeout;
  GSource *cancelled;
} Request;

GQuark
tilescribe_portal_error_quark (void)
{
  return g_quark_from_static_string ("tilescribe-portal-error-quark");
}

static void
drop_source (GSource *source)
{
  if (source != NULL)
    {
      g_source_destroy (source);
      g_source_unref (source);
    }
}

static void
request_free (Request *request)
{
  drop_source (request->timeout);
  drop_source (request->cancelled);
  g_free (request->path);
  g_free (request);
}

/* ---- Errors ---- */

GError *
tilescribe_portal_make_error (TilescribePortal *self, TilescribePortalError code)
{
  const char *sentence[] = {
    [TILESCRIBE_PORTAL_ERROR_MISSING] = gettext (self->kind->missing),
    [TILESCRIBE_PORTAL_ERROR_REFUSED] = gettext (self->kind->refused),
    [TILESCRIBE_PORTAL_ERROR_ENDED] = gettext (self->kind->ended),
    [TILESCRIBE_PORTAL_ERROR_LOST] = _ (
        "The connection to the desktop’s portal service broke. Try again; if that does not help, log out and in."),
    [TILESCRIBE_PORTAL_ERROR_SILENT] = _ (
        "The desktop’s portal service did not answer in time. Try again; if that does not help, log out and in."),
  };

  return g_error_new_literal (TILESCRIBE_PORTAL_ERROR, code, sentence[code]);
}

GError *
tilescribe_portal_explain (TilescribePortal *self, GError *error)
{
  static const struct
  {
    gboolean dbus;
    int code;
    TilescribePortalError meaning;
  } meanings[] = {
    { TRUE, G_DBUS_ERROR_SERVICE_UNKNOWN, TILESCRIBE_PORTAL_ERROR_MISSING },
    { TRUE, G_DBUS_ERROR_NAME_HAS_NO_OWNER, TILESCRIBE_PORTAL_ERROR_MISSING },
    { TRUE, G_DBUS_ERROR_UNKNOWN_OBJECT, TILESCRIBE_PORTAL_ERROR_MISSING },
    { TRUE, G_DBUS_ERROR_UNKNOWN_INTERFACE, TILESCRIBE_PORTAL_ERROR_MISSING },
    { TRUE, G_DBUS_ERROR_UNKNOWN_METHOD, TILESCRIBE_PORTAL_ERROR_MISSING },
    { TRUE, G_DBUS_ERROR_NO_REPLY, TILESCRIBE_PORTAL_ERROR_LOST },
    { TRUE, G_DBUS_ERROR_DISCONNECTED, TILESCRIBE_PORTAL_ERROR_LOST },
    { TRUE, G_DBUS_ERROR_TIMEOUT, TILESCRIBE_PORTAL_ERROR_SILENT },
    { FALSE, G_IO_ERROR_CLOSED, TILESCRIBE_PORTAL_ERROR_LOST },
    { FALSE, G_IO_ERROR_TIMED_OUT, TILESCRIBE_PORTAL_ERROR_SILENT },
  };
  g_autoptr (GError) cause = error;
  g_autofree char *remote = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_steal_pointer (&cause);
  for (gsize i = 0; i < G_N_ELEMENTS (meanings); i++)
    if (g_error_matches (error, meanings[i].dbus ? G_DBUS_ERROR : G_IO_ERROR, meanings[i].code))
      return tilescribe_portal_make_error (self, meanings[i].meaning);

  remote = g_dbus_error_get_remote_error (error);
  if (remote == NULL) /* nobody answered: there is no bus to connect to */
    return tilescribe_portal_make_error (self, TILESCRIBE_PORTAL_ERROR_LOST);
  g_dbus_error_strip_remote_error (error);
  /* Translators: a sentence, then what another program said of the same trouble, in its own language */
  return g_error_new (TILESCRIBE_PORTAL_ERROR, TILESCRIBE_PORTAL_ERROR_REFUSED, _ ("%s (The desktop said: “%s”)"),
                      gettext (self->kind->refused), error->message);
}

/* ---- Requests ---- */

void
tilescribe_portal_end_request (TilescribePortal *self, const char *path, GVariant *results, GError *error)
{
  g_autoptr (GTask) task = NULL;
  Request *request;

  if (!g_hash_table_steal_extended (self->requests, path, NULL, (gpointer *) &task))
    {
      g_clear_pointer (&results, g_variant_unref);
      g_clear_error (&error);
      return;
    }
  request = g_task_get_task_data (task);
  g_clear_pointer (&request->timeout, drop_source);
  g_clear_pointer (&request->cancelled, drop_source);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, results, (GDestroyNotify) g_variant_unref);
}

/* The person need not answer any more: takes the dialog away. */
static void
request_withdraw (GTask *task, GError *error)
{
  TilescribePortal *self = g_task_get_source_object (task);
  Request *request = g_task_get_task_data (task);
  g_autofree char *path = g_strdup (request->path);

  g_dbus_connection_call (self->connection, TILESCRIBE_PORTAL_SERVICE, path, TILESCRIBE_PORTAL_REQUEST, "Close", NULL, NULL,
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL, NULL);
  tilescribe_portal_end_request (self, path, NULL, error);
}

static gboolean
request_timed_out (gpointer data)
{
  request_withdraw (data, tilescribe_portal_make_error (g_task_get_source_object (data), TILESCRIBE_PORTAL_ERROR_SILENT));
  return G_SOURCE_REMOVE;
}

static gboolean
request_cancelled (GCancellable *cancellable, gpointer data)
{
  GError *error = NULL;

  g_cancellable_set_error_if_cancelled (cancellable, &error);
  request_withdraw (data, error);
  return G_SOURCE_REMOVE;
}

/* The method's own reply: the path that the answer comes from, which services before version 0.9 chose themselves. */
static void
request_called (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  TilescribePortal *self = g_task_get_source_object (task);
  Request *request = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  const char *path;

  if (!g_hash_table_contains (self->requests, request->path))
    return;
  if (reply == NULL)
    {
      tilescribe_portal_end_request (self, request->path, NULL, tilescribe_portal_explain (self, g_steal_pointer (&error)));
      return;
    }
  g_variant_get (reply, "(&o)", &path);
  if (!g_str_equal (path, request->path))
    {
      g_hash_table_steal (self->requests, request->path);
      g_free (request->path);
      request->path = g_strdup (path);
      g_hash_table_insert (self->requests, request->path, task);
    }
}

static void
watch_patience (GTask *task, guint seconds, GCancellable *cancellable)
{
  Request *request = g_task_get_task_data (task);

  request->timeout = g_timeout_source_new_seconds (seconds);
  g_source_set_callback (request->timeout, request_timed_out, task, NULL);
  g_source_attach (request->timeout, g_task_get_context (task));
  if (cancellable != NULL)
    {
      request->cancelled = g_cancellable_source_new (cancellable);
      g_source_set_callback (request->cancelled, G_SOURCE_FUNC (request_cancelled), task, NULL);
      g_source_attach (request->cancelled, g_task_get_context (task));
    }
}

/* The session, if there is one, then arguments, then options with a handle_token. */
static GVariant *
compose (TilescribePortal *self, GVariant *arguments, GVariant *options)
{
  GVariantBuilder all;

  g_variant_builder_init (&all, G_VARIANT_TYPE_TUPLE);
  if (self->session != NULL)
    g_variant_builder_add (&all, "o", self->session);
  for (gsize i = 0; arguments != NULL && i < g_variant_n_children (arguments); i++)
    {
      g_autoptr (GVariant) argument = g_variant_get_child_value (arguments, i);

      g_variant_builder_add_value (&all, argument);
    }
  if (options != NULL)
    g_variant_builder_add_value (&all, options);
  return g_variant_builder_end (&all);
}

char *
tilescribe_portal_new_token (void)
{
  return g_strdup_printf ("tilescribe%08x%08x", g_random_int (), g_random_int ());
}

static GVariant *
with_token (GVariant *options, const char *token)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (options);

  g_variant_dict_insert (&dict, "handle_token", "s", token);
  return g_variant_dict_end (&dict);
}

void
tilescribe_portal_request_async (TilescribePortal *self,
                                 const char *method,
                                 GVariant *arguments,
                                 GVariant *options,
                                 guint seconds,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GVariant) middle = arguments != NULL ? g_variant_ref_sink (arguments) : NULL;
  g_autoptr (GVariant) asked = options != NULL ? g_variant_ref_sink (options) : NULL;
  g_autofree char *token = tilescribe_portal_new_token ();
  g_autofree char *name = NULL;
  Request *request = g_new0 (Request, 1);

  g_task_set_source_tag (task, tilescribe_portal_request_async);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, request, (GDestroyNotify) request_free);
  if (self->connection == NULL)
    {
      g_task_return_error (task, tilescribe_portal_make_error (self, TILESCRIBE_PORTAL_ERROR_LOST));
      return;
    }
  name = g_strdelimit (g_strdup (g_dbus_connection_get_unique_name (self->connection) + 1), ".", '_');
  request->path = g_strconcat (TILESCRIBE_PORTAL_OBJECT, "/request/", name, "/", token, NULL);
  g_hash_table_insert (self->requests, request->path, g_object_ref (task));
  g_dbus_connection_call (self->connection, TILESCRIBE_PORTAL_SERVICE, TILESCRIBE_PORTAL_OBJECT, self->kind->interface, method,
                          compose (self, middle, with_token (asked, token)), G_VARIANT_TYPE ("(o)"), G_DBUS_CALL_FLAGS_NONE, -1,
                          NULL, request_called, g_object_ref (task));
  watch_patience (task, seconds, cancellable);
}

GVariant *
tilescribe_portal_request_finish (TilescribePortal *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
called (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GUnixFDList) fds = NULL;
  GError *error = NULL;
  GVariant *reply = g_dbus_connection_call_with_unix_fd_list_finish (G_DBUS_CONNECTION (source), &fds, result, &error);

  if (reply == NULL)
    {
      g_task_return_error (task, tilescribe_portal_explain (g_task_get_source_object (task), error));
      return;
    }
  if (fds != NULL)
    g_task_set_task_data (task, g_steal_pointer (&fds), g_object_unref);
  g_task_return_pointer (task, reply, (GDestroyNotify) g_variant_unref);
}

void
tilescribe_portal_call_async (TilescribePortal *self,
                              const char *interface,
                              const char *method,
                              GVariant *arguments,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GVariant) rest = arguments != NULL ? g_variant_ref_sink (arguments) : NULL;

  g_task_set_source_tag (task, tilescribe_portal_call_async);
  if (self->session == NULL)
    {
      g_task_return_error (task, tilescribe_portal_make_error (self, TILESCRIBE_PORTAL_ERROR_LOST));
      return;
    }
  g_dbus_connection_call_with_unix_fd_list (self->connection, TILESCRIBE_PORTAL_SERVICE, TILESCRIBE_PORTAL_OBJECT, interface,
                                            method, compose (self, rest, NULL), NULL, G_DBUS_CALL_FLAGS_NONE,
                                            TILESCRIBE_PORTAL_SOON * 1000, NULL, cancellable, called, g_object_ref (task));
}

GVariant *
tilescribe_portal_call_finish (TilescribePortal *self, GAsyncResult *result, GUnixFDList **fds, GError **error)
{
  GUnixFDList *came = g_task_get_task_data (G_TASK (result));

  if (fds != NULL)
    *fds = came != NULL ? g_object_ref (came) : NULL;
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
tilescribe_portal_fail_requests (TilescribePortal *self, const GError *error)
{
  g_autofree gpointer *paths = g_hash_table_get_keys_as_array (self->requests, NULL);

  for (gsize i = 0; paths[i] != NULL; i++)
    tilescribe_portal_end_request (self, paths[i], NULL, g_error_copy (error));
}
