/* history-text.c - what a row of the history says
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/history-text.h"

#include "pages/clock-text.h"

#include <glib/gi18n.h>
#include <string.h>

#define MOST_BEFORE 24 /* characters before what was found, where there are more */

/* Where to begin, so that few words stand before the first match. */
static const char *
skip_to_match (const char *text)
{
  const char *match = strchr (text, '\002');
  const char *start;

  if (match == NULL || g_utf8_pointer_to_offset (text, match) <= MOST_BEFORE)
    return text;
  start = g_utf8_offset_to_pointer (match, -MOST_BEFORE);
  while (start < match && *start != ' ')
    start = g_utf8_next_char (start);
  return start < match ? start + 1 : match;
}

char *
tilescribe_history_markup (const char *snippet)
{
  g_autofree char *valid = g_utf8_make_valid (snippet, -1);
  const char *start = skip_to_match (valid);
  g_autoptr (GString) markup = g_string_new (start > valid ? "…" : NULL);
  gboolean open = FALSE;

  for (const char *p = start; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      /* A text may hold such marks of its own: each is counted once. */
      if (c == '\002' || c == '\003')
        {
          if (open != (c == '\002'))
            g_string_append (markup, open ? "</b>" : "<b>");
          open = c == '\002';
        }
      else if (g_unichar_iscntrl (c))
        g_string_append_c (markup, ' ');
      else
        {
          g_autofree char *escaped = g_markup_escape_text (p, g_utf8_next_char (p) - p);

          g_string_append (markup, escaped);
        }
    }
  if (open)
    g_string_append (markup, "</b>");
  return g_string_free (g_steal_pointer (&markup), FALSE);
}

/* Days from the day of one time to that of another, by the calendar. */
static int
days_between (GDateTime *from, GDateTime *to)
{
  GDate a, b;

  g_date_clear (&a, 1);
  g_date_clear (&b, 1);
  g_date_set_dmy (&a, (GDateDay) g_date_time_get_day_of_month (from), (GDateMonth) g_date_time_get_month (from),
                  (GDateYear) g_date_time_get_year (from));
  g_date_set_dmy (&b, (GDateDay) g_date_time_get_day_of_month (to), (GDateMonth) g_date_time_get_month (to),
                  (GDateYear) g_date_time_get_year (to));
  return g_date_days_between (&a, &b);
}

char *
tilescribe_history_date (gint64 created, GDateTime *now)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (created / G_USEC_PER_SEC);
  g_autoptr (GDateTime) then = utc != NULL ? g_date_time_to_timezone (utc, g_date_time_get_timezone (now)) : NULL;
  const char *format = "%x";
  int days;

  if (then == NULL)
    return g_strdup ("?");
  days = days_between (then, now);
  if (days == 0)
    format = C_ ("time of today", "%H:%M");
  else if (days == 1)
    format = C_ ("time of yesterday", "Yesterday %H:%M");
  else if (days > 1 && days < 7)
    format = C_ ("time of a day of this week", "%A %H:%M");
  return g_date_time_format (then, format);
}

char *
tilescribe_history_facts (const ScribeTranscript *t, GDateTime *now)
{
  g_autofree char *date = tilescribe_history_date (t->created, now);
  g_autofree char *length = tilescribe_clock_text (t->seconds);
  const char *parts[5];
  guint n = 0;

  parts[n++] = date;
  if (t->seconds > 0)
    parts[n++] = length;
  if (t->kind == SCRIBE_KIND_FILE)
    parts[n++] = strcmp (t->source, "-") == 0 ? _ ("Standard input") : t->title;
  if (t->run.model != NULL)
    parts[n++] = t->run.model;
  parts[n] = NULL;
  return g_strjoinv (" · ", (char **) parts);
}

const char *
tilescribe_history_state (const ScribeTranscript *t)
{
  static const char *const states[] = {
    [SCRIBE_STATE_RUNNING] = N_ ("Unfinished"),  [SCRIBE_STATE_DONE] = NULL,
    [SCRIBE_STATE_STOPPED] = N_ ("Stopped"),     [SCRIBE_STATE_FAILED] = N_ ("Failed"),
    [SCRIBE_STATE_RECORDING] = N_ ("Recording"),
  };

  if (states[t->state] != NULL)
    return _ (states[t->state]);
  return t->recovered ? _ ("Recovered") : NULL;
}
