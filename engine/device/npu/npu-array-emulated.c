/* npu-array-emulated.c - an array that is emulated
 *
 * It sees the host's memory as it is. A run that is cancelled ends within milliseconds of the host's time, in the middle of an op; as nothing can begin
 * there, the array is then set up anew.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-array.h"
#include "device/npu/npu-private.h"
#include "emulator/resident.h"
#include "error.h"
#include "tile/kernels.h"

typedef struct
{
  NpuArray base;
  guint n_columns;
  NpuGeneration generation;
  NpuCosts costs;
  NpuResident resident;
  NpuEmulator *emulator;
} Emulated;

static gboolean
emulated_allocate (NpuArray *array, NpuMemory *memory, gsize size, GError **error)
{
  memory->data = memory->own = g_malloc0 (size);
  memory->size = size;
  return TRUE;
}

static gboolean
emulated_show (NpuArray *array,
               NpuMemory *memory,
               NpuMemoryKind kind,
               const guint8 *data,
               gsize size,
               const GArray *written,
               GError **error)
{
  memory->data = (guint8 *) data;
  memory->size = size;
  return TRUE;
}

static gboolean
emulated_sync (NpuArray *array, const NpuMemory *memory, NpuSync sync, gsize offset, gsize n, GError **error)
{
  return TRUE;
}

static void
emulated_release (NpuArray *array, NpuMemory *memory)
{
  g_free (memory->own);
  *memory = (NpuMemory){ 0 };
}

/* An array with nothing in it. */
static void
boot (Emulated *emulated)
{
  g_clear_pointer (&emulated->emulator, npu_emulator_free);
  emulated->emulator = npu_emulator_new (emulated->n_columns, NPU_ROWS, emulated->generation, &emulated->costs);
}

static gboolean
is_cancelled (gpointer cancellable)
{
  return g_cancellable_is_cancelled (cancellable);
}

static gboolean
emulated_run (NpuArray *array,
              const NpuArrayStream *streams,
              guint n_streams,
              const NpuMemory *buffers,
              guint n_buffers,
              GCancellable *cancellable,
              NpuReport *report,
              GError **error)
{
  Emulated *emulated = (Emulated *) array;
  g_autofree NpuCommand *commands = g_new (NpuCommand, n_streams);
  NpuBuffer seen[NPU_MAX_BUFFERS];
  g_autoptr (GError) failure = NULL;

  for (guint i = 0; i < n_buffers; i++)
    seen[i] = (NpuBuffer){ buffers[i].data, buffers[i].size };
  for (guint i = 0; i < n_streams; i++)
    commands[i] = (NpuCommand){ &emulated->resident.images[streams[i].program],
                                (const guint32 *) (gconstpointer) streams[i].instructions->data, streams[i].n_words };
  npu_emulator_set_stop (emulated->emulator, cancellable ? is_cancelled : NULL, cancellable);
  if (npu_emulator_run_list (emulated->emulator, commands, n_streams, seen, n_buffers, report, &failure))
    return TRUE;
  if (!g_error_matches (failure, NPU_ERROR, NPU_ERROR_STOPPED))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  boot (emulated);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, failure->message);
  return FALSE;
}

static void
emulated_close (NpuArray *array)
{
  Emulated *emulated = (Emulated *) array;

  npu_emulator_free (emulated->emulator);
  npu_resident_clear (&emulated->resident);
  g_free (emulated);
}

static const NpuArrayClass emulated_class = {
  .is_modelled = TRUE,
  .allocate = emulated_allocate,
  .show = emulated_show,
  .sync = emulated_sync,
  .release = emulated_release,
  .run = emulated_run,
  .close = emulated_close,
};

NpuArray *
npu_array_emulated_new (const NpuOverlay *overlay, const ScribeDeviceOptions *options)
{
  Emulated *emulated = g_new0 (Emulated, 1);

  emulated->base.klass = &emulated_class;
  emulated->n_columns = overlay->n_columns;
  emulated->generation = overlay->generation;
  emulated->costs = npu_costs_of (options);
  npu_resident_init (&emulated->resident, overlay, tile_kernels_get_nth (0)->program);
  boot (emulated);
  return &emulated->base;
}
