/* history.c - tilescribe history: what was transcribed before
 *
 * SPDX-License-Identifier: MIT
 */
#include "cli.h"
#include "terminal.h"

#include "tilescribe.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static CliStatus run_list (const CliCommand *command, char **argv);
static CliStatus run_search (const CliCommand *command, char **argv);
static CliStatus run_show (const CliCommand *command, char **argv);
static CliStatus run_export (const CliCommand *command, char **argv);
static CliStatus run_pin (const CliCommand *command, char **argv);
static CliStatus run_unpin (const CliCommand *command, char **argv);
static CliStatus run_delete (const CliCommand *command, char **argv);

static const CliCommand *const commands[] = {
  &(const CliCommand){ .name = "list", .summary = N_ ("List transcripts, newest first"), .run = run_list },
  &(const CliCommand){ .name = "search",
                       .arguments = N_ ("WORD…"),
                       .n_min = 1,
                       .summary = N_ ("Find transcripts that hold all these words"),
                       .details = N_ ("The last word may be the beginning of one."),
                       .run = run_search },
  &(const CliCommand){ .name = "show",
                       .arguments = N_ ("ID"),
                       .n_min = 1,
                       .n_max = 1,
                       .summary = N_ ("Print a transcript, and how it was made"),
                       .run = run_show },
  &(const CliCommand){ .name = "export",
                       .arguments = N_ ("ID"),
                       .n_min = 1,
                       .n_max = 1,
                       .summary = N_ ("Write a transcript as txt, srt, vtt, json or csv"),
                       .run = run_export },
  &(const CliCommand){ .name = "pin",
                       .arguments = N_ ("ID…"),
                       .n_min = 1,
                       .summary = N_ ("Keep transcripts, however old they get"),
                       .run = run_pin },
  &(const CliCommand){ .name = "unpin",
                       .arguments = N_ ("ID…"),
                       .n_min = 1,
                       .summary = N_ ("Keep transcripts as long as all others"),
                       .run = run_unpin },
  &(const CliCommand){ .name = "delete",
                       .arguments = N_ ("ID…"),
                       .n_min = 1,
                       .summary = N_ ("Delete transcripts for good"),
                       .details = N_ ("With a dictation goes its recording. Other recordings are yours and stay."),
                       .run = run_delete },
  NULL,
};

const CliCommand cli_history = {
  .name = "history",
  .summary = N_ ("List, search, show, export, pin and delete transcripts"),
  .details = N_ ("An ID is the number that “list” and “search” print first."),
  .run = cli_run_group,
  .children = commands,
};

static const char *const states[] = {
  [SCRIBE_STATE_RUNNING] = N_ ("unfinished"),  [SCRIBE_STATE_DONE] = N_ ("done"),
  [SCRIBE_STATE_STOPPED] = N_ ("stopped"),     [SCRIBE_STATE_FAILED] = N_ ("failed"),
  [SCRIBE_STATE_RECORDING] = N_ ("recording"),
};

static ScribeStore *
open_default (gboolean read_only, GError **error)
{
  g_autofree char *path = scribe_store_default_path ();

  return scribe_store_open (path, read_only, error);
}

static gboolean
parse_id (const char *text, gint64 *id)
{
  if (g_ascii_string_to_signed (text, 10, 1, G_MAXINT64, id, NULL))
    return TRUE;
  cli_complain (_ ("“%s” is no number of a transcript. “tilescribe history list” shows those there are."), text);
  return FALSE;
}

static char *
date_of (const ScribeTranscript *transcript)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (transcript->created / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc ? g_date_time_to_local (utc) : NULL;

  return local ? g_date_time_format (local, "%Y-%m-%d %H:%M") : g_strdup ("?");
}

/* "done, pinned" */
static char *
state_of (const ScribeTranscript *transcript)
{
  g_autoptr (GString) text = g_string_new (_ (states[transcript->state]));

  if (transcript->recovered)
    g_string_append_printf (text, ", %s", _ ("recovered"));
  if (transcript->pinned)
    g_string_append_printf (text, ", %s", _ ("pinned"));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* What a list calls it beside its first words, which are the title of a dictation. */
static const char *
name_of (const ScribeTranscript *transcript)
{
  return transcript->kind == SCRIBE_KIND_DICTATION ? _ ("dictation") : transcript->title;
}

/* --- list and search ----------------------------------------------------------------------------------------------------- */

static CliStatus
run_list (const CliCommand *command, char **argv)
{
  int limit = 0;
  const GOptionEntry entries[] = {
    { "limit", 'n', 0, G_OPTION_ARG_INT, &limit, N_ ("Only the N newest; 0: all"), "N" },
    { NULL },
  };
  g_auto (GStrv) rest = cli_parse (command, entries, argv);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (ScribeStore) store = NULL;
  g_autoptr (GError) error = NULL;

  if (rest == NULL || !cli_check_range ("limit", limit, 0, G_MAXINT))
    return CLI_USAGE;
  store = open_default (TRUE, &error);
  if (store == NULL && g_error_matches (error, SCRIBE_ERROR, SCRIBE_ERROR_NOT_FOUND))
    return CLI_DONE; /* nothing transcribed yet: an empty list */
  list = store ? scribe_store_list (store, (guint) limit, 0, &error) : NULL;
  if (list == NULL)
    return cli_fail (error);

  for (guint i = 0; i < list->len; i++)
    {
      const ScribeTranscript *t = list->pdata[i];

      g_ptr_array_add (rows, cli_row (g_strdup_printf ("%" G_GINT64_FORMAT, t->id), date_of (t), cli_clock (t->seconds),
                                      state_of (t), g_strdup (name_of (t)), g_strdup (t->snippet), NULL));
    }
  cli_print_table (rows, "rlrlll");
  return CLI_DONE;
}

/* The snippet with its matches emphasised where the terminal can; nothing but those marks moves the cursor. */
static char *
highlight (const char *snippet)
{
  gboolean colour = cli_has_colour (STDOUT_FILENO);
  g_autoptr (GString) text = g_string_new (NULL);

  for (const char *p = snippet; *p; p++)
    if (*p == '\002' || *p == '\003')
      g_string_append (text, !colour ? "" : *p == '\002' ? "\033[1m" : "\033[0m");
    else
      g_string_append_c (text, g_ascii_iscntrl (*p) ? ' ' : *p);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static CliStatus
run_search (const CliCommand *command, char **argv)
{
  int limit = 20;
  const GOptionEntry entries[] = {
    { "limit", 'n', 0, G_OPTION_ARG_INT, &limit, N_ ("Only the N best; 0: all. 20 unless told"), "N" },
    { NULL },
  };
  g_auto (GStrv) words = cli_parse (command, entries, argv);
  g_autofree char *query = words ? g_strjoinv (" ", words) : NULL;
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (ScribeStore) store = NULL;
  g_autoptr (GError) error = NULL;

  if (words == NULL || !cli_check_range ("limit", limit, 0, G_MAXINT))
    return CLI_USAGE;
  store = open_default (TRUE, &error);
  if (store == NULL && g_error_matches (error, SCRIBE_ERROR, SCRIBE_ERROR_NOT_FOUND))
    return CLI_DONE; /* nothing transcribed yet: nothing to find */
  list = store ? scribe_store_search (store, query, SCRIBE_BEST_FIRST, (guint) limit, &error) : NULL;
  if (list == NULL)
    return cli_fail (error);

  for (guint i = 0; i < list->len; i++)
    {
      const ScribeTranscript *t = list->pdata[i];
      g_autofree char *date = date_of (t), *title = cli_fit (name_of (t), G_MAXUINT), *snippet = highlight (t->snippet);

      g_print ("%" G_GINT64_FORMAT "  %s  %s\n    %s\n", t->id, date, title, snippet);
    }
  return CLI_DONE;
}

/* --- show and export ----------------------------------------------------------------------------------------------------- */

/* path NULL: standard output */
static gboolean
write_transcript (const ScribeTranscript *t, const char *path, ScribeFormat format, gboolean word_times, GError **error)
{
  g_autoptr (ScribeWriter) writer = scribe_writer_new (path, format, word_times, error);

  if (writer == NULL)
    return FALSE;
  for (guint i = 0; i < t->segments->len; i++)
    if (!scribe_writer_add (writer, t->segments->pdata[i], error))
      return FALSE;
  return scribe_writer_finish (writer, t->run.model ? &t->run : NULL, error);
}

static ScribeTranscript *
get (const char *argument, GError **error)
{
  g_autoptr (ScribeStore) store = NULL;
  gint64 id;

  if (!parse_id (argument, &id))
    return NULL;
  store = open_default (TRUE, error);
  return store ? scribe_store_get (store, id, error) : NULL;
}

/* Why there is no transcript: told already, or in error. */
static CliStatus
fail_to_get (const GError *error)
{
  return error ? cli_fail (error) : CLI_USAGE;
}

static void
print_field (const char *name, const char *value)
{
  g_autofree char *plain = cli_fit (value, G_MAXUINT);
  int space = MAX (12 - (int) cli_columns (name), 1);

  g_print ("%s%*s%s\n", name, space, "", plain);
}

/* Of a run on an NPU: nobody else has a power of its own. */
static void
print_power (const ScribeRunStats *run)
{
  const double energy = scribe_run_stats_energy (run);
  g_autofree char *power = NULL;

  if (g_strcmp0 (run->device, "npu") != 0)
    return;
  power = energy >= 0 ? g_strdup_printf (_ ("%.2f W while the NPU worked, %.2f J for a minute of audio"), run->watts, energy)
                      : g_strdup (_ ("not known"));
  print_field (_ ("Power"), power);
}

static void
print_head (const ScribeTranscript *t)
{
  g_autofree char *date = date_of (t), *state = state_of (t), *length = cli_clock (t->seconds), *device = NULL, *time = NULL;

  print_field (_ ("Title"), t->title);
  print_field (_ ("Recording"), strcmp (t->source, "-") == 0 ? _ ("standard input") : t->source);
  print_field (_ ("Made"), date);
  print_field (_ ("State"), state);
  if (t->run.model == NULL)
    return; /* the program ended before it could tell */
  device = g_strdup_printf ("%s (%s)", t->run.device, t->run.device_reason);
  /* Translators: "28:00 in 95.2 s": so much sound was transcribed in so much time */
  time = g_strdup_printf (_ ("%s in %.1f s"), length, t->run.total);
  print_field (_ ("Length"), t->kind == SCRIBE_KIND_DICTATION ? length : time);
  print_field (_ ("Language"), t->run.language ? t->run.language : "?");
  print_field (_ ("Model"), t->run.model);
  print_field (_ ("Device"), device);
  print_power (&t->run);
}

static CliStatus
run_show (const CliCommand *command, char **argv)
{
  g_auto (GStrv) rest = cli_parse (command, NULL, argv);
  g_autoptr (ScribeTranscript) t = NULL;
  g_autoptr (GError) error = NULL;

  if (rest == NULL)
    return CLI_USAGE;
  t = get (rest[0], &error);
  if (t == NULL)
    return fail_to_get (error);
  print_head (t);
  g_print ("\n");
  return write_transcript (t, NULL, SCRIBE_FORMAT_TXT, FALSE, &error) ? CLI_DONE : cli_fail (error);
}

static CliStatus
run_export (const CliCommand *command, char **argv)
{
  g_autofree char *format_name = NULL, *output = NULL;
  gboolean word_times = FALSE;
  const GOptionEntry entries[] = {
    { "format", 'f', 0, G_OPTION_ARG_FILENAME, &format_name, N_ ("txt (a line per segment), srt, vtt, json or csv"),
      N_ ("FORMAT") },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, N_ ("File to write; “-” is standard output"), N_ ("FILE") },
    { "word-times", 'w', 0, G_OPTION_ARG_NONE, &word_times, N_ ("A subtitle for each word, where their times are known"), NULL },
    { NULL },
  };
  g_auto (GStrv) rest = cli_parse (command, entries, argv);
  g_autoptr (ScribeTranscript) t = NULL;
  g_autoptr (GError) error = NULL;
  ScribeFormat format = SCRIBE_FORMAT_TXT;

  if (rest == NULL)
    return CLI_USAGE;
  if (format_name && !scribe_format_from_name (format_name, &format))
    {
      cli_complain (_ ("There is no format “%s”. The formats are txt, srt, vtt, json and csv."), format_name);
      return CLI_USAGE;
    }
  t = get (rest[0], &error);
  if (t == NULL)
    return fail_to_get (error);
  return write_transcript (t, g_strcmp0 (output, "-") == 0 ? NULL : output, format, word_times, &error) ? CLI_DONE
                                                                                                        : cli_fail (error);
}

/* --- pin and delete ------------------------------------------------------------------------------------------------------ */

typedef gboolean (*Change) (ScribeStore *store, gint64 id, GError **error);

static gboolean
pin (ScribeStore *store, gint64 id, GError **error)
{
  return scribe_store_set_pinned (store, id, TRUE, error);
}

static gboolean
unpin (ScribeStore *store, gint64 id, GError **error)
{
  return scribe_store_set_pinned (store, id, FALSE, error);
}

static gboolean
forget (ScribeStore *store, gint64 id, GError **error)
{
  g_autoptr (ScribeTranscript) t = scribe_store_get (store, id, error);

  if (t == NULL || !scribe_store_delete (store, id, error))
    return FALSE;
  if (t->kind == SCRIBE_KIND_DICTATION)
    scribe_store_remove_recording (store, t->source);
  return TRUE;
}

/* Does it to each of the transcripts, also where one of them cannot be found. */
static CliStatus
change_all (const CliCommand *command, char **argv, Change change)
{
  g_auto (GStrv) rest = cli_parse (command, NULL, argv);
  g_autofree gint64 *ids = rest ? g_new0 (gint64, g_strv_length (rest)) : NULL;
  g_autoptr (ScribeStore) store = NULL;
  g_autoptr (GError) error = NULL;
  CliStatus status = CLI_DONE;

  if (rest == NULL)
    return CLI_USAGE;
  for (guint i = 0; rest[i]; i++)
    if (!parse_id (rest[i], &ids[i]))
      return CLI_USAGE;
  store = open_default (FALSE, &error);
  if (store == NULL)
    return cli_fail (error);
  for (guint i = 0; rest[i]; i++)
    if (!change (store, ids[i], &error))
      {
        status = cli_fail (error);
        g_clear_error (&error);
      }
  return status;
}

static CliStatus
run_pin (const CliCommand *command, char **argv)
{
  return change_all (command, argv, pin);
}

static CliStatus
run_unpin (const CliCommand *command, char **argv)
{
  return change_all (command, argv, unpin);
}

static CliStatus
run_delete (const CliCommand *command, char **argv)
{
  return change_all (command, argv, forget);
}
