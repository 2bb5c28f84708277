/* npu-submit.c - nothing reaches the array that was not planned for it
 *
 * A stream that was altered, or planned for another design, would move data somewhere and look like a result. So what is submitted says what it is for,
 * how much of each argument it touches, and the checksum of all that; it is compared before a word is read.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-private.h"
#include "error.h"

#include <glib/gi18n-lib.h>

/* The first argument that is not there, or too small. */
static gboolean
reaches (const ScribeNpuTransaction *transaction, const NpuBuffer *buffers, guint n_buffers, GError **error)
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
               const NpuBuffer *buffers,
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

gboolean
npu_submit (NpuDevice *device,
            const ScribeNpuTransaction *transaction,
            const NpuBuffer *buffers,
            guint n_buffers,
            NpuReport *report,
            GError **error)
{
  const double start = npu_host_seconds ();
  const gboolean is_good = is_as_planned (device, transaction, buffers, n_buffers, error);

  device->compared = npu_host_seconds () - start;
  return is_good
         && npu_emulator_run (device->emulator, transaction->words, transaction->n_words, buffers, n_buffers, report, error);
}
