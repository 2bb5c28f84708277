/* pool.h - a few threads that split one loop at a time
 *
 * A decoder step is a hundred loops of some tens of microseconds, so waking must be cheap: idle threads spin for a moment before they
 * sleep. The caller works too and returns when every task is done. One loop at a time, from one thread.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _ScribePool ScribePool;

/* task: 0 .. n_tasks - 1; thread: 0 .. n_threads - 1, for scratch memory of its own. */
typedef void (*ScribePoolTask) (guint task, guint thread, gpointer data);

ScribePool *scribe_pool_new (guint n_threads);
void scribe_pool_free (ScribePool *pool);
guint scribe_pool_get_n_threads (ScribePool *pool);

/* Runs all tasks, in any order, on any thread. */
void scribe_pool_run (ScribePool *pool, guint n_tasks, ScribePoolTask task, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribePool, scribe_pool_free)

G_END_DECLS
