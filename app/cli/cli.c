/* cli.c - finds a command in the tables, parses its options, prints its help
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "cli.h"
#include "terminal.h"

#include "tilescribe.h"

#include <glib/gi18n.h>
#include <string.h>

static CliStatus run_program (const CliCommand *command, char **argv);

static const CliCommand *const commands[] = {
  &cli_transcribe, &cli_listen, &cli_toggle,   &cli_start,     &cli_stop,   &cli_status, &cli_history,
  &cli_models,     &cli_bench,  &cli_validate, &cli_calibrate, &cli_doctor, NULL,
};

const CliCommand cli_program = {
  .name = "tilescribe",
  .summary = N_ ("Turns speech into text on your own machine."),
  .details = N_ ("Nothing leaves the machine but the models you download.\n\n"
                 "“tilescribe COMMAND --help” tells more about a command."),
  .run = run_program,
  .children = commands,
};

static void G_GNUC_PRINTF (2, 0) say (const char *before, const char *format, va_list args)
{
  g_autofree char *message = g_strdup_vprintf (format, args), *line = cli_fit (message, G_MAXUINT);

  g_printerr ("%s%s\n", before, line);
}

void
cli_say (const char *format, ...)
{
  va_list args;

  va_start (args, format);
  say ("", format, args);
  va_end (args);
}

void
cli_complain (const char *format, ...)
{
  va_list args;

  va_start (args, format);
  say ("tilescribe: ", format, args);
  va_end (args);
}

CliStatus
cli_fail (const GError *error)
{
  cli_complain ("%s", error->message);
  return g_error_matches (error, SCRIBE_ERROR, SCRIBE_ERROR_OPTION) ? CLI_USAGE : CLI_FAILED;
}

gboolean
cli_check_range (const char *name, int value, int min, int max)
{
  if (value >= min && value <= max)
    return TRUE;
  cli_complain (_ ("--%s wants a number from %d to %d, not %d."), name, min, max, value);
  return FALSE;
}

gboolean
cli_check_prompt (const char *prompt)
{
  if (prompt == NULL || g_utf8_validate (prompt, -1, NULL))
    return TRUE;
  cli_complain (_ ("The prompt is not valid UTF-8. Type it in a terminal that uses UTF-8."));
  return FALSE;
}

/* The commands of a group, a line each. */
static void
append_commands (GString *text, const CliCommand *command)
{
  g_string_append_printf (text, "%s\n", _ ("Commands:"));
  for (guint i = 0; command->children[i]; i++)
    g_string_append_printf (text, "  %-12s%s\n", command->children[i]->name, _ (command->children[i]->summary));
  g_string_append_c (text, '\n');
}

static GOptionContext *
context_of (const CliCommand *command, const GOptionEntry *entries, gpointer data)
{
  const char *arguments = command->children ? N_ ("COMMAND …") : command->arguments;
  GOptionContext *context = g_option_context_new (arguments ? _ (arguments) : NULL);
  g_autoptr (GString) below = g_string_new (NULL);

  if (command->children)
    append_commands (below, command);
  if (command->details)
    g_string_append (below, _ (command->details));
  g_option_context_set_main_group (context, g_option_group_new (NULL, NULL, NULL, data, NULL));
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  g_option_context_set_summary (context, _ (command->summary));
  g_option_context_set_description (context, below->str);
  if (entries)
    g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  return context;
}

static gboolean
has_right_number (const CliCommand *command, char **arguments)
{
  guint n = g_strv_length (arguments);
  guint n_max = command->arguments && command->n_max == 0 ? G_MAXUINT : command->n_max;

  if (n < command->n_min)
    cli_complain (_ ("Something is missing: “%s %s”. “%s --help” tells more."), g_get_prgname (), _ (command->arguments),
                  g_get_prgname ());
  else if (n > n_max)
    cli_complain (_ ("“%s” is one argument too many. “%s --help” tells which there are."), arguments[n_max], g_get_prgname ());
  return n >= command->n_min && n <= n_max;
}

char **
cli_parse_with (const CliCommand *command, const GOptionEntry *entries, gpointer data, char **argv)
{
  g_auto (GStrv) rest = NULL, words = g_strdupv (argv);
  const GOptionEntry remaining[] = {
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &rest, NULL, NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = context_of (command, entries, data);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, remaining, NULL);
  if (!g_option_context_parse_strv (context, &words, &error))
    {
      cli_complain (_ ("%s. “%s --help” tells which options there are."), error->message, g_get_prgname ());
      return NULL;
    }
  if (rest == NULL)
    rest = g_new0 (char *, 1);
  return has_right_number (command, rest) ? g_steal_pointer (&rest) : NULL;
}

char **
cli_parse (const CliCommand *command, const GOptionEntry *entries, char **argv)
{
  return cli_parse_with (command, entries, NULL, argv);
}

static void
print_help (const CliCommand *command, const GOptionEntry *entries)
{
  g_autoptr (GOptionContext) context = context_of (command, entries, NULL);
  g_autofree char *help = g_option_context_get_help (context, TRUE, NULL);

  g_print ("%s", help);
}

CliStatus
cli_run_group (const CliCommand *command, char **argv)
{
  g_auto (GStrv) rest = cli_parse (command, NULL, argv);

  if (rest == NULL)
    return CLI_USAGE;
  print_help (command, NULL);
  return CLI_DONE;
}

static CliStatus
run_program (const CliCommand *command, char **argv)
{
  gboolean version = FALSE;
  const GOptionEntry entries[] = {
    { "version", 'V', 0, G_OPTION_ARG_NONE, &version, N_ ("Print the version"), NULL },
    { NULL },
  };
  g_auto (GStrv) rest = cli_parse (command, entries, argv);

  if (rest == NULL)
    return CLI_USAGE;
  if (version)
    g_print ("Tilescribe %s\n", TILESCRIBE_VERSION);
  else
    print_help (command, entries);
  return CLI_DONE;
}

gboolean
cli_has_command (const char *name)
{
  for (guint i = 0; commands[i]; i++)
    if (strcmp (commands[i]->name, name) == 0)
      return TRUE;
  return FALSE;
}

CliStatus
cli_run (const CliCommand *command, const char *path, int argc, char **argv)
{
  g_set_prgname (path);
  if (command->children == NULL || argc < 2 || argv[1][0] == '-')
    return command->run (command, argv);

  for (guint i = 0; command->children[i]; i++)
    if (strcmp (command->children[i]->name, argv[1]) == 0)
      {
        g_autofree char *child_path = g_strdup_printf ("%s %s", path, argv[1]);

        return cli_run (command->children[i], child_path, argc - 1, argv + 1);
      }
  cli_complain (_ ("There is no command “%s %s”. “%s --help” tells which there are."), path, argv[1], path);
  return CLI_USAGE;
}
