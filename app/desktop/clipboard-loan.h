/* clipboard-loan.h - a clipboard that is borrowed for one text, and given back
 *
 *   tilescribe_clipboard_loan_async (clipboard, text, cancellable, done, data)     what is there is remembered, then the text put there
 *   "read"                                                                         somebody got the text
 *   tilescribe_clipboard_loan_give_back (loan, 300)                                what was there returns
 *
 * The order is what matters: who restores a clipboard by the clock pastes its old content into a window that was slow. So the loan
 * tells when the text was read, and whoever borrowed decides whether that was the paste. Programs that keep a history of the clipboard
 * read a text as soon as it is there; they are asked not to, but not every one heeds that.
 *
 * A loan that follows another takes over what the first remembered, so after several texts it is the first content that returns. What a
 * person copied meanwhile is never replaced. A loan that is not given back leaves the text where it is.
 *
 * Signals: "read" (void), in the GTK thread, each time that somebody has got the text.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_CLIPBOARD_LOAN (tilescribe_clipboard_loan_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeClipboardLoan, tilescribe_clipboard_loan, TILESCRIBE, CLIPBOARD_LOAN, GdkContentProvider)

void tilescribe_clipboard_loan_async (GdkClipboard *clipboard,
                                      const char *text,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);

/* Fails where the desktop does not let the program have the clipboard. */
TilescribeClipboardLoan *tilescribe_clipboard_loan_finish (GdkClipboard *clipboard, GAsyncResult *result, GError **error);

/* After so many milliseconds; 0: at once. Later calls replace earlier ones. */
void tilescribe_clipboard_loan_give_back (TilescribeClipboardLoan *loan, guint after_ms);

G_END_DECLS
