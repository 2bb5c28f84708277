/* report.c - tables of figures, told
 *
 * SPDX-License-Identifier: MIT
 */
#include "trial/report.h"

#include "error.h"
#include "store/writer.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

static void
cell_clear (gpointer data)
{
  g_free (((ScribeCell *) data)->text);
}

static void
table_free (gpointer data)
{
  ScribeTable *table = data;

  g_free (table->title);
  g_free (table->note);
  g_free (table->columns);
  g_array_unref (table->cells);
  g_free (table);
}

ScribeReport *
scribe_report_new (const char *title)
{
  ScribeReport *report = g_new0 (ScribeReport, 1);

  report->title = g_strdup (title);
  report->tables = g_ptr_array_new_with_free_func (table_free);
  return report;
}

void
scribe_report_free (ScribeReport *report)
{
  g_free (report->title);
  g_ptr_array_unref (report->tables);
  g_free (report);
}

ScribeTable *
scribe_report_add (ScribeReport *report,
                   const char *key,
                   const char *title,
                   const char *note,
                   const ScribeColumn *columns,
                   guint n_columns)
{
  ScribeTable *table = g_new0 (ScribeTable, 1);

  table->key = key;
  table->title = g_strdup (title);
  table->note = g_strdup (note);
  table->columns = g_memdup2 (columns, n_columns * sizeof *columns);
  table->n_columns = n_columns;
  table->cells = g_array_new (FALSE, FALSE, sizeof (ScribeCell));
  g_array_set_clear_func (table->cells, cell_clear);
  g_ptr_array_add (report->tables, table);
  return table;
}

void
scribe_table_add_text (ScribeTable *table, const char *key, const char *text)
{
  ScribeCell cell = { key, g_strdup (text), NAN };

  g_array_append_val (table->cells, cell);
}

void
scribe_table_add_number (ScribeTable *table, double number)
{
  ScribeCell cell = { NULL, NULL, number };

  g_array_append_val (table->cells, cell);
}

guint
scribe_table_n_rows (const ScribeTable *table)
{
  g_assert (table->n_columns > 0);
  return table->cells->len / table->n_columns;
}

const ScribeCell *
scribe_table_cell (const ScribeTable *table, guint row, guint column)
{
  return &g_array_index (table->cells, ScribeCell, row * table->n_columns + column);
}

char *
scribe_table_show (const ScribeTable *table, guint row, guint column)
{
  const ScribeCell *cell = scribe_table_cell (table, row, column);
  const ScribeColumn *how = &table->columns[column];

  if (cell->text)
    return g_strdup (cell->text);
  if (!isfinite (cell->number))
    return g_strdup ("");
  if (how->decimals < 0)
    return g_strdup_printf ("%.4g", cell->number * how->scale);
  return g_strdup_printf ("%.*f", how->decimals, cell->number * how->scale);
}

const char *
scribe_table_show_title (const ScribeTable *table, guint column)
{
  const char *title = table->columns[column].title;

  return title[0] != '\0' ? _ (title) : title;
}

/* --- Markdown ------------------------------------------------------------------------------------------------------------ */

/* What would end a cell, or begin a tag, is told as itself. */
static void
append_cell (GString *out, const char *text)
{
  g_string_append_c (out, ' ');
  for (const char *p = text; *p; p++)
    {
      if (strchr ("|\\<`*_", *p))
        g_string_append_c (out, '\\');
      g_string_append_c (out, *p == '\n' ? ' ' : *p);
    }
  g_string_append (out, " |");
}

static void
append_markdown (GString *out, const ScribeTable *table)
{
  g_string_append_printf (out, "\n## %s\n", table->title);
  if (table->note)
    g_string_append_printf (out, "%s\n", table->note);
  g_string_append (out, "\n|");
  for (guint i = 0; i < table->n_columns; i++)
    append_cell (out, scribe_table_show_title (table, i));
  g_string_append (out, "\n|");
  for (guint i = 0; i < table->n_columns; i++)
    g_string_append (out, table->columns[i].scale > 0 ? "---:|" : "---|");
  for (guint row = 0; row < scribe_table_n_rows (table); row++)
    {
      g_string_append (out, "\n|");
      for (guint i = 0; i < table->n_columns; i++)
        {
          g_autofree char *text = scribe_table_show (table, row, i);

          append_cell (out, text);
        }
    }
  g_string_append_c (out, '\n');
}

char *
scribe_report_to_markdown (const ScribeReport *report)
{
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "# %s\n", report->title);
  for (guint i = 0; i < report->tables->len; i++)
    append_markdown (out, g_ptr_array_index (report->tables, i));
  return g_string_free (out, FALSE);
}

/* --- JSON ---------------------------------------------------------------------------------------------------------------- */

static void
append_value (GString *out, const ScribeCell *cell)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  if (cell->text)
    scribe_json_append_string (out, cell->key ? cell->key : cell->text);
  else if (isfinite (cell->number))
    g_string_append (out, g_ascii_formatd (digits, sizeof digits, "%.9g", cell->number));
  else
    g_string_append (out, "null");
}

static void
append_json (GString *out, const ScribeTable *table)
{
  g_string_append_printf (out, ",\n\"%s\":[", table->key);
  for (guint row = 0; row < scribe_table_n_rows (table); row++)
    {
      g_string_append (out, row > 0 ? ",\n{" : "\n{");
      for (guint i = 0; i < table->n_columns; i++)
        {
          g_string_append_printf (out, "%s\"%s\":", i > 0 ? "," : "", table->columns[i].key);
          append_value (out, scribe_table_cell (table, row, i));
        }
      g_string_append_c (out, '}');
    }
  g_string_append (out, "\n]");
}

char *
scribe_report_to_json (const ScribeReport *report)
{
  GString *out = g_string_new ("{\"title\":");

  scribe_json_append_string (out, report->title);
  for (guint i = 0; i < report->tables->len; i++)
    append_json (out, g_ptr_array_index (report->tables, i));
  g_string_append (out, "\n}\n");
  return g_string_free (out, FALSE);
}

/* --- Files --------------------------------------------------------------------------------------------------------------- */

static gboolean
write_file (const char *stem, const char *extension, const char *text, GError **error)
{
  g_autofree char *path = g_strconcat (stem, extension, NULL), *name = g_filename_display_name (path);
  g_autoptr (GError) reason = NULL;

  if (g_file_set_contents (path, text, -1, &reason))
    return TRUE;
  g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_OUTPUT, _ ("The report “%s” cannot be written: %s."), name, reason->message);
  return FALSE;
}

gboolean
scribe_report_write (const ScribeReport *report, const char *path, GError **error)
{
  g_autofree char *stem = g_strdup (path), *markdown = scribe_report_to_markdown (report), *json = scribe_report_to_json (report);

  if (g_str_has_suffix (stem, ".md") || g_str_has_suffix (stem, ".json"))
    *strrchr (stem, '.') = '\0';
  return write_file (stem, ".md", markdown, error) && write_file (stem, ".json", json, error);
}
