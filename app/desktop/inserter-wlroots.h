/* inserter-wlroots.h - text typed into the focused window on a virtual keyboard: sway, Hyprland, niri, and their like
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "desktop/inserter.h"

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_INSERTER_WLROOTS (tilescribe_inserter_wlroots_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeInserterWlroots, tilescribe_inserter_wlroots, TILESCRIBE, INSERTER_WLROOTS, GObject)

gboolean tilescribe_inserter_wlroots_is_available (char **why_not);
TilescribeInserter *tilescribe_inserter_wlroots_new (TilescribeInsertion way);

G_END_DECLS
