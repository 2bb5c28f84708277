/* validate.c - tilescribe validate: whether the NPU reaches what is promised of it
 *
 * SPDX-License-Identifier: MIT
 */
#include "cli.h"
#include "trial.h"

#include "tilescribe.h"

#include <glib/gi18n.h>
#include <string.h>

static CliStatus run (const CliCommand *command, char **argv);

const CliCommand cli_validate = {
  .name = "validate",
  .summary = N_ ("Check what an NPU makes of a model, target by target"),
  .details = N_ ("Speech is encoded on the NPU and on the reference device, and compared; all times are measured, or modelled "
                 "where the NPU\n"
                 "is emulated. The targets are printed, and a report with all tables is written as Markdown and as JSON.\n\n"
                 "Exit status: 0 all targets were reached, 1 one was not or something failed, 2 wrong usage."),
  .run = run,
};

#define MAX_RUNS 1000

typedef struct
{
  char *model, *device, *report, *recording, *clips;
  int runs;
} Settings;

static void
settings_clear (Settings *s)
{
  g_free (s->model);
  g_free (s->device);
  g_free (s->report);
  g_free (s->recording);
  g_free (s->clips);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Settings, settings_clear)

static char **
parse (const CliCommand *command, char **argv, Settings *s)
{
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &s->model, N_ ("Model to use: a name from “models list”, or a file"),
      N_ ("MODEL") },
    { "device", 'd', 0, G_OPTION_ARG_FILENAME, &s->device, N_ ("The NPU to check: emulator or npu"), N_ ("DEVICE") },
    { "report", 'r', 0, G_OPTION_ARG_FILENAME, &s->report, N_ ("Report to write: PATH.md and PATH.json"), N_ ("PATH") },
    { "recording", 0, 0, G_OPTION_ARG_FILENAME, &s->recording, N_ ("Speech to compare layer by layer; tones unless told"),
      N_ ("FILE") },
    { "clips", 0, 0, G_OPTION_ARG_FILENAME, &s->clips, N_ ("Folder of .wav files whose transcripts are compared"), N_ ("PATH") },
    { "runs", 0, 0, G_OPTION_ARG_INT, &s->runs, N_ ("Take the median of N runs; 5 unless told"), "N" },
    { NULL },
  };

  return cli_parse (command, entries, argv);
}

static gboolean
check (const Settings *s)
{
  if (s->device && strcmp (s->device, "emulator") != 0 && strcmp (s->device, "npu") != 0)
    {
      cli_complain (_ ("The NPUs that can be checked are “emulator” and “npu”, not “%s”."), s->device);
      return FALSE;
    }
  if (s->report == NULL)
    {
      cli_complain (_ ("Tell with --report where the report is to be written."));
      return FALSE;
    }
  return cli_check_range ("runs", s->runs, 1, MAX_RUNS);
}

static CliStatus
run (const CliCommand *command, char **argv)
{
  g_auto (Settings) s = { .runs = 5 };
  g_auto (GStrv) nothing = parse (command, argv, &s);
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_autoptr (ScribeReport) report = NULL;
  ScribeTrialOptions options;
  gboolean passed = FALSE;

  if (nothing == NULL || !check (&s))
    return CLI_USAGE;
  path = scribe_catalogue_find (s.model, &error);
  options = (ScribeTrialOptions){
    .model = path, .device = s.device, .recording = s.recording, .clips = s.clips, .n_runs = (guint) s.runs
  };
  if (path)
    report = cli_trial_validate (&options, &passed, &error);
  if (report == NULL || !scribe_report_write (report, s.report, &error))
    return cli_fail (error);
  g_print ("%s\n", report->title);
  cli_trial_print_table (g_ptr_array_index (report->tables, 0));
  return passed ? CLI_DONE : CLI_FAILED;
}
