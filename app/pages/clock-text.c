/* clock-text.c - seconds of a recording as a person reads them
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/clock-text.h"

#include <glib/gi18n.h>

#define MAX_SECONDS 3.6e6 /* what a damaged file may claim beyond that is not shown */

static guint
whole_seconds (double seconds)
{
  return seconds > 0 ? (guint) MIN (seconds, MAX_SECONDS) : 0;
}

char *
tilescribe_clock_text (double seconds)
{
  guint s = whole_seconds (seconds);

  if (s >= 3600)
    return g_strdup_printf ("%u:%02u:%02u", s / 3600, s / 60 % 60, s % 60);
  return g_strdup_printf ("%u:%02u", s / 60, s % 60);
}

char *
tilescribe_duration_text (double seconds)
{
  guint s = whole_seconds (seconds + 0.5), m = (s + 30) / 60;
  g_autofree char *hours = NULL;
  g_autofree char *minutes = NULL;

  if (s < 60)
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u second", "%u seconds", s), s);
  minutes = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u minute", "%u minutes", m % 60), m % 60);
  if (m < 60)
    return g_steal_pointer (&minutes);
  hours = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u hour", "%u hours", m / 60), m / 60);
  if (m % 60 == 0)
    return g_steal_pointer (&hours);
  /* TRANSLATORS: a duration: "2 hours", then "5 minutes" */
  return g_strdup_printf (C_ ("duration", "%s %s"), hours, minutes);
}
