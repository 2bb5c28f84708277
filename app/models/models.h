/* models.h - all models there are: a list of TilescribeModel
 *
 * One for the program, so that a download goes on when the window in which it was begun is closed.
 *
 * Signals: "trouble" (string): a sentence about what could not be done; "imported" (string): the file name of a model that was.
 * Properties: "importing" (boolean): one is being copied; "starter-only" (boolean): nothing but the starter is installed; "n-installed" (guint): how many others are.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "models/model.h"

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_MODELS (tilescribe_models_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeModels, tilescribe_models, TILESCRIBE, MODELS, GObject)

/* Made at the first call, and kept as long as the settings are; not to be freed. Empty at first: the disk is read in a thread. */
TilescribeModels *tilescribe_models_get (GSettings *settings);

GListModel *tilescribe_models_get_list (TilescribeModels *models);
gboolean tilescribe_models_is_starter_only (TilescribeModels *models);

/* Of this name, NULL where there is none or the list is not read. */
TilescribeModel *tilescribe_models_find (TilescribeModels *models, const char *name);

/* What somebody is to choose from who has nothing yet: the starter, and of the published ones by the language that is spoken the smallest, the
 * recommended one and a better one; those of them that the catalogue has. Of TilescribeModel. */
GPtrArray *tilescribe_models_list_offers (TilescribeModels *models);

/* That which most people should have, by the language that they speak; NULL while the list is not read. */
TilescribeModel *tilescribe_models_get_recommended (TilescribeModels *models);

/* Reads the disk again: models come and go without us. */
void tilescribe_models_refresh (TilescribeModels *models);

/* Deletes a model, or the part that a download left. Where it was the chosen one, none is. */
void tilescribe_models_remove (TilescribeModels *models, TilescribeModel *model);

/* Copies a file to the others. */
void tilescribe_models_import (TilescribeModels *models, const char *path);

/* Ends all downloads, before the program ends. What came is kept. */
void tilescribe_models_cancel_all (TilescribeModels *models);

G_END_DECLS
