/* reading.c - see reading.h
 *
 * SPDX-License-Identifier: MIT
 */
#include "reading.h"

void
reading_init (Reading *reading, ReadingPush push, ReadingWait wait, gpointer data)
{
  *reading = (Reading){ g_hash_table_new (NULL, NULL), push, wait, data };
}

void
reading_clear (Reading *reading)
{
  g_hash_table_unref (reading->registers);
}

guint32
reading_value (const Reading *reading, guint32 address)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (reading->registers, GUINT_TO_POINTER (address)));
}

NpuBd
reading_bd (const Reading *reading, guint column, guint row, guint bd)
{
  guint32 words[8];
  NpuBd fields;

  for (guint w = 0; w < 8; w++)
    words[w] = reading_value (reading, npu_bd_address (column, row, bd) + 4 * w);
  npu_bd_decode (npu_tile_kind (row), words, &fields);
  return fields;
}

guint64
reading_place (NpuTileKind kind, const NpuBd *bd, guint iteration, guint n)
{
  guint64 at = bd->base + (guint64) iteration * bd->iteration_step * 4;
  guint rest = n, d;

  for (d = 0; d < MIN (npu_layouts[kind].n_wraps, G_N_ELEMENTS (bd->wrap)) && bd->wrap[d] != 0; d++)
    {
      at += 4 * (guint64) bd->step[d] * (rest % bd->wrap[d]);
      rest /= bd->wrap[d];
    }
  return at + 4 * (guint64) bd->step[d] * rest;
}

static gboolean
is_queue (guint32 address)
{
  const NpuLayout *layout = npu_layout (NPU_ROW (address));

  for (guint direction = 0; direction < 2; direction++)
    for (guint channel = 0; channel < layout->n_channels; channel++)
      if (NPU_OFFSET (address) == layout->control[direction] + 8 * channel + 4)
        return TRUE;
  return FALSE;
}

void
reading_write (Reading *reading, guint32 address, guint32 value)
{
  if (is_queue (address))
    reading->push (reading, address, value);
  else
    g_hash_table_insert (reading->registers, GUINT_TO_POINTER (address), GUINT_TO_POINTER (value));
}

void
reading_obey (Reading *reading, const guint32 *words, gsize n)
{
  for (gsize at = 4; at < n;)
    {
      const guint32 *op = words + at;

      switch (op[0])
        {
        case 0:
          reading_write (reading, op[2], op[4]);
          at += 6;
          break;
        case 1:
          for (guint i = 0; i < op[3] / 4 - 4; i++)
            reading_write (reading, op[2] + 4 * i, op[4 + i]);
          at += op[3] / 4;
          break;
        case 3:
          reading_write (reading, op[2], (reading_value (reading, op[2]) & ~op[5]) | (op[4] & op[5]));
          at += op[6] / 4;
          break;
        case 0x80:
          reading->wait (reading, op);
          at += 4;
          break;
        case 0x81:
          reading_write (reading, op[6], op[10] & ~3u);
          reading_write (reading, op[6] + 4, (reading_value (reading, op[6] + 4) & 0xFFFF0000) | (op[8] + 1));
          at += 12;
          break;
        case 0x83:
          at += 3;
          break;
        default:
          at += 7;
          break;
        }
    }
}
