/* npu-submit.c - nothing reaches the array that was not planned for it
 *
 * A stream that was altered, or planned for another design, would move data somewhere and look like a result. So what is submitted says what it is for,
 * how much of each argument it touches, and the checksum of all that; it is compared before a word is read.
 *
 * Of words and control objects only what is new is shown to the array: npu-kept.c leaves the rest where it was.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-private.h"
#include "error.h"

#include <glib/gi18n-lib.h>

/* The first argument that is not there, or too small. */
static gboolean
reaches (const ScribeNpuTransaction *transaction, const NpuMemory *buffers, guint n_buffers, GError **error)
{
  for (guint i = 0; i < SCRIBE_NPU_MAX_ARGUMENTS; i++)
    {
      const gsize needed = transaction->reach.bytes[i], size = i < n_buffers ? buffers[i].size : 0;

      if (needed <= size)
        continue;
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE,
                   _ ("The NPU's instructions use %zu bytes of buffer %u, which has %zu. They were not run."), needed, i, size);
      return FALSE;
    }
  return TRUE;
}

static gboolean
is_as_planned (const NpuDevice *device,
               const ScribeNpuTransaction *transaction,
               const NpuMemory *buffers,
               guint n_buffers,
               GError **error)
{
  if (transaction->checksum != scribe_npu_transaction_checksum (transaction))
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE,
                   _ ("The NPU's instructions were altered after they had been planned. They were not run."));
      return FALSE;
    }
  if (transaction->overlay != device->overlay_hash)
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE,
                   _ ("The NPU's instructions were planned for another design than the one in the array. They were not run."));
      return FALSE;
    }
  return reaches (transaction, buffers, n_buffers, error);
}

static gboolean
are_as_planned (const NpuDevice *device,
                NpuPart *const *parts,
                guint n_parts,
                const NpuMemory *buffers,
                guint n_buffers,
                GError **error)
{
  for (guint i = 0; i < n_parts; i++)
    if (!is_as_planned (device, &parts[i]->transaction, buffers, n_buffers, error))
      return FALSE;
  return TRUE;
}

gboolean
npu_submit (NpuDevice *device,
            NpuPart *const *parts,
            guint n_parts,
            const NpuMemory *buffers,
            guint n_buffers,
            GCancellable *cancellable,
            NpuReport *report,
            GError **error)
{
  const double start = npu_host_seconds ();
  const gboolean are_good = are_as_planned (device, parts, n_parts, buffers, n_buffers, error);
  g_autofree NpuArrayStream *streams = g_new (NpuArrayStream, n_parts);

  device->compared = npu_host_seconds () - start;
  for (guint i = 0; i < n_parts; i++)
    streams[i] = (NpuArrayStream){ (TileProgramId) parts[i]->transaction.program, &parts[i]->shown,
                                   parts[i]->transaction.n_words };
  return are_good
         && (n_parts == 0
             || device->array->klass->run (device->array, streams, n_parts, buffers, n_buffers, cancellable, report, error));
}

/* As far as there is memory: a tensor's last blocks are rounded up, and what nobody wrote need not be there. */
static void
sync_memory (NpuDevice *device, const NpuMemory *memory, NpuSync sync, gsize offset, gsize n)
{
  if (n > 0 && offset < memory->size)
    device->array->klass->sync (device->array, memory, sync, offset, MIN (n, memory->size - offset),
                                device->failure ? NULL : &device->failure);
}

void
npu_written (NpuDevice *device, const NpuMemory *memory, gsize offset, gsize n)
{
  sync_memory (device, memory, NPU_SYNC_WRITTEN, offset, n);
}

void
npu_reading (NpuDevice *device, const NpuMemory *memory, gsize offset, gsize n)
{
  sync_memory (device, memory, NPU_SYNC_READ, offset, n);
}

gboolean
npu_synced (NpuDevice *device, GError **error)
{
  if (device->failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&device->failure));
  return FALSE;
}

gboolean
npu_show (ScribePlan *plan, GError **error)
{
  NpuArray *array = plan->device->array;

  for (guint i = 0; i < plan->n_parts; i++)
    {
      NpuPart *part = g_ptr_array_index (plan->parts, i);

      if (!array->klass->show (array, &part->shown, NPU_MEMORY_INSTRUCTIONS, (const guint8 *) part->transaction.words,
                               part->transaction.n_words * sizeof (guint32), part->written, error))
        return FALSE;
      g_array_set_size (part->written, 0);
    }
  if (!array->klass->show (array, &plan->shown_control, NPU_MEMORY_DATA, plan->control->data, plan->control->len,
                           plan->written_control, error))
    return FALSE;
  g_array_set_size (plan->written_control, 0);
  return TRUE;
}
