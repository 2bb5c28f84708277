/* level-listener.h - hears a microphone for its level alone, and keeps nothing of it
 *
 * For the GTK thread, which it never makes wait: a thread of its own opens and closes the microphone.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tilescribe.h"

G_BEGIN_DECLS

typedef struct _TilescribeLevelListener TilescribeLevelListener;

/* Called in the GTK thread, once, when the microphone cannot be heard or vanished. */
typedef void (*TilescribeLevelLost) (const GError *error, gpointer data);

/* id: of the microphone, NULL for the default one. lost is not called any more after _free. */
TilescribeLevelListener *tilescribe_level_listener_new (const char *id, TilescribeLevelLost lost, gpointer data);
void tilescribe_level_listener_free (TilescribeLevelListener *listener);

/* Peak of the last 20 ms, 0 to 1: a TilescribeLevelFunc. */
float tilescribe_level_listener_get_level (gpointer listener);

G_END_DECLS
