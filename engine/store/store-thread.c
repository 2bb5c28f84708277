/* store-thread.c - a connection to the database in a thread of its own
 *
 * Tasks go through an asynchronous queue to the thread, which opens the store when the first one comes and is its only user. A task
 * holds a reference to the object, so the queue is empty when the object goes, but for a mark that ends the thread. As the last task may
 * drop the last reference in the thread itself, an object that was not closed does not join the thread: that owns the queue and the
 * path, and closes the database when it meets the mark.
 *
 * SPDX-License-Identifier: MIT
 */
#include "store-thread.h"

#include <errno.h>

struct _ScribeStoreThread
{
  GObject parent;

  GAsyncQueue *tasks; /* of GTask; the queue itself marks the end */
  GThread *thread;    /* NULL: closed */
};

G_DEFINE_FINAL_TYPE (ScribeStoreThread, scribe_store_thread, G_TYPE_OBJECT)

typedef struct
{
  ScribeStoreFunc func;
  gpointer data;
  GDestroyNotify data_free;
  GDestroyNotify result_free;
} Request;

typedef struct
{
  char *path;
  GAsyncQueue *tasks;
} Body;

static void
request_free (Request *request)
{
  if (request->data_free)
    request->data_free (request->data);
  g_free (request);
}

static void
run (GTask *task, ScribeStore *store)
{
  Request *request = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  GError *error = NULL;
  gpointer result;

  scribe_store_set_cancellable (store, cancellable);
  result = request->func (store, request->data, cancellable, &error);
  scribe_store_set_cancellable (store, NULL);
  if (error)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, result, request->result_free);
}

static gpointer
body_run (gpointer data)
{
  Body *body = data;
  g_autoptr (ScribeStore) store = NULL;
  gpointer next;

  while ((next = g_async_queue_pop (body->tasks)) != body->tasks)
    {
      g_autoptr (GTask) task = next;
      GError *error = NULL;

      if (g_task_return_error_if_cancelled (task))
        continue;
      if (!store)
        store = scribe_store_open (body->path, FALSE, &error);
      if (store)
        run (task, store);
      else
        g_task_return_error (task, error);
    }
  g_async_queue_unref (body->tasks);
  g_free (body->path);
  g_free (body);
  return NULL;
}

ScribeStoreThread *
scribe_store_thread_new (const char *path)
{
  ScribeStoreThread *self = g_object_new (SCRIBE_TYPE_STORE_THREAD, NULL);
  Body *body = g_new0 (Body, 1);

  body->path = path ? g_strdup (path) : scribe_store_default_path ();
  body->tasks = g_async_queue_ref (self->tasks);
  self->thread = g_thread_new ("store", body_run, body);
  return self;
}

void
scribe_store_thread_close (ScribeStoreThread *self)
{
  if (self->thread == NULL)
    return;
  g_async_queue_push (self->tasks, self->tasks);
  g_thread_join (g_steal_pointer (&self->thread));
}

void
scribe_store_thread_run_async (ScribeStoreThread *self,
                               ScribeStoreFunc func,
                               gpointer data,
                               GDestroyNotify data_free,
                               GDestroyNotify result_free,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Request *request = g_new0 (Request, 1);

  *request = (Request){ func, data, data_free, result_free };
  g_task_set_source_tag (task, scribe_store_thread_run_async);
  g_task_set_task_data (task, request, (GDestroyNotify) request_free);
  if (self->thread)
    g_async_queue_push (self->tasks, task);
  else
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CLOSED, "%s", g_strerror (ESHUTDOWN));
      g_object_unref (task);
    }
}

gpointer
scribe_store_thread_run_finish (ScribeStoreThread *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
scribe_store_thread_finalize (GObject *object)
{
  ScribeStoreThread *self = SCRIBE_STORE_THREAD (object);

  if (self->thread)
    {
      g_async_queue_push (self->tasks, self->tasks);
      g_thread_unref (self->thread);
    }
  g_async_queue_unref (self->tasks);
  G_OBJECT_CLASS (scribe_store_thread_parent_class)->finalize (object);
}

static void
scribe_store_thread_class_init (ScribeStoreThreadClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = scribe_store_thread_finalize;
}

static void
scribe_store_thread_init (ScribeStoreThread *self)
{
  self->tasks = g_async_queue_new ();
}
