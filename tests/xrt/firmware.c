/* firmware.c - the array behind the stand-in: the emulator, with the overlay that the container names
 *
 * A container for the hardware holds in its partition section the words that configure the array and the programs of the cores. Here it holds a name:
 *
 *   tilescribe overlay VERSION COLUMNS HASH
 *
 * and the emulator is given that design's configuration, as the emulator's own device gives it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "faults.h"
#include "kernel.h"

#include "emulator/resident.h"
#include "tile/kernels.h"

#include <string.h>

static gboolean
is_to_stop (gpointer data)
{
  const Context *context = data;

  return g_atomic_int_get (&context->is_stopped);
}

static gboolean
boot (Context *context, const NpuOverlay *overlay, GError **error)
{
  g_clear_pointer (&context->emulator, npu_emulator_free);
  context->emulator = npu_emulator_new_resident (overlay, &npu_costs_nominal, tile_kernels_get_nth (0)->program, error);
  if (context->emulator)
    npu_emulator_set_stop (context->emulator, is_to_stop, context);
  return context->emulator != NULL;
}

static NpuOverlay *
find_overlay (const char *name)
{
  g_auto (GStrv) words = g_strsplit (name, " ", 5);
  g_autoptr (NpuOverlay) overlay = NULL;

  if (g_strv_length (words) != 5 || strcmp (words[0], "tilescribe") != 0 || strcmp (words[1], "overlay") != 0)
    return NULL;
  overlay = npu_overlay_new (NPU2, (guint) g_ascii_strtoull (words[3], NULL, 10));
  if (overlay == NULL || g_ascii_strtoull (words[2], NULL, 10) != NPU_OVERLAY_VERSION
      || g_ascii_strtoull (words[4], NULL, 16) != npu_overlay_hash (overlay))
    return NULL;
  return g_steal_pointer (&overlay);
}

gboolean
firmware_load (Context *context, const guint8 *partition, gsize size, GError **error)
{
  g_autofree char *name = g_strndup ((const char *) partition, MIN (size, strcspn ((const char *) partition, "\n")));
  g_autoptr (NpuOverlay) overlay = find_overlay (name);

  if (overlay == NULL)
    {
      g_set_error (error, NPU_ERROR, NPU_ERROR_STREAM, "the container's partition names no overlay that there is: “%s”", name);
      return FALSE;
    }
  if (overlay->n_columns > context->n_columns)
    {
      g_set_error (error, NPU_ERROR, NPU_ERROR_STREAM, "an overlay of %u columns in a context of %u", overlay->n_columns,
                   context->n_columns);
      return FALSE;
    }
  context->partition_columns = overlay->n_columns;
  return boot (context, overlay, error);
}

static void
note (const Context *context, const NpuReport *report)
{
  g_mutex_lock (&kernel.lock);
  kernel.busy_seconds += report->seconds;
  for (guint column = 0; column < context->partition_columns; column++)
    {
      guint64 busy = 0;

      for (guint row = 0; row < NPU_OVERLAY_ROWS; row++)
        busy += report->cores[column][row].busy;
      kernel.column_use[column] = (double) busy / (double) (NPU_OVERLAY_ROWS * MAX (report->cycles, 1));
    }
  g_mutex_unlock (&kernel.lock);
}

/* Of the buffers but the weights, the first, one bit of each byte. */
static void
spoil (const NpuBuffer *buffers, guint n_buffers)
{
  for (guint i = 1; i < n_buffers; i++)
    for (gsize at = 0; at < buffers[i].size; at++)
      buffers[i].data[at] ^= 1;
}

gboolean
firmware_run (Context *context, const guint32 *words, gsize n_words, const NpuBuffer *buffers, guint n_buffers, GError **error)
{
  g_auto (NpuReport) report = { 0 };

  if (!npu_emulator_run (context->emulator, words, n_words, buffers, n_buffers, &report, error))
    {
      g_autoptr (NpuOverlay) overlay = npu_overlay_new (NPU2, context->partition_columns);

      boot (context, overlay, NULL);
      return FALSE;
    }
  if (fault_is_set (FAULT_WRONG))
    spoil (buffers, n_buffers);
  note (context, &report);
  return TRUE;
}
