/* inserter-portal.h - text into the focused window by the RemoteDesktop portal: GNOME and KDE Plasma on Wayland
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "desktop/inserter.h"

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_INSERTER_PORTAL (tilescribe_inserter_portal_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeInserterPortal, tilescribe_inserter_portal, TILESCRIBE, INSERTER_PORTAL, GObject)

/* On Wayland. Whether the desktop has the portal, and the person agrees, shows at the first insertion. */
gboolean tilescribe_inserter_portal_is_available (char **why_not);
TilescribeInserter *tilescribe_inserter_portal_new (TilescribeInsertion way);

G_END_DECLS
