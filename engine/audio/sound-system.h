/* sound-system.h - PortAudio, of which a process has only one
 *
 * Inside the audio room only. PortAudio's functions may be called by one thread at a time: they stand between _enter and
 * _leave, all but those that only read a stream.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>
#include <portaudio.h>

G_BEGIN_DECLS

/* Keeps other threads out, and starts PortAudio the first time (that is slow, as it tries every device). FALSE with
 * SCRIBE_ERROR_AUDIO set where it does not start, or where a driver has not let go of the last stream. */
gboolean scribe_sound_system_enter (GError **error);
void scribe_sound_system_leave (void);

/* Waits until there are fewer streams than these, for two seconds at most. FALSE: there are not. */
gboolean scribe_sound_system_wait_for_fewer (guint n_streams);

/* The rest is for between the two. */

guint scribe_sound_system_count_streams (void);

/* Looks for devices anew; does nothing while there is a stream, as PortAudio would end it. */
gboolean scribe_sound_system_refresh (GError **error);

/* As Pa_OpenStream, with sample blocks of the length that suits the device. */
PaError scribe_sound_system_open (PaStream **stream,
                                  const PaStreamParameters *input,
                                  const PaStreamParameters *output,
                                  double rate,
                                  PaStreamCallback *callback,
                                  gpointer user_data);
PaError scribe_sound_system_start (PaStream *stream);
void scribe_sound_system_close (PaStream *stream);

G_END_DECLS
