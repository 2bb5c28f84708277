/* sound.h - recordings for tests: read, made, joined, and handed over as files
 *
 * A sound is a GArray of float at 16 kHz. Files are float WAVs, so that the engine hears exactly what was made.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "audio/audio-file.h"

G_BEGIN_DECLS

GArray *sound_new (void);

/* A recording of tests/data, "fox". */
GArray *sound_of_clip (const char *clip);

void sound_append (GArray *sound, const GArray *other);
void sound_append_silence (GArray *sound, double seconds);

/* Noise of even power per hertz (white) or per octave (pink), of this RMS. */
void sound_append_white (GArray *sound, double seconds, double rms, guint32 seed);
void sound_append_pink (GArray *sound, double seconds, double rms, guint32 seed);

/* Mains hum: 50 Hz and its overtones. */
void sound_append_hum (GArray *sound, double seconds, double rms);

/* A chord of three notes with overtones each half second, as a keyboard plays them. */
void sound_append_chords (GArray *sound, double seconds, double rms);

/* Path of tests/data/NAME.wav. */
char *sound_clip_path (const char *clip);

/* Writes a temporary file; the caller frees the path and unlinks the file. */
char *sound_write (const GArray *sound);

/* The sound as an open recording, which no path leads to. */
ScribeAudioFile *sound_open (const GArray *sound);

G_END_DECLS
