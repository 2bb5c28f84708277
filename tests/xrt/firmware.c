/* firmware.c - the array behind the stand-in: the emulator, with the overlay and the programs that the container names
 *
 * A container for the hardware holds for each of its units the words that configure the array and the programs of the cores. Here it holds a name:
 *
 *   tilescribe overlay VERSION COLUMNS HASH PROGRAM
 *
 * and the emulator is given that design's configuration and that program, as the emulator's own device gives it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "faults.h"
#include "kernel.h"

#include "tile/kernels.h"
#include "tile/layout.h"

#include <string.h>

static gboolean
is_to_stop (gpointer data)
{
  const Context *context = data;

  return g_atomic_int_get (&context->is_stopped);
}

void
firmware_boot (Context *context)
{
  g_clear_pointer (&context->emulator, npu_emulator_free);
  context->emulator = npu_emulator_new (context->overlay->n_columns, NPU_ROWS, NPU2, &npu_costs_nominal);
  npu_emulator_set_stop (context->emulator, is_to_stop, context);
}

void
firmware_forget (Context *context)
{
  g_clear_pointer (&context->emulator, npu_emulator_free);
  npu_resident_clear (&context->resident);
  g_clear_pointer (&context->overlay, npu_overlay_free);
}

static TileProgramId
find_program (const char *name)
{
  guint id = 0;

  while (id < TILE_N_PROGRAMS && strcmp (name, tile_program_name ((TileProgramId) id)) != 0)
    id++;
  return (TileProgramId) id;
}

/* The words of a name; NULL: it names nothing that there is. */
static NpuOverlay *
find_overlay (const char *name, TileProgramId *program)
{
  g_auto (GStrv) words = g_strsplit (name, " ", 6);
  g_autoptr (NpuOverlay) overlay = NULL;

  if (g_strv_length (words) != 6 || strcmp (words[0], "tilescribe") != 0 || strcmp (words[1], "overlay") != 0)
    return NULL;
  *program = find_program (words[5]);
  overlay = npu_overlay_new (NPU2, (guint) g_ascii_strtoull (words[3], NULL, 10));
  if (overlay == NULL || *program == TILE_N_PROGRAMS || g_ascii_strtoull (words[2], NULL, 10) != NPU_OVERLAY_VERSION
      || g_ascii_strtoull (words[4], NULL, 16) != npu_overlay_hash (overlay))
    return NULL;
  return g_steal_pointer (&overlay);
}

gboolean
firmware_load (Context *context, guint unit, const guint8 *image, gsize size, GError **error)
{
  g_autofree char *name = g_strndup ((const char *) image, MIN (size, strcspn ((const char *) image, "\n")));
  g_autoptr (NpuOverlay) overlay = find_overlay (name, &context->programs[unit]);

  if (overlay == NULL)
    {
      g_set_error (error, NPU_ERROR, NPU_ERROR_STREAM, "the container's partition names no overlay that there is: “%s”", name);
      return FALSE;
    }
  if (overlay->n_columns > context->n_columns || (context->overlay && overlay->n_columns != context->overlay->n_columns))
    {
      g_set_error (error, NPU_ERROR, NPU_ERROR_STREAM, "an overlay of %u columns in a context of %u", overlay->n_columns,
                   context->n_columns);
      return FALSE;
    }
  if (context->overlay == NULL)
    {
      npu_resident_init (&context->resident, overlay, tile_kernels_get_nth (0)->program);
      context->overlay = g_steal_pointer (&overlay);
    }
  return TRUE;
}

static void
note (const Context *context, const NpuReport *report)
{
  g_mutex_lock (&kernel.lock);
  kernel.busy_seconds += report->seconds;
  for (guint column = 0; column < context->overlay->n_columns; column++)
    {
      guint64 busy = 0;

      for (guint row = 0; row < NPU_OVERLAY_ROWS; row++)
        busy += report->cores[column][row].busy;
      kernel.column_use[column] = (double) busy / (double) (NPU_OVERLAY_ROWS * MAX (report->cycles, 1));
    }
  g_mutex_unlock (&kernel.lock);
}

#define ROW_BYTES (TILE_BLOCK_BYTES / TILE_BLOCK) /* an exponent, and then mantissas */

/* Whether it is a mantissa of the lower half of a pair: of a block of an odd number (tile/layout.h), and no exponent. */
static gboolean
is_fine (gsize at)
{
  return at / TILE_BLOCK_BYTES % 2 == 1 && at % ROW_BYTES != 0;
}

/* Of the buffers but the weights, the first, the lowest bit of each byte, or of those that hardly count. */
static void
spoil (const NpuBuffer *buffers, guint n_buffers, gboolean is_rounding)
{
  for (guint i = 1; i < n_buffers; i++)
    for (gsize at = 0; at < buffers[i].size; at++)
      if (!is_rounding || is_fine (at))
        buffers[i].data[at] ^= 1;
}

gboolean
firmware_run (Context *context,
              guint unit,
              const guint32 *words,
              gsize n_words,
              const NpuBuffer *buffers,
              guint n_buffers,
              GError **error)
{
  const NpuCommand command = { &context->resident.images[context->programs[unit]], words, n_words };
  g_auto (NpuReport) report = { 0 };

  if (!npu_emulator_run_list (context->emulator, &command, 1, buffers, n_buffers, &report, error))
    {
      firmware_boot (context);
      return FALSE;
    }
  if (fault_is_set (FAULT_WRONG) || fault_is_set (FAULT_ROUNDING))
    spoil (buffers, n_buffers, fault_is_set (FAULT_ROUNDING));
  note (context, &report);
  return TRUE;
}
