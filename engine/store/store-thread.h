/* store-thread.h - a connection to the database in a thread of its own, so that nobody waits for a disk
 *
 *   scribe_store_thread_run_async (thread, list_some, GUINT_TO_POINTER (50), NULL, (GDestroyNotify) g_ptr_array_unref, cancellable,
 *                                  listed, self);
 *
 * Functions run one after the other, in the order they were asked for. The database is opened by the first one; as long as that
 * fails, each of them ends with the error of opening and the next one tries again. A function that is cancelled before its turn does
 * not run at all, and one that reads is stopped within a millisecond.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "store/store.h"

G_BEGIN_DECLS

#define SCRIBE_TYPE_STORE_THREAD (scribe_store_thread_get_type ())
G_DECLARE_FINAL_TYPE (ScribeStoreThread, scribe_store_thread, SCRIBE, STORE_THREAD, GObject)

/* path NULL: scribe_store_default_path(). The last reference that is dropped lets what was asked for end first, without waiting for it. */
ScribeStoreThread *scribe_store_thread_new (const char *path);

/* Waits until all that was asked for is done: before the program ends. What is asked for afterwards fails. */
void scribe_store_thread_close (ScribeStoreThread *thread);

/* What runs in the thread; returns NULL with error set where it fails. */
typedef gpointer (*ScribeStoreFunc) (ScribeStore *store, gpointer data, GCancellable *cancellable, GError **error);

/* data_free frees data after func, result_free a result that nobody took; either may be NULL. callback is called in the thread-default main
 * context of the caller. */
void scribe_store_thread_run_async (ScribeStoreThread *thread,
                                    ScribeStoreFunc func,
                                    gpointer data,
                                    GDestroyNotify data_free,
                                    GDestroyNotify result_free,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);

/* What func returned, now the caller's; NULL with error set where it failed or was cancelled. */
gpointer scribe_store_thread_run_finish (ScribeStoreThread *thread, GAsyncResult *result, GError **error);

G_END_DECLS
