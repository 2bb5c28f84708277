/* resident.h - an emulated array with the resident design in it
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "emulator/emulator.h"
#include "overlay/overlay.h"

G_BEGIN_DECLS

/* Configured, and in every core this program, which waits for a run. costs: see npu_emulator_new(). NULL with error set where the emulator refuses the design. */
NpuEmulator *
npu_emulator_new_resident (const NpuOverlay *overlay, const NpuCosts *costs, void (*program) (TileCore *core), GError **error);

G_END_DECLS
