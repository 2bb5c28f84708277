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
  const NpuOverlay *overlay;
  NpuCosts costs;
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

/* An array, and the design in it. */
static gboolean
boot (Emulated *emulated, GError **error)
{
  g_clear_pointer (&emulated->emulator, npu_emulator_free);
  emulated->emulator = npu_emulator_new_resident (emulated->overlay, &emulated->costs, tile_kernels_get_nth (0)->program, error);
  return emulated->emulator != NULL;
}

static gboolean
is_cancelled (gpointer cancellable)
{
  return g_cancellable_is_cancelled (cancellable);
}

static gboolean
emulated_run (NpuArray *array,
              const NpuMemory *instructions,
              gsize n_words,
              const NpuMemory *buffers,
              guint n_buffers,
              GCancellable *cancellable,
              NpuReport *report,
              GError **error)
{
  Emulated *emulated = (Emulated *) array;
  NpuBuffer seen[NPU_MAX_BUFFERS];
  g_autoptr (GError) failure = NULL;

  for (guint i = 0; i < n_buffers; i++)
    seen[i] = (NpuBuffer){ buffers[i].data, buffers[i].size };
  npu_emulator_set_stop (emulated->emulator, cancellable ? is_cancelled : NULL, cancellable);
  if (npu_emulator_run (emulated->emulator, (const guint32 *) (gconstpointer) instructions->data, n_words, seen, n_buffers,
                        report, &failure))
    return TRUE;
  if (!g_error_matches (failure, NPU_ERROR, NPU_ERROR_STOPPED))
    g_propagate_error (error, g_steal_pointer (&failure));
  else if (boot (emulated, error))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, failure->message);
  return FALSE;
}

static void
emulated_close (NpuArray *array)
{
  Emulated *emulated = (Emulated *) array;

  g_clear_pointer (&emulated->emulator, npu_emulator_free);
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
npu_array_emulated_new (const NpuOverlay *overlay, const ScribeDeviceOptions *options, GError **error)
{
  Emulated *emulated = g_new0 (Emulated, 1);

  emulated->base.klass = &emulated_class;
  emulated->overlay = overlay;
  emulated->costs = npu_costs_of (options);
  if (boot (emulated, error))
    return &emulated->base;
  emulated_close (&emulated->base);
  return NULL;
}
