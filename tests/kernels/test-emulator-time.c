/* test-emulator-time.c - the clock: the same every time, and what is known of the array
 *
 * SPDX-License-Identifier: MIT
 */
#include "test-emulator-bench.h"

#include <string.h>
#include <time.h>

#define MEGABYTE (1 << 20)

/* n_columns loops; in each, rows of `run` words of argument 0, `run` words apart, go to argument 1. Returns the seconds that
 * the emulator took. */
static double
run_loops (guint n_columns, guint run, guint n_words, const NpuCosts *costs, NpuReport *report)
{
  const guint n = n_columns * n_words;
  double seconds; /* of the processor */
  clock_t began;
  g_autofree guint32 *in = numbers_new (2 * n, 1), *out = g_new0 (guint32, n);
  const NpuBuffer buffers[] = { { (guint8 *) in, (gsize) n * 8 }, { (guint8 *) out, (gsize) n * 4 } };
  g_auto (Bench) bench;
  g_autoptr (GError) error = NULL;

  bench_init (&bench, n_columns);
  for (guint c = 0; c < n_columns; c++)
    {
      set_loop (&bench, c, 1024);
      op_receive (&bench, c, 1, 1, c * n_words * 4, n_words);
      op_bd (&bench, c, 0, 0, &(NpuBd){ .valid = 1, .length = n_words, .wrap = { run }, .step = { 1, 2 * run } });
      op_patch (&bench, c, 0, 0, c * n_words * 8);
      op_push (&bench, c, NPU_MM2S, 0, 0, 1, FALSE);
    }
  for (guint c = 0; c < n_columns; c++)
    op_wait (&bench, c, 0, NPU_S2MM, 0);
  bench.emulator = npu_emulator_new (n_columns, NPU_ROWS, NPU2, costs);
  npu_emulator_configure (bench.emulator, (const NpuWrite *) bench.writes->data, bench.writes->len, &error);
  for (guint i = 0; i < n; i++)
    out[i] = 1;
  began = clock ();
  bench_run (&bench, buffers, 2, report, &error);
  seconds = (double) (clock () - began) / CLOCKS_PER_SEC;
  g_assert_no_error (error);
  for (guint i = 0; i < n; i++)
    g_assert_cmpuint (out[i], ==, in[i / run * 2 * run + i % run]);
  return seconds;
}

/* One stream moves a word a cycle: what a loop costs beyond is start and latency, a few thousand cycles. */
static void
test_one_stream_moves_a_word_a_cycle (void)
{
  const guint n_words = MEGABYTE / 4;
  g_auto (NpuReport) report = { 0 };

  run_loops (1, 512, n_words, &npu_costs_nominal, &report);
  g_assert_cmpuint (report.cycles, >, n_words);
  g_assert_cmpuint (report.cycles, <, n_words + 8000);
  g_assert_cmpuint (report.shim_bytes[0][NPU_MM2S][0], ==, MEGABYTE);
}

/* Eight columns in and out want more than DDR gives, which is then the limit, and busy all the time. */
static void
test_ddr_is_shared (void)
{
  const NpuCosts *all[] = { &npu_costs_best, &npu_costs_nominal, &npu_costs_pessimistic };
  double before = 0;

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_auto (NpuReport) report = { 0 };
      double least = 16. * MEGABYTE / all[i]->ddr_both_bytes_per_second;

      run_loops (8, 512, MEGABYTE / 4, all[i], &report);
      g_assert_cmpfloat (report.seconds, >, least);
      g_assert_cmpfloat (report.seconds, <, 1.1 * least + 100e-6);
      g_assert_cmpfloat (report.seconds, >, before);
      g_assert_cmpfloat (report.ddr_cycles, >, 0.7 * report.cycles);
      before = report.seconds;
    }
}

/* 16-byte runs get about 10 GB/s of 47, 256 bytes and more all of it. */
static void
test_short_runs_are_slow (void)
{
  g_auto (NpuReport) report = { 0 }, single = { 0 };
  const double bytes = 8. * MEGABYTE;
  guint64 before = G_MAXUINT64;

  g_assert_cmpuint (npu_costs_ddr_bytes (16000, 16), ==, 75000);
  g_assert_cmpuint (npu_costs_ddr_bytes (64000, 64), ==, 111200);
  g_assert_cmpuint (npu_costs_ddr_bytes (16000, 256), ==, 16000);
  for (guint run = 4; run <= 512; run *= 2)
    {
      const guint64 cost = npu_costs_ddr_bytes (1 << 20, run);

      g_assert_cmpuint (cost, <=, before);
      before = cost;
    }
  run_loops (8, 4, MEGABYTE / 4, &npu_costs_nominal, &report);
  g_assert_cmpfloat (bytes / report.seconds, >, 7e9);
  g_assert_cmpfloat (bytes / report.seconds, <, 10e9);
  run_loops (8, 1, MEGABYTE / 4, &npu_costs_nominal, &single);
  g_assert_cmpuint (single.cycles, >, 3 * report.cycles);
}

/* A shim channel that has the next task already does not begin cold. */
static void
test_queued_tasks_are_warm (void)
{
  const NpuCosts *costs = &npu_costs_nominal;
  guint64 cycles[2];

  for (guint n = 1; n <= 2; n++)
    {
      g_autofree guint32 *in = numbers_new (4096, 1), *out = g_new0 (guint32, 4096);
      const NpuBuffer buffers[] = { { (guint8 *) in, 4 * 4096 }, { (guint8 *) out, 4 * 4096 } };
      g_auto (Bench) bench;
      g_auto (NpuReport) report = { 0 };
      g_autoptr (GError) error = NULL;

      bench_init_with_loop (&bench, 1024);
      op_receive (&bench, 0, 9, 1, 0, 1024 * n);
      op_send (&bench, 0, 0, 0, 0, 1024);
      if (n == 2)
        op_send (&bench, 0, 1, 0, 4096, 1024);
      op_wait (&bench, 0, 0, NPU_S2MM, 0);
      bench_start (&bench, &error);
      bench_run (&bench, buffers, 2, &report, &error);
      g_assert_no_error (error);
      cycles[n - 1] = report.cycles;
    }
  g_assert_cmpuint (cycles[1] - cycles[0], >, 1024 + costs->task_to_array);
  g_assert_cmpuint (cycles[1] - cycles[0], <, 1024 + costs->task_to_array + 50);
}

static void
take_time (TileCore *core)
{
  for (;;)
    {
      tile_acquire (core, 1, 1);
      tile_acquire (core, 2, 1);
      memcpy (core->memory + 0x4000, core->memory, 256);
      core->clock->cycles += 777;
      tile_release (core, 0, 1);
      core->clock->cycles += 223;
      tile_release (core, 3, 1);
    }
}

static void
run_cores (guint n_objects, NpuReport *report)
{
  g_autofree guint32 *in = numbers_new (64 * n_objects, 1), *out = g_new0 (guint32, 4 * 64 * n_objects);
  const NpuBuffer buffers[] = { { (guint8 *) in, 256 * n_objects }, { (guint8 *) out, 4 * 256 * n_objects } };
  g_auto (Bench) bench;
  g_autoptr (GError) error = NULL;

  bench_init (&bench, 4);
  for (guint c = 0; c < 4; c++)
    {
      set_core_loop (&bench, c, 64);
      op_receive (&bench, c, 1, 1, c * 256 * n_objects, 64 * n_objects);
      op_send (&bench, c, 0, 0, 0, 64 * n_objects);
    }
  for (guint c = 0; c < 4; c++)
    op_wait (&bench, c, 0, NPU_S2MM, 0);
  op_timer (&bench, 5);
  bench_start (&bench, &error);
  for (guint c = 0; c < 4; c++)
    npu_emulator_set_program (bench.emulator, c, 2, take_time);
  bench_run (&bench, buffers, 2, report, &error);
  g_assert_no_error (error);
}

static void
test_the_same_every_time (void)
{
  g_auto (NpuReport) first = { 0 };

  run_cores (20, &first);
  for (guint run = 0; run < 5; run++)
    {
      g_auto (NpuReport) report = { 0 };

      run_cores (20, &report);
      g_assert_cmpuint (report.cycles, ==, first.cycles);
      g_assert_cmpuint (report.n_events, ==, first.n_events);
      g_assert_cmpuint (report.ddr_cycles, ==, first.ddr_cycles);
      g_assert_cmpmem (report.cores, sizeof report.cores, first.cores, sizeof first.cores);
      g_assert_cmpmem (report.timers->data, sizeof (NpuTimer), first.timers->data, sizeof (NpuTimer));
    }
}

/* A core's figures add up: computing, and waiting for what comes and for room. */
static void
test_cores_are_accounted_for (void)
{
  const guint n_objects = 20;
  g_auto (NpuReport) report = { 0 };

  run_cores (n_objects, &report);
  for (guint c = 0; c < 4; c++)
    {
      const NpuCoreReport *core = &report.cores[c][0];
      guint64 stalled = 0;

      for (guint lock = 0; lock < 16; lock++)
        stalled += core->stalled[lock];
      g_assert_cmpuint (core->busy, ==, 1000 * n_objects);
      g_assert_cmpuint (core->stalled[1], >, 0);
      g_assert_cmpuint (core->busy + stalled, <=, report.cycles + 200000); /* it may have waited since before the stream began */
      g_assert_cmpuint (core->busy, <, report.cycles);
    }
  /* The core is the slowest part: what it waits is little but the start. */
  g_assert_cmpuint (report.cycles, <, 1000 * n_objects + 12000);
}

static void
test_xdna1 (void)
{
  g_autofree guint32 *in = numbers_new (64, 1), *out = g_new0 (guint32, 64);
  const NpuBuffer buffers[] = { { (guint8 *) in, 256 }, { (guint8 *) out, 256 } };
  g_auto (Bench) bench;
  g_auto (NpuReport) report = { 0 };
  g_autoptr (GError) error = NULL;

  bench_init (&bench, 4);
  bench.generation = NPU1;
  set_loop (&bench, 3, 64);
  op_bd (&bench, 3, 0, 0, &(NpuBd){ .valid = 1, .length = 64, .burst = 2 });
  op_bd (&bench, 3, 0, 1, &(NpuBd){ .valid = 1, .length = 64, .burst = 2 });
  op_patch (&bench, 3, 0, 0, 0);
  op_patch (&bench, 3, 1, 1, 0);
  op_mask_write (&bench, npu_control_address (3, 0, NPU_S2MM, 0), 0xF00, 0x1F00);
  op_push (&bench, 3, NPU_S2MM, 0, 1, 1, TRUE);
  op_push (&bench, 3, NPU_MM2S, 0, 0, 1, FALSE);
  op_wait (&bench, 3, 0, NPU_S2MM, 0);
  bench_start (&bench, &error);
  bench_run (&bench, buffers, 2, &report, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (out, 256, in, 256);
  g_assert_cmpfloat (report.seconds, ==, report.cycles / npu_costs_nominal.clock_hz[NPU1]);

  /* No bursts of 512 bytes, no pad value */
  op_send (&bench, 3, 0, 0, 0, 64);
  bench_start (&bench, &error);
  g_assert_false (bench_run (&bench, buffers, 2, NULL, &error));
  g_assert_error (error, NPU_ERROR, NPU_ERROR_TASK);
  g_clear_error (&error);
  set_register (&bench, NPU_ADDRESS (0, 1, NPU_PAD_VALUE), 1);
  g_assert_false (bench_start (&bench, &error));
  g_assert_error (error, NPU_ERROR, NPU_ERROR_REGISTER);
}

/* How fast the emulator itself is, by the length of the runs that a BD gathers */
static void
measure_speed (void)
{
  for (guint run = 1; run <= 512; run *= 8)
    {
      g_auto (NpuReport) report = { 0 };
      const double bytes = 2. * 8 * 4 * MEGABYTE, seconds = run_loops (8, run, MEGABYTE, &npu_costs_nominal, &report);

      g_test_maximized_result (bytes / seconds / 1e9, "GB/s, into a memory tile and out, runs of %u words: %.2f", run,
                               bytes / seconds / 1e9);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/emulator/time/one-stream-moves-a-word-a-cycle", test_one_stream_moves_a_word_a_cycle);
  g_test_add_func ("/emulator/time/ddr-is-shared", test_ddr_is_shared);
  g_test_add_func ("/emulator/time/short-runs-are-slow", test_short_runs_are_slow);
  g_test_add_func ("/emulator/time/queued-tasks-are-warm", test_queued_tasks_are_warm);
  g_test_add_func ("/emulator/time/the-same-every-time", test_the_same_every_time);
  g_test_add_func ("/emulator/time/cores-are-accounted-for", test_cores_are_accounted_for);
  g_test_add_func ("/emulator/time/xdna1", test_xdna1);
  if (g_test_perf ())
    g_test_add_func ("/emulator/time/speed", measure_speed);
  return g_test_run ();
}
