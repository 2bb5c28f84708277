/* test-report.c - tables as a person and as a program get them
 *
 * SPDX-License-Identifier: MIT
 */
#include "error.h"
#include "trial/npu-compare.h"
#include "trial/report.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static const ScribeColumn columns[] = { { "part", "part, ms", 0, 0 },
                                        { "seconds", "here", 1e3, 2 },
                                        { "share", "%", 1e2, -1 },
                                        { "result", "result", 0, 0 } };

static ScribeReport *
make_report (void)
{
  ScribeReport *report = scribe_report_new ("A “trial”");
  ScribeTable *table = scribe_report_add (report, "parts", "Parts", "What they took.", columns, G_N_ELEMENTS (columns));

  scribe_table_add_text (table, "mel", "mel | spectrum");
  scribe_table_add_number (table, 0.00125);
  scribe_table_add_number (table, 0.123456);
  scribe_table_add_text (table, "pass", "bestanden");
  scribe_table_add_text (table, NULL, "encoder.0");
  scribe_table_add_number (table, NAN);
  scribe_table_add_number (table, INFINITY);
  scribe_table_add_text (table, NULL, "");
  return report;
}

static void
test_cells (void)
{
  g_autoptr (ScribeReport) report = make_report ();
  const ScribeTable *table = g_ptr_array_index (report->tables, 0);
  static const char *const shown[2][4] = { { "mel | spectrum", "1.25", "12.35", "bestanden" }, { "encoder.0", "", "", "" } };

  g_assert_cmpuint (scribe_table_n_rows (table), ==, 2);
  for (guint row = 0; row < 2; row++)
    for (guint column = 0; column < G_N_ELEMENTS (columns); column++)
      {
        g_autofree char *text = scribe_table_show (table, row, column);

        g_assert_cmpstr (text, ==, shown[row][column]);
      }
}

static void
test_markdown (void)
{
  g_autoptr (ScribeReport) report = make_report ();
  g_autofree char *text = scribe_report_to_markdown (report);

  g_assert_cmpstr (text, ==,
                   "# A “trial”\n\n## Parts\nWhat they took.\n\n"
                   "| part, ms | here | % | result |\n|---|---:|---:|---|\n"
                   "| mel \\| spectrum | 1.25 | 12.35 | bestanden |\n| encoder.0 |  |  |  |\n");
}

/* Keys and plain numbers, whatever the language and the locale. */
static void
test_json (void)
{
  g_autoptr (ScribeReport) report = make_report ();
  g_autofree char *text = scribe_report_to_json (report);

  g_assert_cmpstr (text, ==,
                   "{\"title\":\"A “trial”\",\n\"parts\":[\n"
                   "{\"part\":\"mel\",\"seconds\":0.00125,\"share\":0.123456,\"result\":\"pass\"},\n"
                   "{\"part\":\"encoder.0\",\"seconds\":null,\"share\":null,\"result\":\"\"}\n]\n}\n");
}

static void
test_files (void)
{
  static const char *const names[] = { "plain", "told.md", "other.json" };
  g_autofree char *folder = g_dir_make_tmp ("tilescribe-report-XXXXXX", NULL);
  g_autoptr (ScribeReport) report = make_report ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);
      g_auto (GStrv) parts = g_strsplit (names[i], ".", 2);

      scribe_report_write (report, path, &error);
      g_assert_no_error (error);
      for (guint j = 0; j < 2; j++)
        {
          g_autofree char *name = g_strconcat (parts[0], j ? ".json" : ".md", NULL),
                          *file = g_build_filename (folder, name, NULL);

          g_assert_cmpint (g_remove (file), ==, 0);
        }
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_file_that_cannot_be_written (void)
{
  g_autoptr (ScribeReport) report = make_report ();
  g_autoptr (GError) error = NULL;

  g_assert_false (scribe_report_write (report, "/nonexistent/report", &error));
  g_assert_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OUTPUT);
  g_assert_nonnull (strstr (error->message, "/nonexistent/report.md"));
}

static void
test_difference (void)
{
  static const float expected[] = { 3, 4, 0, 0 }, found[] = { 3, 4, 2, -1 }, broken[] = { 3, NAN, 0, 0 };
  ScribeDifference d = scribe_difference (found, expected, 4);

  g_assert_cmpfloat (d.mse, ==, 5.0 / 4);
  g_assert_cmpfloat (d.mae, ==, 3.0 / 4);
  g_assert_cmpfloat (d.largest, ==, 2);
  g_assert_cmpfloat_with_epsilon (d.relative, sqrt (5) / 5, 1e-12);
  g_assert_true (isinf (scribe_difference (broken, expected, 4).largest));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/cells", test_cells);
  g_test_add_func ("/report/markdown", test_markdown);
  g_test_add_func ("/report/json", test_json);
  g_test_add_func ("/report/files", test_files);
  g_test_add_func ("/report/file-that-cannot-be-written", test_file_that_cannot_be_written);
  g_test_add_func ("/report/difference", test_difference);
  return g_test_run ();
}
