/* test-search.c - greedy, beams and samples, against independent values and a search that caches nothing
 *
 * Three judges: the reference implementation's greedy tokens (golden values); a beam search written here that runs every candidate
 * from its first token on, in one device sequence, so that no cached row can be another beam's; and, for samples, the
 * probabilities that were drawn from.
 *
 * SPDX-License-Identifier: MIT
 */
#include "fixture.h"

#include <math.h>
#include <string.h>

#define SMALL_FRAME 40   /* where in fox.wav the windows of the small models begin */
#define CLEAR_LEAD  0.05 /* logits by which a choice must win for a device of less than single precision to make it too */

/* --- against golden values */

static void
check_greedy (Golden *golden, ScribeDecoder *decoder, const char *name, gboolean exact)
{
  g_autofree char *prompt_key = g_strconcat (name, "/prompt", NULL), *tokens_key = g_strconcat (name, "/tokens", NULL),
                  *leads_key = g_strconcat (name, "/leads", NULL), *sum_key = g_strconcat (name, "/sum_logprob", NULL),
                  *no_speech_key = g_strconcat (name, "/no_speech", NULL);
  const gboolean timestamps = g_str_has_suffix (name, "/times");
  gsize dims[4], prompt_dims[4], n_expected, n_same = 0;
  const gint32 *expected = golden_i32 (golden, tokens_key, NULL, dims),
               *start = golden_i32 (golden, prompt_key, NULL, prompt_dims);
  const float *leads = golden_f32 (golden, leads_key, NULL, NULL);
  g_autoptr (GArray) prompt = g_array_new (FALSE, FALSE, sizeof (ScribeToken));
  g_autoptr (ScribeSearch) search = NULL;
  ScribeSearchOptions options;
  ScribeSearchResult found;
  double error;

  n_expected = dims[0];
  g_array_append_vals (prompt, start, prompt_dims[0]);
  fixture_search_options (decoder, prompt, timestamps, &options);
  search = fixture_search (decoder, &options);
  scribe_search_result (search, &found);

  while (n_same < n_expected && n_same < found.n && found.tokens[n_same] == expected[n_same])
    n_same++;
  if (!exact && n_same < n_expected && leads[n_same] < CLEAR_LEAD)
    {
      g_test_message ("%s: token %" G_GSIZE_FORMAT " is another one than expected, which won by %g only", name, n_same,
                      leads[n_same]);
      return;
    }
  if (n_same < n_expected || found.n != n_expected)
    g_error ("%s: %u tokens found, %" G_GSIZE_FORMAT " expected, the first %" G_GSIZE_FORMAT " the same", name, found.n,
             n_expected, n_same);
  /* without timestamps the engine leaves them out of the sum of probabilities too, where OpenAI only never samples them */
  error = (exact ? 1e-3 : 2e-2) * (n_expected + 1);
  g_assert_cmpfloat (found.sum_logprob, >=, golden_float (golden, sum_key) - error);
  g_assert_cmpfloat (found.sum_logprob, <=, golden_float (golden, sum_key) + error + (timestamps ? 0 : 0.05 * (n_expected + 1)));
  g_assert_cmpfloat_with_epsilon (found.no_speech, golden_float (golden, no_speech_key), exact ? 1e-4 : 5e-3);
}

static void
test_golden (gconstpointer device)
{
  g_autoptr (Golden) golden = fixture_golden ();
  g_auto (GStrv) models = NULL;

  if (golden == NULL)
    return;
  models = golden_list (golden, "greedy");
  g_assert_cmpuint (g_strv_length (models), >, 0);
  for (char **model = models; *model; model++)
    {
      g_autofree char *path = fixture_model_path (golden, *model);
      g_autoptr (ScribeDecoder) decoder = fixture_decoder (path, device, 1, 1);
      g_autofree char *folder = g_strconcat ("greedy/", *model, NULL);
      g_auto (GStrv) clips = golden_list (golden, folder);

      for (char **clip = clips; *clip; clip++)
        {
          g_autofree char *times = g_strconcat (folder, "/", *clip, "/times", NULL),
                          *plain = g_strconcat (folder, "/", *clip, "/plain", NULL);

          fixture_encode (decoder, 0, *clip, 0);
          check_greedy (golden, decoder, times, g_str_equal (device, "reference"));
          check_greedy (golden, decoder, plain, g_str_equal (device, "reference"));
        }
    }
}

/* --- a judge without caches */

/* Log probabilities [n_vocab] of what may follow the prompt and the tokens found, all of them read again. */
static float *
follow (ScribeDecoder *decoder, const GArray *prompt, const ScribeToken *found, guint n, gboolean timestamps)
{
  const guint n_vocab = decoder->model->sizes.n_vocab, begin = decoder->special->timestamp;
  g_autoptr (GArray) tokens = g_array_new (FALSE, FALSE, sizeof (ScribeStepToken));
  g_autoptr (GArray) queries = g_array_new (FALSE, FALSE, sizeof (ScribeQuery));
  g_autoptr (GError) error = NULL;
  float *logits = g_new (float, n_vocab);
  double text_max = -INFINITY, time_sum = 0, sum = 0;
  ScribeMask mask;
  ScribeQuery query = { .token = prompt->len + n - 1, .mask = &mask, .probe = -1, .logits = logits };

  for (guint i = 0; i < prompt->len + n; i++)
    {
      ScribeStepToken token = { i < prompt->len ? g_array_index (prompt, ScribeToken, i) : found[i - prompt->len], i, 0, 0 };

      g_array_append_val (tokens, token);
    }
  scribe_rules_mask (decoder->rules, timestamps, found, n, &mask);
  g_array_append_val (queries, query);
  scribe_decoder_step (decoder, tokens, queries, NULL, &error);
  g_assert_no_error (error);

  for (guint i = 0; i < n_vocab; i++)
    if (i < begin)
      text_max = MAX (text_max, logits[i]);
    else
      time_sum += exp (logits[i]);
  if (log (time_sum) > text_max)
    for (guint i = 0; i < begin; i++)
      logits[i] = -INFINITY;
  for (guint i = 0; i < n_vocab; i++)
    sum += exp (logits[i]);
  for (guint i = 0; i < n_vocab; i++)
    logits[i] -= (float) log (sum);
  return logits;
}

/* Log probability of the tokens, and of the end of text where the search had room for it. */
static double
logprob_of (ScribeDecoder *decoder, const ScribeSearchOptions *options, const GArray *prompt, const ScribeSearchResult *result)
{
  double sum = 0;

  for (guint i = 0; i < MIN (result->n + 1, options->max_tokens); i++)
    {
      g_autofree float *logprobs = follow (decoder, prompt, result->tokens, i, options->timestamps);

      sum += logprobs[i < result->n ? result->tokens[i] : options->special->end];
    }
  return sum;
}

typedef struct
{
  ScribeToken tokens[64];
  guint n;
  double sum;
} Path;

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  double x = ((const Path *) a)->sum, y = ((const Path *) b)->sum;

  return (x < y) - (x > y);
}

/* Appends the path's n likeliest continuations. */
static void
branch (ScribeDecoder *decoder, const GArray *prompt, const Path *path, guint n, gboolean timestamps, GArray *out)
{
  g_autofree float *logprobs = follow (decoder, prompt, path->tokens, path->n, timestamps);

  for (guint k = 0; k < n; k++)
    {
      Path next = *path;
      guint best = 0;

      for (guint i = 1; i < decoder->model->sizes.n_vocab; i++)
        if (logprobs[i] > logprobs[best])
          best = i;
      if (logprobs[best] == -INFINITY)
        return;
      next.tokens[next.n++] = best;
      next.sum += logprobs[best];
      g_array_append_val (out, next);
      logprobs[best] = -INFINITY;
    }
}

/* OpenAI's beam search: the path with the best mean, without its end of text. */
static Path
slow_search (ScribeDecoder *decoder, const GArray *prompt, const ScribeSearchOptions *options)
{
  g_autoptr (GArray) live = g_array_new (FALSE, FALSE, sizeof (Path)), finished = g_array_new (FALSE, FALSE, sizeof (Path));
  Path best = { .n = 0 };
  double best_mean = -INFINITY;

  g_array_append_val (live, best);
  for (guint step = 0; step < options->max_tokens && live->len > 0 && finished->len < options->n_beams; step++)
    {
      g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (Path));

      for (guint i = 0; i < live->len; i++)
        branch (decoder, prompt, &g_array_index (live, Path, i), options->n_beams + 1, options->timestamps, all);
      g_array_sort (all, compare_paths);
      g_array_set_size (live, 0);
      for (guint i = 0; i < all->len && live->len < options->n_beams; i++)
        {
          Path *path = &g_array_index (all, Path, i);

          if (path->tokens[path->n - 1] != options->special->end)
            g_array_append_val (live, *path);
          else if (finished->len < options->n_beams)
            {
              path->n--;
              g_array_append_val (finished, *path);
            }
        }
    }
  for (guint i = 0; i < live->len && finished->len < options->n_beams; i++)
    g_array_append_val (finished, g_array_index (live, Path, i));
  for (guint i = 0; i < finished->len; i++)
    {
      const Path *path = &g_array_index (finished, Path, i);

      if (path->sum / MAX (path->n, 1) > best_mean)
        {
          best_mean = path->sum / MAX (path->n, 1);
          best = *path;
        }
    }
  return best;
}

static const char *const small_models[] = { "en-f32", "multi-f16", "v3-q8_0" };

/* The search with caches finds what the slow one finds. */
static void
check_beams (ScribeDecoder *decoder, const char *model, guint n_beams, gboolean timestamps, double tolerance)
{
  g_autoptr (GArray) prompt = fixture_prompt (decoder, timestamps);
  g_autoptr (ScribeSearch) search = NULL;
  ScribeSearchOptions options;
  ScribeSearchResult found;
  Path expected;

  fixture_search_options (decoder, prompt, timestamps, &options);
  options.n_beams = n_beams;
  options.max_tokens = 8;
  search = fixture_search (decoder, &options);
  scribe_search_result (search, &found);
  expected = slow_search (decoder, prompt, &options);

  g_test_message ("%s, %u beams, %s: %u tokens, %.4f", model, n_beams, timestamps ? "times" : "plain", found.n,
                  found.sum_logprob);
  g_assert_cmpmem (found.tokens, found.n * sizeof (ScribeToken), expected.tokens, expected.n * sizeof (ScribeToken));
  g_assert_cmpfloat_with_epsilon (found.sum_logprob, expected.sum, tolerance);
}

static void
test_beams (gconstpointer device)
{
  g_autoptr (Golden) golden = fixture_golden ();

  if (golden == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (small_models); i++)
    {
      g_autofree char *path = fixture_model_path (golden, small_models[i]);
      g_autoptr (ScribeDecoder) decoder = fixture_decoder (path, device, 1, 5);

      fixture_encode (decoder, 0, "fox", SMALL_FRAME);
      for (guint n_beams = 2; n_beams <= 5; n_beams += 3)
        for (guint timestamps = 0; timestamps < 2; timestamps++)
          check_beams (decoder, small_models[i], n_beams, timestamps, g_str_equal (device, "reference") ? 1e-3 : 2e-2);
    }
}

/* On real speech: what beams find is no less likely than what greedy finds, and its probability is the one that reading it again gives. */
static void
test_beams_on_speech (void)
{
  g_autofree char *path = fixture_model_path (NULL, "starter");
  g_autoptr (ScribeDecoder) decoder = fixture_decoder (path, "cpu", 1, 5);
  const char *const clips[] = { "fox", "weather", "window" };

  for (guint i = 0; i < G_N_ELEMENTS (clips); i++)
    for (guint timestamps = 0; timestamps < 2; timestamps++)
      {
        g_autoptr (GArray) prompt = fixture_prompt (decoder, timestamps);
        double greedy = 0;

        fixture_encode (decoder, 0, clips[i], 0);
        for (guint n_beams = 1; n_beams <= 5; n_beams++)
          {
            g_autoptr (ScribeSearch) search = NULL;
            ScribeSearchOptions options;
            ScribeSearchResult found;
            double mean;

            fixture_search_options (decoder, prompt, timestamps, &options);
            options.n_beams = n_beams;
            search = fixture_search (decoder, &options);
            scribe_search_result (search, &found);
            mean = found.sum_logprob / MAX (found.n, 1);
            g_test_message ("%s, %u beams: %u tokens, %.5f a token", clips[i], n_beams, found.n, mean);
            g_assert_cmpfloat_with_epsilon (found.sum_logprob, logprob_of (decoder, &options, prompt, &found), 2e-2);
            if (n_beams == 1)
              greedy = mean;
            g_assert_cmpfloat (mean, >=, greedy - 1e-4);
          }
      }
}

/* --- samples */

/* The first token of a search that is answered with these logits, without a device. */
static ScribeToken
draw_first (const ScribeSearchOptions *options, const float *logits)
{
  g_autoptr (ScribeSearch) search = scribe_search_new (options);
  g_autoptr (GArray) tokens = g_array_new (FALSE, FALSE, sizeof (ScribeStepToken));
  g_autoptr (GArray) queries = g_array_new (FALSE, FALSE, sizeof (ScribeQuery));
  ScribeSearchResult result;

  scribe_search_fill (search, tokens, queries);
  for (guint i = 0; i < queries->len; i++)
    scribe_query_answer (&g_array_index (queries, ScribeQuery, i), logits, options->n_vocab);
  scribe_search_take (search, (const ScribeQuery *) (void *) queries->data, NULL);
  scribe_search_result (search, &result);
  g_assert_true (scribe_search_is_done (search));
  g_assert_cmpuint (result.n, ==, 1);
  return result.tokens[0];
}

/* The 51 timestamps that may come first are drawn as often as softmax (logits / temperature) says. */
static void
test_samples_follow_softmax (gconstpointer tenths)
{
  const double temperature = GPOINTER_TO_UINT (tenths) / 10.0;
  const guint n_draws = 4000, n_choices = 51;
  g_autofree char *path = fixture_model_path (NULL, "starter");
  g_autoptr (ScribeModel) model = scribe_model_open (path, NULL);
  const ScribeSpecialTokens *special = scribe_tokenizer_specials (model->tokenizer);
  g_autoptr (ScribeRules) rules = scribe_rules_new (model->tokenizer, model->sizes.n_vocab);
  g_autofree float *logits = g_new0 (float, model->sizes.n_vocab);
  guint count[51] = { 0 };
  double expected[51], sum = 0, chi = 0;
  ScribeSearchOptions options = { .rules = rules,
                                  .special = special,
                                  .n_vocab = model->sizes.n_vocab,
                                  .timestamps = TRUE,
                                  .n_beams = 1,
                                  .temperature = (float) temperature,
                                  .max_tokens = 1,
                                  .prompt = &special->start,
                                  .n_prompt = 1 };

  for (guint i = 0; i < n_choices; i++)
    {
      logits[special->timestamp + i] = (float) sin (i);
      sum += expected[i] = exp (logits[special->timestamp + i] / temperature);
    }
  for (options.seed = 0; options.seed < n_draws; options.seed++)
    {
      ScribeToken drawn = draw_first (&options, logits) - special->timestamp;

      g_assert_cmpint (drawn, >=, 0);
      g_assert_cmpint (drawn, <, n_choices);
      count[drawn]++;
    }

  for (guint i = 0; i < n_choices; i++)
    {
      double n = expected[i] / sum * n_draws;

      chi += (count[i] - n) * (count[i] - n) / n;
    }
  g_test_message ("chi squared %.1f of 50 degrees of freedom", chi);
  g_assert_cmpfloat (chi, <, 95); /* one in ten thousand */
}

static GArray *
sample (ScribeDecoder *decoder, guint64 seed, guint n_beams)
{
  g_autoptr (GArray) prompt = fixture_prompt (decoder, FALSE);
  g_autoptr (ScribeSearch) search = NULL;
  GArray *tokens = g_array_new (FALSE, FALSE, sizeof (ScribeToken));
  ScribeSearchOptions options;
  ScribeSearchResult found;

  fixture_search_options (decoder, prompt, FALSE, &options);
  options.temperature = 2;
  options.seed = seed;
  options.n_beams = n_beams;
  search = fixture_search (decoder, &options);
  scribe_search_result (search, &found);
  g_array_append_vals (tokens, found.tokens, found.n);
  return tokens;
}

static gboolean
same (const GArray *a, const GArray *b)
{
  return a->len == b->len && memcmp (a->data, b->data, a->len * sizeof (ScribeToken)) == 0;
}

static void
test_seed (void)
{
  g_autoptr (Golden) golden = fixture_golden ();
  g_autofree char *path = NULL;
  g_autoptr (ScribeDecoder) decoder = NULL;

  if (golden == NULL)
    return;
  path = fixture_model_path (golden, "en-f32");
  decoder = fixture_decoder (path, "cpu", 1, 3);
  fixture_encode (decoder, 0, "fox", SMALL_FRAME);
  for (guint n_beams = 1; n_beams <= 3; n_beams++)
    {
      g_autoptr (GArray) first = sample (decoder, 1, n_beams), again = sample (decoder, 1, n_beams),
                         other = sample (decoder, 2, n_beams);

      g_assert_true (same (first, again));
      g_assert_false (same (first, other));
    }
}

/* Several samples at once: the best one's probability is that of its own tokens, so each had its own rows. */
static void
test_samples_keep_apart (gconstpointer device)
{
  g_autoptr (Golden) golden = fixture_golden ();
  g_autofree char *path = NULL;
  g_autoptr (ScribeDecoder) decoder = NULL;

  if (golden == NULL)
    return;
  path = fixture_model_path (golden, "en-f32");
  decoder = fixture_decoder (path, device, 1, 5);
  fixture_encode (decoder, 0, "fox", SMALL_FRAME);
  for (guint seed = 0; seed < 5; seed++)
    {
      g_autoptr (GArray) prompt = fixture_prompt (decoder, TRUE);
      g_autoptr (ScribeSearch) search = NULL;
      ScribeSearchOptions options;
      ScribeSearchResult found;

      fixture_search_options (decoder, prompt, TRUE, &options);
      options.n_beams = 5;
      options.temperature = 0.8f;
      options.seed = seed;
      search = fixture_search (decoder, &options);
      scribe_search_result (search, &found);
      g_assert_cmpfloat_with_epsilon (found.sum_logprob, logprob_of (decoder, &options, prompt, &found),
                                      g_str_equal (device, "reference") ? 1e-3 : 2e-2);
    }
}

/* A second try reads only the prompt's last token, and finds the same. */
static void
test_cached_prompt (void)
{
  g_autoptr (Golden) golden = fixture_golden ();
  g_autofree char *path = NULL;
  g_autoptr (ScribeDecoder) decoder = NULL;

  if (golden == NULL)
    return;
  path = fixture_model_path (golden, "multi-f16");
  decoder = fixture_decoder (path, "cpu", 1, 3);
  fixture_encode (decoder, 0, "fox", SMALL_FRAME);
  for (guint n_beams = 1; n_beams <= 3; n_beams++)
    {
      g_autoptr (GArray) prompt = fixture_prompt (decoder, TRUE);
      g_autoptr (ScribeSearch) first = NULL, second = NULL;
      ScribeSearchOptions options;
      ScribeSearchResult expected, found;

      fixture_search_options (decoder, prompt, TRUE, &options);
      options.n_beams = n_beams;
      first = fixture_search (decoder, &options);
      scribe_search_result (first, &expected);
      options.prompt_is_cached = TRUE;
      second = fixture_search (decoder, &options);
      scribe_search_result (second, &found);
      g_assert_cmpmem (found.tokens, found.n * sizeof (ScribeToken), expected.tokens, expected.n * sizeof (ScribeToken));
      g_assert_cmpfloat_with_epsilon (found.sum_logprob, expected.sum_logprob, 1e-2);
    }
}

/* Two windows in one step find what each finds alone. */
static void
test_two_windows (gconstpointer device)
{
  g_autoptr (Golden) golden = fixture_golden ();
  g_autofree char *path = NULL;
  g_autoptr (ScribeDecoder) decoder = NULL;
  g_autoptr (GArray) prompt = NULL;
  ScribeSearch *alone[2], *together[2];
  ScribeSearchOptions options[2];

  if (golden == NULL)
    return;
  path = fixture_model_path (golden, "v3-q8_0");
  decoder = fixture_decoder (path, device, 2, 3);
  prompt = fixture_prompt (decoder, TRUE);
  for (guint w = 0; w < 2; w++)
    {
      fixture_encode (decoder, w, "fox", SMALL_FRAME + 70 * w);
      fixture_search_options (decoder, prompt, TRUE, &options[w]);
      options[w].window = w;
      options[w].sequence = 3 * w;
      options[w].n_beams = 3;
      alone[w] = fixture_search (decoder, &options[w]);
      together[w] = scribe_search_new (&options[w]);
    }

  while (!scribe_search_is_done (together[0]) || !scribe_search_is_done (together[1]))
    {
      g_autoptr (GArray) tokens = g_array_new (FALSE, FALSE, sizeof (ScribeStepToken));
      g_autoptr (GArray) queries = g_array_new (FALSE, FALSE, sizeof (ScribeQuery));
      g_autoptr (GError) error = NULL;
      guint first[2];

      for (guint w = 0; w < 2; w++)
        {
          first[w] = queries->len;
          if (!scribe_search_is_done (together[w]))
            scribe_search_fill (together[w], tokens, queries);
        }
      scribe_decoder_step (decoder, tokens, queries, NULL, &error);
      g_assert_no_error (error);
      for (guint w = 0; w < 2; w++)
        if (!scribe_search_is_done (together[w]))
          scribe_search_take (together[w], (const ScribeQuery *) (void *) queries->data + first[w], decoder->device);
    }

  for (guint w = 0; w < 2; w++)
    {
      ScribeSearchResult expected, found;

      scribe_search_result (alone[w], &expected);
      scribe_search_result (together[w], &found);
      g_assert_cmpmem (found.tokens, found.n * sizeof (ScribeToken), expected.tokens, expected.n * sizeof (ScribeToken));
      g_assert_cmpfloat_with_epsilon (found.sum_logprob, expected.sum_logprob, 1e-2);
      scribe_search_free (alone[w]);
      scribe_search_free (together[w]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/search/cpu/greedy-golden", "cpu", test_golden);
  g_test_add_data_func ("/search/cpu/beams-without-caches", "cpu", test_beams);
  g_test_add_data_func ("/search/reference/beams-without-caches", "reference", test_beams);
  g_test_add_func ("/search/cpu/beams-on-speech", test_beams_on_speech);
  g_test_add_data_func ("/search/cpu/samples-follow-softmax-0.5", GUINT_TO_POINTER (5), test_samples_follow_softmax);
  g_test_add_data_func ("/search/cpu/samples-follow-softmax-1.0", GUINT_TO_POINTER (10), test_samples_follow_softmax);
  g_test_add_func ("/search/cpu/seed", test_seed);
  g_test_add_data_func ("/search/cpu/samples-keep-apart", "cpu", test_samples_keep_apart);
  g_test_add_data_func ("/search/reference/samples-keep-apart", "reference", test_samples_keep_apart);
  g_test_add_func ("/search/cpu/cached-prompt", test_cached_prompt);
  g_test_add_data_func ("/search/cpu/two-windows", "cpu", test_two_windows);
  g_test_add_data_func ("/search/reference/two-windows", "reference", test_two_windows);
  g_test_add_data_func ("/search/reference/greedy-golden", "reference", test_golden);
  return g_test_run ();
}
