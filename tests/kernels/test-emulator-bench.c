/* test-emulator-bench.c - small designs and streams
 *
 * SPDX-License-Identifier: MIT
 */
#include "test-emulator-bench.h"

static void
forget (Bench *bench)
{
  g_array_set_size (bench->words, 4);
  bench->n_ops = 0;
}

void
bench_init (Bench *bench, guint n_columns)
{
  *bench = (Bench){ .n_columns = n_columns, .generation = NPU2 };
  bench->writes = g_array_new (FALSE, FALSE, sizeof (NpuWrite));
  bench->words = g_array_new (FALSE, TRUE, sizeof (guint32));
  forget (bench);
}

void
bench_clear (Bench *bench)
{
  g_array_unref (bench->writes);
  g_array_unref (bench->words);
  g_clear_pointer (&bench->emulator, npu_emulator_free);
}

void
bench_forget_stream (Bench *bench)
{
  forget (bench);
}

void
set_register (Bench *bench, guint32 address, guint32 value)
{
  const NpuWrite write = { address, value };

  g_array_append_val (bench->writes, write);
}

void
set_bd (Bench *bench, guint column, guint row, guint i, const NpuBd *bd)
{
  guint32 words[8];

  g_assert_true (npu_bd_encode (npu_tile_kind (row), bd, words));
  for (guint w = 0; w < npu_layout (row)->bd_words; w++)
    set_register (bench, npu_bd_address (column, row, i) + 4 * w, words[w]);
}

void
set_task (Bench *bench, guint column, guint row, NpuDirection direction, guint channel, guint bd)
{
  set_register (bench, npu_queue_address (column, row, direction, channel), NPU_TASK (bd, 1, FALSE));
}

void
set_lock (Bench *bench, guint column, guint row, guint lock, guint value)
{
  set_register (bench, npu_lock_address (column, row, lock), value);
}

void
set_wire (Bench *bench, guint column, guint row, NpuBundle from, guint i, NpuBundle to, guint j)
{
  set_register (bench, npu_slave_address (column, row, from, i), NPU_SLAVE_ON);
  set_register (bench, npu_master_address (column, row, to, j), NPU_MASTER_FROM (npu_slave_port (npu_tile_kind (row), from, i)));
}

void
set_shim (Bench *bench, guint column)
{
  set_register (bench, NPU_ADDRESS (column, 0, NPU_SHIM_MUX), NPU_MUX_DMA (0) | NPU_MUX_DMA (1));
  set_register (bench, NPU_ADDRESS (column, 0, NPU_SHIM_DEMUX), NPU_DEMUX_DMA (0) | NPU_DEMUX_DMA (1));
  set_register (bench, npu_slave_address (column, 0, NPU_CONTROL, 0), NPU_TOKEN_SLAVE);
  set_register (bench, NPU_ADDRESS (column, 0, npu_layouts[NPU_TILE_SHIM].slot), NPU_TOKEN_SLOT);
  set_register (bench, npu_master_address (column, 0, NPU_SOUTH, 0), NPU_TOKEN_MASTER);
}

/* Two BDs, `first` and the next, that take turns for ever: each takes one of `taken` and gives one of `given`. */
static void
set_ring (Bench *bench,
          guint column,
          guint row,
          NpuDirection direction,
          guint first,
          const guint32 bases[2],
          guint n_words,
          guint taken,
          guint given)
{
  for (guint i = 0; i < 2; i++)
    {
      const NpuBd bd = { .valid = 1,
                         .base = npu_layout (row)->own_base + bases[i],
                         .length = n_words,
                         .acquire = 1,
                         .acquire_lock = npu_layout (row)->own_lock + taken,
                         .acquire_value = -1,
                         .release_lock = npu_layout (row)->own_lock + given,
                         .release_value = 1,
                         .use_next = 1,
                         .next = first + 1 - i };

      set_bd (bench, column, row, first + i, &bd);
    }
  set_task (bench, column, row, direction, 0, first);
}

void
set_loop (Bench *bench, guint column, guint n_words)
{
  static const guint32 bases[] = { 0, 0x10000 };

  set_shim (bench, column);
  set_wire (bench, column, 0, NPU_SOUTH, NPU_MUX_PORT (0), NPU_NORTH, 0);
  set_wire (bench, column, 1, NPU_SOUTH, 0, NPU_DMA, 0);
  set_wire (bench, column, 1, NPU_DMA, 0, NPU_SOUTH, 0);
  set_wire (bench, column, 0, NPU_NORTH, 0, NPU_SOUTH, NPU_DEMUX_PORT (0));
  set_lock (bench, column, 1, 0, 2);
  set_ring (bench, column, 1, NPU_S2MM, 0, bases, n_words, 0, 1);
  set_ring (bench, column, 1, NPU_MM2S, 2, bases, n_words, 1, 0);
}

void
bench_init_with_loop (Bench *bench, guint n_words)
{
  bench_init (bench, 1);
  set_loop (bench, 0, n_words);
}

void
set_core_loop (Bench *bench, guint column, guint n_words)
{
  static const guint32 bases_in[] = { 0, 0 }, bases_out[] = { 0x4000, 0x4000 };

  set_shim (bench, column);
  set_wire (bench, column, 0, NPU_SOUTH, NPU_MUX_PORT (0), NPU_NORTH, 0);
  set_wire (bench, column, 1, NPU_SOUTH, 0, NPU_NORTH, 0);
  set_wire (bench, column, 2, NPU_SOUTH, 0, NPU_DMA, 0);
  set_wire (bench, column, 2, NPU_DMA, 0, NPU_SOUTH, 0);
  set_wire (bench, column, 1, NPU_NORTH, 0, NPU_SOUTH, 0);
  set_wire (bench, column, 0, NPU_NORTH, 0, NPU_SOUTH, NPU_DEMUX_PORT (0));
  set_lock (bench, column, 2, 0, 1);
  set_lock (bench, column, 2, 2, 1);
  set_ring (bench, column, 2, NPU_S2MM, 0, bases_in, n_words, 0, 1);
  set_ring (bench, column, 2, NPU_MM2S, 2, bases_out, n_words, 3, 2);
  set_register (bench, NPU_ADDRESS (column, 2, NPU_CORE_CONTROL), 1);
}

void
op_words (Bench *bench, const guint32 *words, guint n)
{
  g_array_append_vals (bench->words, words, n);
  bench->n_ops++;
}

#define OP(...) op_words (bench, (const guint32[]){ __VA_ARGS__ }, sizeof ((guint32[]){ __VA_ARGS__ }) / 4)

void
op_write (Bench *bench, guint32 address, guint32 value)
{
  OP (0, 0, address, 0, value, 24);
}

void
op_mask_write (Bench *bench, guint32 address, guint32 value, guint32 mask)
{
  OP (3, 0, address, 0, value, mask, 28);
}

void
op_poll (Bench *bench, guint32 address, guint32 value, guint32 mask)
{
  OP (4, 0, address, 0, value, mask, 28);
}

void
op_bd (Bench *bench, guint column, guint row, guint i, const NpuBd *bd)
{
  guint32 words[8];

  g_assert_true (npu_bd_encode (npu_tile_kind (row), bd, words));
  OP (1, column | row << 8, npu_bd_address (column, row, i), 48, words[0], words[1], words[2], words[3], words[4], words[5],
      words[6], words[7]);
}

void
op_patch (Bench *bench, guint column, guint bd, guint argument, guint32 plus)
{
  OP (0x81, 48, 0, 0, 0, 0, npu_bd_address (column, 0, bd) + 4, 0, argument, 0, plus, 0);
}

void
op_push (Bench *bench, guint column, NpuDirection direction, guint channel, guint bd, guint times, gboolean token)
{
  op_write (bench, npu_queue_address (column, 0, direction, channel), NPU_TASK (bd, times, token));
}

void
op_wait (Bench *bench, guint column, guint row, NpuDirection direction, guint channel)
{
  OP (0x80, 16, direction | row << 8 | column << 16, 1u << 8 | 1u << 16 | channel << 24);
}

void
op_timer (Bench *bench, guint32 id)
{
  OP (0x83, 12, id);
}

void
op_send (Bench *bench, guint column, guint bd, guint argument, guint32 byte, guint n_words)
{
  op_bd (bench, column, 0, bd, &(NpuBd){ .valid = 1, .length = n_words, .burst = 3, .cache = 2 });
  op_patch (bench, column, bd, argument, byte);
  op_push (bench, column, NPU_MM2S, 0, bd, 1, FALSE);
}

void
op_receive (Bench *bench, guint column, guint bd, guint argument, guint32 byte, guint n_words)
{
  op_bd (bench, column, 0, bd, &(NpuBd){ .valid = 1, .length = n_words, .burst = 3, .cache = 2 });
  op_patch (bench, column, bd, argument, byte);
  op_mask_write (bench, npu_control_address (column, 0, NPU_S2MM, 0), NPU_TOKEN_ID << 8, 0x1F00);
  op_push (bench, column, NPU_S2MM, 0, bd, 1, TRUE);
}

void
op_pass (Bench *bench, guint32 byte, guint n_words)
{
  op_receive (bench, 0, 1, 1, byte, n_words);
  op_send (bench, 0, 0, 0, byte, n_words);
  op_wait (bench, 0, 0, NPU_S2MM, 0);
}

gboolean
bench_start (Bench *bench, GError **error)
{
  g_clear_pointer (&bench->emulator, npu_emulator_free);
  bench->emulator = npu_emulator_new (bench->n_columns, NPU_ROWS, bench->generation, &npu_costs_nominal);
  return npu_emulator_configure (bench->emulator, (const NpuWrite *) bench->writes->data, bench->writes->len, error);
}

void
bench_complete_header (Bench *bench)
{
  guint32 *words = (guint32 *) bench->words->data;

  words[0] = bench->generation == NPU2 ? 0x06040100 : 0x06030100;
  words[1] = 0x100 | bench->n_columns;
  words[2] = bench->n_ops;
  words[3] = bench->words->len * 4;
}

gboolean
bench_run (Bench *bench, const NpuBuffer *buffers, guint n_buffers, NpuReport *report, GError **error)
{
  bench_complete_header (bench);
  return npu_emulator_run (bench->emulator, (const guint32 *) bench->words->data, bench->words->len, buffers, n_buffers, report,
                           error);
}

guint32 *
numbers_new (guint n, guint32 first)
{
  guint32 *numbers = g_new (guint32, n);

  for (guint i = 0; i < n; i++)
    numbers[i] = first + i;
  return numbers;
}
