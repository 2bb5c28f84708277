/* hotkey-portal.c - the hotkey by the GlobalShortcuts portal
 *
 * BindShortcuts works once in a session, so every bind is a new session. The desktop asks the person, who may choose another key than
 * the program wished for, and may change it later; what it tells back is what a person reads.
 *
 * Activated and Deactivated are press and release. A desktop that repeats Activated while the key is held says it again within a second;
 * an Activated after a longer time means that a Deactivated got lost.
 *
 * Source: the D-Bus interface org.freedesktop.portal.GlobalShortcuts as documented by xdg-desktop-portal; freedesktop.org's shortcuts
 * specification for how a key is written.
 *
 * SPDX-License-Identifier: MIT
 */
#include "desktop/hotkey-portal.h"

#include "desktop/portal.h"
#include "application.h"

#include <gdk/wayland/gdkwayland.h>
#include <glib/gi18n.h>
#include <gtk/gtk.h>

#define SHORTCUT    "dictate"
#define REPEAT_TIME G_USEC_PER_SEC

static const TilescribePortalKind shortcuts = {
  .interface = "org.freedesktop.portal.GlobalShortcuts",
  .missing = N_ (
      "This desktop lets no program have a key of its own. Bind a key to the command “tilescribe toggle” in the desktop’s "
      "keyboard settings."),
  .refused = N_ (
      "The desktop did not give Tilescribe the key. Set the key again and agree in the desktop’s dialog, or bind a key to "
      "the command “tilescribe toggle” in the desktop’s keyboard settings."),
  .ended = N_ ("The desktop took the key away from Tilescribe. Set it again in the preferences."),
};

/* Desktops whose keys stand in a file, and the line for it. */
static const struct
{
  const char *desktop; /* in XDG_CURRENT_DESKTOP */
  gboolean has_portal;
  const char *file, *line;
} configured[] = {
  { "Hyprland", TRUE, "~/.config/hypr/hyprland.conf", "bind = CTRL ALT, space, global, " TILESCRIBE_APPLICATION_ID ":" SHORTCUT },
  { "sway", FALSE, "~/.config/sway/config", "bindsym Ctrl+Alt+space exec tilescribe toggle" },
  { "niri", FALSE, "~/.config/niri/config.kdl", "binds { Ctrl+Alt+Space { spawn \"tilescribe\" \"toggle\"; } }" },
  { "river", FALSE, "~/.config/river/init", "riverctl map normal Control+Alt Space spawn 'tilescribe toggle'" },
};

struct _TilescribeHotkeyPortal
{
  GObject parent;

  TilescribePortal *portal;
  gboolean bound;   /* somebody was told that the key is his */
  gboolean awaited; /* it was lost with the service */
  gboolean down;
  gint64 last_activated;
};

static void hotkey_init (TilescribeHotkeyInterface *interface);
G_DEFINE_FINAL_TYPE_WITH_CODE (TilescribeHotkeyPortal,
                               tilescribe_hotkey_portal,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TILESCRIBE_TYPE_HOTKEY, hotkey_init))

char *
tilescribe_hotkey_portal_trigger (const char *accelerator)
{
  static const struct
  {
    GdkModifierType mask;
    const char *name;
  } modifiers[] = {
    { GDK_CONTROL_MASK, "CTRL+" },
    { GDK_ALT_MASK, "ALT+" },
    { GDK_SHIFT_MASK, "SHIFT+" },
    { GDK_SUPER_MASK | GDK_META_MASK, "LOGO+" },
  };
  g_autoptr (GString) trigger = g_string_new (NULL);
  GdkModifierType state;
  guint key;

  if (!gtk_accelerator_parse (accelerator, &key, &state) || key == 0)
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (modifiers); i++)
    if (state & modifiers[i].mask)
      g_string_append (trigger, modifiers[i].name);
  g_string_append (trigger, gdk_keyval_name (key));
  return g_string_free (g_steal_pointer (&trigger), FALSE);
}

/* ---- Press and release ---- */

static gboolean
is_ours (GVariant *parameters)
{
  const char *id;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(osta{sv})")))
    return FALSE;
  g_variant_get (parameters, "(&o&st@a{sv})", NULL, &id, NULL, NULL);
  return g_str_equal (id, SHORTCUT);
}

static void
release (TilescribeHotkeyPortal *self)
{
  if (!self->down)
    return;
  self->down = FALSE;
  g_signal_emit_by_name (self, "released");
}

static void
activated (TilescribeHotkeyPortal *self, GVariant *parameters)
{
  gint64 now = g_get_monotonic_time ();
  gboolean repeated = self->down && now - self->last_activated < REPEAT_TIME;

  if (!is_ours (parameters))
    return;
  self->last_activated = now;
  if (repeated)
    return;
  release (self);
  self->down = TRUE;
  g_signal_emit_by_name (self, "pressed");
}

static void
deactivated (TilescribeHotkeyPortal *self, GVariant *parameters)
{
  if (is_ours (parameters))
    release (self);
}

static void
lost (TilescribeHotkeyPortal *self, GError *error)
{
  gboolean was_bound = self->bound;

  release (self);
  self->bound = FALSE;
  self->awaited = was_bound && g_error_matches (error, TILESCRIBE_PORTAL_ERROR, TILESCRIBE_PORTAL_ERROR_LOST);
  if (was_bound)
    g_signal_emit_by_name (self, "lost", error);
}

/* Once: a service that dies of being asked for a key is not asked for ever. */
static void
returned (TilescribeHotkeyPortal *self)
{
  if (self->awaited)
    g_signal_emit_by_name (self, "returned");
}

/* ---- Binding ---- */

/* The row of configured for this desktop, or -1. */
static int
find_configured (void)
{
  const char *desktops = g_getenv ("XDG_CURRENT_DESKTOP");
  g_auto (GStrv) names = g_strsplit (desktops != NULL ? desktops : "", ":", -1);

  for (gsize i = 0; i < G_N_ELEMENTS (configured); i++)
    if (g_strv_contains ((const char *const *) names, configured[i].desktop))
      return i;
  return -1;
}

/* What a person has to press. A desktop whose own configuration names the key, as Hyprland's does, tells nothing. */
static char *
describe (GVariant *bound)
{
  const char *trigger = NULL;
  int i = find_configured ();

  if (g_variant_lookup (bound, "trigger_description", "&s", &trigger) && *trigger != '\0')
    return g_strdup (trigger);
  if (i >= 0)
    /* Translators: stands for the name of a key: a file, then a line for it */
    return g_strdup_printf (_ ("the key that “%s” binds with the line “%s”"), configured[i].file, configured[i].line);
  return g_strdup (_ ("the key that the desktop’s settings give to Tilescribe"));
}

static char *
find_trigger (GVariant *results)
{
  g_autoptr (GVariant) list = g_variant_lookup_value (results, "shortcuts", G_VARIANT_TYPE ("a(sa{sv})"));

  for (gsize i = 0; list != NULL && i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) bound = NULL;
      const char *id;

      g_variant_get_child (list, i, "(&s@a{sv})", &id, &bound);
      if (g_str_equal (id, SHORTCUT))
        return describe (bound);
    }
  return NULL;
}

static void
bound (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  TilescribePortal *portal = TILESCRIBE_PORTAL (source);
  GError *error = NULL;
  g_autoptr (GVariant) results = tilescribe_portal_request_finish (portal, result, &error);
  g_autofree char *trigger = results != NULL ? find_trigger (results) : NULL;

  if (trigger != NULL)
    {
      TILESCRIBE_HOTKEY_PORTAL (g_task_get_source_object (task))->bound = TRUE;
      g_task_return_pointer (task, g_steal_pointer (&trigger), g_free);
      return;
    }
  tilescribe_portal_close (portal);
  if (error == NULL)
    error = g_error_new_literal (TILESCRIBE_PORTAL_ERROR, TILESCRIBE_PORTAL_ERROR_REFUSED, gettext (shortcuts.refused));
  g_task_return_error (task, error);
}

static void
opened (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  TilescribePortal *portal = TILESCRIBE_PORTAL (source);
  GError *error = NULL;
  GVariantDict shortcut, options;
  GVariantBuilder list;

  if (!tilescribe_portal_open_finish (portal, result, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  g_variant_dict_init (&shortcut, NULL);
  g_variant_dict_insert (&shortcut, "description", "s", _ ("Start and end dictation"));
  g_variant_dict_insert (&shortcut, "preferred_trigger", "s", (const char *) g_task_get_task_data (task));
  g_variant_builder_init (&list, G_VARIANT_TYPE ("a(sa{sv})"));
  g_variant_builder_add (&list, "(s@a{sv})", SHORTCUT, g_variant_dict_end (&shortcut));
  g_variant_dict_init (&options, NULL);
  tilescribe_portal_request_async (portal, "BindShortcuts", g_variant_new ("(a(sa{sv})s)", &list, ""),
                                   g_variant_dict_end (&options), TILESCRIBE_PORTAL_DIALOG, g_task_get_cancellable (task), bound,
                                   g_object_ref (task));
}

static void
hotkey_bind_async (TilescribeHotkey *hotkey,
                   const char *accelerator,
                   GCancellable *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
  TilescribeHotkeyPortal *self = TILESCRIBE_HOTKEY_PORTAL (hotkey);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  char *trigger = tilescribe_hotkey_portal_trigger (accelerator);

  g_task_set_source_tag (task, hotkey_bind_async);
  g_task_set_task_data (task, trigger, g_free);
  tilescribe_hotkey_unbind (hotkey);
  if (trigger == NULL)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _ ("“%s” is no key. Set another one."), accelerator);
  else
    tilescribe_portal_open_async (self->portal, cancellable, opened, g_object_ref (task));
}

static char *
hotkey_bind_finish (TilescribeHotkey *hotkey, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
hotkey_unbind (TilescribeHotkey *hotkey)
{
  TilescribeHotkeyPortal *self = TILESCRIBE_HOTKEY_PORTAL (hotkey);

  tilescribe_portal_close (self->portal);
  self->bound = self->awaited = FALSE;
  release (self);
}

static void
hotkey_init (TilescribeHotkeyInterface *interface)
{
  interface->bind_async = hotkey_bind_async;
  interface->bind_finish = hotkey_bind_finish;
  interface->unbind = hotkey_unbind;
}

static void
tilescribe_hotkey_portal_dispose (GObject *object)
{
  TilescribeHotkeyPortal *self = TILESCRIBE_HOTKEY_PORTAL (object);

  if (self->portal != NULL)
    tilescribe_portal_close (self->portal);
  g_clear_object (&self->portal);
  G_OBJECT_CLASS (tilescribe_hotkey_portal_parent_class)->dispose (object);
}

static void
tilescribe_hotkey_portal_class_init (TilescribeHotkeyPortalClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tilescribe_hotkey_portal_dispose;
}

static void
tilescribe_hotkey_portal_init (TilescribeHotkeyPortal *self)
{
  self->portal = tilescribe_portal_new (&shortcuts);
  g_signal_connect_object (self->portal, "event::Activated", G_CALLBACK (activated), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->portal, "event::Deactivated", G_CALLBACK (deactivated), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->portal, "lost", G_CALLBACK (lost), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->portal, "returned", G_CALLBACK (returned), self, G_CONNECT_SWAPPED);
}

gboolean
tilescribe_hotkey_portal_is_available (char **why_not)
{
  int i = find_configured ();

  if (!GDK_IS_WAYLAND_DISPLAY (gdk_display_get_default ()))
    return FALSE;
  if (i < 0 || configured[i].has_portal)
    return TRUE;
  *why_not = g_strdup_printf (_ ("The keys of this desktop stand in “%s”. Add the line “%s”, with the key that you like."),
                              configured[i].file, configured[i].line);
  return FALSE;
}

TilescribeHotkey *
tilescribe_hotkey_portal_new (void)
{
  return g_object_new (TILESCRIBE_TYPE_HOTKEY_PORTAL, NULL);
}
