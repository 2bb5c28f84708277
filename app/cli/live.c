/* live.c - what is being said, on the last line of standard error
 *
 * SPDX-License-Identifier: MIT
 */
#include "live.h"

#include "terminal.h"

#include <math.h>
#include <unistd.h>

#define QUIETEST  (-50.0f) /* dB: the lowest bar */
#define CLEAR     "\r\033[K"
#define DIM       "\033[2m"
#define RED       "\033[31m"
#define UNSTYLED  "\033[0m"
#define DECORATED 4 /* columns before the text: dot, bar, and their spaces */

struct _CliLive
{
  gboolean is_drawn_to, has_colour, is_shown;
};

static const char *const bars[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };

enum
{
  N_BARS = G_N_ELEMENTS (bars)
};

CliLive *
cli_live_new (gboolean silent)
{
  CliLive *live = g_new0 (CliLive, 1);

  live->is_drawn_to = !silent && cli_is_terminal (STDERR_FILENO);
  live->has_colour = cli_has_colour (STDERR_FILENO);
  return live;
}

void
cli_live_free (CliLive *live)
{
  cli_live_hide (live);
  g_free (live);
}

static const char *
bar_of (float level)
{
  float db = level > 0 ? 20 * log10f (level) : QUIETEST;
  float loudness = 1 - CLAMP (db, QUIETEST, 0) / QUIETEST;

  return bars[MIN ((guint) (loudness * N_BARS), N_BARS - 1)];
}

/* The end of text that fits: what was said last is what a person looks for. */
static const char *
last_columns (const char *text, guint columns)
{
  while (*text && cli_columns (text) > columns)
    text = g_utf8_next_char (text);
  return text;
}

void
cli_live_update (CliLive *live, const char *status, float level, const char *stable, const char *unstable)
{
  guint room = cli_terminal_width (STDERR_FILENO) - 1 - DECORATED;
  gboolean has_text = *stable || *unstable;
  g_autofree char *first = cli_fit (has_text ? stable : status, G_MAXUINT);
  g_autofree char *second = cli_fit (unstable, G_MAXUINT);
  const char *shown, *dim;

  if (!live->is_drawn_to)
    return;
  dim = last_columns (second, room);
  room -= MIN (room, cli_columns (dim) + 1);
  shown = last_columns (first, room);
  g_printerr (CLEAR "%s●%s %s %s%s%s%s%s", live->has_colour ? RED : "", live->has_colour ? UNSTYLED : "", bar_of (level), shown,
              *shown && *dim ? " " : "", live->has_colour ? DIM : "", dim, live->has_colour ? UNSTYLED : "");
  live->is_shown = TRUE;
}

void
cli_live_hide (CliLive *live)
{
  if (live->is_shown)
    g_printerr (CLEAR);
  live->is_shown = FALSE;
}
