/* npu-bench.h - the measurements behind the tables
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "trial/npu-times.h"
#include "trial/npu-trial.h"

G_BEGIN_DECLS

#define SCRIBE_BENCH_PRODUCT 4096 /* rows and columns of its matrices */

typedef enum
{
  SCRIBE_MODE_FAST,
  SCRIBE_MODE_ACCURATE,
  SCRIBE_N_MODES
} ScribeMode;

/* "fast": a key of reports; translated, a title */
const char *scribe_mode_name (ScribeMode mode);

/* Arrays of 1, 2, 4 and 8 columns of four tiles */
#define SCRIBE_N_ARRAYS 4

#define SCRIBE_N_MEASUREMENTS ((SCRIBE_N_MODES + 1) * SCRIBE_N_COSTS + 2 * SCRIBE_N_ARRAYS - 1)

typedef struct
{
  ScribeModel *model;
  ScribeMeasurement all[SCRIBE_N_MEASUREMENTS];
  const ScribeTimes *times[SCRIBE_N_MODES][SCRIBE_N_COSTS]; /* of 32 tiles */
  const ScribeTimes *instant[SCRIBE_N_COSTS];               /* of 32 tiles, fast, were calls and instructions free */
  const ScribeTimes *encoders[SCRIBE_N_ARRAYS];             /* fast, nominal */
  const ScribeTimes *products[SCRIBE_N_ARRAYS];
} ScribeNpuBench;

gboolean
scribe_npu_bench_run (ScribeNpuBench *bench, const ScribeTrialOptions *options, GCancellable *cancellable, GError **error);
void scribe_npu_bench_clear (ScribeNpuBench *bench);
void scribe_npu_bench_tell (const ScribeNpuBench *bench, ScribeReport *report);

/* Of an encoder run, the share by which dispatch, instructions and the host's work make it longer. new_length: the run before was longer or shorter. */
double scribe_npu_bench_overhead (const ScribeNpuBench *bench, ScribeCosts costs, gboolean new_length);

/* Seconds that the encoder, or the product, takes on an array; and would take if nothing but work and memory counted: work of all cores shared out
 * evenly, and weights and activations moved once. */
double scribe_npu_bench_encoder (const ScribeNpuBench *bench, guint array, ScribeSpan span);
double scribe_npu_bench_encoder_bound (const ScribeNpuBench *bench, guint array, ScribeSpan span);
double scribe_npu_bench_product (const ScribeNpuBench *bench, guint array);

/* The product: share of the array's peak. */
double scribe_npu_bench_product_share (const ScribeNpuBench *bench, guint array);

/* Products of matrices of the encoder's window: share of their peak. */
double scribe_npu_bench_share_of_peak (const ScribeNpuBench *bench, ScribeMode mode);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ScribeNpuBench, scribe_npu_bench_clear)

G_END_DECLS
