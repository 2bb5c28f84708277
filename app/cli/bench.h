/* bench.h - what tilescribe bench measures
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tilescribe.h"

G_BEGIN_DECLS

#define CLI_BENCH_WINDOW 30.0 /* seconds of sound */
#define CLI_BENCH_PROMPT 32   /* tokens */

typedef enum
{
  CLI_STAGE_LOAD, /* open the model, and prepare it on the device */
  CLI_STAGE_MEL,
  CLI_STAGE_ENCODE,
  CLI_STAGE_CROSS,  /* keys and values of the encoder's output for each layer of the decoder */
  CLI_STAGE_PROMPT, /* one step of CLI_BENCH_PROMPT tokens */
  CLI_STAGE_TOKEN,  /* one step of one token */
  CLI_N_STAGES
} CliStage;

typedef struct
{
  ScribeEngine *engine; /* the last that was loaded */
  guint n_runs, n_tokens;
  GArray *seconds[CLI_N_STAGES]; /* of double, one a run */
  double token_bytes;            /* weights and caches read for a token */
  double bandwidth;              /* of the machine's memory, bytes a second */
  guint64 peak_memory;           /* bytes */

  const char *recording; /* NULL: none was given */
  ScribeRunStats run;    /* of the last time */
  GArray *totals;        /* of double: seconds to transcribe it, one a run */
} CliBench;

double cli_bench_median (GArray *seconds);

/* Time in relation to the length of the sound: of the recording where there is one, else of a window. */
double cli_bench_real_time_factor (const CliBench *bench);

void cli_bench_print_tables (const CliBench *bench, gboolean each_op);
void cli_bench_print_json (const CliBench *bench);

G_END_DECLS
