/* cutter.h - where batch mode cuts a recording: at silences, into stretches that fit a window
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "decode/samples.h"

G_BEGIN_DECLS

/* The next stretch of speech from frame "after" on: from .. to - 1, at most n_frames long. Where nobody speaks in the n_frames from
 * "after" on, both are the frame to go on from: no further than that is read ahead. */
gboolean scribe_cutter_next (ScribeSamples *samples, gint64 after, gint64 n_frames, gint64 *from, gint64 *to, GError **error);

G_END_DECLS
