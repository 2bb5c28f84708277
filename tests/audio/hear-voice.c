/* hear-voice.c - voice activity as a filter, for measure_voice.py
 *
 *   hear-voice < samples (16 kHz, s16) > two bytes a frame of 10 ms: 0 or 1, and how many frames later that was known
 *
 * Feeds one frame at a time, as a microphone would. What it took, in microseconds for a second of sound, goes to standard error.
 *
 * SPDX-License-Identifier: MIT
 */
#include "audio/vad.h"

#include <stdio.h>

typedef struct
{
  ScribeVad *vad;
  GArray *frames;
  guint64 n_fed, n_written;
} Hearing;

static void
write_decisions (Hearing *hearing)
{
  for (guint i = 0; i < hearing->frames->len; i++, hearing->n_written++)
    {
      guint64 late = hearing->n_fed - hearing->n_written;

      putchar (g_array_index (hearing->frames, guint8, i));
      putchar (MIN (late, 255));
    }
  g_array_set_size (hearing->frames, 0);
}

int
main (void)
{
  g_autoptr (ScribeVad) vad = scribe_vad_new ();
  g_autoptr (GArray) frames = g_array_new (FALSE, FALSE, 1);
  Hearing hearing = { vad, frames, 0, 0 };
  gint16 pcm[SCRIBE_VAD_FRAME];
  float samples[SCRIBE_VAD_FRAME];
  gint64 took = 0;
  gsize n;

  while ((n = fread (pcm, sizeof *pcm, SCRIBE_VAD_FRAME, stdin)) > 0)
    {
      gint64 start;

      for (gsize i = 0; i < n; i++)
        samples[i] = GINT16_FROM_LE (pcm[i]) / 32768.0f;
      start = g_get_monotonic_time ();
      scribe_vad_feed (vad, samples, n, frames);
      took += g_get_monotonic_time () - start;
      hearing.n_fed++;
      write_decisions (&hearing);
    }
  scribe_vad_finish (vad, frames);
  write_decisions (&hearing);
  fprintf (stderr, "%.0f\n", 100.0 * took / MAX (hearing.n_fed, 1));
  return 0;
}
