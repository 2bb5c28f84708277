/* npu-calibration.h - how large activations get, found on recordings, for products of 8-bit integers
 *
 * An integer of an activation stands for a multiple of a scale that has to be known before the activation is: so recordings are encoded in floats,
 * and what is seen of each tensor that could be integers is written down. Those are what layer norm and GELU write for products alone.
 *
 *   ~/.cache/tilescribe/npu/<identity>.ranges:  a GVariant of type (uta(sddad)), little-endian, in normal form:
 *     version, identity, and for each tensor the name of the op that writes it, least, most, and the largest magnitude of each channel
 *
 * The identity is a hash of the weights of the graph. A file that is not exactly what it should be is as good as none.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "graph/graph.h"

G_BEGIN_DECLS

/* What was seen of a tensor */
typedef struct
{
  const char *name; /* of the op that writes it; owned by the graph */
  guint n_cols;
  float least, most;
  float *largest; /* [n_cols] */
} ScribeNpuRanges;

typedef struct
{
  guint64 identity;
  GArray *ranges; /* of ScribeNpuRanges, in the order of the ops */
} ScribeNpuCalibration;

/* Whether what this op writes could be integers: it is read by products of the graph's positions, and by nothing else. */
gboolean scribe_npu_can_be_integers (const ScribeGraph *graph, const ScribeOp *op);

/* Nothing seen yet of any tensor of the graph, which outlives it. */
ScribeNpuCalibration *scribe_npu_calibration_new (const ScribeGraph *graph);
void scribe_npu_calibration_free (ScribeNpuCalibration *calibration);

/* What the op writes; NULL: it cannot be integers. */
ScribeNpuRanges *scribe_npu_calibration_find (const ScribeNpuCalibration *calibration, const char *name);

/* x: [n_rows, n_cols] */
void scribe_npu_ranges_add (ScribeNpuRanges *ranges, const float *x, guint n_rows);

/* Written beside its place and renamed. path (may be NULL): where it is, freed by the caller. Fails with SCRIBE_ERROR_DEVICE. */
gboolean scribe_npu_calibration_save (const ScribeNpuCalibration *calibration, char **path, GError **error);

/* NULL: there is none for this graph, or it is damaged; the error says what to do. */
ScribeNpuCalibration *scribe_npu_calibration_load (const ScribeGraph *graph, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeNpuCalibration, scribe_npu_calibration_free)

G_END_DECLS
