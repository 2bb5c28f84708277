/* test-intake.c - whatever a sound card gives becomes 16 kHz mono, from the first sound on
 *
 * SPDX-License-Identifier: MIT
 */
#include "audio/audio-file.h"
#include "audio/intake.h"
#include "listen.h"

#include <math.h>

/* A second of a tone of 440 Hz in one channel, the others still, fed in blocks of this many frames. */
static GArray *
take_in (guint rate, guint n_channels, guint channel, guint block)
{
  g_autoptr (ScribeIntake) intake = scribe_intake_new (n_channels, rate);
  g_autofree float *frames = g_new0 (float, (gsize) rate *n_channels);
  GArray *heard = g_array_new (FALSE, FALSE, sizeof (float));
  ScribeSound sound;

  for (guint i = 0; i < rate; i++)
    frames[i * n_channels + channel] = 0.8 * cos (2 * G_PI * 440 * i / rate);
  for (guint i = 0; i < rate; i += block)
    if (scribe_intake_feed (intake, frames + (gsize) i * n_channels, MIN (block, rate - i), &sound))
      g_array_append_vals (heard, sound.samples, sound.n);
  if (scribe_intake_finish (intake, &sound))
    g_array_append_vals (heard, sound.samples, sound.n);
  return heard;
}

static void
test_every_rate_and_number_of_channels (void)
{
  static const guint rates[] = { 8000, 16000, 22050, 44100, 48000, 96000, 192000 }, channels[] = { 1, 2, 3, 8, 18 };

  for (guint r = 0; r < G_N_ELEMENTS (rates); r++)
    for (guint c = 0; c < G_N_ELEMENTS (channels); c++)
      {
        g_autoptr (GArray) heard = take_in (rates[r], channels[c], channels[c] - 1, rates[r] / 50);

        g_test_message ("%u Hz, %u channels: %u samples", rates[r], channels[c], heard->len);
        g_assert_cmpint (ABS ((int) heard->len - SCRIBE_SAMPLE_RATE), <=, 32);
        g_assert_cmpfloat_with_epsilon (amplitude_at (heard, 440), 0.8 / channels[c], 0.01);
      }
}

static void
test_the_size_of_the_blocks_does_not_matter (void)
{
  g_autoptr (GArray) one = take_in (44100, 2, 0, 44100), many = take_in (44100, 2, 0, 37);

  g_assert_cmpmem (one->data, one->len * sizeof (float), many->data, many->len * sizeof (float));
}

static void
test_zeros_are_left_out_up_to_the_very_frame (void)
{
  g_autoptr (ScribeIntake) intake = scribe_intake_new (2, 16000);
  float frames[2 * 160] = { 0 };
  ScribeSound sound;

  for (guint i = 0; i < 70; i++) /* 0.7 s */
    {
      g_assert_true (scribe_intake_feed (intake, frames, 160, &sound));
      g_assert_false (sound.awake);
      g_assert_cmpuint (sound.n, ==, 0);
    }
  frames[2 * 100 + 1] = 0.5;
  g_assert_true (scribe_intake_feed (intake, frames, 160, &sound));
  g_assert_true (sound.awake);
  g_assert_cmpuint (sound.n, ==, 60);
  g_assert_cmpfloat (sound.samples[0], ==, 0.25);
  g_assert_cmpfloat (sound.peak, ==, 0.25);

  frames[2 * 100 + 1] = 0; /* a pause is a sound like any other */
  g_assert_true (scribe_intake_feed (intake, frames, 160, &sound));
  g_assert_true (sound.awake);
  g_assert_cmpuint (sound.n, ==, 160);
  g_assert_cmpfloat (sound.peak, ==, 0);
}

static void
test_zeros_are_a_silence_after_two_seconds (void)
{
  g_autoptr (ScribeIntake) intake = scribe_intake_new (1, 48000);
  const float frames[960] = { 0 };
  ScribeSound sound;
  guint n_asleep = 0;

  while (!scribe_intake_feed (intake, frames, 960, &sound) || !sound.awake)
    {
      n_asleep++;
      g_assert_cmpuint (n_asleep, <=, 100);
    }
  g_assert_cmpuint (n_asleep, >=, 99);
  g_assert_cmpfloat (sound.rms, ==, 0);
}

static void
test_one_that_never_wakes_says_nothing_at_the_end (void)
{
  g_autoptr (ScribeIntake) intake = scribe_intake_new (1, 48000);
  const float frames[960] = { 0 };
  ScribeSound sound;

  g_assert_true (scribe_intake_feed (intake, frames, 960, &sound));
  g_assert_false (scribe_intake_finish (intake, &sound));
}

static void
test_no_number_is_no_sound (void)
{
  const float frames[] = { NAN, INFINITY, -INFINITY, 3, -3, 0.5 };
  g_autoptr (ScribeIntake) intake = scribe_intake_new (1, 16000);
  ScribeSound sound;

  g_assert_true (scribe_intake_feed (intake, frames, G_N_ELEMENTS (frames), &sound));
  g_assert_cmpuint (sound.n, ==, G_N_ELEMENTS (frames));
  for (guint i = 0; i < sound.n; i++)
    g_assert_true (fabsf (sound.samples[i]) <= 1);
  g_assert_cmpfloat (sound.samples[5], ==, 0.5);
  g_assert_cmpfloat (sound.peak, ==, 1);
  g_assert_true (isfinite (sound.rms));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/intake/formats", test_every_rate_and_number_of_channels);
  g_test_add_func ("/intake/blocks", test_the_size_of_the_blocks_does_not_matter);
  g_test_add_func ("/intake/zeros", test_zeros_are_left_out_up_to_the_very_frame);
  g_test_add_func ("/intake/silence", test_zeros_are_a_silence_after_two_seconds);
  g_test_add_func ("/intake/never", test_one_that_never_wakes_says_nothing_at_the_end);
  g_test_add_func ("/intake/no-number", test_no_number_is_no_sound);
  return g_test_run ();
}
