/* sysfs.c - the files in which the system tells of an NPU
 *
 * A tree of real files and links in the folder that TILESCRIBE_NPU_TREE names, laid out as the kernel lays out /sys for a Ryzen AI laptop; a program's paths into these
 * places are led there. The node in /dev is a file too, and looks like a device to whoever asks.
 *
 * SPDX-License-Identifier: MIT
 */
#include "faults.h"
#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DEVICE      "/sys/devices/pci0000:00/0000:00:08.2/0000:c5:00.1"
#define MILLISECOND 1e-3
#define STATUS      DEVICE "/power/runtime_status"
#define FIRMWARE    "/lib/firmware/amdnpu"

static const char *const places[] = { "/sys/bus/pci",   "/sys/devices/pci0000:00", "/sys/class/accel", "/sys/class/hwmon",
                                      "/sys/class/dmi", "/sys/module/amdxdna",     "/dev/accel",       FIRMWARE };

typedef struct
{
  const char *path, *text; /* where a link leads, if the path ends in @ */
  Fault missing[7];        /* what takes it away, until N_FAULTS */
} Entry;

#define ALWAYS \
  {            \
    N_FAULTS   \
  }
#define IF_DEVICE             \
  {                           \
    FAULT_NO_DEVICE, N_FAULTS \
  }
#define IF_LOADED                              \
  {                                            \
    FAULT_NO_DEVICE, FAULT_NO_DRIVER, N_FAULTS \
  }
#define IF_BOUND                                                                               \
  {                                                                                            \
    FAULT_NO_DEVICE, FAULT_NO_DRIVER, FAULT_PROTOCOL, FAULT_NO_FIRMWARE, FAULT_TAKEN, N_FAULTS \
  }
#define IF_SEEN                                                                                               \
  {                                                                                                           \
    FAULT_NO_DEVICE, FAULT_NO_DRIVER, FAULT_PROTOCOL, FAULT_NO_FIRMWARE, FAULT_TAKEN, FAULT_NO_NODE, N_FAULTS \
  }
#define IF_FIRMWARE             \
  {                             \
    FAULT_NO_FIRMWARE, N_FAULTS \
  }

static const Entry entries[] = {
  { "/sys/bus/pci/devices/.here", "", ALWAYS },
  { "/sys/bus/pci/drivers/.here", "", ALWAYS },
  { "/sys/class/accel/.here", "", ALWAYS },
  { "/sys/class/hwmon/.here", "", ALWAYS },
  { "/sys/class/dmi/id/sys_vendor", "Framework\n", ALWAYS },
  { "/sys/class/dmi/id/product_name", "Laptop 13 (AMD Ryzen AI 300 Series)\n", ALWAYS },
  { "/sys/class/dmi/id/bios_version", "03.04\n", ALWAYS },
  { "/sys/class/dmi/id/product_serial", "FRANDACPA1234567\n", ALWAYS },
  { "/sys/bus/pci/devices/0000:c5:00.1@", "../../../devices/pci0000:00/0000:00:08.2/0000:c5:00.1", IF_DEVICE },
  { DEVICE "/vendor", "0x1022\n", IF_DEVICE },
  { DEVICE "/device", "0x17f0\n", IF_DEVICE },
  { DEVICE "/class", "0x118000\n", IF_DEVICE },
  { DEVICE "/revision", "0x10\n", IF_DEVICE },
  { DEVICE "/subsystem_vendor", "0x1022\n", IF_DEVICE },
  { DEVICE "/subsystem_device", "0x17f0\n", IF_DEVICE },
  { STATUS, "active\n", IF_DEVICE },
  { DEVICE "/power/control", "auto\n", IF_DEVICE },
  { DEVICE "/resource", "0x0000000000000000 0x0000000000000000 0x0000000000000000\n", IF_DEVICE },
  { DEVICE "/driver@", "../../../../bus/pci/drivers/amdxdna", IF_BOUND },
  { DEVICE "/device_type", "0\n", IF_BOUND },
  { DEVICE "/vbnv", "RyzenAI-npu4\n", IF_BOUND },
  { DEVICE "/fw_version", "1.0.20.434\n", IF_BOUND }, /* as queries.c says */
  { DEVICE "/accel/accel0/dev", "261:0\n", IF_BOUND },
  { DEVICE "/accel/accel0/device@", "../../../0000:c5:00.1", IF_BOUND },
  { DEVICE "/hwmon/hwmon7/name", "amdxdna\n", IF_BOUND },
  { DEVICE "/hwmon/hwmon7/power1_label", "NPU_power\n", IF_BOUND },
  { DEVICE "/hwmon/hwmon7/power1_input", "1250000\n", IF_BOUND },
  { DEVICE "/hwmon/hwmon7/temp1_label", "NPU_temperature\n", IF_BOUND },
  { DEVICE "/hwmon/hwmon7/temp1_input", "47000\n", IF_BOUND },
  { "/sys/bus/pci/drivers/amdxdna/0000:c5:00.1@", "../../../../devices/pci0000:00/0000:00:08.2/0000:c5:00.1", IF_BOUND },
  { "/sys/bus/pci/drivers/amdxdna/module@", "../../../../module/amdxdna", IF_LOADED },
  { "/sys/class/accel/accel0@", "../../devices/pci0000:00/0000:00:08.2/0000:c5:00.1/accel/accel0", IF_BOUND },
  { "/sys/class/hwmon/hwmon7@", "../../devices/pci0000:00/0000:00:08.2/0000:c5:00.1/hwmon/hwmon7", IF_BOUND },
  { "/sys/module/amdxdna/initstate", "live\n", IF_LOADED },
  { FIRMWARE "/17f0_10/npu.sbin.zst", "", IF_FIRMWARE },
  { SYSFS_NODE, "", IF_SEEN }, /* the last: sysfs_has_node() */
};

static char *root;

static gboolean
is_missing (const Entry *entry)
{
  for (guint i = 0; entry->missing[i] != N_FAULTS; i++)
    if (fault_is_set (entry->missing[i]))
      return TRUE;
  return FALSE;
}

/* These go past the wrappers of preload.c, as they have no business with the tree. */
static void
make_folders (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  if (syscall (SYS_mkdir, folder, 0777) == 0 || errno == EEXIST)
    return;
  make_folders (folder);
  syscall (SYS_mkdir, folder, 0777);
}

static void
write_file (const char *path, const char *text)
{
  const int fd = (int) syscall (SYS_open, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

  if (fd < 0 || write (fd, text, strlen (text)) < 0)
    g_error ("The NPU's stand-in cannot write “%s”: %s", path, g_strerror (errno));
  syscall (SYS_close, fd);
}

static void
write_entry (const Entry *entry)
{
  g_autofree char *path = g_strconcat (root, entry->path, NULL);

  make_folders (path);
  if (g_str_has_suffix (path, "@"))
    {
      path[strlen (path) - 1] = '\0';
      syscall (SYS_symlink, entry->text, path);
    }
  else
    write_file (path, entry->text);
}

static void
link_to (const char *place, const char *target)
{
  g_autofree char *path = g_strconcat (root, place, NULL);

  syscall (SYS_symlink, target, path);
}

static void
overwrite (const char *place, const char *text)
{
  g_autofree char *path = g_strconcat (root, place, NULL);

  write_file (path, text);
}

static void
plant (void)
{
  static gsize is_planted;

  if (g_once_init_enter (&is_planted))
    {
      const char *folder = g_getenv ("TILESCRIBE_NPU_TREE");

      if (folder == NULL || !g_path_is_absolute (folder))
        g_error ("The NPU's stand-in needs a folder of its own, in TILESCRIBE_NPU_TREE");
      root = g_strdup (folder);
      for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
        if (!is_missing (&entries[i]))
          write_entry (&entries[i]);
      if (fault_is_set (FAULT_XDNA1))
        overwrite (DEVICE "/device", "0x1502\n");
      if (fault_is_set (FAULT_ASLEEP))
        overwrite (STATUS, "suspended\n");
      if (fault_is_set (FAULT_FIRMWARE))
        overwrite (DEVICE "/fw_version", "1.0.0.434\n");
      if (fault_is_set (FAULT_TAKEN))
        link_to (DEVICE "/driver", "../../../../bus/pci/drivers/vfio-pci");
      g_once_init_leave (&is_planted, 1);
    }
}

static gboolean
is_below (const char *path, const char *place)
{
  const gsize length = strlen (place);

  return strncmp (path, place, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

char *
sysfs_get_path (const char *path)
{
  if (path == NULL || path[0] != '/')
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (is_below (path, places[i]))
      {
        plant ();
        return g_strconcat (root, path, NULL);
      }
  return NULL;
}

const char *
sysfs_get_seen (const char *path)
{
  return root && is_below (path, root) ? path + strlen (root) : path;
}

void
sysfs_write_status (const char *status)
{
  g_autofree char *line = g_strconcat (status, "\n", NULL);

  plant ();
  overwrite (STATUS, line);
}

void
sysfs_write_fdinfo (int fd)
{
  g_autofree char *path = NULL, *text = NULL;

  plant ();
  kernel.busy_seconds += fault_is_set (FAULT_BUSY) ? MILLISECOND : 0;
  path = g_strdup_printf ("%s/fdinfo-%d", root, fd);
  text = g_strdup_printf (
      "pos:\t0\nflags:\t02100002\ndrm-driver:\tamdxdna_accel_driver\ndrm-client-id:\t1\ndrm-pdev:\t0000:c5:00.1\n"
      "drm-engine-amdxdna_accel_driver:\t%" G_GUINT64_FORMAT " ns\n",
      (guint64) (kernel.busy_seconds * 1e9));
  write_file (path, text);
}

gboolean
sysfs_has_node (void)
{
  return !is_missing (&entries[G_N_ELEMENTS (entries) - 1]);
}
