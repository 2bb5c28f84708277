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
  gboolean is_there; /* on the PCI bus, with this project's array: XDNA2 */
  const char *name;  /* "AMD XDNA 2 NPU"; also of one with another array. NULL: there is none */
  char *address;     /* on the PCI bus: "0000:c5:00.1" */
  char *folder;      /* where sysfs tells of it */
  char *driver;      /* bound to it; NULL: none */
  char *node;        /* "/dev/accel/accel0", which its driver has made; NULL: it has not */
  int open_error;    /* why this user may not read and write the node, an errno; 0: may */
} ScribeNpuPresence;

/* The first NPU below root, which is "" for this machine: one with this project's array if there is one. */
void scribe_npu_presence_init (ScribeNpuPresence *presence, const char *root);
void scribe_npu_presence_clear (ScribeNpuPresence *presence);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ScribeNpuPresence, scribe_npu_presence_clear)

/* The text of a file of one line, without its end; NULL where it cannot be read. */
char *scribe_npu_read_line (const char *folder, const char *name);

G_END_DECLS
