/* profile.c - where the time of a device goes
 *
 * SPDX-License-Identifier: MIT
 */
#include "profile.h"

#include <math.h>

ScribeProfile *
scribe_profile_new (const char *device, ScribeArrayKind array)
{
  ScribeProfile *profile = g_new0 (ScribeProfile, 1);

  profile->device = device;
  profile->array = array;
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
  profile->columns = (ScribeColumns){ 0 };
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

void
scribe_array_times_init (ScribeArrayTimes *times)
{
  *times = (ScribeArrayTimes){ .submit = -1, .kernel = -1, .transfer = -1, .host = -1 };
}

void
scribe_profile_get_array_times (const ScribeProfile *profile, ScribeArrayTimes *times)
{
  scribe_array_times_init (times);
  if (profile->array == SCRIBE_ARRAY_NONE)
    return;
  *times = (ScribeArrayTimes){ .is_modelled = profile->array == SCRIBE_ARRAY_MODELLED, .columns = profile->columns };
  for (guint i = 0; i < profile->rows->len; i++)
    {
      const ScribeProfileRow *row = &g_array_index (profile->rows, ScribeProfileRow, i);

      times->submit += row->overhead;
      times->kernel += row->kernel;
      times->transfer += row->transfer;
      times->host += row->host + row->quantise;
    }
}

void
scribe_array_times_add (ScribeArrayTimes *times, const ScribeArrayTimes *before, const ScribeArrayTimes *now)
{
  if (now->submit < 0)
    return;
  if (times->submit < 0)
    *times = (ScribeArrayTimes){ 0 };
  times->is_modelled = now->is_modelled;
  times->submit += now->submit - before->submit;
  times->kernel += now->kernel - before->kernel;
  times->transfer += now->transfer - before->transfer;
  times->host += now->host - before->host;
  times->columns.n = now->columns.n;
  for (guint i = 0; i < now->columns.n; i++)
    times->columns.seconds[i] += now->columns.seconds[i] - before->columns.seconds[i];
}

double
scribe_array_times_all (const ScribeArrayTimes *times)
{
  return times->submit < 0 ? -1 : times->submit + times->kernel + times->transfer;
}

double
scribe_array_times_column (const ScribeArrayTimes *times, guint column)
{
  const double all = scribe_array_times_all (times);

  return column < times->columns.n && all > 0 ? CLAMP (times->columns.seconds[column] / all, 0, 1) : NAN;
}
