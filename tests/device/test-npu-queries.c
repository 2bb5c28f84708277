/* test-npu-queries.c - what a search asks of logits, answered on the array: the same as from the array's whole logits
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/device.h"

#include <math.h>
#include <string.h>

#define N_STATE 128

typedef struct
{
  guint n_columns;
  gboolean fast;
  guint n_vocab, n_tokens, n_queries;
  guint n_sets;
} Case;

static float *
random_floats (gsize n, float scale)
{
  float *x = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    x[i] = scale * (float) g_test_rand_double_range (-1, 1);
  return x;
}

/* Every third row is like another one, so that there are equal logits, in one tile and in others' */
static float *
random_table (guint n_vocab)
{
  float *table = random_floats ((gsize) n_vocab * N_STATE, 1);

  for (guint i = 3; i < n_vocab; i += 3)
    memcpy (table + (gsize) i * N_STATE, table + (gsize) g_test_rand_int_range (0, i) * N_STATE, N_STATE * sizeof *table);
  return table;
}

static ScribeMask
random_mask (guint n_vocab, guint32 **sets, guint n_sets)
{
  guint time_begin = g_test_rand_int_range (n_vocab / 2, n_vocab), set = g_test_rand_int_range (0, n_sets + 1);
  ScribeMask mask = { .suppressed = set < n_sets ? sets[set] : NULL,
                      .text_end = g_test_rand_int_range (1, time_begin + 1),
                      .time_begin = time_begin,
                      .text = g_test_rand_int_range (0, 4) > 0,
                      .special = g_test_rand_bit (),
                      .time_first = g_test_rand_int_range (0, n_vocab - time_begin + 10) };

  mask.n_times = g_test_rand_int_range (0, n_vocab - time_begin + 10);
  return mask;
}

static guint32 *
random_set (guint n_vocab)
{
  guint n_words = (n_vocab + 31) / 32;
  guint32 *bits = g_new0 (guint32, n_words);

  for (guint i = 0; i < n_words; i++)
    {
      guint32 some = (guint32) g_test_rand_int ();

      bits[i] = i % 7 == 0 ? some : some & 1u << i % 32;
    }
  return bits;
}

static void
assert_same (const ScribeCandidates *found, const ScribeCandidates *expected)
{
  g_assert_cmpuint (found->n, ==, expected->n);
  for (guint i = 0; i < found->n; i++)
    {
      g_assert_cmpint (found->top[i].token, ==, expected->top[i].token);
      g_assert_cmpfloat (found->top[i].logit, ==, expected->top[i].logit);
    }
  if (isinf (expected->log_sum_exp))
    g_assert_cmpfloat (found->log_sum_exp, ==, expected->log_sum_exp);
  else
    g_assert_cmpfloat_with_epsilon (found->log_sum_exp, expected->log_sum_exp, 1e-4);
}

/* Where all queries are about few tokens, a core has many of them. */
static void
make_queries (const Case *c, ScribeMask *masks, guint32 **sets, ScribeQuery *queries)
{
  const guint n_about = g_test_rand_bit () ? c->n_tokens : MIN (c->n_tokens, 3);

  for (guint i = 0; i < c->n_queries; i++)
    {
      masks[i] = random_mask (c->n_vocab, sets, c->n_sets);
      queries[i] = (ScribeQuery){ .token = g_test_rand_int_range (0, n_about),
                                  .mask = g_test_rand_int_range (0, 5) ? &masks[i] : NULL,
                                  .n_top = g_test_rand_int_range (0, SCRIBE_TOP_MAX + 1),
                                  .probe = g_test_rand_bit () ? -1 : g_test_rand_int_range (0, c->n_vocab) };
    }
}

static void
run_case (const Case *c)
{
  const ScribeDeviceOptions options = { .n_caches = 2,
                                        .n_state = N_STATE,
                                        .n_text_ctx = 64,
                                        .n_audio_ctx = 64,
                                        .n_sequences = 1,
                                        .n_windows = 1,
                                        .n_threads = 1,
                                        .fast = c->fast,
                                        .n_columns = c->n_columns };
  g_autofree float *table = random_table (c->n_vocab), *x = random_floats ((gsize) c->n_tokens * N_STATE, 1);
  g_autofree float *logits = g_new (float, c->n_vocab);
  g_autofree ScribeStepToken *tokens = g_new0 (ScribeStepToken, c->n_tokens);
  g_autofree ScribeMask *masks = g_new0 (ScribeMask, c->n_queries);
  g_autofree ScribeQuery *queries = g_new0 (ScribeQuery, c->n_queries), *expected = g_new0 (ScribeQuery, c->n_queries);
  g_autoptr (GPtrArray) sets = g_ptr_array_new_with_free_func (g_free);
  const ScribeWeight weight = { "w", SCRIBE_WEIGHT_F32, c->n_vocab, N_STATE, (const guint8 *) table };
  const float *input = x;
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeDevice) device = scribe_device_open ("emulator", &options, NULL, &error);
  ScribeGraph *graph = scribe_graph_new ();
  ScribeRun run = { .inputs = &input, .n_tokens = c->n_tokens, .tokens = tokens, .n_queries = c->n_queries };
  ScribePlan *plan;

  g_assert_no_error (error);
  scribe_graph_logits (graph, "logits", scribe_graph_input (graph, SCRIBE_ROWS_TOKENS, N_STATE), &weight);
  plan = scribe_device_prepare (device, graph, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < c->n_sets; i++)
    g_ptr_array_add (sets, random_set (c->n_vocab));

  for (guint trial = 0; trial < 2; trial++)
    {
      make_queries (c, masks, (guint32 **) sets->pdata, queries);
      memcpy (expected, queries, c->n_queries * sizeof *queries);
      for (guint i = 0; i < c->n_queries; i++)
        expected[i].logits = logits;

      run.queries = expected;
      scribe_device_run (device, plan, &run, &error);
      g_assert_no_error (error);
      run.queries = queries;
      scribe_device_run (device, plan, &run, &error);
      g_assert_no_error (error);
      for (guint i = 0; i < c->n_queries; i++)
        {
          assert_same (&queries[i].text, &expected[i].text);
          assert_same (&queries[i].time, &expected[i].time);
          g_assert_cmpfloat (queries[i].probe_logit, ==, expected[i].probe_logit);
        }
    }
  scribe_device_plan_free (device, plan);
  scribe_graph_free (graph);
}

static void
test_queries (void)
{
  static const Case cases[] = {
    { 8, FALSE, 5000, 1, 1, 1 },   { 8, TRUE, 5000, 5, 5, 2 },    { 8, TRUE, 1100, 300, 40, 3 }, { 8, FALSE, 700, 70, 300, 5 },
    { 8, TRUE, 9000, 64, 20, 19 }, { 8, TRUE, 130, 3, 200, 130 }, { 4, FALSE, 3000, 10, 30, 2 }, { 4, TRUE, 300, 200, 60, 2 },
    { 2, FALSE, 3000, 70, 10, 1 }, { 2, TRUE, 200, 5, 5, 0 },     { 1, TRUE, 7000, 20, 6, 2 },   { 1, FALSE, 1000, 300, 50, 7 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%u columns, %u tokens of %u, %u queries", cases[i].n_columns, cases[i].n_tokens, cases[i].n_vocab,
                      cases[i].n_queries);
      run_case (&cases[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/npu/queries", test_queries);
  return g_test_run ();
}
