/* npu-telemetry-private.h - whom a meter asks
 *
 *   npu-telemetry.c   the meter: when somebody is asked, and what is remembered
 *   npu-questions.c   the driver, through its ioctls
 *   npu-counters.c    files of the kernel
 *
 * Each fills in its parts of a reading, and the reason of what is not known.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "device/npu/npu-telemetry.h"

G_BEGIN_DECLS

#define NPU_MOST_WATTS 200.0 /* that is believed */

/* Why an answer is missing, by the errno. */
ScribeNpuReason npu_reason_of (int error);

/* The driver behind an open node: its version; and all else that it tells. */
void npu_ask_version (int fd, ScribeNpuTelemetry *now);
void npu_ask (int fd, ScribeNpuTelemetry *now);

/* Temperature, and the power that the driver has no sensor for. device: its folder in sysfs. */
void npu_read_hardware_monitor (const char *device, ScribeNpuTelemetry *now);

/* Nanoseconds that the array has worked for this process. own: a descriptor of the node that is not to be counted. */
guint64 npu_read_work (int own, ScribeNpuTelemetry *now);

G_END_DECLS
