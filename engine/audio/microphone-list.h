/* microphone-list.h - which of PortAudio's devices a microphone's id means
 *
 * Inside the audio room only; between scribe_sound_system_enter() and _leave().
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>
#include <portaudio.h>

G_BEGIN_DECLS

/* id, or NULL for the default. Looks for devices anew if it is not in the list and no stream runs. paNoDevice with
 * SCRIBE_ERROR_AUDIO set where there is none. */
PaDeviceIndex scribe_microphone_find (const char *id, GError **error);

G_END_DECLS
