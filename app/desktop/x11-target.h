/* x11-target.h - the window that has the focus: what it is called, and by which keys it pastes
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "desktop/x11-connection.h"

G_BEGIN_DECLS

typedef struct
{
  xcb_window_t window;
  char name[64]; /* for a sentence */
  guint paste_keysym;
  guint paste_modifiers;
  gboolean pastes_primary; /* its keys paste what was selected last, not what was copied */
  gboolean answers_ping;
} TilescribeX11Target;

/* FALSE: no window has the focus, or none that text can go to. */
gboolean tilescribe_x11_target_find (xcb_connection_t *connection, TilescribeX11Target *target);

/* Whether a and b belong to the same program: the server gives each its own range of numbers. */
gboolean tilescribe_x11_is_same_client (xcb_connection_t *connection, xcb_window_t a, xcb_window_t b);

gboolean tilescribe_x11_target_has_focus (xcb_connection_t *connection, const TilescribeX11Target *target);

/* Asks the program behind the window whether it is there (_NET_WM_PING). Programs answer in turn, so everything sent before was dealt with once
 * an answer has come. Window managers ask the same; an answer to them is not taken for one to us. */
void tilescribe_x11_target_ping (xcb_connection_t *connection, const TilescribeX11Target *target);
gboolean tilescribe_x11_target_has_answered (xcb_connection_t *connection, const TilescribeX11Target *target);

G_END_DECLS
