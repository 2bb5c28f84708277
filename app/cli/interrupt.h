/* interrupt.h - Ctrl-C, and what else asks a program to stop
 *
 * SIGINT, SIGTERM and SIGHUP cancel the cancellable of this object; a second one ends the process at once. Until there is something
 * to keep, the first one does that already: a model that is being loaded cannot be stopped in any other way.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _CliInterrupt CliInterrupt;

/* At most one at a time: signals belong to the process. */
CliInterrupt *cli_interrupt_new (void);
void cli_interrupt_free (CliInterrupt *interrupt);

/* From now on there is something to keep. */
void cli_interrupt_keep (CliInterrupt *interrupt);

GCancellable *cli_interrupt_get_cancellable (CliInterrupt *interrupt);
gboolean cli_interrupt_is_asked (CliInterrupt *interrupt);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliInterrupt, cli_interrupt_free)

G_END_DECLS
