/* test-samples.c - windows cut out of a recording, and the stretches that batch mode cuts it into
 *
 * SPDX-License-Identifier: MIT
 */
#include "fixture.h"
#include "sound.h"

#include "decode/cutter.h"

#include <string.h>

#define MARGIN 200

/* --- windows */

/* The windows of the golden spectra: at the start, inside, at the end, and of a recording shorter than the margin. */
static void
test_golden_windows (void)
{
  g_autoptr (Golden) golden = fixture_golden ();
  g_auto (GStrv) clips = NULL;

  if (golden == NULL)
    return;
  clips = golden_list (golden, "mel");
  for (char **clip = clips; *clip; clip++)
    {
      g_autofree char *recording_key = g_strdup_printf ("mel/%s/recording", *clip),
                      *first_key = g_strdup_printf ("mel/%s/first_frame", *clip),
                      *samples_key = g_strdup_printf ("mel/%s/samples", *clip);
      gsize n_recording[4], n_samples[4];
      const float *recording = golden_f32 (golden, recording_key, NULL, n_recording);
      const float *expected = golden_f32 (golden, samples_key, NULL, n_samples);
      const guint first = golden_int (golden, first_key), n_frames = (n_samples[0] - 240) / SCRIBE_HOP;
      g_autofree float *window = g_new (float, n_samples[0]);
      g_autoptr (GArray) sound = sound_new ();
      g_autoptr (ScribeAudioFile) file = NULL;
      g_autoptr (ScribeSamples) samples = NULL;

      g_array_append_vals (sound, recording, n_recording[0]);
      file = sound_open (sound);
      samples = scribe_samples_new (scribe_source_of_file (file));
      g_assert_true (scribe_samples_read (samples, first + n_frames, NULL));
      scribe_samples_window (samples, first, n_frames, window, n_samples[0]);

      for (gsize i = 0; i < n_samples[0]; i++)
        if (window[i] != expected[i])
          g_error ("%s: sample %" G_GSIZE_FORMAT " of the window is %g where %g was expected", *clip, i, window[i], expected[i]);
    }
}

/* A ramp, whose samples tell where they come from. */
static GArray *
ramp (guint n)
{
  GArray *sound = sound_new ();

  for (guint i = 0; i < n; i++)
    {
      float value = (float) (i + 1) / (1 << 20);

      g_array_append_val (sound, value);
    }
  return sound;
}

static int
place (float value)
{
  return (int) (value * (1 << 20)) - 1;
}

static void
test_window_at_start (void)
{
  g_autoptr (GArray) sound = ramp (16000);
  g_autoptr (ScribeAudioFile) file = sound_open (sound);
  g_autoptr (ScribeSamples) samples = scribe_samples_new (scribe_source_of_file (file));
  float window[20 * SCRIBE_HOP + 2 * MARGIN];

  scribe_samples_read (samples, 20, NULL);
  scribe_samples_window (samples, 0, 20, window, G_N_ELEMENTS (window));

  for (int i = 0; i < (int) G_N_ELEMENTS (window); i++)
    g_assert_cmpint (place (window[i]), ==, ABS (i - MARGIN));
}

static void
test_window_inside (void)
{
  g_autoptr (GArray) sound = ramp (160000);
  g_autoptr (ScribeAudioFile) file = sound_open (sound);
  g_autoptr (ScribeSamples) samples = scribe_samples_new (scribe_source_of_file (file));
  float window[20 * SCRIBE_HOP + 2 * MARGIN];

  scribe_samples_read (samples, 520, NULL);
  scribe_samples_window (samples, 500, 20, window, G_N_ELEMENTS (window));

  for (int i = 0; i < (int) G_N_ELEMENTS (window); i++)
    g_assert_cmpint (place (window[i]), ==, 500 * SCRIBE_HOP - MARGIN + i);
}

/* The window of a stretch that ends before the window does is silent behind it, though the recording goes on. */
static void
test_window_of_a_short_stretch (void)
{
  g_autoptr (GArray) sound = ramp (160000);
  g_autoptr (ScribeAudioFile) file = sound_open (sound);
  g_autoptr (ScribeSamples) samples = scribe_samples_new (scribe_source_of_file (file));
  float window[20 * SCRIBE_HOP + 2 * MARGIN];

  scribe_samples_read (samples, 520, NULL);
  scribe_samples_window (samples, 500, 10, window, G_N_ELEMENTS (window));

  for (int i = 0; i < (int) G_N_ELEMENTS (window); i++)
    g_assert_cmpint (place (window[i]), ==, i < 10 * SCRIBE_HOP + 2 * MARGIN ? 500 * SCRIBE_HOP - MARGIN + i : -1);
}

static void
test_window_at_end (void)
{
  g_autoptr (GArray) sound = ramp (10 * SCRIBE_HOP + 77);
  g_autoptr (ScribeAudioFile) file = sound_open (sound);
  g_autoptr (ScribeSamples) samples = scribe_samples_new (scribe_source_of_file (file));
  float window[20 * SCRIBE_HOP + 2 * MARGIN];

  scribe_samples_read (samples, 25, NULL);
  g_assert_true (scribe_samples_is_at_end (samples));
  g_assert_cmpint (scribe_samples_get_n_frames (samples), ==, 10);
  scribe_samples_window (samples, 5, 5, window, G_N_ELEMENTS (window));

  for (int i = 0; i < (int) G_N_ELEMENTS (window); i++)
    {
      int at = 5 * SCRIBE_HOP - MARGIN + i;

      g_assert_cmpint (place (window[i]), ==, at < (int) sound->len ? at : -1);
    }
}

/* What is forgotten was not needed: windows from there on are the same. */
static void
test_forget (void)
{
  g_autoptr (GArray) sound = ramp (40 * 16000);
  g_autoptr (ScribeAudioFile) file = sound_open (sound);
  g_autoptr (ScribeSamples) samples = scribe_samples_new (scribe_source_of_file (file));
  float window[20 * SCRIBE_HOP + 2 * MARGIN];

  for (int frame = 0; frame + 20 < 4000; frame += 371)
    {
      scribe_samples_read (samples, frame + 20, NULL);
      scribe_samples_forget (samples, frame);
      scribe_samples_forget (samples, frame - 50);
      scribe_samples_window (samples, frame, 20, window, G_N_ELEMENTS (window));
      for (int i = 0; i < (int) G_N_ELEMENTS (window); i++)
        g_assert_cmpint (place (window[i]), ==, ABS (frame * SCRIBE_HOP - MARGIN + i));
    }
}

/* Forgetting changes nothing about where speech is. */
static void
test_forget_speech (void)
{
  g_autoptr (GArray) sound = sound_of_clip ("list");
  g_autoptr (ScribeAudioFile) file = sound_open (sound), again = sound_open (sound);
  g_autoptr (ScribeSamples) samples = scribe_samples_new (scribe_source_of_file (file));
  g_autoptr (ScribeSamples) all = scribe_samples_new (scribe_source_of_file (again));
  const gint64 n = sound->len / SCRIBE_HOP;

  scribe_samples_read (all, n, NULL);
  for (gint64 frame = 0; frame + 100 < n; frame += 97)
    {
      scribe_samples_read (samples, frame + 100, NULL);
      scribe_samples_forget (samples, frame);
      for (gint64 i = frame; i < frame + 100; i++)
        g_assert_cmpint (scribe_samples_is_speech (samples, i), ==, scribe_samples_is_speech (all, i));
      g_assert_cmpint (scribe_samples_find_speech (samples, frame, frame + 100), ==,
                       scribe_samples_find_speech (all, frame, frame + 100));
    }
}

/* Reading is no further ahead than a second of what was asked for. */
static void
test_reads_no_further (void)
{
  g_autoptr (GArray) sound = ramp (60 * 16000);
  g_autoptr (ScribeAudioFile) file = sound_open (sound);
  g_autoptr (ScribeSamples) samples = scribe_samples_new (scribe_source_of_file (file));

  scribe_samples_read (samples, 1000, NULL);
  g_assert_cmpint (scribe_samples_get_n_frames (samples), >=, 1000);
  g_assert_cmpint (scribe_samples_get_n_frames (samples), <=, 1000 + 400);
  g_assert_false (scribe_samples_is_at_end (samples));
}

/* --- stretches */

typedef struct
{
  gint64 from, to;
} Stretch;

/* All stretches of at most n_frames; checks what holds of any. */
static GArray *
cut_all (ScribeSamples *samples, gint64 n_frames)
{
  GArray *stretches = g_array_new (FALSE, FALSE, sizeof (Stretch));
  g_autoptr (GError) error = NULL;
  Stretch s;

  for (gint64 after = 0; !scribe_samples_is_at_end (samples) || after < scribe_samples_get_n_frames (samples); after = s.to)
    {
      gboolean ok = scribe_cutter_next (samples, after, n_frames, &s.from, &s.to, &error);

      g_assert_no_error (error);
      g_assert_true (ok);
      g_assert_cmpint (s.from, >=, after);
      g_assert_cmpint (s.to, >=, s.from);
      g_assert_cmpint (s.to, <=, s.from + n_frames);
      g_assert_true (s.to > after || scribe_samples_is_at_end (samples));
      if (s.to > s.from)
        g_array_append_val (stretches, s);
    }
  return stretches;
}

/* list.wav again and again with pauses of different lengths. */
static GArray *
speech_with_pauses (guint n)
{
  g_autoptr (GArray) list = sound_of_clip ("list");
  GArray *sound = sound_new ();

  for (guint i = 0; i < n; i++)
    {
      sound_append_silence (sound, 0.4 + 1.3 * (i % 4));
      sound_append (sound, list);
    }
  sound_append_silence (sound, 5);
  return sound;
}

static void
assert_speech_is_covered (GArray *sound, GArray *stretches)
{
  g_autoptr (ScribeAudioFile) file = sound_open (sound);
  g_autoptr (ScribeSamples) samples = scribe_samples_new (scribe_source_of_file (file));
  const gint64 n = sound->len / SCRIBE_HOP;
  guint i = 0;

  scribe_samples_read (samples, n, NULL);
  for (gint64 frame = 0; frame < n; frame++)
    {
      while (i < stretches->len && g_array_index (stretches, Stretch, i).to <= frame)
        i++;
      if (scribe_samples_is_speech (samples, frame)
          && (i == stretches->len || g_array_index (stretches, Stretch, i).from > frame))
        g_error ("frame %d is speech, and in no stretch", (int) frame);
    }
}

static void
test_stretches (gconstpointer seconds)
{
  g_autoptr (GArray) sound = speech_with_pauses (6);
  g_autoptr (ScribeAudioFile) file = sound_open (sound);
  g_autoptr (ScribeSamples) samples = scribe_samples_new (scribe_source_of_file (file));
  g_autoptr (GArray) stretches = cut_all (samples, GPOINTER_TO_UINT (seconds) * 100);

  g_assert_cmpuint (stretches->len, >=, sound->len / 16000 / GPOINTER_TO_UINT (seconds));
  assert_speech_is_covered (sound, stretches);
  for (guint i = 0; i + 1 < stretches->len; i++)
    {
      gint64 cut = g_array_index (stretches, Stretch, i).to;

      if (scribe_samples_is_speech (samples, cut))
        g_error ("stretch %u is cut at %.2f s, where somebody speaks", i, cut / 100.0);
    }
}

/* Where nobody pauses the cut is where the window is full, and the next stretch goes on from there. */
static void
test_stretches_without_a_pause (void)
{
  g_autoptr (GArray) list = sound_of_clip ("list");
  g_autoptr (GArray) sound = sound_new ();
  g_autoptr (ScribeAudioFile) file = NULL;
  g_autoptr (ScribeSamples) samples = NULL;
  g_autoptr (GArray) stretches = NULL;

  g_array_append_vals (sound, &g_array_index (list, float, 4000), 16000); /* within a sentence */
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (GArray) copy = g_array_copy (sound);

      sound_append (sound, copy);
    }
  file = sound_open (sound);
  samples = scribe_samples_new (scribe_source_of_file (file));
  stretches = cut_all (samples, 50);

  assert_speech_is_covered (sound, stretches);
}

static void
test_no_stretches_in_silence (void)
{
  g_autoptr (GArray) sound = sound_new ();
  g_autoptr (ScribeAudioFile) file = NULL;
  g_autoptr (ScribeSamples) samples = NULL;
  g_autoptr (GArray) stretches = NULL;

  sound_append_silence (sound, 100);
  file = sound_open (sound);
  samples = scribe_samples_new (scribe_source_of_file (file));
  stretches = cut_all (samples, 3000);

  g_assert_cmpuint (stretches->len, ==, 0);
}

static void
test_no_stretches_in_nothing (void)
{
  g_autoptr (GArray) sound = ramp (77);
  g_autoptr (ScribeAudioFile) file = sound_open (sound);
  g_autoptr (ScribeSamples) samples = scribe_samples_new (scribe_source_of_file (file));
  g_autoptr (GArray) stretches = cut_all (samples, 3000);

  g_assert_cmpuint (stretches->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/samples/window/golden", test_golden_windows);
  g_test_add_func ("/samples/window/at-start-is-reflected", test_window_at_start);
  g_test_add_func ("/samples/window/inside-is-real", test_window_inside);
  g_test_add_func ("/samples/window/short-stretch-is-silent-behind", test_window_of_a_short_stretch);
  g_test_add_func ("/samples/window/at-end-is-silent", test_window_at_end);
  g_test_add_func ("/samples/forget/windows", test_forget);
  g_test_add_func ("/samples/forget/speech", test_forget_speech);
  g_test_add_func ("/samples/reads-no-further", test_reads_no_further);
  g_test_add_data_func ("/cutter/stretches/30", GUINT_TO_POINTER (30), test_stretches);
  g_test_add_data_func ("/cutter/stretches/12", GUINT_TO_POINTER (12), test_stretches);
  g_test_add_func ("/cutter/without-a-pause", test_stretches_without_a_pause);
  g_test_add_func ("/cutter/silence", test_no_stretches_in_silence);
  g_test_add_func ("/cutter/nothing", test_no_stretches_in_nothing);
  return g_test_run ();
}
