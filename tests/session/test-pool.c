/* test-pool.c - the CPU device's threads: every task is run, once
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/cpu/pool.h"

#define MAX_TASKS 300

typedef struct
{
  guint n_threads;
  gint runs[MAX_TASKS]; /* of each task */
  gint busy[64];        /* by thread: tasks it is in just now */
} Loop;

static void
count_task (guint task, guint thread, gpointer data)
{
  Loop *loop = data;

  g_assert_cmpuint (thread, <, loop->n_threads);
  g_assert_cmpint (g_atomic_int_add (&loop->busy[thread], 1), ==, 0); /* nobody else is this thread */
  g_atomic_int_inc (&loop->runs[task]);
  g_atomic_int_add (&loop->busy[thread], -1);
}

static void
run_loop (ScribePool *pool, guint n_tasks)
{
  Loop loop = { .n_threads = scribe_pool_get_n_threads (pool) };

  scribe_pool_run (pool, n_tasks, count_task, &loop);
  for (guint i = 0; i < MAX_TASKS; i++)
    g_assert_cmpint (g_atomic_int_get (&loop.runs[i]), ==, i < n_tasks);
}

/* Loops of all lengths, and so many that threads fall asleep and wake between them. */
static void
test_every_task_once (gconstpointer n_threads)
{
  g_autoptr (ScribePool) pool = scribe_pool_new (GPOINTER_TO_UINT (n_threads));

  for (guint n = 0; n <= MAX_TASKS; n += 7)
    run_loop (pool, n);
  for (guint i = 0; i < 1000; i++)
    {
      run_loop (pool, 1 + i % 9);
      if (i % 100 == 0)
        g_usleep (2000);
    }
}

static void
test_starts_and_stops (void)
{
  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (ScribePool) pool = scribe_pool_new (1 + i % 5);

      if (i % 2)
        run_loop (pool, 20);
    }
}

static void
test_at_least_one_thread (void)
{
  g_autoptr (ScribePool) pool = scribe_pool_new (0);

  g_assert_cmpuint (scribe_pool_get_n_threads (pool), ==, 1);
  run_loop (pool, 5);
}

static gpointer
own_pool (gpointer data)
{
  test_every_task_once (GUINT_TO_POINTER (2));
  return NULL;
}

static void
test_several_pools (void)
{
  GThread *threads[3];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("pool", own_pool, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

/* The caller's data is written before the loop begins, and what tasks wrote is there when it has ended. */
static void
fill (guint task, guint thread, gpointer data)
{
  guint *values = data;

  values[task] = values[task] * 2 + task;
}

static void
test_results_are_seen (void)
{
  g_autoptr (ScribePool) pool = scribe_pool_new (4);
  guint values[100];

  for (guint round = 0; round < 500; round++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (values); i++)
        values[i] = round;
      scribe_pool_run (pool, G_N_ELEMENTS (values), fill, values);
      for (guint i = 0; i < G_N_ELEMENTS (values); i++)
        g_assert_cmpuint (values[i], ==, 2 * round + i);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/pool/every-task-once/1", GUINT_TO_POINTER (1), test_every_task_once);
  g_test_add_data_func ("/pool/every-task-once/2", GUINT_TO_POINTER (2), test_every_task_once);
  g_test_add_data_func ("/pool/every-task-once/5", GUINT_TO_POINTER (5), test_every_task_once);
  g_test_add_func ("/pool/starts-and-stops", test_starts_and_stops);
  g_test_add_func ("/pool/at-least-one-thread", test_at_least_one_thread);
  g_test_add_func ("/pool/several-pools", test_several_pools);
  g_test_add_func ("/pool/results-are-seen", test_results_are_seen);
  return g_test_run ();
}
