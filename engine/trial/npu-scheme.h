/* npu-scheme.h - a linear layer's product in the number formats that one might give an NPU, by the tiles' own kernels
 *
 *   scheme          activations                              weights
 *   INT8            int8, one scale, of the largest value    int8, one scale
 *   CALIBRATED      int8, one scale, from other recordings   int8, a scale for each output
 *   ASYMMETRIC      int8, one scale and zero, likewise       int8, a scale for each output
 *   GROUPS          int8, a scale for each row               int8, a scale for each output and 32 inputs
 *   W8A16           int16, a scale for each row              int8, a scale for each output
 *   W16A16          int16, a scale for each row              int16, a scale for each output
 *   BFP16           blocks of 8 with an exponent             the same         (fast mode)
 *   BFP16_PAIRS     two such blocks                          two such blocks  (accurate mode)
 *
 * Products are summed as the kernels sum them: exactly with integers, as long as a sum fits 32 bits; sums of 512 products of int16 are then added
 * up as floats. A weight of 16 bits is two of 8, and two products.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model/weight.h"

G_BEGIN_DECLS

typedef enum
{
  SCRIBE_NPU_SCHEME_INT8,
  SCRIBE_NPU_SCHEME_CALIBRATED,
  SCRIBE_NPU_SCHEME_ASYMMETRIC,
  SCRIBE_NPU_SCHEME_GROUPS,
  SCRIBE_NPU_SCHEME_W8A16,
  SCRIBE_NPU_SCHEME_W16A16,
  SCRIBE_NPU_SCHEME_BFP16,
  SCRIBE_NPU_SCHEME_BFP16_PAIRS,
  SCRIBE_NPU_N_SCHEMES
} ScribeNpuScheme;

/* What calibration knows of an activation */
typedef struct
{
  float least, most; /* values seen */
  float limit;       /* int8 up to here, and what is larger held there, had the least squared error */
} ScribeNpuRange;

const char *scribe_npu_scheme_name (ScribeNpuScheme scheme);

/* Of n values. */
void scribe_npu_range_init (ScribeNpuRange *range, const float *x, gsize n);

/* y [n_rows, n_out] = x [n_rows, n_in] times the transpose of the weight [n_out, n_in]; n_in is a multiple of 64. */
void scribe_npu_scheme_product (ScribeNpuScheme scheme,
                                const ScribeNpuRange *range,
                                const float *x,
                                guint n_rows,
                                const ScribeWeight *weight,
                                float *y);

G_END_DECLS
