/* npu-mel.h - what the array needs of a mel spectrum: samples, transform and filters in its formats
 *
 * Samples are int16, multiplied with a power of two that makes the loudest as large as it can be: what was recorded in 16 bits stays as it was, and
 * a quiet window keeps its lowest bands. The transform is a DFT of 400 points with its Hann window, times 32767 in fixed point with 16 bits behind the
 * point, in 7 tiles of 32 bins and 26 steps of 16 samples; bins from 201 on, and samples from 400 on, are zero. Filters are lists of what is not zero in the model's matrix.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model/weight.h"

#include "tile/control.h"
#include "tile/layout.h"
#include "tile/spectrum.h"

G_BEGIN_DECLS

#define SCRIBE_NPU_BIN_TILE       TILE_SPECTRUM_BINS
#define SCRIBE_NPU_N_BIN_TILES    7
#define SCRIBE_NPU_SPECTRUM_STEPS 13 /* of 32 samples, which take two objects of the transform */
#define SCRIBE_NPU_TRANSFORMS     (2 * SCRIBE_NPU_SPECTRUM_STEPS)

/* Rounds the samples times a power of two, which is returned. */
float scribe_npu_mel_quantise (const float *samples, gsize n, gint16 *out);

/* What the array's sums have to be multiplied with when the samples were multiplied with this: TileControlSpectrum's scale. */
float scribe_npu_mel_power_scale (float factor);

/* Object number i, below SCRIBE_NPU_TRANSFORMS, of a tile's transform: TILE_OBJECT_BYTES. */
void scribe_npu_mel_transform (guint tile, guint i, guint8 *object);

/* The filters of bands first .. first + 31 of [n_mels, 201], as whole objects; n: how many filters. NULL with error set: more than a core holds. */
GByteArray *scribe_npu_mel_filters (const ScribeWeight *weight, guint first, guint *n, GError **error);

G_END_DECLS
