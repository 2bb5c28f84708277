/* bandwidth.c - how fast this machine reads memory
 *
 * Each thread adds up its own share of a buffer that is larger than any cache, in vectors and with several sums under way, so
 * that nothing but memory can be what it waits for. A token of the decoder reads all of its weights once: this is its bound.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bandwidth.h"

#include <string.h>

#define BUFFER ((gsize) 512 << 20) /* bytes, all threads together */
#define PASSES 5
#define LANES  8

typedef guint64 Vector __attribute__ ((vector_size (32)));

typedef struct
{
  gsize n; /* vectors */
  Vector *data;
  guint64 sum; /* keeps the reads from being optimised away */
} Share;

static gpointer
read_share (gpointer data)
{
  Share *share = data;
  Vector sums[LANES] = { { 0 } };

  for (gsize i = 0; i + LANES <= share->n; i += LANES)
    for (gsize lane = 0; lane < LANES; lane++)
      sums[lane] += share->data[i + lane];
  for (gsize lane = 0; lane < LANES; lane++)
    share->sum += sums[lane][0] + sums[lane][1] + sums[lane][2] + sums[lane][3];
  return NULL;
}

/* Memory that was never written is one page of zeros, read from the cache. */
static gpointer
write_share (gpointer data)
{
  Share *share = data;

  memset (share->data, 1, share->n * sizeof (Vector));
  return NULL;
}

static void
run_all (Share *shares, guint n, GThreadFunc function)
{
  g_autofree GThread **threads = g_new (GThread *, n);

  for (guint i = 0; i < n; i++)
    threads[i] = g_thread_new ("bandwidth", function, &shares[i]);
  for (guint i = 0; i < n; i++)
    g_thread_join (threads[i]);
}

double
cli_bandwidth_measure (guint n_threads)
{
  guint n = MAX (n_threads, 1);
  gsize n_each = BUFFER / sizeof (Vector) / n;
  g_autofree Share *shares = g_new0 (Share, n);
  Vector *buffer = g_aligned_alloc (n_each * n, sizeof (Vector), 64);
  double best = 0;

  for (guint i = 0; i < n; i++)
    shares[i] = (Share){ n_each, buffer + i * n_each, 0 };
  run_all (shares, n, write_share);
  for (guint pass = 0; pass < PASSES; pass++)
    {
      gint64 start = g_get_monotonic_time ();

      run_all (shares, n, read_share);
      best = MAX (best, (double) (n_each * n * sizeof (Vector)) / ((double) MAX (g_get_monotonic_time () - start, 1) * 1e-6));
    }
  g_aligned_free (buffer);
  return best;
}
