/* history-item.h - a transcript in the list of the history, which may not have been read yet
 *
 * Signal "changed": it was read, or read again.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tilescribe.h"

#include <glib-object.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_HISTORY_ITEM (tilescribe_history_item_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeHistoryItem, tilescribe_history_item, TILESCRIBE, HISTORY_ITEM, GObject)

TilescribeHistoryItem *tilescribe_history_item_new (gint64 id);

/* From now on it is of another transcript, which is not read yet. */
void tilescribe_history_item_set_id (TilescribeHistoryItem *item, gint64 id);

gint64 tilescribe_history_item_get_id (TilescribeHistoryItem *item);

/* NULL until it was read. */
const ScribeTranscript *tilescribe_history_item_get_transcript (TilescribeHistoryItem *item);

/* Takes transcript over. */
void tilescribe_history_item_set_transcript (TilescribeHistoryItem *item, ScribeTranscript *transcript);

G_END_DECLS
