/* test-npu.c - ops and whole Whisper on the emulated array, against the reference device
 *
 * Each case runs a graph on both devices, with the array of 1, 2, 4 and 8 columns, in accurate and in fast mode. The bounds are of the relative L2
 * error: a value that went to the wrong place, or a sum that misses a part, is far beyond them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/device.h"
#include "error.h"

#include <math.h>
#include <string.h>

#define N_SEQUENCES 12
#define N_TEXT_CTX  192

typedef struct
{
  guint n_columns;
  gboolean fast;
} Array;

static const Array arrays[] = { { 8, FALSE }, { 8, TRUE }, { 4, FALSE }, { 4, TRUE },
                                { 2, FALSE }, { 2, TRUE }, { 1, FALSE }, { 1, TRUE } };

static ScribeDevice *
open_device (const char *name, const Array *array, guint n_state, guint n_audio_ctx, guint n_caches)
{
  const ScribeDeviceOptions options = { .n_caches = n_caches,
                                        .n_state = n_state,
                                        .n_text_ctx = N_TEXT_CTX,
                                        .n_audio_ctx = n_audio_ctx,
                                        .n_sequences = N_SEQUENCES,
                                        .n_windows = 2,
                                        .n_threads = 1,
                                        .fast = array->fast,
                                        .n_columns = array->n_columns };
  g_autoptr (GError) error = NULL;
  ScribeDevice *device = scribe_device_open (name, &options, NULL, &error);

  g_assert_no_error (error);
  return device;
}

static float *
random_values (gsize n, double range)
{
  float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    values[i] = (float) g_test_rand_double_range (-range, range);
  return values;
}

static void
assert_like (const Array *array, const char *what, const float *found, const float *expected, gsize n, double bound)
{
  double wrong = 0, all = 0;

  for (gsize i = 0; i < n; i++)
    {
      double difference = (double) found[i] - expected[i];

      g_assert_true (isfinite (found[i]));
      wrong += difference * difference;
      all += (double) expected[i] * expected[i];
    }
  g_assert_cmpfloat (all, >, 0);
  if (!(sqrt (wrong) <= bound * sqrt (all)))
    g_error ("%s, %u columns, %s: relative error %g where %g is allowed", what, array->n_columns,
             array->fast ? "fast" : "accurate", sqrt (wrong / all), bound);
}

/* fast: of a product; attention, whose weights here are peaked, doubles that */
static double
bound_of (const Array *array, gboolean is_attention)
{
  return !array->fast ? 0.0005 : is_attention ? 0.05 : 0.02;
}

/* Runs a graph on both devices and compares one tensor. */
static void
compare (const ScribeGraph *graph, const ScribeTensor *out, const ScribeRun *run, guint n_state, const char *what)
{
  const gsize n = (gsize) scribe_run_rows (run, out->rows) * out->n_cols;
  g_autofree float *expected = g_new (float, n), *found = g_new (float, n);

  for (guint i = 0; i <= G_N_ELEMENTS (arrays); i++)
    {
      const Array *array = &arrays[i ? i - 1 : 0];
      g_autoptr (ScribeDevice) device = open_device (i ? "emulator" : "reference", array, n_state, 1500, 2);
      g_autoptr (GError) error = NULL;
      ScribePlan *plan = scribe_device_prepare (device, graph, &error);

      g_assert_no_error (error);
      scribe_device_run (device, plan, run, &error);
      g_assert_no_error (error);
      g_assert_true (scribe_device_read (device, plan, out, i ? found : expected));
      if (i)
        assert_like (array, what, found, expected, n, bound_of (array, strcmp (what, "attention") == 0));
      scribe_device_plan_free (device, plan);
    }
}

typedef struct
{
  guint n_rows, n_in, n_out;
  ScribeRows rows;
  gboolean gelu, residual, bias;
} LinearCase;

static void
test_linear (void)
{
  static const LinearCase cases[] = {
    { 70, 128, 128, SCRIBE_ROWS_CTX, FALSE, TRUE, TRUE },     { 300, 256, 640, SCRIBE_ROWS_CTX, TRUE, FALSE, TRUE },
    { 513, 512, 1536, SCRIBE_ROWS_CTX, FALSE, FALSE, FALSE }, { 1, 128, 512, SCRIBE_ROWS_TOKENS, TRUE, FALSE, TRUE },
    { 65, 256, 1280, SCRIBE_ROWS_TOKENS, FALSE, TRUE, TRUE }, { 300, 128, 256, SCRIBE_ROWS_TOKENS, FALSE, TRUE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const LinearCase *c = &cases[i];
      g_autofree float *x = random_values ((gsize) c->n_rows * c->n_in, 1), *w = random_values ((gsize) c->n_out * c->n_in, 0.1);
      g_autofree float *bias = random_values (c->n_out, 1), *added = random_values ((gsize) c->n_rows * c->n_out, 1);
      g_autofree ScribeStepToken *tokens = g_new0 (ScribeStepToken, c->n_rows);
      const ScribeLinear linear = { { "w", SCRIBE_WEIGHT_F32, c->n_out, c->n_in, (const guint8 *) w }, c->bias ? bias : NULL };
      g_autoptr (ScribeGraph) graph = scribe_graph_new ();
      const ScribeTensor *in = scribe_graph_input (graph, c->rows, c->n_in);
      const ScribeTensor *residual = c->residual ? scribe_graph_input (graph, c->rows, c->n_out) : NULL;
      const ScribeTensor *out = scribe_graph_linear (graph, "linear", in, &linear, c->gelu, residual);
      const float *inputs[] = { x, added };
      const ScribeRun run = { .inputs = inputs, .n_ctx = c->n_rows, .n_tokens = c->n_rows, .tokens = tokens };

      scribe_graph_keep (graph, out, "y");
      compare (graph, out, &run, 128, "linear");
    }
}

static void
test_layer_norm (void)
{
  static const guint n_states[] = { 128, 512, 768, 1280 };

  for (guint i = 0; i < G_N_ELEMENTS (n_states); i++)
    {
      const guint n = n_states[i], n_rows = 90 + 200 * (i % 3);
      g_autofree float *x = random_values ((gsize) n_rows * n, 3), *gain = random_values (n, 2), *bias = random_values (n, 1);
      const ScribeNorm norm = { gain, bias };
      g_autoptr (ScribeGraph) graph = scribe_graph_new ();
      const ScribeTensor *in = scribe_graph_input (graph, SCRIBE_ROWS_CTX, n);
      const ScribeTensor *out = scribe_graph_layer_norm (graph, "norm", in, &norm);
      const float *inputs[] = { x };
      const ScribeRun run = { .inputs = inputs, .n_ctx = n_rows };

      for (guint j = 0; j < n_rows * n; j++)
        x[j] = x[j] * (j % n == 5 ? 15 : 1) + 2; /* a loud channel, and a mean */
      scribe_graph_keep (graph, out, "y");
      compare (graph, out, &run, n, "layer norm");
    }
}

static ScribeLinear
random_linear (guint n_state, GPtrArray *owned)
{
  float *w = random_values ((gsize) n_state * n_state, 0.3);

  g_ptr_array_add (owned, w);
  return (ScribeLinear){ { "w", SCRIBE_WEIGHT_F32, n_state, n_state, (const guint8 *) w }, NULL };
}

static void
test_attention_of_encoder (void)
{
  static const guint n_states[] = { 128, 384, 512, 1280 };

  for (guint i = 0; i < G_N_ELEMENTS (n_states); i++)
    {
      const guint n = n_states[i], n_rows = 70 + 250 * (i % 3);
      g_autoptr (GPtrArray) owned = g_ptr_array_new_with_free_func (g_free);
      const ScribeLinear query = random_linear (n, owned), key = random_linear (n, owned), value = random_linear (n, owned);
      g_autofree float *x = random_values ((gsize) n_rows * n, 1);
      g_autoptr (ScribeGraph) graph = scribe_graph_new ();
      const ScribeTensor *in = scribe_graph_input (graph, SCRIBE_ROWS_CTX, n);
      const ScribeTensor *q = scribe_graph_linear (graph, "q", in, &query, FALSE, NULL);
      const ScribeTensor *k = scribe_graph_linear (graph, "k", in, &key, FALSE, NULL);
      const ScribeTensor *v = scribe_graph_linear (graph, "v", in, &value, FALSE, NULL);
      const ScribeTensor *out = scribe_graph_attention (graph, "attn", q, k, v, 0);
      const float *inputs[] = { x };
      const ScribeRun run = { .inputs = inputs, .n_ctx = n_rows };

      scribe_graph_keep (graph, out, "y");
      compare (graph, out, &run, n, "attention");
    }
}

/* A decoder's self attention over steps of several sequences: prompts of different lengths, single tokens, blocks of 64 that fill up,
 * a past that is copied, more sequences than a channel has room for tasks, and every other one. */
typedef struct
{
  guint n_tokens;
  struct
  {
    guint sequence, first, n;
  } parts[N_SEQUENCES];
  guint copy_from, copy_to, n_copied; /* before the step */
} Step;

static void
test_attention_of_decoder (void)
{
  static const Step steps[] = {
    { 62, { { 0, 0, 62 } } },
    { 73, { { 1, 0, 5 }, { 0, 62, 1 }, { 2, 0, 67 } } },
    { 3, { { 0, 63, 1 }, { 1, 5, 1 }, { 2, 67, 1 } } },
    { 3, { { 0, 64, 1 }, { 1, 6, 1 }, { 2, 68, 1 } } },
    { 2, { { 0, 65, 1 }, { 1, 65, 1 } }, 0, 1, 65 },
    { 1, { { 1, 66, 1 } } },
    { 12,
      { { 0, 66, 1 },
        { 1, 67, 1 },
        { 2, 69, 1 },
        { 3, 0, 1 },
        { 4, 0, 1 },
        { 5, 0, 1 },
        { 6, 0, 1 },
        { 7, 0, 1 },
        { 8, 0, 1 },
        { 9, 0, 1 },
        { 10, 0, 1 },
        { 11, 0, 1 } } },
    { 7, { { 3, 1, 1 }, { 5, 1, 1 }, { 7, 1, 1 }, { 9, 1, 1 }, { 4, 1, 2 }, { 0, 67, 1 } } },
  };
  const guint n = 256;
  g_autoptr (GPtrArray) owned = g_ptr_array_new_with_free_func (g_free);
  const ScribeLinear query = random_linear (n, owned), key = random_linear (n, owned), value = random_linear (n, owned);
  g_autoptr (ScribeGraph) graph = scribe_graph_new ();
  const ScribeTensor *in = scribe_graph_input (graph, SCRIBE_ROWS_TOKENS, n);
  const ScribeTensor *keys = scribe_graph_cache (graph, SCRIBE_TENSOR_SELF_CACHE, 0, n);
  const ScribeTensor *values = scribe_graph_cache (graph, SCRIBE_TENSOR_SELF_CACHE, 1, n);
  const ScribeTensor *q = scribe_graph_linear (graph, "q", in, &query, FALSE, NULL), *out;
  g_autofree float *x = random_values ((gsize) 100 * n, 1), *expected = g_new (float, 100 * n), *found = g_new (float, 100 * n);
  const float *inputs[] = { x };

  scribe_graph_linear_to_cache (graph, "k", in, &key, keys);
  scribe_graph_linear_to_cache (graph, "v", in, &value, values);
  out = scribe_graph_attention (graph, "attn", q, keys, values, 0);
  scribe_graph_keep (graph, out, "y");

  for (guint i = 0; i < G_N_ELEMENTS (arrays); i++)
    {
      g_autoptr (ScribeDevice) reference = open_device ("reference", &arrays[i], n, 64, 2);
      g_autoptr (ScribeDevice) device = open_device ("emulator", &arrays[i], n, 64, 2);
      ScribePlan *expected_plan = scribe_device_prepare (reference, graph, NULL),
                 *plan = scribe_device_prepare (device, graph, NULL);

      for (guint s = 0; s < G_N_ELEMENTS (steps); s++)
        {
          g_autoptr (GError) error = NULL;
          g_autofree ScribeStepToken *tokens = g_new0 (ScribeStepToken, steps[s].n_tokens);
          const ScribeRun run = { .inputs = inputs, .n_tokens = steps[s].n_tokens, .tokens = tokens };
          guint t = 0;

          for (guint p = 0; p < N_SEQUENCES; p++)
            for (guint j = 0; j < steps[s].parts[p].n; j++)
              tokens[t++] = (ScribeStepToken){ .position = steps[s].parts[p].first + j, .sequence = steps[s].parts[p].sequence };
          g_assert_cmpuint (t, ==, steps[s].n_tokens);
          scribe_device_copy_rows (reference, steps[s].copy_from, steps[s].copy_to, 0, steps[s].n_copied);
          scribe_device_copy_rows (device, steps[s].copy_from, steps[s].copy_to, 0, steps[s].n_copied);
          scribe_device_run (reference, expected_plan, &run, &error);
          scribe_device_run (device, plan, &run, &error);
          g_assert_no_error (error);
          scribe_device_read (reference, expected_plan, out, expected);
          scribe_device_read (device, plan, out, found);
          assert_like (&arrays[i], "a step", found, expected, (gsize) t * n, bound_of (&arrays[i], TRUE));
        }
      scribe_device_plan_free (reference, expected_plan);
      scribe_device_plan_free (device, plan);
    }
}

/* Weights of attention for word times: of heads in any order, over one window and over two. The last head is of a layer that this graph has not. */
static void
test_alignment (void)
{
  enum
  {
    N_STATE = 384,
    N_CTX = 200,
    N_TOKENS = 301
  };
  static const ScribeAlignmentHead heads[] = { { 3, 5 }, { 3, 0 }, { 3, 2 }, { 3, 1 }, { 3, 4 }, { 0, 1 } };
  const guint n_of_layer = G_N_ELEMENTS (heads) - 1, n_weights = n_of_layer * N_TOKENS * N_CTX;
  g_autoptr (GPtrArray) owned = g_ptr_array_new_with_free_func (g_free);
  const ScribeLinear query = random_linear (N_STATE, owned), key = random_linear (N_STATE, owned),
                     value = random_linear (N_STATE, owned);
  g_autofree float *x = random_values (N_TOKENS * N_STATE, 1), *positions = random_values (N_CTX * N_STATE, 1);
  const float *tokens_in[] = { x }, *positions_in[] = { positions };
  g_autoptr (ScribeGraph) audio = scribe_graph_new (), text = scribe_graph_new ();
  const ScribeTensor *in = scribe_graph_input (audio, SCRIBE_ROWS_CTX, N_STATE);
  const ScribeTensor *keys = scribe_graph_cache (audio, SCRIBE_TENSOR_CROSS_CACHE, 0, N_STATE);
  const ScribeTensor *values = scribe_graph_cache (audio, SCRIBE_TENSOR_CROSS_CACHE, 1, N_STATE);
  g_autofree float *expected = g_new0 (float, n_weights + 1), *found = g_new0 (float, n_weights + 1);

  scribe_graph_linear_to_cache (audio, "k", in, &key, keys);
  scribe_graph_linear_to_cache (audio, "v", in, &value, values);
  in = scribe_graph_input (text, SCRIBE_ROWS_TOKENS, N_STATE);
  keys = scribe_graph_cache (text, SCRIBE_TENSOR_CROSS_CACHE, 0, N_STATE);
  values = scribe_graph_cache (text, SCRIBE_TENSOR_CROSS_CACHE, 1, N_STATE);
  in = scribe_graph_linear (text, "q", in, &query, FALSE, NULL);
  scribe_graph_attention (text, "attn", in, keys, values, heads[0].layer);

  for (guint i = 0; i <= G_N_ELEMENTS (arrays); i++)
    {
      const Array *array = &arrays[i ? i - 1 : 0];
      g_autoptr (ScribeDevice) device = open_device (i ? "emulator" : "reference", array, N_STATE, N_CTX, 2);
      g_autoptr (GError) error = NULL;
      ScribePlan *audio_plan = scribe_device_prepare (device, audio, &error),
                 *text_plan = scribe_device_prepare (device, text, &error);
      ScribeStepToken tokens[N_TOKENS] = { 0 };
      ScribeAlignment alignment = { G_N_ELEMENTS (heads), heads, i ? found : expected };
      ScribeRun run = { .inputs = positions_in, .n_ctx = N_CTX };

      for (run.window = 0; run.window < 2; run.window++)
        g_assert_true (scribe_device_run (device, audio_plan, &run, &error));
      for (guint j = 0; j < N_TOKENS; j++)
        tokens[j] = (ScribeStepToken){ .position = j % N_TEXT_CTX, .window = j % 5 == 0 };
      run = (ScribeRun){ .inputs = tokens_in, .n_tokens = N_TOKENS, .tokens = tokens, .alignment = &alignment };
      g_assert_true (scribe_device_run (device, text_plan, &run, &error));
      g_assert_cmpfloat (alignment.weights[n_weights], ==, 0);
      if (i)
        assert_like (array, "alignment", found, expected, n_weights, bound_of (array, TRUE));
      scribe_device_plan_free (device, audio_plan);
      scribe_device_plan_free (device, text_plan);
    }
}

/* More tokens than one submission has room for: sequences go on in the second, queries come in any order, and weights have their place among all. */
static void
test_long_step (void)
{
  enum
  {
    N_STATE = 128,
    N_CTX = 70,
    N_TOKENS = 1300,
    N_VOCAB = 200
  };
  static const guint asked[] = { 1150, 3, 1299, 1023, 1024 };
  static const ScribeAlignmentHead heads[] = { { 0, 1 } };
  g_autoptr (GPtrArray) owned = g_ptr_array_new_with_free_func (g_free);
  const ScribeLinear query = random_linear (N_STATE, owned), key = random_linear (N_STATE, owned),
                     value = random_linear (N_STATE, owned);
  g_autofree float *x = random_values (N_TOKENS * N_STATE, 1), *w = random_values (N_VOCAB * N_STATE, 0.3);
  const ScribeWeight embedding = { "w", SCRIBE_WEIGHT_F32, N_VOCAB, N_STATE, (const guint8 *) w };
  g_autoptr (ScribeGraph) audio = scribe_graph_new (), text = scribe_graph_new ();
  const ScribeTensor *in = scribe_graph_input (audio, SCRIBE_ROWS_CTX, N_STATE), *keys, *values;
  const float *inputs[] = { x };
  g_autofree float *expected = g_new0 (float, G_N_ELEMENTS (asked) * N_VOCAB),
                   *found = g_new0 (float, G_N_ELEMENTS (asked) * N_VOCAB);
  g_autofree float *expected_weights = g_new0 (float, N_TOKENS *N_CTX), *weights = g_new0 (float, N_TOKENS *N_CTX);

  scribe_graph_linear_to_cache (audio, "k", in, &key, scribe_graph_cache (audio, SCRIBE_TENSOR_CROSS_CACHE, 0, N_STATE));
  scribe_graph_linear_to_cache (audio, "v", in, &value, scribe_graph_cache (audio, SCRIBE_TENSOR_CROSS_CACHE, 1, N_STATE));
  in = scribe_graph_input (text, SCRIBE_ROWS_TOKENS, N_STATE);
  keys = scribe_graph_cache (text, SCRIBE_TENSOR_SELF_CACHE, 0, N_STATE);
  values = scribe_graph_cache (text, SCRIBE_TENSOR_SELF_CACHE, 1, N_STATE);
  scribe_graph_linear_to_cache (text, "k", in, &key, keys);
  scribe_graph_linear_to_cache (text, "v", in, &value, values);
  in = scribe_graph_attention (text, "self", scribe_graph_linear (text, "q", in, &query, FALSE, NULL), keys, values, 0);
  keys = scribe_graph_cache (text, SCRIBE_TENSOR_CROSS_CACHE, 0, N_STATE);
  values = scribe_graph_cache (text, SCRIBE_TENSOR_CROSS_CACHE, 1, N_STATE);
  in = scribe_graph_attention (text, "cross", scribe_graph_linear (text, "q", in, &query, FALSE, NULL), keys, values, 0);
  scribe_graph_logits (text, "logits", in, &embedding);

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (ScribeDevice) device = open_device (i ? "emulator" : "reference", &arrays[2 * i], N_STATE, N_CTX, 2);
      g_autoptr (GError) error = NULL;
      ScribePlan *audio_plan = scribe_device_prepare (device, audio, &error),
                 *text_plan = scribe_device_prepare (device, text, &error);
      ScribeStepToken tokens[N_TOKENS];
      g_autofree ScribeQuery *queries = g_new (ScribeQuery, G_N_ELEMENTS (asked));
      ScribeAlignment alignment = { 1, heads, i ? weights : expected_weights };
      ScribeRun run = { .inputs = inputs, .n_ctx = N_CTX };

      g_assert_true (scribe_device_run (device, audio_plan, &run, &error));
      for (guint j = 0; j < N_TOKENS; j++)
        tokens[j] = (ScribeStepToken){ .position = j % N_TEXT_CTX, .sequence = j / N_TEXT_CTX };
      for (guint j = 0; j < G_N_ELEMENTS (asked); j++)
        queries[j] = (ScribeQuery){ .token = asked[j], .n_top = 1, .probe = -1, .logits = (i ? found : expected) + j * N_VOCAB };
      run = (ScribeRun){ .inputs = inputs,
                         .n_tokens = N_TOKENS,
                         .tokens = tokens,
                         .n_queries = G_N_ELEMENTS (asked),
                         .queries = queries,
                         .alignment = &alignment };
      g_assert_true (scribe_device_run (device, text_plan, &run, &error));
      for (guint j = 0; j < G_N_ELEMENTS (asked); j++)
        g_assert_cmpuint (queries[j].token, ==, asked[j]);
      if (i)
        {
          assert_like (&arrays[2 * i], "logits", found, expected, G_N_ELEMENTS (asked) * N_VOCAB, 0.002);
          assert_like (&arrays[2 * i], "alignment", weights, expected_weights, N_TOKENS * N_CTX, 0.002);
        }
      scribe_device_plan_free (device, audio_plan);
      scribe_device_plan_free (device, text_plan);
    }
}

/* What the starter model makes of a few seconds of tones, on one device. */
typedef struct
{
  float *mel, *encoder, *logits;
  guint n_mel, n_encoder, n_logits;
  ScribeCandidates text, time;
  double flops; /* that the profile has of all ops */
} Heard;

static void
heard_clear (Heard *heard)
{
  g_free (heard->mel);
  g_free (heard->encoder);
  g_free (heard->logits);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Heard, heard_clear)

static void
read_kept (ScribeDevice *device, ScribePlan *plan, const ScribeGraph *graph, const ScribeRun *run, Heard *heard)
{
  for (guint i = 0; i < graph->tensors->len; i++)
    {
      const ScribeTensor *tensor = g_ptr_array_index (graph->tensors, i);
      gboolean is_mel = strcmp (tensor->name, "mel") == 0;
      guint n = scribe_run_rows (run, tensor->rows) * tensor->n_cols;
      float *values;

      if (tensor->name[0] == '\0')
        continue;
      values = g_new (float, n);
      g_assert_true (scribe_device_read (device, plan, tensor, values));
      *(is_mel ? &heard->mel : &heard->encoder) = values;
      *(is_mel ? &heard->n_mel : &heard->n_encoder) = n;
    }
}

static void
hear (const char *name, const Array *array, ScribeModel *model, Heard *heard)
{
  enum
  {
    N_CTX = 200
  };
  static const ScribeToken ids[] = { 50257, 50362, 383, 3290 };
  g_autoptr (ScribeWhisperGraph) whisper = scribe_whisper_graph_new (model);
  g_autoptr (ScribeDevice) device = open_device (name, array, model->sizes.n_state, model->sizes.n_audio_ctx, whisper->n_caches);
  g_autoptr (GError) error = NULL;
  g_autofree float *samples = g_new0 (float, 2 * SCRIBE_HOP * N_CTX + 240);
  const float *inputs[] = { samples };
  ScribeRun run = { .inputs = inputs, .n_ctx = N_CTX, .window = 1 };
  ScribeStepToken tokens[G_N_ELEMENTS (ids)];
  const ScribeMask mask = { .text_end = 50257, .time_begin = 50363, .text = TRUE, .n_times = 1501 };
  ScribeQuery queries[] = { { .token = G_N_ELEMENTS (ids) - 1, .probe = -1 },
                            { .token = G_N_ELEMENTS (ids) - 1, .n_top = 5, .probe = 383, .mask = &mask } };
  ScribePlan *audio = scribe_device_prepare (device, whisper->audio, &error), *text;

  g_assert_no_error (error);
  for (guint i = 0; i < 2 * SCRIBE_HOP * N_CTX; i++)
    samples[i] = (float) (0.3 * sin (i * 0.07) * sin (i * 0.0011) + 0.1 * sin (i * 0.31) * sin (i * 0.0017));
  scribe_device_run (device, audio, &run, &error);
  g_assert_no_error (error);
  read_kept (device, audio, whisper->audio, &run, heard);
  scribe_device_plan_free (device, audio);

  text = scribe_device_prepare (device, whisper->text, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    tokens[i] = (ScribeStepToken){ .id = ids[i], .position = i, .window = 1 };
  heard->n_logits = model->sizes.n_vocab;
  heard->logits = g_new (float, heard->n_logits);
  queries[0].logits = heard->logits;
  run = (ScribeRun){ .n_tokens = G_N_ELEMENTS (ids), .tokens = tokens, .n_queries = 1, .queries = queries };
  scribe_device_run (device, text, &run, &error);
  g_assert_no_error (error);
  run.queries = queries + 1;
  scribe_device_run (device, text, &run, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < device->profile->rows->len; i++)
    heard->flops += g_array_index (device->profile->rows, ScribeProfileRow, i).flops;
  heard->text = queries[1].text;
  heard->time = queries[1].time;
  scribe_device_plan_free (device, text);
}

static void
test_whisper (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("TILESCRIBE_DATA"), "models", "starter-en.bin", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeModel) model = scribe_model_open (path, &error);
  g_auto (Heard) expected = { 0 };

  g_assert_no_error (error);
  hear ("reference", &arrays[0], model, &expected);
  for (guint i = 0; i < G_N_ELEMENTS (arrays); i++)
    {
      const Array *array = &arrays[i];
      g_auto (Heard) found = { 0 };

      hear ("emulator", array, model, &found);
      assert_like (array, "mel", found.mel, expected.mel, expected.n_mel, 0.001);
      assert_like (array, "encoder", found.encoder, expected.encoder, expected.n_encoder, array->fast ? 0.02 : 0.001);
      assert_like (array, "logits", found.logits, expected.logits, expected.n_logits, array->fast ? 0.04 : 0.001);
      g_assert_cmpfloat_with_epsilon (found.flops, expected.flops, 1e-6 * expected.flops);
      g_assert_cmpuint (found.text.n, ==, expected.text.n);
      g_assert_cmpint (found.text.top[0].token, ==, expected.text.top[0].token);
      g_assert_cmpfloat_with_epsilon (found.text.log_sum_exp, expected.text.log_sum_exp, array->fast ? 0.5 : 0.02);
      g_assert_cmpfloat_with_epsilon (found.time.log_sum_exp, expected.time.log_sum_exp, array->fast ? 0.5 : 0.02);
    }
}

static void
test_width_that_does_not_fit (void)
{
  static const guint n_states[] = { 192, 2176 };

  for (guint i = 0; i < G_N_ELEMENTS (n_states); i++)
    {
      const ScribeDeviceOptions options = {
        .n_caches = 2, .n_state = n_states[i], .n_text_ctx = 64, .n_audio_ctx = 64, .n_sequences = 1, .n_windows = 1
      };
      g_autofree char *width = g_strdup_printf ("%u", n_states[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (scribe_device_open ("emulator", &options, NULL, &error));
      g_assert_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE);
      g_assert_nonnull (strstr (error->message, width));
      g_assert_nonnull (strstr (error->message, "2048"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/npu/linear", test_linear);
  g_test_add_func ("/npu/layer-norm", test_layer_norm);
  g_test_add_func ("/npu/attention-of-encoder", test_attention_of_encoder);
  g_test_add_func ("/npu/attention-of-decoder", test_attention_of_decoder);
  g_test_add_func ("/npu/alignment", test_alignment);
  g_test_add_func ("/npu/long-step", test_long_step);
  g_test_add_func ("/npu/whisper", test_whisper);
  g_test_add_func ("/npu/width-that-does-not-fit", test_width_that_does_not_fit);
  return g_test_run ();
}
