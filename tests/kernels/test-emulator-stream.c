/* test-emulator-stream.c - the ops of an instruction stream
 *
 * SPDX-License-Identifier: MIT
 */
#include "test-emulator-bench.h"

#include <string.h>

#define WORDS 64 /* of an object here */
#define ROOM  4096

typedef struct
{
  guint32 *in, *out;
  NpuBuffer buffers[2];
} Arguments;

static void
arguments_init (Arguments *arguments)
{
  arguments->in = numbers_new (ROOM, 1);
  arguments->out = g_new0 (guint32, ROOM);
  arguments->buffers[0] = (NpuBuffer){ (guint8 *) arguments->in, ROOM * 4 };
  arguments->buffers[1] = (NpuBuffer){ (guint8 *) arguments->out, ROOM * 4 };
}

static void
arguments_clear (Arguments *arguments)
{
  g_free (arguments->in);
  g_free (arguments->out);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, arguments_clear)

static void
run_well (Bench *bench, const Arguments *arguments, NpuReport *report)
{
  g_autoptr (GError) error = NULL;

  if (bench->emulator == NULL)
    bench_start (bench, &error);
  g_assert_no_error (error);
  bench_run (bench, arguments->buffers, 2, report, &error);
  g_assert_no_error (error);
}

/* AMD's assembler pads the op to 32 bytes. */
static void
test_long_mask_write (void)
{
  const guint32 address = npu_bd_address (0, 1, 40) + 4;
  const guint32 writes[8] = { 3, 0, address, 0, 0x12345678, 0x00FFFF00, 32, 0 };
  g_auto (Arguments) arguments;
  g_auto (Bench) bench;

  arguments_init (&arguments);
  bench_init_with_loop (&bench, WORDS);
  op_write (&bench, address, 0xAAAAAAAA);
  op_words (&bench, writes, 8);
  op_poll (&bench, address, 0xAA3456AA, 0xFFFFFFFF);
  run_well (&bench, &arguments, NULL);
}

static void
test_one_wait_takes_one_token (void)
{
  g_auto (Arguments) arguments;
  g_auto (Bench) bench;

  arguments_init (&arguments);
  bench_init_with_loop (&bench, WORDS);
  for (guint run = 0; run < 3; run++)
    op_receive (&bench, 0, 1 + run, 1, run * WORDS * 4, WORDS);
  op_send (&bench, 0, 0, 0, 0, 3 * WORDS);
  for (guint run = 0; run < 3; run++)
    op_wait (&bench, 0, 0, NPU_S2MM, 0);
  run_well (&bench, &arguments, NULL);
  g_assert_cmpmem (arguments.out, 3 * WORDS * 4, arguments.in, 3 * WORDS * 4);
}

static void
test_wait_for_a_rectangle (void)
{
  const guint32 wait[] = { 0x80, 16, NPU_S2MM | 1u << 16, 1u << 8 | 3u << 16 }; /* columns 1 to 3 */
  g_auto (Arguments) arguments;
  g_auto (Bench) bench;

  arguments_init (&arguments);
  bench_init (&bench, 4);
  for (guint c = 1; c < 4; c++)
    {
      set_loop (&bench, c, WORDS);
      op_receive (&bench, c, 1, 1, c * WORDS * 4, WORDS);
      op_send (&bench, c, 0, 0, c * WORDS * 4, WORDS);
    }
  op_words (&bench, wait, 4);
  run_well (&bench, &arguments, NULL);
  g_assert_cmpmem (arguments.out + WORDS, 3 * WORDS * 4, arguments.in + WORDS, 3 * WORDS * 4);
}

/* More tasks than a channel holds, each pushed when the status says that there is room. */
static void
test_status_says_when_there_is_room (void)
{
  g_auto (Arguments) arguments;
  g_auto (Bench) bench;

  arguments_init (&arguments);
  bench_init_with_loop (&bench, WORDS);
  op_receive (&bench, 0, 1, 1, 0, 14 * WORDS);
  for (guint i = 0; i < 14; i++)
    {
      if (i >= 4)
        op_poll (&bench, npu_status_address (0, 0, NPU_MM2S, 0), 0, 1u << 22);
      op_send (&bench, 0, 2 + i, 0, i * WORDS * 4, WORDS);
    }
  op_wait (&bench, 0, 0, NPU_S2MM, 0);
  run_well (&bench, &arguments, NULL);
  g_assert_cmpmem (arguments.out, 14 * WORDS * 4, arguments.in, 14 * WORDS * 4);
}

static void
multiply_by_parameter (TileCore *core)
{
  for (;;)
    {
      const guint32 *in = (guint32 *) core->memory;
      guint32 *out = (guint32 *) (core->memory + 0x4000);

      tile_acquire (core, 4, 1);
      tile_acquire (core, 1, 1);
      tile_acquire (core, 2, 1);
      for (guint i = 0; i < WORDS; i++)
        out[i] = in[i] * *(guint32 *) (core->memory + 0x8000);
      tile_release (core, 0, 1);
      tile_release (core, 3, 1);
    }
}

/* A parameter is written into the core's memory, then the lock that the core waits for is set: each run anew. */
static void
test_runtime_parameter (void)
{
  g_auto (Arguments) arguments;
  g_auto (Bench) bench;
  g_autoptr (GError) error = NULL;

  arguments_init (&arguments);
  bench_init (&bench, 1);
  set_core_loop (&bench, 0, WORDS);
  bench_start (&bench, &error);
  g_assert_no_error (error);
  npu_emulator_set_program (bench.emulator, 0, 2, multiply_by_parameter);
  for (guint factor = 3; factor < 6; factor++)
    {
      bench_forget_stream (&bench);
      op_write (&bench, NPU_ADDRESS (0, 2, 0x8000), factor);
      op_write (&bench, npu_lock_address (0, 2, 4), 1);
      op_pass (&bench, 0, WORDS);
      run_well (&bench, &arguments, NULL);
      for (guint i = 0; i < WORDS; i++)
        g_assert_cmpuint (arguments.out[i], ==, arguments.in[i] * factor);
    }
}

/* The memory tile's BD gives lock 9; the stream sees it, takes it by a lock request, and looks again. */
static void
test_poll_of_a_lock (void)
{
  const guint32 request = NPU_ADDRESS (0, 1, npu_layouts[NPU_TILE_MEMORY].lock_request + 9 * 0x400 + 0x200 + (128 - 1) * 4);
  g_auto (Arguments) arguments;
  g_auto (Bench) bench;

  arguments_init (&arguments);
  bench_init (&bench, 1);
  set_shim (&bench, 0);
  set_wire (&bench, 0, 0, NPU_SOUTH, NPU_MUX_PORT (0), NPU_NORTH, 0);
  set_wire (&bench, 0, 1, NPU_SOUTH, 0, NPU_DMA, 0);
  set_bd (&bench, 0, 1, 0, &(NpuBd){ .valid = 1, .base = 0x80000, .length = WORDS, .release_lock = 64 + 9, .release_value = 1 });
  set_task (&bench, 0, 1, NPU_S2MM, 0, 0);
  op_send (&bench, 0, 0, 0, 0, WORDS);
  op_timer (&bench, 1);
  op_poll (&bench, npu_lock_address (0, 1, 9), 1, 0x3F);
  op_timer (&bench, 2);
  op_poll (&bench, request, 1, 1);
  op_poll (&bench, npu_lock_address (0, 1, 9), 0, 0x3F);
  {
    g_auto (NpuReport) report = { 0 };
    const NpuTimer *timers;

    run_well (&bench, &arguments, &report);
    timers = (const NpuTimer *) report.timers->data;
    g_assert_cmpuint (report.timers->len, ==, 2);
    g_assert_cmpuint (timers[0].id, ==, 1);
    g_assert_cmpuint (timers[1].id, ==, 2);
    g_assert_cmpuint (timers[1].cycle, >, timers[0].cycle + WORDS);
  }
  g_assert_cmpmem (npu_emulator_get_memory (bench.emulator, 0, 1), WORDS * 4, arguments.in, WORDS * 4);
  g_assert_cmpint (npu_emulator_get_lock (bench.emulator, 0, 1, 9), ==, 0);
}

/* A lock request that gives, and one that asks for more than there is until the next op's would come: it waits for ever. */
static void
test_lock_requests (void)
{
  const guint32 requests = NPU_ADDRESS (0, 2, npu_layouts[NPU_TILE_COMPUTE].lock_request + 3 * 0x400);
  g_auto (Arguments) arguments;
  g_auto (Bench) bench;
  g_autoptr (GError) error = NULL;

  arguments_init (&arguments);
  bench_init (&bench, 1);
  op_poll (&bench, requests + 2 * 4, 1, 1);                 /* gives 2 */
  op_poll (&bench, requests + 0x200 + 2 * 4, 1, 1);         /* is it 2? */
  op_poll (&bench, requests + 0x200 + (128 - 1) * 4, 1, 1); /* takes 1 */
  run_well (&bench, &arguments, NULL);
  g_assert_cmpint (npu_emulator_get_lock (bench.emulator, 0, 2, 3), ==, 1);

  bench_forget_stream (&bench);
  op_poll (&bench, requests + 0x200 + (128 - 2) * 4, 1, 1);
  g_assert_false (bench_run (&bench, arguments.buffers, 2, NULL, &error));
  g_assert_error (error, NPU_ERROR, NPU_ERROR_DEADLOCK);
}

/* A token slot may take more ids than one. */
static void
test_token_slot_with_a_mask (void)
{
  g_auto (Arguments) arguments;
  g_auto (Bench) bench;

  arguments_init (&arguments);
  bench_init_with_loop (&bench, WORDS);
  set_register (&bench, NPU_ADDRESS (0, 0, npu_layouts[NPU_TILE_SHIM].slot), 0x07070135); /* those that end in 111 */
  op_pass (&bench, 0, WORDS);
  run_well (&bench, &arguments, NULL);
}

/* A memory tile's BD serves the stream twice, from two places. */
static void
test_memory_bd_rewritten (void)
{
  g_auto (Arguments) arguments;
  g_auto (Bench) bench;

  arguments_init (&arguments);
  bench_init_with_loop (&bench, WORDS);
  set_wire (&bench, 0, 1, NPU_DMA, 2, NPU_SOUTH, 1);
  set_wire (&bench, 0, 0, NPU_NORTH, 1, NPU_SOUTH, NPU_DEMUX_PORT (1));
  for (guint i = 0; i < 2 * WORDS; i++)
    op_write (&bench, NPU_ADDRESS (0, 1, 0x40000 + 4 * i), 7000 + i);
  op_mask_write (&bench, npu_control_address (0, 0, NPU_S2MM, 1), 0xF00, 0x1F00);
  for (guint i = 0; i < 2; i++)
    {
      op_bd (&bench, 0, 0, 1, &(NpuBd){ .valid = 1, .length = WORDS });
      op_patch (&bench, 0, 1, 1, i * WORDS * 4);
      op_push (&bench, 0, NPU_S2MM, 1, 1, 1, TRUE);
      op_bd (&bench, 0, 1, 20, &(NpuBd){ .valid = 1, .length = WORDS, .base = 0x80000 + 0x40000 + i * WORDS * 4 });
      op_write (&bench, npu_queue_address (0, 1, NPU_MM2S, 2), NPU_TASK (20, 1, FALSE));
      op_wait (&bench, 0, 0, NPU_S2MM, 1);
    }
  run_well (&bench, &arguments, NULL);
  for (guint i = 0; i < 2 * WORDS; i++)
    g_assert_cmpuint (arguments.out[i], ==, 7000 + i);
}

/* A BD may be rewritten once its task is over: here one BD serves three times. */
static void
test_bd_used_again_after_its_token (void)
{
  g_auto (Arguments) arguments;
  g_auto (Bench) bench;

  arguments_init (&arguments);
  bench_init_with_loop (&bench, WORDS);
  for (guint i = 0; i < 3; i++)
    op_pass (&bench, i * WORDS * 4, WORDS);
  run_well (&bench, &arguments, NULL);
  g_assert_cmpmem (arguments.out, 3 * WORDS * 4, arguments.in, 3 * WORDS * 4);
}

/* Words have a price, so a longer stream that does nothing more takes longer by exactly that. */
static void
test_price_of_words (void)
{
  const NpuCosts *costs = &npu_costs_nominal;
  const guint n = 1000;
  g_auto (Arguments) arguments;
  g_auto (Bench) bench;
  g_auto (NpuReport) report = { 0 };

  arguments_init (&arguments);
  bench_init (&bench, 1);
  for (guint i = 0; i < n; i++)
    op_write (&bench, NPU_ADDRESS (0, 1, 4 * i), i);
  run_well (&bench, &arguments, &report);
  g_assert_cmpuint (report.n_ops, ==, n);
  g_assert_cmpuint (report.cycles, ==, (guint64) ((4 + 6 * n) * costs->stream_word_ns * 1e-9 * costs->clock_hz[NPU2]));
  g_assert_cmpuint (report.stream_cycles, ==, report.cycles);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/emulator/stream/long-mask-write", test_long_mask_write);
  g_test_add_func ("/emulator/stream/one-wait-takes-one-token", test_one_wait_takes_one_token);
  g_test_add_func ("/emulator/stream/wait-for-a-rectangle", test_wait_for_a_rectangle);
  g_test_add_func ("/emulator/stream/status-says-when-there-is-room", test_status_says_when_there_is_room);
  g_test_add_func ("/emulator/stream/runtime-parameter", test_runtime_parameter);
  g_test_add_func ("/emulator/stream/poll-of-a-lock", test_poll_of_a_lock);
  g_test_add_func ("/emulator/stream/lock-requests", test_lock_requests);
  g_test_add_func ("/emulator/stream/token-slot-with-a-mask", test_token_slot_with_a_mask);
  g_test_add_func ("/emulator/stream/memory-bd-rewritten", test_memory_bd_rewritten);
  g_test_add_func ("/emulator/stream/bd-used-again-after-its-token", test_bd_used_again_after_its_token);
  g_test_add_func ("/emulator/stream/price-of-words", test_price_of_words);
  return g_test_run ();
}
