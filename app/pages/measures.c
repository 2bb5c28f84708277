/* measures.c - the figures of a run that are compared over time
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/measures.h"

#include <glib/gi18n.h>
#include <math.h>

static double
rate_of (const ScribeRunStats *run)
{
  return run->audio > 0 && run->total > 0 ? MAX (run->total - run->load, 0) / run->audio : NAN;
}

static double
encoder_of (const ScribeRunStats *run)
{
  return run->audio > 0 && run->encode > 0 ? run->encode / run->audio : NAN;
}

static double
token_of (const ScribeRunStats *run)
{
  return run->n_tokens > 0 && run->decode > 0 ? run->decode * 1e3 / run->n_tokens : NAN;
}

static double
latency_of (const ScribeRunStats *run)
{
  return run->latency >= 0 ? (run->latency + fmax (run->voice, 0)) * 1e3 : NAN;
}

static const struct
{
  const char *title, *unit;
  double (*of) (const ScribeRunStats *run);
  gboolean of_files;
} measures[TILESCRIBE_N_MEASURES] = {
  [TILESCRIBE_MEASURE_RATE] = { N_ ("Real-time factor"), "×", rate_of, TRUE },
  [TILESCRIBE_MEASURE_ENCODER] = { N_ ("Encoder, seconds a second of audio"), "s", encoder_of, TRUE },
  [TILESCRIBE_MEASURE_TOKEN] = { N_ ("Milliseconds a token"), "ms", token_of, TRUE },
  [TILESCRIBE_MEASURE_LATENCY] = { N_ ("From the end of speech to text"), "ms", latency_of, FALSE },
};

const char *
tilescribe_measure_title (TilescribeMeasure measure)
{
  return _ (measures[measure].title);
}

const char *
tilescribe_measure_unit (TilescribeMeasure measure)
{
  return measures[measure].unit;
}

double
tilescribe_measure_of (TilescribeMeasure measure, const ScribeRunStats *run)
{
  return measures[measure].of (run);
}

gboolean
tilescribe_measure_is_modelled (TilescribeMeasure measure, const ScribeRunStats *run)
{
  return measure == TILESCRIBE_MEASURE_ENCODER && run->array.is_modelled;
}

gboolean
tilescribe_run_is_utterance (const ScribeRunStats *run)
{
  return run->latency >= 0;
}

gboolean
tilescribe_measure_applies (TilescribeMeasure measure, gboolean utterance)
{
  return utterance || measures[measure].of_files;
}
