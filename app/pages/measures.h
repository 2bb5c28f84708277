/* measures.h - the figures of a run that are compared over time
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tilescribe.h"

G_BEGIN_DECLS

typedef enum
{
  TILESCRIBE_MEASURE_RATE,    /* seconds of work a second of recording */
  TILESCRIBE_MEASURE_ENCODER, /* the same of the encoder alone */
  TILESCRIBE_MEASURE_TOKEN,   /* milliseconds of the decoder a token */
  TILESCRIBE_MEASURE_LATENCY, /* milliseconds from the end of an utterance to its text */
  TILESCRIBE_MEASURE_POWER,   /* watts of an NPU while it works */
  TILESCRIBE_MEASURE_ENERGY,  /* joules of it for a minute of audio */
  TILESCRIBE_N_MEASURES
} TilescribeMeasure;

/* For a person, translated. */
const char *tilescribe_measure_title (TilescribeMeasure measure);
const char *tilescribe_measure_unit (TilescribeMeasure measure);

/* NaN where the run does not tell. */
double tilescribe_measure_of (TilescribeMeasure measure, const ScribeRunStats *run);

/* Whether that figure is an emulator's, and not of this machine. */
gboolean tilescribe_measure_is_modelled (TilescribeMeasure measure, const ScribeRunStats *run);

/* What somebody said, and not a recording of any length: the same work takes longer a second there, as windows are not full. */
gboolean tilescribe_run_is_utterance (const ScribeRunStats *run);

/* Whether it is a time: more of it is slower. */
gboolean tilescribe_measure_is_time (TilescribeMeasure measure);

/* Whether the figure makes sense for runs such as this one: only utterances have an end of speech, and only a real NPU a power of its own. */
gboolean tilescribe_measure_applies (TilescribeMeasure measure, const ScribeRunStats *run);

G_END_DECLS
