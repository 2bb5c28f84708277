/* cpu-device.h - the fast device for every processor
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "device/device.h"

G_BEGIN_DECLS

extern const ScribeDeviceClass scribe_cpu_device_class;

/* Name of the instruction set that its inner loops use here: "avx512". */
const char *scribe_cpu_instruction_set (void);

G_END_DECLS
