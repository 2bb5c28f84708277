/* remote.c - tilescribe toggle, start, stop, status: to the program that runs with a window
 *
 * For a key that the desktop binds to a command. Where the program does not run yet, toggle and start have the desktop start it in the
 * background, if it is installed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "cli.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>

#define NAME      "org.tilescribe.Tilescribe"
#define PATH      "/org/tilescribe/Tilescribe"
#define INTERFACE "org.tilescribe.Tilescribe1"
#define TIMEOUT   25000 /* ms: a first start may load a model */

static CliStatus run (const CliCommand *command, char **argv);
static CliStatus run_status (const CliCommand *command, char **argv);

const CliCommand cli_toggle = {
  .name = "toggle",
  .summary = N_ ("Start or end dictation in the running program"),
  .details = N_ ("For a key of your desktop: bind it to “tilescribe toggle”. Text goes to the window that has the focus."),
  .run = run,
};

const CliCommand cli_start = {
  .name = "start",
  .summary = N_ ("Start dictation in the running program"),
  .run = run,
};

const CliCommand cli_stop = {
  .name = "stop",
  .summary = N_ ("End dictation in the running program"),
  .run = run,
};

const CliCommand cli_status = {
  .name = "status",
  .summary = N_ ("Tell whether the running program listens"),
  .details = N_ ("Prints “idle”, “listening”, “finishing” or “not running”; the exit status is 0 where it runs, else 1."),
  .run = run_status,
};

static gboolean
is_not_running (const GError *error)
{
  return g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN)
         || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER);
}

/* Takes the error, whose message may have "GDBus.Error:" and the error's name before what a person can read. */
static CliStatus
complain (GError *error)
{
  g_dbus_error_strip_remote_error (error);
  if (is_not_running (error))
    cli_complain (_ ("Tilescribe does not run. Start it from the menu of your desktop, or with “tilescribe” in the background."));
  else
    cli_complain (_ ("Tilescribe cannot be reached over D-Bus: %s"), error->message);
  return CLI_FAILED;
}

/* reply: its type; another one is an error. */
static GVariant *
call (const char *interface, const char *method, GVariant *parameters, const char *reply, gboolean may_start, GError **error)
{
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, error);

  return bus ? g_dbus_connection_call_sync (bus, NAME, PATH, interface, method, parameters, G_VARIANT_TYPE (reply),
                                            may_start ? G_DBUS_CALL_FLAGS_NONE : G_DBUS_CALL_FLAGS_NO_AUTO_START, TIMEOUT, NULL,
                                            error)
             : NULL;
}

static CliStatus
run (const CliCommand *command, char **argv)
{
  g_auto (GStrv) nothing = cli_parse (command, NULL, argv);
  g_autofree char *method = NULL;
  g_autoptr (GVariant) done = NULL;
  g_autoptr (GError) error = NULL;

  if (nothing == NULL)
    return CLI_USAGE;
  method = g_strdup (command->name);
  *method = g_ascii_toupper (*method);
  done = call (INTERFACE, method, NULL, "()", strcmp (command->name, "stop") != 0, &error);
  return done ? CLI_DONE : complain (error);
}

static CliStatus
run_status (const CliCommand *command, char **argv)
{
  g_auto (GStrv) nothing = cli_parse (command, NULL, argv);
  g_autoptr (GVariant) reply = NULL, state = NULL;
  g_autoptr (GError) error = NULL;

  if (nothing == NULL)
    return CLI_USAGE;
  reply = call ("org.freedesktop.DBus.Properties", "Get", g_variant_new ("(ss)", INTERFACE, "State"), "(v)", FALSE, &error);
  if (reply == NULL)
    {
      if (!is_not_running (error))
        return complain (error);
      g_print ("not running\n"); /* a word for scripts, as the others are */
      return CLI_FAILED;
    }
  g_variant_get (reply, "(v)", &state);
  g_print ("%s\n", g_variant_is_of_type (state, G_VARIANT_TYPE_STRING) ? g_variant_get_string (state, NULL) : "?");
  return CLI_DONE;
}
