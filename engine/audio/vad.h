/* vad.h - voice activity: which stretches of the sound are speech
 *
 * Streaming: samples go in as they come, one decision per 10 ms frame comes out. Constant memory, no look-ahead beyond a
 * fixed delay, the same decisions however the samples were cut into blocks.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SCRIBE_VAD_FRAME 160 /* samples: 10 ms at 16 kHz */

typedef struct _ScribeVad ScribeVad;

ScribeVad *scribe_vad_new (void);
void scribe_vad_free (ScribeVad *vad);

/* Forgets everything heard: as after _new. */
void scribe_vad_reset (ScribeVad *vad);

/* samples [n] at 16 kHz. Appends one guint8 per frame decided to frames (element size 1): 0, or 1 for speech. Frames come out
 * in order from the first sample on, each later than its samples by at most _get_delay frames. */
void scribe_vad_feed (ScribeVad *vad, const float *samples, gsize n, GArray *frames);

/* Decides the frames still held back, the last partial one included. Only _reset and _free may follow. */
void scribe_vad_finish (ScribeVad *vad, GArray *frames);

/* Frames between a sample and its decision at most. */
guint scribe_vad_get_delay (ScribeVad *vad);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeVad, scribe_vad_free)

G_END_DECLS
