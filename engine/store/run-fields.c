/* run-fields.c - the fields of ScribeRunStats as a table
 *
 * SPDX-License-Identifier: MIT
 */
#include "run-fields.h"

#define FIELD_AT(name, type, member)                     \
  {                                                      \
#name, type, G_STRUCT_OFFSET(ScribeRunStats, member) \
  }
#define FIELD(name, type) FIELD_AT (name, type, name)

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
  FIELD_AT (modelled, RUN_FLAG, array.is_modelled),
  FIELD_AT (submit, RUN_LIVE, array.submit),
  FIELD_AT (kernel, RUN_LIVE, array.kernel),
  FIELD_AT (transfer, RUN_LIVE, array.transfer),
  FIELD_AT (host, RUN_LIVE, array.host),
  FIELD_AT (columns, RUN_COLUMNS, array.columns),
  FIELD (driver, RUN_TEXT),
  FIELD (firmware, RUN_TEXT),
  FIELD (overlay, RUN_TEXT),
  FIELD (watts, RUN_LIVE),
  FIELD (joules, RUN_LIVE),
};
