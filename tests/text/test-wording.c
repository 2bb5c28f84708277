/* test-wording.c - what is written for what was heard
 *
 * SPDX-License-Identifier: MIT
 */
#include "text/signs.h"
#include "text/wording.h"

#include <string.h>

typedef struct
{
  const char *language, *heard, *written;
} Case;

static void
check_signs (const Case *cases)
{
  g_autoptr (ScribeWording) wording = scribe_wording_new (NULL, 0, TRUE);

  for (; cases->heard; cases++)
    {
      g_autofree char *written = scribe_wording_apply (wording, cases->heard, cases->language);

      if (strcmp (written, cases->written) != 0)
        g_error ("of “%s” should have become “%s”, not “%s”", cases->heard, cases->written, written);
    }
}

static void
assert_replaced (ScribeWording *wording, const char *heard, const char *expected)
{
  g_autofree char *written = scribe_wording_apply (wording, heard, "en");

  g_assert_cmpstr (written, ==, expected);
}

static void
test_signs_of_a_model_are_swallowed (void)
{
  check_signs ((const Case[]){
      { "en", "Hello, comma, world.", "Hello, world." },
      { "en", "Hello. Comma. world", "Hello, world" },
      { "en", "I came period.", "I came." },
      { "en", "Is it so, question mark. Yes.", "Is it so? Yes." },
      { "en", "Wait... Comma ... please", "Wait, please" },
      { NULL },
  });
}

static void
test_spaces_are_as_a_sign_wants_them (void)
{
  check_signs ((const Case[]){
      { "en", "one comma two semicolon three", "one, two; three" },
      { "en", "he open parenthesis she close parenthesis went", "he (she) went" },
      { "en", "well hyphen known and slash or", "well-known and/or" },
      { "en", "one dash two", "one – two" },
      { "en", "He said, open quote, hello, close quote.", "He said “hello”." },
      { "en", "He left. Open parenthesis, I think, close parenthesis. Then", "He left. (I think). Then" },
      { NULL },
  });
}

static void
test_lines_and_sentences_begin_with_a_capital (void)
{
  check_signs ((const Case[]){
      { "en", "dear Anna comma new line thank you", "dear Anna,\nThank you" },
      { "en", "This is it. New line. next one", "This is it.\nNext one" },
      { "en", "one full stop new paragraph élan", "one.\n\nÉlan" },
      { "en", "stop exclamation mark open quote go close quote", "stop! “Go”" },
      { "en", "thank you new line", "thank you\n" },
      { NULL },
  });
}

static void
test_words_stay_words_after_an_article (void)
{
  check_signs ((const Case[]){
      { "en", "in the middle of a long period of time period", "in the middle of a long period of time." },
      { "en", "put a comma here", "put a comma here" },
      { "en", "the question mark is missing", "the question mark is missing" },
      { "en", "He has colon cancer period", "He has colon cancer." },
      { "en", "that is the, comma, question", "that is the, question" },
      { "de", "der Punkt ist Komma dass", "der Punkt ist, dass" },
      { "fr", "du point de vue de Paul point", "du point de vue de Paul." },
      { "es", "el punto de vista coma digo", "el punto de vista, digo" },
      { "nl", "het punt is duidelijk punt", "het punt is duidelijk." },
      { NULL },
  });
}

static void
test_only_whole_words_are_signs (void)
{
  check_signs ((const Case[]){
      { "en", "command periodical commas", "command periodical commas" },
      { "en", "COMMA full-stop", ",." },
      { "en", "", "" },
      { "en", "no signs here at all.", "no signs here at all." },
      { NULL },
  });
}

static void
test_the_longest_sign_counts (void)
{
  check_signs ((const Case[]){
      { "fr", "Comment ça va point d’interrogation bien", "Comment ça va\u00a0? Bien" },
      { "es", "hola punto y coma adiós punto y aparte bien", "hola; adiós.\nBien" },
      { "it", "che ora è punto interrogativo le due", "che ora è? Le due" },
      { "pt", "sim ponto e vírgula não ponto final", "sim; não." },
      { NULL },
  });
}

static void
test_each_language_has_its_words (void)
{
  check_signs ((const Case[]){
      { "de", "Liebe Anna, Komma, neue Zeile, danke Ausrufezeichen", "Liebe Anna,\nDanke!" },
      { "de", "er sagte Doppelpunkt Anführungszeichen auf ja Anführungszeichen zu", "er sagte: „ja“" },
      { "fr", "oui virgule ouvrez les guillemets non fermez les guillemets", "oui, «\u00a0non\u00a0»" },
      { "es", "abre interrogación qué tal cierra interrogación bien", "¿qué tal? Bien" },
      { "nl", "ja komma nee vraagteken haakje openen goed haakje sluiten", "ja, nee? (Goed)" },
      { "de", "hello comma world", "hello comma world" },
      { "ja", "hello comma world", "hello comma world" },
      { NULL, "hello comma world", "hello comma world" },
      { NULL },
  });
}

/* Every phrase of the tables is found, and makes what its row says. */
static void
test_every_phrase_works (void)
{
  g_autoptr (ScribeWording) wording = scribe_wording_new (NULL, 0, TRUE);

  for (const ScribeSignLanguage *language = scribe_signs_languages (); language->code; language++)
    for (const ScribeSign *sign = language->signs; sign->words; sign++)
      {
        g_auto (GStrv) words = g_strsplit (sign->words, "|", -1);

        for (guint i = 0; words[i]; i++)
          {
            g_autofree char *written = scribe_wording_apply (wording, words[i], language->code);

            g_assert_cmpstr (written, ==, sign->written);
          }
      }
}

static void
test_replacements_are_whole_words_in_any_case (void)
{
  const ScribeReplacement rules[] = {
    { "tile scribe", "Tilescribe" }, { "strasse", "Weg" }, { "c++", "C plus plus" }, { "can", "may" }
  };
  g_autoptr (ScribeWording) wording = scribe_wording_new (rules, G_N_ELEMENTS (rules), FALSE);

  assert_replaced (wording, "Tile-Scribe and TILE  scribe.", "Tilescribe and Tilescribe.");
  assert_replaced (wording, "Die Straße, die STRASSE", "Die Weg, die Weg");
  assert_replaced (wording, "I know C++ and vitamin C", "I know C plus plus and vitamin C");
  assert_replaced (wording, "reptile scribes can't, but can", "reptile scribes can't, but may");
  assert_replaced (wording, "tile. Scribe", "tile. Scribe");
}

static void
test_the_longest_replacement_counts (void)
{
  const ScribeReplacement rules[] = { { "new", "old" }, { "new york", "NY" }, { "new york city", "NYC" }, { "new", "second" } };
  g_autoptr (ScribeWording) wording = scribe_wording_new (rules, G_N_ELEMENTS (rules), FALSE);

  assert_replaced (wording, "New York City, new York, new", "NYC, NY, old");
}

static void
test_what_was_written_is_not_replaced_again (void)
{
  const ScribeReplacement rules[] = { { "a", "b a" }, { "b", "c" }, { "b a", "never" } };
  g_autoptr (ScribeWording) wording = scribe_wording_new (rules, G_N_ELEMENTS (rules), FALSE);

  assert_replaced (wording, "a b", "b a c");
}

static void
test_nothing_is_written_for_a_deleted_word (void)
{
  const ScribeReplacement rules[] = { { "um", "" }, { "you know", "" } };
  g_autoptr (ScribeWording) wording = scribe_wording_new (rules, G_N_ELEMENTS (rules), FALSE);

  assert_replaced (wording, "I um think", "I think");
  assert_replaced (wording, "Um, we go, you know, there um.", "We go, there.");
  assert_replaced (wording, "It is. Um um so", "It is. So");
  assert_replaced (wording, "one\num two", "one\ntwo");
  assert_replaced (wording, "um", "");
}

static void
test_signs_come_before_replacements (void)
{
  const ScribeReplacement rules[] = { { "anna", "Anna 🙂" } };
  g_autoptr (ScribeWording) wording = scribe_wording_new (rules, G_N_ELEMENTS (rules), TRUE);

  assert_replaced (wording, "dear anna comma new line hi", "dear Anna 🙂,\nHi");
}

static void
test_scripts_without_spaces_are_searched_everywhere (void)
{
  const ScribeReplacement rules[] = { { "東京", "Tōkyō" } };
  g_autoptr (ScribeWording) wording = scribe_wording_new (rules, G_N_ELEMENTS (rules), FALSE);

  assert_replaced (wording, "私は東京に住む。", "私はTōkyōに住む。");
}

static void
test_rules_that_say_nothing_change_nothing (void)
{
  const ScribeReplacement rules[] = { { "", "x" }, { " - ", "y" }, { "\xff", "\xfe" } };
  g_autoptr (ScribeWording) wording = scribe_wording_new (rules, G_N_ELEMENTS (rules), FALSE);

  assert_replaced (wording, " a - b  c\u200d\u0301 ", " a - b  c\u200d\u0301 ");
}

/* A hundred thousand words that nearly match the longest rule everywhere: what is not linear does not end. */
static void
test_long_texts_take_no_time (void)
{
  g_autoptr (GString) heard = g_string_new (NULL), many = g_string_new (NULL);
  g_autoptr (GString) text = g_string_new (NULL), expected = g_string_new (NULL);
  g_autoptr (ScribeWording) wording = NULL;
  g_autofree char *written = NULL, *repeated = NULL;
  double seconds;

  for (guint i = 0; i < 31; i++)
    g_string_append (heard, "a ");
  g_string_append (heard, "b");
  for (guint i = 0; i < 100000; i++)
    {
      g_string_append (many, "a ");
      g_string_append (text, "b a, comma ");
      g_string_append (expected, i ? " b a," : "b a,");
    }
  wording = scribe_wording_new (&(ScribeReplacement){ heard->str, "x" }, 1, TRUE);
  g_test_timer_start ();
  repeated = scribe_wording_apply (wording, many->str, "en");
  written = scribe_wording_apply (wording, text->str, "en");
  seconds = g_test_timer_elapsed ();
  g_assert_cmpstr (repeated, ==, many->str);
  g_assert_cmpstr (written, ==, expected->str);
  g_assert_cmpfloat (seconds, <, 30);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wording/signs-of-a-model-are-swallowed", test_signs_of_a_model_are_swallowed);
  g_test_add_func ("/wording/spaces-are-as-a-sign-wants-them", test_spaces_are_as_a_sign_wants_them);
  g_test_add_func ("/wording/lines-and-sentences-begin-with-a-capital", test_lines_and_sentences_begin_with_a_capital);
  g_test_add_func ("/wording/words-stay-words-after-an-article", test_words_stay_words_after_an_article);
  g_test_add_func ("/wording/only-whole-words-are-signs", test_only_whole_words_are_signs);
  g_test_add_func ("/wording/the-longest-sign-counts", test_the_longest_sign_counts);
  g_test_add_func ("/wording/each-language-has-its-words", test_each_language_has_its_words);
  g_test_add_func ("/wording/every-phrase-works", test_every_phrase_works);
  g_test_add_func ("/wording/replacements-are-whole-words-in-any-case", test_replacements_are_whole_words_in_any_case);
  g_test_add_func ("/wording/the-longest-replacement-counts", test_the_longest_replacement_counts);
  g_test_add_func ("/wording/what-was-written-is-not-replaced-again", test_what_was_written_is_not_replaced_again);
  g_test_add_func ("/wording/nothing-is-written-for-a-deleted-word", test_nothing_is_written_for_a_deleted_word);
  g_test_add_func ("/wording/signs-come-before-replacements", test_signs_come_before_replacements);
  g_test_add_func ("/wording/scripts-without-spaces-are-searched-everywhere",
                   test_scripts_without_spaces_are_searched_everywhere);
  g_test_add_func ("/wording/rules-that-say-nothing-change-nothing", test_rules_that_say_nothing_change_nothing);
  g_test_add_func ("/wording/long-texts-take-no-time", test_long_texts_take_no_time);
  return g_test_run ();
}
