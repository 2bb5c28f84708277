/* desk.c - a message bus of its own, with the portals of portals.py, for one test
 *
 * SPDX-License-Identifier: MIT
 */
#include "desk.h"

#include <signal.h>

struct Desk
{
  GTestDBus *bus;
  GDBusConnection *connection; /* the test's own, to steer the portals */
  GSubprocess *portals;
};

static void
set_true (GDBusConnection *connection, const char *name, const char *owner, gpointer data)
{
  *(int *) data = TRUE;
}

void
desk_start_portals (Desk *desk)
{
  g_autofree char *script = g_test_build_filename (G_TEST_DIST, "desktop", "portals.py", NULL);
  int there = FALSE;
  guint watch;

  desk->portals = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, NULL, "/usr/bin/python3", script, NULL);
  g_assert_nonnull (desk->portals);
  watch = g_bus_watch_name_on_connection (desk->connection, "org.freedesktop.portal.Desktop", G_BUS_NAME_WATCHER_FLAGS_NONE,
                                          set_true, NULL, &there, NULL);
  desk_wait (&there);
  g_bus_unwatch_name (watch);
}

void
desk_stop_portals (Desk *desk)
{
  if (desk->portals == NULL)
    return;
  g_subprocess_force_exit (desk->portals);
  g_subprocess_wait (desk->portals, NULL, NULL);
  g_clear_object (&desk->portals);
}

Desk *
desk_new (void)
{
  const char *const probe[] = { "/usr/bin/python3", "-c", "import gi", NULL };
  int status = -1;
  Desk *desk;

  if (!g_spawn_sync (NULL, (char **) probe, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL, &status, NULL)
      || status != 0)
    {
      g_test_skip ("needs python3-gi");
      return NULL;
    }
  desk = g_new0 (Desk, 1);
  desk->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (desk->bus);
  desk->connection = g_dbus_connection_new_for_address_sync (
      g_test_dbus_get_bus_address (desk->bus),
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL, NULL);
  g_assert_nonnull (desk->connection);
  desk_start_portals (desk);
  return desk;
}

void
desk_stop_bus (Desk *desk)
{
  if (desk->bus == NULL)
    return;
  g_clear_object (&desk->connection);
  g_test_dbus_stop (desk->bus);
  g_clear_object (&desk->bus);
}

void
desk_free (Desk *desk)
{
  desk_stop_portals (desk);
  desk_stop_bus (desk);
  g_free (desk);
}

static GVariant *
ask (Desk *desk, const char *method, GVariant *arguments)
{
  g_autoptr (GError) error = NULL;
  GVariant *reply = g_dbus_connection_call_sync (desk->connection, "org.freedesktop.portal.Desktop",
                                                 "/org/freedesktop/portal/desktop", "org.tilescribe.Desk", method, arguments,
                                                 NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, &error);

  g_assert_no_error (error);
  return reply;
}

void
desk_set (Desk *desk, const char *key, const char *value)
{
  g_autoptr (GVariant) reply = ask (desk, "Set", g_variant_new ("(ss)", key, value));
}

void
desk_emit (Desk *desk, const char *signal, const char *shortcut)
{
  g_autoptr (GVariant) reply = ask (desk, "Emit", g_variant_new ("(ss)", signal, shortcut));
}

void
desk_close_session (Desk *desk)
{
  g_autoptr (GVariant) reply = ask (desk, "Close", NULL);
}

void
desk_paste (Desk *desk)
{
  g_autoptr (GVariant) reply = ask (desk, "Paste", NULL);
}

char *
desk_pasted (Desk *desk)
{
  g_autoptr (GVariant) reply = ask (desk, "Pasted", NULL);
  char *text;

  g_variant_get (reply, "(s)", &text);
  return text;
}

char *
desk_calls (Desk *desk)
{
  g_autoptr (GVariant) reply = ask (desk, "Calls", NULL);
  g_autofree const char **lines = NULL;

  g_variant_get (reply, "(^a&s)", &lines);
  return g_strjoinv ("\n", (char **) lines);
}

void
desk_check_call (Desk *desk, const char *line, gboolean expected)
{
  g_autofree char *calls = desk_calls (desk);
  g_auto (GStrv) lines = g_strsplit (calls, "\n", -1);

  if (g_strv_contains ((const char *const *) lines, line) != expected)
    g_error ("%s “%s” among the calls:\n%s", expected ? "no" : "a", line, calls);
}

static gboolean
too_long (gpointer data)
{
  g_error ("nothing happened for a minute");
  return G_SOURCE_REMOVE;
}

void
desk_wait (const int *condition)
{
  guint timeout = g_timeout_add_seconds (60, too_long, NULL);

  while (!*condition)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timeout);
}

static gboolean
set_done (gpointer data)
{
  *(int *) data = TRUE;
  return G_SOURCE_REMOVE;
}

void
desk_wait_ms (guint milliseconds)
{
  int done = FALSE;

  g_timeout_add (milliseconds, set_done, &done);
  desk_wait (&done);
}
