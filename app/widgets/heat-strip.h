/* heat-strip.h - how busy columns were, moment by moment: a row a column, time to the right
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TILESCRIBE_HEAT_STRIP_ROWS    8
#define TILESCRIBE_HEAT_STRIP_MOMENTS 60 /* that are kept */

#define TILESCRIBE_TYPE_HEAT_STRIP (tilescribe_heat_strip_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeHeatStrip, tilescribe_heat_strip, TILESCRIBE, HEAT_STRIP, GtkWidget)

/* name: of what, for the screen reader. */
GtkWidget *tilescribe_heat_strip_new (const char *name);

/* The next moment: shares from 0 to 1 of the columns 0 .. n - 1; NaN, and columns beyond: not measured. */
void tilescribe_heat_strip_add (TilescribeHeatStrip *strip, const double *shares, guint n);

/* Forgets all moments. */
void tilescribe_heat_strip_clear (TilescribeHeatStrip *strip);

G_END_DECLS
