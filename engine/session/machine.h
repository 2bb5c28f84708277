/* machine.h - what the engine finds here: the instruction set it chose, and the libraries it is linked to
 *
 * For a person who asks what works on this machine; no engine is needed.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the CPU device computes with on this processor: "avx512", "avx2", "neon" or "plain". */
const char *scribe_machine_instruction_set (void);

/* "SQLite 3.40.1", and so on: the versions that run, not those compiled against. NULL-terminated, for g_strfreev(). */
char **scribe_machine_libraries (void);

G_END_DECLS
