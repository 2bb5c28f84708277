/* trial.h - trials of an NPU and of devices side by side, with a bar while they run, and their tables on a terminal
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tilescribe.h"

G_BEGIN_DECLS

/* options: what progress and data are is set here. */
ScribeReport *cli_trial_bench (ScribeTrialOptions *options, GError **error);
ScribeReport *cli_trial_compare (ScribeCompareOptions *options, GError **error);

/* passed: NULL: only figures are wanted. */
ScribeReport *cli_trial_validate (ScribeTrialOptions *options, gboolean *passed, GError **error);

void cli_trial_print (const ScribeReport *report);
void cli_trial_print_table (const ScribeTable *table);
void cli_trial_print_json (const ScribeReport *report);

G_END_DECLS
