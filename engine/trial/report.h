/* report.h - tables of figures, for a person and for a program
 *
 *   table  --columns: what, in which unit-->  rows: a label, then a figure or a word for each further column
 *
 * A report is made once and told three ways: on a terminal, as Markdown, as JSON. Figures are kept in seconds, bytes and parts of one; a
 * column says how a person wants to read them. JSON has them as they are, under keys that depend on no language.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *key;   /* in JSON */
  const char *title; /* translated when it is shown */
  double scale;      /* of what is shown: 1e3 for milliseconds; 0: words */
  gint decimals;     /* -1: four digits that count */
} ScribeColumn;

typedef struct
{
  const char *key; /* of a word, in JSON; NULL: the word itself */
  char *text;      /* NULL: a figure */
  double number;   /* NAN: there is none */
} ScribeCell;

typedef struct
{
  const char *key;
  char *title, *note;    /* what stands above it; what is to be known of it, or NULL */
  ScribeColumn *columns; /* [n_columns]; the first has labels */
  guint n_columns;
  GArray *cells; /* of ScribeCell, row by row */
} ScribeTable;

typedef struct
{
  char *title;
  GPtrArray *tables; /* of ScribeTable */
} ScribeReport;

ScribeReport *scribe_report_new (const char *title);
void scribe_report_free (ScribeReport *report);

/* note may be NULL. Columns are copied, their keys and titles are not. */
ScribeTable *scribe_report_add (ScribeReport *report,
                                const char *key,
                                const char *title,
                                const char *note,
                                const ScribeColumn *columns,
                                guint n_columns);

/* The next cell; a label or word has a key for JSON, or NULL. */
void scribe_table_add_text (ScribeTable *table, const char *key, const char *text);
void scribe_table_add_number (ScribeTable *table, double number);

guint scribe_table_n_rows (const ScribeTable *table);
const ScribeCell *scribe_table_cell (const ScribeTable *table, guint row, guint column);

/* A cell as a person reads it; of a column's head: its title, translated. */
char *scribe_table_show (const ScribeTable *table, guint row, guint column);
const char *scribe_table_show_title (const ScribeTable *table, guint column);

char *scribe_report_to_markdown (const ScribeReport *report);
char *scribe_report_to_json (const ScribeReport *report);

/* Both, side by side: path with .md and with .json, instead of one of these that it may end in. */
gboolean scribe_report_write (const ScribeReport *report, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeReport, scribe_report_free)

G_END_DECLS
