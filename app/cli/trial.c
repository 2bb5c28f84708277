/* trial.c - trials of an NPU and of devices side by side, and their tables on a terminal
 *
 * SPDX-License-Identifier: MIT
 */
#include "trial.h"

#include "interrupt.h"
#include "progress.h"
#include "terminal.h"

#include <glib/gi18n.h>

static char *
part (double amount)
{
  return g_strdup_printf ("%.0f", amount);
}

static void
show_progress (double done, double total, gpointer bar)
{
  cli_progress_update (bar, done, total);
}

ScribeReport *
cli_trial_validate (ScribeTrialOptions *options, gboolean *passed, GError **error)
{
  const gboolean is_real = g_strcmp0 (options->device, "npu") == 0;
  g_autoptr (CliInterrupt) interrupt = cli_interrupt_new ();
  g_autoptr (CliProgress) bar = cli_progress_new (is_real ? _ ("the NPU") : _ ("the emulated NPU"), part, FALSE);
  GCancellable *cancellable = cli_interrupt_get_cancellable (interrupt);

  options->progress = show_progress;
  options->data = bar;
  if (passed)
    return scribe_npu_validate (options, passed, cancellable, error);
  return scribe_npu_bench (options, cancellable, error);
}

ScribeReport *
cli_trial_bench (ScribeTrialOptions *options, GError **error)
{
  return cli_trial_validate (options, NULL, error);
}

ScribeReport *
cli_trial_compare (ScribeCompareOptions *options, GError **error)
{
  g_autoptr (CliInterrupt) interrupt = cli_interrupt_new ();
  g_autoptr (CliProgress) bar = cli_progress_new (_ ("the devices"), part, FALSE);

  options->progress = show_progress;
  options->data = bar;
  return scribe_compare_devices (options, cli_interrupt_get_cancellable (interrupt), error);
}

void
cli_trial_print_table (const ScribeTable *table)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  g_autoptr (GString) align = g_string_new (NULL);
  char **row = g_new0 (char *, table->n_columns + 1);

  for (guint i = 0; i < table->n_columns; i++)
    {
      row[i] = g_strdup (scribe_table_show_title (table, i));
      g_string_append_c (align, table->columns[i].scale > 0 ? 'r' : 'l');
    }
  g_ptr_array_add (rows, row);
  for (guint r = 0; r < scribe_table_n_rows (table); r++)
    {
      row = g_new0 (char *, table->n_columns + 1);
      for (guint i = 0; i < table->n_columns; i++)
        row[i] = scribe_table_show (table, r, i);
      g_ptr_array_add (rows, row);
    }
  g_print ("\n%s\n", table->title);
  if (table->note)
    g_print ("%s\n", table->note);
  cli_print_table (rows, align->str);
}

void
cli_trial_print (const ScribeReport *report)
{
  g_print ("%s\n", report->title);
  for (guint i = 0; i < report->tables->len; i++)
    cli_trial_print_table (g_ptr_array_index (report->tables, i));
}

void
cli_trial_print_json (const ScribeReport *report)
{
  g_autofree char *json = scribe_report_to_json (report);

  g_print ("%s", json);
}
