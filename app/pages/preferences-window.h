/* preferences-window.h - all that a person can choose
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tilescribe.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_PREFERENCES_WINDOW (tilescribe_preferences_window_get_type ())
G_DECLARE_FINAL_TYPE (TilescribePreferencesWindow,
                      tilescribe_preferences_window,
                      TILESCRIBE,
                      PREFERENCES_WINDOW,
                      AdwPreferencesWindow)

GtkWindow *tilescribe_preferences_window_new (GtkWindow *parent, GSettings *settings, ScribeStoreThread *store);

/* The model in memory, or NULL, and the key that is bound, as the desktop calls it, or NULL. May be called again. */
void tilescribe_preferences_window_tell_model (TilescribePreferencesWindow *window, const char *model);
void tilescribe_preferences_window_tell_hotkey (TilescribePreferencesWindow *window, const char *bound);

/* What the model runs on now, and why; NULL while there is none in memory. May be called again. */
void tilescribe_preferences_window_tell_device (TilescribePreferencesWindow *window, const char *device, const char *reason);

G_END_DECLS
