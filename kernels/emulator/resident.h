/* resident.h - the resident design as images for the emulator, one for each program
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "emulator/emulator.h"
#include "overlay/overlay.h"
#include "tile/programs.h"

G_BEGIN_DECLS

/* The same design in all, with each of the programs in its cores. */
typedef struct
{
  GArray *writes; /* of NpuWrite */
  NpuImage images[TILE_N_PROGRAMS];
} NpuResident;

/* program: that of one of the host's instruction sets, which can be each. To be cleared; stays where it is while an emulator has one of the images. */
void npu_resident_init (NpuResident *resident, const NpuOverlay *overlay, void (*program) (TileCore *core));
void npu_resident_clear (NpuResident *resident);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NpuResident, npu_resident_clear)

G_END_DECLS
