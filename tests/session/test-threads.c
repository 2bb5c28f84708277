/* test-threads.c - engines side by side, and cancelling from another thread
 *
 * SPDX-License-Identifier: MIT
 */
#include "run.h"

typedef struct
{
  const char *clip, *text;
  gboolean batch;
} Job;

/* An engine of its own, used three times. */
static gpointer
transcribe (gpointer data)
{
  const Job *job = data;
  g_autoptr (ScribeEngine) engine = run_engine ("cpu", 2);

  for (guint i = 0; i < 3; i++)
    {
      g_auto (Run) run;
      g_autofree char *text = NULL;

      run_init (&run);
      run.options.batch = job->batch;
      run_clip (&run, engine, job->clip);
      text = run_text (&run);
      g_assert_cmpstr (text, ==, job->text);
    }
  return NULL;
}

static void
test_two_engines (void)
{
  Job jobs[] = { { "fox", "The quick brown fox jumps over the lazy dog.", FALSE }, { "hello", "Hello world.", TRUE } };
  GThread *threads[G_N_ELEMENTS (jobs)];

  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    threads[i] = g_thread_new ("engine", transcribe, &jobs[i]);
  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    g_thread_join (threads[i]);
}

static gpointer
cancel (gpointer cancellable)
{
  g_usleep (20000);
  g_cancellable_cancel (cancellable);
  return NULL;
}

/* Whenever it comes, the run ends: through, or as cancelled; and the engine can be used again. */
static void
test_cancel_from_outside (void)
{
  g_autoptr (ScribeEngine) engine = run_engine ("cpu", 1);
  g_autoptr (GArray) hello = sound_of_clip ("hello"), sound = sound_new ();
  g_autofree char *text = NULL;
  g_auto (Run) run, after;
  GThread *thread;

  for (guint i = 0; i < 100; i++)
    {
      sound_append (sound, hello);
      sound_append_silence (sound, 10);
    }
  run_init (&run);
  thread = g_thread_new ("cancel", cancel, run.cancellable);
  if (!run_sound (&run, engine, sound, TRUE))
    g_assert_error (run.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);

  run_init (&after);
  run_sound (&after, engine, hello, FALSE);
  text = run_text (&after);
  g_assert_cmpstr (text, ==, "Hello world.");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/threads/two-engines", test_two_engines);
  g_test_add_func ("/threads/cancel-from-outside", test_cancel_from_outside);
  return g_test_run ();
}
