/* calibrate.c - tilescribe calibrate: recordings, for 8-bit integers on an NPU
 *
 * SPDX-License-Identifier: MIT
 */
#include "cli.h"
#include "interrupt.h"
#include "progress.h"

#include "tilescribe.h"

#include <glib/gi18n.h>

static CliStatus run (const CliCommand *command, char **argv);

const CliCommand cli_calibrate = {
  .name = "calibrate",
  .arguments = N_ ("RECORDING…"),
  .n_min = 1,
  .summary = N_ ("Get a model ready for 8-bit integers on an NPU"),
  .details = N_ (
      "The recordings are encoded on the processor, and how large the values in between get is kept beside the model's\n"
      "copy for the NPU. “tilescribe transcribe --int8” needs that. A few minutes of speech of the kind that is to be\n"
      "transcribed are enough; other recordings later replace what these have shown."),
  .run = run,
};

static char *
seconds (double amount)
{
  return g_strdup_printf (_ ("%.0f s"), amount);
}

static void
show_progress (double done, gpointer bar)
{
  cli_progress_update (bar, done, 0);
}

static CliStatus
run (const CliCommand *command, char **argv)
{
  g_autofree char *model = NULL;
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &model, N_ ("Model to use: a name from “models list”, or a file"), N_ ("MODEL") },
    { NULL },
  };
  g_auto (GStrv) recordings = cli_parse (command, entries, argv);
  g_auto (ScribeCalibration) calibration = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (CliInterrupt) interrupt = NULL;
  g_autoptr (CliProgress) bar = NULL;
  g_autofree char *path = NULL;

  if (recordings == NULL)
    return CLI_USAGE;
  path = scribe_catalogue_find (model, &error);
  if (path == NULL)
    return cli_fail (error);
  interrupt = cli_interrupt_new ();
  bar = cli_progress_new (_ ("recordings"), seconds, FALSE);
  if (!scribe_npu_calibrate (path, (const char *const *) recordings, show_progress, bar, &calibration,
                             cli_interrupt_get_cancellable (interrupt), &error))
    return cli_fail (error);
  cli_progress_hide (bar);
  g_print (_ ("%.1f seconds heard; the ranges of %u tensors are in “%s”.\n"), calibration.seconds, calibration.n_tensors,
           calibration.path);
  return CLI_DONE;
}
