/* test-vad.c - speech is found, whole, and nothing else
 *
 * SPDX-License-Identifier: MIT
 */
#include "audio/audio-file.h"
#include "audio/vad.h"
#include "listen.h"
#include "noise.h"

#include <math.h>
#include <string.h>

#define SECONDS(s) ((guint) ((s) *SCRIBE_SAMPLE_RATE))
#define FRAMES(s)  ((guint) ((s) *100))

/* Every clip with a decision for every frame of it, fed in blocks of this many samples. */
static GArray *
decide (const GArray *samples, guint block)
{
  g_autoptr (ScribeVad) vad = scribe_vad_new ();
  GArray *frames = g_array_new (FALSE, FALSE, 1);

  for (guint i = 0; i < samples->len; i += block)
    scribe_vad_feed (vad, &g_array_index (samples, float, i), MIN (block, samples->len - i), frames);
  scribe_vad_finish (vad, frames);
  return frames;
}

static GArray *
make (Noise noise, guint n)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (11);
  GArray *samples = g_array_sized_new (FALSE, TRUE, sizeof (float), n);

  g_array_set_size (samples, n);
  noise (random, (float *) (void *) samples->data, n);
  return samples;
}

static double
share (const GArray *frames, guint start)
{
  guint speech = 0;

  for (guint t = start; t < frames->len; t++)
    speech += g_array_index (frames, guint8, t);
  return (double) speech / (frames->len - start);
}

/* --- What is in a clip --- */

static double
frame_power (const GArray *samples, guint frame)
{
  double sum = 0;

  for (guint i = frame * SCRIBE_VAD_FRAME; i < MIN ((frame + 1) * SCRIBE_VAD_FRAME, samples->len); i++)
    sum += pow (g_array_index (samples, float, i), 2);
  return sum / SCRIBE_VAD_FRAME;
}

/* The truth of a clean recording: frames less than 35 dB under the loudest. */
static GArray *
find_speech (const GArray *samples)
{
  guint n = (samples->len + SCRIBE_VAD_FRAME - 1) / SCRIBE_VAD_FRAME;
  GArray *speech = g_array_new (FALSE, FALSE, 1);
  double loudest = 0;

  for (guint t = 0; t < n; t++)
    loudest = fmax (loudest, frame_power (samples, t));
  for (guint t = 0; t < n; t++)
    {
      guint8 is = frame_power (samples, t) > loudest * 3.2e-4;

      g_array_append_val (speech, is);
    }
  return speech;
}

/* Share of the frames of speech that were found. */
static double
kept (const GArray *speech, const GArray *frames)
{
  guint n = 0, found = 0;

  for (guint t = 0; t < speech->len; t++)
    if (g_array_index (speech, guint8, t))
      {
        n++;
        found += g_array_index (frames, guint8, t);
      }
  return (double) found / n;
}

/* Share of the frames farther than 300 ms from any speech that were taken for it. */
static double
passed (const GArray *speech, const GArray *frames)
{
  guint n = 0, taken = 0;

  for (guint t = 0; t < speech->len; t++)
    {
      gboolean near = FALSE;

      for (guint u = t - MIN (t, 30); u < MIN (t + 31, speech->len); u++)
        near |= g_array_index (speech, guint8, u);
      n += !near;
      taken += !near && g_array_index (frames, guint8, t);
    }
  return (double) taken / MAX (n, 1);
}

/* Five clips, with pauses of 2 s around them. */
static GArray *
make_dictation (void)
{
  static const char *const clips[] = { "fox.wav", "meeting.wav", "hello.wav", "two.wav", "weather.wav" };
  GArray *samples = g_array_new (FALSE, TRUE, sizeof (float));

  for (guint c = 0; c < G_N_ELEMENTS (clips); c++)
    {
      g_autoptr (GArray) clip = listen_to_clip (clips[c]);

      g_array_set_size (samples, samples->len + SECONDS (2));
      g_array_append_vals (samples, clip->data, clip->len);
    }
  g_array_set_size (samples, samples->len + SECONDS (2));
  return samples;
}

static double
mean_power (const GArray *samples, const GArray *of)
{
  double sum = 0;
  guint n = 0;

  for (guint t = 0; t < samples->len / SCRIBE_VAD_FRAME; t++)
    if (of == NULL || g_array_index (of, guint8, t))
      {
        sum += frame_power (samples, t);
        n++;
      }
  return sum / n;
}

/* snr in dB: of the frames that are speech. */
static void
add_noise (GArray *samples, const GArray *speech, Noise noise, double snr)
{
  g_autoptr (GArray) other = make (noise, samples->len);
  double gain = sqrt (mean_power (samples, speech) / mean_power (other, NULL)) * pow (10, -snr / 20);

  for (guint i = 0; i < samples->len; i++)
    g_array_index (samples, float, i) += gain * g_array_index (other, float, i);
}

/* --- Speech --- */

static void
test_clips_are_found_from_their_first_frame (void)
{
  static const char *const clips[] = { "airport.wav", "coffee.wav",  "fox.wav",    "hello.wav",  "list.wav",
                                       "meeting.wav", "morning.wav", "remind.wav", "report.wav", "test.wav",
                                       "thanks.wav",  "weather.wav", "window.wav" };

  for (guint c = 0; c < G_N_ELEMENTS (clips); c++)
    {
      g_autoptr (GArray) samples = listen_to_clip (clips[c]);
      g_autoptr (GArray) speech = find_speech (samples), frames = decide (samples, 1600);

      g_test_message ("%s", clips[c]);
      g_assert_cmpfloat (kept (speech, frames), >=, 0.99);
    }
}

static void
test_speech_in_noise (void)
{
  static const struct
  {
    const char *name;
    Noise noise;
    double snr, kept, passed;
  } cases[] = {
    { "silence", noise_silence, 20, 0.99, 0.01 }, { "white", noise_white, 20, 0.98, 0.01 },
    { "white", noise_white, 10, 0.98, 0.01 },     { "pink", noise_pink, 20, 0.98, 0.01 },
    { "pink", noise_pink, 10, 0.98, 0.01 },       { "fan", noise_fan, 10, 0.98, 0.01 },
    { "hum", noise_hum, 10, 0.98, 0.01 },         { "keys", noise_keys, 10, 0.98, 0.05 },
    { "melody", noise_melody, 10, 0.98, 0.25 },   { "crowd", noise_crowd, 20, 0.98, 0.08 },
    { "crowd", noise_crowd, 10, 0.98, 0.08 },
  };

  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      g_autoptr (GArray) samples = make_dictation ();
      g_autoptr (GArray) speech = find_speech (samples), frames = NULL;

      if (cases[c].noise != noise_silence)
        add_noise (samples, speech, cases[c].noise, cases[c].snr);
      frames = decide (samples, 1600);
      g_test_message ("%s at %.0f dB: %.1f %% of speech kept, %.1f %% of the rest passed", cases[c].name, cases[c].snr,
                      100 * kept (speech, frames), 100 * passed (speech, frames));
      g_assert_cmpfloat (kept (speech, frames), >=, cases[c].kept);
      g_assert_cmpfloat (passed (speech, frames), <=, cases[c].passed);
    }
}

static void
test_the_level_does_not_matter (void)
{
  g_autoptr (GArray) samples = make_dictation ();
  g_autoptr (GArray) speech = find_speech (samples), loud = NULL, faint = NULL;
  guint differ = 0;

  add_noise (samples, speech, noise_pink, 20);
  loud = decide (samples, 1600);
  for (guint i = 0; i < samples->len; i++)
    g_array_index (samples, float, i) *= 0.01f;
  faint = decide (samples, 1600);
  for (guint t = 0; t < loud->len; t++)
    differ += g_array_index (loud, guint8, t) != g_array_index (faint, guint8, t);
  g_assert_cmpuint (differ, <=, loud->len / 100);
}

/* Frames by which the last word of a clip is outlived, until the decision and until that is known. */
static void
measure_end (const GArray *samples, const GArray *speech, guint *decided, guint *known)
{
  g_autoptr (ScribeVad) vad = scribe_vad_new ();
  g_autoptr (GArray) frames = g_array_new (FALSE, FALSE, 1);
  guint last = speech->len, fed = 0;

  while (!g_array_index (speech, guint8, last - 1))
    last--;
  while (frames->len <= last || g_array_index (frames, guint8, frames->len - 1))
    {
      scribe_vad_feed (vad, &g_array_index (samples, float, fed *SCRIBE_VAD_FRAME), SCRIBE_VAD_FRAME, frames);
      fed++;
      g_assert_cmpuint ((fed + 1) * SCRIBE_VAD_FRAME, <=, samples->len);
    }
  *decided = frames->len - 1 - last;
  *known = fed - last;
}

static void
test_the_end_is_told_soon (void)
{
  static const Noise noises[] = { noise_silence, noise_white, noise_pink, noise_fan };

  for (guint i = 0; i < G_N_ELEMENTS (noises); i++)
    {
      g_autoptr (GArray) samples = make_dictation ();
      g_autoptr (GArray) speech = find_speech (samples);
      guint decided, known;

      if (noises[i] != noise_silence)
        add_noise (samples, speech, noises[i], 10);
      measure_end (samples, speech, &decided, &known);
      g_test_message ("decided after %u ms, known after %u ms", 10 * decided, 10 * known);
      g_assert_cmpuint (decided, <=, FRAMES (0.25));
      g_assert_cmpuint (known, <=, FRAMES (0.5));
    }
}

/* --- Sudden changes --- */

/* Zeros, white noise or a clip at some gain, one after the other: what a microphone hears. */
static void
append_clip (GArray *samples, double gain)
{
  g_autoptr (GArray) clip = listen_to_clip ("fox.wav");

  for (guint i = 0; i < clip->len; i++)
    {
      float sample = gain * g_array_index (clip, float, i);

      g_array_append_val (samples, sample);
    }
}

static void
append_noise (GArray *samples, Noise noise, double seconds, double gain)
{
  g_autoptr (GArray) other = make (noise, SECONDS (seconds) / SCRIBE_VAD_FRAME * SCRIBE_VAD_FRAME);

  for (guint i = 0; i < other->len; i++)
    g_array_index (other, float, i) *= gain;
  g_array_append_vals (samples, other->data, other->len);
}

/* The share of the speech of the clip that starts at this sample. */
static double
kept_clip (const GArray *frames, guint start)
{
  g_autoptr (GArray) samples = g_array_new (FALSE, TRUE, sizeof (float)), there = g_array_new (FALSE, FALSE, 1);
  g_autoptr (GArray) speech = NULL;

  append_clip (samples, 1);
  speech = find_speech (samples);
  g_array_append_vals (there, frames->data + start / SCRIBE_VAD_FRAME, speech->len);
  return kept (speech, there);
}

static void
test_loud_speech_after_silence (void)
{
  static const struct
  {
    Noise noise;
    double seconds, gain;
  } before[] = { { noise_silence, 10, 1 }, { noise_white, 10, 1e-4 }, { noise_white, 300, 0.03 }, { noise_fan, 300, 0.03 } };

  for (guint i = 0; i < G_N_ELEMENTS (before); i++)
    {
      g_autoptr (GArray) samples = g_array_new (FALSE, TRUE, sizeof (float)), frames = NULL;
      guint start;

      append_noise (samples, before[i].noise, before[i].seconds, before[i].gain);
      start = samples->len;
      append_clip (samples, 1);
      frames = decide (samples, 1600);
      g_assert_cmpfloat (kept_clip (frames, start), >=, 0.98);
      g_array_set_size (frames, start / SCRIBE_VAD_FRAME - 30);
      g_assert_cmpfloat (share (frames, 0), ==, 0);
    }
}

static void
test_levels_40_db_apart (void)
{
  g_autoptr (GArray) samples = g_array_new (FALSE, TRUE, sizeof (float)), frames = NULL;
  guint starts[3];

  for (guint i = 0; i < 3; i++)
    {
      append_noise (samples, noise_white, 3, 3e-5);
      starts[i] = samples->len;
      append_clip (samples, i == 1 ? 0.01 : 1);
      g_array_set_size (samples, (samples->len + SCRIBE_VAD_FRAME - 1) / SCRIBE_VAD_FRAME * SCRIBE_VAD_FRAME);
    }
  frames = decide (samples, 1600);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpfloat (kept_clip (frames, starts[i]), >=, i == 1 ? 0.95 : 0.98);
}

static void
test_an_offset_does_not_matter (void)
{
  g_autoptr (GArray) samples = make_dictation ();
  g_autoptr (GArray) speech = find_speech (samples), frames = NULL;

  add_noise (samples, speech, noise_pink, 20);
  for (guint i = 0; i < samples->len; i++)
    g_array_index (samples, float, i) = 0.3f + 0.5f * g_array_index (samples, float, i);
  frames = decide (samples, 1600);
  g_assert_cmpfloat (kept (speech, frames), >=, 0.98);
  g_assert_cmpfloat (passed (speech, frames), <=, 0.01);
}

static void
test_a_click_is_no_word (void)
{
  g_autoptr (GArray) samples = g_array_new (FALSE, TRUE, sizeof (float)), frames = NULL;

  append_noise (samples, noise_white, 6, 1e-3);
  for (guint i = 0; i < SECONDS (0.01); i++)
    g_array_index (samples, float, SECONDS (4) + i) = i % 2 ? 0.9f : -0.9f;
  frames = decide (samples, 1600);
  g_assert_cmpfloat (share (frames, 0), ==, 0);
}

static void
test_words_between_digital_zeros (void)
{
  g_autoptr (GArray) samples = g_array_new (FALSE, TRUE, sizeof (float)), frames = NULL;
  guint start;

  append_noise (samples, noise_white, 3, 0.01);
  append_noise (samples, noise_silence, 3, 1);
  start = samples->len;
  append_clip (samples, 0.3);
  frames = decide (samples, 1600);
  g_assert_cmpfloat (kept_clip (frames, start), >=, 0.98);
}

/* --- Anything else --- */

static void
test_what_is_no_speech (void)
{
  static const struct
  {
    const char *name;
    Noise noise;
    double most;
  } cases[] = {
    { "silence", noise_silence, 0 },  { "white", noise_white, 0 },  { "pink", noise_pink, 0 },
    { "hum", noise_hum, 0 },          { "fan", noise_fan, 0 },      { "tone", noise_tone, 0 },
    { "clicks", noise_clicks, 0.02 }, { "keys", noise_keys, 0.05 }, { "crowd", noise_crowd, 0.05 },
  };

  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      g_autoptr (GArray) samples = make (cases[c].noise, SECONDS (20));
      g_autoptr (GArray) frames = decide (samples, 1600);

      g_test_message ("%s: %.1f %% passed", cases[c].name, 100 * share (frames, 0));
      g_assert_cmpfloat (share (frames, 0), <=, cases[c].most);
    }
}

static void
test_a_noise_that_is_switched_on_is_got_used_to (void)
{
  g_autoptr (GArray) samples = make (noise_pink, SECONDS (10));
  g_autoptr (GArray) frames = NULL;

  memset (samples->data, 0, SECONDS (3) * sizeof (float));
  frames = decide (samples, 1600);
  g_assert_cmpfloat (share (frames, FRAMES (4)), ==, 0);
}

static void
test_a_crowd_is_got_used_to (void)
{
  g_autoptr (GArray) samples = make (noise_crowd, SECONDS (20));
  g_autoptr (GArray) frames = NULL;

  memset (samples->data, 0, SECONDS (3) * sizeof (float));
  frames = decide (samples, 1600);
  g_assert_cmpfloat (share (frames, FRAMES (8)), <, 0.1);
}

/* --- The stream --- */

static void
test_any_block_size (void)
{
  const guint blocks[] = { 1, 7, 160, 4001, G_MAXINT };
  g_autoptr (GArray) samples = listen_to_clip ("two.wav");
  g_autoptr (GArray) expected = decide (samples, 1600);

  for (guint i = 0; i < G_N_ELEMENTS (blocks); i++)
    {
      g_autoptr (GArray) frames = decide (samples, blocks[i]);

      g_assert_cmpmem (frames->data, frames->len, expected->data, expected->len);
    }
}

static void
test_one_decision_a_frame (void)
{
  for (guint n = 0; n < SECONDS (0.5); n += 53)
    {
      g_autoptr (GArray) samples = make (noise_white, n);
      g_autoptr (GArray) frames = decide (samples, 100);

      g_assert_cmpuint (frames->len, ==, (n + SCRIBE_VAD_FRAME - 1) / SCRIBE_VAD_FRAME);
    }
}

static void
test_the_delay_is_kept (void)
{
  g_autoptr (ScribeVad) vad = scribe_vad_new ();
  g_autoptr (GArray) samples = listen_to_clip ("fox.wav"), frames = g_array_new (FALSE, FALSE, 1);

  g_assert_cmpuint (scribe_vad_get_delay (vad), <=, 25);
  for (guint i = 0; i + SCRIBE_VAD_FRAME <= samples->len; i += SCRIBE_VAD_FRAME)
    {
      scribe_vad_feed (vad, &g_array_index (samples, float, i), SCRIBE_VAD_FRAME, frames);
      g_assert_cmpuint (frames->len + scribe_vad_get_delay (vad), >=, i / SCRIBE_VAD_FRAME + 1);
    }
}

static void
test_reset_forgets (void)
{
  g_autoptr (ScribeVad) vad = scribe_vad_new ();
  g_autoptr (GArray) crowd = make (noise_crowd, SECONDS (3)), samples = listen_to_clip ("fox.wav");
  g_autoptr (GArray) expected = decide (samples, 1600), frames = g_array_new (FALSE, FALSE, 1);

  scribe_vad_feed (vad, (const float *) crowd->data, crowd->len, frames);
  scribe_vad_reset (vad);
  g_array_set_size (frames, 0);
  scribe_vad_feed (vad, (const float *) samples->data, samples->len, frames);
  scribe_vad_finish (vad, frames);
  g_assert_cmpmem (frames->data, frames->len, expected->data, expected->len);
}

static void
test_nan_and_infinity_do_no_harm (void)
{
  const float bad[] = { NAN, INFINITY, -INFINITY, 1e30f };
  g_autoptr (ScribeVad) vad = scribe_vad_new ();
  g_autoptr (GArray) samples = listen_to_clip ("fox.wav");
  g_autoptr (GArray) speech = find_speech (samples), frames = g_array_new (FALSE, FALSE, 1);

  scribe_vad_feed (vad, bad, G_N_ELEMENTS (bad), frames);
  scribe_vad_feed (vad, (const float *) samples->data, samples->len, frames);
  scribe_vad_finish (vad, frames);
  g_assert_cmpfloat (kept (speech, frames), >=, 0.98);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/vad/clips", test_clips_are_found_from_their_first_frame);
  g_test_add_func ("/vad/speech-in-noise", test_speech_in_noise);
  g_test_add_func ("/vad/level", test_the_level_does_not_matter);
  g_test_add_func ("/vad/end", test_the_end_is_told_soon);
  g_test_add_func ("/vad/after-silence", test_loud_speech_after_silence);
  g_test_add_func ("/vad/levels-apart", test_levels_40_db_apart);
  g_test_add_func ("/vad/offset", test_an_offset_does_not_matter);
  g_test_add_func ("/vad/click", test_a_click_is_no_word);
  g_test_add_func ("/vad/digital-zeros", test_words_between_digital_zeros);
  g_test_add_func ("/vad/no-speech", test_what_is_no_speech);
  g_test_add_func ("/vad/noise-switched-on", test_a_noise_that_is_switched_on_is_got_used_to);
  g_test_add_func ("/vad/crowd-comes-in", test_a_crowd_is_got_used_to);
  g_test_add_func ("/vad/any-block-size", test_any_block_size);
  g_test_add_func ("/vad/one-decision-a-frame", test_one_decision_a_frame);
  g_test_add_func ("/vad/delay", test_the_delay_is_kept);
  g_test_add_func ("/vad/reset", test_reset_forgets);
  g_test_add_func ("/vad/nan", test_nan_and_infinity_do_no_harm);
  return g_test_run ();
}
