/* profile.c - where the time of a device goes
 *
 * SPDX-License-Identifier: MIT
 */
#include "profile.h"

ScribeProfile *
scribe_profile_new (const char *device)
{
  ScribeProfile *profile = g_new0 (ScribeProfile, 1);

  profile->device = device;
  profile->rows = g_array_new (FALSE, TRUE, sizeof (ScribeProfileRow));
  return profile;
}

void
scribe_profile_free (ScribeProfile *profile)
{
  g_array_unref (profile->rows);
  g_free (profile);
}

void
scribe_profile_reset (ScribeProfile *profile)
{
  for (guint i = 0; i < profile->rows->len; i++)
    {
      ScribeProfileRow *row = &g_array_index (profile->rows, ScribeProfileRow, i);

      *row = (ScribeProfileRow){ .op = row->op, .kind = row->kind };
    }
}

double
scribe_profile_seconds (const ScribeProfile *profile, const char *prefix)
{
  double seconds = 0;

  for (guint i = 0; i < profile->rows->len; i++)
    {
      const ScribeProfileRow *row = &g_array_index (profile->rows, ScribeProfileRow, i);

      if (g_str_has_prefix (row->op, prefix))
        seconds += row->kernel + row->transfer + row->host + row->overhead + row->quantise;
    }
  return seconds;
}
