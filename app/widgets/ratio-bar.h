/* ratio-bar.h - a share of what is allowed: full at 1, warning from there on; hatched where it is not measured
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_RATIO_BAR (tilescribe_ratio_bar_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeRatioBar, tilescribe_ratio_bar, TILESCRIBE, RATIO_BAR, GtkWidget)

/* name: of what, for the screen reader. */
GtkWidget *tilescribe_ratio_bar_new (const char *name);

/* NaN: not measured, as it is at first. */
void tilescribe_ratio_bar_set_ratio (TilescribeRatioBar *bar, double ratio);

G_END_DECLS
