/* live.h - what is being said, on the last line of standard error
 *
 *   ● ▃ The quick brown fox jumps over
 *
 * Words that may still change are dim. Only where standard error is a terminal, else nothing is ever drawn.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CliLive CliLive;

/* silent: draw nothing, whatever standard error is. */
CliLive *cli_live_new (gboolean silent);

/* Takes the line off the screen. */
void cli_live_free (CliLive *live);

/* status: what is shown where nothing is said yet. level: 0 to 1. */
void cli_live_update (CliLive *live, const char *status, float level, const char *stable, const char *unstable);

/* Takes the line off the screen until the next update: something else is printed. */
void cli_live_hide (CliLive *live);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliLive, cli_live_free)

G_END_DECLS
