/* npu.h - AMD's NPU, as the kernel shows it
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *address;     /* on the PCI bus: "0000:c5:00.1" */
  const char *name;  /* "AMD XDNA 2 NPU" */
  char *driver;      /* bound to it; NULL: none */
  char *node;        /* "/dev/accel/accel0"; NULL: none */
  gboolean may_open; /* this user may read and write the node */
} CliNpu;

/* Looks for one below root, which is "" for this machine. FALSE where there is none. */
gboolean cli_npu_find (const char *root, CliNpu *npu);
void cli_npu_clear (CliNpu *npu);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CliNpu, cli_npu_clear)

G_END_DECLS
