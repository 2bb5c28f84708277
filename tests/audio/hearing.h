/* hearing.h - somebody who listens to a microphone, for tests
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "audio/microphone.h"

typedef struct
{
  GMutex mutex;
  GCond changed;
  GArray *heard; /* of float */
  guint n_asleep, n_blocks;
  float peak, rms; /* loudest of the blocks */
  gboolean ended;
  GError *reason;
} Listener;

/* For a microphone whose user data is a Listener. */
extern const ScribeMicrophoneEvents hearing;

Listener *listener_new (void);
void listener_free (Listener *listener);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Listener, listener_free)

/* One that works; returns when it was heard of for the first time. */
ScribeMicrophone *open_microphone (const char *id, Listener *listener);

/* Until this many samples were heard, and blocks told of. */
void listener_wait (Listener *listener, guint n_samples, guint n_blocks);
void listener_wait_for_the_end (Listener *listener);

/* heard holds what was said, undistorted and in one piece: all but silence at its start, and at most `missing` samples of the end. */
void assert_hears (const GArray *heard, const GArray *said, guint missing);

/* Around the loss of a device, of which PortAudio tells stderr, where it would be taken for a line of the test. */
int stderr_put_away (void);
void stderr_put_back (int kept);
