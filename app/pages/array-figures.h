/* array-figures.h - what the NPU's time goes to, and how busy its columns are
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tilescribe.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_ARRAY_FIGURES (tilescribe_array_figures_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeArrayFigures, tilescribe_array_figures, TILESCRIBE, ARRAY_FIGURES, AdwBin)

/* "npu", "emulator", or what is no array, and then nothing is seen; NULL: not known. */
void tilescribe_array_figures_set_device (TilescribeArrayFigures *figures, const char *device);

/* What past runs on this device tell. runs: of ScribeRun, newest first. */
void tilescribe_array_figures_show_runs (TilescribeArrayFigures *figures, GPtrArray *runs);

/* What the run of the last utterance took. */
void tilescribe_array_figures_show_times (TilescribeArrayFigures *figures, const ScribeArrayTimes *times);

/* Whether there is a real NPU that can say more. */
gboolean tilescribe_array_figures_wants_telemetry (TilescribeArrayFigures *figures);

/* What a real NPU says that it is doing: to be called every few seconds while the figures are seen. Read during the call. */
void tilescribe_array_figures_show_telemetry (TilescribeArrayFigures *figures, const ScribeNpuTelemetry *telemetry);

/* It was asked, and has not answered yet. */
void tilescribe_array_figures_show_silence (TilescribeArrayFigures *figures);

G_END_DECLS
