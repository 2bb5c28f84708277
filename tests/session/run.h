/* run.h - an engine run over a sound, and what it told
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "sound.h"
#include "tilescribe.h"

G_BEGIN_DECLS

typedef struct
{
  ScribeTranscribeOptions options;
  GPtrArray *segments; /* of ScribeSegment */
  char language[4];    /* told; "": not yet */
  double progress;     /* seconds told last */
  guint cancel_after;  /* segments; 0: never */
  gboolean any_times;  /* of a model of random weights, whose timestamps lie outside of their window */
  GCancellable *cancellable;
  gboolean (*interrupted) (gpointer run);
  gpointer data; /* of the test */
  ScribeRunStats stats;
  GError *error;
} Run;

/* The starter model on a device, two threads. */
ScribeEngine *run_engine (const char *device, guint n_windows);
ScribeEngine *run_engine_of (const char *model, const char *device, guint n_beams, guint n_windows);
char *run_starter_path (void);

/* A run with default options but for no fallback, so that the text does not depend on chance. */
void run_init (Run *run);
void run_clear (Run *run);

/* Transcribes the sound; fails the test where that fails, unless may_fail. Checks what holds of any run: times do not go back, texts
 * are valid, progress rises, the language is known before the first text. */
gboolean run_sound (Run *run, ScribeEngine *engine, const GArray *sound, gboolean may_fail);
void run_clip (Run *run, ScribeEngine *engine, const char *clip);

/* All texts in a row, without the space in front. */
char *run_text (const Run *run);

/* Texts and times, a line each. */
char *run_lines (const Run *run);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

G_END_DECLS
