/* progress.c - a bar on the last line of standard error
 *
 * The line is drawn as one write and cut to the width of the terminal, so it never wraps; hiding it erases that line. Time left is
 * what the speed since the first update promises.
 *
 * SPDX-License-Identifier: MIT
 */
#include "progress.h"

#include "terminal.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#define ERASE_LINE "\r\033[K"
#define BAR_WIDTH  24
#define MIN_TIME   1.5    /* seconds of work before a guess of what is left */
#define MIN_PAUSE  100000 /* microseconds from one drawing to the next */

struct _CliProgress
{
  char *label;
  CliAmount amount;
  gboolean silent, shown;
  gint64 start; /* of the work, microseconds */
  double first; /* done at its first update */
  double done, total;
  gint64 drawn; /* when it was drawn last */
};

CliProgress *
cli_progress_new (const char *label, CliAmount amount, gboolean silent)
{
  CliProgress *progress = g_new0 (CliProgress, 1);

  progress->label = g_strdup (label);
  progress->amount = amount;
  progress->silent = silent || !cli_is_terminal (STDERR_FILENO);
  return progress;
}

void
cli_progress_free (CliProgress *progress)
{
  cli_progress_hide (progress);
  g_free (progress->label);
  g_free (progress);
}

static char *
bar (double fraction)
{
  gboolean utf8 = g_get_charset (NULL);
  GString *text = g_string_new (NULL);
  int full = (int) lround (fraction * BAR_WIDTH);

  for (int i = 0; i < BAR_WIDTH; i++)
    g_string_append (text, i < full ? (utf8 ? "━" : "#") : (utf8 ? "─" : "-"));
  return g_string_free (text, FALSE);
}

/* "12:01 of 28:00, 3:10 left" */
static char *
amounts (const CliProgress *progress)
{
  double elapsed = (double) (g_get_monotonic_time () - progress->start) * 1e-6;
  g_autofree char *done = progress->amount (progress->done);
  g_autofree char *total = NULL, *left = NULL;

  if (progress->total <= 0)
    return g_steal_pointer (&done);
  total = progress->amount (progress->total);
  if (elapsed < MIN_TIME || progress->done <= progress->first)
    /* Translators: "12:01 of 28:00" */
    return g_strdup_printf (_ ("%s of %s"), done, total);
  left = cli_clock (elapsed * MAX (progress->total - progress->done, 0) / (progress->done - progress->first));
  /* Translators: "12:01 of 28:00, 3:10 left" */
  return g_strdup_printf (_ ("%s of %s, %s left"), done, total, left);
}

static char *
line (const CliProgress *progress)
{
  g_autofree char *tail = amounts (progress), *right = NULL, *label = NULL, *whole = NULL;
  guint width = cli_terminal_width (STDERR_FILENO) - 1;

  if (progress->total > 0)
    {
      double fraction = CLAMP (progress->done / progress->total, 0, 1);
      g_autofree char *drawn = bar (fraction);

      right = g_strdup_printf ("%s  %3d %%  %s", drawn, (int) (fraction * 100), tail);
    }
  else
    right = g_steal_pointer (&tail);
  label = cli_fit (progress->label, (guint) MAX ((int) width - (int) cli_columns (right) - 2, 8));
  whole = g_strdup_printf ("%s  %s", label, right);
  return cli_fit (whole, width);
}

static void
draw (CliProgress *progress)
{
  g_autofree char *text = line (progress);

  fprintf (stderr, ERASE_LINE "%s", text);
  fflush (stderr);
  progress->shown = TRUE;
  progress->drawn = g_get_monotonic_time ();
}

void
cli_progress_update (CliProgress *progress, double done, double total)
{
  if (progress->silent)
    return;
  if (progress->start == 0)
    {
      progress->start = g_get_monotonic_time ();
      progress->first = done;
    }
  progress->done = done;
  progress->total = total;
  if (!progress->shown || g_get_monotonic_time () - progress->drawn >= MIN_PAUSE)
    draw (progress);
}

void
cli_progress_hide (CliProgress *progress)
{
  if (!progress->shown)
    return;
  fputs (ERASE_LINE, stderr);
  fflush (stderr);
  progress->shown = FALSE;
}

void
cli_progress_show (CliProgress *progress)
{
  if (!progress->silent && progress->start != 0)
    draw (progress);
}
