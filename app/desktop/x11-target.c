/* x11-target.c - the window that has the focus: what it is called, and by which keys it pastes
 *
 * The focus is often a child without a name, so the name is looked for on the way up to the root. Without a window manager, windows without a
 * name count too. A desktop's own background is a window that may have the focus; text has no place there.
 *
 * Sources: ICCCM 4.1.2.5 (WM_CLASS), EWMH 1.5 (_NET_WM_PING, _NET_ACTIVE_WINDOW, _NET_WM_WINDOW_TYPE).
 *
 * SPDX-License-Identifier: MIT
 */
#include "desktop/x11-target.h"

#include <gdk/gdk.h>
#include <string.h>

#define CLASS_BYTES 256
/* EWMH has answers sent to those who select the former; Qt 5 sends them to the latter. */
#define ANSWERS   (XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY | XCB_EVENT_MASK_STRUCTURE_NOTIFY)
#define PING_TIME 0 /* no window manager asks at this time: its questions carry the server's */

typedef struct
{
  const char *class; /* either part of WM_CLASS, in any case */
  guint keysym;
  guint modifiers;
  gboolean primary;
} PasteKeys;

#define CONTROL_SHIFT_V GDK_KEY_v, XCB_MOD_MASK_CONTROL | XCB_MOD_MASK_SHIFT, FALSE
#define SHIFT_INSERT    GDK_KEY_Insert, XCB_MOD_MASK_SHIFT, TRUE

/* Everything else pastes with Ctrl+V. */
static const PasteKeys paste_keys[] = {
  { "xterm", SHIFT_INSERT },
  { "uxterm", SHIFT_INSERT },
  { "urxvt", SHIFT_INSERT },
  { "rxvt", SHIFT_INSERT },
  { "emacs", SHIFT_INSERT },
  { "gvim", SHIFT_INSERT },
  { "alacritty", CONTROL_SHIFT_V },
  { "blackbox", CONTROL_SHIFT_V },
  { "com.mitchellh.ghostty", CONTROL_SHIFT_V },
  { "com.raggesilver.blackbox", CONTROL_SHIFT_V },
  { "contour", CONTROL_SHIFT_V },
  { "cool-retro-term", CONTROL_SHIFT_V },
  { "deepin-terminal", CONTROL_SHIFT_V },
  { "gnome-terminal", CONTROL_SHIFT_V },
  { "gnome-terminal-server", CONTROL_SHIFT_V },
  { "guake", CONTROL_SHIFT_V },
  { "hyper", CONTROL_SHIFT_V },
  { "io.elementary.terminal", CONTROL_SHIFT_V },
  { "kgx", CONTROL_SHIFT_V },
  { "kitty", CONTROL_SHIFT_V },
  { "konsole", CONTROL_SHIFT_V },
  { "lxterminal", CONTROL_SHIFT_V },
  { "mate-terminal", CONTROL_SHIFT_V },
  { "org.gnome.console", CONTROL_SHIFT_V },
  { "org.gnome.ptyxis", CONTROL_SHIFT_V },
  { "org.wezfurlong.wezterm", CONTROL_SHIFT_V },
  { "pantheon-terminal", CONTROL_SHIFT_V },
  { "ptyxis", CONTROL_SHIFT_V },
  { "qterminal", CONTROL_SHIFT_V },
  { "rio", CONTROL_SHIFT_V },
  { "roxterm", CONTROL_SHIFT_V },
  { "sakura", CONTROL_SHIFT_V },
  { "st-256color", CONTROL_SHIFT_V },
  { "terminator", CONTROL_SHIFT_V },
  { "terminology", CONTROL_SHIFT_V },
  { "tilda", CONTROL_SHIFT_V },
  { "tilix", CONTROL_SHIFT_V },
  { "xfce4-terminal", CONTROL_SHIFT_V },
  { "yakuake", CONTROL_SHIFT_V },
};

static xcb_get_property_reply_t *
get_property (xcb_connection_t *connection, xcb_window_t window, const char *name, xcb_atom_t type, guint bytes)
{
  xcb_get_property_cookie_t cookie = xcb_get_property (connection, FALSE, window, tilescribe_x11_get_atom (connection, name),
                                                       type, 0, bytes / 4);

  return xcb_get_property_reply (connection, cookie, NULL);
}

static gboolean
has_atom (xcb_connection_t *connection, xcb_window_t window, const char *property, const char *atom)
{
  g_autofree xcb_get_property_reply_t *reply = get_property (connection, window, property, XCB_ATOM_ATOM, 256);
  xcb_atom_t wanted = tilescribe_x11_get_atom (connection, atom);

  for (int i = 0; reply != NULL && reply->format == 32 && i < xcb_get_property_value_length (reply) / 4; i++)
    if (((const xcb_atom_t *) xcb_get_property_value (reply))[i] == wanted)
      return TRUE;
  return FALSE;
}

/* class: instance and class, each ending with a zero, and one more. FALSE: the window has none. */
static gboolean
read_class (xcb_connection_t *connection, xcb_window_t window, char class[CLASS_BYTES + 2])
{
  g_autofree xcb_get_property_reply_t *reply = get_property (connection, window, "WM_CLASS", XCB_ATOM_STRING, CLASS_BYTES);
  int n = reply != NULL && reply->format == 8 ? xcb_get_property_value_length (reply) : 0;

  memset (class, 0, CLASS_BYTES + 2);
  if (n > 0 && n <= CLASS_BYTES)
    memcpy (class, xcb_get_property_value (reply), n);
  return n > 0;
}

static xcb_window_t
get_parent (xcb_connection_t *connection, xcb_window_t window)
{
  g_autofree xcb_query_tree_reply_t *reply = xcb_query_tree_reply (connection, xcb_query_tree (connection, window), NULL);

  return reply != NULL ? reply->parent : XCB_NONE;
}

static xcb_window_t
get_focus (xcb_connection_t *connection)
{
  g_autofree xcb_get_input_focus_reply_t *reply = xcb_get_input_focus_reply (connection, xcb_get_input_focus (connection), NULL);

  return reply != NULL ? reply->focus : XCB_NONE;
}

/* The innermost window under the pointer: where keys go while the focus follows it. */
static xcb_window_t
get_pointed (xcb_connection_t *connection)
{
  xcb_window_t window = tilescribe_x11_get_root (connection);

  for (;;)
    {
      g_autofree xcb_query_pointer_reply_t *reply = xcb_query_pointer_reply (connection, xcb_query_pointer (connection, window),
                                                                             NULL);

      if (reply == NULL || reply->child == XCB_NONE)
        return window;
      window = reply->child;
    }
}

static xcb_window_t
find_with_class (xcb_connection_t *connection, xcb_window_t window, char *class)
{
  xcb_window_t root = tilescribe_x11_get_root (connection);

  while (window != XCB_NONE && window != root && !read_class (connection, window, class))
    window = get_parent (connection, window);
  return window != root ? window : XCB_NONE;
}

static gboolean
has_window_manager (xcb_connection_t *connection)
{
  g_autofree xcb_get_property_reply_t *reply = get_property (connection, tilescribe_x11_get_root (connection),
                                                             "_NET_SUPPORTING_WM_CHECK", XCB_ATOM_WINDOW, 4);

  return reply != NULL && xcb_get_property_value_length (reply) == 4;
}

static void
choose_keys (TilescribeX11Target *target, const char *class)
{
  const char *parts[] = { class, class + strlen (class) + 1 };

  target->paste_keysym = GDK_KEY_v;
  target->paste_modifiers = XCB_MOD_MASK_CONTROL;
  target->pastes_primary = FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (paste_keys); i++)
    for (guint j = 0; j < G_N_ELEMENTS (parts); j++)
      if (g_ascii_strcasecmp (parts[j], paste_keys[i].class) == 0)
        {
          target->paste_keysym = paste_keys[i].keysym;
          target->paste_modifiers = paste_keys[i].modifiers;
          target->pastes_primary = paste_keys[i].primary;
        }
  g_strlcpy (target->name, *parts[1] != '\0' ? parts[1] : parts[0], sizeof target->name);
  if (!g_str_is_ascii (target->name))
    *target->name = '\0';
}

gboolean
tilescribe_x11_target_find (xcb_connection_t *connection, TilescribeX11Target *target)
{
  char class[CLASS_BYTES + 2] = "";
  xcb_window_t focus = get_focus (connection);
  xcb_window_t window;

  if (focus == XCB_INPUT_FOCUS_POINTER_ROOT)
    focus = get_pointed (connection);
  window = find_with_class (connection, focus, class);
  if (window == XCB_NONE && focus != tilescribe_x11_get_root (connection) && !has_window_manager (connection))
    window = focus;
  if (window == XCB_NONE || has_atom (connection, window, "_NET_WM_WINDOW_TYPE", "_NET_WM_WINDOW_TYPE_DESKTOP"))
    return FALSE;

  target->window = window;
  choose_keys (target, class);
  target->answers_ping = has_atom (connection, window, "WM_PROTOCOLS", "_NET_WM_PING");
  return TRUE;
}

gboolean
tilescribe_x11_is_same_client (xcb_connection_t *connection, xcb_window_t a, xcb_window_t b)
{
  guint32 mask = ~xcb_get_setup (connection)->resource_id_mask;

  return (a & mask) == (b & mask);
}

gboolean
tilescribe_x11_target_has_focus (xcb_connection_t *connection, const TilescribeX11Target *target)
{
  xcb_window_t focus = get_focus (connection);

  if (focus == XCB_INPUT_FOCUS_POINTER_ROOT)
    focus = get_pointed (connection);
  return tilescribe_x11_is_same_client (connection, focus, target->window);
}

static void
select_answers (xcb_connection_t *connection, guint32 mask)
{
  xcb_change_window_attributes (connection, tilescribe_x11_get_root (connection), XCB_CW_EVENT_MASK, &mask);
}

void
tilescribe_x11_target_ping (xcb_connection_t *connection, const TilescribeX11Target *target)
{
  xcb_client_message_event_t event = {
    .response_type = XCB_CLIENT_MESSAGE,
    .format = 32,
    .window = target->window,
    .type = tilescribe_x11_get_atom (connection, "WM_PROTOCOLS"),
    .data.data32 = { tilescribe_x11_get_atom (connection, "_NET_WM_PING"), PING_TIME, target->window },
  };

  select_answers (connection, ANSWERS);
  xcb_send_event (connection, FALSE, target->window, XCB_EVENT_MASK_NO_EVENT, (const char *) &event);
  xcb_flush (connection);
}

gboolean
tilescribe_x11_target_has_answered (xcb_connection_t *connection, const TilescribeX11Target *target)
{
  xcb_generic_event_t *next;
  gboolean has_answered = FALSE;

  while ((next = xcb_poll_for_event (connection)) != NULL)
    {
      g_autofree xcb_generic_event_t *event = next;
      const xcb_client_message_event_t *message = (const xcb_client_message_event_t *) event;

      if ((event->response_type & 0x7f) == XCB_CLIENT_MESSAGE && message->format == 32 && message->data.data32[1] == PING_TIME
          && message->data.data32[2] == target->window)
        has_answered = TRUE;
    }
  if (has_answered)
    select_answers (connection, XCB_EVENT_MASK_NO_EVENT);
  return has_answered;
}
