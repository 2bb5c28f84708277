/* sound-server.h - a sound server of the test's own, whose microphone hears what the test plays
 *
 * PulseAudio with a null sink: what is played into it comes out of its monitor, which is the default source. ALSA's default
 * device is that server, and so is PortAudio's. Nothing of the user's own sound is touched: the server, its socket and all
 * settings live in a temporary folder, which is HOME to this process and its children from then on.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

typedef struct _SoundServer SoundServer;

/* Moves this process in. To be called first of all in main(), as it changes the environment. */
SoundServer *sound_server_new (void);
void sound_server_free (SoundServer *server);

/* What needs to be installed for it, or NULL. */
const char *sound_server_find_what_is_missing (void);

/* Starts it, anew where it ran, without any sink. FALSE, and the test skipped with the reason, where PulseAudio or a part of it is not
 * installed. */
gboolean sound_server_start (SoundServer *server);

/* A sink of this name, channels and rate; its monitor becomes the default source, and so what the default microphone hears.
 * ALSA knows it as "pulse:NAME.monitor" too. */
void sound_server_add_sink (SoundServer *server, const char *name, guint n_channels, guint rate);

/* Unplugs it: whoever records from its monitor is cut off. */
void sound_server_remove_sink (SoundServer *server, const char *name);

/* Plays a recording into a sink, from beginning to end. FALSE: the server died meanwhile. */
gboolean sound_server_play (SoundServer *server, const char *sink, const char *path);

/* SIGKILL; nothing is left but the folder. */
void sound_server_kill (SoundServer *server);

/* Removed by sound_server_free (). */
const char *sound_server_get_folder (SoundServer *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SoundServer, sound_server_free)
