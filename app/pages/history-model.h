/* history-model.h - the history as a list that is read as far as it is looked at
 *
 * A GListModel of TilescribeHistoryItem, newest first: all transcripts, or those that hold some words.
 * Signals: "loaded": the list, or what was found, is there or could not be read. "renewed": from here on the items are of other
 * transcripts than before, and what was chosen is chosen no longer.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "pages/history-item.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_HISTORY_MODEL (tilescribe_history_model_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeHistoryModel, tilescribe_history_model, TILESCRIBE, HISTORY_MODEL, GObject)

TilescribeHistoryModel *tilescribe_history_model_new (void);

/* Reads the list from there. */
void tilescribe_history_model_set_store (TilescribeHistoryModel *model, ScribeStoreThread *store);

/* Shows what holds these words, of which the last may be unfinished; without a word: all. A search under way is given up. */
void tilescribe_history_model_set_words (TilescribeHistoryModel *model, const char *words);

/* Whether there is nothing in it; rows that are about to go do not count. */
gboolean tilescribe_history_model_is_empty (TilescribeHistoryModel *model);

/* Whether what is shown are results of a search. */
gboolean tilescribe_history_model_is_search (TilescribeHistoryModel *model);

/* Why nothing could be read, a sentence; or NULL. */
const char *tilescribe_history_model_get_trouble (TilescribeHistoryModel *model);

/* A transcript began, grew, ended, was changed or deleted. */
void tilescribe_history_model_update (TilescribeHistoryModel *model, gint64 id);

/* Any may have come or gone. */
void tilescribe_history_model_read_again (TilescribeHistoryModel *model);

/* Takes a transcript out of the list, whatever the store says, or no longer. */
void tilescribe_history_model_hide (TilescribeHistoryModel *model, gint64 id);
void tilescribe_history_model_show (TilescribeHistoryModel *model, gint64 id);

/* Where it is; FALSE: not in the list. */
gboolean tilescribe_history_model_find (TilescribeHistoryModel *model, gint64 id, guint *position);

G_END_DECLS
