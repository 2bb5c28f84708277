/* sound.c - recordings for tests
 *
 * SPDX-License-Identifier: MIT
 */
#include "sound.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define N_PINK 12 /* octaves of pink noise */

GArray *
sound_new (void)
{
  return g_array_new (FALSE, TRUE, sizeof (float));
}

char *
sound_clip_path (const char *clip)
{
  g_autofree char *name = g_strconcat (clip, ".wav", NULL);

  return g_test_build_filename (G_TEST_DIST, "data", name, NULL);
}

GArray *
sound_of_clip (const char *clip)
{
  g_autofree char *path = sound_clip_path (clip);
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeAudioFile) file = scribe_audio_file_open (path, NULL, &error);
  GArray *sound = sound_new ();
  float block[4096];
  gssize n;

  g_assert_no_error (error);
  while ((n = scribe_audio_file_read (file, block, G_N_ELEMENTS (block), &error)) > 0)
    g_array_append_vals (sound, block, n);
  g_assert_no_error (error);
  return sound;
}

void
sound_append (GArray *sound, const GArray *other)
{
  g_array_append_vals (sound, other->data, other->len);
}

/* Grows the sound by silence; the first new sample. */
static float *
grow (GArray *sound, double seconds, guint *n)
{
  guint had = sound->len;

  *n = (guint) (seconds * SCRIBE_SAMPLE_RATE);
  g_array_set_size (sound, had + *n);
  return (float *) (void *) sound->data + had;
}

void
sound_append_silence (GArray *sound, double seconds)
{
  guint n;

  grow (sound, seconds, &n);
}

static void
scale_to_rms (float *samples, guint n, double rms)
{
  double power = 0;

  for (guint i = 0; i < n; i++)
    power += samples[i] * samples[i];
  for (guint i = 0; i < n; i++)
    samples[i] *= (float) (rms / sqrt (power / n));
}

void
sound_append_white (GArray *sound, double seconds, double rms, guint32 seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  guint n;
  float *samples = grow (sound, seconds, &n);

  for (guint i = 0; i < n; i++)
    samples[i] = (float) g_rand_double_range (random, -1, 1);
  scale_to_rms (samples, n, rms);
}

/* Voss: a sum of random values, the k-th of which changes every 2^k samples. */
void
sound_append_pink (GArray *sound, double seconds, double rms, guint32 seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  double rows[N_PINK] = { 0 };
  guint n;
  float *samples = grow (sound, seconds, &n);

  for (guint i = 0; i < n; i++)
    {
      double sum = 0;

      for (guint k = 0; k < N_PINK; k++)
        {
          if (i % (1u << k) == 0)
            rows[k] = g_rand_double_range (random, -1, 1);
          sum += rows[k];
        }
      samples[i] = (float) sum;
    }
  scale_to_rms (samples, n, rms);
}

static double
tone (double hertz, double seconds, guint n_overtones)
{
  double sum = 0;

  for (guint k = 1; k <= n_overtones; k++)
    sum += sin (2 * G_PI * hertz * k * seconds) / k;
  return sum;
}

void
sound_append_hum (GArray *sound, double seconds, double rms)
{
  guint n;
  float *samples = grow (sound, seconds, &n);

  for (guint i = 0; i < n; i++)
    samples[i] = (float) tone (50, (double) i / SCRIBE_SAMPLE_RATE, 8);
  scale_to_rms (samples, n, rms);
}

void
sound_append_chords (GArray *sound, double seconds, double rms)
{
  static const double roots[] = { 261.63, 220.00, 174.61, 196.00 }; /* C, A minor, F, G */
  static const gboolean minor[] = { FALSE, TRUE, FALSE, FALSE };
  guint n;
  float *samples = grow (sound, seconds, &n);

  for (guint i = 0; i < n; i++)
    {
      double at = (double) i / SCRIBE_SAMPLE_RATE, since = fmod (at, 0.5);
      guint chord = (guint) (at / 0.5) % G_N_ELEMENTS (roots);
      double third = roots[chord] * (minor[chord] ? 6.0 / 5 : 5.0 / 4), fifth = roots[chord] * 3 / 2;

      samples[i] = (float) ((tone (roots[chord], at, 5) + tone (third, at, 5) + tone (fifth, at, 5)) * exp (-3 * since)
                            * MIN (1, since * 200));
    }
  scale_to_rms (samples, n, rms);
}

char *
sound_write (const GArray *sound)
{
  const guint32 n_bytes = sound->len * sizeof (float);
  const struct
  {
    char riff[4];
    guint32 size;
    char wave_fmt[8];
    guint32 fmt_size;
    guint16 format, n_channels;
    guint32 rate, bytes_per_second;
    guint16 frame_bytes, bits;
    char data[4];
    guint32 n_bytes;
  } header = { { 'R', 'I', 'F', 'F' },
               GUINT32_TO_LE (36 + n_bytes),
               { 'W', 'A', 'V', 'E', 'f', 'm', 't', ' ' },
               GUINT32_TO_LE (16),
               GUINT16_TO_LE (3), /* IEEE float */
               GUINT16_TO_LE (1),
               GUINT32_TO_LE (SCRIBE_SAMPLE_RATE),
               GUINT32_TO_LE (SCRIBE_SAMPLE_RATE * 4),
               GUINT16_TO_LE (4),
               GUINT16_TO_LE (32),
               { 'd', 'a', 't', 'a' },
               GUINT32_TO_LE (n_bytes) };
  g_autofree guint8 *bytes = g_malloc (sizeof header + n_bytes);
  g_autoptr (GError) error = NULL;
  char *path;
  int fd = g_file_open_tmp ("tilescribe-XXXXXX.wav", &path, &error);

  g_assert_no_error (error);
  g_close (fd, NULL);
  memcpy (bytes, &header, sizeof header);
  memcpy (bytes + sizeof header, sound->data, n_bytes);
  g_file_set_contents (path, (const char *) bytes, sizeof header + n_bytes, &error);
  g_assert_no_error (error);
  return path;
}

ScribeAudioFile *
sound_open (const GArray *sound)
{
  g_autofree char *path = sound_write (sound);
  g_autoptr (GError) error = NULL;
  ScribeAudioFile *file = scribe_audio_file_open (path, NULL, &error);

  g_assert_no_error (error);
  g_unlink (path);
  return file;
}
