/* alignment-heads.h - which heads of which model look at the word they write
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "device/device.h"

G_BEGIN_DECLS

/* GArray of ScribeAlignmentHead, at least one. */
GArray *scribe_alignment_heads (const ScribeModelSizes *sizes);

G_END_DECLS
