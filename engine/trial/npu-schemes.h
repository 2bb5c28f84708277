/* npu-schemes.h - what number formats do to the encoder: its output with every linear layer's product in a scheme, against floats
 *
 * Only the products of linear layers are in the scheme (npu-scheme.h). Convolutions, layer norm, attention and GELU are computed by a device that has
 * floats, and bias, GELU and residual are added in floats: the rows tell schemes apart, they are not what the array computes. That is measured by running
 * it.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "trial/npu-compare.h"
#include "trial/npu-scheme.h"
#include "model/model.h"

G_BEGIN_DECLS

/* The encoder over "samples" [320 n_ctx + 240] for each scheme; calibration: other samples, as many. device: one with floats, "cpu" or "reference". */
gboolean scribe_npu_schemes_run (ScribeModel *model,
                                 const char *device,
                                 const float *samples,
                                 const float *calibration,
                                 guint n_ctx,
                                 ScribeDifference errors[SCRIBE_NPU_N_SCHEMES],
                                 GError **error);

G_END_DECLS
