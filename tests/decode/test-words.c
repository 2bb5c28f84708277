/* test-words.c - the path through a map of tokens and times, and the times of words
 *
 * SPDX-License-Identifier: MIT
 */
#include "fixture.h"
#include "sound.h"

#include "decode/words.h"

#include <math.h>

static void
test_warp (void)
{
  g_autoptr (Golden) golden = fixture_golden ();
  guint n = 0;

  if (golden == NULL)
    return;
  for (;; n++)
    {
      g_autofree char *cost_key = g_strdup_printf ("align/%u/cost", n), *rows_key = g_strdup_printf ("align/%u/rows", n),
                      *columns_key = g_strdup_printf ("align/%u/columns", n);
      g_autofree guint *enters = NULL;
      const gint32 *rows, *columns;
      gsize dims[4], path_dims[4];
      const float *cost;

      if (!golden_has (golden, cost_key))
        break;
      cost = golden_f32 (golden, cost_key, NULL, dims);
      rows = golden_i32 (golden, rows_key, NULL, path_dims);
      columns = golden_i32 (golden, columns_key, NULL, NULL);
      enters = g_new (guint, dims[0]);

      scribe_words_warp (cost, dims[0], dims[1], enters);

      for (gsize i = 0; i < path_dims[0]; i++)
        if (i == 0 || rows[i] != rows[i - 1])
          g_assert_cmpuint (enters[rows[i]], ==, columns[i]);
    }
  g_assert_cmpuint (n, >, 0);
}

static void
test_warp_of_one (void)
{
  const float cost[] = { 3, 1, 2 };
  guint enters[3];

  scribe_words_warp (cost, 1, 3, enters);
  g_assert_cmpuint (enters[0], ==, 0);

  scribe_words_warp (cost, 3, 1, enters);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (enters[i], ==, 0);
}

/* A path along the diagonal where the diagonal is free. */
static void
test_warp_diagonal (void)
{
  float cost[8 * 8];
  guint enters[8];

  for (guint i = 0; i < 8 * 8; i++)
    cost[i] = i / 8 == i % 8 ? 0 : 1;
  scribe_words_warp (cost, 8, 8, enters);
  for (guint i = 0; i < 8; i++)
    g_assert_cmpuint (enters[i], ==, i);
}

static ScribeCut *
cut_of (const gint32 *tokens, gsize n)
{
  ScribeCut *cut = g_new0 (ScribeCut, 1);

  cut->end = 1000;
  cut->tokens = g_array_new (FALSE, FALSE, sizeof (ScribeToken));
  g_array_append_vals (cut->tokens, tokens, n);
  return cut;
}

/* Index in the golden words of the next one that is not punctuation, which the engine joins to the word before it. */
static gsize
skip_punctuation (ScribeDecoder *decoder, const gint32 *tokens, const gint32 *lengths, gsize word, gsize n, gsize *at)
{
  for (; word < n; word++)
    {
      g_autofree char *text = scribe_tokenizer_decode (decoder->model->tokenizer, tokens + *at, lengths[word]);

      if (word == 0 || g_ascii_isalnum (text[0]) || text[0] == ' ')
        break;
      *at += lengths[word];
    }
  return word;
}

static void
check_words (Golden *golden, ScribeDecoder *decoder, const char *heads, const char *clip, double tolerance)
{
  g_autofree char *folder = g_strdup_printf ("words/starter/%s/%s", heads, clip);
  g_autofree char *tokens_key = g_strconcat (folder, "/tokens", NULL), *lengths_key = g_strconcat (folder, "/lengths", NULL),
                  *start_key = g_strconcat (folder, "/start", NULL), *end_key = g_strconcat (folder, "/end", NULL),
                  *probability_key = g_strconcat (folder, "/probability", NULL);
  gsize n_tokens[4], n_words[4], word = 0, at = 0;
  const gint32 *tokens = golden_i32 (golden, tokens_key, NULL, n_tokens),
               *lengths = golden_i32 (golden, lengths_key, NULL, n_words);
  const float *start = golden_f32 (golden, start_key, NULL, NULL), *end = golden_f32 (golden, end_key, NULL, NULL),
              *probability = golden_f32 (golden, probability_key, NULL, NULL);
  g_autoptr (GPtrArray) cuts = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_cut_free);
  g_autoptr (GArray) sound = sound_of_clip (clip);
  g_autoptr (GError) error = NULL;
  ScribeTranscribeOptions options = { .timestamps = TRUE };
  double last_speech = 1000; /* nothing is mended: no word is far behind the last */
  ScribeCut *cut = cut_of (tokens, n_tokens[0]);

  g_ptr_array_add (cuts, cut);
  fixture_encode (decoder, 0, clip, 0);
  scribe_words_align (decoder, &options, 0, 0, cuts, 0, sound->len / SCRIBE_HOP, &last_speech, NULL, &error);
  g_assert_no_error (error);

  for (guint i = 0; i < cut->words->len; i++)
    {
      const ScribeWord *found = g_ptr_array_index (cut->words, i);

      word = skip_punctuation (decoder, tokens, lengths, word, n_words[0], &at);
      g_test_message ("%s %.2f-%.2f (%.2f-%.2f)", found->text, found->start, found->end, start[word], end[word]);
      g_assert_cmpuint (word, <, n_words[0]);
      g_assert_cmpfloat_with_epsilon (found->start, start[word], tolerance);
      g_assert_cmpfloat_with_epsilon (found->end, end[word], tolerance);
      g_assert_cmpfloat_with_epsilon (found->probability, probability[word], 1e-2);
      at += lengths[word++];
    }
  g_assert_cmpuint (skip_punctuation (decoder, tokens, lengths, word, n_words[0], &at), ==, n_words[0]);
}

static void
test_words (gconstpointer device)
{
  static const char *const clips[] = { "fox", "hello" };
  g_autoptr (Golden) golden = fixture_golden ();
  g_autofree char *path = NULL;
  g_autoptr (ScribeDecoder) decoder = NULL;
  double tolerance = g_str_equal (device, "reference") ? 0.011 : 0.041;

  if (golden == NULL)
    return;
  if (!golden_has (golden, "words/starter/starter/fox/tokens"))
    {
      g_test_skip ("there are no golden word times without the starter model");
      return;
    }
  path = fixture_model_path (golden, "starter");
  decoder = fixture_decoder (path, device, 1, 1);
  for (guint i = 0; i < G_N_ELEMENTS (clips); i++)
    check_words (golden, decoder, "starter", clips[i], tolerance);

  decoder->model->sizes.n_audio_layer = 0; /* sizes that nobody knows: all heads of the later half */
  for (guint i = 0; i < G_N_ELEMENTS (clips); i++)
    check_words (golden, decoder, "unknown", clips[i], tolerance);
}

/* Words are in the order of time and inside the sound; text and tokens are all there. */
static void
test_many_cuts (void)
{
  g_autofree char *path = fixture_model_path (NULL, "starter");
  g_autoptr (ScribeDecoder) decoder = fixture_decoder (path, "cpu", 1, 1);
  g_autoptr (GPtrArray) cuts = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_cut_free);
  const char *const texts[] = { " Good morning.", "", " Please send the report", " before Thursday." };
  const double starts[] = { 0, 1.3, 1.4, 2.6 };
  g_autoptr (GArray) sound = sound_of_clip ("two");
  g_autoptr (GError) error = NULL;
  ScribeTranscribeOptions options = { .timestamps = TRUE };
  double last_speech = 10, last = 10;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GArray) tokens = scribe_tokenizer_encode (decoder->model->tokenizer, texts[i]);
      ScribeCut *cut = cut_of ((const gint32 *) (void *) tokens->data, tokens->len);

      cut->start = 10 + starts[i];
      cut->end = i + 1 < G_N_ELEMENTS (texts) ? 10 + starts[i + 1] : 14;
      g_ptr_array_add (cuts, cut);
    }
  fixture_encode (decoder, 0, "two", 0);
  scribe_words_align (decoder, &options, 0, 0, cuts, 10, sound->len / SCRIBE_HOP, &last_speech, NULL, &error);
  g_assert_no_error (error);

  for (guint i = 0; i < cuts->len; i++)
    {
      const ScribeCut *cut = g_ptr_array_index (cuts, i);
      g_autoptr (GString) text = g_string_new (NULL);

      for (guint j = 0; j < cut->words->len; j++)
        {
          const ScribeWord *word = g_ptr_array_index (cut->words, j);

          g_string_append (text, word->text);
          g_test_message ("%s %.2f-%.2f", word->text, word->start, word->end);
          g_assert_cmpfloat (word->start, >=, last - 1e-9);
          g_assert_cmpfloat (word->end, >=, word->start);
          g_assert_cmpfloat (word->probability, >, 0);
          g_assert_cmpfloat (word->probability, <=, 1.0001);
          last = word->end;
        }
      g_assert_cmpstr (text->str, ==, texts[i]);
    }
  g_assert_cmpfloat (last, <=, 10 + sound->len / (double) SCRIBE_SAMPLE_RATE);
  g_assert_cmpfloat (last_speech, ==, last);
}

/* A window without text has no words, and takes no time. */
static void
test_no_text (void)
{
  g_autofree char *path = fixture_model_path (NULL, "starter");
  g_autoptr (ScribeDecoder) decoder = fixture_decoder (path, "cpu", 1, 1);
  g_autoptr (GPtrArray) cuts = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_cut_free);
  ScribeTranscribeOptions options = { .timestamps = TRUE };
  double last_speech = 3;

  g_ptr_array_add (cuts, cut_of (NULL, 0));
  g_assert_true (scribe_words_align (decoder, &options, 0, 0, cuts, 0, 3000, &last_speech, NULL, NULL));
  g_assert_cmpfloat (last_speech, ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/words/warp/golden", test_warp);
  g_test_add_func ("/words/warp/one-row-or-column", test_warp_of_one);
  g_test_add_func ("/words/warp/diagonal", test_warp_diagonal);
  g_test_add_data_func ("/words/golden/cpu", "cpu", test_words);
  g_test_add_data_func ("/words/golden/reference", "reference", test_words);
  g_test_add_func ("/words/many-cuts", test_many_cuts);
  g_test_add_func ("/words/no-text", test_no_text);
  return g_test_run ();
}
