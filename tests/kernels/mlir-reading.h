/* mlir-reading.h - the overlay's text read back, by somebody who knows nothing of how it was written
 *
 * Takes what mlir-aie 1.4 would take, of the few ops that the overlay needs, and refuses everything else: an op, an attribute or a name it does
 * not know, a name given twice, a port that a switch has not got, buffers that lie on each other, a block that no channel comes to. It demands
 * besides that names say what they name, so that no digit of a text is without a meaning.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "overlay/overlay.h"

G_BEGIN_DECLS

typedef struct
{
  NpuTile tile;
  guint address, words;
} MlirBuffer;

typedef struct
{
  NpuTile tile;
  char *elf_file;
  guint stack_address, stack_size;
} MlirCore;

typedef struct
{
  char *device;
  NpuOverlay tables; /* only its four arrays are set */
  GArray *buffers;   /* of MlirBuffer */
  GArray *cores;     /* of MlirCore */
  guint n_arguments; /* of the runtime sequence */
  gboolean is_tile[NPU_MAX_COLUMNS][NPU_ROWS];
  guint controller_id[NPU_MAX_COLUMNS]; /* of the shims */
} MlirReading;

MlirReading *mlir_read (const char *text, GError **error);
void mlir_reading_free (MlirReading *reading);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MlirReading, mlir_reading_free)

G_END_DECLS
