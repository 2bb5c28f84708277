/* test-ops.c - every op of every device against values of an independent reference
 *
 * For each case a graph of one op is built, run on the device, and its output compared with what tests/reference computed in
 * double precision. Ops that a device computes in two ways (many rows, a few tokens) are tested in both. The logits, which are
 * only ever asked about, are in test-queries.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include "op-bench.h"

#include <math.h>
#include <string.h>

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

  bench_init (&b, 64);
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

  bench_init (&b, 64);
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

  bench_init (&b, 64);
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
  bench_init (&b, 64);
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

  bench_init (&b, n_cols);
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

  bench_init (&b, 64);
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
      bench_init (&b, 64);
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

int
main (int argc, char **argv)
{
  static const OpTest tests[] = {
    { "mel", test_mel },
    { "conv1d", test_conv1d },
    { "linear", test_linear },
    { "layer-norm", test_layer_norm },
    { "attention", test_attention },
    { "causal", test_causal },
    { "cross", test_cross },
    { "embedding", test_embedding },
  };

  g_test_init (&argc, &argv, NULL);
  return run_on_each_device ("ops", tests, G_N_ELEMENTS (tests));
}
