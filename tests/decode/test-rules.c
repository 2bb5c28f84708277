/* test-rules.c - which token may follow, case by case
 *
 * Expected are OpenAI's rules (whisper/decoding.py). Histories are written as history.h says.
 *
 * SPDX-License-Identifier: MIT
 */
#include "history.h"

#include "decode/rules.h"

#define NO_TIME (-1)

static const struct
{
  const char *name, *history;
  gboolean timestamps, text, blank, end;
  int first_time, last_time; /* allowed ones; NO_TIME: none */
} cases[] = {
  { "start", "", TRUE, FALSE, FALSE, FALSE, 0, 50 },
  { "start-plain", "", FALSE, TRUE, FALSE, FALSE, NO_TIME, NO_TIME },
  { "text-plain", "a", FALSE, TRUE, TRUE, TRUE, NO_TIME, NO_TIME },
  { "long-text-plain", "a b c", FALSE, TRUE, TRUE, TRUE, NO_TIME, NO_TIME },
  { "first-time-wants-text", "t10", TRUE, TRUE, TRUE, TRUE, NO_TIME, NO_TIME },
  { "text-may-end-later", "t10 a", TRUE, TRUE, TRUE, TRUE, 11, 1500 },
  { "more-text-may-end-later", "t10 a b c", TRUE, TRUE, TRUE, TRUE, 11, 1500 },
  { "one-time-wants-another", "t10 a t50", TRUE, FALSE, FALSE, TRUE, 50, 1500 },
  { "pair-wants-text", "t10 a t50 t50", TRUE, TRUE, TRUE, TRUE, NO_TIME, NO_TIME },
  { "pair-with-a-gap-wants-text", "t10 a t50 t70", TRUE, TRUE, TRUE, TRUE, NO_TIME, NO_TIME },
  { "second-segment-is-not-empty", "t10 a t50 t70 b", TRUE, TRUE, TRUE, TRUE, 71, 1500 },
  { "second-segment-closes", "t10 a t50 t70 b t90", TRUE, FALSE, FALSE, TRUE, 90, 1500 },
  { "last-time-may-be-repeated", "t10 a t1500", TRUE, FALSE, FALSE, TRUE, 1500, 1500 },
  { "nothing-after-the-last-time", "t10 a t1500 t1500 b", TRUE, TRUE, TRUE, TRUE, NO_TIME, NO_TIME },
  { "text-without-a-time", "a", TRUE, TRUE, TRUE, TRUE, 0, 1500 },
};

static void
assert_allowed (const char *name, const ScribeMask *mask, ScribeToken token, gboolean expected)
{
  if (scribe_mask_allows (mask, token) != expected)
    g_error ("%s: token %d is %s", name, token, expected ? "forbidden where it may come" : "allowed where it must not come");
}

static void
test_history (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  const guint vocabularies[] = { 51864, 51865, 51866 };

  for (guint v = 0; v < G_N_ELEMENTS (vocabularies); v++)
    {
      g_autoptr (ScribeTokenizer) tokenizer = history_tokenizer (vocabularies[v]);
      const ScribeSpecialTokens *special = scribe_tokenizer_specials (tokenizer);
      g_autoptr (ScribeRules) rules = scribe_rules_new (tokenizer, vocabularies[v]);
      g_autoptr (GArray) history = history_parse (tokenizer, cases[i].history);
      ScribeMask mask;

      scribe_rules_mask (rules, cases[i].timestamps, (const ScribeToken *) (void *) history->data, history->len, &mask);

      assert_allowed (cases[i].name, &mask, 'x', cases[i].text);
      assert_allowed (cases[i].name, &mask, ' ', cases[i].blank);
      assert_allowed (cases[i].name, &mask, special->end, cases[i].end);
      for (int t = 0; t <= 1500; t++)
        assert_allowed (cases[i].name, &mask, special->timestamp + t,
                        cases[i].first_time != NO_TIME && t >= cases[i].first_time && t <= cases[i].last_time);
    }
}

/* Marks and control tokens are never allowed, whatever came before. */
static void
test_suppressed (void)
{
  g_autoptr (ScribeTokenizer) tokenizer = history_tokenizer (51865);
  const ScribeSpecialTokens *special = scribe_tokenizer_specials (tokenizer);
  g_autoptr (ScribeRules) rules = scribe_rules_new (tokenizer, 51865);
  const ScribeToken never[] = { '(',
                                '[',
                                '{',
                                '"',
                                '*',
                                '~',
                                special->start,
                                special->translate,
                                special->transcribe,
                                special->start_of_lm,
                                special->previous,
                                special->no_speech,
                                special->no_timestamps };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GArray) history = history_parse (tokenizer, cases[i].history);
      ScribeMask mask;

      scribe_rules_mask (rules, cases[i].timestamps, (const ScribeToken *) (void *) history->data, history->len, &mask);
      for (guint j = 0; j < G_N_ELEMENTS (never); j++)
        assert_allowed (cases[i].name, &mask, never[j], FALSE);
    }
}

static void
test_languages (gconstpointer n_vocab)
{
  g_autoptr (ScribeTokenizer) tokenizer = history_tokenizer (GPOINTER_TO_UINT (n_vocab));
  const ScribeSpecialTokens *special = scribe_tokenizer_specials (tokenizer);
  g_autoptr (ScribeRules) rules = scribe_rules_new (tokenizer, GPOINTER_TO_UINT (n_vocab));
  ScribeMask mask;

  scribe_rules_language_mask (rules, &mask);

  for (int token = 0; token < GPOINTER_TO_INT (n_vocab); token++)
    assert_allowed ("languages", &mask, token,
                    token >= special->language && token < special->language + (int) special->n_languages);
}

static void
test_text (void)
{
  g_autoptr (ScribeTokenizer) tokenizer = history_tokenizer (51865);
  const ScribeSpecialTokens *special = scribe_tokenizer_specials (tokenizer);
  g_autoptr (ScribeRules) rules = scribe_rules_new (tokenizer, 51865);
  ScribeMask mask;

  scribe_rules_text_mask (rules, &mask);

  for (ScribeToken token = 0; token < 51865; token++)
    assert_allowed ("text", &mask, token, token < special->end);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/rules/%s", cases[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_history);
    }
  g_test_add_func ("/rules/marks-and-control-tokens-never", test_suppressed);
  g_test_add_data_func ("/rules/languages-99", GUINT_TO_POINTER (51865), test_languages);
  g_test_add_data_func ("/rules/languages-100", GUINT_TO_POINTER (51866), test_languages);
  g_test_add_data_func ("/rules/languages-none", GUINT_TO_POINTER (51864), test_languages);
  g_test_add_func ("/rules/text-only", test_text);
  return g_test_run ();
}
