/* test-endpointer.c - frames of speech and silence become utterances
 *
 * A sound is written as frames of 10 ms: |0.5 s of speech _0.8 s of silence, by the functions below.
 *
 * SPDX-License-Identifier: MIT
 */
#include "audio/endpointer.h"

#define PAUSE   0.8
#define LONGEST 27.0
#define SECOND  SCRIBE_ENDPOINTER_FRAMES_PER_SECOND

typedef struct
{
  ScribeEndpointer *endpointer;
  GArray *frames; /* of guint8: all that was fed */
  GArray *spans;  /* of ScribeUtteranceSpan: what came out */
} Talk;

static void
talk_init (Talk *talk, double pause, double longest)
{
  talk->endpointer = scribe_endpointer_new (pause, longest);
  talk->frames = g_array_new (FALSE, FALSE, sizeof (guint8));
  talk->spans = g_array_new (FALSE, FALSE, sizeof (ScribeUtteranceSpan));
}

static void
talk_clear (Talk *talk)
{
  scribe_endpointer_free (talk->endpointer);
  g_array_unref (talk->frames);
  g_array_unref (talk->spans);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Talk, talk_clear)

static void
feed (Talk *talk, guint n, gboolean speech)
{
  const guint8 frame = speech;
  ScribeUtteranceSpan span;

  for (guint i = 0; i < n; i++)
    {
      g_array_append_val (talk->frames, frame);
      if (scribe_endpointer_feed (talk->endpointer, speech, &span))
        g_array_append_val (talk->spans, span);
    }
}

static void
say (Talk *talk, double seconds)
{
  feed (talk, (guint) (seconds * SECOND + 0.5), TRUE);
}

static void
be_silent (Talk *talk, double seconds)
{
  feed (talk, (guint) (seconds * SECOND + 0.5), FALSE);
}

static void
finish (Talk *talk)
{
  ScribeUtteranceSpan span;

  if (scribe_endpointer_finish (talk->endpointer, &span))
    g_array_append_val (talk->spans, span);
}

static const ScribeUtteranceSpan *
only_span (const Talk *talk)
{
  g_assert_cmpuint (talk->spans->len, ==, 1);
  return &g_array_index (talk->spans, ScribeUtteranceSpan, 0);
}

static void
test_begins_a_little_before_the_first_word (void)
{
  g_auto (Talk) talk;
  const ScribeUtteranceSpan *span;

  talk_init (&talk, PAUSE, LONGEST);
  be_silent (&talk, 2);
  say (&talk, 1);
  be_silent (&talk, 1);

  span = only_span (&talk);
  g_assert_cmpint (span->begin, <=, 2 * SECOND - SECOND / 3);
  g_assert_cmpint (span->begin, >=, 2 * SECOND - SECOND);
  g_assert_cmpint (span->speech_end, ==, 3 * SECOND);
  g_assert_cmpint (span->end, >, 3 * SECOND);
  g_assert_cmpint (span->end, <, 3 * SECOND + PAUSE * SECOND);
}

static void
test_speech_from_the_first_frame_on (void)
{
  g_auto (Talk) talk;

  talk_init (&talk, PAUSE, LONGEST);
  say (&talk, 1);
  be_silent (&talk, 1);

  g_assert_cmpint (only_span (&talk)->begin, ==, 0);
}

static void
test_clicks_open_nothing (void)
{
  g_auto (Talk) talk;
  ScribeUtteranceSpan open;

  talk_init (&talk, PAUSE, LONGEST);
  for (guint i = 0; i < 50; i++)
    {
      feed (&talk, 1 + i % 5, TRUE);
      g_assert_false (scribe_endpointer_get_open (talk.endpointer, &open));
      feed (&talk, 15, FALSE);
    }
  finish (&talk);

  g_assert_cmpuint (talk.spans->len, ==, 0);
}

static void
test_a_pause_ends_it_and_not_earlier (void)
{
  g_auto (Talk) talk;
  ScribeUtteranceSpan open;

  talk_init (&talk, PAUSE, LONGEST);
  say (&talk, 1);
  be_silent (&talk, PAUSE - 0.01);
  g_assert_cmpuint (talk.spans->len, ==, 0);
  g_assert_true (scribe_endpointer_get_open (talk.endpointer, &open));
  g_assert_cmpint (open.speech_end, ==, SECOND);
  g_assert_cmpint (open.end, ==, talk.frames->len);
  g_assert_cmpint (scribe_endpointer_get_silence (talk.endpointer), ==, (gint64) talk.frames->len - SECOND);

  say (&talk, 1); /* it goes on */
  be_silent (&talk, PAUSE - 0.01);
  g_assert_cmpuint (talk.spans->len, ==, 0);
  feed (&talk, 1, FALSE);
  g_assert_cmpuint (talk.spans->len, ==, 1);
  g_assert_false (scribe_endpointer_get_open (talk.endpointer, &open));
}

static void
test_the_pause_is_what_was_asked_for (void)
{
  for (guint i = 2; i <= 30; i++)
    {
      g_auto (Talk) talk;
      guint n = 0;

      talk_init (&talk, i / 10.0, LONGEST);
      say (&talk, 1);
      for (; talk.spans->len == 0; n++)
        feed (&talk, 1, FALSE);
      g_assert_cmpuint (n, ==, i * SECOND / 10);
    }
}

static void
test_the_second_begins_where_the_first_ended_at_the_earliest (void)
{
  g_auto (Talk) talk;
  const ScribeUtteranceSpan *spans;

  talk_init (&talk, 0.3, LONGEST);
  say (&talk, 1);
  be_silent (&talk, 0.3);
  say (&talk, 1);
  be_silent (&talk, 0.3);

  g_assert_cmpuint (talk.spans->len, ==, 2);
  spans = (const ScribeUtteranceSpan *) (void *) talk.spans->data;
  g_assert_cmpint (spans[1].begin, ==, spans[0].end);
}

/* Of two silences in its last third the longer one, though it is the earlier; a longer one that is earlier still does not count. */
static void
test_a_long_one_is_cut_in_the_longest_late_silence (void)
{
  g_auto (Talk) talk;
  const ScribeUtteranceSpan *span;

  talk_init (&talk, PAUSE, LONGEST);
  say (&talk, 5);
  be_silent (&talk, 0.7);
  say (&talk, 14.3); /* 20 s */
  be_silent (&talk, 0.4);
  say (&talk, 4);
  be_silent (&talk, 0.2);
  say (&talk, 10);
  be_silent (&talk, 1);

  g_assert_cmpuint (talk.spans->len, ==, 2);
  span = (const ScribeUtteranceSpan *) (void *) talk.spans->data;
  g_assert_cmpint (span[0].end, ==, 20 * SECOND + 20);
  g_assert_cmpint (span[0].speech_end, ==, 20 * SECOND);
  g_assert_cmpint (span[1].begin, ==, span[0].end);
  g_assert_cmpint (span[1].speech_end, ==, (gint64) talk.frames->len - SECOND);
}

static void
test_without_any_silence_it_is_cut_where_it_stands (void)
{
  g_auto (Talk) talk;
  const ScribeUtteranceSpan *spans;

  talk_init (&talk, PAUSE, LONGEST);
  say (&talk, 60);
  finish (&talk);

  g_assert_cmpuint (talk.spans->len, ==, 3);
  spans = (const ScribeUtteranceSpan *) (void *) talk.spans->data;
  g_assert_cmpint (spans[0].end, ==, 27 * SECOND);
  g_assert_cmpint (spans[1].begin, ==, 27 * SECOND);
  g_assert_cmpint (spans[2].begin, ==, 54 * SECOND);
  g_assert_cmpint (spans[2].end, ==, 60 * SECOND);
}

/* The speech happens to end where it is cut: nothing is left to make an utterance of. */
static void
test_nothing_is_left_after_a_cut_at_the_end_of_speech (void)
{
  g_auto (Talk) talk;

  talk_init (&talk, PAUSE, LONGEST);
  say (&talk, LONGEST);
  be_silent (&talk, 3);
  finish (&talk);

  only_span (&talk);
}

static void
test_the_end_ends_what_is_open (void)
{
  g_auto (Talk) talk;
  ScribeUtteranceSpan span;

  talk_init (&talk, PAUSE, LONGEST);
  g_assert_false (scribe_endpointer_finish (talk.endpointer, &span));
  say (&talk, 1);
  finish (&talk);

  g_assert_cmpint (only_span (&talk)->end, ==, SECOND);
  g_assert_false (scribe_endpointer_finish (talk.endpointer, &span));
}

/* Frames of speech among the fifteen up to frame n, from the frame `from` on. */
static guint
n_spoken (const guint8 *frames, gint64 from, gint64 n)
{
  guint spoken = 0;

  for (gint64 i = MAX (from, n - 14); i <= n; i++)
    spoken += frames[i];
  return spoken;
}

/* No more than clicks. */
static void
assert_nothing_said (const guint8 *frames, gint64 from, gint64 to)
{
  for (gint64 n = from; n < to; n++)
    g_assert_cmpuint (n_spoken (frames, from, n), <, 6);
}

/* In order, none over another, none too long, each with speech up to where it says, and none of it outside. */
static void
assert_sound (const Talk *talk, double longest)
{
  const guint8 *frames = (const guint8 *) talk->frames->data;
  gint64 last_end = 0;

  for (guint i = 0; i < talk->spans->len; i++)
    {
      const ScribeUtteranceSpan *span = &g_array_index (talk->spans, ScribeUtteranceSpan, i);

      assert_nothing_said (frames, last_end, span->begin);
      g_assert_cmpint (span->begin, >=, last_end);
      g_assert_cmpint (span->end - span->begin, <=, (gint64) (longest * SECOND));
      g_assert_cmpint (span->speech_end, >, span->begin);
      g_assert_cmpint (span->speech_end, <=, span->end);
      g_assert_true (frames[span->speech_end - 1]);
      for (gint64 n = span->speech_end; n < span->end; n++)
        g_assert_false (frames[n]);
      last_end = span->end;
    }
  assert_nothing_said (frames, last_end, talk->frames->len);
}

static void
test_whatever_is_said (void)
{
  GRand *chance = g_rand_new_with_seed (1);

  for (guint round = 0; round < 300; round++)
    {
      const double pause = 0.2 + g_rand_int_range (chance, 0, 20) / 10.0, longest = 3 + g_rand_int_range (chance, 0, 6);
      const gint32 stretch = 1 << g_rand_int_range (chance, 1, 9);
      g_auto (Talk) talk;

      talk_init (&talk, pause, longest);
      while (talk.frames->len < 60 * SECOND)
        {
          feed (&talk, (guint) g_rand_int_range (chance, 1, stretch + 1), TRUE);
          feed (&talk, (guint) g_rand_int_range (chance, 1, stretch + 1), FALSE);
        }
      finish (&talk);
      assert_sound (&talk, longest);
    }
  g_rand_free (chance);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/endpointer/begins-a-little-before-the-first-word", test_begins_a_little_before_the_first_word);
  g_test_add_func ("/endpointer/speech-from-the-first-frame-on", test_speech_from_the_first_frame_on);
  g_test_add_func ("/endpointer/clicks-open-nothing", test_clicks_open_nothing);
  g_test_add_func ("/endpointer/a-pause-ends-it-and-not-earlier", test_a_pause_ends_it_and_not_earlier);
  g_test_add_func ("/endpointer/the-pause-is-what-was-asked-for", test_the_pause_is_what_was_asked_for);
  g_test_add_func ("/endpointer/the-second-begins-where-the-first-ended",
                   test_the_second_begins_where_the_first_ended_at_the_earliest);
  g_test_add_func ("/endpointer/cut/longest-late-silence", test_a_long_one_is_cut_in_the_longest_late_silence);
  g_test_add_func ("/endpointer/cut/without-any-silence", test_without_any_silence_it_is_cut_where_it_stands);
  g_test_add_func ("/endpointer/cut/nothing-is-left", test_nothing_is_left_after_a_cut_at_the_end_of_speech);
  g_test_add_func ("/endpointer/finish", test_the_end_ends_what_is_open);
  g_test_add_func ("/endpointer/whatever-is-said", test_whatever_is_said);
  return g_test_run ();
}
