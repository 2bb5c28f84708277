/* reference.h - the device that defines right: plain fp32, one thread
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "device/device.h"

G_BEGIN_DECLS

extern const ScribeDeviceClass scribe_reference_device_class;

G_END_DECLS
