/* ring.c - samples from one thread to another without a lock
 *
 *   producer --written--> [ . . s s s s . . ] --taken--> consumer
 *
 * Two counters that only grow: samples written, and samples taken. Each is stored by one side only; what lies between them is
 * held. A side publishes its counter with release after it has touched the samples, and the other reads it with acquire before
 * it does: that order is all there is to it. Places are the counters modulo the size, a power of two. The counters have cache
 * lines of their own, or each side would slow the other down by counting.
 *
 * Neither side waits, allocates or enters the kernel, so the producer may be a callback that has a deadline.
 *
 * SPDX-License-Identifier: MIT
 */
#include "audio/ring.h"

#include <stdatomic.h>
#include <string.h>

#define CACHE_LINE 64
#define MAX_SIZE   ((gsize) 1 << 30)

struct _ScribeRing
{
  float *samples;                          /* [size] */
  gsize size;                              /* a power of two */
  char apart[CACHE_LINE];                  /* from what the producer stores: */
  _Atomic guint64 written, overruns, lost; /* samples, times, samples */
  char further_apart[CACHE_LINE];          /* from what the consumer stores: */
  _Atomic guint64 taken;                   /* samples */
};

ScribeRing *
scribe_ring_new (gsize n)
{
  ScribeRing *ring;
  gsize size = 1;

  g_return_val_if_fail (n > 0 && n <= MAX_SIZE, NULL);
  while (size < n)
    size *= 2;
  ring = g_new0 (ScribeRing, 1);
  ring->size = size;
  ring->samples = g_new (float, size);
  memset (ring->samples, 0, size * sizeof (float)); /* a page that was never touched would be fetched in the callback */
  return ring;
}

void
scribe_ring_free (ScribeRing *ring)
{
  if (ring == NULL)
    return;
  g_free (ring->samples);
  g_free (ring);
}

gboolean
scribe_ring_write (ScribeRing *ring, const float *samples, gsize n)
{
  guint64 written = atomic_load_explicit (&ring->written, memory_order_relaxed);
  guint64 taken = atomic_load_explicit (&ring->taken, memory_order_acquire);
  gsize start = written & (ring->size - 1), first = MIN (n, ring->size - start);

  if (n > ring->size - (written - taken))
    {
      atomic_fetch_add_explicit (&ring->overruns, 1, memory_order_relaxed);
      atomic_fetch_add_explicit (&ring->lost, n, memory_order_relaxed);
      return FALSE;
    }
  memcpy (ring->samples + start, samples, first * sizeof (float));
  memcpy (ring->samples, samples + first, (n - first) * sizeof (float));
  atomic_store_explicit (&ring->written, written + n, memory_order_release);
  return TRUE;
}

gsize
scribe_ring_read (ScribeRing *ring, float *samples, gsize n)
{
  guint64 taken = atomic_load_explicit (&ring->taken, memory_order_relaxed);
  guint64 written = atomic_load_explicit (&ring->written, memory_order_acquire);
  gsize start = taken & (ring->size - 1), first;

  n = MIN (n, written - taken);
  first = MIN (n, ring->size - start);
  memcpy (samples, ring->samples + start, first * sizeof (float));
  memcpy (samples + first, ring->samples, (n - first) * sizeof (float));
  atomic_store_explicit (&ring->taken, taken + n, memory_order_release);
  return n;
}

void
scribe_ring_clear (ScribeRing *ring)
{
  atomic_store_explicit (&ring->taken, atomic_load_explicit (&ring->written, memory_order_acquire), memory_order_release);
}

gsize
scribe_ring_get_held (ScribeRing *ring)
{
  guint64 taken = atomic_load_explicit (&ring->taken, memory_order_acquire);

  return atomic_load_explicit (&ring->written, memory_order_acquire) - taken;
}

guint64
scribe_ring_get_overruns (ScribeRing *ring)
{
  return atomic_load_explicit (&ring->overruns, memory_order_relaxed);
}

guint64
scribe_ring_get_lost (ScribeRing *ring)
{
  return atomic_load_explicit (&ring->lost, memory_order_relaxed);
}
