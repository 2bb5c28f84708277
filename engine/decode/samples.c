/* samples.c - a sliding stretch of a recording
 *
 * SPDX-License-Identifier: MIT
 */
#include "decode/samples.h"

#include "audio/vad.h"
#include "decode/decoder.h"

#include <string.h>

#define BLOCK  16000 /* samples read at once */
#define MARGIN SCRIBE_WINDOW_MARGIN

struct _ScribeSamples
{
  ScribeSource source;
  ScribeVad *vad;
  GArray *data; /* of float: from sample "first" on */
  gint64 first;
  GArray *speech; /* of guint8: from frame "first_speech" on */
  gint64 first_speech;
  gboolean at_end;
  double read_time;
};

static gssize
read_file (gpointer data, float *samples, gsize n, GError **error)
{
  return scribe_audio_file_read (data, samples, n, error);
}

ScribeSource
scribe_source_of_file (ScribeAudioFile *file)
{
  return (ScribeSource){ read_file, file, scribe_audio_file_get_duration (file) };
}

ScribeSamples *
scribe_samples_new (ScribeSource source)
{
  ScribeSamples *samples = g_new0 (ScribeSamples, 1);

  samples->source = source;
  samples->vad = scribe_vad_new ();
  samples->data = g_array_new (FALSE, FALSE, sizeof (float));
  samples->speech = g_array_new (FALSE, FALSE, sizeof (guint8));
  return samples;
}

void
scribe_samples_free (ScribeSamples *samples)
{
  scribe_vad_free (samples->vad);
  g_array_unref (samples->data);
  g_array_unref (samples->speech);
  g_free (samples);
}

gboolean
scribe_samples_read (ScribeSamples *samples, gint64 to, GError **error)
{
  while (!samples->at_end
         && (samples->first + samples->data->len < to * SCRIBE_HOP + MARGIN || samples->first_speech + samples->speech->len < to))
    {
      guint had = samples->data->len;
      gint64 start = g_get_monotonic_time ();
      gssize n;

      g_array_set_size (samples->data, had + BLOCK);
      n = samples->source.read (samples->source.data, &g_array_index (samples->data, float, had), BLOCK, error);
      g_array_set_size (samples->data, had + MAX (n, 0));
      if (n < 0)
        return FALSE;
      if (n > 0)
        scribe_vad_feed (samples->vad, &g_array_index (samples->data, float, had), n, samples->speech);
      else
        {
          scribe_vad_finish (samples->vad, samples->speech);
          samples->at_end = TRUE;
        }
      samples->read_time += (g_get_monotonic_time () - start) * 1e-6;
    }
  return TRUE;
}

gint64
scribe_samples_get_n_frames (ScribeSamples *samples)
{
  return (samples->first + samples->data->len) / SCRIBE_HOP;
}

gboolean
scribe_samples_is_at_end (ScribeSamples *samples)
{
  return samples->at_end;
}

void
scribe_samples_window (ScribeSamples *samples, gint64 from, gint64 n_frames, float *out, gsize n_samples)
{
  gint64 begin = from * SCRIBE_HOP - MARGIN;
  gint64 known = samples->first + samples->data->len;
  gint64 stop = MIN (known, (from + n_frames) * SCRIBE_HOP + MARGIN);

  memset (out, 0, n_samples * sizeof (float));
  for (gint64 i = 0; i < (gint64) n_samples && begin + i < stop; i++)
    {
      gint64 at = ABS (begin + i);

      if (at < known)
        out[i] = g_array_index (samples->data, float, at - samples->first);
    }
}

gboolean
scribe_samples_is_speech (ScribeSamples *samples, gint64 frame)
{
  gint64 at = frame - samples->first_speech;

  return at >= 0 && at < samples->speech->len && g_array_index (samples->speech, guint8, at);
}

gint64
scribe_samples_find_speech (ScribeSamples *samples, gint64 from, gint64 to)
{
  while (from < to && !scribe_samples_is_speech (samples, from))
    from++;
  return from;
}

void
scribe_samples_forget (ScribeSamples *samples, gint64 before)
{
  gint64 n_samples = MIN (before * SCRIBE_HOP - MARGIN - samples->first, samples->data->len);
  gint64 n_speech = MIN (before - samples->first_speech, samples->speech->len);

  if (n_samples > 0)
    {
      g_array_remove_range (samples->data, 0, n_samples);
      samples->first += n_samples;
    }
  if (n_speech > 0)
    {
      g_array_remove_range (samples->speech, 0, n_speech);
      samples->first_speech += n_speech;
    }
}

double
scribe_samples_get_read_time (ScribeSamples *samples)
{
  return samples->read_time;
}
