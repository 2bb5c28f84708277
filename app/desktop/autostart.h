/* autostart.h - the program starts with the desktop session
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* FALSE in a sandbox, which cannot write to the desktop's folder. */
gboolean tilescribe_autostart_is_possible (void);

/* Writes or deletes the desktop file in the autostart folder of the person. */
void
tilescribe_autostart_set_async (gboolean starts, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean tilescribe_autostart_set_finish (GAsyncResult *result, GError **error);

G_END_DECLS
