/* test-ring.c - samples come out of the ring as they went in, from one thread to another
 *
 * SPDX-License-Identifier: MIT
 */
#include "audio/ring.h"

#define N_SAMPLES 2000000

static void
test_samples_come_out_in_order (void)
{
  g_autoptr (ScribeRing) ring = scribe_ring_new (5);
  float in[3] = { 1, 2, 3 }, out[8];

  for (guint i = 0; i < 20; i++)
    {
      g_assert_true (scribe_ring_write (ring, in, 3));
      g_assert_cmpuint (scribe_ring_get_held (ring), ==, 3);
      g_assert_cmpuint (scribe_ring_read (ring, out, 8), ==, 3);
      g_assert_cmpmem (out, sizeof in, in, sizeof in);
    }
  g_assert_cmpuint (scribe_ring_read (ring, out, 8), ==, 0);
  g_assert_cmpuint (scribe_ring_get_overruns (ring), ==, 0);
}

static void
test_what_does_not_fit_is_counted_and_nothing_else_harmed (void)
{
  g_autoptr (ScribeRing) ring = scribe_ring_new (8);
  float in[6] = { 1, 2, 3, 4, 5, 6 }, out[8];

  g_assert_true (scribe_ring_write (ring, in, 6));
  g_assert_false (scribe_ring_write (ring, in, 3));
  g_assert_false (scribe_ring_write (ring, in, 5));
  g_assert_cmpuint (scribe_ring_get_overruns (ring), ==, 2);
  g_assert_cmpuint (scribe_ring_get_lost (ring), ==, 8);

  g_assert_true (scribe_ring_write (ring, in, 2)); /* the last two places */
  g_assert_cmpuint (scribe_ring_read (ring, out, 8), ==, 8);
  g_assert_cmpmem (out, sizeof in, in, sizeof in);
  g_assert_cmpmem (out + 6, 2 * sizeof (float), in, 2 * sizeof (float));
}

static void
test_what_is_cleared_is_not_heard (void)
{
  g_autoptr (ScribeRing) ring = scribe_ring_new (4);
  float in[3] = { 1, 2, 3 }, out[4];

  scribe_ring_write (ring, in, 3);
  scribe_ring_clear (ring);
  g_assert_cmpuint (scribe_ring_read (ring, out, 4), ==, 0);
  g_assert_true (scribe_ring_write (ring, in, 3));
  g_assert_cmpuint (scribe_ring_read (ring, out, 4), ==, 3);
  g_assert_cmpmem (out, sizeof in, in, sizeof in);
}

/* 1, 2, 3, ... in blocks of every length; what does not fit is tried again. */
static gpointer
produce (gpointer data)
{
  ScribeRing *ring = data;
  float block[97];
  guint next = 0;

  for (guint length = 1; next < N_SAMPLES; length = length % G_N_ELEMENTS (block) + 1)
    {
      guint n = MIN (length, N_SAMPLES - next);

      for (guint i = 0; i < n; i++)
        block[i] = next + i + 1;
      while (!scribe_ring_write (ring, block, n))
        g_thread_yield ();
      next += n;
    }
  return NULL;
}

static void
test_two_threads (void)
{
  g_autoptr (ScribeRing) ring = scribe_ring_new (256);
  GThread *producer = g_thread_new ("producer", produce, ring);
  float block[61];
  guint next = 0;

  while (next < N_SAMPLES)
    {
      gsize n = scribe_ring_read (ring, block, G_N_ELEMENTS (block));

      if (n == 0)
        g_thread_yield ();
      for (gsize i = 0; i < n; i++)
        g_assert_cmpfloat (block[i], ==, next + i + 1);
      next += n;
    }
  g_thread_join (producer);
  g_assert_cmpuint (scribe_ring_get_held (ring), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ring/order", test_samples_come_out_in_order);
  g_test_add_func ("/ring/overrun", test_what_does_not_fit_is_counted_and_nothing_else_harmed);
  g_test_add_func ("/ring/clear", test_what_is_cleared_is_not_heard);
  g_test_add_func ("/ring/two-threads", test_two_threads);
  return g_test_run ();
}
