/* cutter.c - where batch mode cuts a recording
 *
 * A stretch begins a little before the first speech and is as long as a window allows; it ends in the middle of the longest
 * silence in its last third, so that no word is cut and windows are well filled; where nobody pauses there, in the longest
 * silence of all; where nobody pauses at all, when the window is full.
 *
 * SPDX-License-Identifier: MIT
 */
#include "decode/cutter.h"

#define LEAD        20 /* frames before the first speech */
#define MIN_SILENCE 10 /* frames that count as a pause */

/* The middle of the longest silence in from .. to - 1, or -1. */
static gint64
longest_silence (ScribeSamples *samples, gint64 from, gint64 to)
{
  gint64 middle = -1, longest = MIN_SILENCE - 1, begin = from;

  for (gint64 i = from; i <= to; i++)
    if (i == to || scribe_samples_is_speech (samples, i))
      {
        if (i - begin > longest)
          {
            longest = i - begin;
            middle = (begin + i) / 2;
          }
        begin = i + 1;
      }
  return middle;
}

gboolean
scribe_cutter_next (ScribeSamples *samples, gint64 after, gint64 n_frames, gint64 *from, gint64 *to, GError **error)
{
  gint64 known, speech, cut;

  if (!scribe_samples_read (samples, after + n_frames, error))
    return FALSE;
  known = MIN (scribe_samples_get_n_frames (samples), after + n_frames);
  speech = scribe_samples_find_speech (samples, after, known);
  *from = *to = known;
  if (speech == known)
    return TRUE;

  *from = MAX (after, speech - LEAD);
  if (!scribe_samples_read (samples, *from + n_frames, error))
    return FALSE;
  *to = MIN (scribe_samples_get_n_frames (samples), *from + n_frames);
  if (*to < *from + n_frames)
    return TRUE; /* the rest of the recording fits */

  cut = longest_silence (samples, *from + n_frames * 2 / 3, *to);
  if (cut < 0)
    cut = longest_silence (samples, *from + LEAD, *to);
  if (cut > *from)
    *to = cut;
  return TRUE;
}
