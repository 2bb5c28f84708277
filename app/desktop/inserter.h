/* inserter.h - text into the window that has the focus
 *
 *   TilescribeInserter *inserter = tilescribe_inserter_choose (TILESCRIBE_INSERTION_AUTO, &why);
 *   tilescribe_inserter_insert_async (inserter, "Grüße 🙂", cancellable, done, data);
 *
 * One interface, one implementation for each way that a desktop offers: X11 (XTest), the RemoteDesktop portal, wlroots' virtual
 * keyboard, the clipboard. Where text is pasted, what the clipboard held before is put back, but only after the paste was read.
 * All of it is for the GTK thread, and none of it waits there.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a person chose; the values of the key "insertion". */
typedef enum
{
  TILESCRIBE_INSERTION_AUTO,  /* the best way this session has */
  TILESCRIBE_INSERTION_PASTE, /* clipboard, and the keys that paste it */
  TILESCRIBE_INSERTION_TYPE,  /* key by key; slower, and the clipboard is never touched */
  TILESCRIBE_INSERTION_COPY,  /* the clipboard only */
  TILESCRIBE_INSERTION_KEEP   /* nothing: the text is in the window and the history */
} TilescribeInsertion;

/* What became of a text. */
typedef enum
{
  TILESCRIBE_INSERTED_PASTED,
  TILESCRIBE_INSERTED_TYPED,
  TILESCRIBE_INSERTED_COPIED
} TilescribeInserted;

#define TILESCRIBE_TYPE_INSERTER (tilescribe_inserter_get_type ())
G_DECLARE_INTERFACE (TilescribeInserter, tilescribe_inserter, TILESCRIBE, INSERTER, GObject)

struct _TilescribeInserterInterface
{
  GTypeInterface parent;

  gboolean waits_for_hotkey; /* presses keys that mix with those a person holds */
  gboolean is_blind;         /* and does not see which these are */
  void (*insert_async) (TilescribeInserter *inserter,
                        const char *text,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
  gboolean (*insert_finish) (TilescribeInserter *inserter, GAsyncResult *result, TilescribeInserted *how, GError **error);
};

/* The way to insert that this session offers for what was chosen; NULL for KEEP. why (transfer full): a translated sentence that tells what
 * the session can do and, where that is less than was asked for, what to do instead. */
TilescribeInserter *tilescribe_inserter_choose (TilescribeInsertion insertion, char **why);

/* Inserts text (UTF-8, of any length and script). The callback is called when the target has it, as far as that can be known. A
 * second call waits for the first. Fails with a sentence that tells what to do; the text is on the clipboard then, if it could be put there. */
void tilescribe_inserter_insert_async (TilescribeInserter *inserter,
                                       const char *text,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
gboolean
tilescribe_inserter_insert_finish (TilescribeInserter *inserter, GAsyncResult *result, TilescribeInserted *how, GError **error);

/* While the hotkey is down, Ctrl+V would be another shortcut: texts wait until it is up, where they are pasted by it. */
void tilescribe_inserter_tell_hotkey (TilescribeInserter *inserter, gboolean is_down);

/* ---- For implementations ---- */

/* Puts a text on the clipboard for the person to paste. Fails with where to find it instead: on Wayland a desktop may take it only from
 * the window that has the focus, and does not say that it did not. */
gboolean tilescribe_inserter_copy (const char *text, GError **error);

/* The same for a text that could not be inserted; the sentence of error goes on with where the text is. */
void tilescribe_inserter_rescue (const char *text, GError *error);

G_END_DECLS
