/* input.h - standard input that can be given up
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Lets standard input end when cancellable is cancelled, even while whoever feeds it stays silent. */
void cli_input_end_when_cancelled (GCancellable *cancellable);

G_END_DECLS
