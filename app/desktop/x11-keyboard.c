/* x11-keyboard.c - keys pressed on the X server's keyboard
 *
 * Only what the first layout has without and with Shift is used of it: AltGr, dead keys and the keypad depend on more state than
 * a spare key does.
 *
 * SPDX-License-Identifier: MIT
 */
#include "desktop/x11-keyboard.h"

#include <gdk/gdk.h>
#include <xcb/xkb.h>
#include <xcb/xtest.h>

#define RESTORE_AFTER_S 10
#define N_KEYCODES      256
#define ALL_LOCKS       (0xff & ~XCB_MOD_MASK_2) /* Mod2 is Num Lock, which changes only the keypad */

struct _TilescribeX11Keyboard
{
  xcb_connection_t *connection;
  guint first, last; /* keycodes that the server knows */

  guint symbols[N_KEYCODES][2];      /* of the layout, without and with Shift */
  gboolean is_spare[N_KEYCODES];     /* nothing is on this key but what we put there */
  guint put[N_KEYCODES];             /* what we put there */
  gboolean is_changed[N_KEYCODES];   /* and the server does not know yet */
  xcb_keycode_t modifiers[8];        /* a key for each, in the order of their masks */
  xcb_xkb_get_state_reply_t *before; /* between begin and end */
  guint restore_id;
};

/* A keysym of 0xfd00 and more is a key and no character. */
static gboolean
is_usable (guint keysym)
{
  return keysym != 0
         && (keysym < 0xfd00 || keysym > 0xffff || keysym == GDK_KEY_Return || keysym == GDK_KEY_Tab || keysym == GDK_KEY_Insert);
}

static gboolean
read_layout (TilescribeX11Keyboard *keyboard)
{
  guint n = keyboard->last - keyboard->first + 1;
  g_autofree xcb_get_keyboard_mapping_reply_t *reply = xcb_get_keyboard_mapping_reply (
      keyboard->connection, xcb_get_keyboard_mapping (keyboard->connection, keyboard->first, n), NULL);
  const xcb_keysym_t *keysyms;

  if (reply == NULL || reply->keysyms_per_keycode == 0
      || xcb_get_keyboard_mapping_keysyms_length (reply) < (int) (n * reply->keysyms_per_keycode))
    return FALSE;
  keysyms = xcb_get_keyboard_mapping_keysyms (reply);
  for (guint i = 0; i < n; i++, keysyms += reply->keysyms_per_keycode)
    {
      guint keycode = keyboard->first + i;
      gboolean is_empty = TRUE;

      for (guint j = 0; j < reply->keysyms_per_keycode; j++)
        is_empty = is_empty && keysyms[j] == 0;
      if (keysyms[0] != keyboard->put[keycode])
        keyboard->put[keycode] = 0;
      keyboard->is_spare[keycode] = is_empty || keyboard->put[keycode] != 0;
      keyboard->symbols[keycode][0] = keysyms[0];
      keyboard->symbols[keycode][1] = reply->keysyms_per_keycode > 1 ? keysyms[1] : 0;
    }
  return TRUE;
}

static gboolean
read_modifiers (TilescribeX11Keyboard *keyboard)
{
  g_autofree xcb_get_modifier_mapping_reply_t *reply = xcb_get_modifier_mapping_reply (
      keyboard->connection, xcb_get_modifier_mapping (keyboard->connection), NULL);
  const xcb_keycode_t *keycodes;

  if (reply == NULL)
    return FALSE;
  keycodes = xcb_get_modifier_mapping_keycodes (reply);
  for (guint i = 0; i < G_N_ELEMENTS (keyboard->modifiers); i++)
    {
      keyboard->modifiers[i] = 0;
      for (guint j = 0; j < reply->keycodes_per_modifier; j++, keycodes++)
        {
          keyboard->is_spare[*keycodes] = FALSE;
          if (keyboard->modifiers[i] == 0)
            keyboard->modifiers[i] = *keycodes;
        }
    }
  return TRUE;
}

TilescribeX11Keyboard *
tilescribe_x11_keyboard_new (xcb_connection_t *connection)
{
  TilescribeX11Keyboard *keyboard = g_new0 (TilescribeX11Keyboard, 1);
  const xcb_setup_t *setup = xcb_get_setup (connection);

  keyboard->connection = connection;
  keyboard->first = setup->min_keycode;
  keyboard->last = setup->max_keycode;
  return keyboard;
}

static void
put (TilescribeX11Keyboard *keyboard, guint keycode, guint keysym)
{
  keyboard->put[keycode] = keysym;
  keyboard->is_changed[keycode] = TRUE;
}

/* Neighbours together: all programs read the layout again after each request, and some take a tenth of a second for that. */
static void
send_changes (TilescribeX11Keyboard *keyboard)
{
  xcb_keysym_t keysyms[N_KEYCODES][2]; /* without and with Shift */

  for (guint from = keyboard->first, n; from <= keyboard->last; from += n + 1)
    {
      for (n = 0; from + n <= keyboard->last && keyboard->is_changed[from + n]; n++)
        {
          keysyms[n][0] = keysyms[n][1] = keyboard->put[from + n];
          keyboard->is_changed[from + n] = FALSE;
        }
      if (n > 0)
        xcb_change_keyboard_mapping (keyboard->connection, n, from, 2, *keysyms);
    }
}

static gboolean
restore (gpointer data)
{
  TilescribeX11Keyboard *keyboard = data;

  keyboard->restore_id = 0;
  for (guint keycode = keyboard->first; keycode <= keyboard->last; keycode++)
    if (keyboard->put[keycode] != 0)
      put (keyboard, keycode, 0);
  send_changes (keyboard);
  xcb_flush (keyboard->connection);
  return G_SOURCE_REMOVE;
}

void
tilescribe_x11_keyboard_free (TilescribeX11Keyboard *keyboard)
{
  tilescribe_x11_keyboard_end (keyboard);
  g_clear_handle_id (&keyboard->restore_id, g_source_remove);
  restore (keyboard);
  tilescribe_x11_sync (keyboard->connection); /* who closes a connection with unread answers takes back what was not dealt with */
  g_free (keyboard);
}

gboolean
tilescribe_x11_keyboard_is_held (TilescribeX11Keyboard *keyboard)
{
  g_autofree xcb_query_keymap_reply_t *reply = xcb_query_keymap_reply (keyboard->connection,
                                                                       xcb_query_keymap (keyboard->connection), NULL);

  for (guint i = 0; reply != NULL && i < G_N_ELEMENTS (reply->keys); i++)
    if (reply->keys[i] != 0)
      return TRUE;
  return FALSE;
}

static void
set_locks (TilescribeX11Keyboard *keyboard, guint modifiers, guint group)
{
  xcb_xkb_latch_lock_state (keyboard->connection, XCB_XKB_ID_USE_CORE_KBD, ALL_LOCKS, modifiers & ALL_LOCKS, TRUE, group,
                            ALL_LOCKS, FALSE, 0);
}

gboolean
tilescribe_x11_keyboard_begin (TilescribeX11Keyboard *keyboard)
{
  tilescribe_x11_keyboard_end (keyboard);
  g_clear_handle_id (&keyboard->restore_id, g_source_remove);
  if (!read_layout (keyboard) || !read_modifiers (keyboard))
    return FALSE;
  keyboard->before = xcb_xkb_get_state_reply (keyboard->connection,
                                              xcb_xkb_get_state (keyboard->connection, XCB_XKB_ID_USE_CORE_KBD), NULL);
  set_locks (keyboard, 0, 0);
  return keyboard->before != NULL;
}

void
tilescribe_x11_keyboard_end (TilescribeX11Keyboard *keyboard)
{
  g_autofree xcb_xkb_get_state_reply_t *before = g_steal_pointer (&keyboard->before);

  if (before == NULL)
    return;
  set_locks (keyboard, before->lockedMods, before->lockedGroup);
  xcb_flush (keyboard->connection);
  g_clear_handle_id (&keyboard->restore_id, g_source_remove);
  keyboard->restore_id = g_timeout_add_seconds (RESTORE_AFTER_S, restore, keyboard);
}

static guint
find_key (TilescribeX11Keyboard *keyboard, guint keysym, gboolean *shift)
{
  for (guint level = 0; level < 2; level++)
    for (guint keycode = keyboard->first; keycode <= keyboard->last && is_usable (keysym); keycode++)
      if (keyboard->symbols[keycode][level] == keysym && !keyboard->is_spare[keycode])
        {
          *shift = level == 1;
          return keycode;
        }
  *shift = FALSE;
  for (guint keycode = keyboard->first; keycode <= keyboard->last; keycode++)
    if (keyboard->put[keycode] == keysym)
      return keycode;
  return 0;
}

/* One that is empty, if there is: what was put on the others may still be looked up. From the end, where layouts leave neighbours empty. */
static guint
find_spare (TilescribeX11Keyboard *keyboard, const gboolean *is_needed)
{
  guint used = 0;

  for (guint keycode = keyboard->last; keycode >= keyboard->first; keycode--)
    if (keyboard->is_spare[keycode] && !is_needed[keycode])
      {
        if (keyboard->put[keycode] == 0)
          return keycode;
        used = keycode;
      }
  return used;
}

guint
tilescribe_x11_keyboard_prepare (TilescribeX11Keyboard *keyboard, const guint *keysyms, guint n, gboolean *changed)
{
  gboolean is_needed[N_KEYCODES] = { FALSE };
  guint i;

  *changed = FALSE;
  for (i = 0; i < n; i++)
    {
      gboolean shift;
      guint keycode = find_key (keyboard, keysyms[i], &shift);

      if (keycode == 0)
        {
          keycode = find_spare (keyboard, is_needed);
          if (keycode == 0)
            break;
          put (keyboard, keycode, keysyms[i]);
          *changed = TRUE;
        }
      is_needed[keycode] = TRUE;
    }
  send_changes (keyboard);
  return i;
}

static void
press (TilescribeX11Keyboard *keyboard, guint modifiers, guint8 type)
{
  for (guint i = 0; i < G_N_ELEMENTS (keyboard->modifiers); i++)
    if ((modifiers & (1u << i)) != 0 && keyboard->modifiers[i] != 0)
      xcb_test_fake_input (keyboard->connection, type, keyboard->modifiers[i], XCB_CURRENT_TIME, XCB_NONE, 0, 0, 0);
}

gboolean
tilescribe_x11_keyboard_tap (TilescribeX11Keyboard *keyboard, guint keysym, guint modifiers)
{
  gboolean shift;
  guint keycode = find_key (keyboard, keysym, &shift);

  if (keycode == 0)
    return FALSE;
  if (shift)
    modifiers |= XCB_MOD_MASK_SHIFT;
  press (keyboard, modifiers, XCB_KEY_PRESS);
  xcb_test_fake_input (keyboard->connection, XCB_KEY_PRESS, keycode, XCB_CURRENT_TIME, XCB_NONE, 0, 0, 0);
  xcb_test_fake_input (keyboard->connection, XCB_KEY_RELEASE, keycode, XCB_CURRENT_TIME, XCB_NONE, 0, 0, 0);
  press (keyboard, modifiers, XCB_KEY_RELEASE);
  xcb_flush (keyboard->connection);
  return TRUE;
}
