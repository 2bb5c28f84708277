/* test-segments.c - patterns of timestamps, and the segments that OpenAI's rules make of them
 *
 * SPDX-License-Identifier: MIT
 */
#include "history.h"

#include "decode/segments.h"

static const struct
{
  const char *name, *tokens;
  double offset;
  guint n_frames;
  const char *segments; /* start-end text, separated by "|" */
  guint advance;
  gboolean closed;
} cases[] = {
  { "pairs-then-unfinished", "t0 a t120 t120 b t250 t250 c", 0, 3000, "0.00-2.40 a|2.40-5.00 b", 500, FALSE },
  { "pairs-then-single-ending", "t0 a t120 t120 b t250", 0, 3000, "0.00-2.40 a|2.40-5.00 b", 3000, TRUE },
  { "single-ending", "t10 a t120", 0, 3000, "0.20-2.40 a", 3000, TRUE },
  { "pair-at-the-end", "t0 a t120 t120", 0, 3000, "0.00-2.40 a", 240, FALSE },
  { "gap-between-segments", "t0 a t100 t150 b t200 t210", 0, 3000, "0.00-2.00 a|3.00-4.00 b", 400, FALSE },
  { "three-segments", "t0 a t50 t50 b t100 t100 c t150", 0, 3000, "0.00-1.00 a|1.00-2.00 b|2.00-3.00 c", 3000, TRUE },
  { "no-timestamps", "a b", 0, 3000, "0.00-30.00 ab", 3000, FALSE },
  { "no-timestamps-in-a-short-window", "a b", 30, 300, "30.00-33.00 ab", 300, FALSE },
  { "only-a-first-timestamp", "t10 a", 0, 3000, "0.20-30.00 a", 3000, FALSE },
  { "empty", "", 0, 3000, "", 3000, FALSE },
  { "only-blanks", "t0 _ _ t50", 0, 3000, "", 3000, TRUE },
  { "empty-segment-is-left-out", "t0 a t50 t60 _ t70 t70 b t90", 0, 3000, "0.00-1.00 a|1.40-1.80 b", 3000, TRUE },
  { "segment-of-no-length-is-left-out", "t0 a t50 t50 b t50", 0, 3000, "0.00-1.00 a", 3000, TRUE },
  { "later-window", "t0 a t120 t120 b t250 t250", 61.5, 3000, "61.50-63.90 a|63.90-66.50 b", 500, FALSE },
  { "times-beyond-a-short-window", "t0 a t200 t200 b", 0, 300, "0.00-4.00 a", 400, FALSE },
};

static void
test_cut (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autoptr (ScribeTokenizer) tokenizer = history_tokenizer (51864);
  ScribeModel model = { .tokenizer = tokenizer };
  ScribeDecoder decoder = { .model = &model, .special = scribe_tokenizer_specials (tokenizer) };
  g_autoptr (GArray) tokens = history_parse (tokenizer, cases[i].tokens);
  const ScribeWindowResult result = { .tokens = tokens };
  g_autoptr (GPtrArray) cuts = NULL;
  g_autoptr (GString) found = g_string_new (NULL);
  gboolean closed;
  guint advance;

  cuts = scribe_segments_cut (&decoder, &result, cases[i].offset, cases[i].n_frames, &advance, &closed);

  for (guint j = 0; j < cuts->len; j++)
    {
      g_autoptr (ScribeSegment) segment = scribe_segments_finish (&decoder, &result, g_ptr_array_index (cuts, j));

      if (segment)
        g_string_append_printf (found, "%s%.2f-%.2f %s", found->len > 0 ? "|" : "", segment->start, segment->end, segment->text);
    }
  g_assert_cmpstr (found->str, ==, cases[i].segments);
  g_assert_cmpuint (advance, ==, cases[i].advance);
  g_assert_cmpint (closed, ==, cases[i].closed);
}

/* A segment carries the numbers of its window. */
static void
test_numbers (void)
{
  g_autoptr (ScribeTokenizer) tokenizer = history_tokenizer (51864);
  ScribeModel model = { .tokenizer = tokenizer };
  ScribeDecoder decoder = { .model = &model, .special = scribe_tokenizer_specials (tokenizer) };
  g_autoptr (GArray) tokens = history_parse (tokenizer, "t0 a t50");
  const ScribeWindowResult result = {
    .tokens = tokens, .avg_logprob = -0.5f, .no_speech = 0.25f, .temperature = 0.4f, .compression_ratio = 1.5f
  };
  g_autoptr (GPtrArray) cuts = NULL;
  g_autoptr (ScribeSegment) segment = NULL;
  gboolean closed;
  guint advance;

  cuts = scribe_segments_cut (&decoder, &result, 0, 3000, &advance, &closed);
  segment = scribe_segments_finish (&decoder, &result, g_ptr_array_index (cuts, 0));

  g_assert_cmpfloat_with_epsilon (segment->probability, 0.60653066, 1e-6);
  g_assert_cmpfloat (segment->no_speech, ==, 0.25f);
  g_assert_cmpfloat (segment->temperature, ==, 0.4f);
  g_assert_cmpfloat (segment->compression_ratio, ==, 1.5f);
  g_assert_null (segment->words);
}

static void
test_compression (void)
{
  g_assert_cmpfloat (scribe_compression_ratio (""), ==, 0);
  g_assert_cmpfloat (scribe_compression_ratio ("The meeting starts at half past nine."), <, 1.2);
  g_assert_cmpfloat (
      scribe_compression_ratio ("and so and so and so and so and so and so and so and so and so and so and so and so"), >, 2.4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/segments/%s", cases[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_cut);
    }
  g_test_add_func ("/segments/numbers-of-the-window", test_numbers);
  g_test_add_func ("/segments/compression-ratio", test_compression);
  return g_test_run ();
}
