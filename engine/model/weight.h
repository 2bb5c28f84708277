/* weight.h - one tensor of a model file, as it lies there
 *
 * A matrix [n_rows, n_cols], row-major, in one of the formats of ggml; vectors are matrices of one column or one row. The
 * bytes stay in the mapped file, at any alignment: they are read through the functions here, or by a device's own.
 * Source of the block layouts: ggml, ggml-common.h (block_q8_0, block_q5_0, block_q5_1).
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The numbers are those of the file format. */
typedef enum
{
  SCRIBE_WEIGHT_F32 = 0,
  SCRIBE_WEIGHT_F16 = 1,
  SCRIBE_WEIGHT_Q5_0 = 6, /* 32 values of 5 bits and a f16 scale */
  SCRIBE_WEIGHT_Q5_1 = 7, /* the same and a f16 minimum */
  SCRIBE_WEIGHT_Q8_0 = 8  /* 32 int8 and a f16 scale */
} ScribeWeightType;

#define SCRIBE_WEIGHT_BLOCK 32 /* values of a quantised block */

typedef struct
{
  const char *name; /* as in the file */
  ScribeWeightType type;
  guint n_rows, n_cols;
  const guint8 *data;
} ScribeWeight;

/* FALSE for a type that is not among the above. */
gboolean scribe_weight_type_is_known (guint32 type);
const char *scribe_weight_type_name (ScribeWeightType type);

/* Bytes of n_cols values; n_cols must be a multiple of the block for quantised types. */
gsize scribe_weight_row_bytes (ScribeWeightType type, gsize n_cols);

/* Values of one row as floats to out [n_cols]. Plain C: the definition that every faster reader is tested against. */
void scribe_weight_row (const ScribeWeight *weight, guint row, float *out);

/* One value of a half-precision float (IEEE 754 binary16). */
float scribe_half_to_float (guint16 half);

G_END_DECLS
