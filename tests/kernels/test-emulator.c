/* test-emulator.c - the emulated array does what its registers say
 *
 * SPDX-License-Identifier: MIT
 */
#include "test-emulator-bench.h"

#include <string.h>

/* The stream that AMD's own tools were held against, version 0.1: argument 0's rows 0 to 31, 16 words each, 256 apart, from byte 64 on
 * leave by MM2S 0; S2MM 0 writes 512 words to argument 1. */
static const guint32 worked_example[] = {
  0x06040100, 0x00000108, 0x00000008, 0x0000012C,                                                 /* header */
  0x00000001, 0x00000000, 0x0001D000, 0x00000030,                                                 /* BLOCKWRITE BD 0 */
  0x00000200, 0x00000000, 0x00000000, 0x01000000, 0xC20000FF, 0x02000000, 0x00000000, 0x02000000, /* its words */
  0x00000081, 0x00000030, 0x00000000, 0x00000000, 0x00000000, 0x00000000,                         /* DDR_PATCH */
  0x0001D004, 0x00000000, 0x00000000, 0x00000000, 0x00000040, 0x00000000,                         /* argument 0 */
  0x00000000, 0x00000000, 0x0001D214, 0x00000000, 0x00000000, 0x00000018,                         /* push */
  0x00000001, 0x00000000, 0x0001D020, 0x00000030,                                                 /* BLOCKWRITE BD 1 */
  0x00000200, 0x00000000, 0x00000000, 0x00000000, 0xC0000000, 0x02000000, 0x00000000, 0x02000000, /* its words */
  0x00000081, 0x00000030, 0x00000000, 0x00000000, 0x00000000, 0x00000000,                         /* DDR_PATCH */
  0x0001D024, 0x00000000, 0x00000001, 0x00000000, 0x00000000, 0x00000000,                         /* argument 1 */
  0x00000003, 0x00000000, 0x0001D200, 0x00000000, 0x00000F00, 0x00001F00, 0x0000001C,             /* controller id */
  0x00000000, 0x00000000, 0x0001D204, 0x00000000, 0x80000001, 0x00000018,                         /* push, token */
  0x00000080, 0x00000010, 0x00000000, 0x00010100,                                                 /* wait */
};

static void
run_worked_example (const guint32 *stream, guint n_words, NpuReport *report)
{
  g_auto (Bench) bench;
  g_autoptr (GError) error = NULL;
  g_autofree guint32 *in = numbers_new (32 * 256 + 16, 1000), *out = g_new0 (guint32, 512);
  const NpuBuffer buffers[] = { { (guint8 *) in, (32 * 256 + 16) * 4 }, { (guint8 *) out, 512 * 4 } };

  bench_init (&bench, 8);
  set_loop (&bench, 0, 128);
  bench_start (&bench, &error);
  g_assert_no_error (error);
  npu_emulator_run (bench.emulator, stream, n_words, buffers, 2, report, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 512; i++)
    g_assert_cmpuint (out[i], ==, in[16 + i / 16 * 256 + i % 16]);
}

static void
test_worked_example (void)
{
  g_auto (NpuReport) report = { 0 };

  run_worked_example (worked_example, G_N_ELEMENTS (worked_example), &report);
  g_assert_cmpuint (report.n_ops, ==, 8);
  g_assert_cmpuint (report.shim_bytes[0][NPU_MM2S][0], ==, 2048);
  g_assert_cmpuint (report.shim_bytes[0][NPU_S2MM][0], ==, 2048);
  g_assert_cmpuint (report.cycles, >, 512);
}

/* The same as version 1.0 packs it: 208 bytes */
static void
test_compact_version (void)
{
  static const guint32 stream[] = {
    0x06040001, 0x00000108, 8,       208,        1,       0x1D000, 0x2C,    0x200,      0,  0,          0x01000000,
    0xC20000FF, 0x02000000, 0,       0x02000000, 0x81,    24,      0x1D004, 0,          64, 0,          0,
    0x1D214,    0,          1,       0x1D020,    0x2C,    0x200,   0,       0,          0,  0xC0000000, 0x02000000,
    0,          0x02000000, 0x81,    24,         0x1D024, 1,       0,       0,          3,  0x1D200,    0xF00,
    0x1F00,     0,          0x1D204, 0x80000001, 0x80,    16,      0,       0x00010100,
  };

  g_assert_cmpuint (sizeof stream, ==, 208);
  run_worked_example (stream, G_N_ELEMENTS (stream), NULL);
}

static void
double_numbers (TileCore *core)
{
  for (;;)
    {
      guint32 *in = (guint32 *) core->memory, *out = (guint32 *) (core->memory + 0x4000);

      tile_acquire (core, 1, 1);
      tile_acquire (core, 2, 1);
      for (guint i = 0; i < 64; i++)
        out[i] = 2 * in[i];
      core->clock->cycles += 1000;
      tile_release (core, 0, 1);
      tile_release (core, 3, 1);
    }
}

/* An array that waits for 640 numbers of its core, and sends it so many. */
static void
start_doubling (Bench *bench, guint n_sent)
{
  g_autoptr (GError) error = NULL;

  bench_init (bench, 1);
  set_core_loop (bench, 0, 64);
  op_receive (bench, 0, 1, 1, 0, 640);
  op_send (bench, 0, 0, 0, 0, n_sent);
  op_wait (bench, 0, 0, NPU_S2MM, 0);
  bench_start (bench, &error);
  g_assert_no_error (error);
  npu_emulator_set_program (bench->emulator, 0, 2, double_numbers);
}

static void
test_core_doubles_numbers (void)
{
  g_auto (Bench) bench;
  g_auto (NpuReport) report = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree guint32 *in = numbers_new (640, 1), *out = g_new0 (guint32, 640);
  const NpuBuffer buffers[] = { { (guint8 *) in, 2560 }, { (guint8 *) out, 2560 } };

  start_doubling (&bench, 640);

  for (guint run = 0; run < 3; run++)
    {
      memset (out, 0, 2560);
      npu_report_clear (&report);
      bench_run (&bench, buffers, 2, &report, &error);
      g_assert_no_error (error);
      for (guint i = 0; i < 640; i++)
        g_assert_cmpuint (out[i], ==, 2 * in[i]);
      g_assert_cmpuint (report.cores[0][0].busy, ==, 10000);
      g_assert_cmpuint (report.cycles, >, 10000);
      g_assert_cmpuint (report.cycles, <, 15000);
    }
}

static void
test_deadlock_names_who_waits (void)
{
  g_auto (Bench) bench;
  g_autoptr (GError) error = NULL;
  g_autofree guint32 *in = numbers_new (640, 1), *out = g_new0 (guint32, 640);
  const NpuBuffer buffers[] = { { (guint8 *) in, 2560 }, { (guint8 *) out, 2560 } };

  start_doubling (&bench, 639);

  g_assert_false (bench_run (&bench, buffers, 2, NULL, &error));
  g_assert_error (error, NPU_ERROR, NPU_ERROR_DEADLOCK);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, "core of tile (0, 2): waits for lock 1 of tile (0, 2) to be at least 1; it is 0"));
  g_assert_nonnull (strstr (error->message, "op 7 (TCT)"));
  g_assert_nonnull (strstr (error->message, "S2MM 0 of tile (0, 2), BD 1: waits for 1 words from MM2S 0 of tile (0, 0)"));
}

/* A memory tile's DMA sends what lies in its western neighbour, when that one's lock says so. */
static void
test_neighbours_memory (void)
{
  g_auto (Bench) bench;
  g_autoptr (GError) error = NULL;
  g_autofree guint32 *in = numbers_new (64, 1), *out = g_new0 (guint32, 64);
  const NpuBuffer buffers[] = { { (guint8 *) in, 256 }, { (guint8 *) out, 256 } };

  bench_init (&bench, 2);
  set_shim (&bench, 0);
  set_shim (&bench, 1);
  set_wire (&bench, 0, 0, NPU_SOUTH, NPU_MUX_PORT (0), NPU_NORTH, 0);
  set_wire (&bench, 0, 1, NPU_SOUTH, 0, NPU_DMA, 0);
  set_wire (&bench, 1, 1, NPU_DMA, 1, NPU_SOUTH, 0);
  set_wire (&bench, 1, 0, NPU_NORTH, 0, NPU_SOUTH, NPU_DEMUX_PORT (0));
  set_bd (&bench, 0, 1, 0, &(NpuBd){ .valid = 1, .base = 0x80100, .length = 64, .release_lock = 64 + 7, .release_value = 1 });
  set_bd (&bench, 1, 1, 24,
          &(NpuBd){ .valid = 1, .base = 0x100, .length = 64, .acquire = 1, .acquire_lock = 7, .acquire_value = -1 });
  set_task (&bench, 0, 1, NPU_S2MM, 0, 0);
  set_task (&bench, 1, 1, NPU_MM2S, 1, 24);
  op_receive (&bench, 1, 1, 1, 0, 64);
  op_send (&bench, 0, 0, 0, 0, 64);
  op_wait (&bench, 1, 0, NPU_S2MM, 0);
  bench_start (&bench, &error);
  g_assert_no_error (error);
  bench_run (&bench, buffers, 2, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (out, 256, in, 256);
  g_assert_cmpint (npu_emulator_get_lock (bench.emulator, 0, 1, 7), ==, 0);
}

/* Acquire-equal waits for exactly that value, and leaves it. */
static void
test_acquire_equal (void)
{
  g_auto (Bench) bench;
  g_auto (NpuReport) report = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree guint32 *in = numbers_new (64, 1);
  const NpuBuffer buffers[] = { { (guint8 *) in, 256 } };
  const NpuTimer *timer;

  bench_init (&bench, 1);
  set_shim (&bench, 0);
  set_wire (&bench, 0, 0, NPU_SOUTH, NPU_MUX_PORT (0), NPU_NORTH, 0);
  set_wire (&bench, 0, 1, NPU_SOUTH, 0, NPU_DMA, 0);
  set_bd (&bench, 0, 1, 0,
          &(NpuBd){ .valid = 1, .base = 0x80000, .length = 64, .acquire = 1, .acquire_lock = 64, .acquire_value = 3 });
  set_lock (&bench, 0, 1, 0, 4);
  set_task (&bench, 0, 1, NPU_S2MM, 0, 0);
  op_send (&bench, 0, 0, 0, 0, 64);
  for (guint i = 0; i < 500; i++)
    op_write (&bench, npu_lock_address (0, 1, 0), i % 2 == 0 ? 2 : 4);
  op_timer (&bench, 0);
  op_poll (&bench, npu_status_address (0, 0, NPU_MM2S, 0), 1u << 19, 1u << 19); /* still there */
  op_write (&bench, npu_lock_address (0, 1, 0), 3);
  op_poll (&bench, npu_status_address (0, 0, NPU_MM2S, 0), 0, 1u << 19);
  bench_start (&bench, &error);
  bench_run (&bench, buffers, 1, &report, &error);
  g_assert_no_error (error);
  timer = &g_array_index (report.timers, NpuTimer, 0);
  g_assert_cmpuint (timer->cycle, >, 500 * 6 * 14);
  g_assert_cmpuint (report.cycles, >=, timer->cycle + 64);
  g_assert_cmpint (npu_emulator_get_lock (bench.emulator, 0, 1, 0), ==, 3);
}

static void
count_runs (TileCore *core)
{
  guint32 *n = (guint32 *) (core->memory + 0x100);

  tile_release (core, 5, 1);
  (*n)++;
  tile_acquire (core, 6, 1);
}

/* A core that waits is reset, and enabled once more: its program begins anew, its memory stays. */
static void
test_core_is_reset (void)
{
  const guint32 control = NPU_ADDRESS (0, 2, NPU_CORE_CONTROL);
  g_auto (Bench) bench;
  g_autoptr (GError) error = NULL;

  bench_init (&bench, 1);
  op_write (&bench, NPU_ADDRESS (0, 2, 0x100), 40);
  for (guint i = 0; i < 2; i++)
    {
      op_write (&bench, control, 1);
      op_poll (&bench, npu_lock_address (0, 2, 5), 1 + i, 63);
      op_write (&bench, control, 2);
    }
  op_write (&bench, npu_lock_address (0, 2, 6), 1); /* of which nobody takes note any more */
  bench_start (&bench, &error);
  npu_emulator_set_program (bench.emulator, 0, 2, count_runs);
  bench_run (&bench, NULL, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (*(const guint32 *) (npu_emulator_get_memory (bench.emulator, 0, 2) + 0x100), ==, 42);
  g_assert_cmpint (npu_emulator_get_lock (bench.emulator, 0, 2, 6), ==, 1);
}

static void
compute_long (TileCore *core)
{
  core->clock->cycles += 100000;
  tile_acquire (core, 6, 1);
  tile_release (core, 5, 1);
}

/* A core that is reset while it computes does not ask for the lock that it was about to ask for: only the second life does. */
static void
test_core_is_reset_while_it_computes (void)
{
  const guint32 control = NPU_ADDRESS (0, 2, NPU_CORE_CONTROL);
  g_auto (Bench) bench;
  g_auto (NpuReport) report = { 0 };
  g_autoptr (GError) error = NULL;

  bench_init (&bench, 1);
  set_lock (&bench, 0, 2, 6, 2);
  op_write (&bench, control, 1);
  for (guint i = 0; i < 1000; i++)
    op_write (&bench, NPU_ADDRESS (0, 2, 0x100), 40);
  op_write (&bench, control, 2);
  op_write (&bench, control, 1);
  op_poll (&bench, npu_lock_address (0, 2, 5), 1, 63);
  bench_start (&bench, &error);
  npu_emulator_set_program (bench.emulator, 0, 2, compute_long);
  bench_run (&bench, NULL, 0, &report, &error);
  g_assert_no_error (error);
  g_assert_cmpint (npu_emulator_get_lock (bench.emulator, 0, 2, 6), ==, 1);
  g_assert_cmpuint (report.cycles, >, 100000 + 6000 * 14);
}

/* A channel that is reset forgets its tasks: one that waits for a lock, and one that is being set up. */
static void
test_channel_is_reset (void)
{
  const guint32 control = npu_control_address (0, 2, NPU_S2MM, 0), queue = npu_queue_address (0, 2, NPU_S2MM, 0);
  g_auto (Bench) bench;
  g_autoptr (GError) error = NULL;
  g_autofree guint32 *in = numbers_new (64, 1);
  const NpuBuffer buffers[] = { { (guint8 *) in, 256 } };

  bench_init (&bench, 1);
  set_shim (&bench, 0);
  set_wire (&bench, 0, 0, NPU_SOUTH, NPU_MUX_PORT (0), NPU_NORTH, 0);
  set_wire (&bench, 0, 1, NPU_SOUTH, 0, NPU_NORTH, 0);
  set_wire (&bench, 0, 2, NPU_SOUTH, 0, NPU_DMA, 0);
  set_bd (&bench, 0, 2, 0,
          &(NpuBd){ .valid = 1, .base = 0x1000, .length = 64, .acquire = 1, .acquire_lock = 8, .acquire_value = -1 });
  set_bd (&bench, 0, 2, 1, &(NpuBd){ .valid = 1, .base = 0x2000, .length = 64, .release_lock = 9, .release_value = 1 });
  op_write (&bench, queue, NPU_TASK (0, 1, FALSE));
  op_poll (&bench, npu_status_address (0, 2, NPU_S2MM, 0), 1u << 2, 1u << 2); /* waits for its lock */
  op_write (&bench, control, 2);
  op_poll (&bench, npu_status_address (0, 2, NPU_S2MM, 0), 0, 0xFFFFFFFF);
  op_write (&bench, control, 0);
  op_write (&bench, npu_lock_address (0, 2, 8), 1);
  op_write (&bench, queue, NPU_TASK (1, 1, FALSE));
  op_send (&bench, 0, 0, 0, 0, 64);
  op_poll (&bench, npu_lock_address (0, 2, 9), 1, 63);
  bench_start (&bench, &error);
  bench_run (&bench, buffers, 1, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (npu_emulator_get_lock (bench.emulator, 0, 2, 8), ==, 1);
  g_assert_cmpmem (npu_emulator_get_memory (bench.emulator, 0, 2) + 0x2000, 256, in, 256);
}

/* Reset in the configuration, and started again before time goes on: the first start is void. */
static void
test_channel_is_reset_while_it_is_set_up (void)
{
  const guint32 control = npu_control_address (0, 2, NPU_S2MM, 0);
  g_auto (Bench) bench;
  g_autoptr (GError) error = NULL;

  bench_init (&bench, 1);
  set_bd (&bench, 0, 2, 0, &(NpuBd){ .valid = 1, .length = 64, .acquire = 1, .acquire_lock = 8, .acquire_value = -1 });
  set_lock (&bench, 0, 2, 8, 2);
  set_task (&bench, 0, 2, NPU_S2MM, 0, 0);
  set_register (&bench, control, 2);
  set_register (&bench, control, 0);
  set_task (&bench, 0, 2, NPU_S2MM, 0, 0);
  op_poll (&bench, npu_status_address (0, 2, NPU_S2MM, 0), 1u << 4, 1u << 4); /* waits for the stream */
  bench_start (&bench, &error);
  bench_run (&bench, NULL, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (npu_emulator_get_lock (bench.emulator, 0, 2, 8), ==, 1);
}

/* Three wait for one lock: whoever came first gets it first, and everyone gets it. */
static void
test_waiting_in_line (void)
{
  g_auto (Bench) bench;
  g_autoptr (GError) error = NULL;

  bench_init (&bench, 1);
  for (guint i = 0; i < 3; i++)
    {
      set_bd (&bench, 0, 1, 2 * i,
              &(NpuBd){ .valid = 1, .base = 0x80000, .length = 64, .acquire = 1, .acquire_lock = 64, .acquire_value = -1 });
      op_write (&bench, npu_queue_address (0, 1, NPU_S2MM, 4 - 2 * i), NPU_TASK (2 * i, 1, FALSE));
    }
  for (guint i = 0; i < 3; i++)
    {
      op_write (&bench, npu_lock_address (0, 1, 0), 1);
      op_poll (&bench, npu_status_address (0, 1, NPU_S2MM, 4 - 2 * i), 1u << 4, 1u << 4);
    }
  bench_start (&bench, &error);
  g_assert_false (bench_run (&bench, NULL, 0, NULL, &error));
  g_assert_error (error, NPU_ERROR, NPU_ERROR_LEFT_OVER); /* all three wait for words now */
}

static void
test_memory_is_undefined_at_first (void)
{
  g_auto (Bench) bench;

  bench_init (&bench, 1);
  bench_start (&bench, NULL);
  for (guint row = 1; row < NPU_ROWS; row++)
    g_assert_cmphex (npu_emulator_get_memory (bench.emulator, 0, row)[npu_layout (row)->memory - 1], ==, 0xA5);
}

static gboolean
stop_at_second (gpointer data)
{
  return ++*(guint *) data == 2;
}

/* Somebody is asked now and then; who says yes ends the run, and the emulator. */
static void
test_stop (void)
{
  g_auto (Bench) bench;
  g_autoptr (GError) error = NULL;
  g_autofree guint32 *in = numbers_new (640, 1), *out = g_new0 (guint32, 640);
  const NpuBuffer buffers[] = { { (guint8 *) in, 2560 }, { (guint8 *) out, 2560 } };
  guint n_asked = 0;

  start_doubling (&bench, 640);
  npu_emulator_set_stop (bench.emulator, stop_at_second, &n_asked);

  while (bench_run (&bench, buffers, 2, NULL, &error))
    g_assert_cmpuint (n_asked, <, 2);
  g_assert_error (error, NPU_ERROR, NPU_ERROR_STOPPED);
  g_assert_cmpuint (n_asked, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/emulator/worked-example", test_worked_example);
  g_test_add_func ("/emulator/compact-version", test_compact_version);
  g_test_add_func ("/emulator/core-doubles-numbers", test_core_doubles_numbers);
  g_test_add_func ("/emulator/deadlock-names-who-waits", test_deadlock_names_who_waits);
  g_test_add_func ("/emulator/neighbours-memory", test_neighbours_memory);
  g_test_add_func ("/emulator/acquire-equal", test_acquire_equal);
  g_test_add_func ("/emulator/core-is-reset", test_core_is_reset);
  g_test_add_func ("/emulator/core-is-reset-while-it-computes", test_core_is_reset_while_it_computes);
  g_test_add_func ("/emulator/channel-is-reset", test_channel_is_reset);
  g_test_add_func ("/emulator/channel-is-reset-while-it-is-set-up", test_channel_is_reset_while_it_is_set_up);
  g_test_add_func ("/emulator/waiting-in-line", test_waiting_in_line);
  g_test_add_func ("/emulator/stop", test_stop);
  g_test_add_func ("/emulator/memory-is-undefined-at-first", test_memory_is_undefined_at_first);
  return g_test_run ();
}
