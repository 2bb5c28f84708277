/* x11-keyboard.h - keys pressed on the X server's keyboard
 *
 *   begin   reads the layout; Caps Lock and other locks are off and the first layout is on until end
 *   prepare sees to it that symbols have keys
 *   tap     presses one and lets it go
 *   end     locks and layout are as they were
 *
 * A symbol that the layout lacks is put on a key that has none. It stays there for some seconds after the end, because a program that is slow
 * looks up what a key means when it gets to it; then the key is empty again.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "desktop/x11-connection.h"

G_BEGIN_DECLS

typedef struct _TilescribeX11Keyboard TilescribeX11Keyboard;

TilescribeX11Keyboard *tilescribe_x11_keyboard_new (xcb_connection_t *connection);
void tilescribe_x11_keyboard_free (TilescribeX11Keyboard *keyboard);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TilescribeX11Keyboard, tilescribe_x11_keyboard_free)

/* Whether a person holds any key: it would be pressed together with ours, and while it is one that a program has grabbed, ours go there. */
gboolean tilescribe_x11_keyboard_is_held (TilescribeX11Keyboard *keyboard);

/* FALSE: the server does not answer. */
gboolean tilescribe_x11_keyboard_begin (TilescribeX11Keyboard *keyboard);
void tilescribe_x11_keyboard_end (TilescribeX11Keyboard *keyboard);

/* Returns how many of keysyms [n], from the first on, have keys now. changed: other programs need a moment to learn of it. */
guint tilescribe_x11_keyboard_prepare (TilescribeX11Keyboard *keyboard, const guint *keysyms, guint n, gboolean *changed);

/* modifiers: XCB_MOD_MASK_SHIFT, XCB_MOD_MASK_CONTROL. FALSE: no key has it. */
gboolean tilescribe_x11_keyboard_tap (TilescribeX11Keyboard *keyboard, guint keysym, guint modifiers);

G_END_DECLS
