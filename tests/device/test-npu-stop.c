/* test-npu-stop.c - a run on the array that is cancelled in its middle
 *
 * Two arrays with the same model: one is left in peace, the other is stopped again and again and told to begin anew. Both come to the same numbers, to
 * the bit.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/device.h"

#include <string.h>

#define N_CTX 300

typedef struct
{
  ScribeDevice *device;
  ScribePlan *audio, *text;
  GCancellable *stop;
} Array;

static ScribeWhisperGraph *
starter (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("TILESCRIBE_DATA"), "models", "starter-en.bin", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeModel) model = scribe_model_open (path, &error);

  g_assert_no_error (error);
  return scribe_whisper_graph_new (model);
}

static void
array_init (Array *array, const ScribeWhisperGraph *whisper)
{
  const ScribeDeviceOptions options = { .n_caches = whisper->n_caches,
                                        .n_state = whisper->model->sizes.n_state,
                                        .n_text_ctx = 128,
                                        .n_audio_ctx = N_CTX,
                                        .n_sequences = 2,
                                        .n_windows = 1,
                                        .fast = TRUE };
  g_autoptr (GError) error = NULL;

  array->device = scribe_device_open ("emulator", &options, NULL, &error);
  g_assert_no_error (error);
  array->audio = scribe_device_prepare (array->device, whisper->audio, &error);
  g_assert_no_error (error);
  array->text = scribe_device_prepare (array->device, whisper->text, &error);
  g_assert_no_error (error);
  array->stop = g_cancellable_new ();
}

static void
array_clear (Array *array)
{
  scribe_device_plan_free (array->device, array->audio);
  scribe_device_plan_free (array->device, array->text);
  scribe_device_close (array->device);
  g_object_unref (array->stop);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Array, array_clear)

typedef struct
{
  GCancellable *stop;
  gint64 wait; /* microseconds */
} Stopper;

static gpointer
stop_later (gpointer data)
{
  Stopper *stopper = data;

  g_usleep ((gulong) stopper->wait);
  g_cancellable_cancel (stopper->stop);
  return NULL;
}

/* Runs the graph, and stops it so many microseconds later. FALSE: it was stopped before its end. */
static gboolean
run_and_stop (Array *array, ScribePlan *plan, const ScribeRun *run, gint64 wait)
{
  Stopper stopper = { array->stop, wait };
  ScribeRun stopped = *run;
  GThread *thread = g_thread_new ("stop", stop_later, &stopper);
  g_autoptr (GError) error = NULL;
  gboolean is_done;

  stopped.cancellable = array->stop;
  is_done = scribe_device_run (array->device, plan, &stopped, &error);
  if (!is_done)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
  g_cancellable_reset (array->stop);
  return is_done;
}

static gint64
run_calmly (Array *array, ScribePlan *plan, const ScribeRun *run)
{
  gint64 start = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;

  scribe_device_run (array->device, plan, run, &error);
  g_assert_no_error (error);
  return g_get_monotonic_time () - start;
}

static void
encode (Array *calm, Array *stopped)
{
  g_autofree float *samples = g_new0 (float, 2 * SCRIBE_HOP * N_CTX + 240);
  const float *inputs[] = { samples };
  const ScribeRun run = { .inputs = inputs, .n_ctx = N_CTX };
  gint64 whole, start;

  for (guint i = 0; i < 2 * SCRIBE_HOP * N_CTX; i++)
    samples[i] = (float) g_test_rand_double_range (-0.3, 0.3);
  whole = run_calmly (calm, calm->audio, &run);
  start = g_get_monotonic_time ();
  g_assert_false (run_and_stop (stopped, stopped->audio, &run, whole / 10));
  g_assert_cmpint (g_get_monotonic_time () - start, <, whole / 2);
  run_calmly (stopped, stopped->audio, &run);
}

/* Steps of one sequence, and of another whose past must not suffer; most are stopped, later in each than in the one before. */
static void
test_stop (void)
{
  g_autoptr (ScribeWhisperGraph) whisper = starter ();
  const guint n_vocab = whisper->model->sizes.n_vocab;
  g_autofree float *expected = g_new (float, n_vocab), *found = g_new (float, n_vocab);
  g_auto (Array) calm, stopped;
  gint64 whole = 0;
  guint n_stopped = 0;

  array_init (&calm, whisper);
  array_init (&stopped, whisper);
  encode (&calm, &stopped);
  for (guint i = 0; i < 24; i++)
    {
      ScribeStepToken tokens[2];
      ScribeQuery query = { .n_top = 1, .probe = -1, .logits = expected };
      ScribeRun run = { .n_tokens = 1 + (i % 3 == 0), .tokens = tokens, .n_queries = 1, .queries = &query };

      tokens[0] = (ScribeStepToken){ .id = 300 + (ScribeToken) i, .position = i };
      tokens[1] = (ScribeStepToken){ .id = 700 + (ScribeToken) i, .position = i / 3, .sequence = 1 };
      query.token = run.n_tokens - 1;
      whole = MAX (whole, run_calmly (&calm, calm.text, &run));

      query.logits = found;
      if (!run_and_stop (&stopped, stopped.text, &run, whole * (1 + i % 10) / 11))
        {
          n_stopped++;
          run_calmly (&stopped, stopped.text, &run);
        }
      g_assert_cmpmem (found, n_vocab * sizeof *found, expected, n_vocab * sizeof *expected);
    }
  g_assert_cmpuint (n_stopped, >, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/npu/stop", test_stop);
  return g_test_run ();
}
