/* npu-power.h - what the NPU takes while something runs on it
 *
 * A thread of its own reads a meter from time to time. A reading counts if the NPU has worked for this process since the one before: what it takes when it waits for
 * the next word does not. A run that is over before there was any is read at its end.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct ScribeNpuPower ScribeNpuPower;

/* Begins to look at the first NPU below root, which is "" for this machine. */
ScribeNpuPower *scribe_npu_power_begin (const char *root);

/* Ends that and frees it. Mean watts of the whole NPU; negative where nobody told, or it did not work. */
double scribe_npu_power_end (ScribeNpuPower *power);

G_END_DECLS
