/* test-settings.c - settings, as the engine wants them
 *
 * SPDX-License-Identifier: MIT
 */
#include "application.h"
#include "settings.h"

static GSettings *
fresh_settings (void)
{
  GSettings *settings = g_settings_new (TILESCRIBE_APPLICATION_ID);

  g_settings_reset (settings, "vocabulary");
  g_settings_reset (settings, "prompt");
  g_settings_reset (settings, "replacements");
  g_settings_reset (settings, "spoken-punctuation");
  g_settings_reset (settings, "language");
  return settings;
}

static void
assert_prompt (GSettings *settings, const char *expected)
{
  g_autofree char *prompt = tilescribe_settings_get_prompt (settings);

  g_assert_cmpstr (prompt, ==, expected);
}

static void
test_a_prompt_is_words_and_style (void)
{
  g_autoptr (GSettings) settings = fresh_settings ();

  assert_prompt (settings, NULL);
  g_settings_set_strv (settings, "vocabulary", (const char *const[]){ " Tilescribe ", "", "Grete Hermann", NULL });
  assert_prompt (settings, "Tilescribe, Grete Hermann.");
  g_settings_set_string (settings, "prompt", " We meet on Monday.\n");
  assert_prompt (settings, "Tilescribe, Grete Hermann. We meet on Monday.");
  g_settings_reset (settings, "vocabulary");
  assert_prompt (settings, "We meet on Monday.");
}

static void
test_no_rules_are_no_wording (void)
{
  g_autoptr (GSettings) settings = fresh_settings ();

  g_assert_null (tilescribe_settings_get_wording (settings));
}

static void
test_a_wording_has_replacements_and_signs (void)
{
  g_autoptr (GSettings) settings = fresh_settings ();
  g_autoptr (ScribeWording) wording = NULL;
  g_autofree char *text = NULL;

  g_settings_set_value (settings, "replacements", g_variant_new_parsed ("[('tile scribe', 'Tilescribe')]"));
  g_settings_set_boolean (settings, "spoken-punctuation", TRUE);
  wording = tilescribe_settings_get_wording (settings);
  text = scribe_wording_apply (wording, "hello comma tile scribe", "en");
  g_assert_cmpstr (text, ==, "hello, Tilescribe");
}

static void
test_signs_are_those_of_the_language (void)
{
  g_autoptr (GSettings) settings = fresh_settings ();

  g_assert_cmpstr (tilescribe_settings_get_sign_language (settings), ==, "en");
  g_settings_set_string (settings, "language", "pt");
  g_assert_cmpstr (tilescribe_settings_get_sign_language (settings), ==, "pt");
  g_settings_set_string (settings, "language", "ja");
  g_assert_null (tilescribe_settings_get_sign_language (settings));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/settings/a-prompt-is-words-and-style", test_a_prompt_is_words_and_style);
  g_test_add_func ("/settings/no-rules-are-no-wording", test_no_rules_are_no_wording);
  g_test_add_func ("/settings/a-wording-has-replacements-and-signs", test_a_wording_has_replacements_and_signs);
  g_test_add_func ("/settings/signs-are-those-of-the-language", test_signs_are_those_of_the_language);
  return g_test_run ();
}
