/* hotkey-x11.c - a key grabbed on the root window of an X11 session
 *
 * X takes Caps Lock and Num Lock for modifiers like others, so the key is grabbed with every combination of locks. With detectable auto-repeat
 * the server sends a release only when the key goes up; presses that follow a press are the keyboard's repetition.
 * A change of the layout moves symbols to other keys; the grab follows.
 *
 * SPDX-License-Identifier: MIT
 */
#include "desktop/hotkey-x11.h"

#include "desktop/x11-connection.h"

#include <glib/gi18n.h>
#include <gtk/gtk.h>
#include <string.h>
#include <xcb/xkb.h>

#define MAX_GRABS 16
#define LOCKS     (XCB_MOD_MASK_LOCK | XCB_MOD_MASK_2)
#define MODIFIERS (0xff & ~LOCKS)

typedef struct
{
  xcb_keycode_t keycode;
  guint16 modifiers;
} Grab;

struct _TilescribeHotkeyX11
{
  GObject parent;

  xcb_connection_t *connection;
  GSource *watch;
  guint keyval; /* 0: none is bound */
  GdkModifierType modifiers;
  Grab grabs[MAX_GRABS]; /* without the locks */
  guint n_grabs;
  guint8 down; /* the keycode that is pressed; 0: none */
};

/* Alt and Super are where layouts for PCs have them. */
static const struct
{
  GdkModifierType gdk;
  guint16 x11;
} modifier_masks[] = {
  { GDK_SHIFT_MASK, XCB_MOD_MASK_SHIFT }, { GDK_CONTROL_MASK, XCB_MOD_MASK_CONTROL }, { GDK_ALT_MASK, XCB_MOD_MASK_1 },
  { GDK_SUPER_MASK, XCB_MOD_MASK_4 },     { GDK_META_MASK, XCB_MOD_MASK_1 },
};

static const guint16 locks[] = { 0, XCB_MOD_MASK_LOCK, XCB_MOD_MASK_2, LOCKS };

static void tilescribe_hotkey_x11_iface_init (TilescribeHotkeyInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TilescribeHotkeyX11,
                               tilescribe_hotkey_x11,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TILESCRIBE_TYPE_HOTKEY, tilescribe_hotkey_x11_iface_init))

static guint16
to_x11_modifiers (GdkModifierType modifiers)
{
  guint16 mask = 0;

  for (guint i = 0; i < G_N_ELEMENTS (modifier_masks); i++)
    if (modifiers & modifier_masks[i].gdk)
      mask |= modifier_masks[i].x11;
  return mask;
}

/* Keys that have the symbol, with Shift where it takes that. */
static guint
find_grabs (TilescribeHotkeyX11 *self, Grab grabs[MAX_GRABS])
{
  const xcb_setup_t *setup = xcb_get_setup (self->connection);
  guint n = setup->max_keycode - setup->min_keycode + 1;
  g_autofree xcb_get_keyboard_mapping_reply_t *reply = xcb_get_keyboard_mapping_reply (
      self->connection, xcb_get_keyboard_mapping (self->connection, setup->min_keycode, n), NULL);
  guint16 modifiers = to_x11_modifiers (self->modifiers);
  guint n_grabs = 0;

  for (guint i = 0; reply != NULL && i < n && n_grabs < MAX_GRABS; i++)
    {
      const xcb_keysym_t *keysyms = xcb_get_keyboard_mapping_keysyms (reply) + i * reply->keysyms_per_keycode;

      if (reply->keysyms_per_keycode > 0 && keysyms[0] == self->keyval)
        grabs[n_grabs++] = (Grab){ setup->min_keycode + i, modifiers };
      else if (reply->keysyms_per_keycode > 1 && keysyms[1] == self->keyval)
        grabs[n_grabs++] = (Grab){ setup->min_keycode + i, modifiers | XCB_MOD_MASK_SHIFT };
    }
  return n_grabs;
}

static void
ungrab (TilescribeHotkeyX11 *self)
{
  xcb_window_t root = tilescribe_x11_get_root (self->connection);

  for (guint i = 0; i < self->n_grabs; i++)
    for (guint j = 0; j < G_N_ELEMENTS (locks); j++)
      xcb_ungrab_key (self->connection, self->grabs[i].keycode, root, self->grabs[i].modifiers | locks[j]);
  if (self->down != 0)
    xcb_ungrab_keyboard (self->connection, XCB_CURRENT_TIME); /* a press keeps the keyboard until the key goes up */
  self->n_grabs = 0;
  xcb_flush (self->connection);
}

static char *
get_label (TilescribeHotkeyX11 *self)
{
  return gtk_accelerator_get_label (self->keyval, self->modifiers);
}

/* All or nothing. */
static gboolean
grab (TilescribeHotkeyX11 *self, GError **error)
{
  g_autofree char *label = get_label (self);
  xcb_window_t root = tilescribe_x11_get_root (self->connection);
  gboolean is_taken = FALSE;

  self->n_grabs = find_grabs (self, self->grabs);
  for (guint i = 0; i < self->n_grabs; i++)
    for (guint j = 0; j < G_N_ELEMENTS (locks); j++)
      {
        xcb_void_cookie_t cookie = xcb_grab_key_checked (self->connection, FALSE, root, self->grabs[i].modifiers | locks[j],
                                                         self->grabs[i].keycode, XCB_GRAB_MODE_ASYNC, XCB_GRAB_MODE_ASYNC);
        g_autofree xcb_generic_error_t *refusal = xcb_request_check (self->connection, cookie);

        is_taken = is_taken || refusal != NULL;
      }
  if (is_taken)
    {
      ungrab (self);
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY,
                   _ ("The key %s is used by another program. Choose another one in Preferences."), label);
    }
  else if (self->n_grabs == 0)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _ ("This keyboard has no key %s. Choose another one in Preferences."),
                 label);
  return self->n_grabs > 0;
}

static void
on_key (TilescribeHotkeyX11 *self, const xcb_key_press_event_t *event, gboolean is_press)
{
  if (is_press && self->down == 0 && self->keyval != 0)
    {
      self->down = event->detail;
      g_signal_emit_by_name (self, "pressed");
    }
  else if (!is_press && self->down == event->detail)
    {
      self->down = 0;
      g_signal_emit_by_name (self, "released");
    }
}

static void
let_go (TilescribeHotkeyX11 *self)
{
  if (self->down != 0)
    g_signal_emit_by_name (self, "released");
  self->down = 0;
}

static void
lose (TilescribeHotkeyX11 *self, const GError *error)
{
  let_go (self);
  self->keyval = 0;
  g_signal_emit_by_name (self, "lost", error);
}

static void
on_new_layout (TilescribeHotkeyX11 *self)
{
  g_autoptr (GError) error = NULL;
  Grab grabs[MAX_GRABS] = { 0 };
  guint n_grabs;

  if (self->keyval == 0)
    return;
  n_grabs = find_grabs (self, grabs);
  if (n_grabs == self->n_grabs && memcmp (grabs, self->grabs, n_grabs * sizeof (Grab)) == 0)
    return;
  ungrab (self);
  if (!grab (self, &error))
    lose (self, error);
}

static void
on_broken (TilescribeHotkeyX11 *self)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED,
                                                  _ ("The connection to the X server broke. Start Tilescribe again."));

  lose (self, error);
}

static void
on_event (const xcb_generic_event_t *event, gpointer data)
{
  g_autoptr (TilescribeHotkeyX11) self = g_object_ref (data);
  guint type = event != NULL ? event->response_type & 0x7f : 0;

  if (event == NULL)
    on_broken (self);
  else if (type == XCB_KEY_PRESS || type == XCB_KEY_RELEASE)
    on_key (self, (const xcb_key_press_event_t *) event, type == XCB_KEY_PRESS);
  else if (type == xcb_get_extension_data (self->connection, &xcb_xkb_id)->first_event)
    on_new_layout (self);
}

/* Without it, a key held down looks like one pressed again and again. */
static void
make_repeat_detectable (xcb_connection_t *connection)
{
  xcb_xkb_per_client_flags_cookie_t cookie = xcb_xkb_per_client_flags (connection, XCB_XKB_ID_USE_CORE_KBD,
                                                                       XCB_XKB_PER_CLIENT_FLAG_DETECTABLE_AUTO_REPEAT,
                                                                       XCB_XKB_PER_CLIENT_FLAG_DETECTABLE_AUTO_REPEAT, 0, 0, 0);

  g_free (xcb_xkb_per_client_flags_reply (connection, cookie, NULL));
}

/* A client that speaks XKB is told so of a change of the layout, and not by the core protocol's MappingNotify. */
static void
listen_for_layouts (xcb_connection_t *connection)
{
  const guint16 events = XCB_XKB_EVENT_TYPE_NEW_KEYBOARD_NOTIFY | XCB_XKB_EVENT_TYPE_MAP_NOTIFY;

  xcb_xkb_select_events (connection, XCB_XKB_ID_USE_CORE_KBD, events, 0, events, XCB_XKB_MAP_PART_KEY_SYMS,
                         XCB_XKB_MAP_PART_KEY_SYMS, NULL);
}

static gboolean
connect_once (TilescribeHotkeyX11 *self, GError **error)
{
  if (self->connection != NULL)
    return TRUE;
  self->connection = tilescribe_x11_connect (error);
  if (self->connection == NULL)
    return FALSE;
  make_repeat_detectable (self->connection);
  listen_for_layouts (self->connection);
  self->watch = tilescribe_x11_watch (self->connection, on_event, self);
  return TRUE;
}

static void
tilescribe_hotkey_x11_unbind (TilescribeHotkey *hotkey)
{
  TilescribeHotkeyX11 *self = TILESCRIBE_HOTKEY_X11 (hotkey);

  if (self->connection != NULL)
    ungrab (self);
  self->keyval = 0;
  let_go (self);
}

static void
tilescribe_hotkey_x11_bind_async (TilescribeHotkey *hotkey,
                                  const char *accelerator,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  TilescribeHotkeyX11 *self = TILESCRIBE_HOTKEY_X11 (hotkey);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  GError *error = NULL;

  g_task_set_source_tag (task, tilescribe_hotkey_x11_bind_async);
  tilescribe_hotkey_x11_unbind (hotkey);
  if (!gtk_accelerator_parse (accelerator, &self->keyval, &self->modifiers) || self->keyval == 0)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _ ("“%s” is no key. Choose one in Preferences."),
                             accelerator);
  else if (!connect_once (self, &error) || !grab (self, &error))
    g_task_return_error (task, error);
  else
    {
      g_task_return_pointer (task, get_label (self), g_free);
      return;
    }
  self->keyval = 0;
}

static char *
tilescribe_hotkey_x11_bind_finish (TilescribeHotkey *hotkey, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
tilescribe_hotkey_x11_iface_init (TilescribeHotkeyInterface *iface)
{
  iface->bind_async = tilescribe_hotkey_x11_bind_async;
  iface->bind_finish = tilescribe_hotkey_x11_bind_finish;
  iface->unbind = tilescribe_hotkey_x11_unbind;
}

static void
tilescribe_hotkey_x11_finalize (GObject *object)
{
  TilescribeHotkeyX11 *self = TILESCRIBE_HOTKEY_X11 (object);

  if (self->watch != NULL)
    {
      g_source_destroy (self->watch);
      g_source_unref (self->watch);
    }
  g_clear_pointer (&self->connection, xcb_disconnect);
  G_OBJECT_CLASS (tilescribe_hotkey_x11_parent_class)->finalize (object);
}

static void
tilescribe_hotkey_x11_class_init (TilescribeHotkeyX11Class *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tilescribe_hotkey_x11_finalize;
}

static void
tilescribe_hotkey_x11_init (TilescribeHotkeyX11 *self)
{
}

gboolean
tilescribe_hotkey_x11_is_available (char **why_not)
{
  return tilescribe_x11_is_session ();
}

TilescribeHotkey *
tilescribe_hotkey_x11_new (void)
{
  return g_object_new (TILESCRIBE_TYPE_HOTKEY_X11, NULL);
}
