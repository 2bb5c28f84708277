/* hearing.c - somebody who listens to a microphone, for tests
 *
 * SPDX-License-Identifier: MIT
 */
#include "hearing.h"

#include <fcntl.h>
#include <math.h>
#include <unistd.h>

#define PATIENCE  (30 * G_TIME_SPAN_SECOND)
#define SWALLOWED 320 /* samples: a null sink mixes a new stream into sound that its monitor has handed out already */

static void
on_heard (const ScribeSound *sound, gpointer user_data)
{
  Listener *listener = user_data;

  g_mutex_lock (&listener->mutex);
  if (sound->awake)
    g_assert_cmpuint (sound->n, >, 0);
  else
    g_assert_cmpuint (listener->heard->len + sound->n, ==, 0);
  listener->n_asleep += !sound->awake;
  listener->n_blocks++;
  g_array_append_vals (listener->heard, sound->samples, sound->n);
  listener->peak = MAX (listener->peak, sound->peak);
  listener->rms = MAX (listener->rms, sound->rms);
  g_assert_false (listener->ended);
  g_cond_broadcast (&listener->changed);
  g_mutex_unlock (&listener->mutex);
}

static void
on_ended (const GError *reason, gpointer user_data)
{
  Listener *listener = user_data;

  g_mutex_lock (&listener->mutex);
  g_assert_false (listener->ended);
  listener->ended = TRUE;
  listener->reason = reason != NULL ? g_error_copy (reason) : NULL;
  g_cond_broadcast (&listener->changed);
  g_mutex_unlock (&listener->mutex);
}

const ScribeMicrophoneEvents hearing = { on_heard, on_ended };

Listener *
listener_new (void)
{
  Listener *listener = g_new0 (Listener, 1);

  g_mutex_init (&listener->mutex);
  g_cond_init (&listener->changed);
  listener->heard = g_array_new (FALSE, FALSE, sizeof (float));
  return listener;
}

void
listener_free (Listener *listener)
{
  g_mutex_clear (&listener->mutex);
  g_cond_clear (&listener->changed);
  g_array_unref (listener->heard);
  g_clear_error (&listener->reason);
  g_free (listener);
}

/* Until this many samples were heard, and blocks told of. */
void
listener_wait (Listener *listener, guint n_samples, guint n_blocks)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&listener->mutex);
  while (listener->heard->len < n_samples || listener->n_blocks < n_blocks)
    if (listener->ended || !g_cond_wait_until (&listener->changed, &listener->mutex, end))
      g_error ("%u samples in %u blocks were heard, where %u in %u were waited for", listener->heard->len, listener->n_blocks,
               n_samples, n_blocks);
  g_mutex_unlock (&listener->mutex);
}

void
listener_wait_for_the_end (Listener *listener)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&listener->mutex);
  while (!listener->ended)
    if (!g_cond_wait_until (&listener->changed, &listener->mutex, end))
      g_error ("the microphone did not end");
  g_mutex_unlock (&listener->mutex);
}

ScribeMicrophone *
open_microphone (const char *id, Listener *listener)
{
  g_autoptr (GError) error = NULL;
  ScribeMicrophone *microphone = scribe_microphone_open (id, &hearing, listener, &error);

  g_assert_no_error (error);
  g_assert_nonnull (microphone);
  listener_wait (listener, 0, 1);
  return microphone;
}

/* --- A clip in what was heard --- */

static double
correlation (const float *a, const float *b, gsize n)
{
  double ab = 0, aa = 0, bb = 0;

  for (gsize i = 0; i < n; i++)
    {
      ab += a[i] * b[i];
      aa += a[i] * a[i];
      bb += b[i] * b[i];
    }
  return aa > 0 && bb > 0 ? ab / sqrt (aa * bb) : 0;
}

/* The mean of each sample and those that follow: between three resamplers, a clip comes out late by part of a sample, which
 * the highest tones do not survive a comparison with. */
static float *
smooth (const GArray *samples)
{
  float *out = g_new0 (float, samples->len + 1);

  for (guint i = 0; i < samples->len; i++)
    {
      guint n = MIN (16, samples->len - i);
      double sum = 0;

      for (guint k = 0; k < n; k++)
        sum += g_array_index (samples, float, i + k);
      out[i] = sum / n;
    }
  return out;
}

/* Where in heard the probe from the middle of what was said is; before its own place, if what was said began with silence. */
static int
find_offset (const float *heard, guint n_heard, const float *said, guint middle, guint probe)
{
  double best = 0;
  int offset = 0;

  for (guint i = 0; i + probe <= n_heard; i++)
    {
      double alike = correlation (heard + i, said + middle, probe);

      if (alike > best)
        {
          best = alike;
          offset = (int) i - (int) middle;
        }
    }
  return offset;
}

/* heard holds what was said, undistorted and in one piece: all but silence at its start, and at most `missing` samples of the end. */
void
assert_hears (const GArray *heard, const GArray *said, guint missing)
{
  g_autofree float *h = smooth (heard), *s = smooth (said);
  guint n = said->len - missing, early, late;
  double alike;
  int offset;

  g_assert_cmpuint (heard->len, >=, n / 2 + 4000);
  offset = find_offset (h, heard->len, s, n / 2, 4000);
  early = MAX (-offset, 0);
  late = MAX (offset, 0);
  n = MIN (n - early, heard->len - late);
  alike = correlation (h + late, s + early, n);
  g_test_message ("heard %u samples of %u, offset %d, %u of them alike by %.4f", heard->len, said->len, offset, n, alike);
  g_assert_cmpfloat (alike, >, 0.95);
  g_assert_cmpuint (n + early + missing, >=, said->len);
  for (guint i = 0; i + SWALLOWED < early; i++)
    g_assert_cmpfloat (fabsf (g_array_index (said, float, i)), <, 0.01);
}

int
stderr_put_away (void)
{
  int kept = fcntl (STDERR_FILENO, F_DUPFD_CLOEXEC, 3), nowhere = open ("/dev/null", O_WRONLY | O_CLOEXEC);

  g_assert_cmpint (dup2 (nowhere, STDERR_FILENO), ==, STDERR_FILENO);
  close (nowhere);
  return kept;
}

void
stderr_put_back (int kept)
{
  g_assert_cmpint (dup2 (kept, STDERR_FILENO), ==, STDERR_FILENO);
  close (kept);
}
