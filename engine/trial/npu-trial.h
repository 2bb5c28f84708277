/* npu-trial.h - what an NPU would make of a model: figures, and whether they are what they should be
 *
 * There is no NPU in it: programs and instruction streams run on an emulator, bit for bit, and its clock is a model (docs/npu.md). What
 * a table calls modelled is that clock's; host and quantise are processor times of this machine.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "trial/report.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  const char *model;     /* path of a ggml model file */
  const char *recording; /* for errors by layer; NULL: made-up tones */
  const char *clips;     /* folder of .wav files whose transcripts are compared; NULL: none are */
  void (*progress) (double done, double total, gpointer data);
  gpointer data;
} ScribeTrialOptions;

/* Latencies, where they come from, and how they change with the number of tiles. Minutes, for a model of base's size. */
ScribeReport *scribe_npu_bench (const ScribeTrialOptions *options, GCancellable *cancellable, GError **error);

/* The same, errors against the reference device, and before all of them each target: was it reached? passed: all of them were. */
ScribeReport *
scribe_npu_validate (const ScribeTrialOptions *options, gboolean *passed, GCancellable *cancellable, GError **error);

G_END_DECLS
