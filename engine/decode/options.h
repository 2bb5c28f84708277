/* options.h - how to transcribe, and what is told meanwhile
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "transcript.h"

G_BEGIN_DECLS

/* How to transcribe; OpenAI's names and defaults (whisper/transcribe.py), but for beam 1. */
typedef struct
{
  const char *language;          /* code or English name; NULL: detect (English for an English-only model) */
  gboolean translate;            /* to English */
  const char *prompt;            /* what came before, or names to expect; NULL: none */
  guint beam;                    /* 1: greedy */
  guint best_of;                 /* samples at a temperature above 0 */
  float temperature;             /* of the first try */
  float temperature_step;        /* tries rise by it to 1.0; 0: no second try */
  float compression_ratio_limit; /* above it a try has failed: it repeats itself */
  float logprob_limit;           /* mean log probability under which a try has failed */
  float no_speech_limit;         /* above it a window whose log probability is low counts as silence */
  float guess_limit;   /* under it the last try has only guessed, and its text is left out; -INFINITY keeps it, as OpenAI does */
  gboolean timestamps; /* FALSE: no timestamp tokens, one segment a window */
  gboolean word_times;
  gboolean condition;  /* on the text of the windows before; the starter model does worse: scribe_catalogue_conditions() */
  gboolean vad;        /* skip windows in which voice activity hears no speech */
  gboolean batch;      /* cut at silence, condition on nothing, several windows at once */
  guint audio_context; /* encoder positions to use, 0: all; fewer is faster and not what the model was trained for */
  guint64 seed;        /* of sampling */
} ScribeTranscribeOptions;

void scribe_transcribe_options_init (ScribeTranscribeOptions *options);

typedef struct
{
  /* The language spoken, a code: as soon as it is known, before the first segment. */
  void (*language) (const char *code, gpointer data);
  /* A finished segment, in the order of time; belongs to the caller of this function. */
  void (*segment) (const ScribeSegment *segment, gpointer data);
  /* Seconds of recording done, and in all (negative if unknown). */
  void (*progress) (double done, double total, gpointer data);
  /* The cancellable was cancelled: TRUE to go on where that left off, once what was more urgent is done and the cancellable was
   * reset; FALSE, or no such function, to end. */
  gboolean (*interrupted) (gpointer data);
  gpointer data;
} ScribeTranscribeEvents;

G_END_DECLS
