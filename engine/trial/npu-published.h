/* npu-published.h - four products that arXiv 2512.13282 measured on an XDNA2 array, as the emulator's clock predicts them
 *
 * The paper's design (overlay/published.h) with its tiles runs a part of each product, four passes of the array with all of K, computed in truth.
 * Those in the middle, during which the next one is already fetched, are taken as what all others cost:
 *
 *   time = dispatch + these passes + (number of passes - 4) x one of those in the middle
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "emulator/costs.h"
#include "overlay/published.h"

#include <glib.h>

G_BEGIN_DECLS

#define SCRIBE_NPU_N_PUBLISHED 4

typedef struct
{
  const char *name;
  NpuPublishedDesign design;
  guint n_rows, n_in, n_cols; /* of the product: M, K, N */
  double tops;                /* measured and published */
} ScribeNpuPublished;

typedef struct
{
  double tops; /* predicted, of the whole product */
  double seconds;
  double efficiency;     /* of what the cores could do at most */
  double core_share;     /* of the time in which cores compute, the rest being waits */
  double macs_per_cycle; /* of a core while it computes */
  double ddr_share;      /* of the time in which DDR is busy */
} ScribeNpuPrediction;

extern const ScribeNpuPublished scribe_npu_published[SCRIBE_NPU_N_PUBLISHED];

/* The same product of bytes on 4 and on 32 tiles, in larger tiles than the paper's: DDR, which is what holds 32 tiles back, is read less. Measured by
 * nobody. */
extern const ScribeNpuPublished scribe_npu_scaling[2];

/* FALSE: the emulator refused the run, or a value of the product was not what it should be. */
gboolean scribe_npu_published_run (const ScribeNpuPublished *published,
                                   const NpuCosts *costs,
                                   ScribeNpuPrediction *prediction,
                                   GError **error);

G_END_DECLS
