/* transcript.c - making and freeing segments and words
 *
 * SPDX-License-Identifier: MIT
 */
#include "transcript.h"

#define MINUTE 60.0 /* seconds */

ScribeWord *
scribe_word_new (double start, double end, float probability, const char *text)
{
  ScribeWord *word = g_new0 (ScribeWord, 1);

  word->start = start;
  word->end = end;
  word->probability = probability;
  word->text = g_strdup (text);
  return word;
}

void
scribe_word_free (ScribeWord *word)
{
  g_free (word->text);
  g_free (word);
}

ScribeSegment *
scribe_segment_new (double start, double end, const char *text)
{
  ScribeSegment *segment = g_new0 (ScribeSegment, 1);

  segment->start = start;
  segment->end = end;
  segment->text = g_strdup (text);
  return segment;
}

static gpointer
word_copy (gconstpointer src, gpointer data)
{
  const ScribeWord *word = src;

  return scribe_word_new (word->start, word->end, word->probability, word->text);
}

ScribeSegment *
scribe_segment_copy (const ScribeSegment *segment)
{
  ScribeSegment *copy = g_memdup2 (segment, sizeof *segment);

  copy->text = g_strdup (segment->text);
  if (segment->words)
    {
      copy->words = g_ptr_array_copy (segment->words, word_copy, NULL);
      g_ptr_array_set_free_func (copy->words, (GDestroyNotify) scribe_word_free);
    }
  return copy;
}

void
scribe_segment_free (ScribeSegment *segment)
{
  g_free (segment->text);
  g_clear_pointer (&segment->words, g_ptr_array_unref);
  g_free (segment);
}

void
scribe_run_stats_init (ScribeRunStats *stats)
{
  *stats = (ScribeRunStats){ .tail = SCRIBE_UNKNOWN,
                             .voice = SCRIBE_UNKNOWN,
                             .wait = SCRIBE_UNKNOWN,
                             .insert_s = SCRIBE_UNKNOWN,
                             .latency = SCRIBE_UNKNOWN,
                             .watts = SCRIBE_UNKNOWN,
                             .joules = SCRIBE_UNKNOWN };
  scribe_array_times_init (&stats->array);
}

double
scribe_run_stats_energy (const ScribeRunStats *stats)
{
  return stats->joules >= 0 && stats->audio > 0 ? stats->joules * MINUTE / stats->audio : SCRIBE_UNKNOWN;
}

void
scribe_run_stats_clear (ScribeRunStats *stats)
{
  g_free (stats->model);
  g_free (stats->device);
  g_free (stats->device_reason);
  g_free (stats->language);
  g_free (stats->driver);
  g_free (stats->firmware);
  g_free (stats->overlay);
  scribe_run_stats_init (stats);
}
