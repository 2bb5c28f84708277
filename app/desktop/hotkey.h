/* hotkey.h - a key that is heard whatever window has the focus
 *
 * One interface, two implementations: XGrabKey on X11, the GlobalShortcuts portal elsewhere. A desktop that has neither can bind
 * a key of its own to "tilescribe toggle".
 *
 * Signals, in the GTK thread:
 *   pressed, released (void)   one of each per press, however long it lasts and whatever the keyboard repeats
 *   lost (GError *)            the key is not ours any more: the desktop took it, or the connection broke
 *   returned (void)            the desktop's service, with which the key was lost, is there again: bind it once more
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_HOTKEY (tilescribe_hotkey_get_type ())
G_DECLARE_INTERFACE (TilescribeHotkey, tilescribe_hotkey, TILESCRIBE, HOTKEY, GObject)

struct _TilescribeHotkeyInterface
{
  GTypeInterface parent;

  void (*bind_async) (TilescribeHotkey *hotkey,
                      const char *accelerator,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data);
  char *(*bind_finish) (TilescribeHotkey *hotkey, GAsyncResult *result, GError **error);
  void (*unbind) (TilescribeHotkey *hotkey);
};

/* The way to get a key in this session; NULL where there is none. why (transfer full): a translated sentence, then with what to do instead. */
TilescribeHotkey *tilescribe_hotkey_choose (char **why);

/* accelerator as gtk_accelerator_parse() reads it: "<Control><Alt>space". Replaces an earlier one. Returns what a person has to press, in
 * words of the desktop ("Ctrl+Alt+Space"; a portal may have bound another key than was asked for), or NULL: the key is taken by another
 * program, the person or the desktop refused, or it is no key. */
void tilescribe_hotkey_bind_async (TilescribeHotkey *hotkey,
                                   const char *accelerator,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
char *tilescribe_hotkey_bind_finish (TilescribeHotkey *hotkey, GAsyncResult *result, GError **error);

void tilescribe_hotkey_unbind (TilescribeHotkey *hotkey);

G_END_DECLS
