/* resident.c - see resident.h
 *
 * SPDX-License-Identifier: MIT
 */
#include "emulator/resident.h"

NpuEmulator *
npu_emulator_new_resident (const NpuOverlay *overlay, const NpuCosts *costs, void (*program) (TileCore *core), GError **error)
{
  g_autoptr (GArray) writes = npu_overlay_configuration (overlay);
  g_autoptr (NpuEmulator) emulator = npu_emulator_new (overlay->n_columns, NPU_ROWS, overlay->generation, costs);

  for (guint column = 0; column < overlay->n_columns; column++)
    for (guint row = 0; row < NPU_OVERLAY_ROWS; row++)
      npu_emulator_set_program (emulator, column, NPU_COMPUTE_ROW + row, program);
  if (!npu_emulator_configure (emulator, (const NpuWrite *) (gpointer) writes->data, writes->len, error))
    return NULL;
  return g_steal_pointer (&emulator);
}
