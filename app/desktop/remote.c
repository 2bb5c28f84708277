/* remote.c - the running program, told from outside what to do
 *
 * SPDX-License-Identifier: MIT
 */
#include "desktop/remote.h"

#include <glib/gi18n.h>

#define INTERFACE "org.tilescribe.Tilescribe1"

static const char introspection[] = "<node><interface name='" INTERFACE "'>"
                                    "  <method name='Toggle'/><method name='Start'/><method name='Stop'/><method name='Cancel'/>"
                                    "  <property name='State' type='s' access='read'/>"
                                    "</interface></node>";

static const struct
{
  const char *name;
  void (*call) (TilescribeDictator *dictator);
} methods[] = {
  { "Toggle", tilescribe_dictator_toggle },
  { "Start", tilescribe_dictator_start },
  { "Stop", tilescribe_dictator_stop },
  { "Cancel", tilescribe_dictator_cancel },
};

struct _TilescribeRemote
{
  GDBusConnection *connection;
  char *path;
  guint registration;
  TilescribeDictator *dictator; /* NULL: the program is still starting */
  ScribeDictation *dictation;   /* whose state is watched */
};

static const char *
state_of (TilescribeRemote *remote)
{
  if (remote->dictator == NULL || tilescribe_dictator_get_dictation (remote->dictator) == NULL)
    return "idle";
  return tilescribe_dictator_is_listening (remote->dictator) ? "listening" : "finishing";
}

static void
on_call (GDBusConnection *connection,
         const char *sender,
         const char *path,
         const char *interface,
         const char *method,
         GVariant *parameters,
         GDBusMethodInvocation *invocation,
         gpointer data)
{
  TilescribeRemote *remote = data;

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    if (remote->dictator && g_str_equal (method, methods[i].name))
      {
        methods[i].call (remote->dictator);
        g_dbus_method_invocation_return_value (invocation, NULL);
        return;
      }
  g_dbus_method_invocation_return_error_literal (invocation, G_DBUS_ERROR, G_DBUS_ERROR_FAILED,
                                                 _ ("Tilescribe is still starting. Try again in a moment."));
}

static GVariant *
on_get (GDBusConnection *connection,
        const char *sender,
        const char *path,
        const char *interface,
        const char *property,
        GError **error,
        gpointer data)
{
  return g_variant_new_string (state_of (data));
}

static void
tell_state (TilescribeRemote *remote)
{
  GVariantBuilder changed;

  g_variant_builder_init (&changed, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&changed, "{sv}", "State", g_variant_new_string (state_of (remote)));
  g_dbus_connection_emit_signal (remote->connection, NULL, remote->path, "org.freedesktop.DBus.Properties", "PropertiesChanged",
                                 g_variant_new ("(sa{sv}as)", INTERFACE, &changed, NULL), NULL);
}

static void
watch_dictation (TilescribeRemote *remote)
{
  if (remote->dictation)
    g_signal_handlers_disconnect_by_data (remote->dictation, remote);
  g_set_object (&remote->dictation, tilescribe_dictator_get_dictation (remote->dictator));
  if (remote->dictation)
    g_signal_connect_swapped (remote->dictation, "notify::state", G_CALLBACK (tell_state), remote);
  tell_state (remote);
}

TilescribeRemote *
tilescribe_remote_new (GDBusConnection *connection, const char *path, GError **error)
{
  static const GDBusInterfaceVTable table = { on_call, on_get, NULL, { 0 } };
  g_autoptr (GDBusNodeInfo) info = g_dbus_node_info_new_for_xml (introspection, NULL);
  TilescribeRemote *remote = g_new0 (TilescribeRemote, 1);

  remote->registration = g_dbus_connection_register_object (connection, path, info->interfaces[0], &table, remote, NULL, error);
  if (remote->registration == 0)
    {
      g_free (remote);
      return NULL;
    }
  remote->connection = g_object_ref (connection);
  remote->path = g_strdup (path);
  return remote;
}

void
tilescribe_remote_set_dictator (TilescribeRemote *remote, TilescribeDictator *dictator)
{
  remote->dictator = g_object_ref (dictator);
  g_signal_connect_swapped (dictator, "notify::dictation", G_CALLBACK (watch_dictation), remote);
}

void
tilescribe_remote_free (TilescribeRemote *remote)
{
  g_dbus_connection_unregister_object (remote->connection, remote->registration);
  if (remote->dictation)
    g_signal_handlers_disconnect_by_data (remote->dictation, remote);
  g_clear_object (&remote->dictation);
  if (remote->dictator)
    g_signal_handlers_disconnect_by_data (remote->dictator, remote);
  g_clear_object (&remote->dictator);
  g_object_unref (remote->connection);
  g_free (remote->path);
  g_free (remote);
}
