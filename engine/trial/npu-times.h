/* npu-times.h - what a device takes, or an emulated NPU would, run by run
 *
 * A measurement runs the graphs of a model, or one matrix product, over silence: how long that takes does not depend on what is said.
 * Each has a device of its own, so several run at once on emulated NPUs: modelled times are the same every time, those of the host are
 * processor times of the thread that asked. All other devices are measured, one after another, by the clock on the wall: what the device's
 * own rows do not tell of it is in one more, "rest".
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "device/device.h"

G_BEGIN_DECLS

/* Windows of sound, by positions of the encoder */
typedef enum
{
  SCRIBE_SPAN_UTTERANCE, /* 5.12 s */
  SCRIBE_SPAN_SHORT,     /* 10.24 s */
  SCRIBE_SPAN_WINDOW,    /* as long as the model hears */
  SCRIBE_N_SPANS
} ScribeSpan;

#define SCRIBE_TIMES_WINDOWS   32 /* decoded together of a long recording */
#define SCRIBE_TIMES_TOKENS    80 /* of a window */
#define SCRIBE_TIMES_UTTERANCE 20 /* tokens of an utterance */
#define SCRIBE_TIMES_PROMPT    3  /* tokens before the first that is spoken */

/* Of one run, or on average of some: ScribeProfileRow for each op; "bytes" of those of audio, where they are modelled: the least that it has to move. A
 * window of another length than the one before, and a text's first step, give the host instructions to write; most others it keeps. */
typedef struct
{
  GArray *audio[SCRIBE_N_SPANS];   /* SCRIBE_SPAN_UTTERANCE is of another length than the one before, the others are not */
  GArray *new_length;              /* SCRIBE_SPAN_SHORT, when it is of another length */
  double emulated[SCRIBE_N_SPANS]; /* processor seconds that the host took for them */
  GArray *prompt;                  /* a step of SCRIBE_TIMES_PROMPT tokens */
  GArray *first, *token;           /* a step of one token of an utterance: the first of its text; one after another */
  GArray *first_batch, *batch;     /* steps of one token of each of n_windows windows */
  guint n_windows;                 /* decoded together */
  guint n_ops, n_idle_ops;         /* that the graphs have; that the array did not do */
} ScribeTimes;

typedef struct _ScribeMeasurement ScribeMeasurement;

struct _ScribeMeasurement
{
  const char *device; /* NULL: the emulator */
  guint n_threads;    /* of a device that has them; 0: one */
  guint n_windows;    /* decoded together; 0: SCRIBE_TIMES_WINDOWS */
  ScribeCosts costs;
  gboolean fast;
  guint n_columns;
  ScribeModel *model; /* NULL: a product of size x size matrices, in audio[SCRIBE_SPAN_WINDOW] */
  gboolean decodes;   /* decoder steps are wanted */
  gboolean instant;   /* see ScribeDeviceOptions; SCRIBE_SPAN_SHORT only */
  guint size;
  ScribeTimes times;
  GError *error;
};

/* Positions of the encoder in such a window. */
guint scribe_span_positions (const ScribeModel *model, ScribeSpan span);

/* A row's title, in which %u stands for the positions of its span; without one (SCRIBE_N_SPANS) as it is. For g_free(). */
char *scribe_span_title (const ScribeModel *model, const char *title, ScribeSpan span);

/* TRUE where this device's times are those of a clock that nobody watches. */
gboolean scribe_is_modelled (const char *device);

/* Does one, in this thread, with nothing beside it. */
gboolean scribe_measure_alone (ScribeMeasurement *measurement, GCancellable *cancellable, GError **error);

/* Does all of them, two at a time; progress is called in this thread. FALSE with error set where one failed. */
gboolean scribe_measure (ScribeMeasurement *measurements,
                         guint n,
                         void (*progress) (double done, double total, gpointer data),
                         gpointer data,
                         GCancellable *cancellable,
                         GError **error);
void scribe_measurement_clear (ScribeMeasurement *measurement);

/* Adds a row (sign 1), or takes it away (-1); n_tiles: the most. */
void scribe_times_add (ScribeProfileRow *sum, const ScribeProfileRow *row, double sign);

/* All ops whose names begin so, added up. */
ScribeProfileRow scribe_times_sum (GArray *rows, const char *prefix);

/* The encoder without what is made for the decoder. */
ScribeProfileRow scribe_times_encoder (GArray *rows);

/* Seconds of a row: those of the array, modelled where it is emulated, and those of the host. */
double scribe_row_modelled (const ScribeProfileRow *row);
double scribe_row_host (const ScribeProfileRow *row);

/* Seconds of all rows, of both kinds. */
double scribe_times_seconds (GArray *rows);

/* What a person waits for: seconds from the end of an utterance to its last token; how many times as fast as speech a long recording is. */
double scribe_times_utterance (const ScribeModel *model, const ScribeTimes *times);
double scribe_times_speed (const ScribeModel *model, const ScribeTimes *times);

G_END_DECLS
