/* npu-array-xrt.c - the array of a real NPU, by way of the plug-in for XRT
 *
 *   sysfs --> is there an NPU? --> plug-in --> XRT --> AMD's library --> driver
 *
 * The program needs no XRT: the plug-in (device/xrt/xrt-plugin.h) is looked for when the device is opened, in Tilescribe's folder of libraries or, if the environment
 * variable TILESCRIBE_XRT names one, there. It is never unloaded again, as XRT leaves threads and destructors behind.
 *
 * The overlay's binary lies among the program's data: overlay-8.xclbin for 8 columns, and beside it overlay-8.hash, sixteen hexadecimal digits that say what
 * design it was built from. Streams are planned for one design only, so a binary of another is refused. In it is a kernel for each program of the cores, of the program's
 * name; a submission of several streams is a list of runs.
 *
 * Weights, work and caches are buffers for as long as their plan or device lives. Instructions and control objects are written where the planner keeps them, and
 * copied: only what a run has changed, only then synchronised.
 *
 * A run cannot be stopped in its middle; a cancelled one is not submitted. The driver ends what hangs after 2 seconds.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"
#include "device/npu/npu-array.h"
#include "device/npu/npu-check.h"
#include "device/npu/npu-device.h"
#include "device/npu/npu-presence.h"
#include "device/xrt/xrt-plugin.h"
#include "error.h"
#include "model/catalogue.h"

#include <dlfcn.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/resource.h>

#define PLUGIN      "tilescribe-xrt.so"
#define TIMEOUT     5000        /* ms: the driver's own 2 s come first, unless it hangs itself */
#define LOCKED      (64u << 20) /* bytes that XRT locks before anything else: the heap of instructions */
#define HASH_DIGITS 16
#define SMALLEST    4096 /* bytes of a buffer of words or control objects */

typedef struct
{
  NpuArray base;
  const NpuOverlay *overlay;
  const ScribeXrtPlugin *plugin;
  ScribeXrtArray *array;
} XrtArray;

/* A plug-in that somebody wants in the place of the installed one; NULL: nobody does. */
static const char *
named_plugin (void)
{
  const char *path = g_getenv ("TILESCRIBE_XRT");

  return path && path[0] ? path : NULL;
}

gboolean
npu_array_xrt_may_lock (void)
{
  struct rlimit limit;

  return getrlimit (RLIMIT_MEMLOCK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= 4 * (rlim_t) LOCKED;
}

/* What it is called, among the program's data and where it is built. */
static char *
overlay_name (const NpuOverlay *overlay, const char *suffix)
{
  return g_strdup_printf ("overlay-%u.%s", overlay->n_columns, suffix);
}

/* The command that brings it from there to the program. */
static char *
overlay_install (const NpuOverlay *overlay)
{
  g_autofree char *folder = scribe_data_folder (), *binary = overlay_name (overlay, "xclbin"),
                  *hash = overlay_name (overlay, "hash");

  return g_strdup_printf ("sudo install -D -m 644 -t %s build-npu/kernels/mlir/%s build-npu/kernels/mlir/%s", folder, binary,
                          hash);
}

/* What went wrong with an array that was there. */
static void
set_run_error (GError **error, const ScribeXrtTrouble *trouble)
{
  switch (trouble->code)
    {
    case SCRIBE_XRT_TIMEOUT:
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE, _ ("The NPU hung, and its driver has stopped it (%s)."),
                   trouble->message);
      return;
    case SCRIBE_XRT_ABORTED:
      g_set_error (
          error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE,
          _ ("The NPU was stopped (%s). If it always is, its firmware and driver are of different versions: bring both up to "
             "date with “sudo apt full-upgrade” or “sudo pacman -Syu”, and start again."),
          trouble->message);
      return;
    case SCRIBE_XRT_LOST:
      g_set_error (
          error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE,
          _ ("The NPU does not answer any more (%s). Run “sudo modprobe -r amdxdna; sudo modprobe amdxdna”, or start the "
             "machine again."),
          trouble->message);
      return;
    default:
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE, _ ("The NPU has failed (%s)."), trouble->message);
      return;
    }
}

static void
set_overlay_error (GError **error, const NpuOverlay *overlay, const char *why)
{
  g_autofree char *install = overlay_install (overlay);

  g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE,
               _ ("The NPU does not take its design (%s). Build it again: in Tilescribe's source, run “ninja -C build-npu -t "
                  "clean && ninja -C "
                  "build-npu && %s”."),
               why, install);
}

/* What went wrong when the array or memory of it was to be had. */
static void
set_open_error (GError **error, const ScribeXrtTrouble *trouble, const NpuOverlay *overlay, const ScribeNpuPresence *presence)
{
  ScribeXrtCode code = trouble->code;

  if ((code == SCRIBE_XRT_OTHER || code == SCRIBE_XRT_MEMLOCK) && !npu_array_xrt_may_lock ())
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE,
                   _ ("The NPU needs more locked memory than this user may have. Run “echo '* - memlock unlimited' | sudo tee "
                      "/etc/security/limits.d/90-npu.conf”, and log in again (%s)."),
                   trouble->message);
      return;
    }
  switch (code)
    {
    case SCRIBE_XRT_NO_DEVICE:
      g_set_error (
          error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE,
          presence->node ? _ (
              "The driver has an NPU, and XRT does not find it: its package for NPUs is missing, or of another "
              "version. Run “sudo apt install --reinstall libxrt2 libxrt-npu2” or “sudo pacman -S xrt xrt-plugin-amdxdna” (%s).")
                         : _ ("XRT finds no NPU in this machine (%s)."),
          trouble->message);
      return;
    case SCRIBE_XRT_PERMISSION:
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE,
                   _ ("You may not open the NPU. Run “sudo usermod -aG render $USER”, and log in again (%s)."), trouble->message);
      return;
    case SCRIBE_XRT_MEMLOCK:
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE,
                   _ ("There is not enough memory for the NPU. Close other programs, or use a smaller model (%s)."),
                   trouble->message);
      return;
    case SCRIBE_XRT_OVERLAY:
      set_overlay_error (error, overlay, trouble->message);
      return;
    case SCRIBE_XRT_BUSY:
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE,
                   _ ("The NPU serves as many programs as it can. Close another that uses it: “sudo fuser -v /dev/accel/accel*” "
                      "lists them (%s)."),
                   trouble->message);
      return;
    case SCRIBE_XRT_LOST:
      set_run_error (error, trouble);
      return;
    default:
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE,
                   _ ("The NPU cannot be opened, and Tilescribe does not know why: %s. Please report it, with what “tilescribe "
                      "doctor --report” tells."),
                   trouble->message);
      return;
    }
}

static gboolean
new_buffer (XrtArray *xrt, NpuMemory *memory, NpuMemoryKind kind, gsize size, GError **error)
{
  const ScribeNpuPresence unknown = { 0 };
  ScribeXrtTrouble trouble = { 0 };
  ScribeXrtBuffer *buffer = NULL;
  void *data = NULL;

  if (xrt->plugin->buffer_new (xrt->array, kind == NPU_MEMORY_INSTRUCTIONS ? SCRIBE_XRT_INSTRUCTIONS : SCRIBE_XRT_DATA, size,
                               &buffer, &data, &trouble)
      != SCRIBE_XRT_OK)
    {
      set_open_error (error, &trouble, xrt->overlay, &unknown);
      return FALSE;
    }
  *memory = (NpuMemory){ data, size, buffer };
  return TRUE;
}

static gboolean
xrt_allocate (NpuArray *array, NpuMemory *memory, gsize size, GError **error)
{
  return new_buffer ((XrtArray *) array, memory, NPU_MEMORY_DATA, size, error);
}

static void
xrt_release (NpuArray *array, NpuMemory *memory)
{
  ((XrtArray *) array)->plugin->buffer_free (memory->own);
  *memory = (NpuMemory){ 0 };
}

static gboolean
xrt_sync (NpuArray *array, const NpuMemory *memory, NpuSync sync, gsize offset, gsize n, GError **error)
{
  const ScribeXrtDirection to = sync == NPU_SYNC_WRITTEN ? SCRIBE_XRT_TO_DEVICE : SCRIBE_XRT_FROM_DEVICE;
  ScribeXrtTrouble trouble = { 0 };

  if (((XrtArray *) array)->plugin->sync (memory->own, to, offset, n, &trouble) == SCRIBE_XRT_OK)
    return TRUE;
  set_run_error (error, &trouble);
  return FALSE;
}

static gboolean
copy (NpuArray *array, const NpuMemory *memory, const guint8 *data, gsize begin, gsize end, GError **error)
{
  memcpy (memory->data + begin, data + begin, end - begin);
  return xrt_sync (array, memory, NPU_SYNC_WRITTEN, begin, end - begin, error);
}

/* Room for what changes grows by half, so that few runs need a new buffer. */
static gboolean
xrt_show (NpuArray *array,
          NpuMemory *memory,
          NpuMemoryKind kind,
          const guint8 *data,
          gsize size,
          const GArray *written,
          GError **error)
{
  if (size > memory->size)
    {
      const gsize room = written ? MAX (size, MAX (memory->size + memory->size / 2, SMALLEST)) : size;

      xrt_release (array, memory);
      return new_buffer ((XrtArray *) array, memory, kind, room, error) && copy (array, memory, data, 0, size, error);
    }
  if (written == NULL)
    return copy (array, memory, data, 0, size, error);
  for (guint i = 0; i < written->len; i++)
    {
      const NpuExtent *extent = &g_array_index (written, NpuExtent, i);

      /* what was written behind the end is of an earlier run, which was longer and never shown */
      if (extent->begin < size && !copy (array, memory, data, extent->begin, MIN (extent->end, size), error))
        return FALSE;
    }
  return TRUE;
}

/* An argument that this run has no use for is bound to memory that it has: there has to be one. */
static ScribeXrtBuffer *
buffer_of (const NpuMemory *buffers, guint i)
{
  return buffers[i].own ? buffers[i].own : buffers[0].own;
}

static gboolean
xrt_run (NpuArray *array,
         const NpuArrayStream *streams,
         guint n_streams,
         const NpuMemory *buffers,
         guint n_buffers,
         GCancellable *cancellable,
         NpuReport *report,
         GError **error)
{
  XrtArray *xrt = (XrtArray *) array;
  g_autofree ScribeXrtStream *handed = g_new (ScribeXrtStream, n_streams);
  ScribeXrtBuffer *arguments[SCRIBE_XRT_MAX_BUFFERS];
  ScribeXrtTrouble trouble = { 0 };
  ScribeXrtTimes times = { 0 };

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  for (guint i = 0; i < n_buffers; i++)
    arguments[i] = buffer_of (buffers, i);
  for (guint i = 0; i < n_streams; i++)
    handed[i] = (ScribeXrtStream){ streams[i].program, streams[i].instructions->own, streams[i].n_words };
  if (xrt->plugin->run (xrt->array, handed, n_streams, arguments, n_buffers, TIMEOUT, &times, &trouble) != SCRIBE_XRT_OK)
    {
      set_run_error (error, &trouble);
      return FALSE;
    }
  report->seconds = times.wait;
  report->dispatch_seconds = times.submit;
  return TRUE;
}

static void
xrt_wake (NpuArray *array)
{
  XrtArray *xrt = (XrtArray *) array;
  ScribeXrtTrouble trouble = { 0 };

  if (xrt->plugin->wake (xrt->array, &trouble) != SCRIBE_XRT_OK)
    g_debug ("The NPU was not woken: %s", trouble.message);
}

static void
xrt_close (NpuArray *array)
{
  XrtArray *xrt = (XrtArray *) array;

  xrt->plugin->close (xrt->array);
  g_free (xrt);
}

static const NpuArrayClass xrt_class = {
  .allocate = xrt_allocate,
  .show = xrt_show,
  .sync = xrt_sync,
  .release = xrt_release,
  .run = xrt_run,
  .wake = xrt_wake,
  .close = xrt_close,
};

#define STAYS (RTLD_LOCAL | RTLD_NODELETE) /* in memory, also when it is closed */

/* The table of the plug-in at this path; NULL: it has none, or of another version. */
static const ScribeXrtPlugin *
table_of (void *library)
{
  const ScribeXrtPluginFunc get = (ScribeXrtPluginFunc) (gsize) dlsym (library, SCRIBE_XRT_SYMBOL);
  const ScribeXrtPlugin *plugin = get ? get () : NULL;

  return plugin && plugin->abi == SCRIBE_XRT_ABI ? plugin : NULL;
}

/* How one is had that fits. */
static char *
plugin_advice (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  return g_strdup_printf (_ ("Install the package tilescribe-npu of the same version as tilescribe, or run “meson setup "
                             "build-npu -Dxrt=enabled && ninja -C "
                             "build-npu && sudo install -D -m 644 -t %s build-npu/engine/device/xrt/tilescribe-xrt.so” in "
                             "Tilescribe's source, where XRT %s or a "
                             "newer one is installed with its headers, libxrt-dev."),
                          folder, NPU_XRT_OLDEST);
}

static const ScribeXrtPlugin *
load (GError **error)
{
  const char *named = named_plugin ();
  g_autofree char *path = named ? g_strdup (named) : g_build_filename (TILESCRIBE_PLUGINDIR, PLUGIN, NULL);
  g_autofree char *advice = plugin_advice (path), *why = NULL;
  const ScribeXrtPlugin *plugin;
  void *library;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE,
                   _ ("Tilescribe's plug-in for the NPU is not installed: “%s” is not there. %s"), path, advice);
      return NULL;
    }
  library = dlopen (path, RTLD_NOW | STAYS);
  if (library)
    {
      plugin = table_of (library);
      dlclose (library);
      if (plugin == NULL)
        g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE, _ ("“%s” is not of this version of Tilescribe. %s"), path, advice);
      return plugin;
    }
  why = g_strdup (dlerror ());
  /* its words are in the user's language: whether XRT is there, and new enough, is looked at by itself */
  if (scribe_npu_check (SCRIBE_NPU_CHECK_XRT, NULL, error))
    g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE, _ ("“%s” cannot be loaded with the XRT that is installed (%s). %s"),
                 path, why, advice);
  return NULL;
}

char *
npu_array_xrt_find_overlay (const NpuOverlay *overlay, guint64 hash, GError **error)
{
  g_autofree char *folder = scribe_data_folder (), *install = overlay_install (overlay);
  g_autofree char *name = overlay_name (overlay, "xclbin"), *hash_name = overlay_name (overlay, "hash");
  g_autofree char *path = g_build_filename (folder, name, NULL), *hash_path = g_build_filename (folder, hash_name, NULL);
  g_autofree char *found = NULL, *wanted = g_strdup_printf ("%016" G_GINT64_MODIFIER "x", hash);

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (
          error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE,
          _ ("The NPU's design has not been built: “%s” is not there. In Tilescribe's source, where mlir-aie and Peano are "
             "installed, run “meson setup build-npu -Doverlay=enabled -Dpeano=FOLDER && ninja -C build-npu && %s”."),
          path, install);
      return NULL;
    }
  if (!g_file_get_contents (hash_path, &found, NULL, NULL) || strncmp (found, wanted, HASH_DIGITS) != 0)
    {
      g_set_error (
          error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE,
          _ ("“%s” was built from another version of the NPU's design, or “%s”, which tells, is missing. In Tilescribe's source, "
             "run “ninja -C build-npu && %s”."),
          path, hash_path, install);
      return NULL;
    }
  return g_steal_pointer (&path);
}

gboolean
npu_array_xrt_has_plugin (GError **error)
{
  return load (error) != NULL;
}

/* What the kernel says is enough to begin with. */
static gboolean
is_usable (GError **error)
{
  return named_plugin ()
         || (scribe_npu_check (SCRIBE_NPU_CHECK_DEVICE, NULL, error) && scribe_npu_check (SCRIBE_NPU_CHECK_DRIVER, NULL, error)
             && scribe_npu_check (SCRIBE_NPU_CHECK_PERMISSION, NULL, error));
}

NpuArray *
npu_array_xrt_new (const NpuOverlay *overlay, guint64 overlay_hash, GError **error)
{
  g_auto (ScribeNpuPresence) presence = { 0 };
  g_autofree char *path = NULL;
  const char *programs[TILE_N_PROGRAMS];
  const ScribeXrtPlugin *plugin;
  ScribeXrtTrouble trouble = { 0 };
  ScribeXrtArray *array = NULL;
  XrtArray *xrt;

  for (guint i = 0; i < TILE_N_PROGRAMS; i++)
    programs[i] = tile_program_name ((TileProgramId) i);
  scribe_npu_presence_init (&presence, "");
  if (!is_usable (error) || (plugin = load (error)) == NULL
      || (path = npu_array_xrt_find_overlay (overlay, overlay_hash, error)) == NULL)
    return NULL;
  if (plugin->open (path, programs, TILE_N_PROGRAMS, &array, &trouble) != SCRIBE_XRT_OK)
    {
      set_open_error (error, &trouble, overlay, &presence);
      return NULL;
    }
  xrt = g_new0 (XrtArray, 1);
  xrt->base.klass = &xrt_class;
  xrt->overlay = overlay;
  xrt->plugin = plugin;
  xrt->array = array;
  return &xrt->base;
}

gboolean
scribe_npu_is_expected (void)
{
  g_auto (ScribeNpuPresence) presence = { 0 };

  scribe_npu_presence_init (&presence, "");
  return presence.is_there || named_plugin ();
}
