/* transcript.h - what comes out: segments, words, and what the run was like
 *
 * Plain data, made by the decoder, shown by the app, kept by the store, written by the writers. Times are seconds from the
 * start of the recording. Texts are valid UTF-8; a segment's text starts with the space that Whisper puts there.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "profile.h"

G_BEGIN_DECLS

typedef struct
{
  double start, end; /* seconds */
  float probability; /* mean probability of its tokens, 0..1 */
  char *text;        /* with the space and punctuation that belong to it */
} ScribeWord;

typedef struct
{
  double start, end; /* seconds */
  char *text;
  float probability;       /* exp of the mean log probability of its window: confidence, 0..1 */
  float no_speech;         /* probability that its window holds no speech, 0..1 */
  float temperature;       /* at which its window was decoded at last */
  float compression_ratio; /* of its window's text; above 2.4 it repeats itself */
  GPtrArray *words;        /* of ScribeWord, owned; NULL where word times were not asked for */
} ScribeSegment;

/* What nobody measured: any negative number. */
#define SCRIBE_UNKNOWN (-1.0)

/* One run of the engine over one recording, or over one utterance of a dictation: a row of the performance history. Times are
 * wall-clock seconds. A struct of zeros says that what a live run alone knows took no time: begin with scribe_run_stats_init(). */
typedef struct
{
  char *model;                /* name of the model file without folder and extension */
  char *device;               /* the device that really ran: "cpu", "reference" */
  char *device_reason;        /* why that device, a sentence */
  char *language;             /* code, "en"; spoken language, also when translating */
  float language_probability; /* 1 where the language was given and not detected */
  gboolean translated;
  guint n_threads;
  guint n_windows;     /* 30 s windows encoded */
  guint n_tokens;      /* tokens sampled, failed attempts included */
  guint n_steps;       /* decoder steps run */
  guint n_fallbacks;   /* windows that had to be decoded again at a higher temperature */
  guint n_silent;      /* windows that were skipped as silence */
  guint n_guesses;     /* windows whose text was left out, as it was guessed */
  double audio;        /* seconds of recording done */
  double total;        /* wall time of it all, with loading */
  double load;         /* open and prepare the model; 0 where it was loaded already */
  double read;         /* read and resample the recording */
  double mel, encode;  /* on the device */
  double decode;       /* prompt and token steps on the device */
  double align;        /* word times */
  guint64 peak_memory; /* of the process, bytes */

  /* Of an utterance, from the moment that it was over; negative where not known, as it is of files. */
  double tail;     /* heard on after the key was released */
  double voice;    /* from the end of speech to the decision that it is the end; 0 where a key told */
  double wait;     /* until the engine was free */
  double insert_s; /* from text to the window it went to */
  double
      latency; /* from the key's release, or the decision, to the text handed over: insertion is part of it once that is known */
  guint overruns; /* of the microphone, in this dictation so far */

  /* Of a run on an NPU. On an emulated one "mel" and "encode" are modelled, too. */
  ScribeArrayTimes array;            /* what the NPU's time was spent on */
  char *driver, *firmware, *overlay; /* which versions; NULL: there is none, or it is not known */
  double watts;  /* of the whole NPU, on average while it worked for this run; negative: not known, as on an emulated one */
  double joules; /* that power, for as long as the array was busy with this run; negative: not known */
} ScribeRunStats;

ScribeWord *scribe_word_new (double start, double end, float probability, const char *text);
void scribe_word_free (ScribeWord *word);

/* A segment of this time and text (copied), all else zero. */
ScribeSegment *scribe_segment_new (double start, double end, const char *text);
ScribeSegment *scribe_segment_copy (const ScribeSegment *segment);
void scribe_segment_free (ScribeSegment *segment);

/* Changes a segment's text as a person does who corrects it. Words that stay keep their times and confidences; what was put in the
 * place of others gets their time, shared by length, and a confidence of 1. The space that the text began with is kept. */
void scribe_segment_edit (ScribeSegment *segment, const char *text);

/* Nothing done, nothing known. */
void scribe_run_stats_init (ScribeRunStats *stats);

/* Joules for a minute of audio; negative: not known. */
double scribe_run_stats_energy (const ScribeRunStats *stats);

/* Frees the strings in it and leaves it as after _init; the struct itself belongs to the caller. */
void scribe_run_stats_clear (ScribeRunStats *stats);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeWord, scribe_word_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeSegment, scribe_segment_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ScribeRunStats, scribe_run_stats_clear)

G_END_DECLS
