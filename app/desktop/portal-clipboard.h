/* portal-clipboard.h - the clipboard by the Clipboard portal, borrowed for one text and given back
 *
 *   tilescribe_portal_clipboard_lend_async (clipboard, text, cancellable, done, data)   what is there is remembered, then the text put there
 *   "read"                                                                              somebody got the text
 *   tilescribe_portal_clipboard_give_back (clipboard, 500)                              what was there returns
 *
 * On Wayland a program without the focus cannot put anything on the clipboard, and somebody who dictates into another window has not
 * given it the focus. A session of the RemoteDesktop portal may; what it holds is gone when it ends.
 *
 * As with every loan: what a person copied meanwhile is never replaced, and a text that is not given back stays. "read" (void) comes
 * each time that somebody has got the text.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "desktop/portal.h"

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_PORTAL_CLIPBOARD (tilescribe_portal_clipboard_get_type ())
G_DECLARE_FINAL_TYPE (TilescribePortalClipboard, tilescribe_portal_clipboard, TILESCRIBE, PORTAL_CLIPBOARD, GObject)

/* Before the session is started: listens to what portal tells of the clipboard. Keeps a reference. */
TilescribePortalClipboard *tilescribe_portal_clipboard_new (TilescribePortal *portal);

void tilescribe_portal_clipboard_lend_async (TilescribePortalClipboard *clipboard,
                                             const char *text,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer user_data);
gboolean tilescribe_portal_clipboard_lend_finish (TilescribePortalClipboard *clipboard, GAsyncResult *result, GError **error);

void tilescribe_portal_clipboard_give_back (TilescribePortalClipboard *clipboard, guint after_ms);

G_END_DECLS
