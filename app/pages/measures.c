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

static double
power_of (const ScribeRunStats *run)
{
  return run->watts >= 0 ? run->watts : NAN;
}

static double
energy_of (const ScribeRunStats *run)
{
  const double energy = scribe_run_stats_energy (run);

  return energy >= 0 ? energy : NAN;
}

static gboolean
any (const ScribeRunStats *run)
{
  return TRUE;
}

static gboolean
on_npu (const ScribeRunStats *run)
{
  return g_strcmp0 (run->device, "npu") == 0;
}

static const struct
{
  const char *title, *unit;
  double (*of) (const ScribeRunStats *run);
  gboolean (*applies) (const ScribeRunStats *run);
} measures[TILESCRIBE_N_MEASURES] = {
  [TILESCRIBE_MEASURE_RATE] = { N_ ("Real-time factor"), "×", rate_of, any },
  [TILESCRIBE_MEASURE_ENCODER] = { N_ ("Encoder, seconds a second of audio"), "s", encoder_of, any },
  [TILESCRIBE_MEASURE_TOKEN] = { N_ ("Milliseconds a token"), "ms", token_of, any },
  [TILESCRIBE_MEASURE_LATENCY] = { N_ ("From the end of speech to text"), "ms", latency_of, tilescribe_run_is_utterance },
  [TILESCRIBE_MEASURE_POWER] = { N_ ("Power of the NPU, while it works"), "W", power_of, on_npu },
  [TILESCRIBE_MEASURE_ENERGY] = { N_ ("Energy of the NPU for a minute of audio"), "J", energy_of, on_npu },
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
tilescribe_measure_is_time (TilescribeMeasure measure)
{
  return measure != TILESCRIBE_MEASURE_POWER && measure != TILESCRIBE_MEASURE_ENERGY;
}

gboolean
tilescribe_measure_applies (TilescribeMeasure measure, const ScribeRunStats *run)
{
  return measures[measure].applies (run);
}
