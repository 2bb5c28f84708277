/* history-charts.h - how fast past runs were, a chart a measure, a line for each model on each device
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tilescribe.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_HISTORY_CHARTS (tilescribe_history_charts_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeHistoryCharts, tilescribe_history_charts, TILESCRIBE, HISTORY_CHARTS, AdwBin)

/* runs: of ScribeRun, newest first, as scribe_store_runs() returns them; read during the call. */
void tilescribe_history_charts_show (TilescribeHistoryCharts *charts, GPtrArray *runs);

G_END_DECLS
