/* npu-hardware.h - a real NPU, measured
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "trial/npu-bench.h"
#include "trial/series.h"

G_BEGIN_DECLS

typedef struct
{
  ScribeModel *model;
  ScribeSeries modes[SCRIBE_N_MODES];
  ScribeSeries product; /* fast; n == 0: not measured */
} ScribeNpuHardware;

/* with_product: a product of matrices, too, which says most of what the array can do. */
gboolean scribe_npu_hardware_run (ScribeNpuHardware *hardware,
                                  const ScribeTrialOptions *options,
                                  gboolean with_product,
                                  GCancellable *cancellable,
                                  GError **error);
void scribe_npu_hardware_clear (ScribeNpuHardware *hardware);
void scribe_npu_hardware_tell (const ScribeNpuHardware *hardware, ScribeReport *report);

/* Medians: seconds of the audio graph at SCRIBE_SPAN_SHORT; of an utterance; times real time of a long recording; the share of
 * the audio graph's time in which the array was not waited for. */
double scribe_npu_hardware_encoder (const ScribeNpuHardware *hardware, ScribeMode mode);
double scribe_npu_hardware_utterance (const ScribeNpuHardware *hardware, ScribeMode mode);
double scribe_npu_hardware_speed (const ScribeNpuHardware *hardware, ScribeMode mode);
double scribe_npu_hardware_outside (const ScribeNpuHardware *hardware, gboolean new_length);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ScribeNpuHardware, scribe_npu_hardware_clear)

G_END_DECLS
