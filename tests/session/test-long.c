/* test-long.c - recordings longer than a window, silence and noise, one window at a time or several
 *
 * SPDX-License-Identifier: MIT
 */
#include "run.h"

#include <string.h>

/* --- where nobody speaks */

typedef void (*Append) (GArray *sound, double seconds);

static void
append_white (GArray *sound, double seconds)
{
  sound_append_white (sound, seconds, 0.02, 1);
}

static void
append_pink (GArray *sound, double seconds)
{
  sound_append_pink (sound, seconds, 0.02, 1);
}

static void
append_hum (GArray *sound, double seconds)
{
  sound_append_hum (sound, seconds, 0.02);
}

static void
append_chords (GArray *sound, double seconds)
{
  sound_append_chords (sound, seconds, 0.05);
}

typedef enum
{
  BY_THE_MODEL, /* the starter model knows that nobody speaks */
  BY_THE_VAD,   /* the model alone would make words of it, voice activity does not */
  BY_THE_TRIES  /* voice activity takes some of it for speech, but the model only guesses, however often it tries */
} Told;

static const struct
{
  const char *name;
  Append append;
  Told told;
} sounds[] = {
  { "silence", sound_append_silence, BY_THE_MODEL }, { "white-noise", append_white, BY_THE_MODEL },
  { "pink-noise", append_pink, BY_THE_MODEL },       { "hum", append_hum, BY_THE_VAD },
  { "chords", append_chords, BY_THE_TRIES },
};

typedef enum
{
  SEQUENTIAL,
  BATCH,
  WITHOUT_VAD,
  N_WAYS
} Way;

static void
check_no_text (ScribeEngine *engine, guint i, double seconds, Way way)
{
  g_autoptr (GArray) sound = sound_new ();
  g_autofree char *text = NULL;
  g_auto (Run) run;

  sounds[i].append (sound, seconds);
  run_init (&run);
  run.options.batch = way == BATCH;
  run.options.vad = way != WITHOUT_VAD;
  if (sounds[i].told == BY_THE_TRIES)
    run.options.temperature_step = 0.2f;
  run_sound (&run, engine, sound, FALSE);
  text = run_text (&run);
  g_assert_cmpfloat_with_epsilon (run.stats.audio, seconds, 0.011);
  g_assert_cmpfloat_with_epsilon (run.progress, seconds, 0.011);
  g_assert_cmpstr (text, ==, "");
  if (sounds[i].told == BY_THE_TRIES)
    g_assert_cmpuint (run.stats.n_guesses, >, 0);
}

static void
test_no_text (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  const double durations[] = { 2, 40 };
  g_autoptr (ScribeEngine) engine = run_engine ("cpu", 1);

  /* of a few seconds of music the starter model is sure enough to make words */
  for (guint d = sounds[i].told == BY_THE_TRIES ? 1 : 0; d < G_N_ELEMENTS (durations); d++)
    for (Way way = SEQUENTIAL; way < N_WAYS; way++)
      if (way != WITHOUT_VAD || sounds[i].told != BY_THE_VAD)
        check_no_text (engine, i, durations[d], way);
}

/* --- long recordings */

#define N_TIMES 20

/* Short sentences that the starter model knows, n times, with pauses between them. */
static GArray *
long_recording (guint n)
{
  const char *const clips[] = { "hello", "fox", "weather", "report", "window" };
  GArray *sound = sound_new ();

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GArray) clip = sound_of_clip (clips[i % G_N_ELEMENTS (clips)]);

      sound_append (sound, clip);
      sound_append_silence (sound, i % 7 == 6 ? 35 : 1 + 0.5 * (i % 3));
    }
  return sound;
}

static guint
count (const char *text, const char *word)
{
  guint n = 0;

  for (const char *at = strstr (text, word); at; at = strstr (at + 1, word))
    n++;
  return n;
}

/* However many windows are decoded at once, the segments are the same. */
static void
test_batch (void)
{
  g_autoptr (GArray) sound = long_recording (N_TIMES);
  g_autofree char *alone = NULL;
  const guint n_windows[] = { 1, 2, 4 };

  for (guint i = 0; i < G_N_ELEMENTS (n_windows); i++)
    {
      g_autoptr (ScribeEngine) engine = run_engine ("cpu", n_windows[i]);
      g_autofree char *lines = NULL, *text = NULL;
      g_auto (Run) run;

      run_init (&run);
      run.options.batch = TRUE;
      run_sound (&run, engine, sound, FALSE);
      text = run_text (&run);
      lines = run_lines (&run);
      if (alone == NULL)
        {
          g_test_message ("%s", lines);
          alone = g_strdup (lines);
        }
      g_assert_cmpstr (lines, ==, alone);
      g_assert_cmpuint (run.segments->len, >=, 5);
      g_assert_cmpuint (strlen (text), >, 200);
      g_assert_cmpfloat_with_epsilon (run.stats.audio, sound->len / (double) SCRIBE_SAMPLE_RATE, 0.011);
      g_assert_cmpfloat_with_epsilon (run.progress, run.stats.audio, 1e-9);
    }
}

/* The last sentence is heard, however many windows come before it. */
static void
test_last_is_heard (gconstpointer batch)
{
  g_autoptr (GArray) sound = sound_new ();
  g_autoptr (GArray) fox = sound_of_clip ("fox"), hello = sound_of_clip ("hello");
  g_autoptr (ScribeEngine) engine = run_engine ("cpu", 2);
  g_autofree char *text = NULL;
  g_auto (Run) run;

  for (guint i = 0; i < 5; i++)
    {
      sound_append (sound, fox);
      sound_append_silence (sound, 31);
    }
  sound_append (sound, hello);

  run_init (&run);
  run.options.batch = GPOINTER_TO_INT (batch);
  run.options.condition = FALSE; /* the starter model has learnt from single sentences */
  run_sound (&run, engine, sound, FALSE);
  text = run_text (&run);
  g_test_message ("%s", text);

  g_assert_cmpuint (count (text, "fox"), >=, 4);
  g_assert_true (g_str_has_suffix (text, "Hello world."));
  g_assert_cmpfloat_with_epsilon (run.stats.audio, sound->len / (double) SCRIBE_SAMPLE_RATE, 0.011);
}

static void
test_sequential (gconstpointer condition)
{
  g_autoptr (GArray) sound = long_recording (N_TIMES);
  g_autoptr (ScribeEngine) engine = run_engine ("cpu", 1);
  g_autofree char *text = NULL;
  g_auto (Run) run;

  run_init (&run);
  run.options.condition = GPOINTER_TO_INT (condition);
  run_sound (&run, engine, sound, FALSE);
  text = run_text (&run);
  g_test_message ("%s", text);

  g_assert_cmpuint (strlen (text), >, 100);
  g_assert_cmpuint (run.segments->len, >=, 5);
  g_assert_cmpfloat_with_epsilon (run.stats.audio, sound->len / (double) SCRIBE_SAMPLE_RATE, 0.011);
  g_assert_cmpuint (run.stats.n_windows, >=, 3);
}

static void
test_list_again_and_again (gconstpointer batch)
{
  g_autoptr (GArray) list = sound_of_clip ("list"), sound = sound_new ();
  g_autoptr (ScribeEngine) engine = run_engine ("cpu", 4);
  g_autofree char *text = NULL;
  g_auto (Run) run;

  for (guint i = 0; i < 20; i++)
    {
      sound_append (sound, list);
      sound_append_silence (sound, 1 + i % 3);
    }
  run_init (&run);
  run.options.batch = GPOINTER_TO_INT (batch);
  run_sound (&run, engine, sound, FALSE);
  text = run_text (&run);

  g_assert_cmpuint (strlen (text), >, 500);
  g_assert_cmpfloat_with_epsilon (run.stats.audio, sound->len / (double) SCRIBE_SAMPLE_RATE, 0.011);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (sounds); i++)
    {
      g_autofree char *path = g_strdup_printf ("/long/no-text/%s", sounds[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_no_text);
    }
  g_test_add_data_func ("/long/last-is-heard/sequential", GINT_TO_POINTER (FALSE), test_last_is_heard);
  g_test_add_data_func ("/long/last-is-heard/batch", GINT_TO_POINTER (TRUE), test_last_is_heard);
  g_test_add_func ("/long/batch", test_batch);
  g_test_add_data_func ("/long/sequential/conditioned", GINT_TO_POINTER (TRUE), test_sequential);
  g_test_add_data_func ("/long/sequential/unconditioned", GINT_TO_POINTER (FALSE), test_sequential);
  g_test_add_data_func ("/long/list/sequential", GINT_TO_POINTER (FALSE), test_list_again_and_again);
  g_test_add_data_func ("/long/list/batch", GINT_TO_POINTER (TRUE), test_list_again_and_again);
  return g_test_run ();
}
