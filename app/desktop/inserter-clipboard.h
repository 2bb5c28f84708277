/* inserter-clipboard.h - the text goes to the clipboard and stays there; the person pastes it
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "desktop/inserter.h"

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_INSERTER_CLIPBOARD (tilescribe_inserter_clipboard_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeInserterClipboard, tilescribe_inserter_clipboard, TILESCRIBE, INSERTER_CLIPBOARD, GObject)

gboolean tilescribe_inserter_clipboard_is_available (char **why_not);
TilescribeInserter *tilescribe_inserter_clipboard_new (TilescribeInsertion way);

G_END_DECLS
