/* pool.c - a few threads that split one loop at a time
 *
 * "round" is one number: which loop it is, whether it is closed, and how many threads of the pool are inside. A loop is published by
 * opening the next round; a thread that sees an open round enters it, takes tasks by raising "next" until none is left, and leaves.
 * The caller takes tasks as well, then closes the round and waits for those who are inside, so the loop's data may live on
 * its stack. It does not wait for a thread that has not come: on a busy machine one may sleep for milliseconds, and a step of the
 * decoder has some eighty loops.
 * A thread that has spun for a while without a new round goes to sleep on the condition; "n_asleep" tells the caller whether
 * anybody needs waking.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/cpu/pool.h"

#include <stdatomic.h>

/* About 50 us of pauses: longer than the gaps between the ops of a step, shorter than anybody notices. */
#define SPINS 1000

#define INSIDE    ((guint64) G_MAXUINT16) /* bits of a round: how many are inside */
#define CLOSED    ((guint64) 1 << 16)
#define NEXT      ((guint64) 1 << 17)
#define NUMBER(r) ((r) / NEXT)

struct _ScribePool
{
  guint n_threads;
  GThread **threads; /* [n_threads - 1] */

  _Atomic guint64 round;
  atomic_uint next; /* task to be taken */
  atomic_bool stop;

  guint n_tasks;
  ScribePoolTask task;
  gpointer data;

  GMutex mutex;
  GCond wake;
  atomic_uint n_asleep;
};

typedef struct
{
  ScribePool *pool;
  guint index;
} Worker;

static inline void
pause_cpu (void)
{
#if defined __x86_64__ || defined __i386__
  __builtin_ia32_pause ();
#elif defined __aarch64__
  __asm__ volatile("yield");
#endif
}

static void
take_tasks (ScribePool *pool, guint thread)
{
  for (guint task = atomic_fetch_add (&pool->next, 1); task < pool->n_tasks; task = atomic_fetch_add (&pool->next, 1))
    pool->task (task, thread, pool->data);
}

/* Returns when the number of the round is another one than "seen". */
static guint64
wait_for_round (ScribePool *pool, guint64 seen)
{
  for (guint i = 0; i < SPINS; i++)
    {
      if (NUMBER (atomic_load (&pool->round)) != seen)
        return NUMBER (atomic_load (&pool->round));
      pause_cpu ();
    }

  g_mutex_lock (&pool->mutex);
  atomic_fetch_add (&pool->n_asleep, 1);
  while (NUMBER (atomic_load (&pool->round)) == seen)
    g_cond_wait (&pool->wake, &pool->mutex);
  atomic_fetch_sub (&pool->n_asleep, 1);
  g_mutex_unlock (&pool->mutex);
  return NUMBER (atomic_load (&pool->round));
}

/* FALSE: too late. */
static gboolean
enter_round (ScribePool *pool)
{
  guint64 round = atomic_load (&pool->round);

  while (!(round & CLOSED))
    if (atomic_compare_exchange_weak (&pool->round, &round, round + 1))
      return TRUE;
  return FALSE;
}

static gpointer
worker_run (gpointer data)
{
  Worker *worker = data;
  ScribePool *pool = worker->pool;
  guint64 seen = 0;

  for (;;)
    {
      seen = wait_for_round (pool, seen);
      if (atomic_load (&pool->stop))
        break;
      if (!enter_round (pool))
        continue;
      take_tasks (pool, worker->index);
      atomic_fetch_sub (&pool->round, 1);
    }
  g_free (worker);
  return NULL;
}

static void
begin_round (ScribePool *pool)
{
  atomic_store (&pool->round, (NUMBER (atomic_load (&pool->round)) + 1) * NEXT);
  if (atomic_load (&pool->n_asleep) > 0)
    {
      g_mutex_lock (&pool->mutex);
      g_cond_broadcast (&pool->wake);
      g_mutex_unlock (&pool->mutex);
    }
}

ScribePool *
scribe_pool_new (guint n_threads)
{
  ScribePool *pool = g_new0 (ScribePool, 1);

  pool->n_threads = MAX (n_threads, 1);
  pool->threads = g_new0 (GThread *, pool->n_threads);
  g_mutex_init (&pool->mutex);
  g_cond_init (&pool->wake);
  pool->round = CLOSED;
  for (guint i = 1; i < pool->n_threads; i++)
    {
      Worker *worker = g_new (Worker, 1);

      *worker = (Worker){ pool, i };
      pool->threads[i - 1] = g_thread_new ("scribe-cpu", worker_run, worker);
    }
  return pool;
}

void
scribe_pool_free (ScribePool *pool)
{
  atomic_store (&pool->stop, TRUE);
  begin_round (pool);
  for (guint i = 1; i < pool->n_threads; i++)
    g_thread_join (pool->threads[i - 1]);
  g_mutex_clear (&pool->mutex);
  g_cond_clear (&pool->wake);
  g_free (pool->threads);
  g_free (pool);
}

guint
scribe_pool_get_n_threads (ScribePool *pool)
{
  return pool->n_threads;
}

void
scribe_pool_run (ScribePool *pool, guint n_tasks, ScribePoolTask task, gpointer data)
{
  if (n_tasks <= 1 || pool->n_threads == 1)
    {
      for (guint i = 0; i < n_tasks; i++)
        task (i, 0, data);
      return;
    }

  pool->n_tasks = n_tasks;
  pool->task = task;
  pool->data = data;
  atomic_store (&pool->next, 0);
  begin_round (pool);
  take_tasks (pool, 0);
  atomic_fetch_or (&pool->round, CLOSED);
  for (guint i = 0; atomic_load (&pool->round) & INSIDE; i++)
    if (i % SPINS == SPINS - 1)
      g_thread_yield ();
    else
      pause_cpu ();
}
