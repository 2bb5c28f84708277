/* npu-device.h - Whisper on the array of an AMD NPU
 *
 * "emulator" runs the very streams and programs that the hardware would, on the host, and its times are the array's as a model of it
 * tells them.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "device/device.h"

G_BEGIN_DECLS

extern const ScribeDeviceClass scribe_emulator_device_class;

/* What so many tiles can do at most, in operations a second (2 for a multiply-add): products of blocks of mantissas, one in fast mode and three
 * for a product of pairs. */
double scribe_npu_peak (guint n_tiles, gboolean fast);

/* Bytes a second that the model of the memory lets through. */
double scribe_npu_memory_rate (ScribeCosts costs);

G_END_DECLS
