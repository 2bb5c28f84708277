/* waterfall.h - where the time of one piece of work went: its stages as bars, one after the other
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct
{
  const char *name;
  double seconds; /* NaN: not measured */
} TilescribeStage;

#define TILESCRIBE_TYPE_WATERFALL (tilescribe_waterfall_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeWaterfall, tilescribe_waterfall, TILESCRIBE, WATERFALL, GtkWidget)

GtkWidget *tilescribe_waterfall_new (void);

/* In the order of time; names are copied. total: of all of it, seconds, with what no stage tells; NaN: not measured;
 * negative: stages that cannot be added up have none. */
void
tilescribe_waterfall_set_stages (TilescribeWaterfall *waterfall, const TilescribeStage *stages, guint n_stages, double total);

G_END_DECLS
