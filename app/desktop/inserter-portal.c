/* inserter-portal.c - text into the focused window by the RemoteDesktop portal
 *
 *   open --> SelectDevices --> RequestClipboard --> Start, a dialog --> [ lend the clipboard --> Ctrl+V --> read --> give back ] ...
 *
 * Text is pasted, because the portal's own typing knows only the characters of the keyboard's layout. The session is begun with the
 * first text and stays; the desktop recognises the next one by the token it gave, and does not ask again.
 *
 * The clipboard is that of the portal, which has one since version 2. Where it has none, no key is pressed: GTK's clipboard belongs to the
 * window that has the focus, so Ctrl+V would paste what was copied before.
 *
 * The paste is proven by the read that follows the key. Programs that keep a history of the clipboard read at once, so the key waits a
 * moment for them.
 *
 * Source: the D-Bus interface org.freedesktop.portal.RemoteDesktop, as documented by xdg-desktop-portal; key codes of linux/input.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "desktop/inserter-portal.h"

#include "desktop/portal-clipboard.h"
#include "desktop/virtual-keyboard.h"
#include "application.h"

#include <gdk/wayland/gdkwayland.h>
#include <glib/gi18n.h>

#define KEYBOARD      1 /* of the device types */
#define UNTIL_REVOKED 2 /* of the ways a permission persists */
#define KEY_LEFTCTRL  29
#define XKB_OFFSET    8 /* from key codes of linux/input.h to those of xkb, which GDK has */
#define SETTLE_MS     80
#define READ_MS       3000
#define GIVE_BACK_MS  500

static const TilescribePortalKind remote_desktop = {
  .interface = "org.freedesktop.portal.RemoteDesktop",
  .missing = N_ ("This desktop lets no program press keys in other windows."),
  .refused = N_ (
      "Tilescribe may not press Ctrl+V: the desktop’s dialog, which speaks of a remote desktop, was not agreed to. Nothing is "
      "shared with anybody; agree next time, or let text go to the history only: there is a choice for that in the preferences."),
  .ended = N_ ("The desktop withdrew the permission to press Ctrl+V. It asks again with the next dictation."),
};

static const char no_answer[] = N_ (
    "The desktop did not answer when Ctrl+V was to be pressed. Dictate again; if that does not help, log out and in.");
static const char no_clipboard[] = N_ (
    "This desktop lets Tilescribe press Ctrl+V, but not put a text on the clipboard, so what was copied before would be pasted.");

struct _TilescribeInserterPortal
{
  GObject parent;

  GSettings *settings;
  TilescribePortal *portal;
  gboolean started;
  TilescribePortalClipboard *clipboard; /* NULL: the session has not come to it */

  GTask *task;      /* the text at work */
  gsize stroke;     /* how many of the strokes were made */
  gboolean pressed; /* V, so that who reads now is who pastes */
  gboolean read;
  guint timeout_id;
};

static void inserter_init (TilescribeInserterInterface *interface);
G_DEFINE_FINAL_TYPE_WITH_CODE (TilescribeInserterPortal,
                               tilescribe_inserter_portal,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TILESCRIBE_TYPE_INSERTER, inserter_init))

/* ---- The end of an insertion ---- */

static void
forget_session (TilescribeInserterPortal *self)
{
  self->started = FALSE;
  g_clear_object (&self->clipboard);
}

static void
insert_end (TilescribeInserterPortal *self, GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  g_clear_handle_id (&self->timeout_id, g_source_remove);
  if (task == NULL)
    g_clear_error (&error);
  else if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

/* The session is of no use any more. The text goes where the person can take it from. Takes error. */
static void
insert_fail (TilescribeInserterPortal *self, GError *error)
{
  if (self->task != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    tilescribe_inserter_rescue (g_task_get_task_data (self->task), error);
  tilescribe_portal_close (self->portal); /* which also lets go of a key that is still down */
  forget_session (self);
  insert_end (self, error);
}

static void
insert_fail_with (TilescribeInserterPortal *self, TilescribePortalError code, const char *sentence)
{
  insert_fail (self, g_error_new_literal (TILESCRIBE_PORTAL_ERROR, code, gettext (sentence)));
}

static void
lost (TilescribeInserterPortal *self, GError *error)
{
  forget_session (self);
  if (self->task != NULL)
    insert_fail (self, g_error_copy (error));
}

/* ---- Ctrl+V ---- */

static const struct
{
  int code;
  guint key;
  guint state; /* 1: down */
} strokes[] = { { KEY_LEFTCTRL, GDK_KEY_Control_L, 1 },
                { 0, GDK_KEY_v, 1 },
                { 0, GDK_KEY_v, 0 },
                { KEY_LEFTCTRL, GDK_KEY_Control_L, 0 } };

static gboolean
nobody_read (gpointer data)
{
  TilescribeInserterPortal *self = data;

  self->timeout_id = 0;
  if (self->stroke < G_N_ELEMENTS (strokes)) /* a key may be down: it goes up with the session */
    {
      insert_fail_with (self, TILESCRIBE_PORTAL_ERROR_SILENT, no_answer);
      return G_SOURCE_REMOVE;
    }
  insert_end (self,
              g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                                   _ ("The window that has the focus did not take the text. It is on the clipboard: press Ctrl+V "
                                      "where it belongs.")));
  return G_SOURCE_REMOVE;
}

/* Where V is the same key in all the layouts of the keyboard, the key is pressed, whichever is in use: programs find V in the others.
 * Else the desktop has to find it. */
static int
find_v (void)
{
  g_autofree GdkKeymapKey *keys = NULL;
  int n_keys = 0, code = 0;

  gdk_display_map_keyval (gdk_display_get_default (), GDK_KEY_v, &keys, &n_keys);
  for (int i = 0; i < n_keys; i++)
    {
      if (code != 0 && code != (int) keys[i].keycode)
        return 0;
      code = keys[i].keycode;
    }
  return code > XKB_OFFSET ? code - XKB_OFFSET : 0;
}

/* The window may read long after it was given up. */
static void
end_if_pasted (TilescribeInserterPortal *self)
{
  if (self->clipboard == NULL || !self->read || self->stroke < G_N_ELEMENTS (strokes))
    return;
  tilescribe_portal_clipboard_give_back (self->clipboard, GIVE_BACK_MS);
  insert_end (self, NULL);
}

static void
text_read (TilescribeInserterPortal *self)
{
  self->read = self->pressed;
  end_if_pasted (self);
}

static void make_stroke (TilescribeInserterPortal *self);

static void
stroke_made (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  TilescribeInserterPortal *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = tilescribe_portal_call_finish (TILESCRIBE_PORTAL (source), result, NULL, &error);

  if (task != self->task)
    return;
  if (reply == NULL)
    {
      insert_fail (self, g_steal_pointer (&error));
      return;
    }
  self->stroke++;
  if (self->stroke < G_N_ELEMENTS (strokes))
    make_stroke (self);
  end_if_pasted (self);
}

/* One after the other: a portal answers calls in threads, in any order. */
static void
make_stroke (TilescribeInserterPortal *self)
{
  gsize i = self->stroke;
  int v = find_v ();
  int code = strokes[i].code != 0 ? strokes[i].code : v;
  GVariant *arguments = g_variant_new ("(a{sv}iu)", NULL, v != 0 ? code : (int) strokes[i].key, strokes[i].state);

  self->pressed = self->pressed || strokes[i].key == GDK_KEY_v;
  tilescribe_portal_call_async (self->portal, remote_desktop.interface, v != 0 ? "NotifyKeyboardKeycode" : "NotifyKeyboardKeysym",
                                arguments, NULL, stroke_made, g_object_ref (self->task));
}

static gboolean
press_keys (gpointer data)
{
  TilescribeInserterPortal *self = data;
  GError *error = NULL;

  self->timeout_id = 0;
  if (g_cancellable_set_error_if_cancelled (g_task_get_cancellable (self->task), &error))
    {
      tilescribe_portal_clipboard_give_back (self->clipboard, 0);
      insert_end (self, error);
      return G_SOURCE_REMOVE;
    }
  self->timeout_id = g_timeout_add (READ_MS, nobody_read, self);
  make_stroke (self);
  return G_SOURCE_REMOVE;
}

/* ---- The clipboard ---- */

static void
text_lent (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  TilescribeInserterPortal *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;

  tilescribe_portal_clipboard_lend_finish (TILESCRIBE_PORTAL_CLIPBOARD (source), result, &error);
  if (task != self->task)
    return;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) /* of the session there is nothing to complain */
    insert_end (self, g_steal_pointer (&error));
  else if (error != NULL)
    insert_fail (self, g_steal_pointer (&error));
  else
    self->timeout_id = g_timeout_add (SETTLE_MS, press_keys, self);
}

static void
lend (TilescribeInserterPortal *self)
{
  self->stroke = 0;
  self->pressed = self->read = FALSE;
  tilescribe_portal_clipboard_lend_async (self->clipboard, g_task_get_task_data (self->task), g_task_get_cancellable (self->task),
                                          text_lent, g_object_ref (self->task));
}

/* ---- The session ---- */

/* The answers of the three requests that begin a session, and what comes after each. */
static GVariant *
request_finish (GObject *source, GAsyncResult *result, GTask *task)
{
  TilescribeInserterPortal *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) results = tilescribe_portal_request_finish (TILESCRIBE_PORTAL (source), result, &error);

  if (task != self->task)
    return NULL;
  if (results == NULL)
    insert_fail (self, g_steal_pointer (&error));
  return g_steal_pointer (&results);
}

static void
session_started (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  TilescribeInserterPortal *self = g_task_get_source_object (task);
  g_autoptr (GVariant) results = request_finish (source, result, task);
  const char *token = "";
  gboolean clipboard_enabled = FALSE;
  guint devices = 0;

  if (results == NULL)
    return;
  g_variant_lookup (results, "restore_token", "&s", &token);
  g_settings_set_string (self->settings, "portal-token", token);
  g_variant_lookup (results, "clipboard_enabled", "b", &clipboard_enabled);
  g_variant_lookup (results, "devices", "u", &devices);
  if (!(devices & KEYBOARD))
    {
      insert_fail_with (self, TILESCRIBE_PORTAL_ERROR_REFUSED, remote_desktop.refused);
      return;
    }
  if (!clipboard_enabled)
    {
      insert_fail_with (self, TILESCRIBE_PORTAL_ERROR_MISSING, no_clipboard);
      return;
    }
  self->started = TRUE;
  lend (self);
}

/* Where there is none, nobody need read the dialog; whether this session may have it, the answer to Start tells. */
static void
clipboard_requested (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  TilescribeInserterPortal *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = tilescribe_portal_call_finish (TILESCRIBE_PORTAL (source), result, NULL, &error);

  if (task != self->task)
    return;
  if (g_error_matches (error, TILESCRIBE_PORTAL_ERROR, TILESCRIBE_PORTAL_ERROR_MISSING))
    insert_fail_with (self, TILESCRIBE_PORTAL_ERROR_MISSING, no_clipboard);
  else
    tilescribe_portal_request_async (self->portal, "Start", g_variant_new ("(s)", ""), NULL, TILESCRIBE_PORTAL_DIALOG,
                                     g_task_get_cancellable (task), session_started, g_object_ref (task));
}

static void
devices_selected (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  TilescribeInserterPortal *self = g_task_get_source_object (task);
  g_autoptr (GVariant) results = request_finish (source, result, task);

  if (results == NULL)
    return;
  g_clear_object (&self->clipboard);
  self->clipboard = tilescribe_portal_clipboard_new (self->portal);
  g_signal_connect_object (self->clipboard, "read", G_CALLBACK (text_read), self, G_CONNECT_SWAPPED);
  tilescribe_portal_call_async (self->portal, "org.freedesktop.portal.Clipboard", "RequestClipboard",
                                g_variant_new ("(a{sv})", NULL), NULL, clipboard_requested, g_object_ref (task));
}

static void
session_opened (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  TilescribeInserterPortal *self = g_task_get_source_object (task);
  g_autofree char *token = g_settings_get_string (self->settings, "portal-token");
  g_autoptr (GError) error = NULL;
  GVariantDict options;

  tilescribe_portal_open_finish (TILESCRIBE_PORTAL (source), result, &error);
  if (task != self->task)
    return;
  if (error != NULL)
    {
      insert_fail (self, g_steal_pointer (&error));
      return;
    }
  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "types", "u", KEYBOARD);
  g_variant_dict_insert (&options, "persist_mode", "u", UNTIL_REVOKED);
  if (*token != '\0')
    g_variant_dict_insert (&options, "restore_token", "s", token);
  tilescribe_portal_request_async (self->portal, "SelectDevices", NULL, g_variant_dict_end (&options), TILESCRIBE_PORTAL_SOON,
                                   g_task_get_cancellable (task), devices_selected, g_object_ref (task));
}

/* ---- The interface ---- */

static void
inserter_insert_async (TilescribeInserter *inserter,
                       const char *text,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  TilescribeInserterPortal *self = TILESCRIBE_INSERTER_PORTAL (inserter);

  g_assert (self->task == NULL);
  self->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (self->task, inserter_insert_async);
  g_task_set_check_cancellable (self->task, FALSE);
  g_task_set_task_data (self->task, g_strdup (text), g_free);
  if (self->started)
    lend (self);
  else
    tilescribe_portal_open_async (self->portal, cancellable, session_opened, g_object_ref (self->task));
}

static gboolean
inserter_insert_finish (TilescribeInserter *inserter, GAsyncResult *result, TilescribeInserted *how, GError **error)
{
  *how = TILESCRIBE_INSERTED_PASTED;
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
inserter_init (TilescribeInserterInterface *interface)
{
  interface->waits_for_hotkey = TRUE;
  interface->is_blind = TRUE;
  interface->insert_async = inserter_insert_async;
  interface->insert_finish = inserter_insert_finish;
}

static void
tilescribe_inserter_portal_dispose (GObject *object)
{
  TilescribeInserterPortal *self = TILESCRIBE_INSERTER_PORTAL (object);

  if (self->portal != NULL)
    tilescribe_portal_close (self->portal);
  g_clear_object (&self->portal);
  g_clear_object (&self->clipboard);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (tilescribe_inserter_portal_parent_class)->dispose (object);
}

static void
tilescribe_inserter_portal_class_init (TilescribeInserterPortalClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tilescribe_inserter_portal_dispose;
}

static void
tilescribe_inserter_portal_init (TilescribeInserterPortal *self)
{
  self->settings = g_settings_new (TILESCRIBE_APPLICATION_ID);
  self->portal = tilescribe_portal_new (&remote_desktop);
  g_signal_connect_object (self->portal, "lost", G_CALLBACK (lost), self, G_CONNECT_SWAPPED);
}

gboolean
tilescribe_inserter_portal_is_available (char **why_not)
{
  GdkDisplay *display = gdk_display_get_default ();

  /* compositors with virtual keyboards have no such portal */
  return GDK_IS_WAYLAND_DISPLAY (display)
         && !gdk_wayland_display_query_registry (GDK_WAYLAND_DISPLAY (display), TILESCRIBE_VIRTUAL_KEYBOARD_PROTOCOL);
}

TilescribeInserter *
tilescribe_inserter_portal_new (TilescribeInsertion way)
{
  return g_object_new (TILESCRIBE_TYPE_INSERTER_PORTAL, NULL);
}
