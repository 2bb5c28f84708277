/* player-bar.h - plays a recording: play and pause, five seconds back and forth, where it is
 *
 * Properties: "playing" (gboolean, read-only); "trouble" (string, read-only: why nothing can be played, a sentence; NULL: it can, or is
 * being opened).
 * Signal: "moved" (double seconds): while it plays, and when it is sent elsewhere.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tilescribe.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define TILESCRIBE_PLAYER_SKIP 5 /* seconds, back and forth */

#define TILESCRIBE_TYPE_PLAYER_BAR (tilescribe_player_bar_get_type ())
G_DECLARE_FINAL_TYPE (TilescribePlayerBar, tilescribe_player_bar, TILESCRIBE, PLAYER_BAR, AdwBin)

/* Paused at its beginning; NULL: nothing to play. It is opened by a thread. duration: shown where the file does not tell its own. */
void tilescribe_player_bar_set_recording (TilescribePlayerBar *bar, const char *path, double duration);

/* Does nothing where there is trouble; while the recording is being opened, what is asked for last is done then. */
void tilescribe_player_bar_play_from (TilescribePlayerBar *bar, double seconds);
void tilescribe_player_bar_toggle (TilescribePlayerBar *bar);
void tilescribe_player_bar_skip (TilescribePlayerBar *bar, double seconds);
void tilescribe_player_bar_pause (TilescribePlayerBar *bar);

double tilescribe_player_bar_get_position (TilescribePlayerBar *bar);
gboolean tilescribe_player_bar_is_playing (TilescribePlayerBar *bar);
const char *tilescribe_player_bar_get_trouble (TilescribePlayerBar *bar);

G_END_DECLS
