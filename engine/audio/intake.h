/* intake.h - frames of a sound card to blocks of 16 kHz mono, and how loud they are
 *
 * Inside the audio room only: what a microphone's thread does with what it takes out of the ring.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "audio/microphone.h"

G_BEGIN_DECLS

typedef struct _ScribeIntake ScribeIntake;

/* n_channels: 1 to SCRIBE_MIXDOWN_MAX_CHANNELS; rate: Hz. */
ScribeIntake *scribe_intake_new (guint n_channels, guint rate);
void scribe_intake_free (ScribeIntake *intake);

/* frames [n, channels]. FALSE where there is nothing to tell of yet; otherwise sound is, until the next call. */
gboolean scribe_intake_feed (ScribeIntake *intake, const float *frames, gsize n, ScribeSound *sound);

/* What the resampler still holds; only _free may follow. */
gboolean scribe_intake_finish (ScribeIntake *intake, ScribeSound *sound);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeIntake, scribe_intake_free)

G_END_DECLS
