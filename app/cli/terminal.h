/* terminal.h - what is at the other end of a stream, and text that fits into its columns
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A terminal that can move its cursor. */
gboolean cli_is_terminal (int fd);

/* Columns of the terminal; 80 where it does not tell. */
guint cli_terminal_width (int fd);

/* A terminal, and nobody said NO_COLOR (no-color.org). */
gboolean cli_has_colour (int fd);

/* Whether the reader of standard output closed its end, as head(1) does. */
gboolean cli_reader_is_gone (void);

/* Columns that text takes. */
guint cli_columns (const char *text);

/* text on one line without control characters, cut with “…” to so many columns. */
char *cli_fit (const char *text, guint columns);

/* "3:07" or "1:03:07" */
char *cli_clock (double seconds);

/* A table: cells (NULL-terminated rows) in columns as wide as their widest cell, the last one cut to the terminal. align has a letter
 * for each column, 'l' or 'r'. */
void cli_print_table (GPtrArray *rows, const char *align);

/* A row for it: the strings belong to the row then. Free function of the array: g_strfreev. */
char **cli_row (char *first, ...) G_GNUC_NULL_TERMINATED;

G_END_DECLS
