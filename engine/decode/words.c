/* words.c - when each word was said
 *
 *   weights [head, token, time]  --over the recording's part of the window, sum 1-->
 *                                --less the mean, by the deviation, over all tokens-->
 *                                --median of 7 in time, mean over heads-->  map [token, time]
 *   path through the map         --dynamic time warping-->                  the time at which each token begins
 *   tokens -> words              --joined with their punctuation-->         start and end of each word
 *
 * Source: openai/whisper, whisper/timing.py.
 *
 * SPDX-License-Identifier: MIT
 */
#include "decode/words.h"

#include "decode/alignment-heads.h"

#include <math.h>
#include <string.h>

#define POSITION_SECONDS 0.02 /* of the encoder */
#define MEDIAN_WIDTH     7

static const char prepended[] = "\"'“¿([{-";
static const char appended[] = "\"'.。,，!！?？:：”)]}、";
static const char sentence_ends[] = ".。!！?？";

/* The mean of the heads' maps: weights [n_heads, n_tokens, stride] -> map [n_tokens, n_times] */

static void
normalise_head (float *weights, guint n_tokens, guint n_times, guint stride)
{
  for (guint i = 0; i < n_tokens; i++)
    {
      double sum = 0;

      for (guint t = 0; t < n_times; t++)
        sum += weights[i * stride + t];
      for (guint t = 0; t < n_times && sum > 0; t++)
        weights[i * stride + t] /= sum;
    }
  for (guint t = 0; t < n_times; t++)
    {
      double mean = 0, variance = 0;

      for (guint i = 0; i < n_tokens; i++)
        mean += weights[i * stride + t];
      mean /= n_tokens;
      for (guint i = 0; i < n_tokens; i++)
        variance += (weights[i * stride + t] - mean) * (weights[i * stride + t] - mean);
      variance /= n_tokens;
      for (guint i = 0; i < n_tokens; i++)
        weights[i * stride + t] = variance > 0 ? (weights[i * stride + t] - mean) / sqrt (variance) : 0;
    }
}

/* The median around time t; beyond the ends the row is reflected. */
static float
median_at (const float *row, guint n_times, guint t)
{
  float sorted[MEDIAN_WIDTH];

  for (int i = 0; i < MEDIAN_WIDTH; i++)
    {
      int at = ABS ((int) t + i - MEDIAN_WIDTH / 2);
      int place = i;

      if (at >= (int) n_times)
        at = 2 * ((int) n_times - 1) - at;
      for (; place > 0 && sorted[place - 1] > row[at]; place--)
        sorted[place] = sorted[place - 1];
      sorted[place] = row[at];
    }
  return sorted[MEDIAN_WIDTH / 2];
}

static void
mean_of_heads (float *weights, guint n_heads, guint n_tokens, guint n_times, guint stride, float *map)
{
  memset (map, 0, sizeof (float) * n_tokens * n_times);
  for (guint head = 0; head < n_heads; head++)
    {
      float *w = weights + (gsize) head * n_tokens * stride;

      normalise_head (w, n_tokens, n_times, stride);
      for (guint i = 0; i < n_tokens; i++)
        for (guint t = 0; t < n_times; t++)
          map[i * n_times + t] += (n_times > MEDIAN_WIDTH / 2 ? median_at (w + i * stride, n_times, t) : w[i * stride + t])
                                  / n_heads;
    }
}

void
scribe_words_warp (const float *cost, guint n_rows, guint n_cols, guint *enters)
{
  enum
  {
    DIAGONAL,
    DOWN,
    RIGHT
  };
  g_autofree float *above = g_new (float, n_cols + 1), *here = g_new (float, n_cols + 1);
  g_autofree guint8 *from = g_new (guint8, (gsize) n_rows * n_cols);
  guint i = n_rows, j = n_cols;

  for (guint k = 0; k <= n_cols; k++)
    above[k] = k == 0 ? 0 : INFINITY;
  for (guint row = 0; row < n_rows; row++)
    {
      float *swap = above;

      here[0] = INFINITY;
      for (guint col = 0; col < n_cols; col++)
        {
          float diagonal = above[col], down = above[col + 1], right = here[col];
          guint8 step = diagonal < down && diagonal < right ? DIAGONAL : down < diagonal && down < right ? DOWN : RIGHT;

          here[col + 1] = cost[row * n_cols + col] + (step == DIAGONAL ? diagonal : step == DOWN ? down : right);
          from[row * n_cols + col] = step;
        }
      above = here;
      here = swap;
    }

  while (i > 0 && j > 0)
    {
      guint8 step = from[(i - 1) * n_cols + j - 1];

      enters[i - 1] = j - 1;
      i -= step != RIGHT;
      j -= step != DOWN;
    }
  for (; i > 0; i--)
    enters[i - 1] = 0;
}

/* The words of all cuts in a row, with the number of tokens of each. */
typedef struct
{
  ScribeWord *word; /* times relative to the window */
  guint n_tokens;
} Timing;

static void
timing_clear (gpointer data)
{
  scribe_word_free (((Timing *) data)->word);
}

typedef struct
{
  ScribeDecoder *decoder;
  const ScribeTranscribeOptions *options;
  guint window, language, n_frames;
  double offset;
  GCancellable *cancellable;
} Context;

/* Runs the tokens through the decoder: begins [n + 1] the time at which each is said and the last one ends, seconds of the
 * window; probabilities [n]. */
static gboolean
time_tokens (const Context *c, GArray *text, double *begins, float *probabilities, GError **error)
{
  ScribeDecoder *decoder = c->decoder;
  g_autoptr (GArray) ids = scribe_window_start_sequence (decoder, c->options, c->language);
  g_autoptr (GArray) heads = scribe_alignment_heads (&decoder->model->sizes);
  guint n_start = ids->len, n_times = c->n_frames / 2, n_rows = text->len + 1, stride = decoder->device->window_ctx[c->window];
  g_autofree ScribeStepToken *tokens = NULL;
  g_autofree ScribeQuery *queries = g_new0 (ScribeQuery, text->len);
  g_autofree float *weights = NULL, *map = NULL;
  g_autofree guint *enters = g_new0 (guint, n_rows);
  ScribeAlignment alignment = { heads->len, (const ScribeAlignmentHead *) (void *) heads->data, NULL };
  ScribeRun run = { .n_queries = text->len, .queries = queries, .alignment = &alignment, .cancellable = c->cancellable };
  ScribeMask mask;
  gint64 start;
  double seconds;

  n_times = MIN (n_times, stride);
  scribe_rules_text_mask (decoder->rules, &mask);
  g_array_append_val (ids, decoder->special->no_timestamps);
  g_array_append_vals (ids, text->data, text->len);
  g_array_append_val (ids, decoder->special->end);

  tokens = g_new (ScribeStepToken, ids->len);
  for (guint i = 0; i < ids->len; i++)
    tokens[i] = (ScribeStepToken){ g_array_index (ids, ScribeToken, i), i, c->window * decoder->n_beams, c->window };
  for (guint i = 0; i < text->len; i++)
    queries[i] = (ScribeQuery){ .token = n_start + i, .mask = &mask, .probe = g_array_index (text, ScribeToken, i) };
  alignment.weights = weights = g_new0 (float, (gsize) heads->len * ids->len * stride);
  run.tokens = tokens;
  run.n_tokens = ids->len;
  if (!scribe_decoder_run_text (decoder, &run, &seconds, error))
    return FALSE;
  start = g_get_monotonic_time ();

  map = g_new (float, (gsize) ids->len *n_times);
  mean_of_heads (weights, heads->len, ids->len, n_times, stride, map);
  for (gsize i = 0; i < (gsize) ids->len * n_times; i++)
    map[i] = -map[i];
  /* row i of the rest is the token that is about to write text token i */
  scribe_words_warp (map + (gsize) n_start * n_times, n_rows, n_times, enters);
  for (guint i = 0; i < n_rows; i++)
    begins[i] = enters[i] * POSITION_SECONDS;
  for (guint i = 0; i < text->len; i++)
    probabilities[i] = expf (queries[i].probe_logit - queries[i].text.log_sum_exp);
  decoder->stats.align += seconds + (g_get_monotonic_time () - start) * 1e-6;
  return TRUE;
}

static GArray *
time_words (const Context *c, GArray *text, GError **error)
{
  ScribeTokenizer *tokenizer = c->decoder->model->tokenizer;
  const ScribeToken *tokens = (const ScribeToken *) (void *) text->data;
  g_autofree double *begins = g_new0 (double, text->len + 1);
  g_autofree float *probabilities = g_new0 (float, text->len);
  g_autoptr (GArray) ends = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GArray) timings = g_array_new (FALSE, FALSE, sizeof (Timing));

  g_array_set_clear_func (timings, timing_clear);
  if (!time_tokens (c, text, begins, probabilities, error))
    return NULL;

  scribe_tokenizer_split_words (tokenizer, scribe_language_code (c->language), tokens, text->len, ends);
  for (guint i = 0, from = 0; i < ends->len; i++)
    {
      guint to = g_array_index (ends, guint, i);
      g_autofree char *word = scribe_tokenizer_decode (tokenizer, tokens + from, to - from);
      Timing timing = { scribe_word_new (begins[from], begins[to], 0, word), to - from };

      for (guint j = from; j < to; j++)
        timing.word->probability += probabilities[j] / (to - from);
      g_array_append_val (timings, timing);
      from = to;
    }
  return g_steal_pointer (&timings);
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  return (*(const double *) a > *(const double *) b) - (*(const double *) a < *(const double *) b);
}

/* Of the words that take any time; at most 0.7 s, 0 where there is none. */
static double
median_duration (GArray *timings)
{
  g_autoptr (GArray) durations = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i < timings->len; i++)
    {
      const ScribeWord *word = g_array_index (timings, Timing, i).word;
      double duration = word->end - word->start;

      if (duration > 0)
        g_array_append_val (durations, duration);
    }
  if (durations->len == 0)
    return 0;
  g_array_sort (durations, compare_doubles);
  return MIN (
      0.7,
      (g_array_index (durations, double, (durations->len - 1) / 2) + g_array_index (durations, double, durations->len / 2)) / 2);
}

/* Python's "word in marks": also TRUE for an empty word */
static gboolean
is_among (const char *word, const char *marks)
{
  return strstr (marks, word) != NULL;
}

/* A word at a sentence's end or start that takes far too long has swallowed a pause. */
static void
shorten_at_sentences (GArray *timings, double longest)
{
  for (guint i = 1; i < timings->len; i++)
    {
      ScribeWord *word = g_array_index (timings, Timing, i).word;

      if (word->end - word->start <= longest)
        continue;
      if (is_among (word->text, sentence_ends))
        word->end = word->start + longest;
      else if (is_among (g_array_index (timings, Timing, i - 1).word->text, sentence_ends))
        word->start = word->end - longest;
    }
}

/* Moves the text and tokens of "from" to the start or end of "to". */
static void
join (Timing *to, Timing *from, gboolean at_start)
{
  char *text = at_start ? g_strconcat (from->word->text, to->word->text, NULL)
                        : g_strconcat (to->word->text, from->word->text, NULL);

  g_free (to->word->text);
  to->word->text = text;
  to->n_tokens += from->n_tokens;
  from->word->text[0] = '\0';
  from->n_tokens = 0;
}

static void
merge_punctuation (GArray *timings)
{
  for (int i = (int) timings->len - 2, j = (int) timings->len - 1; i >= 0; i--)
    {
      Timing *before = &g_array_index (timings, Timing, i);
      g_autofree char *stripped = g_strstrip (g_strdup (before->word->text));

      if (before->word->text[0] == ' ' && is_among (stripped, prepended))
        join (&g_array_index (timings, Timing, j), before, TRUE);
      else
        j = i;
    }
  for (guint i = 0, j = 1; j < timings->len; j++)
    {
      Timing *before = &g_array_index (timings, Timing, i), *after = &g_array_index (timings, Timing, j);

      if (!g_str_has_suffix (before->word->text, " ") && is_among (after->word->text, appended))
        join (before, after, FALSE);
      else
        i = j;
    }
}

/* The first word after a pause, and the segment's own times, hold each other in bounds. */
static void
mend_times (ScribeCut *cut, double median, double last_speech)
{
  double longest = 2 * median;
  ScribeWord *first = g_ptr_array_index (cut->words, 0);
  ScribeWord *second = cut->words->len > 1 ? g_ptr_array_index (cut->words, 1) : NULL;
  ScribeWord *last = g_ptr_array_index (cut->words, cut->words->len - 1);

  if (first->end - last_speech > 4 * median
      && (first->end - first->start > longest || (second && second->end - first->start > 2 * longest)))
    {
      if (second && second->end - second->start > longest)
        first->end = second->start = MAX (second->end / 2, second->end - longest);
      first->start = MAX (0, first->end - longest);
    }

  if (cut->start < first->end && cut->start - 0.5 > first->start)
    first->start = MAX (0, MIN (first->end - median, cut->start));
  else
    cut->start = first->start;

  if (cut->end > last->start && cut->end + 0.5 < last->end)
    last->end = MAX (last->start + median, cut->end);
  else
    cut->end = last->end;
}

static double
round_time (double seconds)
{
  return round (seconds * 100) / 100;
}

/* Hands the words out to the cuts whose tokens they are. */
static void
distribute (const Context *c, GArray *timings, GPtrArray *cuts, double median, double *last_speech)
{
  guint next = 0;

  for (guint i = 0; i < cuts->len; i++)
    {
      ScribeCut *cut = g_ptr_array_index (cuts, i);

      cut->words = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_word_free);
      for (guint taken = 0; next < timings->len && taken < cut->tokens->len; next++)
        {
          const Timing *timing = &g_array_index (timings, Timing, next);

          taken += timing->n_tokens;
          if (timing->word->text[0] != '\0')
            g_ptr_array_add (cut->words, scribe_word_new (round_time (c->offset + timing->word->start),
                                                          round_time (c->offset + timing->word->end), timing->word->probability,
                                                          timing->word->text));
        }
      if (cut->words->len > 0)
        {
          mend_times (cut, median, *last_speech);
          *last_speech = cut->end;
        }
    }
}

gboolean
scribe_words_align (ScribeDecoder *decoder,
                    const ScribeTranscribeOptions *options,
                    guint window,
                    guint language,
                    GPtrArray *cuts,
                    double offset,
                    guint n_frames,
                    double *last_speech,
                    GCancellable *cancellable,
                    GError **error)
{
  const Context c = { decoder, options, window, language, n_frames, offset, cancellable };
  g_autoptr (GArray) text = g_array_new (FALSE, FALSE, sizeof (ScribeToken));
  g_autoptr (GArray) timings = NULL;
  double median;

  for (guint i = 0; i < cuts->len; i++)
    {
      const ScribeCut *cut = g_ptr_array_index (cuts, i);

      g_array_append_vals (text, cut->tokens->data, cut->tokens->len);
    }
  if (text->len == 0 || n_frames < 2)
    return TRUE;

  timings = time_words (&c, text, error);
  if (timings == NULL)
    return FALSE;
  median = median_duration (timings);
  if (median > 0)
    shorten_at_sentences (timings, 2 * median);
  merge_punctuation (timings);
  distribute (&c, timings, cuts, median, last_speech);
  return TRUE;
}
