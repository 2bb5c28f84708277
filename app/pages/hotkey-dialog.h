/* hotkey-dialog.h - asks for a key by having it pressed
 *
 * Signal: "chosen" (string): the accelerator, as gtk_accelerator_parse() reads it; empty: none. The dialog closes itself.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_HOTKEY_DIALOG (tilescribe_hotkey_dialog_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeHotkeyDialog, tilescribe_hotkey_dialog, TILESCRIBE, HOTKEY_DIALOG, AdwWindow)

GtkWindow *tilescribe_hotkey_dialog_new (GtkWindow *parent);

G_END_DECLS
