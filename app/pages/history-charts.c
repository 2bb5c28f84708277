/* history-charts.c - how fast past runs were, a chart a measure, a line for each model on each device
 *
 * Dictation has lines of its own: an utterance of four seconds costs nearly what thirty do, and a day of dictation would look as if the
 * program had become slow.
 *
 * What only an NPU has, its power, has a chart only where one ran. It tells nothing of an emulated one, which has no model of it.
 *
 * An NPU is as fast as its driver, its firmware and our design for it: where one of them changed, a line says so, beside those that say where it got slower.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/history-charts.h"

#include "pages/measures.h"
#include "pages/regression.h"
#include "widgets/line-chart.h"

#include <glib/gi18n.h>

#define MAX_CHANGES 3 /* of versions, of a line: the last ones */
#define MAX_LINES   6 /* as many as can be told apart: those used last */
#define CARD_MARGIN 12
#define LEAST_WIDTH 320

struct _TilescribeHistoryCharts
{
  AdwBin parent;

  TilescribeLineChart *charts[TILESCRIBE_N_MEASURES];
  GtkWidget *cards[TILESCRIBE_N_MEASURES]; /* around them */
};

G_DEFINE_FINAL_TYPE (TilescribeHistoryCharts, tilescribe_history_charts, ADW_TYPE_BIN)

/* The runs of one line, newest first. */
typedef struct
{
  char *name;
  GPtrArray *runs; /* of ScribeRun, not owned */
} Line;

static void
line_free (Line *line)
{
  g_free (line->name);
  g_ptr_array_unref (line->runs);
  g_free (line);
}

static char *
line_name (const ScribeRunStats *run)
{
  const char *model = run->model != NULL ? run->model : _ ("unknown model");
  const char *device = run->device != NULL ? run->device : _ ("unknown device");

  return tilescribe_run_is_utterance (run) ? g_strdup_printf (_ ("%s, %s, dictated"), model, device)
                                           : g_strdup_printf (_ ("%s, %s"), model, device);
}

static Line *
find_line (GPtrArray *lines, const ScribeRunStats *run)
{
  g_autofree char *name = line_name (run);
  Line *line;

  for (guint i = 0; i < lines->len; i++)
    if (strcmp (((Line *) g_ptr_array_index (lines, i))->name, name) == 0)
      return g_ptr_array_index (lines, i);
  if (lines->len == MAX_LINES)
    return NULL;
  line = g_new0 (Line, 1);
  line->name = g_steal_pointer (&name);
  line->runs = g_ptr_array_new ();
  g_ptr_array_add (lines, line);
  return line;
}

static GPtrArray *
lines_of (GPtrArray *runs)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func ((GDestroyNotify) line_free);

  for (guint i = 0; i < runs->len; i++)
    {
      ScribeRun *run = g_ptr_array_index (runs, i);
      Line *line = find_line (lines, &run->stats);

      if (line != NULL)
        g_ptr_array_add (line->runs, run);
    }
  return lines;
}

/* The i-th run of a line, oldest first. */
static const ScribeRun *
run_at (const Line *line, guint i)
{
  return g_ptr_array_index (line->runs, line->runs->len - 1 - i);
}

static char *
date_of (gint64 time)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (time / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;

  return local != NULL ? g_date_time_format (local, "%-d %b") : g_strdup ("");
}

static gboolean
is_new (const char *before, const char *after)
{
  return before != NULL && after != NULL && strcmp (before, after) != 0;
}

/* What is new in a run, and was known before: "firmware 1.0.20.434"; NULL: nothing. */
static char *
changes_between (const ScribeRunStats *before, const ScribeRunStats *after)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func (g_free);

  if (is_new (before->driver, after->driver))
    g_ptr_array_add (changes, g_strdup_printf (_ ("driver %s"), after->driver));
  if (is_new (before->firmware, after->firmware))
    g_ptr_array_add (changes, g_strdup_printf (_ ("firmware %s"), after->firmware));
  if (is_new (before->overlay, after->overlay))
    g_ptr_array_add (changes, g_strdup_printf (_ ("design %.8s"), after->overlay));
  if (changes->len == 0)
    return NULL;
  g_ptr_array_add (changes, NULL);
  return g_strjoinv (", ", (char **) changes->pdata);
}

static void
add_versions (TilescribeLineChart *chart, const Line *line)
{
  guint n = 0;

  for (guint i = line->runs->len; i > 1 && n < MAX_CHANGES; i--)
    {
      const ScribeRun *run = run_at (line, i - 1);
      g_autofree char *changes = changes_between (&run_at (line, i - 2)->stats, &run->stats);
      g_autofree char *date = changes ? date_of (run->ended) : NULL;
      g_autofree char *label = changes ? g_strdup_printf (_ ("%s: %s since %s"), line->name, changes, date) : NULL;

      if (label == NULL)
        continue;
      tilescribe_line_chart_add_mark (chart, run->ended, label, FALSE);
      n++;
    }
}

static void
add_slower (TilescribeLineChart *chart, const Line *line, const double *values)
{
  g_autoptr (GArray) slower = tilescribe_regression_find (values, line->runs->len);

  for (guint i = 0; i < slower->len; i++)
    {
      gint64 time = run_at (line, g_array_index (slower, guint, i))->ended;
      g_autofree char *date = date_of (time);
      g_autofree char *label = g_strdup_printf (_ ("%s: slower since %s"), line->name, date);

      tilescribe_line_chart_add_mark (chart, time, label, TRUE);
    }
}

static void
add_line (TilescribeLineChart *chart, TilescribeMeasure measure, const Line *line)
{
  const gboolean is_modelled = tilescribe_measure_is_modelled (measure, &run_at (line, line->runs->len - 1)->stats);
  g_autofree char *name = is_modelled ? g_strdup_printf (_ ("%s, modelled"), line->name) : g_strdup (line->name);
  guint series = tilescribe_line_chart_add_series (chart, name);
  g_autofree double *values = g_new (double, line->runs->len);

  for (guint i = 0; i < line->runs->len; i++)
    {
      values[i] = tilescribe_measure_of (measure, &run_at (line, i)->stats);
      tilescribe_line_chart_add_point (chart, series, run_at (line, i)->ended, values[i]);
    }
  if (tilescribe_measure_is_time (measure))
    add_slower (chart, line, values);
  add_versions (chart, line);
}

void
tilescribe_history_charts_show (TilescribeHistoryCharts *self, GPtrArray *runs)
{
  g_autoptr (GPtrArray) lines = lines_of (runs);

  for (guint m = 0; m < TILESCRIBE_N_MEASURES; m++)
    {
      gboolean has_lines = FALSE;

      tilescribe_line_chart_clear (self->charts[m]);
      for (guint i = 0; i < lines->len; i++)
        {
          const Line *line = g_ptr_array_index (lines, i);

          /* the runs of a line are alike */
          if (!tilescribe_measure_applies (m, &run_at (line, 0)->stats))
            continue;
          add_line (self->charts[m], m, line);
          has_lines = TRUE;
        }
      gtk_widget_set_visible (self->cards[m], has_lines || tilescribe_measure_is_time (m));
    }
}

/* A chart under its title. */
static GtkWidget *
card_new (GtkWidget *chart, const char *title)
{
  GtkWidget *card = gtk_box_new (GTK_ORIENTATION_VERTICAL, CARD_MARGIN / 2), *heading = gtk_label_new (title);
  GtkWidget *child = gtk_flow_box_child_new (), *widgets[] = { heading, chart };

  gtk_widget_add_css_class (card, "card");
  gtk_widget_add_css_class (heading, "heading");
  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  gtk_label_set_wrap (GTK_LABEL (heading), TRUE);
  gtk_widget_set_margin_top (heading, CARD_MARGIN);
  gtk_widget_set_margin_bottom (chart, CARD_MARGIN);
  gtk_widget_set_vexpand (chart, TRUE);
  gtk_widget_set_size_request (chart, LEAST_WIDTH - 2 * CARD_MARGIN, -1);
  for (guint i = 0; i < G_N_ELEMENTS (widgets); i++)
    {
      gtk_widget_set_margin_start (widgets[i], CARD_MARGIN);
      gtk_widget_set_margin_end (widgets[i], CARD_MARGIN);
      gtk_box_append (GTK_BOX (card), widgets[i]);
    }
  gtk_flow_box_child_set_child (GTK_FLOW_BOX_CHILD (child), card);
  gtk_widget_set_focusable (child, FALSE); /* the chart is, itself */
  return child;
}

static void
tilescribe_history_charts_class_init (TilescribeHistoryChartsClass *klass)
{
}

static void
tilescribe_history_charts_init (TilescribeHistoryCharts *self)
{
  GtkWidget *flow = gtk_flow_box_new ();

  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (flow), GTK_SELECTION_NONE);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (flow), TRUE);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (flow), 2);
  gtk_flow_box_set_row_spacing (GTK_FLOW_BOX (flow), CARD_MARGIN);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (flow), CARD_MARGIN);
  for (guint m = 0; m < TILESCRIBE_N_MEASURES; m++)
    {
      GtkWidget *chart = tilescribe_line_chart_new (tilescribe_measure_title (m), tilescribe_measure_unit (m));

      self->charts[m] = TILESCRIBE_LINE_CHART (chart);
      self->cards[m] = card_new (chart, tilescribe_measure_title (m));
      gtk_flow_box_append (GTK_FLOW_BOX (flow), self->cards[m]);
    }
  adw_bin_set_child (ADW_BIN (self), flow);
}
