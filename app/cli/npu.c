/* npu.c - AMD's NPU, as the kernel shows it
 *
 * A PCI device of one of these ids; its "driver" link names the driver, its "accel" folder the node below /dev/accel.
 * Source of the ids: drivers/accel/amdxdna in Linux, pci_ids of amdxdna_pci_drv.c, which has these two; of the names: its npu1_regs.c and
 * npu4_regs.c, and Documentation/accel/amdxdna. AMD's own repository (amd/xdna-driver, August 2026) lists 0x17f1 to 0x17f3 and
 * 0x1b0a to 0x1b0c as well, which it calls AIE4: a later generation, whose array Tilescribe does not know.
 *
 * SPDX-License-Identifier: MIT
 */
#include "npu.h"

#include <glib/gi18n.h>
#include <unistd.h>

#define VENDOR_AMD 0x1022

static const struct
{
  guint64 device;
  const char *name;
} known[] = {
  { 0x1502, "AMD XDNA NPU" },   /* Phoenix, Hawk Point */
  { 0x17f0, "AMD XDNA 2 NPU" }, /* Strix, Strix Halo, Krackan, Gorgon Point */
};

/* The number in a file of sysfs, like "0x1022"; 0 where there is none. */
static guint64
read_number (const char *folder, const char *file)
{
  g_autofree char *path = g_build_filename (folder, file, NULL), *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? g_ascii_strtoull (text, NULL, 16) : 0;
}

static const char *
name_of (const char *folder)
{
  guint64 device = read_number (folder, "device");

  for (gsize i = 0; i < G_N_ELEMENTS (known) && read_number (folder, "vendor") == VENDOR_AMD; i++)
    if (known[i].device == device)
      return known[i].name;
  return NULL;
}

static char *
driver_of (const char *folder)
{
  g_autofree char *link = g_build_filename (folder, "driver", NULL), *target = g_file_read_link (link, NULL);

  return target ? g_path_get_basename (target) : NULL;
}

static char *
node_of (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "accel", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    if (g_str_has_prefix (name, "accel"))
      return g_build_filename ("/dev/accel", name, NULL);
  return NULL;
}

gboolean
cli_npu_find (const char *root, CliNpu *npu)
{
  g_autofree char *bus = g_strconcat (root, "/sys/bus/pci/devices", NULL);
  g_autoptr (GDir) dir = g_dir_open (bus, 0, NULL);
  const char *address;

  *npu = (CliNpu){ 0 };
  while (dir && (address = g_dir_read_name (dir)))
    {
      g_autofree char *folder = g_build_filename (bus, address, NULL), *node = NULL;

      npu->name = name_of (folder);
      if (npu->name == NULL)
        continue;
      npu->address = g_strdup (address);
      npu->driver = driver_of (folder);
      npu->node = node_of (folder);
      node = npu->node ? g_strconcat (root, npu->node, NULL) : NULL;
      npu->may_open = node && access (node, R_OK | W_OK) == 0;
      return TRUE;
    }
  return FALSE;
}

void
cli_npu_clear (CliNpu *npu)
{
  g_free (npu->address);
  g_free (npu->driver);
  g_free (npu->node);
}
