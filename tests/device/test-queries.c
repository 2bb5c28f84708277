/* test-queries.c - what a search asks of every device's logits: all of them, the likeliest that a mask lets through, and sums
 *
 * SPDX-License-Identifier: MIT
 */
#include "op-bench.h"

#include <math.h>
#include <stdlib.h>

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
  bench_init (&b, 64);
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

  bench_init (&b, 64);
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

int
main (int argc, char **argv)
{
  static const OpTest tests[] = {
    { "logits", test_logits },
    { "query", test_query },
  };

  g_test_init (&argc, &argv, NULL);
  return run_on_each_device ("queries", tests, G_N_ELEMENTS (tests));
}
