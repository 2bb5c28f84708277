/* npu-presence.c - the PCI bus and the accelerators that the kernel knows
 *
 * Source of the ids: the table of devices of the kernel's amdxdna driver (drivers/accel/amdxdna/amdxdna_pci_drv.c).
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-presence.h"

#include <gio/gio.h>
#include <string.h>

#define PCI_DEVICES  "/sys/bus/pci/devices"
#define ACCELERATORS "/sys/class/accel"
#define NODES        "/dev/accel"
#define VENDOR       "0x1022" /* AMD */
#define DRIVER       "amdxdna"
#define XDNA1        "0x1502" /* which has the same driver, and another array */

static const char *const devices[] = { "0x17f0", "0x17f1" }; /* of XDNA2 */

/* A file of one line, without its end; "" where it cannot be read. */
static char *
line_of (const char *folder, const char *device, const char *name)
{
  g_autofree char *path = g_build_filename (folder, device, name, NULL);
  char *line = NULL;

  if (!g_file_get_contents (path, &line, NULL, NULL))
    return g_strdup ("");
  return g_strchomp (line);
}

static gboolean
is_npu (const char *device)
{
  g_autofree char *vendor = line_of (PCI_DEVICES, device, "vendor"), *id = line_of (PCI_DEVICES, device, "device");

  if (strcmp (vendor, VENDOR) != 0)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (devices); i++)
    if (strcmp (id, devices[i]) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_driven (const char *accelerator)
{
  g_autofree char *link = g_build_filename (ACCELERATORS, accelerator, "device", "driver", NULL);
  g_autofree char *driver = g_file_read_link (link, NULL);
  g_autofree char *name = driver ? g_path_get_basename (driver) : NULL;
  g_autofree char *id = line_of (ACCELERATORS, accelerator, "device/device");

  return g_strcmp0 (name, DRIVER) == 0 && strcmp (id, XDNA1) != 0;
}

/* The first entry of a folder, by name, of which that is true; NULL: none. */
static char *
find (const char *folder, gboolean (*is_wanted) (const char *name))
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autofree char *found = NULL;
  const char *name;

  while (dir && (name = g_dir_read_name (dir)) != NULL)
    if ((found == NULL || strcmp (name, found) < 0) && is_wanted (name))
      {
        g_free (found);
        found = g_strdup (name);
      }
  return g_steal_pointer (&found);
}

void
scribe_npu_presence_init (ScribeNpuPresence *presence)
{
  g_autofree char *pci = find (PCI_DEVICES, is_npu), *accelerator = find (ACCELERATORS, is_driven);

  presence->is_there = pci || accelerator;
  presence->node = accelerator ? g_build_filename (NODES, accelerator, NULL) : NULL;
}

void
scribe_npu_presence_clear (ScribeNpuPresence *presence)
{
  g_clear_pointer (&presence->node, g_free);
}
