/* terminal.c - what is at the other end of a stream, and text that fits into its columns
 *
 * SPDX-License-Identifier: MIT
 */
#include "terminal.h"

#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define GAP 2 /* columns between those of a table */

gboolean
cli_is_terminal (int fd)
{
  return isatty (fd) && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
}

guint
cli_terminal_width (int fd)
{
  struct winsize size;

  return ioctl (fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

gboolean
cli_has_colour (int fd)
{
  const char *refused = g_getenv ("NO_COLOR");

  return cli_is_terminal (fd) && (refused == NULL || refused[0] == '\0');
}

gboolean
cli_reader_is_gone (void)
{
  struct pollfd out = { .fd = STDOUT_FILENO };

  return poll (&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

static guint
character_columns (gunichar c)
{
  return g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
}

guint
cli_columns (const char *text)
{
  guint n = 0;

  for (; *text; text = g_utf8_next_char (text))
    n += character_columns (g_utf8_get_char (text));
  return n;
}

/* What a terminal would obey is not for it: names and texts come from anywhere. */
static char *
without_controls (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autoptr (GString) plain = g_string_new (NULL);

  for (const char *p = valid; *p; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      g_string_append_unichar (plain, g_unichar_iscntrl (c) ? ' ' : c);
    }
  return g_string_free (g_steal_pointer (&plain), FALSE);
}

char *
cli_fit (const char *text, guint columns)
{
  g_autofree char *plain = without_controls (text);
  const char *p = plain;
  guint used = 0;

  if (cli_columns (plain) <= columns)
    return g_steal_pointer (&plain);
  if (columns == 0)
    return g_strdup ("");
  while (used + character_columns (g_utf8_get_char (p)) <= columns - 1)
    {
      used += character_columns (g_utf8_get_char (p));
      p = g_utf8_next_char (p);
    }
  return g_strdup_printf ("%.*s…", (int) (p - plain), plain);
}

char *
cli_clock (double seconds)
{
  gint64 s = (gint64) CLAMP (seconds, 0, 1e9);

  if (s >= 3600)
    return g_strdup_printf ("%" G_GINT64_FORMAT ":%02d:%02d", s / 3600, (int) (s / 60 % 60), (int) (s % 60));
  return g_strdup_printf ("%d:%02d", (int) (s / 60), (int) (s % 60));
}

char **
cli_row (char *first, ...)
{
  g_autoptr (GPtrArray) cells = g_ptr_array_new ();
  va_list args;

  va_start (args, first);
  for (char *cell = first; cell; cell = va_arg (args, char *))
    g_ptr_array_add (cells, cell);
  va_end (args);
  g_ptr_array_add (cells, NULL);
  return (char **) g_ptr_array_steal (cells, NULL);
}

static void
print_cell (const char *cell, guint width, gboolean right, gboolean last)
{
  int space = (int) width - (int) cli_columns (cell);

  if (right)
    g_print ("%*s%s", MAX (space, 0), "", cell);
  else
    g_print ("%s%*s", cell, last ? 0 : MAX (space, 0), "");
  g_print ("%s", last ? "\n" : "  ");
}

void
cli_print_table (GPtrArray *rows, const char *align)
{
  gsize n = strlen (align);
  g_autofree guint *widths = g_new0 (guint, n);
  guint before = 0;

  for (guint i = 0; i < rows->len; i++)
    for (gsize j = 0; j < n; j++)
      {
        char **cell = &((char **) rows->pdata[i])[j], *plain = cli_fit (*cell, G_MAXUINT);

        g_free (*cell);
        *cell = plain;
        widths[j] = MAX (widths[j], cli_columns (plain));
      }
  for (gsize j = 0; j + 1 < n; j++)
    before += widths[j] + GAP;
  if (cli_is_terminal (STDOUT_FILENO))
    widths[n - 1] = MIN (widths[n - 1], MAX (cli_terminal_width (STDOUT_FILENO), before + 20) - before);

  for (guint i = 0; i < rows->len; i++)
    for (gsize j = 0; j < n; j++)
      {
        g_autofree char *cell = cli_fit (((char **) rows->pdata[i])[j], widths[j]);

        print_cell (cell, widths[j], align[j] == 'r', j + 1 == n);
      }
}
