/* test-agreement.c - of a text that grows: which words stand
 *
 * SPDX-License-Identifier: MIT
 */
#include "decode/agreement.h"

#include <string.h>

static void
assert_shows (ScribeAgreement *agreement, const char *hypothesis, const char *stable, const char *unstable)
{
  scribe_agreement_add (agreement, hypothesis);
  g_assert_cmpstr (scribe_agreement_get_stable (agreement), ==, stable);
  g_assert_cmpstr (scribe_agreement_get_unstable (agreement), ==, unstable);
}

static void
test_nothing_yet (void)
{
  g_autoptr (ScribeAgreement) agreement = scribe_agreement_new ();

  g_assert_cmpstr (scribe_agreement_get_stable (agreement), ==, "");
  g_assert_cmpstr (scribe_agreement_get_unstable (agreement), ==, "");
  assert_shows (agreement, "", "", "");
  assert_shows (agreement, "  \n ", "", "");
}

static void
test_what_two_agree_on_is_stable (void)
{
  g_autoptr (ScribeAgreement) agreement = scribe_agreement_new ();

  assert_shows (agreement, "The quick", "", "The quick");
  assert_shows (agreement, "The quick brown fog", "The quick", "brown fog");
  assert_shows (agreement, "The quick brown fox jumps", "The quick brown", "fox jumps");
}

static void
test_the_last_word_never_is (void)
{
  g_autoptr (ScribeAgreement) agreement = scribe_agreement_new ();

  assert_shows (agreement, "Hello world", "", "Hello world");
  assert_shows (agreement, "Hello world", "Hello", "world");
  assert_shows (agreement, "Hello world", "Hello", "world");
  assert_shows (agreement, "Hello world and", "Hello world", "and");
}

static void
test_stable_is_never_taken_back (void)
{
  g_autoptr (ScribeAgreement) agreement = scribe_agreement_new ();

  scribe_agreement_add (agreement, "one two three four");
  assert_shows (agreement, "one two three four five", "one two three four", "five");
  assert_shows (agreement, "one too", "one two three four", "");
  assert_shows (agreement, "", "one two three four", "");
  assert_shows (agreement, "none two three four five six", "one two three four", "five six");
}

static void
test_case_and_punctuation_do_not_matter (void)
{
  g_autoptr (ScribeAgreement) agreement = scribe_agreement_new ();

  scribe_agreement_add (agreement, "hello, World. it's");
  assert_shows (agreement, "Hello world! Its late", "Hello world! Its", "late");
}

static void
test_spaces_do_not_matter (void)
{
  g_autoptr (ScribeAgreement) agreement = scribe_agreement_new ();

  scribe_agreement_add (agreement, "  one\ttwo\n three");
  assert_shows (agreement, "one two  three four ", "one two three", "four");
}

static void
test_words_without_letters (void)
{
  g_autoptr (ScribeAgreement) agreement = scribe_agreement_new ();

  scribe_agreement_add (agreement, "– … ♪ x");
  assert_shows (agreement, "– … 🎵 x y", "– …", "🎵 x y");
}

static void
test_words_of_all_scripts (void)
{
  static const struct
  {
    const char *first, *second, *stable;
  } cases[] = {
    { "STRASSE und", "Straße und so", "Straße und" },
    { "Cafe\xcc\x81 au lait", "Caf\xc3\xa9 au lait bitte", "Caf\xc3\xa9 au lait" }, /* composed or not */
    { "ПРИВЕТ мир", "Привет, мир и", "Привет, мир" },
    { "की बात", "कि बात है", "" }, /* vowel signs tell words apart */
    { "１２ Ａ b", "12 A b c", "12 A b" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ScribeAgreement) agreement = scribe_agreement_new ();

      scribe_agreement_add (agreement, cases[i].first);
      scribe_agreement_add (agreement, cases[i].second);
      g_assert_cmpstr (scribe_agreement_get_stable (agreement), ==, cases[i].stable);
    }
}

static void
test_an_utterance_begins_with_nothing (void)
{
  g_autoptr (ScribeAgreement) agreement = scribe_agreement_new ();

  scribe_agreement_add (agreement, "one two");
  scribe_agreement_add (agreement, "one two three");
  scribe_agreement_reset (agreement);
  g_assert_cmpstr (scribe_agreement_get_stable (agreement), ==, "");
  g_assert_cmpstr (scribe_agreement_get_unstable (agreement), ==, "");
  assert_shows (agreement, "one two three", "", "one two three");
}

/* Words out of a few, some changed or left out at random: what is stable only grows, and the rest is the end of the hypothesis. */
static void
test_whatever_is_heard (void)
{
  static const char *const words[] = { "a", "A,", "b", "é", "e\xcc\x81", "–", "語", "🎵" };
  GRand *chance = g_rand_new_with_seed (1);

  for (guint round = 0; round < 200; round++)
    {
      g_autoptr (ScribeAgreement) agreement = scribe_agreement_new ();
      g_autofree char *before = g_strdup ("");

      for (gint32 length = 1; length < 30; length++)
        {
          g_autoptr (GString) text = g_string_new (NULL);
          guint n = (guint) g_rand_int_range (chance, MAX (1, length - 3), length + 1);
          const char *stable, *unstable;

          for (guint i = 0; i < n; i++)
            g_string_append_printf (text, " %s",
                                    words[g_rand_double (chance) < 0.1 ? g_rand_int_range (chance, 0, 8) : (int) i % 8]);
          scribe_agreement_add (agreement, text->str);
          stable = scribe_agreement_get_stable (agreement);
          unstable = scribe_agreement_get_unstable (agreement);
          g_assert_true (g_str_has_prefix (stable, before));
          g_assert_true (g_str_has_suffix (text->str, unstable));
          g_assert_true (g_utf8_validate (stable, -1, NULL) && g_utf8_validate (unstable, -1, NULL));
          g_free (before);
          before = g_strdup (stable);
        }
    }
  g_rand_free (chance);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/agreement/nothing-yet", test_nothing_yet);
  g_test_add_func ("/agreement/what-two-agree-on-is-stable", test_what_two_agree_on_is_stable);
  g_test_add_func ("/agreement/the-last-word-never-is", test_the_last_word_never_is);
  g_test_add_func ("/agreement/stable-is-never-taken-back", test_stable_is_never_taken_back);
  g_test_add_func ("/agreement/case-and-punctuation-do-not-matter", test_case_and_punctuation_do_not_matter);
  g_test_add_func ("/agreement/spaces-do-not-matter", test_spaces_do_not_matter);
  g_test_add_func ("/agreement/words-without-letters", test_words_without_letters);
  g_test_add_func ("/agreement/words-of-all-scripts", test_words_of_all_scripts);
  g_test_add_func ("/agreement/an-utterance-begins-with-nothing", test_an_utterance_begins_with_nothing);
  g_test_add_func ("/agreement/whatever-is-heard", test_whatever_is_heard);
  return g_test_run ();
}
