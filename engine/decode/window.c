/* window.c - one window: search, judge, search again
 *
 * SPDX-License-Identifier: MIT
 */
#include "decode/window.h"

#include <string.h>
#include <zlib.h>

struct _ScribeWindow
{
  ScribeDecoder *decoder;
  const ScribeTranscribeOptions *options;
  guint index;
  GArray *prompt;       /* of ScribeToken: previous text, start sequence */
  guint start;          /* of the start token in the prompt */
  ScribeSearch *search; /* the try under way */
  guint n_tries;
  float temperature;
  ScribeWindowResult result;
  gboolean done;
};

GArray *
scribe_window_start_sequence (ScribeDecoder *decoder, const ScribeTranscribeOptions *options, guint language)
{
  const ScribeSpecialTokens *special = decoder->special;
  GArray *tokens = g_array_new (FALSE, FALSE, sizeof (ScribeToken));

  g_array_append_val (tokens, special->start);
  if (special->multilingual)
    {
      ScribeToken spoken = special->language + language;

      g_array_append_val (tokens, spoken);
      g_array_append_vals (tokens, options->translate ? &special->translate : &special->transcribe, 1);
    }
  return tokens;
}

static GArray *
make_prompt (ScribeWindow *window, guint language, GArray *previous)
{
  const ScribeSpecialTokens *special = window->decoder->special;
  g_autoptr (GArray) start = scribe_window_start_sequence (window->decoder, window->options, language);
  GArray *prompt = g_array_new (FALSE, FALSE, sizeof (ScribeToken));
  guint room = window->decoder->model->sizes.n_text_ctx / 2 - 1;

  if (previous && previous->len > 0)
    {
      guint n = MIN (previous->len, room);

      g_array_append_val (prompt, special->previous);
      g_array_append_vals (prompt, &g_array_index (previous, ScribeToken, previous->len - n), n);
    }
  window->start = prompt->len;
  g_array_append_vals (prompt, start->data, start->len);
  if (!window->options->timestamps)
    g_array_append_val (prompt, special->no_timestamps);
  return prompt;
}

static void
begin_try (ScribeWindow *window)
{
  ScribeDecoder *decoder = window->decoder;
  const ScribeTranscribeOptions *options = window->options;
  guint n_text_ctx = decoder->model->sizes.n_text_ctx;
  guint n_beams = window->temperature > 0 ? options->best_of : options->beam;
  ScribeSearchOptions search = {
    .rules = decoder->rules,
    .special = decoder->special,
    .n_vocab = decoder->model->sizes.n_vocab,
    .timestamps = options->timestamps,
    .window = window->index,
    .sequence = window->index * decoder->n_beams,
    .n_beams = CLAMP (n_beams, 1, decoder->n_beams),
    .temperature = window->temperature,
    .max_tokens = MIN (n_text_ctx / 2, n_text_ctx - window->prompt->len),
    .seed = options->seed + window->n_tries,
    .prompt = (const ScribeToken *) (void *) window->prompt->data,
    .n_prompt = window->prompt->len,
    .start = window->start,
    .prompt_is_cached = window->n_tries > 0,
  };

  g_clear_pointer (&window->search, scribe_search_free);
  window->search = scribe_search_new (&search);
  window->n_tries++;
}

ScribeWindow *
scribe_window_new (ScribeDecoder *decoder, const ScribeTranscribeOptions *options, guint index, guint language, GArray *previous)
{
  ScribeWindow *window = g_new0 (ScribeWindow, 1);

  window->decoder = decoder;
  window->options = options;
  window->index = index;
  window->prompt = make_prompt (window, language, previous);
  window->temperature = options->temperature;
  window->result.tokens = g_array_new (FALSE, FALSE, sizeof (ScribeToken));
  begin_try (window);
  return window;
}

void
scribe_window_free (ScribeWindow *window)
{
  g_clear_pointer (&window->search, scribe_search_free);
  g_array_unref (window->prompt);
  g_array_unref (window->result.tokens);
  g_free (window->result.text);
  g_free (window);
}

float
scribe_compression_ratio (const char *text)
{
  uLong n = strlen (text);
  uLongf n_compressed = compressBound (n);
  g_autofree Bytef *compressed = g_malloc (n_compressed);

  if (n == 0 || compress (compressed, &n_compressed, (const Bytef *) text, n) != Z_OK)
    return 0;
  return (float) n / n_compressed;
}

static void
judge (ScribeWindow *window)
{
  const ScribeTranscribeOptions *options = window->options;
  ScribeWindowResult *result = &window->result;
  ScribeSearchResult found;
  gboolean improbable, failed;

  scribe_search_result (window->search, &found);
  g_array_set_size (result->tokens, 0);
  g_array_append_vals (result->tokens, found.tokens, found.n);
  g_free (result->text);
  result->text = g_strstrip (scribe_tokenizer_decode (window->decoder->model->tokenizer, found.tokens, found.n));
  result->avg_logprob = found.sum_logprob / (found.n + 1);
  result->temperature = window->temperature;
  result->compression_ratio = scribe_compression_ratio (result->text);
  if (window->n_tries == 1)
    result->no_speech = found.no_speech;
  window->decoder->stats.n_tokens += found.n_sampled;

  improbable = result->avg_logprob < options->logprob_limit;
  result->is_silence = result->no_speech > options->no_speech_limit && result->avg_logprob <= options->logprob_limit;
  failed = (improbable || result->compression_ratio > options->compression_ratio_limit)
           && !(improbable && result->no_speech > options->no_speech_limit);
  if (failed && options->temperature_step > 0 && window->temperature + options->temperature_step < 1 + 1e-3f)
    {
      if (window->n_tries == 1)
        window->decoder->stats.n_fallbacks++;
      window->temperature += options->temperature_step;
      begin_try (window);
    }
  else
    {
      window->done = TRUE;
      result->is_guess = !result->is_silence && window->n_tries > 1 && result->avg_logprob < options->guess_limit;
    }
}

void
scribe_window_fill (ScribeWindow *window, GArray *tokens, GArray *queries)
{
  scribe_search_fill (window->search, tokens, queries);
}

void
scribe_window_take (ScribeWindow *window, const ScribeQuery *queries)
{
  scribe_search_take (window->search, queries, window->decoder->device);
  if (scribe_search_is_done (window->search))
    judge (window);
}

gboolean
scribe_window_is_done (ScribeWindow *window)
{
  return window->done;
}

const ScribeWindowResult *
scribe_window_result (ScribeWindow *window)
{
  return &window->result;
}
