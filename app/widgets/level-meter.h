/* level-meter.h - how loud it is: a row of blocks from -60 to 0 dB, with its peak held and a mark where it clips
 *
 * The meter asks for the level itself, once a frame, while it is on the screen and has a source; else it costs nothing. It knows no
 * microphone:
 *
 *   tilescribe_level_meter_set_source (meter, level_of, microphone, NULL);
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_LEVEL_METER (tilescribe_level_meter_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeLevelMeter, tilescribe_level_meter, TILESCRIBE, LEVEL_METER, GtkWidget)

/* Peak of the last moment, 0 to 1. Called in the GTK thread for every frame: it must not wait. */
typedef float (*TilescribeLevelFunc) (gpointer data);

GtkWidget *tilescribe_level_meter_new (void);

/* level NULL: nothing is heard, the meter is empty and still. free_data (may be NULL) is called when data is asked no more. */
void tilescribe_level_meter_set_source (TilescribeLevelMeter *meter,
                                        TilescribeLevelFunc level,
                                        gpointer data,
                                        GDestroyNotify free_data);

G_END_DECLS
