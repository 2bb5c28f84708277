/* history-store.h - what is asked of the store's thread about transcripts
 *
 * Each call ends with its callback, whose source is the thread, and one of the _finish functions.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tilescribe.h"

G_BEGIN_DECLS

/* In the store's thread, of what was read there: a dictation whose recording does not exist has none, and "-" for a source. While it is being
 * dictated that is not known. Returns it. */
ScribeTranscript *tilescribe_history_look_for_recording (ScribeTranscript *transcript);

/* One transcript with all that was said. */
void tilescribe_history_read_async (ScribeStoreThread *store,
                                    gint64 id,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer data);
ScribeTranscript *tilescribe_history_read_finish (GAsyncResult *result, GError **error);

void
tilescribe_history_pin_async (ScribeStoreThread *store, gint64 id, gboolean pinned, GAsyncReadyCallback callback, gpointer data);

/* For good: of dictations, the recordings too. ids: of gint64. */
void tilescribe_history_delete_async (ScribeStoreThread *store, GArray *ids, GAsyncReadyCallback callback, gpointer data);

/* Of the other two. */
gboolean tilescribe_history_change_finish (GAsyncResult *result, GError **error);

G_END_DECLS
