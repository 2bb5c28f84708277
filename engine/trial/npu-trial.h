/* npu-trial.h - what an NPU makes of a model, or would: figures, and whether they are what they should be
 *
 * On the emulator programs and instruction streams run bit for bit, and its clock is a model (docs/npu.md). What a table calls modelled is
 * that clock's; host and quantise are processor times of this machine. On a real NPU everything is measured, and what cannot be is left
 * out or named as not run.
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
  const char *device;    /* "emulator", which NULL is too, or "npu" */
  const char *recording; /* for errors by layer; NULL: made-up tones */
  const char *clips;     /* folder of .wav files whose transcripts are compared; NULL: none are */
  guint n_runs;          /* of which a measured time is the median; 0: some */
  void (*progress) (double done, double total, gpointer data);
  gpointer data;
} ScribeTrialOptions;

/* Latencies, where they come from, and how they change with the number of tiles. Minutes, for a model of base's size. */
ScribeReport *scribe_npu_bench (const ScribeTrialOptions *options, GCancellable *cancellable, GError **error);

/* The same, errors against the reference device, and before all of them each target: was it reached? passed: all of them were. */
ScribeReport *
scribe_npu_validate (const ScribeTrialOptions *options, gboolean *passed, GCancellable *cancellable, GError **error);

typedef struct
{
  const char *model;          /* path of a ggml model file */
  const char *const *devices; /* "cpu", "npu", "emulator", "reference"; NULL-terminated */
  gboolean fast;
  guint n_threads, n_runs; /* 0: as many as make sense */
  void (*progress) (double done, double total, gpointer data);
  gpointer data;
} ScribeCompareOptions;

/* Devices side by side: a column each, measured or modelled. One that cannot be used is told, with its reason, and the others go on; fails
 * where none can, and with SCRIBE_ERROR_OPTION where the list has what is no device, or one twice. */
ScribeReport *scribe_compare_devices (const ScribeCompareOptions *options, GCancellable *cancellable, GError **error);

G_END_DECLS
