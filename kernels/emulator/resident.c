/* resident.c - see resident.h
 *
 * SPDX-License-Identifier: MIT
 */
#include "emulator/resident.h"

void
npu_resident_init (NpuResident *resident, const NpuOverlay *overlay, void (*program) (TileCore *core))
{
  resident->writes = npu_overlay_configuration (overlay);
  for (guint id = 0; id < TILE_N_PROGRAMS; id++)
    resident->images[id] = (NpuImage){ (const NpuWrite *) (gpointer) resident->writes->data, resident->writes->len, program, id };
}

void
npu_resident_clear (NpuResident *resident)
{
  g_clear_pointer (&resident->writes, g_array_unref);
}
