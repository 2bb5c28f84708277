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
  NpuArrayClass copying; /* the device's, but for how it is shown what it is to see */
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
set_up_columns (Fixture *f, gconstpointer is_step, guint n_columns)
{
  g_autofree char *path = g_build_filename (g_getenv ("TILESCRIBE_DATA"), "models", "starter-en.bin", NULL);
  g_autoptr (GError) error = NULL;

  f->model = scribe_model_open (path, &error);
  g_assert_no_error (error);
  f->whisper = scribe_whisper_graph_new (f->model);
  f->device = open_device (f, n_columns);
  f->plan = scribe_device_prepare (&f->device->base, is_step ? f->whisper->text : f->whisper->audio, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *f, gconstpointer is_step)
{
  set_up_columns (f, is_step, 4);
}

static void
tear_down (Fixture *f, gconstpointer is_step)
{
  scribe_device_plan_free (&f->device->base, f->plan);
  scribe_device_close (&f->device->base);
  scribe_whisper_graph_free (f->whisper);
  scribe_model_unref (f->model);
}

/* The parts of the run, shown to the array. */
static void
lower (Fixture *f, const ScribeRun *run)
{
  NpuLower state = { .device = f->device, .plan = f->plan, .run = run };
  g_autoptr (GError) error = NULL;

  npu_lower_run (&state);
  npu_show (f->plan, &error);
  g_assert_no_error (error);
}

static NpuPart *
get_part (const Fixture *f, guint i)
{
  g_assert_cmpuint (i, <, f->plan->n_parts);
  return g_ptr_array_index (f->plan->parts, i);
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

static gboolean
submit (const Fixture *f, NpuDevice *device, const NpuMemory *buffers, NpuReport *report, GError **error)
{
  return npu_submit (device, (NpuPart *const *) f->plan->parts->pdata, f->plan->n_parts, buffers, NPU_N_BUFFERS, NULL, report,
                     error);
}

static void
assert_refused (const Fixture *f, NpuDevice *device, const NpuMemory *buffers, const char *why)
{
  g_autoptr (GError) error = NULL;
  g_auto (NpuReport) report = { 0 };

  g_assert_false (submit (f, device, buffers, &report, &error));
  g_assert_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE);
  g_assert_nonnull (strstr (error->message, why));
  g_assert_cmpuint (report.n_ops, ==, 0);
}

static void
assert_accepted (const Fixture *f, const NpuMemory *buffers)
{
  g_autoptr (GError) error = NULL;
  g_auto (NpuReport) report = { 0 };

  submit (f, f->device, buffers, &report, &error);
  g_assert_no_error (error);
}

/* One part, while the others are as they were. */
static void
alter (Fixture *f, ScribeNpuTransaction *transaction, const NpuMemory *buffers)
{
  guint32 *words = (guint32 *) transaction->words;
  guint8 *fields[] = { (guint8 *) &transaction->overlay, (guint8 *) &transaction->program, (guint8 *) &transaction->reach,
                       (guint8 *) &transaction->checksum };
  const guint sizes[] = { sizeof transaction->overlay, sizeof transaction->program, sizeof transaction->reach,
                          sizeof transaction->checksum };

  for (guint i = 0; i < N_FLIPS; i++)
    {
      guint32 *word = &words[g_test_rand_int_range (0, (gint) transaction->n_words)];
      const guint32 bit = 1u << g_test_rand_int_range (0, 32);

      *word ^= bit;
      assert_refused (f, f->device, buffers, "altered");
      *word ^= bit;
    }
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    for (guint bit = 0; bit < 8 * sizes[i]; bit++)
      {
        fields[i][bit / 8] ^= (guint8) (1 << bit % 8);
        assert_refused (f, f->device, buffers, "altered");
        fields[i][bit / 8] ^= (guint8) (1 << bit % 8);
      }
  transaction->n_words--;
  assert_refused (f, f->device, buffers, "altered");
  transaction->n_words++;
}

static void
test_altered (Fixture *f, gconstpointer data)
{
  const ScribeRun run = { .n_ctx = N_CTX };
  NpuMemory buffers[NPU_N_BUFFERS];

  lower (f, &run);
  give_buffers (f, buffers);
  for (guint i = 0; i < f->plan->n_parts; i++)
    alter (f, &get_part (f, i)->transaction, buffers);
  assert_accepted (f, buffers);
}

static void
test_for_another_design (Fixture *f, gconstpointer data)
{
  const ScribeRun run = { .n_ctx = N_CTX };
  NpuDevice *other = open_device (f, 2);
  NpuMemory buffers[NPU_N_BUFFERS];

  lower (f, &run);
  give_buffers (f, buffers);
  assert_refused (f, other, buffers, "another design");
  scribe_device_close (&other->base);
}

static void
test_too_small (Fixture *f, gconstpointer data)
{
  const ScribeRun run = { .n_ctx = N_CTX };
  NpuMemory buffers[NPU_N_BUFFERS];
  ScribeNpuReach reach = { 0 };
  guint n_used = 0;

  lower (f, &run);
  give_buffers (f, buffers);
  for (guint i = 0; i < f->plan->n_parts; i++)
    scribe_npu_reach_join (&reach, &get_part (f, i)->transaction.reach);
  for (guint i = 0; i < NPU_N_BUFFERS; i++)
    {
      const NpuMemory whole = buffers[i];

      if (reach.bytes[i] == 0)
        continue;
      n_used++;
      buffers[i].size = reach.bytes[i] - 1;
      assert_refused (f, f->device, buffers, "which has");
      buffers[i] = (NpuMemory){ NULL, 0 };
      assert_refused (f, f->device, buffers, "which has 0");
      buffers[i] = whole;
      buffers[i].size = reach.bytes[i];
    }
  g_assert_cmpuint (n_used, ==, 4);
  assert_accepted (f, buffers);
}

/* Each part's ops are told to the cores, which know what they have. */
static void
test_for_another_program (Fixture *f, gconstpointer data)
{
  const ScribeRun run = { .n_ctx = N_CTX };
  NpuMemory buffers[NPU_N_BUFFERS];
  ScribeNpuTransaction *transaction;
  g_autoptr (GError) error = NULL;
  g_auto (NpuReport) report = { 0 };

  lower (f, &run);
  give_buffers (f, buffers);
  transaction = &get_part (f, 1)->transaction;
  g_assert_cmpuint (transaction->program, ==, TILE_PROGRAM_LAYERS);
  transaction->program = TILE_PROGRAM_WORDS;
  transaction->checksum = scribe_npu_transaction_checksum (transaction);
  g_assert_false (submit (f, f->device, buffers, &report, &error));
  g_assert_error (error, NPU_ERROR, NPU_ERROR_CORE);
  g_assert_nonnull (strstr (error->message, "is told to do op 1, which its program, “words”, does not have"));
}

/* The programs that a run needs, in order. */
static void
assert_programs (const Fixture *f, const char *expected)
{
  g_autoptr (GString) found = g_string_new (NULL);

  for (guint i = 0; i < f->plan->n_parts; i++)
    g_string_append_printf (found, "%s%s", i > 0 ? ", " : "", tile_program_name (get_part (f, i)->transaction.program));
  g_assert_cmpstr (found->str, ==, expected);
}

static void
test_parts_of_a_window (Fixture *f, gconstpointer data)
{
  lower (f, &(ScribeRun){ .n_ctx = N_CTX });
  assert_programs (f, "sound, layers");
}

/* What is asked decides: nothing, the likeliest tokens, all logits, or where a layer looks. */
static void
test_parts_of_a_step (Fixture *f, gconstpointer data)
{
  ScribeStepToken token = { .id = 1 };
  float logits[1];
  float weights[2 * N_CTX];
  ScribeQuery query = { .n_top = 1, .probe = -1 };
  const ScribeAlignmentHead heads[] = { { 0, 0 }, { 1, 1 } };
  ScribeAlignment alignment = { G_N_ELEMENTS (heads), heads, weights };
  ScribeRun run = { .n_tokens = 1, .tokens = &token, .queries = &query };

  f->device->base.window_ctx[0] = N_CTX;
  lower (f, &run);
  assert_programs (f, "words, layers");
  run.n_queries = 1;
  lower (f, &run);
  assert_programs (f, "words, layers, words");
  query.logits = logits;
  lower (f, &run);
  assert_programs (f, "words, layers");
  query.logits = NULL;
  run.alignment = &alignment;
  lower (f, &run);
  assert_programs (f, "words, layers, times, words");
}

/* Tasks of B that a part starts on the shims of the second half. */
static guint
tasks_of_second_half (const NpuPart *part)
{
  const guint32 *words = part->transaction.words;
  guint n = 0;

  for (gsize i = 0; i < part->transaction.n_words; i++)
    for (guint column = NPU_MAX_COLUMNS / 2; column < NPU_MAX_COLUMNS; column++)
      n += words[i] == npu_queue_address (column, 0, NPU_MM2S, NPU_SHIM_B);
  return n;
}

/* Weights, keys and control objects of an encoder are fetched once for both halves; a step's tiles, and samples, are dealt out to all columns. */
static void
test_shared_by_halves (Fixture *f, gconstpointer is_step)
{
  ScribeStepToken token = { .id = 1 };
  const ScribeRun window = { .n_ctx = N_CTX }, step = { .n_tokens = 1, .tokens = &token };

  tear_down (f, is_step);
  set_up_columns (f, is_step, NPU_MAX_COLUMNS);
  f->device->base.window_ctx[0] = N_CTX;
  lower (f, is_step ? &step : &window);
  g_assert_cmpuint (f->plan->n_parts, ==, 2);
  g_assert_true ((tasks_of_second_half (get_part (f, 1)) > 0) == (is_step != NULL));
  g_assert_true (is_step || tasks_of_second_half (get_part (f, 0)) > 0);
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
        token->position += i % 6 == 3 ? 70 : 1; /* another block of the cache */
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

/* An array with memory of its own, as an NPU's is: it sees what it was shown. */
static gboolean
copying_show (NpuArray *array,
              NpuMemory *memory,
              NpuMemoryKind kind,
              const guint8 *data,
              gsize size,
              const GArray *written,
              GError **error)
{
  if (size > memory->size)
    {
      g_free (memory->own);
      memory->own = memory->data = g_memdup2 (data, size);
      memory->size = size;
      return TRUE;
    }
  for (guint i = 0; i < written->len; i++)
    {
      const NpuExtent *extent = &g_array_index (written, NpuExtent, i);

      if (extent->begin < size)
        memcpy (memory->data + extent->begin, data + extent->begin, MIN (extent->end, size) - extent->begin);
    }
  return TRUE;
}

static void
use_copies (Fixture *f)
{
  f->copying = *f->device->array->klass;
  f->copying.show = copying_show;
  f->device->array->klass = &f->copying;
}

static void
add (GByteArray *to, gconstpointer data, gsize n)
{
  g_byte_array_append (to, data, (guint) n);
}

/* What the array sees of a run: words and control objects. */
static GByteArray *
lowered (NpuDevice *device, ScribePlan *plan, const ScribeRun *run, gboolean *keeps)
{
  NpuLower state = { .device = device, .plan = plan, .run = run };
  GByteArray *found = g_byte_array_new ();

  npu_lower_run (&state);
  g_assert_true (npu_show (plan, NULL));
  for (guint i = 0; i < plan->n_parts; i++)
    {
      const NpuPart *part = g_ptr_array_index (plan->parts, i);

      add (found, &part->transaction.program, sizeof part->transaction.program);
      add (found, &part->transaction.reach, sizeof part->transaction.reach);
      add (found, &part->transaction.checksum, sizeof part->transaction.checksum);
      add (found, part->shown.data, part->transaction.n_words * sizeof (guint32));
    }
  add (found, plan->shown_control.data, state.flow.control);
  *keeps = state.keeps;
  return found;
}

/* The same plan without a past */
static ScribePlan *
another_plan (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  ScribePlan *plan = scribe_device_prepare (&f->device->base, f->plan->graph, &error);

  g_assert_no_error (error);
  return plan;
}

static void
forget (ScribePlan *plan)
{
  g_ptr_array_set_size (plan->parts, 0);
  g_array_set_size (plan->shape, 0);
  if (plan->control->len > 0)
    memset (plan->control->data, 0xA5, plan->control->len);
}

/* What is lowered, and shown, after other runs is what is lowered after none. Adds what was kept. */
static void
assert_as_if_new (Fixture *f, ScribePlan *new_plan, const ScribeRun *run, guint *n_kept)
{
  gboolean keeps;
  g_autoptr (GByteArray) found = lowered (f->device, f->plan, run, &keeps), expected = NULL;

  *n_kept += keeps;
  forget (new_plan);
  new_plan->mel.scale = f->plan->mel.scale;
  expected = lowered (f->device, new_plan, run, &keeps);
  g_assert_false (keeps);
  g_assert_cmpmem (found->data, found->len, expected->data, expected->len);
}

static void
test_kept_of_last_step (Fixture *f, gconstpointer data)
{
  ScribePlan *new_plan = another_plan (f);
  Step step = { 0 };
  guint n_kept = 0;

  use_copies (f);
  for (guint w = 0; w < N_WINDOWS; w++)
    f->device->base.window_ctx[w] = N_CTX - w;
  for (guint i = 0; i < N_STEPS; i++)
    {
      next_step (f, &step, i);
      assert_as_if_new (
          f, new_plan,
          &(ScribeRun){ .n_tokens = step.n_tokens, .tokens = step.tokens, .n_queries = step.n_queries, .queries = step.queries },
          &n_kept);
    }
  g_assert_cmpuint (n_kept, >, N_STEPS / 2);
  scribe_device_plan_free (&f->device->base, new_plan);
}

static void
test_kept_of_last_window (Fixture *f, gconstpointer data)
{
  ScribePlan *new_plan = another_plan (f);
  guint n_kept = 0;

  use_copies (f);
  for (guint i = 0; i < N_STEPS; i++)
    {
      const ScribeRun run = { .n_ctx = i % 5 < 3 ? N_CTX : N_CTX - i, .window = i / 3 % N_WINDOWS };

      f->plan->mel.scale = i % 4 == 0 ? 0.5f : 0.25f;
      assert_as_if_new (f, new_plan, &run, &n_kept);
    }
  g_assert_cmpuint (n_kept, >, N_STEPS / 3);
  scribe_device_plan_free (&f->device->base, new_plan);
}

#define ADD(path, is_step, test) g_test_add ("/npu-submit/" path, Fixture, GINT_TO_POINTER (is_step), set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("altered", FALSE, test_altered);
  ADD ("for-another-design", FALSE, test_for_another_design);
  ADD ("too-small", FALSE, test_too_small);
  ADD ("for-another-program", FALSE, test_for_another_program);
  ADD ("parts-of-a-window", FALSE, test_parts_of_a_window);
  ADD ("parts-of-a-step", TRUE, test_parts_of_a_step);
  ADD ("shared-by-halves/window", FALSE, test_shared_by_halves);
  ADD ("shared-by-halves/step", TRUE, test_shared_by_halves);
  ADD ("kept-of-last-step", TRUE, test_kept_of_last_step);
  ADD ("kept-of-last-window", FALSE, test_kept_of_last_window);
  return g_test_run ();
}
