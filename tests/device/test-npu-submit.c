/* test-npu-submit.c - what is handed to the array: what was planned for it, whole, and no more than the buffers hold
 *
 * On the starter model: the stream of an encoder run is altered, given to another array, or given too little memory, and refused before a word of it is
 * read. Streams of decoder steps, which keep what they can of the step before, are the words that a step without a past gets.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-private.h"
#include "error.h"

#include <math.h>
#include <string.h>

#define N_CTX       100
#define N_FLIPS     200
#define N_STEPS     60
#define N_SEQUENCES 4
#define N_WINDOWS   2

typedef struct
{
  ScribeModel *model;
  ScribeWhisperGraph *whisper;
  NpuDevice *device;
  ScribePlan *plan;
} Fixture;

static NpuDevice *
open_device (const Fixture *f, guint n_columns)
{
  const ScribeDeviceOptions options = { .n_caches = f->whisper->n_caches,
                                        .n_state = f->model->sizes.n_state,
                                        .n_text_ctx = f->model->sizes.n_text_ctx,
                                        .n_audio_ctx = f->model->sizes.n_audio_ctx,
                                        .n_sequences = N_SEQUENCES,
                                        .n_windows = N_WINDOWS,
                                        .n_threads = 1,
                                        .n_columns = n_columns };
  g_autoptr (GError) error = NULL;
  ScribeDevice *device = scribe_device_open ("emulator", &options, NULL, &error);

  g_assert_no_error (error);
  return (NpuDevice *) device;
}

static void
set_up (Fixture *f, gconstpointer is_step)
{
  g_autofree char *path = g_build_filename (g_getenv ("TILESCRIBE_DATA"), "models", "starter-en.bin", NULL);
  g_autoptr (GError) error = NULL;

  f->model = scribe_model_open (path, &error);
  g_assert_no_error (error);
  f->whisper = scribe_whisper_graph_new (f->model);
  f->device = open_device (f, 4);
  f->plan = scribe_device_prepare (&f->device->base, is_step ? f->whisper->text : f->whisper->audio, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer is_step)
{
  scribe_device_plan_free (&f->device->base, f->plan);
  scribe_device_close (&f->device->base);
  scribe_whisper_graph_free (f->whisper);
  scribe_model_unref (f->model);
}

static ScribeNpuTransaction
lower (Fixture *f, const ScribeRun *run)
{
  NpuLower state = { .device = f->device, .plan = f->plan, .run = run };

  return npu_lower_run (&state);
}

/* The arguments of a run, as large as they are. */
static void
give_buffers (const Fixture *f, NpuMemory buffers[NPU_N_BUFFERS])
{
  memset (buffers, 0, NPU_N_BUFFERS * sizeof *buffers);
  buffers[NPU_BUFFER_WEIGHTS] = f->plan->weights;
  buffers[NPU_BUFFER_WORK] = f->plan->work;
  buffers[NPU_BUFFER_CACHES] = f->device->caches;
  buffers[NPU_BUFFER_CONTROL] = (NpuMemory){ f->plan->control->data, f->plan->control->len };
}

/* Its words, as the emulator sees them. */
static NpuMemory
words_of (const ScribeNpuTransaction *transaction)
{
  return (NpuMemory){ (guint8 *) transaction->words, transaction->n_words * sizeof (guint32), NULL };
}

static void
assert_refused (const NpuDevice *device, const ScribeNpuTransaction *transaction, const NpuMemory *buffers, const char *why)
{
  const NpuMemory words = words_of (transaction);
  g_autoptr (GError) error = NULL;
  g_auto (NpuReport) report = { 0 };

  g_assert_false (npu_submit ((NpuDevice *) device, transaction, &words, buffers, NPU_N_BUFFERS, NULL, &report, &error));
  g_assert_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE);
  g_assert_nonnull (strstr (error->message, why));
  g_assert_cmpuint (report.n_ops, ==, 0);
}

static void
assert_accepted (const Fixture *f, const ScribeNpuTransaction *transaction, const NpuMemory *buffers)
{
  const NpuMemory words = words_of (transaction);
  g_autoptr (GError) error = NULL;
  g_auto (NpuReport) report = { 0 };

  npu_submit (f->device, transaction, &words, buffers, NPU_N_BUFFERS, NULL, &report, &error);
  g_assert_no_error (error);
}

static void
test_altered (Fixture *f, gconstpointer data)
{
  const ScribeRun run = { .n_ctx = N_CTX };
  ScribeNpuTransaction transaction = lower (f, &run);
  guint32 *words = (guint32 *) transaction.words;
  guint8 *fields[] = { (guint8 *) &transaction.overlay, (guint8 *) &transaction.reach, (guint8 *) &transaction.checksum };
  const guint sizes[] = { sizeof transaction.overlay, sizeof transaction.reach, sizeof transaction.checksum };
  NpuMemory buffers[NPU_N_BUFFERS];

  give_buffers (f, buffers);
  for (guint i = 0; i < N_FLIPS; i++)
    {
      guint32 *word = &words[g_test_rand_int_range (0, (gint) transaction.n_words)];
      const guint32 bit = 1u << g_test_rand_int_range (0, 32);

      *word ^= bit;
      assert_refused (f->device, &transaction, buffers, "altered");
      *word ^= bit;
    }
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    for (guint bit = 0; bit < 8 * sizes[i]; bit++)
      {
        fields[i][bit / 8] ^= (guint8) (1 << bit % 8);
        assert_refused (f->device, &transaction, buffers, "altered");
        fields[i][bit / 8] ^= (guint8) (1 << bit % 8);
      }
  transaction.n_words--;
  assert_refused (f->device, &transaction, buffers, "altered");
  transaction.n_words++;
  assert_accepted (f, &transaction, buffers);
}

static void
test_for_another_design (Fixture *f, gconstpointer data)
{
  const ScribeRun run = { .n_ctx = N_CTX };
  const ScribeNpuTransaction transaction = lower (f, &run);
  NpuDevice *other = open_device (f, 2);
  NpuMemory buffers[NPU_N_BUFFERS];

  give_buffers (f, buffers);
  assert_refused (other, &transaction, buffers, "another design");
  scribe_device_close (&other->base);
}

static void
test_too_small (Fixture *f, gconstpointer data)
{
  const ScribeRun run = { .n_ctx = N_CTX };
  const ScribeNpuTransaction transaction = lower (f, &run);
  NpuMemory buffers[NPU_N_BUFFERS];
  guint n_used = 0;

  give_buffers (f, buffers);
  for (guint i = 0; i < NPU_N_BUFFERS; i++)
    {
      const NpuMemory whole = buffers[i];

      if (transaction.reach.bytes[i] == 0)
        continue;
      n_used++;
      buffers[i].size = transaction.reach.bytes[i] - 1;
      assert_refused (f->device, &transaction, buffers, "which has");
      buffers[i] = (NpuMemory){ NULL, 0 };
      assert_refused (f->device, &transaction, buffers, "which has 0");
      buffers[i] = whole;
      buffers[i].size = transaction.reach.bytes[i];
    }
  g_assert_cmpuint (n_used, ==, 4);
  assert_accepted (f, &transaction, buffers);
}

typedef struct
{
  ScribeStepToken tokens[80];
  ScribeQuery queries[2];
  ScribeMask mask;
  guint n_tokens, n_queries;
} Step;

/* Like the last one, but a token further; or, now and then, something else altogether. */
static void
next_step (Fixture *f, Step *step, guint i)
{
  if (i % 6 == 0)
    step->n_tokens = i % 12 == 0 ? 1 : (guint) g_test_rand_int_range (1, G_N_ELEMENTS (step->tokens));
  step->n_queries = i % 5 == 4 ? 0 : (guint) g_test_rand_int_range (1, 3);
  for (guint t = 0; t < step->n_tokens; t++)
    {
      ScribeStepToken *token = &step->tokens[t];

      if (i % 6 == 0)
        *token = (ScribeStepToken){ .position = t / N_SEQUENCES, .sequence = t % N_SEQUENCES, .window = t % N_WINDOWS };
      else
        token->position += i % 6 == 3 ? 40 : 1; /* another block of the cache */
      token->id = g_test_rand_int_range (0, 50000);
    }
  if (i % 10 == 7)
    f->device->base.window_ctx[0] = (guint) g_test_rand_int_range (1, N_CTX);
  step->mask = (ScribeMask){ .text_end = 50257, .time_begin = 50363, .text = TRUE, .n_times = i };
  for (guint q = 0; q < step->n_queries; q++)
    step->queries[q] = (ScribeQuery){
      .token = q % MAX (step->n_tokens, 1), .n_top = 3 + q, .probe = -1, .mask = i % 3 ? &step->mask : NULL
    };
}

/* What is lowered after other runs is what is lowered after none. Adds what was kept. */
static void
assert_as_if_new (Fixture *f, const ScribeRun *run, guint *n_kept)
{
  NpuLower state = { .device = f->device, .plan = f->plan, .run = run };
  const ScribeNpuTransaction found = npu_lower_run (&state);
  const guint n_control = state.flow.control;
  g_autofree guint32 *words = g_memdup2 (found.words, found.n_words * sizeof *words);
  g_autofree guint8 *control = g_memdup2 (f->plan->control->data, n_control);
  ScribeNpuTransaction expected;

  *n_kept += state.keeps;
  g_array_set_size (f->plan->shape, 0);
  memset (f->plan->control->data, 0xA5, f->plan->control->len);
  state = (NpuLower){ .device = f->device, .plan = f->plan, .run = run };
  expected = npu_lower_run (&state);
  g_assert_false (state.keeps);
  g_assert_cmpmem (words, found.n_words * sizeof *words, expected.words, expected.n_words * sizeof *words);
  g_assert_cmpmem (control, n_control, f->plan->control->data, state.flow.control);
  g_assert_cmpmem (&found.reach, sizeof found.reach, &expected.reach, sizeof expected.reach);
  g_assert_cmphex (found.checksum, ==, expected.checksum);
}

static void
test_kept_of_last_step (Fixture *f, gconstpointer data)
{
  Step step = { 0 };
  guint n_kept = 0;

  for (guint w = 0; w < N_WINDOWS; w++)
    f->device->base.window_ctx[w] = N_CTX - w;
  for (guint i = 0; i < N_STEPS; i++)
    {
      next_step (f, &step, i);
      assert_as_if_new (
          f,
          &(ScribeRun){ .n_tokens = step.n_tokens, .tokens = step.tokens, .n_queries = step.n_queries, .queries = step.queries },
          &n_kept);
    }
  g_assert_cmpuint (n_kept, >, N_STEPS / 2);
}

static void
test_kept_of_last_window (Fixture *f, gconstpointer data)
{
  guint n_kept = 0;

  for (guint i = 0; i < N_STEPS; i++)
    {
      const ScribeRun run = { .n_ctx = i % 5 < 3 ? N_CTX : N_CTX - i, .window = i / 3 % N_WINDOWS };

      f->plan->mel.scale = i % 4 == 0 ? 0.5f : 0.25f;
      assert_as_if_new (f, &run, &n_kept);
    }
  g_assert_cmpuint (n_kept, >, N_STEPS / 3);
}

#define ADD(path, is_step, test) g_test_add ("/npu-submit/" path, Fixture, GINT_TO_POINTER (is_step), set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("altered", FALSE, test_altered);
  ADD ("for-another-design", FALSE, test_for_another_design);
  ADD ("too-small", FALSE, test_too_small);
  ADD ("kept-of-last-step", TRUE, test_kept_of_last_step);
  ADD ("kept-of-last-window", FALSE, test_kept_of_last_window);
  return g_test_run ();
}
