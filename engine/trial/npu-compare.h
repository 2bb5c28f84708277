/* npu-compare.h - an NPU, or any device, against the reference device
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "trial/npu-bench.h"
#include "trial/npu-scheme.h"

G_BEGIN_DECLS

typedef struct
{
  double mse, mae, largest, relative; /* relative: of the L2 norm */
} ScribeDifference;

typedef struct
{
  const char *name; /* of the tensor: "mel", "encoder.3.mlp.2", "encoder" */
  ScribeDifference modes[SCRIBE_N_MODES];
} ScribeLayerError;

/* Each layer of the encoder over a recording; rows: of ScribeLayerError. n_unequal: bytes in which a second run of the fast mode differs. */
GArray *scribe_npu_compare_layers (ScribeModel *model,
                                   const ScribeTrialOptions *options,
                                   guint *n_unequal,
                                   GCancellable *cancellable,
                                   GError **error);

/* The encoder's output [n] over made-up tones, for g_free(). */
float *
scribe_compare_hear (ScribeModel *model, const char *device, gboolean fast, gsize *n, GCancellable *cancellable, GError **error);

/* The encoder's output over the recording with every linear layer's product in a number format, against floats; calibrated on the recording itself. */
gboolean scribe_npu_compare_formats (ScribeModel *model,
                                     const ScribeTrialOptions *options,
                                     ScribeDifference errors[SCRIBE_NPU_N_SCHEMES],
                                     GCancellable *cancellable,
                                     GError **error);

typedef struct
{
  guint n, n_equal[SCRIBE_N_MODES]; /* transcripts */
} ScribeClips;

/* Greedy transcripts of all .wav files in the folder. */
gboolean
scribe_npu_compare_clips (const ScribeTrialOptions *options, ScribeClips *clips, GCancellable *cancellable, GError **error);

/* found [n] against expected [n] */
ScribeDifference scribe_difference (const float *found, const float *expected, gsize n);

G_END_DECLS
