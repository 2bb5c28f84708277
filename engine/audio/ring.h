/* ring.h - samples from one thread to another without a lock
 *
 * Inside the audio room only: between PortAudio's callback, which must never wait, and the thread that may.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _ScribeRing ScribeRing;

/* Room for n samples at least; 1 to 2^30. All memory it will ever have is taken, and touched, here. */
ScribeRing *scribe_ring_new (gsize n);
void scribe_ring_free (ScribeRing *ring);

/* For one thread, the producer. All n samples or, where they do not fit, none, so that the samples of a frame stay together;
 * FALSE is an overrun, and counted. */
gboolean scribe_ring_write (ScribeRing *ring, const float *samples, gsize n);

/* For one thread, the consumer. Up to n samples, oldest first; returns how many. */
gsize scribe_ring_read (ScribeRing *ring, float *samples, gsize n);

/* For the consumer: throws away what is held. */
void scribe_ring_clear (ScribeRing *ring);

/* For either thread: samples that can be read at least (consumer), or that are in the way at most (producer). */
gsize scribe_ring_get_held (ScribeRing *ring);

/* For any thread: how often something did not fit, and how many samples were lost by it. */
guint64 scribe_ring_get_overruns (ScribeRing *ring);
guint64 scribe_ring_get_lost (ScribeRing *ring);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeRing, scribe_ring_free)

G_END_DECLS
