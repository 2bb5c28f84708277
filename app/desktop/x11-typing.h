/* x11-typing.h - a text, key by key
 *
 * A key every 12 ms: programs of all toolkits lose characters when it is faster. Nothing is typed while a person holds a key, nor into
 * another program than the one where it began. The text counts as typed when the program says that it has dealt with the keys.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "desktop/x11-keyboard.h"
#include "desktop/x11-target.h"

G_BEGIN_DECLS

/* Whether a person holds a key, so that nothing can be pressed yet. since: monotonic time from which on he may. After half a minute that is an
 * error (and FALSE): a key that is stuck, or a book on it, would keep all texts back without a word. */
gboolean tilescribe_x11_is_held (TilescribeX11Keyboard *keyboard, gint64 since, GError **error);

/* connection and keyboard must last until the callback. */
void tilescribe_x11_type_async (xcb_connection_t *connection,
                                TilescribeX11Keyboard *keyboard,
                                const char *text,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean tilescribe_x11_type_finish (GAsyncResult *result, GError **error);

G_END_DECLS
