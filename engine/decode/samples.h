/* samples.h - a sliding stretch of a recording, and where in it somebody speaks
 *
 * Reads ahead as far as it is asked to, and forgets what lies behind: constant memory for recordings of any length. Positions
 * are mel frames of 10 ms from the start of the recording; voice activity has the same frames.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "audio/audio-file.h"

G_BEGIN_DECLS

/* Where samples come from: a file, or what a microphone heard. */
typedef struct
{
  /* Up to n more samples, 16 kHz mono; 0 at the end, negative with error set. */
  gssize (*read) (gpointer data, float *samples, gsize n, GError **error);
  gpointer data;
  double duration; /* seconds; negative: unknown */
} ScribeSource;

/* The rest of a file, which must outlive it. */
ScribeSource scribe_source_of_file (ScribeAudioFile *file);

typedef struct _ScribeSamples ScribeSamples;

/* Reads from source, whose data must outlive it. */
ScribeSamples *scribe_samples_new (ScribeSource source);
void scribe_samples_free (ScribeSamples *samples);

/* Reads until samples and voice activity are known up to frame "to", or the recording ends. */
gboolean scribe_samples_read (ScribeSamples *samples, gint64 to, GError **error);

/* Whole frames known; the recording's length once it has ended. */
gint64 scribe_samples_get_n_frames (ScribeSamples *samples);
gboolean scribe_samples_is_at_end (ScribeSamples *samples);

/* The window of n_samples (margins of 200 included) that starts at frame "from", and holds n_frames of the recording: out. What
 * lies behind them, or after the recording, is silence; the margin before the recording is its reflection. */
void scribe_samples_window (ScribeSamples *samples, gint64 from, gint64 n_frames, float *out, gsize n_samples);

/* TRUE where voice activity hears speech in the frame. */
gboolean scribe_samples_is_speech (ScribeSamples *samples, gint64 frame);

/* The first frame of speech in from .. to - 1, or "to". */
gint64 scribe_samples_find_speech (ScribeSamples *samples, gint64 from, gint64 to);

/* What lies before this frame (less the margin) is not asked for again. */
void scribe_samples_forget (ScribeSamples *samples, gint64 before);

/* Seconds spent in reading. */
double scribe_samples_get_read_time (ScribeSamples *samples);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeSamples, scribe_samples_free)

G_END_DECLS
