/* retention.c - forgets what is older than the person wants
 *
 * SPDX-License-Identifier: MIT
 */
#include "retention.h"

#define INTERVAL 3600 /* seconds */

struct _TilescribeRetention
{
  TilescribeRetentionFunc func; /* NULL: freed, while the store's thread still worked */
  gpointer data;
  GSettings *settings;
  ScribeStoreThread *store;
  guint timer;
};

/* In the store's thread. NULL without an error: there was nothing to forget. */
static gpointer
expire (ScribeStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  const ScribeRetention policy = GPOINTER_TO_UINT (data);
  const gint64 now = g_get_real_time (), n = scribe_store_count_expired (store, policy, now, error);
  g_auto (GStrv) sources = n > 0 ? scribe_store_expire (store, policy, now, error) : NULL;

  for (guint i = 0; sources && sources[i]; i++)
    scribe_store_remove_recording (store, sources[i]);
  return g_steal_pointer (&sources);
}

static void
on_expired (GObject *source, GAsyncResult *result, gpointer data)
{
  TilescribeRetention *retention = data;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) sources = scribe_store_thread_run_finish (SCRIBE_STORE_THREAD (source), result, &error);

  if (retention->func && (sources || error))
    retention->func (error ? error->message : NULL, retention->data);
  g_rc_box_release (retention);
}

static gboolean
look (gpointer data)
{
  TilescribeRetention *retention = data;
  int policy = g_settings_get_enum (retention->settings, "retention");

  if (policy != SCRIBE_RETENTION_FOREVER)
    scribe_store_thread_run_async (retention->store, expire, GUINT_TO_POINTER (policy), NULL, (GDestroyNotify) g_strfreev, NULL,
                                   on_expired, g_rc_box_acquire (retention));
  return G_SOURCE_CONTINUE;
}

TilescribeRetention *
tilescribe_retention_new (GSettings *settings, ScribeStoreThread *store, TilescribeRetentionFunc func, gpointer data)
{
  TilescribeRetention *retention = g_rc_box_new0 (TilescribeRetention);

  retention->func = func;
  retention->data = data;
  retention->settings = g_object_ref (settings);
  retention->store = g_object_ref (store);
  retention->timer = g_timeout_add_seconds (INTERVAL, look, retention);
  g_signal_connect_swapped (settings, "changed::retention", G_CALLBACK (look), retention);
  look (retention);
  return retention;
}

void
tilescribe_retention_free (TilescribeRetention *retention)
{
  g_source_remove (retention->timer);
  g_signal_handlers_disconnect_by_data (retention->settings, retention);
  g_object_unref (retention->settings);
  g_object_unref (retention->store);
  retention->func = NULL;
  g_rc_box_release (retention);
}

/* --- What would go --------------------------------------------------------------------------------------------------------- */

/* In the store's thread. */
static gpointer
count (ScribeStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  const gint64 n = scribe_store_count_expired (store, GPOINTER_TO_UINT (data), g_get_real_time (), error);

  return n < 0 ? NULL : g_memdup2 (&n, sizeof n);
}

void
tilescribe_retention_count_async (ScribeStoreThread *store,
                                  ScribeRetention retention,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer data)
{
  g_return_if_fail (retention > SCRIBE_RETENTION_FOREVER && retention <= SCRIBE_RETENTION_NOTHING);
  scribe_store_thread_run_async (store, count, GUINT_TO_POINTER (retention), NULL, g_free, cancellable, callback, data);
}

gint64
tilescribe_retention_count_finish (GAsyncResult *result, GError **error)
{
  g_autofree gint64 *n = g_task_propagate_pointer (G_TASK (result), error);

  return n ? *n : -1;
}
