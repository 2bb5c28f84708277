/* writer-formats.h - a transcript as txt, srt, vtt, json and csv
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "writer.h"

G_BEGIN_DECLS

typedef struct
{
  GString *text; /* to be written next */
  gboolean word_times;
  guint n; /* cues or segments so far */
} Formatter;

typedef struct
{
  const char *name; /* and file name extension */
  void (*head) (Formatter *f);
  void (*segment) (Formatter *f, const ScribeSegment *segment);
  void (*tail) (Formatter *f, const ScribeRunStats *run);
} Format;

#define N_FORMATS 5

extern const Format formats[N_FORMATS]; /* by ScribeFormat */

G_END_DECLS
