/* history-row.h - a transcript in the list of the history, as it looks
 *
 * Signal "menu" (double x, double y): its menu is wanted there, in coordinates of the row.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "pages/history-item.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_HISTORY_ROW (tilescribe_history_row_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeHistoryRow, tilescribe_history_row, TILESCRIBE, HISTORY_ROW, AdwBin)

GtkWidget *tilescribe_history_row_new (void);

/* The row follows the item's changes. NULL: none; it looks as before, since another one comes next. */
void tilescribe_history_row_set_item (TilescribeHistoryRow *row, TilescribeHistoryItem *item);
TilescribeHistoryItem *tilescribe_history_row_get_item (TilescribeHistoryRow *row);

G_END_DECLS
