/* progress.h - a bar on the last line of standard error
 *
 *   talk.mp3  ━━━━━━━━━━━━────────────  43 %  12:01 of 28:00, 3:10 left
 *
 * Only where standard error is a terminal, else nothing is ever drawn: callers need not ask. Whoever prints hides it first.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CliProgress CliProgress;

/* An amount as text: for g_free(). */
typedef char *(*CliAmount) (double amount);

/* silent: draw nothing, whatever standard error is. */
CliProgress *cli_progress_new (const char *label, CliAmount amount, gboolean silent);
void cli_progress_free (CliProgress *progress);

/* So much is done, of so much in all (0 or less where that is not known). */
void cli_progress_update (CliProgress *progress, double done, double total);

/* Takes the bar off the screen until the next update. */
void cli_progress_hide (CliProgress *progress);

/* Puts it back as it was. */
void cli_progress_show (CliProgress *progress);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliProgress, cli_progress_free)

G_END_DECLS
