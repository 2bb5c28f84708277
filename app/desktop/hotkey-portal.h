/* hotkey-portal.h - the hotkey by the GlobalShortcuts portal: GNOME 48, KDE Plasma 6, Hyprland, and newer
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "desktop/hotkey.h"

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_HOTKEY_PORTAL (tilescribe_hotkey_portal_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeHotkeyPortal, tilescribe_hotkey_portal, TILESCRIBE, HOTKEY_PORTAL, GObject)

/* On Wayland. Whether the desktop has the portal, and the person agrees, shows at the first bind. */
gboolean tilescribe_hotkey_portal_is_available (char **why_not);

/* Asks nothing of the desktop before the first bind. */
TilescribeHotkey *tilescribe_hotkey_portal_new (void);

/* accelerator in the words of a preferred_trigger: "CTRL+ALT+space"; NULL where it is no key. */
char *tilescribe_hotkey_portal_trigger (const char *accelerator);

G_END_DECLS
