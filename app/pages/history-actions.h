/* history-actions.h - what can be done with a transcript of the history
 *
 *   copy, export (s: a format), pin, reveal, again (s: a model), delete, undo
 *
 * They are for the transcript that is chosen, and disabled where there is none or where they make no sense.
 * Signal "transcribe-again" (string path, string model).
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "pages/history-model.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_HISTORY_ACTIONS (tilescribe_history_actions_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeHistoryActions, tilescribe_history_actions, TILESCRIBE, HISTORY_ACTIONS, GObject)

/* Told of in toasts; window: of the widget whose clipboard and window are used. Neither is kept alive. */
TilescribeHistoryActions *
tilescribe_history_actions_new (GtkWidget *widget, AdwToastOverlay *toasts, TilescribeHistoryModel *model);

void tilescribe_history_actions_set_store (TilescribeHistoryActions *actions, ScribeStoreThread *store);

/* For which they are; NULL: none. */
void tilescribe_history_actions_set_item (TilescribeHistoryActions *actions, TilescribeHistoryItem *item);

/* To be inserted as "history". */
GActionMap *tilescribe_history_actions_get_map (TilescribeHistoryActions *actions);

/* What was deleted can be undone no longer. */
void tilescribe_history_actions_commit (TilescribeHistoryActions *actions);

G_END_DECLS
