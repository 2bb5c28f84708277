/* preferences-models.h - preferences: the models there are
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_PREFERENCES_MODELS (tilescribe_preferences_models_get_type ())
G_DECLARE_FINAL_TYPE (TilescribePreferencesModels,
                      tilescribe_preferences_models,
                      TILESCRIBE,
                      PREFERENCES_MODELS,
                      AdwPreferencesPage)

void tilescribe_preferences_models_bind (TilescribePreferencesModels *page, GSettings *settings);

G_END_DECLS
