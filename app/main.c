/* main.c - the program: sets up language and text, and hands over to the command line
 *
 * All that is printed is UTF-8, as the files that are written are, whatever the locale says: a transcript must not lose its letters
 * because a script runs in the C locale.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

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

int
main (int argc, char **argv)
{
  CliStatus status;

  set_up_language ();
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
