/* npu-format.h - floats to the array's objects and back
 *
 * The formats are those of kernels/tile/layout.h; rounding is to the nearest, ties to even, as the tiles do it.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/control.h"
#include "tile/layout.h"

#include <glib.h>

G_BEGIN_DECLS

#define SCRIBE_NPU_ROW_BYTES 9 /* eight values that share an exponent */

/* Eight values as an exponent and eight mantissas: mantissa x 2^(exponent - 133). */
void scribe_npu_pack_row (const float x[TILE_BLOCK], guint8 out[SCRIBE_NPU_ROW_BYTES]);
void scribe_npu_unpack_row (const guint8 row[SCRIBE_NPU_ROW_BYTES], float x[TILE_BLOCK]);

/* The same in twice as many bytes: what the first eight mantissas leave over goes to the second. */
void scribe_npu_pack_pair (const float x[TILE_BLOCK], guint8 high[SCRIBE_NPU_ROW_BYTES], guint8 low[SCRIBE_NPU_ROW_BYTES]);

/* Columns of an object of this format, and values column .. column + 7 of one of its rows. */
guint scribe_npu_object_cols (TileFormat format);
void scribe_npu_object_get (const guint8 *object, TileFormat format, guint row, guint column, float x[TILE_BLOCK]);
void scribe_npu_object_set (guint8 *object, TileFormat format, guint row, guint column, const float x[TILE_BLOCK]);

G_END_DECLS
