/* cli.h - commands as data
 *
 * A command is a row of a table: its name, what it takes, what its help says, and the function that runs it or the table of its
 * own commands. cli_run() finds the row, the function parses its options with cli_parse(), and both print help and usage errors
 * alike. Errors go to standard error as one sentence; the status is what the shell gets.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  CLI_DONE = 0,
  CLI_FAILED = 1,
  CLI_USAGE = 2
} CliStatus;

typedef struct _CliCommand CliCommand;

struct _CliCommand
{
  const char *name;
  const char *arguments; /* as usage shows them: "FILE…"; NULL: none */
  guint n_min, n_max;    /* of them; n_max 0 with arguments: any number */
  const char *summary;   /* one line */
  const char *details;   /* below the options in --help; NULL: nothing */
  CliStatus (*run) (const CliCommand *command, char **argv);
  const CliCommand *const *children; /* its own commands, NULL-terminated; NULL: it has none */
};

extern const CliCommand cli_program; /* all of it */
extern const CliCommand cli_transcribe, cli_listen, cli_history, cli_models, cli_bench, cli_validate, cli_calibrate, cli_doctor;
extern const CliCommand cli_toggle, cli_start, cli_stop, cli_status;

/* TRUE if the program has a command of this name. */
gboolean cli_has_command (const char *name);

/* Runs the command that argv names; path is how it was reached: "tilescribe history". */
CliStatus cli_run (const CliCommand *command, const char *path, int argc, char **argv);

/* Parses options and arguments (for g_strfreev()). NULL where that failed, which was told: return CLI_USAGE then. --help prints
 * and exits. */
char **cli_parse (const CliCommand *command, const GOptionEntry *entries, char **argv);

/* The same, with data for options that are functions. */
char **cli_parse_with (const CliCommand *command, const GOptionEntry *entries, gpointer data, char **argv);

/* A command that only has others: prints its help. */
CliStatus cli_run_group (const CliCommand *command, char **argv);

/* A sentence on standard error, on one line: nothing in it, like the name of a file, can command the terminal. */
void cli_say (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* The same for what went wrong, after the name of the program. */
void cli_complain (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* Tells the error; the status that belongs to it. */
CliStatus cli_fail (const GError *error);

/* TRUE if value lies in min..max; else tells that --name wants such a number. */
gboolean cli_check_range (const char *name, int value, int min, int max);

/* TRUE if prompt is text, or NULL; else tells what is wrong with it. */
gboolean cli_check_prompt (const char *prompt);

G_END_DECLS
