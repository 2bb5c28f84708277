/* virtual-keyboard.h - a keyboard that wlroots compositors let a program make: sway, Hyprland, niri, labwc, river
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a compositor offers that has them. */
#define TILESCRIBE_VIRTUAL_KEYBOARD_PROTOCOL "zwp_virtual_keyboard_manager_v1"

/* Types text into the focused window, on a keyboard that exists just so long. Waits, for 4 ms a letter and half a second: for a thread of
 * its own. Control characters other than tab and new line are left out. Fails with G_IO_ERROR. */
gboolean tilescribe_virtual_keyboard_type (const char *text, GCancellable *cancellable, GError **error);

G_END_DECLS
