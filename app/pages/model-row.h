/* model-row.h - one model: what it is, and what can be done with it
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "models/models.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_MODEL_ROW (tilescribe_model_row_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeModelRow, tilescribe_model_row, TILESCRIBE, MODEL_ROW, AdwActionRow)

/* group: that of the check buttons by which one is chosen; NULL: it is not chosen here. */
GtkWidget *
tilescribe_model_row_new (TilescribeModels *models, TilescribeModel *model, GSettings *settings, GtkCheckButton *group);

G_END_DECLS
