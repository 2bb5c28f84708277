/* test-emulator-loads.c - changes of what is in the array: when there are some, what they cost, and what is left
 *
 * A design of one column with a core, in two images that differ in the core's program: one multiplies by two, the other by three.
 *
 * SPDX-License-Identifier: MIT
 */
#include "test-emulator-bench.h"

#include <string.h>

#define WORDS 64

typedef struct
{
  Bench bench;
  NpuImage images[2];
  guint32 in[WORDS], out[WORDS];
  NpuBuffer buffers[2];
} Fixture;

static void
multiply (TileCore *core)
{
  const guint32 factor = core->program + 2;

  for (;;)
    {
      const guint32 *in = (const guint32 *) (gconstpointer) core->memory;
      guint32 *out = (guint32 *) (gpointer) (core->memory + 0x4000);

      tile_acquire (core, 1, 1);
      tile_acquire (core, 2, 1);
      for (guint i = 0; i < WORDS; i++)
        out[i] = factor * in[i];
      tile_release (core, 0, 1);
      tile_release (core, 3, 1);
    }
}

static void
set_up (Fixture *f, gconstpointer data)
{
  bench_init (&f->bench, 1);
  set_core_loop (&f->bench, 0, WORDS);
  op_receive (&f->bench, 0, 1, 1, 0, WORDS);
  op_send (&f->bench, 0, 0, 0, 0, WORDS);
  op_wait (&f->bench, 0, 0, NPU_S2MM, 0);
  op_timer (&f->bench, 1);
  bench_complete_header (&f->bench);
  for (guint i = 0; i < 2; i++)
    f->images[i] = (NpuImage){ (const NpuWrite *) (gpointer) f->bench.writes->data, f->bench.writes->len, multiply, i };
  for (guint i = 0; i < WORDS; i++)
    f->in[i] = i + 1;
  f->buffers[0] = (NpuBuffer){ (guint8 *) f->in, sizeof f->in };
  f->buffers[1] = (NpuBuffer){ (guint8 *) f->out, sizeof f->out };
  f->bench.emulator = npu_emulator_new (1, NPU_ROWS, f->bench.generation, &npu_costs_nominal);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  bench_clear (&f->bench);
}

/* The stream, as often as there are letters, with image a or b, or, "-", with what there is. */
static gboolean
run (Fixture *f, const char *images, NpuReport *report, GError **error)
{
  const guint n = (guint) strlen (images);
  g_autofree NpuCommand *commands = g_new (NpuCommand, n);

  memset (f->out, 0, sizeof f->out);
  for (guint i = 0; i < n; i++)
    commands[i] = (NpuCommand){ images[i] == '-' ? NULL : &f->images[images[i] - 'a'],
                                (const guint32 *) (gpointer) f->bench.words->data, f->bench.words->len };
  return npu_emulator_run_list (f->bench.emulator, commands, n, f->buffers, 2, report, error);
}

static void
assert_runs (Fixture *f, const char *images, guint factor, guint n_loads, NpuReport *report)
{
  const NpuCosts *costs = &npu_costs_nominal;
  const double waits = costs->dispatch_seconds + (double) (strlen (images) - 1) * costs->next_seconds;
  g_autoptr (GError) error = NULL;

  run (f, images, report, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < WORDS; i++)
    g_assert_cmpuint (f->out[i], ==, factor * f->in[i]);
  g_assert_cmpuint (report->n_loads, ==, n_loads);
  g_assert_cmpfloat_with_epsilon (report->load_seconds, n_loads * costs->load_seconds, 1e-12);
  g_assert_cmpfloat_with_epsilon (report->dispatch_seconds, waits, 1e-12);
}

/* An image that is there is not loaded again, in this run or the next. */
static void
test_only_changes_are_loaded (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *images;
    guint factor, n_loads;
  } runs[] = { { "a", 2, 1 }, { "a", 2, 0 }, { "aaa", 2, 0 }, { "ab", 3, 1 }, { "b-", 3, 0 }, { "aba", 2, 3 }, { "-", 2, 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (runs); i++)
    {
      g_auto (NpuReport) report = { 0 };

      assert_runs (f, runs[i].images, runs[i].factor, runs[i].n_loads, &report);
    }
}

/* Neither loads nor what is between streams of a list are in its cycles, and its timers go on. */
static void
test_cycles_are_the_streams (Fixture *f, gconstpointer data)
{
  g_auto (NpuReport) one = { 0 }, three = { 0 };
  const NpuTimer *timers;

  assert_runs (f, "a", 2, 1, &one);
  assert_runs (f, "bab", 3, 3, &three);
  g_assert_cmpuint (three.n_ops, ==, 3 * one.n_ops);
  g_assert_cmpuint (three.timers->len, ==, 3);
  g_assert_cmpuint (three.stream_cycles, ==, 3 * one.stream_cycles);
  g_assert_cmpuint (three.shim_bytes[0][NPU_S2MM][0], ==, 3 * one.shim_bytes[0][NPU_S2MM][0]);
  g_assert_cmpuint (three.cycles, >=, 3 * one.cycles - 3);
  g_assert_cmpuint (three.cycles, <=, 3 * one.cycles + 3);
  timers = (const NpuTimer *) (gpointer) three.timers->data;
  g_assert_cmpuint (timers[0].cycle, <, timers[1].cycle);
  g_assert_cmpuint (timers[1].cycle, <, timers[2].cycle);
  g_assert_cmpuint (timers[2].cycle, <=, three.cycles);
}

/* Locks are as the design has them, and memory is nobody's. */
static void
test_nothing_is_left (Fixture *f, gconstpointer data)
{
  g_auto (NpuReport) first = { 0 }, second = { 0 };
  gint locks[4];

  assert_runs (f, "a", 2, 1, &first);
  for (guint i = 0; i < G_N_ELEMENTS (locks); i++)
    locks[i] = npu_emulator_get_lock (f->bench.emulator, 0, 2, i);
  ((guint8 *) npu_emulator_get_memory (f->bench.emulator, 0, 2))[0x8000] = 1;
  assert_runs (f, "b", 3, 1, &second);
  g_assert_cmpuint (npu_emulator_get_memory (f->bench.emulator, 0, 2)[0x8000], ==, 0xA5);
  for (guint i = 0; i < G_N_ELEMENTS (locks); i++)
    g_assert_cmpint (npu_emulator_get_lock (f->bench.emulator, 0, 2, i), ==, locks[i]);
}

/* The stream before must have waited for what it started. */
static void
test_a_stream_ends_before_a_change (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_auto (NpuReport) report = { 0 };

  bench_forget_stream (&f->bench);
  op_receive (&f->bench, 0, 1, 1, 0, WORDS);
  op_send (&f->bench, 0, 0, 0, 0, WORDS);
  bench_complete_header (&f->bench);
  g_assert_false (run (f, "ab", &report, &error));
  g_assert_error (error, NPU_ERROR, NPU_ERROR_LEFT_OVER);
  g_assert_cmpuint (report.n_loads, ==, 1);
}

/* What is wrong with a design is told when it is loaded. */
static void
test_a_design_that_is_refused (Fixture *f, gconstpointer data)
{
  const NpuWrite nowhere = { 0x7FFFFFFC, 1 };
  g_autoptr (GError) error = NULL;

  f->images[0].writes = &nowhere;
  f->images[0].n_writes = 1;
  g_assert_false (run (f, "a", NULL, &error));
  g_assert_error (error, NPU_ERROR, NPU_ERROR_REGISTER);
  g_assert_nonnull (strstr (error->message, "Register write 0"));
}

#define ADD(path, test) g_test_add ("/emulator-loads/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("only-changes", test_only_changes_are_loaded);
  ADD ("cycles", test_cycles_are_the_streams);
  ADD ("nothing-left", test_nothing_is_left);
  ADD ("end-before-change", test_a_stream_ends_before_a_change);
  ADD ("refused", test_a_design_that_is_refused);
  return g_test_run ();
}
