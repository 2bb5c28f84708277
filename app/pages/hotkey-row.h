/* hotkey-row.h - the key that starts and ends dictation
 *
 * Property "accelerator" (string): as gtk_accelerator_parse() reads it; empty: none. For binding.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_HOTKEY_ROW (tilescribe_hotkey_row_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeHotkeyRow, tilescribe_hotkey_row, TILESCRIBE, HOTKEY_ROW, AdwActionRow)

/* The key that is bound, as the desktop calls it, which may be another one than was wished for; NULL: that is not known. */
void tilescribe_hotkey_row_tell_bound (TilescribeHotkeyRow *row, const char *bound);

G_END_DECLS
