/* history-items.h - the items of the history that are kept, so that the same rows are not read again and again
 *
 * Some hundred of them, by the id of their transcript; the oldest one goes for a new one.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "pages/history-item.h"

G_BEGIN_DECLS

typedef struct _TilescribeHistoryItems TilescribeHistoryItems;

TilescribeHistoryItems *tilescribe_history_items_new (void);
void tilescribe_history_items_free (TilescribeHistoryItems *items);

/* NULL where it is not kept. */
TilescribeHistoryItem *tilescribe_history_items_find (TilescribeHistoryItems *items, gint64 id);

/* Made if it is not kept; belongs to items. */
TilescribeHistoryItem *tilescribe_history_items_ensure (TilescribeHistoryItems *items, gint64 id);

/* Takes item over, whose id is not among them. */
TilescribeHistoryItem *tilescribe_history_items_keep (TilescribeHistoryItems *items, TilescribeHistoryItem *item);

/* Puts transcripts, of ScribeTranscript, into their items. They are taken out of the array. */
void tilescribe_history_items_fill (TilescribeHistoryItems *items, GPtrArray *transcripts);

void tilescribe_history_items_clear (TilescribeHistoryItems *items);

G_END_DECLS
