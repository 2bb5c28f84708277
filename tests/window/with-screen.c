/* with-screen.c - runs a command with a screen, a message bus and folders of its own
 *
 *   with-screen [--tap] COMMAND [ARGUMENT...]
 *
 * The screen is an Xvfb on the first free display, the bus a dbus-daemon, the folders are empty and deleted afterwards: tests run beside
 * each other and beside a person's desktop without knowing of it. Exits as the command does; where Xvfb or dbus-daemon is not installed with
 * 77, which means skipped, or, as --tap wants it, with a plan that says so.
 *
 * SPDX-License-Identifier: MIT
 */
#include <gio/gio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#define SKIPPED 77

static const char *const programs[] = { "Xvfb", "dbus-daemon" };

/* Whatever is set already stays, but for the ways to the person's own desktop. */
static const struct
{
  const char *name, *value;
} defaults[] = {
  { "GDK_BACKEND", "x11" },          { "GSK_RENDERER", "cairo" }, { "GTK_A11Y", "test" },
  { "GSETTINGS_BACKEND", "memory" }, { "NO_AT_BRIDGE", "1" },
};

static const char *
find_what_is_missing (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (programs); i++)
    {
      g_autofree char *path = g_find_program_in_path (programs[i]);

      if (path == NULL)
        return programs[i];
    }
  return NULL;
}

/* A launcher that is killed leaves nobody behind. */
static void
die_with_the_launcher (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static GSubprocess *
spawn (const char *const *arguments, GSubprocessFlags flags)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (flags);
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  g_subprocess_launcher_set_child_setup (launcher, die_with_the_launcher, NULL, NULL);
  process = g_subprocess_launcher_spawnv (launcher, arguments, &error);
  g_assert_no_error (error);
  return process;
}

/* Xvfb tells the number of its display when it is ready. */
static GSubprocess *
start_screen (void)
{
  const char *const arguments[] = { "Xvfb",         "-displayfd", "1",   "-screen",  "0",
                                    "1280x1024x24", "-nolisten",  "tcp", "-noreset", NULL };
  GSubprocess *screen = spawn (arguments, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GDataInputStream) output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (screen));
  g_autoptr (GError) error = NULL;
  g_autofree char *number = g_data_input_stream_read_line (output, NULL, NULL, &error);
  g_autofree char *display = g_strdup_printf (":%s", number != NULL ? number : "");

  g_assert_no_error (error);
  if (number == NULL)
    g_error ("Xvfb ended before it had a display");
  g_setenv ("DISPLAY", display, TRUE);
  g_unsetenv ("WAYLAND_DISPLAY");
  return screen;
}

static char *
move_into_empty_folder (void)
{
  static const char *const variables[] = { "HOME",          "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME",
                                           "XDG_DATA_HOME", "XDG_CACHE_HOME",  "XDG_STATE_HOME" };
  char *folder = g_dir_make_tmp ("tilescribe-screen-XXXXXX", NULL);

  g_assert_nonnull (folder);
  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    g_setenv (variables[i], folder, TRUE);
  return folder;
}

static int
run (const char *const *arguments)
{
  g_autoptr (GSubprocess) command = spawn (arguments, G_SUBPROCESS_FLAGS_STDIN_INHERIT);

  g_subprocess_wait (command, NULL, NULL);
  return g_subprocess_get_if_exited (command) ? g_subprocess_get_exit_status (command)
                                              : 128 + g_subprocess_get_term_sig (command);
}

static int
skip (gboolean tap, const char *missing)
{
  if (tap)
    g_print ("1..0 # SKIP %s is not installed\n", missing);
  return tap ? 0 : SKIPPED;
}

int
main (int argc, char **argv)
{
  gboolean tap = argc > 1 && strcmp (argv[1], "--tap") == 0;
  const char *const *arguments = (const char *const *) argv + (tap ? 2 : 1);
  const char *missing = find_what_is_missing ();
  g_autoptr (GTestDBus) bus = NULL;
  g_autoptr (GSubprocess) screen = NULL;
  g_autofree char *folder = NULL;
  int status;

  if (arguments[0] == NULL)
    g_error ("Usage: with-screen [--tap] COMMAND [ARGUMENT...]");
  if (missing != NULL)
    return skip (tap, missing);
  folder = move_into_empty_folder ();
  for (guint i = 0; i < G_N_ELEMENTS (defaults); i++)
    g_setenv (defaults[i].name, defaults[i].value, FALSE);
  bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (bus);
  screen = start_screen ();
  status = run (arguments);
  g_subprocess_force_exit (screen);
  g_subprocess_wait (screen, NULL, NULL);
  g_test_dbus_down (bus);
  run ((const char *const[]){ "rm", "-rf", "--", folder, NULL });
  return status;
}
