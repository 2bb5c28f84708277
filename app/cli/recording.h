/* recording.h - one recording through the engine, to its output and into the history
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "interrupt.h"

#include "tilescribe.h"

G_BEGIN_DECLS

/* What all recordings of a call share; nothing in it is owned. */
typedef struct
{
  ScribeEngine *engine;
  const ScribeTranscribeOptions *options;
  ScribeFormat format;
  ScribeStore *store; /* NULL: nothing is kept in the history */
  CliInterrupt *interrupt;
  gboolean quiet; /* nothing but text and errors */
} CliTranscriber;

typedef enum
{
  CLI_RECORDING_DONE,
  CLI_RECORDING_FAILED,   /* the others may still be done */
  CLI_RECORDING_NONSENSE, /* an option makes no sense, for any of them */
  CLI_RECORDING_STOPPED   /* by a person, or nobody reads the text any more */
} CliRecordingState;

/* Transcribes a file ("-": standard input) to output (NULL: standard output) and tells what went wrong. */
CliRecordingState cli_recording_transcribe (const CliTranscriber *with, const char *file, const char *output);

G_END_DECLS
