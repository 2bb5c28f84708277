/* test-emulator-broadcast.c - one stream, many ends
 *
 *   shim MM2S 0 -> memory tile: ring of four objects -> every core of the column, each with two buffers
 *   each core: adds up N_EACH objects word by word, times its row -> memory tile, a buffer a row -> shim S2MM 0, one after the other
 *
 * With -m perf it tells how fast the emulator is.
 *
 * SPDX-License-Identifier: MIT
 */
#include "test-emulator-bench.h"

#include <string.h>
#include <time.h>

#define OBJECT 1152 /* words */
#define BYTES  (OBJECT * 4)
#define N_EACH 16
#define SUMS   0x8000 /* where a core adds up */

static void
add_up (TileCore *core)
{
  guint32 *sums = (guint32 *) (core->memory + SUMS);

  for (guint object = 0;; object++)
    {
      const guint32 *in = (const guint32 *) (core->memory + object % 2 * BYTES);

      if (object % N_EACH == 0)
        {
          tile_acquire (core, 2, 1);
          memset (sums, 0, BYTES);
        }
      tile_acquire (core, 1, 1);
      for (guint i = 0; i < OBJECT; i++)
        sums[i] += in[i] * core->row;
      core->clock->cycles += OBJECT / 16;
      tile_release (core, 0, 1);
      if (object % N_EACH == N_EACH - 1)
        tile_release (core, 3, 1);
    }
}

/* The same without the sums: what is left is the emulator's own work. */
static void
take_turns (TileCore *core)
{
  for (guint object = 0;; object++)
    {
      if (object % N_EACH == 0)
        tile_acquire (core, 2, 1);
      tile_acquire (core, 1, 1);
      core->clock->cycles += OBJECT / 16;
      tile_release (core, 0, 1);
      if (object % N_EACH == N_EACH - 1)
        tile_release (core, 3, 1);
    }
}

/* BDs first .. first + n - 1 in turn, for ever, buffer after buffer from `base` on. */
static void
set_buffers (Bench *bench,
             guint column,
             guint row,
             NpuDirection direction,
             guint channel,
             guint first,
             guint n,
             guint32 base,
             guint taken,
             guint given)
{
  const NpuLayout *layout = npu_layout (row);
  NpuBd bd = { .valid = 1, .length = OBJECT, .acquire = 1, .acquire_value = -1, .release_value = 1, .use_next = 1 };

  bd.acquire_lock = layout->own_lock + taken;
  bd.release_lock = layout->own_lock + given;
  for (guint i = 0; i < n; i++)
    {
      bd.base = layout->own_base + base + i * BYTES;
      bd.next = first + (i + 1) % n;
      set_bd (bench, column, row, first + i, &bd);
    }
  set_task (bench, column, row, direction, channel, first);
}

static void
set_column (Bench *bench, guint column)
{
  set_shim (bench, column);
  set_wire (bench, column, 0, NPU_SOUTH, NPU_MUX_PORT (0), NPU_NORTH, 0);
  set_wire (bench, column, 1, NPU_SOUTH, 0, NPU_DMA, 0);
  set_wire (bench, column, 1, NPU_DMA, 0, NPU_NORTH, 0);
  set_lock (bench, column, 1, 0, 4);
  set_buffers (bench, column, 1, NPU_S2MM, 0, 0, 4, 0, 0, 1);
  set_buffers (bench, column, 1, NPU_MM2S, 0, 4, 4, 0, 1, 0);

  for (guint r = 0; r < NPU_COMPUTE_ROWS; r++)
    {
      const guint row = NPU_COMPUTE_ROW + r, channel = 1 + r, bd = channel % 2 * 24 + 8 + r;

      set_wire (bench, column, row, NPU_SOUTH, 0, NPU_DMA, 0);
      if (r + 1 < NPU_COMPUTE_ROWS)
        set_wire (bench, column, row, NPU_SOUTH, 0, NPU_NORTH, 0);
      set_lock (bench, column, row, 0, 2);
      set_lock (bench, column, row, 2, 1);
      set_buffers (bench, column, row, NPU_S2MM, 0, 0, 2, 0, 0, 1);
      set_buffers (bench, column, row, NPU_MM2S, 0, 2, 1, SUMS, 3, 2);
      set_register (bench, NPU_ADDRESS (column, row, NPU_CORE_CONTROL), 1);

      set_wire (bench, column, row, NPU_DMA, 0, NPU_SOUTH, r);
      for (guint below = NPU_COMPUTE_ROW; below < row; below++)
        set_wire (bench, column, below, NPU_NORTH, r, NPU_SOUTH, r);
      set_wire (bench, column, 1, NPU_NORTH, r, NPU_DMA, channel);
      set_lock (bench, column, 1, 8 + 2 * r, 1);
      set_buffers (bench, column, 1, NPU_S2MM, channel, bd, 1, 0x10000 + r * BYTES, 8 + 2 * r, 9 + 2 * r);
    }

  /* The four sums leave in the order of rows. */
  for (guint r = 0; r < NPU_COMPUTE_ROWS; r++)
    set_bd (bench, column, 1, 40 + r,
            &(NpuBd){ .valid = 1,
                      .base = 0x80000 + 0x10000 + r * BYTES,
                      .length = OBJECT,
                      .acquire = 1,
                      .acquire_lock = 64 + 9 + 2 * r,
                      .acquire_value = -1,
                      .release_lock = 64 + 8 + 2 * r,
                      .release_value = 1,
                      .use_next = 1,
                      .next = 40 + (r + 1) % 4 });
  set_task (bench, column, 1, NPU_MM2S, 1, 40);
  set_wire (bench, column, 1, NPU_DMA, 1, NPU_SOUTH, 1);
  set_wire (bench, column, 0, NPU_NORTH, 1, NPU_SOUTH, NPU_DEMUX_PORT (0));
}

static void
start (Bench *bench, guint n_columns, guint n_sums, void (*program) (TileCore *core))
{
  g_autoptr (GError) error = NULL;

  bench_init (bench, n_columns);
  for (guint c = 0; c < n_columns; c++)
    set_column (bench, c);
  for (guint c = 0; c < n_columns; c++)
    {
      op_receive (bench, c, 1, 1, c * n_sums * 4 * BYTES, n_sums * 4 * OBJECT);
      op_send (bench, c, 0, 0, c * n_sums * N_EACH * BYTES, n_sums * N_EACH * OBJECT);
    }
  for (guint c = 0; c < n_columns; c++)
    op_wait (bench, c, 0, NPU_S2MM, 0);
  bench_start (bench, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < n_columns * NPU_COMPUTE_ROWS; i++)
    npu_emulator_set_program (bench->emulator, i / NPU_COMPUTE_ROWS, NPU_COMPUTE_ROW + i % NPU_COMPUTE_ROWS, program);
}

static void
test_every_core_gets_every_word (void)
{
  const guint n_columns = 2, n_sums = 3, n_in = n_columns * n_sums * N_EACH * OBJECT, n_out = n_columns * n_sums * 4 * OBJECT;
  g_auto (Bench) bench;
  g_autoptr (GError) error = NULL;
  g_autofree guint32 *in = numbers_new (n_in, 77), *out = g_new0 (guint32, n_out);
  const NpuBuffer buffers[] = { { (guint8 *) in, n_in * 4 }, { (guint8 *) out, n_out * 4 } };

  start (&bench, n_columns, n_sums, add_up);
  bench_run (&bench, buffers, 2, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < n_out; i++)
    {
      const guint word = i % OBJECT, row = NPU_COMPUTE_ROW + i / OBJECT % 4, sum = i / OBJECT / 4;
      guint32 expected = 0;

      for (guint object = 0; object < N_EACH; object++)
        expected += row * in[(sum * N_EACH + object) * OBJECT + word];
      g_assert_cmpuint (out[i], ==, expected);
    }
}

static void
measure_speed (void)
{
  const guint n_columns = 8, n_sums = 400, n_in = n_columns * n_sums * N_EACH * OBJECT, n_out = n_columns * n_sums * 4 * OBJECT;
  g_auto (Bench) bench;
  g_auto (NpuReport) report = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree guint32 *in = numbers_new (n_in, 77), *out = g_new0 (guint32, n_out);
  const NpuBuffer buffers[] = { { (guint8 *) in, n_in * 4 }, { (guint8 *) out, n_out * 4 } };
  double seconds; /* of the processor */
  clock_t began;

  memset (out, 0, n_out * 4);
  start (&bench, n_columns, n_sums, take_turns);
  began = clock ();
  bench_run (&bench, buffers, 2, &report, &error);
  g_assert_no_error (error);
  seconds = (double) (clock () - began) / CLOCKS_PER_SEC;
  g_test_maximized_result (2. * n_in * 4 / seconds / 1e9, "GB/s into the array and on to the cores: %.2f",
                           2. * n_in * 4 / seconds / 1e9);
  g_test_maximized_result (report.n_events / seconds, "events/s: %.0f", report.n_events / seconds);
  g_test_message ("%.3f s for %.6f s of the array, %" G_GUINT64_FORMAT " events", seconds, report.seconds, report.n_events);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/emulator/broadcast/every-core-gets-every-word", test_every_core_gets_every_word);
  if (g_test_perf ())
    g_test_add_func ("/emulator/broadcast/speed", measure_speed);
  return g_test_run ();
}
