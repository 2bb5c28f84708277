/* live-figures.c - what the machine does now, as large figures side by side
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/live-figures.h"

#include "pages/measures.h"
#include "pages/percentile.h"
#include "widgets/figure.h"
#include "widgets/ratio-bar.h"

#include <glib/gi18n.h>
#include <math.h>

#define N_UTTERANCES 100 /* whose latencies are looked at */
#define SPACING      12
#define LEAST_WIDTH  140

struct _TilescribeLiveFigures
{
  AdwBin parent;

  TilescribeFigure *figures[TILESCRIBE_N_FIGURES];
  TilescribeRatioBar *rate_bar;
};

G_DEFINE_FINAL_TYPE (TilescribeLiveFigures, tilescribe_live_figures, ADW_TYPE_BIN)

static const struct
{
  const char *caption, *unit, *unknown;
} texts[TILESCRIBE_N_FIGURES] = {
  [TILESCRIBE_FIGURE_RATE] = { N_ ("Real-time factor"), "×", N_ ("not measured yet") },
  [TILESCRIBE_FIGURE_TOKEN] = { N_ ("A token"), N_ ("ms"), N_ ("not measured yet") },
  [TILESCRIBE_FIGURE_LATENCY_P50] = { N_ ("End of speech to text, half of the time within"), N_ ("ms"), N_ ("not measured yet") },
  /* xgettext:no-c-format */
  [TILESCRIBE_FIGURE_LATENCY_P95] = { N_ ("End of speech to text, 95 % of the time within"), N_ ("ms"), N_ ("not measured yet") },
  [TILESCRIBE_FIGURE_QUEUE] = { N_ ("Recordings in the queue"), "", N_ ("not measured yet") },
  [TILESCRIBE_FIGURE_MEMORY] = { N_ ("Memory of the program"), N_ ("MB"), N_ ("not measured on this device") },
  [TILESCRIBE_FIGURE_OVERRUNS] = { N_ ("Gaps in the microphone’s sound (overruns)"), "", N_ ("not measured yet") },
};

void
tilescribe_live_figures_set (TilescribeLiveFigures *self, TilescribeLiveFigure figure, double value)
{
  tilescribe_figure_set_value (self->figures[figure], value);
  if (figure == TILESCRIBE_FIGURE_RATE)
    tilescribe_ratio_bar_set_ratio (self->rate_bar, value);
}

double
tilescribe_live_figures_get (TilescribeLiveFigures *self, TilescribeLiveFigure figure)
{
  return tilescribe_figure_get_value (self->figures[figure]);
}

/* Of the last run that has it: one that failed measured nothing. */
static double
last_of (GPtrArray *runs, TilescribeMeasure measure)
{
  double value = NAN;

  for (guint i = 0; i < runs->len && isnan (value); i++)
    value = tilescribe_measure_of (measure, &((ScribeRun *) g_ptr_array_index (runs, i))->stats);
  return value;
}

void
tilescribe_live_figures_show_runs (TilescribeLiveFigures *self, GPtrArray *runs)
{
  double latencies[N_UTTERANCES];
  guint n = 0;

  for (guint i = 0; i < runs->len && n < N_UTTERANCES; i++)
    {
      const ScribeRun *run = g_ptr_array_index (runs, i);

      if (n == 0 && tilescribe_run_is_utterance (&run->stats))
        tilescribe_live_figures_set (self, TILESCRIBE_FIGURE_OVERRUNS, run->stats.overruns);
      if (tilescribe_run_is_utterance (&run->stats))
        latencies[n++] = tilescribe_measure_of (TILESCRIBE_MEASURE_LATENCY, &run->stats);
    }
  tilescribe_live_figures_set (self, TILESCRIBE_FIGURE_RATE, last_of (runs, TILESCRIBE_MEASURE_RATE));
  tilescribe_live_figures_set (self, TILESCRIBE_FIGURE_TOKEN, last_of (runs, TILESCRIBE_MEASURE_TOKEN));
  tilescribe_live_figures_set (self, TILESCRIBE_FIGURE_LATENCY_P50, tilescribe_percentile (latencies, n, 50));
  tilescribe_live_figures_set (self, TILESCRIBE_FIGURE_LATENCY_P95, tilescribe_percentile (latencies, n, 95));
}

/* A screen reader goes from figure to figure with the arrow keys. */
static void
add_figure (GtkFlowBox *flow, GtkWidget *figure)
{
  GtkWidget *child = gtk_flow_box_child_new ();

  gtk_widget_set_size_request (figure, LEAST_WIDTH, -1);
  gtk_flow_box_child_set_child (GTK_FLOW_BOX_CHILD (child), figure);
  gtk_accessible_update_relation (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_RELATION_LABELLED_BY, figure, NULL, -1);
  gtk_flow_box_append (flow, child);
}

static void
tilescribe_live_figures_class_init (TilescribeLiveFiguresClass *klass)
{
}

static void
tilescribe_live_figures_init (TilescribeLiveFigures *self)
{
  GtkWidget *flow = gtk_flow_box_new (), *bar = tilescribe_ratio_bar_new (_ ("Share of real time"));

  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (flow), GTK_SELECTION_NONE);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (flow), TRUE);
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (flow), 2);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (flow), 4);
  gtk_flow_box_set_row_spacing (GTK_FLOW_BOX (flow), SPACING);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (flow), SPACING);
  for (guint i = 0; i < TILESCRIBE_N_FIGURES; i++)
    {
      GtkWidget *figure = tilescribe_figure_new (_ (texts[i].caption), *texts[i].unit != '\0' ? _ (texts[i].unit) : "",
                                                 _ (texts[i].unknown));

      self->figures[i] = TILESCRIBE_FIGURE (figure);
      add_figure (GTK_FLOW_BOX (flow), figure);
    }
  self->rate_bar = TILESCRIBE_RATIO_BAR (bar);
  gtk_widget_set_margin_start (bar, SPACING);
  gtk_widget_set_margin_end (bar, SPACING);
  gtk_widget_set_margin_bottom (bar, SPACING);
  gtk_box_append (GTK_BOX (self->figures[TILESCRIBE_FIGURE_RATE]), bar);
  adw_bin_set_child (ADW_BIN (self), flow);
}
