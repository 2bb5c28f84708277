/* test-nested.c - a run that gives way to another, and goes on as if nothing had been
 *
 * SPDX-License-Identifier: MIT
 */
#include "run.h"

#define N_INTERRUPTIONS 12

typedef struct
{
  ScribeEngine *engine;
  Run *inner;
  guint n;       /* interruptions so far */
  guint n_limit; /* after which it ends */
  gint stop;     /* of the thread that interrupts */
} Interrupter;

static ScribeEngine *
nested_engine (guint n_windows)
{
  g_autofree char *path = run_starter_path ();
  const ScribeEngineOptions options = {
    .model = path, .device = "cpu", .n_threads = 2, .n_beams = 2, .n_windows = n_windows, .nested = TRUE
  };
  g_autoptr (GError) error = NULL;
  ScribeEngine *engine = scribe_engine_new (&options, &error);

  g_assert_no_error (error);
  return engine;
}

static GArray *
some_speech (void)
{
  static const char *const names[] = { "fox", "hello", "remind", "weather", "report", "window", "meeting", "morning", "thanks" };
  GArray *sound = sound_new ();

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GArray) clip = sound_of_clip (names[i]);

      sound_append (sound, clip);
      sound_append_silence (sound, 8);
    }
  return sound;
}

/* In the middle of the outer run: a whole run over another sound. */
static gboolean
transcribe_within (gpointer data)
{
  Run *outer = data;
  Interrupter *by = outer->data;
  g_autofree char *text = NULL;

  if (by->n++ == by->n_limit)
    return FALSE;
  run_clip (by->inner, by->engine, "test");
  text = run_text (by->inner);
  g_assert_cmpstr (text, ==, "This is a test of the dictation system.");
  g_assert_cmpuint (by->inner->stats.n_windows, ==, 1);
  g_cancellable_reset (outer->cancellable);
  return TRUE;
}

/* Now in the encoder, now in a step, now between. */
static gpointer
interrupt_again_and_again (gpointer data)
{
  Run *outer = data;
  Interrupter *by = outer->data;

  for (guint n = 0; n < N_INTERRUPTIONS && !g_atomic_int_get (&by->stop);)
    {
      g_usleep (2000 + n * 7919 % 15000);
      if (g_cancellable_is_cancelled (outer->cancellable))
        continue;
      g_cancellable_cancel (outer->cancellable);
      n++;
    }
  return NULL;
}

static void
test_same_text (gconstpointer batch)
{
  const guint n_windows = GPOINTER_TO_INT (batch) ? 3 : 1;
  g_autoptr (ScribeEngine) engine = nested_engine (n_windows);
  g_autoptr (GArray) sound = some_speech ();
  g_autofree char *text = NULL, *expected = NULL;
  g_auto (Run) alone, outer, inner;
  Interrupter by = { engine, &inner, 0, G_MAXUINT, FALSE };
  GThread *thread;

  run_init (&alone);
  run_init (&outer);
  run_init (&inner);
  alone.options.batch = outer.options.batch = GPOINTER_TO_INT (batch);
  alone.options.word_times = outer.options.word_times = TRUE;
  alone.options.beam = outer.options.beam = 2;
  run_sound (&alone, engine, sound, FALSE);
  expected = run_lines (&alone);

  outer.interrupted = transcribe_within;
  outer.data = &by;
  thread = g_thread_new ("interrupter", interrupt_again_and_again, &outer);
  run_sound (&outer, engine, sound, FALSE);
  g_atomic_int_set (&by.stop, TRUE);
  g_thread_join (thread);

  text = run_lines (&outer);
  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpuint (by.n, >, 3);
  g_assert_cmpuint (outer.stats.n_windows, ==, alone.stats.n_windows);
  g_assert_cmpuint (outer.stats.n_tokens, ==, alone.stats.n_tokens);
}

static void
test_end (void)
{
  g_autoptr (ScribeEngine) engine = nested_engine (1);
  g_autoptr (GArray) sound = sound_of_clip ("fox");
  g_auto (Run) outer, inner;
  Interrupter by = { engine, &inner, 0, 0, FALSE };

  run_init (&outer);
  run_init (&inner);
  outer.interrupted = transcribe_within;
  outer.data = &by;
  g_cancellable_cancel (outer.cancellable);
  g_assert_false (run_sound (&outer, engine, sound, TRUE));
  g_assert_error (outer.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_samples (void)
{
  g_autoptr (ScribeEngine) engine = nested_engine (1);
  g_autoptr (GArray) sound = sound_of_clip ("fox");
  g_autoptr (GError) error = NULL;
  g_auto (ScribeRunStats) stats = { 0 };
  ScribeTranscribeOptions options;
  const ScribeTranscribeEvents events = { 0 };

  scribe_transcribe_options_init (&options);
  g_assert_true (scribe_engine_transcribe_samples (engine, (const float *) (void *) sound->data, sound->len, &options, &events,
                                                   &stats, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (stats.n_tokens, ==, 24);
  g_assert_cmpfloat_with_epsilon (stats.audio, sound->len / (double) SCRIBE_SAMPLE_RATE, 0.0101);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/nested/same-text/sequential", GINT_TO_POINTER (FALSE), test_same_text);
  g_test_add_data_func ("/nested/same-text/batch", GINT_TO_POINTER (TRUE), test_same_text);
  g_test_add_func ("/nested/end", test_end);
  g_test_add_func ("/nested/samples", test_samples);
  return g_test_run ();
}
