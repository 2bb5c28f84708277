/* audio-file.h - any recording as 16 kHz mono samples, in blocks
 *
 * Whatever FFmpeg's libav* reads: the best audio stream of the container is decoded, mixed down to mono and resampled with
 * libswresample. Memory does not grow with the length of the recording.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SCRIBE_SAMPLE_RATE 16000

typedef struct _ScribeAudioFile ScribeAudioFile;

/* path: a file, or "-" for standard input. Fails with SCRIBE_ERROR_AUDIO where there is no such file, no audio stream in it,
 * or one that makes no sense (no channels, no sample rate). Nothing is decoded yet. cancellable (may be NULL) ends the wait for
 * a pipe, here and in scribe_audio_file_read(), with G_IO_ERROR_CANCELLED. */
ScribeAudioFile *scribe_audio_file_open (const char *path, GCancellable *cancellable, GError **error);

/* Up to n samples in [-1, 1] to samples: fewer only at the end, 0 at the end, -1 with error set. NaN and infinite samples come
 * out as 0, louder ones are clipped. Damage in the middle of a file is passed over as a player would, and reported by
 * _get_damaged; a file of which nothing could be decoded is an error. */
gssize scribe_audio_file_read (ScribeAudioFile *file, float *samples, gsize n, GError **error);

/* Seconds, from the container; negative where it does not tell (a pipe, some streams). An estimate: for progress only. */
double scribe_audio_file_get_duration (ScribeAudioFile *file);

/* Packets that could not be decoded so far. */
guint scribe_audio_file_get_damaged (ScribeAudioFile *file);

/* What it is, for a person: "mp3, 44100 Hz, 2 channels". */
const char *scribe_audio_file_get_format (ScribeAudioFile *file);

void scribe_audio_file_free (ScribeAudioFile *file);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeAudioFile, scribe_audio_file_free)

G_END_DECLS
