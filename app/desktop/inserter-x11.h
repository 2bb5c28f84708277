/* inserter-x11.h - text into the focused window of an X11 session: pasted, or typed key by key
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "desktop/inserter.h"

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_INSERTER_X11 (tilescribe_inserter_x11_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeInserterX11, tilescribe_inserter_x11, TILESCRIBE, INSERTER_X11, GObject)

gboolean tilescribe_inserter_x11_is_available (char **why_not);
TilescribeInserter *tilescribe_inserter_x11_new (TilescribeInsertion way);

G_END_DECLS
