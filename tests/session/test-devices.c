/* test-devices.c - the CPU device hears what the reference device hears
 *
 * SPDX-License-Identifier: MIT
 */
#include "run.h"

static const char *const clips[] = { "fox",     "hello",   "test",    "remind", "report", "thanks", "window", "weather",
                                     "meeting", "morning", "airport", "coffee", "two",    "list",   "silence" };

typedef enum
{
  TIMES,
  PLAIN,
  BATCH
} How;

static void
test_same (gconstpointer data)
{
  const How how = GPOINTER_TO_UINT (data);
  g_autoptr (ScribeEngine) cpu = run_engine ("cpu", 2), reference = run_engine ("reference", 2);

  for (guint i = 0; i < G_N_ELEMENTS (clips); i++)
    {
      g_autofree char *found = NULL, *expected = NULL;
      g_auto (Run) run;

      run_init (&run);
      run.options.timestamps = how != PLAIN;
      run.options.batch = how == BATCH;
      run_clip (&run, reference, clips[i]);
      expected = run_lines (&run);
      run_clip (&run, cpu, clips[i]);
      found = run_lines (&run);
      g_test_message ("%s: %s", clips[i], expected);
      g_assert_cmpstr (found, ==, expected);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/devices/same/timestamps", GUINT_TO_POINTER (TIMES), test_same);
  g_test_add_data_func ("/devices/same/plain", GUINT_TO_POINTER (PLAIN), test_same);
  g_test_add_data_func ("/devices/same/batch", GUINT_TO_POINTER (BATCH), test_same);
  return g_test_run ();
}
