/* npu-check.c - each thing that has to be right for the NPU, and how it is mended
 *
 * XRT answers "no such device" to half of what can be wrong here, so it is asked last. Its version is that in its files' names, libxrt_coreutil.so.2.25.00: its own
 * tools, which would tell, are packages that not everybody has. Its library for NPUs comes in a package of its own and has to be of the very same version, or XRT
 * does not see it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"
#include "device/npu/npu-check.h"

#include "device/device.h"
#include "device/npu/npu-array.h"
#include "device/npu/npu-presence.h"
#include "error.h"

#include <dlfcn.h>
#include <errno.h>
#include <glib/gi18n-lib.h>
#include <link.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define MODULE     "/sys/module/amdxdna"
#define DRIVER     "amdxdna"
#define FIRMWARE   "/lib/firmware/amdnpu"
#define PACKAGE    "libxrt_driver_xdna.so.2"
#define N_ROWS     64 /* of the product that is tried */
#define N_COLS     128
#define KIBIBYTE   1024
#define MOST_WRONG 5e-4 /* what a product of the emulator may differ from one in double precision */

/* Any will do that is not all alike: from -1 to 1 */
#define VALUE(i) (sin (0.37 * (double) (i)))

typedef gboolean (*Check) (const ScribeNpuPresence *presence, char **found, GError **error);

static gboolean G_GNUC_PRINTF (2, 3) fail (GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  if (error)
    *error = g_error_new_valist (SCRIBE_ERROR, SCRIBE_ERROR_DEVICE, format, arguments);
  va_end (arguments);
  return FALSE;
}

/* --- The kernel ----------------------------------------------------------------------------------------------------------- */

static gboolean
check_device (const ScribeNpuPresence *presence, char **found, GError **error)
{
  if (presence->is_there)
    *found = g_strdup_printf ("%s (%s)", presence->name, presence->address);
  else if (presence->name)
    return fail (error, _ ("This machine has an %s, and Tilescribe is for XDNA 2. Choose the device “cpu”."), presence->name);
  else
    return fail (error, _ ("This machine has no XDNA2 NPU. Choose the device “cpu”."));
  return TRUE;
}

/* Whether there is firmware for it, "npu.sbin" or with more to its name, where the kernel looks. folder: that. */
static gboolean
has_firmware (const ScribeNpuPresence *presence, char **folder)
{
  g_autofree char *device = scribe_npu_read_line (presence->folder, "device");
  g_autofree char *revision = scribe_npu_read_line (presence->folder, "revision");
  const guint64 numbers[] = { device ? g_ascii_strtoull (device, NULL, 16) : 0,
                              revision ? g_ascii_strtoull (revision, NULL, 16) : 0 };
  g_autoptr (GDir) dir = NULL;
  const char *name;

  *folder = g_strdup_printf (FIRMWARE "/%04x_%02x", (guint) numbers[0], (guint) numbers[1]);
  dir = g_dir_open (*folder, 0, NULL);
  while (dir && (name = g_dir_read_name (dir)))
    if (g_str_has_prefix (name, "npu"))
      return TRUE;
  return FALSE;
}

static gboolean
check_driver (const ScribeNpuPresence *presence, char **found, GError **error)
{
  g_autofree char *firmware = NULL;

  if (presence->driver && strcmp (presence->driver, DRIVER) != 0)
    return fail (error,
                 _ ("“%s” has taken the NPU, and Tilescribe needs “amdxdna”. Run “echo %s | sudo tee "
                    "/sys/bus/pci/drivers/%s/unbind”, and then “sudo modprobe -r amdxdna; sudo modprobe amdxdna”."),
                 presence->driver, presence->address, presence->driver);
  if (presence->driver && presence->node)
    {
      *found = g_strdup_printf (_ ("Driver: %s"), presence->driver);
      return TRUE;
    }
  if (g_file_test (MODULE, G_FILE_TEST_IS_DIR) && !has_firmware (presence, &firmware))
    return fail (
        error,
        _ ("The driver “amdxdna” is loaded, and there is no firmware for the NPU in “%s”. Run “sudo apt install "
           "firmware-linux” (Debian, of non-free-firmware), “sudo apt install linux-firmware” (Ubuntu) or “sudo pacman -S "
           "linux-firmware”, and start again."),
        firmware);
  if (presence->driver || g_file_test (MODULE, G_FILE_TEST_IS_DIR))
    return fail (
        error, _ ("The driver “amdxdna” is loaded, and has refused the NPU: its firmware is of another version. Bring both up to "
                  "date with “sudo apt full-upgrade” or “sudo pacman -Syu”, and start again; “sudo dmesg | grep amdxdna” "
                  "tells more."));
  return fail (error,
               _ ("This machine has an NPU, and its driver “amdxdna” is not there. Linux has it from 6.14 on: install such a "
                  "kernel (Debian 13: “sudo apt install -t trixie-backports linux-image-amd64”), or run “sudo modprobe "
                  "amdxdna”."));
}

static gboolean
check_permission (const ScribeNpuPresence *presence, char **found, GError **error)
{
  /* the driver makes it */
  if (presence->node == NULL)
    return check_driver (presence, found, error);
  if (presence->open_error == ENOENT)
    return fail (
        error,
        _ ("The NPU is there, and its node “%s” cannot be seen from here, as in a container that does not have it. Start "
           "Tilescribe outside of it, or give it the node (“--device %s”)."),
        presence->node, presence->node);
  if (presence->open_error)
    return fail (error, _ ("You may not open the NPU, “%s”: %s. Run “sudo usermod -aG render $USER”, and log in again."),
                 presence->node, g_strerror (presence->open_error));
  *found = g_strdup_printf (_ ("“%s” can be opened"), presence->node);
  return TRUE;
}

static gboolean
check_memory (const ScribeNpuPresence *presence, char **found, GError **error)
{
  struct rlimit limit;

  if (npu_array_xrt_may_lock ())
    {
      *found = g_strdup (_ ("Enough memory may be locked for the NPU"));
      return TRUE;
    }
  if (getrlimit (RLIMIT_MEMLOCK, &limit) != 0)
    limit.rlim_cur = 0;
  return fail (error,
               _ ("Only %u KiB of memory may be locked, and the NPU needs more. Run “echo '* - memlock unlimited' | sudo tee "
                  "/etc/security/limits.d/90-npu.conf”, and log in again."),
               (guint) (limit.rlim_cur / KIBIBYTE));
}

/* --- AMD's libraries ------------------------------------------------------------------------------------------------------ */

/* "/usr/lib/.../libxrt_coreutil.so.2" as the loader has found it, or NULL. */
static char *
xrt_path (void)
{
  void *xrt = dlopen (NPU_XRT_LIBRARY, RTLD_LAZY | RTLD_LOCAL);
  struct link_map *map = NULL;

  /* it stays: XRT does not like to be unloaded */
  return xrt && dlinfo (xrt, RTLD_DI_LINKMAP, &map) == 0 && map ? g_strdup (map->l_name) : NULL;
}

/* What stands behind ".so." in the name of the file that this one is a link to. */
static char *
version_of (const char *path)
{
  g_autofree char *real = path ? realpath (path, NULL) : NULL;
  const char *at = real ? g_strrstr (real, ".so.") : NULL;

  return at ? g_strdup (at + strlen (".so.")) : NULL;
}

char *
scribe_npu_xrt_version (void)
{
  g_autofree char *path = xrt_path ();

  return version_of (path);
}

char *
scribe_npu_package_version (void)
{
  g_autofree char *path = xrt_path ();
  g_autofree char *folder = path ? g_path_get_dirname (path) : NULL;
  g_autofree char *package = folder ? g_build_filename (folder, PACKAGE, NULL) : NULL;

  return version_of (package);
}

/* Number by number: "2.9" is older than "2.21". */
static gboolean
is_older (const char *version, const char *than)
{
  for (;;)
    {
      char *rest, *rest_than;
      const guint64 a = g_ascii_strtoull (version, &rest, 10), b = g_ascii_strtoull (than, &rest_than, 10);

      if (a != b || *rest_than != '.')
        return a < b;
      if (*rest != '.')
        return TRUE;
      version = rest + 1;
      than = rest_than + 1;
    }
}

static gboolean
check_xrt (const ScribeNpuPresence *presence, char **found, GError **error)
{
  g_autofree char *version = scribe_npu_xrt_version ();

  if (version == NULL)
    return fail (
        error, _ ("XRT, through which the NPU is used, is not installed. Run “sudo apt install libxrt2 libxrt-npu2” (Debian 13: "
                  "from backports) or “sudo pacman -S xrt xrt-plugin-amdxdna”."));
  if (is_older (version, NPU_XRT_OLDEST))
    return fail (
        error,
        _ ("XRT %s is too old for the NPU: %s or a newer one is needed. Run “sudo apt install -t trixie-backports libxrt2 "
           "libxrt-npu2” (Debian 13), or “sudo apt full-upgrade”."),
        version, NPU_XRT_OLDEST);
  *found = g_strdup_printf ("XRT %s", version);
  return TRUE;
}

static gboolean
check_package (const ScribeNpuPresence *presence, char **found, GError **error)
{
  g_autofree char *xrt = scribe_npu_xrt_version (), *version = scribe_npu_package_version ();

  if (version == NULL)
    return fail (error, _ ("XRT's package for NPUs is not installed. Run “sudo apt install libxrt-npu2” or “sudo pacman -S "
                           "xrt-plugin-amdxdna”."));
  if (g_strcmp0 (xrt, version) != 0)
    return fail (
        error,
        _ ("XRT is %s, and its package for NPUs is %s: both have to be of the same version. Run “sudo apt install libxrt2 "
           "libxrt-npu2” or “sudo pacman -Syu”."),
        xrt ? xrt : "?", version);
  *found = g_strdup_printf (_ ("XRT's package for NPUs, %s"), version);
  return TRUE;
}

/* --- Tilescribe's own ----------------------------------------------------------------------------------------------------- */

static gboolean
check_plugin (const ScribeNpuPresence *presence, char **found, GError **error)
{
  if (!npu_array_xrt_has_plugin (error))
    return FALSE;
  *found = g_strdup (_ ("Tilescribe's plug-in for XRT"));
  return TRUE;
}

char *
scribe_npu_design (void)
{
  g_autoptr (NpuOverlay) overlay = npu_overlay_new (NPU2, NPU_MAX_COLUMNS);

  return g_strdup_printf ("%016" G_GINT64_MODIFIER "x", overlay ? npu_overlay_hash (overlay) : 0);
}

static gboolean
check_design (const ScribeNpuPresence *presence, char **found, GError **error)
{
  g_autoptr (NpuOverlay) overlay = npu_overlay_new (NPU2, NPU_MAX_COLUMNS);
  g_autofree char *path = npu_array_xrt_find_overlay (overlay, npu_overlay_hash (overlay), error);

  if (path == NULL)
    return FALSE;
  *found = g_strdup (_ ("The NPU's design is built"));
  return TRUE;
}

/* A product on this device: all rows, one after the other. */
static float *
multiply (const char *name, GError **error)
{
  const ScribeDeviceOptions options = { .n_caches = 1,
                                        .n_state = N_COLS,
                                        .n_text_ctx = N_ROWS,
                                        .n_audio_ctx = N_ROWS,
                                        .n_sequences = 1,
                                        .n_windows = 1,
                                        .n_threads = 1 };
  g_autoptr (ScribeDevice) device = scribe_device_open (name, &options, NULL, error);
  g_autoptr (ScribeGraph) graph = scribe_graph_new ();
  g_autofree float *x = g_new (float, N_ROWS *N_COLS), *w = g_new (float, N_COLS *N_COLS), *y = g_new (float, N_ROWS *N_COLS);
  const ScribeLinear linear = { { "w", SCRIBE_WEIGHT_F32, N_COLS, N_COLS, (const guint8 *) w }, NULL };
  const ScribeTensor *in = scribe_graph_input (graph, SCRIBE_ROWS_CTX, N_COLS);             /* [64, 128] */
  const ScribeTensor *out = scribe_graph_linear (graph, "check", in, &linear, FALSE, NULL); /* [64, 128] */
  const float *inputs[] = { x };
  const ScribeRun run = { .inputs = inputs, .n_ctx = N_ROWS };
  ScribePlan *plan;
  gboolean done;

  for (guint i = 0; i < N_ROWS * N_COLS; i++)
    x[i] = (float) VALUE (i);
  for (guint i = 0; i < N_COLS * N_COLS; i++)
    w[i] = (float) VALUE (i + 1);
  scribe_graph_keep (graph, out, "y");
  plan = device ? scribe_device_prepare (device, graph, error) : NULL;
  if (plan == NULL)
    return NULL;
  done = scribe_device_run (device, plan, &run, error) && scribe_device_read (device, plan, out, y);
  scribe_device_plan_free (device, plan);
  return done ? g_steal_pointer (&y) : NULL;
}

/* Of the difference, in L2. */
static double
relative_error (const float *found, const float *expected, guint n)
{
  double wrong = 0, all = 0;

  for (guint i = 0; i < n; i++)
    {
      const double difference = (double) found[i] - expected[i];

      wrong += difference * difference;
      all += (double) expected[i] * expected[i];
    }
  return sqrt (wrong / all);
}

/* Hardware may round otherwise than the emulator (docs/npu.md, 8): so much is no fault, and is told. */
static gboolean
check_result (const ScribeNpuPresence *presence, char **found, GError **error)
{
  g_autofree float *result = multiply ("npu", error);
  g_autofree float *expected = result ? multiply ("emulator", error) : NULL;
  double wrong;

  if (expected == NULL)
    return FALSE;
  wrong = relative_error (result, expected, N_ROWS * N_COLS);
  if (!(wrong <= MOST_WRONG))
    return fail (
        error,
        _ ("The NPU computes other numbers than its emulator does: the relative error is %.2g. Do not trust it with speech; "
           "please report it, with what “tilescribe doctor --report” tells."),
        wrong);
  if (wrong > 0)
    *found = g_strdup_printf (_ ("The NPU computes as its emulator does, but for a relative error of %.2g"), wrong);
  else
    *found = g_strdup (_ ("The NPU computes the very numbers of its emulator"));
  return TRUE;
}

static const Check checks[SCRIBE_NPU_N_CHECKS] = {
  [SCRIBE_NPU_CHECK_DEVICE] = check_device,
  [SCRIBE_NPU_CHECK_DRIVER] = check_driver,
  [SCRIBE_NPU_CHECK_PERMISSION] = check_permission,
  [SCRIBE_NPU_CHECK_MEMORY] = check_memory,
  [SCRIBE_NPU_CHECK_XRT] = check_xrt,
  [SCRIBE_NPU_CHECK_PACKAGE] = check_package,
  [SCRIBE_NPU_CHECK_PLUGIN] = check_plugin,
  [SCRIBE_NPU_CHECK_DESIGN] = check_design,
  [SCRIBE_NPU_CHECK_RESULT] = check_result,
};

gboolean
scribe_npu_check (ScribeNpuCheck check, char **found, GError **error)
{
  g_auto (ScribeNpuPresence) presence = { 0 };
  g_autofree char *what = NULL;
  gboolean is_right;

  scribe_npu_presence_init (&presence, "");
  is_right = checks[check](&presence, &what, error);
  if (found)
    *found = is_right ? g_steal_pointer (&what) : NULL;
  return is_right;
}

gboolean
scribe_npu_check_usable (char **found, GError **error)
{
  g_autofree char *name = NULL;

  if (!scribe_npu_check (SCRIBE_NPU_CHECK_DEVICE, &name, error))
    return FALSE;
  for (guint check = SCRIBE_NPU_CHECK_DRIVER; check < SCRIBE_NPU_CHECK_RESULT; check++)
    if (!scribe_npu_check (check, NULL, error))
      return FALSE;
  *found = g_steal_pointer (&name);
  return TRUE;
}
