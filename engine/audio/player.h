/* player.h - a recording to the loudspeaker
 *
 * Only _open and _free wait for the device or the file; a window may call all the rest, as what is asked for is done by a thread of
 * the player. Times are seconds of the sound, as in a transcript.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _ScribePlayer ScribePlayer;

/* Called from the player's thread when a recording was played to its end (reason NULL), or cannot be played on
 * (SCRIBE_ERROR_AUDIO). The player is paused then; _play begins again, at the beginning or where it stopped. */
typedef void (*ScribePlayerEnded) (const GError *reason, gpointer user_data);

/* Paused, at the beginning. Fails as scribe_audio_file_open does. */
ScribePlayer *scribe_player_open (const char *path, ScribePlayerEnded ended, gpointer user_data, GError **error);

/* The device, which is the default one, is opened by the first _play, and let go of after a few seconds' pause. */
void scribe_player_play (ScribePlayer *player);
void scribe_player_pause (ScribePlayer *player);

/* Goes there, playing or paused. Exact to the sample; backwards, or far into a long file, it takes as long as decoding takes. */
void scribe_player_seek (ScribePlayer *player, double seconds);

/* What is heard now. Where it was sent to, until it is there. */
double scribe_player_get_position (ScribePlayer *player);

/* Negative where the file does not tell. */
double scribe_player_get_duration (ScribePlayer *player);
gboolean scribe_player_is_playing (ScribePlayer *player);

/* Stops, and waits until ended() has returned: not to be called from it. */
void scribe_player_free (ScribePlayer *player);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribePlayer, scribe_player_free)

G_END_DECLS
