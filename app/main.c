/* main.c - the program: sets up language and text, and hands over to the window or the command line
 *
 * Without arguments or with recordings to open, and where there is a screen, it is the window; the command line otherwise.
 *
 * All that is printed is UTF-8, as the files that are written are, whatever the locale says: a transcript must not lose its letters
 * because a script runs in the C locale.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "application.h"
#include "cli/cli.h"
#include "cli/terminal.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

static void
print_utf8 (const char *text)
{
  fputs (text, stdout);
}

static void
complain_utf8 (const char *text)
{
  fputs (text, stderr);
}

/* TILESCRIBE_LOCALEDIR is for a program that is not installed, as TILESCRIBE_DATA is. */
static void
set_up_language (void)
{
  const char *folder = g_getenv ("TILESCRIBE_LOCALEDIR");

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, folder && *folder ? folder : TILESCRIBE_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}

static gboolean
has_screen (void)
{
  return g_getenv ("WAYLAND_DISPLAY") || g_getenv ("DISPLAY");
}

/* What the desktop starts a program with: nothing, recordings to open, or the option to wait in the background. */
static gboolean
is_for_window (int argc, char **argv)
{
  if (argc < 2)
    return has_screen ();
  if (g_str_equal (argv[1], "--gapplication-service"))
    return TRUE;
  return has_screen () && argv[1][0] != '-' && !cli_has_command (argv[1])
         && (g_uri_peek_scheme (argv[1]) || g_file_test (argv[1], G_FILE_TEST_EXISTS));
}

static int
run_window (int argc, char **argv)
{
  g_autoptr (TilescribeApplication) application = tilescribe_application_new ();

  return g_application_run (G_APPLICATION (application), argc, argv);
}

int
main (int argc, char **argv)
{
  CliStatus status;

  set_up_language ();
  if (is_for_window (argc, argv))
    return run_window (argc, argv);

  g_set_print_handler (print_utf8);
  g_set_printerr_handler (complain_utf8);

  status = cli_run (&cli_program, "tilescribe", argc, argv);

  if (fflush (stdout) != 0 && !cli_reader_is_gone ())
    {
      cli_complain (_ ("Standard output cannot be written: %s. Send it elsewhere."), g_strerror (errno));
      status = CLI_FAILED;
    }
  return status;
}
