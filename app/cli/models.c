/* models.c - tilescribe models: those there are, and those that are here
 *
 * SPDX-License-Identifier: MIT
 */
#include "cli.h"
#include "interrupt.h"
#include "progress.h"
#include "terminal.h"

#include "tilescribe.h"

#include <glib/gi18n.h>
#include <string.h>

static CliStatus run_list (const CliCommand *command, char **argv);
static CliStatus run_get (const CliCommand *command, char **argv);
static CliStatus run_remove (const CliCommand *command, char **argv);
static CliStatus run_import (const CliCommand *command, char **argv);

static const CliCommand *const commands[] = {
  &(const CliCommand){ .name = "list", .summary = N_ ("List models; those that are installed bear a *"), .run = run_list },
  &(const CliCommand){
      .name = "get",
      .arguments = N_ ("NAME…"),
      .n_min = 1,
      .summary = N_ ("Download models"),
      .details = N_ ("A download that was stopped goes on where it was. A file gets its name only if its SHA-256 is right."),
      .run = run_get },
  &(const CliCommand){ .name = "remove",
                       .arguments = N_ ("NAME…"),
                       .n_min = 1,
                       .summary = N_ ("Delete models from this machine"),
                       .run = run_remove },
  &(const CliCommand){ .name = "import",
                       .arguments = N_ ("FILE…"),
                       .n_min = 1,
                       .summary = N_ ("Copy model files of whisper.cpp's form to the others"),
                       .run = run_import },
  NULL,
};

const CliCommand cli_models = {
  .name = "models",
  .summary = N_ ("List, download, remove and import models"),
  .run = cli_run_group,
  .children = commands,
};

/* --- list ---------------------------------------------------------------------------------------------------------------- */

static char **
row_of (const ScribeModelEntry *entry)
{
  return cli_row (g_strdup (entry->path ? "*" : ""), g_strdup (entry->name),
                  entry->size > 0 ? g_format_size (entry->size) : g_strdup (""),
                  g_strdup (entry->multilingual ? _ ("multilingual") : _ ("English")), g_strdup (entry->description), NULL);
}

static CliStatus
run_list (const CliCommand *command, char **argv)
{
  gboolean installed = FALSE, names = FALSE;
  const GOptionEntry entries[] = {
    { "installed", 'i', 0, G_OPTION_ARG_NONE, &installed, N_ ("Only those that are installed"), NULL },
    { "names", 0, 0, G_OPTION_ARG_NONE, &names, N_ ("Only their names, one a line"), NULL },
    { NULL },
  };
  g_auto (GStrv) rest = cli_parse (command, entries, argv);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GError) error = NULL;

  if (rest == NULL)
    return CLI_USAGE;
  list = scribe_catalogue_list (&error);
  if (list == NULL)
    return cli_fail (error);
  for (guint i = 0; i < list->len; i++)
    {
      const ScribeModelEntry *entry = list->pdata[i];

      if (installed && entry->path == NULL)
        continue;
      if (names)
        g_print ("%s\n", entry->name);
      else
        g_ptr_array_add (rows, row_of (entry));
    }
  cli_print_table (rows, "llrll");
  return CLI_DONE;
}

/* --- get ----------------------------------------------------------------------------------------------------------------- */

static const ScribeModelEntry *
find (GPtrArray *list, const char *name)
{
  for (guint i = 0; i < list->len; i++)
    if (strcmp (((ScribeModelEntry *) list->pdata[i])->name, name) == 0)
      return list->pdata[i];
  return NULL;
}

static char *
bytes (double amount)
{
  return g_format_size ((guint64) amount);
}

typedef struct
{
  CliProgress *bar;
  guint64 done;
} Download;

static void
on_progress (guint64 done, guint64 total, gpointer data)
{
  Download *download = data;

  download->done = done;
  cli_progress_update (download->bar, (double) done, (double) total);
}

static gboolean
fetch (const ScribeModelEntry *entry, CliInterrupt *interrupt, GError **error)
{
  g_autofree char *folder = scribe_models_folder (), *file = g_strconcat (entry->name, ".bin", NULL);
  g_autofree char *path = g_build_filename (folder, file, NULL), *kept = NULL;
  g_autoptr (CliProgress) bar = cli_progress_new (entry->name, bytes, FALSE);
  Download state = { bar, 0 };
  ScribeDownload download;

  scribe_download_init (&download);
  download.url = entry->url;
  download.path = path;
  download.sha256 = entry->sha256;
  download.size = entry->size;
  if (scribe_download_run (&download, on_progress, &state, cli_interrupt_get_cancellable (interrupt), error))
    {
      cli_progress_hide (bar);
      g_print (_ ("“%s” is installed. Use it with --model %s."), entry->name, entry->name);
      g_print ("\n");
      return TRUE;
    }
  cli_progress_hide (bar);
  if (!cli_interrupt_is_asked (interrupt))
    return FALSE;
  kept = g_format_size (state.done);
  g_clear_error (error);
  g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DOWNLOAD,
               _ ("Stopped. %s of “%s” are kept; “tilescribe models get %s” goes on from there."), kept, entry->name,
               entry->name);
  return FALSE;
}

static gboolean
get (GPtrArray *list, const char *name, CliInterrupt *interrupt, GError **error)
{
  const ScribeModelEntry *entry = find (list, name);

  if (entry == NULL)
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_NOT_FOUND,
                   _ ("There is no model “%s”. “tilescribe models list” shows those there are."), name);
      return FALSE;
    }
  if (entry->path)
    {
      g_print (_ ("“%s” is installed already."), name);
      g_print ("\n");
      return TRUE;
    }
  if (entry->url == NULL)
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_NOT_FOUND,
                   _ ("The model “%s”, a part of Tilescribe, is missing. Install Tilescribe again."), name);
      return FALSE;
    }
  return fetch (entry, interrupt, error);
}

static CliStatus
run_get (const CliCommand *command, char **argv)
{
  g_auto (GStrv) names = cli_parse (command, NULL, argv);
  g_autoptr (CliInterrupt) interrupt = NULL;
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GError) error = NULL;
  CliStatus status = CLI_DONE;

  if (names == NULL)
    return CLI_USAGE;
  list = scribe_catalogue_list (&error);
  if (list == NULL)
    return cli_fail (error);

  interrupt = cli_interrupt_new ();
  cli_interrupt_keep (interrupt);
  for (guint i = 0; names[i] && !cli_interrupt_is_asked (interrupt); i++)
    if (!get (list, names[i], interrupt, &error))
      {
        status = cli_fail (error);
        g_clear_error (&error);
      }
  return status;
}

/* --- remove and import --------------------------------------------------------------------------------------------------- */

/* One after the other: a failure does not stop the rest. */
static CliStatus
for_each (const CliCommand *command, char **argv, gboolean (*act) (const char *argument, GError **error))
{
  g_auto (GStrv) rest = cli_parse (command, NULL, argv);
  CliStatus status = CLI_DONE;

  if (rest == NULL)
    return CLI_USAGE;
  for (guint i = 0; rest[i]; i++)
    {
      g_autoptr (GError) error = NULL;

      if (!act (rest[i], &error))
        {
          cli_complain ("%s", error->message);
          status = CLI_FAILED;
        }
    }
  return status;
}

static CliStatus
run_remove (const CliCommand *command, char **argv)
{
  return for_each (command, argv, scribe_catalogue_remove);
}

static CliStatus
run_import (const CliCommand *command, char **argv)
{
  return for_each (command, argv, scribe_catalogue_import);
}
