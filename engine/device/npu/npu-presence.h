/* npu-presence.h - whether this machine has an NPU, as the kernel tells it
 *
 * Read in sysfs, which neither opens nor wakes the device. It is asked before XRT, whose answer to whatever is missing is that there is no device.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  gboolean is_there; /* on the PCI bus */
  char *node;        /* "/dev/accel/accel0", which its driver has made; NULL: the driver is not there */
} ScribeNpuPresence;

/* The first with XDNA2's array, or of a kind that is newer than this program and has the same driver. */
void scribe_npu_presence_init (ScribeNpuPresence *presence);
void scribe_npu_presence_clear (ScribeNpuPresence *presence);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ScribeNpuPresence, scribe_npu_presence_clear)

G_END_DECLS
