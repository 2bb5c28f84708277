/* preferences-general.h - preferences: microphone, hotkey, and how the program behaves
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_PREFERENCES_GENERAL (tilescribe_preferences_general_get_type ())
G_DECLARE_FINAL_TYPE (TilescribePreferencesGeneral,
                      tilescribe_preferences_general,
                      TILESCRIBE,
                      PREFERENCES_GENERAL,
                      AdwPreferencesPage)

/* The key that is bound, as the desktop calls it; NULL: none. */
void tilescribe_preferences_general_tell_hotkey (TilescribePreferencesGeneral *page, const char *bound);
void tilescribe_preferences_general_bind (TilescribePreferencesGeneral *page, GSettings *settings);

G_END_DECLS
