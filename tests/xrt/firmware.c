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
#include "kernel.h"

#include "overlay/overlay.h"
#include "tile/kernels.h"

#include <errno.h>
#include <stdio.h>
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
  g_autoptr (GArray) writes = npu_overlay_configuration (overlay);

  g_clear_pointer (&context->emulator, npu_emulator_free);
  context->emulator = npu_emulator_new (overlay->n_columns, NPU_ROWS, NPU2, &npu_costs_nominal);
  npu_emulator_set_stop (context->emulator, is_to_stop, context);
  for (guint column = 0; column < overlay->n_columns; column++)
    for (guint row = 0; row < NPU_OVERLAY_ROWS; row++)
      npu_emulator_set_program (context->emulator, column, NPU_COMPUTE_ROW + row, tile_kernels_get_nth (0)->program);
  return npu_emulator_configure (context->emulator, (const NpuWrite *) (gpointer) writes->data, writes->len, error);
}

gboolean
firmware_load (Context *context, const guint8 *partition, gsize size, GError **error)
{
  g_autofree char *text = g_strndup ((const char *) partition, size);
  g_autoptr (NpuOverlay) overlay = NULL;
  guint version, n_columns;
  guint64 hash;

  if (sscanf (text, "tilescribe overlay %u %u %" G_GINT64_MODIFIER "x", &version, &n_columns, &hash) != 3)
    {
      g_set_error (error, NPU_ERROR, NPU_ERROR_STREAM, "the container's partition names no overlay");
      return FALSE;
    }
  overlay = npu_overlay_new (NPU2, n_columns);
  if (overlay == NULL || version != NPU_OVERLAY_VERSION || hash != npu_overlay_hash (overlay))
    {
      g_set_error (error, NPU_ERROR, NPU_ERROR_STREAM, "the container's partition names another overlay: “%s”", text);
      return FALSE;
    }
  if (n_columns > context->n_columns)
    {
      g_set_error (error, NPU_ERROR, NPU_ERROR_STREAM, "an overlay of %u columns in a context of %u", n_columns,
                   context->n_columns);
      return FALSE;
    }
  context->partition_columns = n_columns;
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
  note (context, &report);
  return TRUE;
}
