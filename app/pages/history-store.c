/* history-store.c - what is asked of the store's thread about transcripts
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/history-store.h"

ScribeTranscript *
tilescribe_history_look_for_recording (ScribeTranscript *t)
{
  if (t->kind == SCRIBE_KIND_DICTATION && t->state != SCRIBE_STATE_RECORDING && !g_file_test (t->source, G_FILE_TEST_EXISTS))
    {
      g_free (t->source);
      t->source = g_strdup ("-");
    }
  return t;
}

static gpointer
read_one (ScribeStore *store, gpointer id, GCancellable *cancellable, GError **error)
{
  ScribeTranscript *transcript = scribe_store_get (store, *(gint64 *) id, error);

  return transcript ? tilescribe_history_look_for_recording (transcript) : NULL;
}

void
tilescribe_history_read_async (ScribeStoreThread *store,
                               gint64 id,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer data)
{
  scribe_store_thread_run_async (store, read_one, g_memdup2 (&id, sizeof id), g_free, (GDestroyNotify) scribe_transcript_free,
                                 cancellable, callback, data);
}

ScribeTranscript *
tilescribe_history_read_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

typedef struct
{
  gint64 id;
  gboolean pinned;
} Pin;

static gpointer
pin (ScribeStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  const Pin *wanted = data;

  return GINT_TO_POINTER (scribe_store_set_pinned (store, wanted->id, wanted->pinned, error));
}

void
tilescribe_history_pin_async (ScribeStoreThread *store, gint64 id, gboolean pinned, GAsyncReadyCallback callback, gpointer data)
{
  Pin wanted = { id, pinned };

  scribe_store_thread_run_async (store, pin, g_memdup2 (&wanted, sizeof wanted), g_free, NULL, NULL, callback, data);
}

static gboolean
delete_one (ScribeStore *store, gint64 id, GError **error)
{
  g_autoptr (ScribeTranscript) transcript = scribe_store_get (store, id, error);

  if (transcript == NULL || !scribe_store_delete (store, id, error))
    return FALSE;
  if (transcript->kind == SCRIBE_KIND_DICTATION)
    scribe_store_remove_recording (store, transcript->source);
  return TRUE;
}

static gpointer
delete_all (ScribeStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  GArray *ids = data;

  for (guint i = 0; i < ids->len; i++)
    {
      g_autoptr (GError) problem = NULL;

      /* Gone already is as good. */
      if (!delete_one (store, g_array_index (ids, gint64, i), &problem)
          && !g_error_matches (problem, SCRIBE_ERROR, SCRIBE_ERROR_NOT_FOUND))
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return NULL;
        }
    }
  return GINT_TO_POINTER (TRUE);
}

void
tilescribe_history_delete_async (ScribeStoreThread *store, GArray *ids, GAsyncReadyCallback callback, gpointer data)
{
  scribe_store_thread_run_async (store, delete_all, g_array_copy (ids), (GDestroyNotify) g_array_unref, NULL, NULL, callback,
                                 data);
}

gboolean
tilescribe_history_change_finish (GAsyncResult *result, GError **error)
{
  return GPOINTER_TO_INT (g_task_propagate_pointer (G_TASK (result), error));
}
