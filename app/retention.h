/* retention.h - forgets what is older than the person wants
 *
 * At the start, every hour, and when the setting changes; never what is pinned. Recordings of dictations go with their transcripts, a person's own
 * files never. Who changes the setting asks the person before, with what tilescribe_retention_count_async() tells.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tilescribe.h"

G_BEGIN_DECLS

typedef struct _TilescribeRetention TilescribeRetention;

/* It looked for what is too old. trouble: why not all of it could be forgotten, or NULL: lists are to be read again. */
typedef void (*TilescribeRetentionFunc) (const char *trouble, gpointer data);

TilescribeRetention *
tilescribe_retention_new (GSettings *settings, ScribeStoreThread *store, TilescribeRetentionFunc func, gpointer data);
void tilescribe_retention_free (TilescribeRetention *retention);

/* How many transcripts would be forgotten now under another setting; counted in the store's thread. finish: -1 with error set. */
void tilescribe_retention_count_async (ScribeStoreThread *store,
                                       ScribeRetention retention,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer data);
gint64 tilescribe_retention_count_finish (GAsyncResult *result, GError **error);

G_END_DECLS
