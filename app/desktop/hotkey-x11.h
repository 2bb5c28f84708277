/* hotkey-x11.h - a key grabbed on the root window of an X11 session
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "desktop/hotkey.h"

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_HOTKEY_X11 (tilescribe_hotkey_x11_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeHotkeyX11, tilescribe_hotkey_x11, TILESCRIBE, HOTKEY_X11, GObject)

gboolean tilescribe_hotkey_x11_is_available (char **why_not);
TilescribeHotkey *tilescribe_hotkey_x11_new (void);

G_END_DECLS
