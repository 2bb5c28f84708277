/* live-figures.h - what the machine does now, as large figures side by side
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tilescribe.h"

#include <adwaita.h>

G_BEGIN_DECLS

typedef enum
{
  TILESCRIBE_FIGURE_RATE,
  TILESCRIBE_FIGURE_TOKEN,
  TILESCRIBE_FIGURE_LATENCY_P50,
  TILESCRIBE_FIGURE_LATENCY_P95,
  TILESCRIBE_FIGURE_QUEUE,
  TILESCRIBE_FIGURE_MEMORY,
  TILESCRIBE_FIGURE_OVERRUNS,
  TILESCRIBE_N_FIGURES
} TilescribeLiveFigure;

#define TILESCRIBE_TYPE_LIVE_FIGURES (tilescribe_live_figures_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeLiveFigures, tilescribe_live_figures, TILESCRIBE, LIVE_FIGURES, AdwBin)

/* NaN: not measured. */
void tilescribe_live_figures_set (TilescribeLiveFigures *figures, TilescribeLiveFigure figure, double value);
double tilescribe_live_figures_get (TilescribeLiveFigures *figures, TilescribeLiveFigure figure);

/* What past runs tell: the last one, and the latencies of the last hundred utterances. runs: of ScribeRun, newest first. */
void tilescribe_live_figures_show_runs (TilescribeLiveFigures *figures, GPtrArray *runs);

G_END_DECLS
