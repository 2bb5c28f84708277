/* transcript-save.c - what a person corrected, into the database
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/transcript-save.h"

static gpointer
write_edit (ScribeStore *store, gpointer edit, GCancellable *cancellable, GError **error)
{
  const char *text;
  gint64 id;
  guint segment;

  g_variant_get (edit, "(xu&s)", &id, &segment, &text);
  return GINT_TO_POINTER (scribe_store_set_segment_text (store, id, segment, text, error));
}

static void
on_written (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;

  if (scribe_store_thread_run_finish (SCRIBE_STORE_THREAD (store), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
tilescribe_save_async (ScribeStoreThread *store, GVariant *edit, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (store, NULL, callback, user_data);

  g_task_set_source_tag (task, tilescribe_save_async);
  g_task_set_task_data (task, g_variant_ref_sink (edit), (GDestroyNotify) g_variant_unref);
  scribe_store_thread_run_async (store, write_edit, g_variant_ref (edit), (GDestroyNotify) g_variant_unref, NULL, NULL,
                                 on_written, task);
}

GVariant *
tilescribe_save_finish (GAsyncResult *result, GError **error)
{
  g_task_propagate_boolean (G_TASK (result), error);
  return g_variant_ref (g_task_get_task_data (G_TASK (result)));
}
