/* clipboard-memory.h - what is on a clipboard, in a form that can be put back
 *
 * A clipboard holds nothing itself: its owner sends what he is asked for. So every format that matters is asked for and copied: text, markup,
 * one image, lists of files. Another program's private formats are not; nor is what exceeds 32 MiB, or what the owner has not sent
 * within half a second.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

/* By which password managers ask programs that keep a history of the clipboard to leave it out, with TILESCRIBE_CLIPBOARD_SECRET (KDE's
 * convention, which KeePassXC, CopyQ and others share). What is put back has it too: a history has it already, or was asked not to. */
#define TILESCRIBE_CLIPBOARD_HINT   "x-kde-passwordManagerHint"
#define TILESCRIBE_CLIPBOARD_SECRET "secret"

#define TILESCRIBE_CLIPBOARD_MAX_BYTES (32u << 20)
#define TILESCRIBE_CLIPBOARD_READ_MS   500

/* Of the formats that are there, those to copy: interned names, most important first. */
GPtrArray *tilescribe_clipboard_choose_formats (GdkContentFormats *there);

void tilescribe_clipboard_read_async (GdkClipboard *clipboard, GAsyncReadyCallback callback, gpointer user_data);

/* For gdk_clipboard_set_content(); NULL where there is anything that could not be read, even if the rest was. An empty clipboard gives an empty provider. */
GdkContentProvider *tilescribe_clipboard_read_finish (GdkClipboard *clipboard, GAsyncResult *result);

G_END_DECLS
