/* welcome-window.h - the first run: what this is, a microphone, a model, a hotkey
 *
 * Sets "welcomed" when it is closed, gone through or not: all of it can be found in the preferences.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_WELCOME_WINDOW (tilescribe_welcome_window_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeWelcomeWindow, tilescribe_welcome_window, TILESCRIBE, WELCOME_WINDOW, AdwWindow)

GtkWindow *tilescribe_welcome_window_new (GtkWindow *parent, GSettings *settings);

G_END_DECLS
