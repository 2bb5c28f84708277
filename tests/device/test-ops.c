/* test-ops.c - every op of every device against values of an independent reference
 *
 * For each case a graph of one op is built, run on the device, and its output compared with what tests/reference computed in
 * double precision. Ops that a device computes in two ways (many rows, a few tokens) are tested in both.
 *
 * SPDX-License-Identifier: MIT
 */
#include "golden.h"

#include "device/device.h"

#include <math.h>
#include <string.h>

/* Largest error, relative to the largest value of the output. The CPU's caches hold half-precision keys and values, which have
 * eleven bits. */
#define TOLERANCE      5e-6
#define TOLERANCE_HALF 1e-3
#define TOLERANCE_MEL  1e-4 /* absolute */

typedef struct
{
  Golden *golden;
  const char *device;
} Fixture;

typedef struct
{
  ScribeDevice *device;
  ScribeGraph *graph;
  ScribeRun run;
  guint n_state;
} Bench;

static void
bench_init (Bench *bench, const Fixture *f, guint n_state)
{
  *bench = (Bench){ .graph = scribe_graph_new (), .n_state = n_state };
  bench->device = NULL;
}

static void
bench_open (Bench *bench, const Fixture *f)
{
  const ScribeDeviceOptions options = { .n_caches = 2,
                                        .n_state = bench->n_state,
                                        .n_text_ctx = 128,
                                        .n_audio_ctx = 1500,
                                        .n_sequences = 2,
                                        .n_windows = 2,
                                        .n_threads = 2 };
  g_autoptr (GError) error = NULL;

  bench->device = scribe_device_open (f->device, &options, NULL, &error);
  g_assert_no_error (error);
}

/* Runs the graph, and reads the tensor that it keeps. */
static float *
bench_run (Bench *bench, const ScribeTensor *out)
{
  g_autoptr (GError) error = NULL;
  ScribePlan *plan = scribe_device_prepare (bench->device, bench->graph, &error);
  float *values = out ? g_new0 (float, (gsize) scribe_run_rows (&bench->run, out->rows) * out->n_cols) : NULL;

  g_assert_no_error (error);
  scribe_device_run (bench->device, plan, &bench->run, &error);
  g_assert_no_error (error);
  if (out)
    g_assert_true (scribe_device_read (bench->device, plan, out, values));
  scribe_device_plan_free (bench->device, plan);
  return values;
}

static void
bench_clear (Bench *bench)
{
  if (bench->device)
    scribe_device_close (bench->device);
  scribe_graph_free (bench->graph);
}

static void
assert_close (const char *name, const float *found, const float *expected, gsize n, double tolerance)
{
  double largest = 0;

  for (gsize i = 0; i < n; i++)
    largest = MAX (largest, fabs (expected[i]));
  for (gsize i = 0; i < n; i++)
    if (!(fabs (found[i] - expected[i]) <= tolerance * largest))
      g_error ("%s: value %" G_GSIZE_FORMAT " is %.9g where %.9g was expected (largest %.9g)", name, i, found[i], expected[i],
               largest);
}

static ScribeWeight
weight_f32 (const float *values, guint n_rows, guint n_cols)
{
  return (ScribeWeight){ "w", SCRIBE_WEIGHT_F32, n_rows, n_cols, (const guint8 *) values };
}

/* Calls the test for case 0, 1, ... as long as there is one. */
static void
for_each_case (gconstpointer data, const char *op, const char *needs, void (*test) (const Fixture *f, const char *name))
{
  g_autoptr (Golden) golden = golden_open ();
  Fixture f = { golden, data };
  guint n = 0;

  if (golden == NULL)
    {
      g_test_skip ("there are no golden values without Python and numpy");
      return;
    }
  for (;; n++)
    {
      g_autofree char *name = g_strdup_printf ("%s/%u", op, n);
      g_autofree char *key = g_strdup_printf ("%s/%s", name, needs);

      if (!golden_has (golden, key))
        break;
      test (&f, name);
    }
  g_assert_cmpuint (n, >, 0);
}

#define KEY(name, part) (g_snprintf (key, sizeof key, "%s/%s", name, part), key)

static void
test_one_linear (const Fixture *f, const char *name, ScribeRows rows)
{
  Golden *g = f->golden;
  char key[64];
  gsize x_dims[4], w_dims[4];
  const float *x = golden_f32 (g, KEY (name, "x"), NULL, x_dims);
  const float *w = golden_f32 (g, KEY (name, "w"), NULL, w_dims);
  const float *residual = golden_has (g, KEY (name, "residual")) ? golden_f32 (g, KEY (name, "residual"), NULL, NULL) : NULL;
  const float *inputs[] = { x, residual };
  g_autofree ScribeStepToken *tokens = g_new0 (ScribeStepToken, x_dims[0]);
  g_autofree float *y = NULL;
  ScribeLinear linear = { .weight = weight_f32 (w, w_dims[0], w_dims[1]) };
  const ScribeTensor *in, *added, *out;
  Bench b;

  if (golden_has (g, KEY (name, "bytes")))
    {
      linear.weight.type = golden_int (g, KEY (name, "type"));
      linear.weight.data = golden_u8 (g, KEY (name, "bytes"), NULL, NULL);
    }
  if (golden_has (g, KEY (name, "b")))
    linear.bias = golden_f32 (g, KEY (name, "b"), NULL, NULL);

  bench_init (&b, f, 64);
  in = scribe_graph_input (b.graph, rows, x_dims[1]);
  added = residual ? scribe_graph_input (b.graph, rows, w_dims[0]) : NULL;
  out = scribe_graph_linear (b.graph, name, in, &linear, golden_int (g, KEY (name, "gelu")), added);
  scribe_graph_keep (b.graph, out, "y");
  bench_open (&b, f);
  b.run = (ScribeRun){ .inputs = inputs, .n_ctx = x_dims[0], .n_tokens = x_dims[0], .tokens = tokens };
  y = bench_run (&b, out);
  assert_close (name, y, golden_f32 (g, KEY (name, "y"), NULL, NULL), x_dims[0] * w_dims[0], TOLERANCE);
  bench_clear (&b);
}

static void
linear_case (const Fixture *f, const char *name)
{
  test_one_linear (f, name, SCRIBE_ROWS_CTX);
  test_one_linear (f, name, SCRIBE_ROWS_TOKENS);
}

static void
test_linear (gconstpointer device)
{
  for_each_case (device, "linear", "x", linear_case);
}

static void
conv1d_case (const Fixture *f, const char *name)
{
  Golden *g = f->golden;
  char key[64];
  gsize x_dims[4], w_dims[4], y_dims[4];
  const float *x = golden_f32 (g, KEY (name, "x"), NULL, x_dims);
  const float *w = golden_f32 (g, KEY (name, "w"), NULL, w_dims);
  const float *expected = golden_f32 (g, KEY (name, "y"), NULL, y_dims);
  ScribeLinear linear = { .weight = weight_f32 (w, w_dims[0], w_dims[1] * 3),
                          .bias = golden_f32 (g, KEY (name, "b"), NULL, NULL) };
  ScribeWeight positions;
  guint stride = golden_int (g, KEY (name, "stride"));
  gboolean has_positions = golden_has (g, KEY (name, "positions"));
  const ScribeTensor *out;
  g_autofree float *y = NULL;
  Bench b;

  if (has_positions)
    positions = weight_f32 (golden_f32 (g, KEY (name, "positions"), NULL, NULL), y_dims[0], y_dims[1]);

  bench_init (&b, f, 64);
  out = scribe_graph_conv1d (b.graph, name, scribe_graph_input (b.graph, SCRIBE_ROWS_FRAMES, x_dims[1]), &linear, stride,
                             has_positions ? &positions : NULL);
  scribe_graph_keep (b.graph, out, "y");
  bench_open (&b, f);
  b.run = (ScribeRun){ .inputs = &x, .n_ctx = x_dims[0] / 2 };
  y = bench_run (&b, out);
  assert_close (name, y, expected, y_dims[0] * y_dims[1], TOLERANCE);
  bench_clear (&b);
}

static void
test_conv1d (gconstpointer device)
{
  for_each_case (device, "conv1d", "x", conv1d_case);
}

static void
layer_norm_case (const Fixture *f, const char *name)
{
  Golden *g = f->golden;
  char key[64];
  gsize dims[4];
  const float *x = golden_f32 (g, KEY (name, "x"), NULL, dims);
  ScribeNorm norm = { golden_f32 (g, KEY (name, "gain"), NULL, NULL), golden_f32 (g, KEY (name, "bias"), NULL, NULL) };
  const ScribeTensor *out;
  g_autofree float *y = NULL;
  Bench b;

  bench_init (&b, f, 64);
  out = scribe_graph_layer_norm (b.graph, name, scribe_graph_input (b.graph, SCRIBE_ROWS_CTX, dims[1]), &norm);
  scribe_graph_keep (b.graph, out, "y");
  bench_open (&b, f);
  b.run = (ScribeRun){ .inputs = &x, .n_ctx = dims[0] };
  y = bench_run (&b, out);
  assert_close (name, y, golden_f32 (g, KEY (name, "y"), NULL, NULL), dims[0] * dims[1], 2 * TOLERANCE);
  bench_clear (&b);
}

static void
test_layer_norm (gconstpointer device)
{
  for_each_case (device, "layer_norm", "x", layer_norm_case);
}

static void
attention_case (const Fixture *f, const char *name)
{
  Golden *g = f->golden;
  char key[64];
  gsize dims[4];
  const float *inputs[3] = { golden_f32 (g, KEY (name, "q"), NULL, dims), golden_f32 (g, KEY (name, "k"), NULL, NULL),
                             golden_f32 (g, KEY (name, "v"), NULL, NULL) };
  g_autofree float *identity = g_new0 (float, dims[1] * dims[1]);
  ScribeLinear pass = { .weight = weight_f32 (identity, dims[1], dims[1]) };
  const ScribeTensor *t[3], *out;
  g_autofree float *y = NULL;
  Bench b;

  /* attention reads activations: an identity makes them of inputs */
  for (guint i = 0; i < dims[1]; i++)
    identity[i * dims[1] + i] = 1;
  bench_init (&b, f, 64);
  for (guint i = 0; i < 3; i++)
    t[i] = scribe_graph_linear (b.graph, "pass", scribe_graph_input (b.graph, SCRIBE_ROWS_CTX, dims[1]), &pass, FALSE, NULL);
  out = scribe_graph_attention (b.graph, name, t[0], t[1], t[2], 0);
  scribe_graph_keep (b.graph, out, "y");
  bench_open (&b, f);
  b.run = (ScribeRun){ .inputs = inputs, .n_ctx = dims[0] };
  y = bench_run (&b, out);
  assert_close (name, y, golden_f32 (g, KEY (name, "y"), NULL, NULL), dims[0] * dims[1], TOLERANCE);
  bench_clear (&b);
}

static void
test_attention (gconstpointer device)
{
  for_each_case (device, "attention", "q", attention_case);
}

/* Attention over a cache of either kind, which a graph of its own fills first. */
static void
cached_case (const Fixture *f, const char *name, ScribeTensorKind kind)
{
  Golden *g = f->golden;
  char key[64];
  gsize q_dims[4], k_dims[4];
  const float *q = golden_f32 (g, KEY (name, "q"), NULL, q_dims);
  const float *kv[2] = { golden_f32 (g, KEY (name, "k"), NULL, k_dims), golden_f32 (g, KEY (name, "v"), NULL, NULL) };
  guint n_cols = q_dims[1], n_keys = k_dims[0], n = q_dims[0], n_heads = n_cols / SCRIBE_HEAD_SIZE;
  gboolean self = kind == SCRIBE_TENSOR_SELF_CACHE;
  double tolerance = strcmp (f->device, "cpu") == 0 ? TOLERANCE_HALF : TOLERANCE;
  g_autofree float *identity = g_new0 (float, n_cols *n_cols), *weights = g_new0 (float, n_heads *n *n_keys), *y = NULL;
  g_autofree ScribeStepToken *tokens = g_new0 (ScribeStepToken, MAX (n_keys, n));
  g_autofree ScribeAlignmentHead *heads = g_new0 (ScribeAlignmentHead, n_heads);
  ScribeAlignment alignment = { n_heads, heads, weights };
  ScribeLinear pass = { .weight = weight_f32 (identity, n_cols, n_cols) };
  g_autoptr (ScribeGraph) fill = scribe_graph_new ();
  const ScribeTensor *out;
  ScribeGraph *attend;
  Bench b;

  for (guint i = 0; i < n_cols; i++)
    identity[i * n_cols + i] = 1;
  for (guint i = 0; i < n_heads; i++)
    heads[i] = (ScribeAlignmentHead){ 0, i };

  bench_init (&b, f, n_cols);
  out = scribe_graph_attention (b.graph, name, scribe_graph_input (b.graph, SCRIBE_ROWS_TOKENS, n_cols),
                                scribe_graph_cache (b.graph, kind, 0, n_cols), scribe_graph_cache (b.graph, kind, 1, n_cols), 0);
  scribe_graph_keep (b.graph, out, "y");
  for (guint i = 0; i < 2; i++)
    scribe_graph_linear_to_cache (fill, "fill", scribe_graph_input (fill, self ? SCRIBE_ROWS_TOKENS : SCRIBE_ROWS_CTX, n_cols),
                                  &pass, scribe_graph_cache (fill, kind, i, n_cols));
  bench_open (&b, f);

  for (guint i = 0; i < n_keys; i++)
    tokens[i] = (ScribeStepToken){ .position = i, .sequence = 1, .window = 1 };
  attend = g_steal_pointer (&b.graph);
  b.graph = fill;
  b.run = (ScribeRun){ .inputs = kv, .n_ctx = n_keys, .window = 1, .n_tokens = self ? n_keys : 0, .tokens = tokens };
  bench_run (&b, NULL);
  b.graph = attend;

  for (guint i = 0; i < n; i++)
    tokens[i] = (ScribeStepToken){ .position = self ? n_keys - n + i : 0, .sequence = 1, .window = 1 };
  b.run = (ScribeRun){ .inputs = &q, .n_tokens = n, .tokens = tokens, .alignment = self ? NULL : &alignment };
  y = bench_run (&b, out);
  assert_close (name, y, golden_f32 (g, KEY (name, "y"), NULL, NULL), n * n_cols, tolerance);
  if (!self)
    assert_close (name, weights, golden_f32 (g, KEY (name, "weights"), NULL, NULL), n_heads * n * n_keys, tolerance);
  bench_clear (&b);
}

static void
causal_case (const Fixture *f, const char *name)
{
  cached_case (f, name, SCRIBE_TENSOR_SELF_CACHE);
}

static void
cross_case (const Fixture *f, const char *name)
{
  cached_case (f, name, SCRIBE_TENSOR_CROSS_CACHE);
}

static void
test_causal (gconstpointer device)
{
  for_each_case (device, "causal", "q", causal_case);
}

static void
test_cross (gconstpointer device)
{
  for_each_case (device, "cross", "q", cross_case);
}

static void
embedding_case (const Fixture *f, const char *name)
{
  Golden *g = f->golden;
  char key[64];
  gsize n[4], table_dims[4], position_dims[4];
  const gint32 *ids = golden_i32 (g, KEY (name, "tokens"), NULL, n);
  ScribeWeight table = { "table", SCRIBE_WEIGHT_F32, 0, 0,
                         (const guint8 *) golden_f32 (g, KEY (name, "table"), NULL, table_dims) };
  ScribeWeight positions = { "positions", SCRIBE_WEIGHT_F32, 0, 0,
                             (const guint8 *) golden_f32 (g, KEY (name, "positions"), NULL, position_dims) };
  g_autofree ScribeStepToken *tokens = g_new0 (ScribeStepToken, n[0]);
  const ScribeTensor *out;
  g_autofree float *y = NULL;
  Bench b;

  table.n_rows = table_dims[0];
  table.n_cols = table_dims[1];
  positions.n_rows = position_dims[0];
  positions.n_cols = position_dims[1];
  for (guint i = 0; i < n[0]; i++)
    tokens[i] = (ScribeStepToken){ .id = ids[i], .position = golden_int (g, KEY (name, "first")) + i };

  bench_init (&b, f, 64);
  out = scribe_graph_embedding (b.graph, name, &table, &positions);
  scribe_graph_keep (b.graph, out, "y");
  bench_open (&b, f);
  b.run = (ScribeRun){ .n_tokens = n[0], .tokens = tokens };
  y = bench_run (&b, out);
  assert_close (name, y, golden_f32 (g, KEY (name, "y"), NULL, NULL), n[0] * table.n_cols, TOLERANCE);
  bench_clear (&b);
}

static void
test_embedding (gconstpointer device)
{
  for_each_case (device, "embedding", "tokens", embedding_case);
}

static int
compare_descending (gconstpointer a, gconstpointer b)
{
  return (*(const float *) a < *(const float *) b) - (*(const float *) a > *(const float *) b);
}

/* All logits as they are, and the likeliest as a mask lets them through: a device may compute the two in different ways. */
static void
logits_case (const Fixture *f, const char *name)
{
  Golden *g = f->golden;
  char key[64];
  gsize x_dims[4], table_dims[4];
  const float *x = golden_f32 (g, KEY (name, "x"), NULL, x_dims);
  const float *table = golden_f32 (g, KEY (name, "table"), NULL, table_dims);
  const float *expected = golden_f32 (g, KEY (name, "y"), NULL, NULL);
  guint n = x_dims[0], n_vocab = table_dims[0];
  ScribeWeight embedding = weight_f32 (table, n_vocab, table_dims[1]);
  g_autofree ScribeStepToken *tokens = g_new0 (ScribeStepToken, n);
  g_autofree ScribeQuery *queries = g_new0 (ScribeQuery, 2 * n);
  g_autofree float *y = g_new0 (float, n *n_vocab);
  const ScribeMask mask = {
    .text_end = n_vocab - 20, .time_begin = n_vocab - 10, .text = TRUE, .special = TRUE, .time_first = 2, .n_times = 5
  };
  Bench b;

  for (guint i = 0; i < n; i++)
    {
      queries[i] = (ScribeQuery){ .token = i, .probe = 3, .logits = y + i * n_vocab };
      queries[n + i] = (ScribeQuery){ .token = i, .probe = 5, .mask = &mask, .n_top = 7 };
    }
  bench_init (&b, f, 64);
  scribe_graph_logits (b.graph, name, scribe_graph_input (b.graph, SCRIBE_ROWS_TOKENS, table_dims[1]), &embedding);
  bench_open (&b, f);
  for (guint half = 0; half < 2; half++)
    {
      b.run = (ScribeRun){ .inputs = &x, .n_tokens = n, .tokens = tokens, .n_queries = n, .queries = queries + half * n };
      bench_run (&b, NULL);
    }
  assert_close (name, y, expected, n * n_vocab, TOLERANCE);

  for (guint i = 0; i < n; i++)
    {
      const ScribeQuery *query = &queries[n + i];
      const float *row = expected + i * n_vocab;
      g_autofree float *sorted = g_memdup2 (row, (n_vocab - 10) * sizeof (float));
      double sum = 0;

      g_assert_cmpfloat_with_epsilon (query->probe_logit, row[5], 1e-4);
      g_assert_cmpuint (query->text.n, ==, 7);
      g_assert_cmpuint (query->time.n, ==, 5);
      qsort (sorted, n_vocab - 10, sizeof (float), compare_descending);
      for (guint j = 0; j < 7; j++)
        {
          g_assert_cmpfloat_with_epsilon (query->text.top[j].logit, sorted[j], 1e-4);
          g_assert_cmpfloat_with_epsilon (query->text.top[j].logit, row[query->text.top[j].token], 1e-4);
        }
      for (guint j = 0; j < 5; j++)
        sum += exp (row[n_vocab - 8 + j]);
      g_assert_cmpfloat_with_epsilon (query->time.log_sum_exp, log (sum), 1e-4);
      sum = 0;
      for (guint j = 0; j < n_vocab - 10; j++)
        sum += exp (row[j]);
      g_assert_cmpfloat_with_epsilon (query->text.log_sum_exp, log (sum), 2e-2);
    }
  bench_clear (&b);
}

static void
test_logits (gconstpointer device)
{
  for_each_case (device, "logits", "x", logits_case);
}

/* The masks: an identity of one row times the logits wanted makes the device's logits those of the case. */
static void
query_case (const Fixture *f, const char *name)
{
  Golden *g = f->golden;
  char key[64];
  gsize dims[4], n_suppressed[4];
  const float *logits = golden_f32 (g, KEY (name, "logits"), NULL, dims);
  guint n_vocab = dims[0];
  const gint32 *ids = golden_i32 (g, KEY (name, "suppressed"), NULL, n_suppressed);
  g_autofree float *table = g_new0 (float, n_vocab * 64), *masked = g_new0 (float, n_vocab);
  g_autofree guint32 *bits = g_new0 (guint32, n_vocab / 32 + 1);
  const float x[64] = { 1 }, *input = x;
  ScribeWeight embedding = weight_f32 (table, n_vocab, 64);
  ScribeMask mask = { bits,
                      golden_int (g, KEY (name, "text_end")),
                      golden_int (g, KEY (name, "time_begin")),
                      golden_int (g, KEY (name, "text")),
                      golden_int (g, KEY (name, "special")),
                      golden_int (g, KEY (name, "time_first")),
                      golden_int (g, KEY (name, "n_times")) };
  ScribeStepToken token = { 0 };
  ScribeQuery query = { .mask = &mask, .n_top = golden_int (g, KEY (name, "n_top")), .probe = -1 };
  Bench b;

  for (guint i = 0; i < n_vocab; i++)
    table[i * 64] = logits[i];
  for (guint i = 0; i < n_suppressed[0]; i++)
    bits[ids[i] / 32] |= 1u << ids[i] % 32;

  bench_init (&b, f, 64);
  scribe_graph_logits (b.graph, name, scribe_graph_input (b.graph, SCRIBE_ROWS_TOKENS, 64), &embedding);
  bench_open (&b, f);
  for (guint whole = 0; whole < 2; whole++)
    {
      static const char *const parts[2][3] = { { "text_top", "text_logits", "text_log_sum_exp" },
                                               { "time_top", "time_logits", "time_log_sum_exp" } };
      const ScribeCandidates *groups[2] = { &query.text, &query.time };

      query.logits = whole ? masked : NULL;
      b.run = (ScribeRun){ .inputs = &input, .n_tokens = 1, .tokens = &token, .n_queries = 1, .queries = &query };
      bench_run (&b, NULL);
      for (guint i = 0; i < 2; i++)
        {
          gsize n_top[4] = { 0 };
          const gint32 *top = golden_i32 (g, KEY (name, parts[i][0]), NULL, n_top);
          const float *top_logits = golden_f32 (g, KEY (name, parts[i][1]), NULL, NULL);
          float sum = golden_float (g, KEY (name, parts[i][2]));

          for (guint j = 0; j < groups[i]->n; j++)
            {
              g_assert_cmpint (groups[i]->top[j].token, ==, top[j]);
              g_assert_cmpfloat_with_epsilon (groups[i]->top[j].logit, top_logits[j], 1e-5 * MAX (1, fabsf (top_logits[j])));
            }
          if (isinf (sum))
            g_assert_cmpfloat (groups[i]->log_sum_exp, ==, -INFINITY);
          else
            g_assert_cmpfloat_with_epsilon (groups[i]->log_sum_exp, sum,
                                            whole ? 1e-4 * MAX (1, fabsf (sum)) : 2e-2 * MAX (1, fabsf (sum)));
        }
    }
  for (guint i = 0; i < n_vocab; i++)
    {
      float expected = golden_f32 (g, KEY (name, "masked"), NULL, NULL)[i];

      if (isinf (expected))
        g_assert_true (isinf (masked[i]));
      else
        g_assert_cmpfloat_with_epsilon (masked[i], expected, 1e-5 * MAX (1, fabsf (expected)));
    }
  bench_clear (&b);
}

static void
test_query (gconstpointer device)
{
  for_each_case (device, "query", "logits", query_case);
}

static void
test_mel (gconstpointer device)
{
  static const char *const clips[] = { "fox", "fox-inside", "fox-end", "silence", "noise", "impulse", "short" };
  static const char *const bins[] = { "80", "128" };
  g_autoptr (Golden) golden = golden_open ();
  const Fixture f = { golden, device };

  if (golden == NULL)
    {
      g_test_skip ("there are no golden values without Python and numpy");
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (clips) * G_N_ELEMENTS (bins); i++)
    {
      const char *clip = clips[i / 2], *n_mels = bins[i % 2];
      g_autofree char *samples_name = g_strdup_printf ("mel/%s/samples", clip),
                      *mel_name = g_strdup_printf ("mel/%s/%s", clip, n_mels);
      g_autofree char *filters_name = g_strdup_printf ("filters/%s", n_mels);
      gsize dims[4], filter_dims[4];
      const float *samples = golden_f32 (golden, samples_name, NULL, NULL);
      const float *expected = golden_f32 (golden, mel_name, NULL, dims);
      ScribeWeight filters = { "filters", SCRIBE_WEIGHT_F32, 0, 0,
                               (const guint8 *) golden_f32 (golden, filters_name, NULL, filter_dims) };
      const ScribeTensor *out;
      g_autofree float *mel = NULL;
      Bench b;

      filters.n_rows = filter_dims[0];
      filters.n_cols = filter_dims[1];
      bench_init (&b, &f, 64);
      out = scribe_graph_spectrum (b.graph, "spectrum", scribe_graph_input (b.graph, SCRIBE_ROWS_SAMPLES, 0));
      out = scribe_graph_log_mel (b.graph, "log", out, &filters);
      scribe_graph_keep (b.graph, out, "mel");
      bench_open (&b, &f);
      b.run = (ScribeRun){ .inputs = &samples, .n_ctx = dims[0] / 2 };
      mel = bench_run (&b, out);
      for (gsize j = 0; j < dims[0] * dims[1]; j++)
        if (!(fabsf (mel[j] - expected[j]) <= TOLERANCE_MEL))
          g_error ("%s: value %" G_GSIZE_FORMAT " is %.7f where %.7f was expected", mel_name, j, mel[j], expected[j]);
      bench_clear (&b);
    }
}

static const struct
{
  const char *name;
  void (*test) (gconstpointer device);
} tests[] = {
  { "mel", test_mel },
  { "conv1d", test_conv1d },
  { "linear", test_linear },
  { "layer-norm", test_layer_norm },
  { "attention", test_attention },
  { "causal", test_causal },
  { "cross", test_cross },
  { "embedding", test_embedding },
  { "logits", test_logits },
  { "query", test_query },
};

int
main (int argc, char **argv)
{
  static const char *const devices[] = { "reference", "cpu" };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (devices); i++)
    for (guint j = 0; j < G_N_ELEMENTS (tests); j++)
      {
        g_autofree char *path = g_strdup_printf ("/ops/%s/%s", devices[i], tests[j].name);

        g_test_add_data_func (path, devices[i], tests[j].test);
      }
  return g_test_run ();
}
