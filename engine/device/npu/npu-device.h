/* npu-device.h - Whisper on the array of an AMD NPU
 *
 * "npu" is the one in this machine, by way of XRT. "emulator" runs the very same streams, and the programs that the hardware would, on the host, and its times are
 * the array's as a model of it tells them.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "device/device.h"

G_BEGIN_DECLS

extern const ScribeDeviceClass scribe_npu_device_class, scribe_emulator_device_class;

/* TRUE where a person may expect an NPU to be used: the machine has one, or a plug-in for it was named by TILESCRIBE_XRT. */
gboolean scribe_npu_is_expected (void);

/* What so many tiles can do at most, in operations a second (2 for a multiply-add): products of blocks of mantissas, one in fast mode and three
 * for a product of pairs. */
double scribe_npu_peak (guint n_tiles, gboolean fast);

/* Bytes a second that the model of the memory lets through. */
double scribe_npu_memory_rate (ScribeCosts costs);

G_END_DECLS
