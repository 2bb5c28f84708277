/* virtual-keyboard.c - a keyboard that wlroots compositors let a program make
 *
 *   text --cut where the keys run out--> piece --> keymap: a key for each character of it --> wait --> press, release, press, ...
 *
 * A keyboard brings its own keymap, so every character of Unicode has a key for as long as it is needed, without any modifier. Only keys
 * that carry letters, digits and signs on real keyboards are used: browsers look at which key it is, and take what stands on the key of
 * Backspace for Backspace; keys that no keyboard has they ignore. A piece has therefore at most 49 different characters; the next has
 * another keymap.
 *
 * Compositors and programs need a moment for a new keyboard: keys pressed within 100 ms are lost.
 *
 * The connection is our own, because a compositor that does not like a request ends the connection, and with GTK's the program.
 *
 * Source: the Wayland protocol virtual-keyboard-unstable-v1, whose requests the tables below name; key codes of linux/input.h; keymaps as
 * libxkbcommon reads them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "desktop/virtual-keyboard.h"

#include <glib/gi18n.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wayland-client.h>

#define KEYMAP_MS 120
#define KEY_MS    4

#define XKB_OFFSET    8 /* from key codes of linux/input.h to those of a keymap */
#define KEY_TAB       15
#define KEY_ENTER     28
#define KEYMAP_XKB_V1 1

/* ---- The protocol ---- */

static const struct wl_interface *no_types[4];

static const struct wl_message keyboard_requests[] = {
  { "keymap", "uhu", no_types },     /* format, fd, size */
  { "key", "uuu", no_types },        /* time, key, state */
  { "modifiers", "uuuu", no_types }, /* depressed, latched, locked, group */
  { "destroy", "", no_types },
};
enum
{
  KEYBOARD_KEYMAP,
  KEYBOARD_KEY,
  KEYBOARD_MODIFIERS,
  KEYBOARD_DESTROY
};
static const struct wl_interface keyboard_interface = { "zwp_virtual_keyboard_v1", 1, G_N_ELEMENTS (keyboard_requests),
                                                        keyboard_requests,         0, NULL };

static const struct wl_interface *create_types[] = { &wl_seat_interface, &keyboard_interface };
static const struct wl_message manager_requests[] = { { "create_virtual_keyboard", "on", create_types } };
enum
{
  MANAGER_CREATE
};
static const struct wl_interface manager_interface = {
  TILESCRIBE_VIRTUAL_KEYBOARD_PROTOCOL, 1, G_N_ELEMENTS (manager_requests), manager_requests, 0, NULL
};

/* ---- A keyboard ---- */

typedef struct
{
  struct wl_display *display;
  struct wl_registry *registry;
  struct wl_seat *seat;
  struct wl_proxy *manager;
  struct wl_proxy *keyboard;
} Keyboard;

static void
keyboard_clear (Keyboard *self)
{
  if (self->keyboard != NULL)
    wl_proxy_marshal_flags (self->keyboard, KEYBOARD_DESTROY, NULL, 1, WL_MARSHAL_FLAG_DESTROY);
  g_clear_pointer (&self->manager, wl_proxy_destroy);
  g_clear_pointer (&self->seat, wl_seat_destroy);
  g_clear_pointer (&self->registry, wl_registry_destroy);
  if (self->display != NULL)
    wl_display_flush (self->display);
  g_clear_pointer (&self->display, wl_display_disconnect);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Keyboard, keyboard_clear)

static void
global_added (void *data, struct wl_registry *registry, uint32_t name, const char *interface, uint32_t version)
{
  Keyboard *self = data;

  if (g_str_equal (interface, wl_seat_interface.name) && self->seat == NULL)
    self->seat = wl_registry_bind (registry, name, &wl_seat_interface, 1);
  else if (g_str_equal (interface, manager_interface.name) && self->manager == NULL)
    self->manager = wl_registry_bind (registry, name, &manager_interface, 1);
}

static void
global_removed (void *data, struct wl_registry *registry, uint32_t name)
{
}

static const struct wl_registry_listener registry_listener = { global_added, global_removed };

/* Until the compositor has handled everything. */
static gboolean
sync_with (Keyboard *self, GError **error)
{
  if (wl_display_roundtrip (self->display) >= 0)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
                       _ ("The desktop refused to let Tilescribe type. Dictate again; if that does not help, log out and in."));
  return FALSE;
}

static gboolean
keyboard_open (Keyboard *self, GError **error)
{
  self->display = wl_display_connect (NULL);
  if (self->display == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED,
                           _ ("There is no Wayland desktop to type on. Start Tilescribe again from the desktop."));
      return FALSE;
    }
  self->registry = wl_display_get_registry (self->display);
  wl_registry_add_listener (self->registry, &registry_listener, self);
  if (!sync_with (self, error))
    return FALSE;
  if (self->manager == NULL || self->seat == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                           _ ("This desktop lets no program type into other windows. Let text go to the history only: there is a "
                              "choice for that in "
                              "the preferences."));
      return FALSE;
    }
  self->keyboard = wl_proxy_marshal_flags (self->manager, MANAGER_CREATE, &keyboard_interface, 1, 0, self->seat, NULL);
  return TRUE;
}

static guint32
milliseconds (void)
{
  return (guint32) (g_get_monotonic_time () / 1000);
}

static void
press (Keyboard *self, guint key)
{
  wl_proxy_marshal_flags (self->keyboard, KEYBOARD_KEY, NULL, 1, 0, milliseconds (), key, 1);
  wl_proxy_marshal_flags (self->keyboard, KEYBOARD_KEY, NULL, 1, 0, milliseconds (), key, 0);
  wl_display_flush (self->display);
}

/* None of its own, whatever the person holds on another keyboard. */
static void
clear_modifiers (Keyboard *self)
{
  wl_proxy_marshal_flags (self->keyboard, KEYBOARD_MODIFIERS, NULL, 1, 0, 0, 0, 0, 0);
}

/* ---- Keymaps ---- */

/* Keys that carry characters on every keyboard, first and last of each row. */
static const struct
{
  guint first, last;
} rows[] = { { 2, 13 }, { 16, 27 }, { 30, 41 }, { 43, 53 }, { 57, 57 }, { 86, 86 } };

#define N_KEYS 49

/* The i-th of them; 0: there are no more. */
static guint
key_at (guint i)
{
  for (gsize row = 0; row < G_N_ELEMENTS (rows); row++)
    {
      guint n = rows[row].last - rows[row].first + 1;

      if (i < n)
        return rows[row].first + i;
      i -= n;
    }
  return 0;
}

/* A key and the character on it. */
typedef struct
{
  guint key;
  gunichar character;
} Cap;

static void
write_keymap (GString *keymap, const Cap *caps, guint n_caps)
{
  g_string_assign (keymap, "xkb_keymap {\nxkb_keycodes \"tilescribe\" {\nminimum = 8;\nmaximum = 255;\n");
  g_string_append_printf (keymap, "<TAB> = %d;\n<RTRN> = %d;\n", KEY_TAB + XKB_OFFSET, KEY_ENTER + XKB_OFFSET);
  for (guint i = 0; i < n_caps; i++)
    g_string_append_printf (keymap, "<T%02u> = %u;\n", i, caps[i].key + XKB_OFFSET);
  g_string_append (keymap, "};\nxkb_types \"tilescribe\" { include \"complete\" };\n"
                           "xkb_compatibility \"tilescribe\" { include \"complete\" };\n"
                           "xkb_symbols \"tilescribe\" {\nkey <TAB> { [ Tab ] };\nkey <RTRN> { [ Return ] };\n");
  for (guint i = 0; i < n_caps; i++)
    g_string_append_printf (keymap, "key <T%02u> { [ U%04X ] };\n", i, caps[i].character);
  g_string_append (keymap, "};\n};\n");
}

/* The key for a character, which gets one if need be; 0: there is none left. */
static guint
find_key (Cap *caps, guint *n_caps, gunichar character)
{
  if (character == '\n')
    return KEY_ENTER;
  if (character == '\t')
    return KEY_TAB;
  for (guint i = 0; i < *n_caps; i++)
    if (caps[i].character == character)
      return caps[i].key;
  if (*n_caps == N_KEYS)
    return 0;
  caps[*n_caps] = (Cap){ key_at (*n_caps), character };
  return caps[(*n_caps)++].key;
}

/* As much of text as there are keys for: their keymap, and which to press (guint). Returns what is left. */
static const char *
cut_piece (const char *text, GString *keymap, GArray *keys)
{
  Cap caps[N_KEYS];
  guint n_caps = 0;

  g_array_set_size (keys, 0);
  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar character = g_utf8_get_char (text);
      guint key;

      if (g_unichar_iscntrl (character) && character != '\n' && character != '\t')
        continue;
      key = find_key (caps, &n_caps, character);
      if (key == 0)
        break;
      g_array_append_val (keys, key);
    }
  write_keymap (keymap, caps, n_caps);
  return text;
}

/* ---- Typing ---- */

static void
pause_for (guint ms)
{
  g_usleep (ms * 1000u);
}

/* The keys pressed before have been read with the keymap before, and this one is known, when it returns. */
static gboolean
use_keymap (Keyboard *self, const GString *keymap, GError **error)
{
  int fd = memfd_create ("tilescribe-keymap", MFD_CLOEXEC);
  gsize size = keymap->len + 1;

  if (fd < 0 || write (fd, keymap->str, size) != (gssize) size)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                           _ ("There is no memory left for typing. Close other programs."));
      if (fd >= 0)
        close (fd);
      return FALSE;
    }
  wl_proxy_marshal_flags (self->keyboard, KEYBOARD_KEYMAP, NULL, 1, 0, KEYMAP_XKB_V1, fd, (guint32) size);
  close (fd);
  clear_modifiers (self);
  if (!sync_with (self, error))
    return FALSE;
  pause_for (KEYMAP_MS);
  return TRUE;
}

/* Before another keymap comes, or the keyboard goes: X programs read a key with the keymap that is there when they get to it. */
static gboolean
end_piece (Keyboard *self, GError **error)
{
  if (!sync_with (self, error))
    return FALSE;
  pause_for (KEYMAP_MS);
  return TRUE;
}

gboolean
tilescribe_virtual_keyboard_type (const char *text, GCancellable *cancellable, GError **error)
{
  g_auto (Keyboard) keyboard = { NULL };
  g_autoptr (GString) keymap = g_string_new (NULL);
  g_autoptr (GArray) keys = g_array_new (FALSE, FALSE, sizeof (guint));

  if (!keyboard_open (&keyboard, error))
    return FALSE;
  while (*text != '\0')
    {
      text = cut_piece (text, keymap, keys);
      if (!use_keymap (&keyboard, keymap, error))
        return FALSE;
      for (guint i = 0; i < keys->len; i++)
        {
          if (g_cancellable_set_error_if_cancelled (cancellable, error))
            return FALSE;
          press (&keyboard, g_array_index (keys, guint, i));
          pause_for (KEY_MS);
        }
      if (!end_piece (&keyboard, error))
        return FALSE;
    }
  return TRUE;
}
