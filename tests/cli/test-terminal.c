/* test-terminal.c - text that fits into columns
 *
 * SPDX-License-Identifier: MIT
 */
#include "app/cli/terminal.h"

static void
check_fit (const char *text, guint columns, const char *expected)
{
  g_autofree char *fitted = cli_fit (text, columns);

  g_assert_cmpstr (fitted, ==, expected);
  g_assert_cmpuint (cli_columns (fitted), <=, columns);
}

static void
short_text_stays (void)
{
  check_fit ("talk.mp3", 8, "talk.mp3");
  check_fit ("", 0, "");
}

static void
long_text_is_cut (void)
{
  check_fit ("talk.mp3", 7, "talk.m…");
  check_fit ("talk.mp3", 1, "…");
  check_fit ("talk.mp3", 0, "");
}

static void
wide_and_combining_letters_count_as_shown (void)
{
  g_assert_cmpuint (cli_columns ("会議"), ==, 4);
  g_assert_cmpuint (cli_columns ("e\xcc\x81"), ==, 1);
  check_fit ("会議.mp3", 4, "会…");
}

static void
controls_and_broken_letters_do_no_harm (void)
{
  check_fit ("a\x1b]0;b\x07\n", 20, "a ]0;b  ");
  check_fit ("a\xff", 20, "a\xef\xbf\xbd");
}

static void
clocks_read_well (void)
{
  static const struct
  {
    double seconds;
    const char *text;
  } clocks[] = { { 0, "0:00" }, { 61.9, "1:01" }, { 3600, "1:00:00" }, { 360000, "100:00:00" }, { -1, "0:00" } };

  for (gsize i = 0; i < G_N_ELEMENTS (clocks); i++)
    {
      g_autofree char *text = cli_clock (clocks[i].seconds);

      g_assert_cmpstr (text, ==, clocks[i].text);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/terminal/short text stays", short_text_stays);
  g_test_add_func ("/terminal/long text is cut", long_text_is_cut);
  g_test_add_func ("/terminal/wide and combining letters count as shown", wide_and_combining_letters_count_as_shown);
  g_test_add_func ("/terminal/controls and broken letters do no harm", controls_and_broken_letters_do_no_harm);
  g_test_add_func ("/terminal/clocks read well", clocks_read_well);
  return g_test_run ();
}
