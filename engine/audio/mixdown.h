/* mixdown.h - decoded frames of any kind to one channel of 16 kHz float
 *
 * Inside the audio room only: it is between libav's frames and the block that scribe_audio_file_read() hands out.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>
#include <libavutil/frame.h>

G_BEGIN_DECLS

#define SCRIBE_MIXDOWN_MIN_RATE     1000
#define SCRIBE_MIXDOWN_MAX_RATE     3000000 /* DSD512 comes out of its decoder at 2.8 MHz */
#define SCRIBE_MIXDOWN_MAX_CHANNELS 63      /* a layout is a mask of 64 bits */

typedef struct _ScribeMixdown ScribeMixdown;

ScribeMixdown *scribe_mixdown_new (void);
void scribe_mixdown_free (ScribeMixdown *mixdown);

/* Appends the frame to samples (of float, in [-1, 1], never NaN). FALSE where its rate or channels are out of bounds. */
gboolean scribe_mixdown_frame (ScribeMixdown *mixdown, const AVFrame *frame, GArray *samples);

/* Appends what the resampler still holds. */
void scribe_mixdown_drain (ScribeMixdown *mixdown, GArray *samples);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeMixdown, scribe_mixdown_free)

G_END_DECLS
