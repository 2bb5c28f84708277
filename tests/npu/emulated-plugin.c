/* emulated-plugin.c - a plug-in as XRT's is, that hands words and buffers to the emulator
 *
 * Named by TILESCRIBE_XRT it takes the place of the one that speaks to XRT, so that the device "npu" can be tested, and tried out, where there is no NPU.
 *
 * It is stricter than hardware. Each buffer is there twice, for the host and for the array, and only what is synchronised goes from one to the other: a
 * byte that was not is never seen, where on hardware it may be seen or not. Instructions and data are told apart.
 *
 * Its overlay is a text, "emulated 8": the columns of the design that it stands for. TILESCRIBE_XRT_FAULT plays a fault, "aborted", or a fault of the third run,
 * "lost@3": no-device, permission, memlock, overlay and busy happen when the array is opened, room when a buffer is made, all others in a run.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/xrt/xrt-plugin.h"

#include "emulator/resident.h"
#include "tile/kernels.h"

#include <string.h>

struct ScribeXrtBuffer
{
  ScribeXrtArray *array;
  ScribeXrtMemory memory;
  guint8 *host, *seen;
  gsize size;
};

struct ScribeXrtArray
{
  NpuOverlay *overlay;
  NpuResident resident;
  NpuEmulator *emulator;
  guint n_runs, n_buffers;
  gboolean is_lost;
};

typedef enum
{
  IN_OPEN,
  IN_BUFFER,
  IN_RUN
} Where;

static const struct
{
  const char *name;
  Where where;
  ScribeXrtCode code;
} faults[] = {
  { "no-device", IN_OPEN, SCRIBE_XRT_NO_DEVICE }, { "permission", IN_OPEN, SCRIBE_XRT_PERMISSION },
  { "memlock", IN_OPEN, SCRIBE_XRT_MEMLOCK },     { "overlay", IN_OPEN, SCRIBE_XRT_OVERLAY },
  { "busy", IN_OPEN, SCRIBE_XRT_BUSY },           { "room", IN_BUFFER, SCRIBE_XRT_MEMLOCK },
  { "timeout", IN_RUN, SCRIBE_XRT_TIMEOUT },      { "aborted", IN_RUN, SCRIBE_XRT_ABORTED },
  { "failed", IN_RUN, SCRIBE_XRT_FAILED },        { "lost", IN_RUN, SCRIBE_XRT_LOST },
};

static ScribeXrtCode
fail (ScribeXrtTrouble *trouble, ScribeXrtCode code, const char *message)
{
  trouble->code = code;
  g_strlcpy (trouble->message, message, sizeof trouble->message);
  return code;
}

/* The fault that is to happen there the n-th time; SCRIBE_XRT_OK: none. */
static ScribeXrtCode
fault (Where where, guint n)
{
  const char *wanted = g_getenv ("TILESCRIBE_XRT_FAULT");
  g_auto (GStrv) parts = g_strsplit (wanted ? wanted : "", "@", 2);

  for (guint i = 0; parts[0] && i < G_N_ELEMENTS (faults); i++)
    if (strcmp (faults[i].name, parts[0]) == 0 && faults[i].where == where
        && n == (parts[1] ? g_ascii_strtoull (parts[1], NULL, 10) : 1))
      return faults[i].code;
  return SCRIBE_XRT_OK;
}

static void
plugin_close (ScribeXrtArray *array)
{
  if (array == NULL)
    return;
  g_assert_cmpuint (array->n_buffers, ==, 0);
  g_clear_pointer (&array->emulator, npu_emulator_free);
  npu_resident_clear (&array->resident);
  g_clear_pointer (&array->overlay, npu_overlay_free);
  g_free (array);
}

static guint
columns_of (const char *xclbin)
{
  g_autofree char *text = NULL;

  if (!g_file_get_contents (xclbin, &text, NULL, NULL) || !g_str_has_prefix (text, "emulated "))
    return 0;
  return (guint) g_ascii_strtoull (text + strlen ("emulated "), NULL, 10);
}

static ScribeXrtCode
plugin_open (const char *xclbin,
             const char *const *programs,
             size_t n_programs,
             ScribeXrtArray **array,
             ScribeXrtTrouble *trouble)
{
  const ScribeXrtCode played = fault (IN_OPEN, 1);
  const guint n_columns = columns_of (xclbin);
  ScribeXrtArray *made = NULL;

  if (played != SCRIBE_XRT_OK)
    return fail (trouble, played, "a fault was asked for");
  made = g_new0 (ScribeXrtArray, 1);
  made->overlay = npu_overlay_new (NPU2, n_columns);
  if (made->overlay == NULL)
    {
      plugin_close (made);
      return fail (trouble, SCRIBE_XRT_OVERLAY, "not an overlay for the emulator");
    }
  g_assert_cmpuint (n_programs, ==, TILE_N_PROGRAMS);
  for (guint i = 0; i < TILE_N_PROGRAMS; i++)
    g_assert_cmpstr (programs[i], ==, tile_program_name (i));
  npu_resident_init (&made->resident, made->overlay, tile_kernels_get_nth (0)->program);
  made->emulator = npu_emulator_new (n_columns, NPU_ROWS, NPU2, &npu_costs_nominal);
  *array = made;
  return SCRIBE_XRT_OK;
}

static const char *
plugin_name (ScribeXrtArray *array)
{
  return "emulated NPU";
}

static ScribeXrtCode
plugin_wake (ScribeXrtArray *array, ScribeXrtTrouble *trouble)
{
  return array->is_lost ? fail (trouble, SCRIBE_XRT_LOST, "it is gone") : SCRIBE_XRT_OK;
}

static ScribeXrtCode
plugin_buffer_new (ScribeXrtArray *array,
                   ScribeXrtMemory memory,
                   size_t n,
                   ScribeXrtBuffer **buffer,
                   void **data,
                   ScribeXrtTrouble *trouble)
{
  if (fault (IN_BUFFER, array->n_buffers + 1) != SCRIBE_XRT_OK)
    return fail (trouble, SCRIBE_XRT_MEMLOCK, "no room for a buffer");
  *buffer = g_new0 (ScribeXrtBuffer, 1);
  (*buffer)->array = array;
  (*buffer)->memory = memory;
  (*buffer)->size = n;
  (*buffer)->host = g_malloc0 (n);
  (*buffer)->seen = g_malloc0 (n);
  *data = (*buffer)->host;
  array->n_buffers++;
  return SCRIBE_XRT_OK;
}

static void
plugin_buffer_free (ScribeXrtBuffer *buffer)
{
  if (buffer == NULL)
    return;
  buffer->array->n_buffers--;
  g_free (buffer->host);
  g_free (buffer->seen);
  g_free (buffer);
}

static ScribeXrtCode
plugin_sync (ScribeXrtBuffer *buffer, ScribeXrtDirection to, size_t offset, size_t n, ScribeXrtTrouble *trouble)
{
  g_assert_cmpuint (n, >, 0);
  g_assert_cmpuint (offset, <, buffer->size);
  g_assert_cmpuint (n, <=, buffer->size - offset);
  if (buffer->array->is_lost)
    return fail (trouble, SCRIBE_XRT_LOST, "it is gone");
  if (to == SCRIBE_XRT_TO_DEVICE)
    memcpy (buffer->seen + offset, buffer->host + offset, n);
  else
    memcpy (buffer->host + offset, buffer->seen + offset, n);
  return SCRIBE_XRT_OK;
}

static ScribeXrtCode
plugin_run (ScribeXrtArray *array,
            const ScribeXrtStream *streams,
            size_t n_streams,
            ScribeXrtBuffer *const *buffers,
            size_t n_buffers,
            unsigned timeout,
            ScribeXrtTimes *times,
            ScribeXrtTrouble *trouble)
{
  const ScribeXrtCode played = fault (IN_RUN, ++array->n_runs);
  const gint64 start = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;
  g_autofree NpuCommand *commands = g_new (NpuCommand, n_streams);
  NpuBuffer seen[SCRIBE_XRT_MAX_BUFFERS];

  g_assert_cmpuint (n_streams, >, 0);
  for (size_t i = 0; i < n_streams; i++)
    {
      const ScribeXrtBuffer *instructions = streams[i].instructions;

      g_assert_cmpint (instructions->memory, ==, SCRIBE_XRT_INSTRUCTIONS);
      g_assert_cmpuint (streams[i].n_words * sizeof (guint32), <=, instructions->size);
      g_assert_cmpuint (streams[i].program, <, TILE_N_PROGRAMS);
      commands[i] = (NpuCommand){ &array->resident.images[streams[i].program],
                                  (const guint32 *) (gconstpointer) instructions->seen, streams[i].n_words };
    }
  g_assert_cmpuint (n_buffers, <=, SCRIBE_XRT_MAX_BUFFERS);
  array->is_lost |= played == SCRIBE_XRT_LOST;
  if (array->is_lost)
    return fail (trouble, SCRIBE_XRT_LOST, "it is gone");
  if (played != SCRIBE_XRT_OK)
    return fail (trouble, played, "a fault was asked for");
  for (size_t i = 0; i < n_buffers; i++)
    {
      g_assert_cmpint (buffers[i]->memory, ==, SCRIBE_XRT_DATA);
      seen[i] = (NpuBuffer){ buffers[i]->seen, buffers[i]->size };
    }
  if (!npu_emulator_run_list (array->emulator, commands, (guint) n_streams, seen, (guint) n_buffers, NULL, &error))
    return fail (trouble, SCRIBE_XRT_FAILED, error->message);
  if (times)
    *times = (ScribeXrtTimes){ 0, (double) (g_get_monotonic_time () - start) * 1e-6 };
  return SCRIBE_XRT_OK;
}

static const ScribeXrtPlugin plugin = {
  .abi = SCRIBE_XRT_ABI,
  .open = plugin_open,
  .close = plugin_close,
  .name = plugin_name,
  .wake = plugin_wake,
  .buffer_new = plugin_buffer_new,
  .buffer_free = plugin_buffer_free,
  .sync = plugin_sync,
  .run = plugin_run,
};

__attribute__ ((visibility ("default"))) const ScribeXrtPlugin *
scribe_xrt_plugin (void)
{
  return &plugin;
}
