/* run-fields.c - the fields of ScribeRunStats as a table
 *
 * SPDX-License-Identifier: MIT
 */
#include "run-fields.h"

#define FIELD(name, type)                              \
  {                                                    \
#name, type, G_STRUCT_OFFSET(ScribeRunStats, name) \
  }

const RunField run_fields[N_RUN_FIELDS] = {
  FIELD (model, RUN_TEXT),
  FIELD (device, RUN_TEXT),
  FIELD (device_reason, RUN_TEXT),
  FIELD (language, RUN_TEXT),
  FIELD (language_probability, RUN_FLOAT),
  FIELD (translated, RUN_FLAG),
  FIELD (n_threads, RUN_COUNT),
  FIELD (n_windows, RUN_COUNT),
  FIELD (n_tokens, RUN_COUNT),
  FIELD (n_steps, RUN_COUNT),
  FIELD (n_fallbacks, RUN_COUNT),
  FIELD (n_silent, RUN_COUNT),
  FIELD (n_guesses, RUN_COUNT),
  FIELD (audio, RUN_SECONDS),
  FIELD (total, RUN_SECONDS),
  FIELD (load, RUN_SECONDS),
  FIELD (read, RUN_SECONDS),
  FIELD (mel, RUN_SECONDS),
  FIELD (encode, RUN_SECONDS),
  FIELD (decode, RUN_SECONDS),
  FIELD (align, RUN_SECONDS),
  FIELD (peak_memory, RUN_BYTES),
  FIELD (tail, RUN_LIVE),
  FIELD (voice, RUN_LIVE),
  FIELD (wait, RUN_LIVE),
  FIELD (insert_s, RUN_LIVE),
  FIELD (latency, RUN_LIVE),
  FIELD (overruns, RUN_COUNT),
};
