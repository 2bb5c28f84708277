/* npu-presence.c - the PCI bus and the accelerators that the kernel knows
 *
 * A PCI device of one of these ids; its "driver" link names the driver, its "accel" folder the node below /dev/accel.
 * Source of the ids: drivers/accel/amdxdna in Linux, pci_ids of amdxdna_pci_drv.c, which has these two; of the names: its npu1_regs.c and
 * npu4_regs.c, and Documentation/accel/amdxdna. AMD's own repository (amd/xdna-driver, August 2026) lists 0x17f1 to 0x17f3 and
 * 0x1b0a to 0x1b0c as well, which it calls AIE4: a later generation, whose array Tilescribe does not know.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-presence.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

#define VENDOR_AMD 0x1022

static const struct
{
  guint64 device;
  const char *name;
  gboolean is_ours; /* has the array that this project knows */
} known[] = {
  { 0x17f0, "AMD XDNA 2 NPU", TRUE }, /* Strix, Strix Halo, Krackan, Gorgon Point: 8 columns */
  { 0x1502, "AMD XDNA NPU", FALSE },  /* Phoenix, Hawk Point */
};

char *
scribe_npu_read_line (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *line = NULL;

  return g_file_get_contents (path, &line, NULL, NULL) ? g_strchomp (line) : NULL;
}

static guint64
read_number (const char *folder, const char *name)
{
  g_autofree char *line = scribe_npu_read_line (folder, name);

  return line ? g_ascii_strtoull (line, NULL, 16) : 0;
}

/* Its place in the table; the table's length for what is not in it. */
static gsize
kind_of (const char *bus, const char *address)
{
  g_autofree char *folder = g_build_filename (bus, address, NULL);
  const guint64 device = read_number (folder, "vendor") == VENDOR_AMD ? read_number (folder, "device") : 0;
  gsize kind = 0;

  while (kind < G_N_ELEMENTS (known) && known[kind].device != device)
    kind++;
  return kind;
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

/* The best by the table's order, of those alike the first by name. */
static char *
find (const char *bus, gsize *best)
{
  g_autoptr (GDir) dir = g_dir_open (bus, 0, NULL);
  g_autofree char *found = NULL;
  const char *address;

  *best = G_N_ELEMENTS (known);
  while (dir && (address = g_dir_read_name (dir)))
    {
      const gsize kind = kind_of (bus, address);

      if (kind > *best || kind == G_N_ELEMENTS (known) || (kind == *best && strcmp (address, found) > 0))
        continue;
      *best = kind;
      g_free (found);
      found = g_strdup (address);
    }
  return g_steal_pointer (&found);
}

void
scribe_npu_presence_init (ScribeNpuPresence *presence, const char *root)
{
  g_autofree char *bus = g_strconcat (root, "/sys/bus/pci/devices", NULL), *node = NULL;
  gsize kind;

  *presence = (ScribeNpuPresence){ .address = find (bus, &kind) };
  if (presence->address == NULL)
    return;
  presence->is_there = known[kind].is_ours;
  presence->name = known[kind].name;
  presence->folder = g_build_filename (bus, presence->address, NULL);
  presence->driver = driver_of (presence->folder);
  presence->node = node_of (presence->folder);
  node = presence->node ? g_strconcat (root, presence->node, NULL) : NULL;
  presence->open_error = node && access (node, R_OK | W_OK) != 0 ? errno : 0;
}

void
scribe_npu_presence_clear (ScribeNpuPresence *presence)
{
  g_clear_pointer (&presence->address, g_free);
  g_clear_pointer (&presence->folder, g_free);
  g_clear_pointer (&presence->driver, g_free);
  g_clear_pointer (&presence->node, g_free);
}
