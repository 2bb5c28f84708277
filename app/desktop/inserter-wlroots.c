/* inserter-wlroots.c - text typed into the focused window on a virtual keyboard
 *
 * Typed and not pasted: with a keymap of one's own every character can be typed, in terminals too, and the clipboard stays what it is.
 *
 * SPDX-License-Identifier: MIT
 */
#include "desktop/inserter-wlroots.h"

#include "desktop/virtual-keyboard.h"

#include <gdk/wayland/gdkwayland.h>
#include <glib/gi18n.h>

struct _TilescribeInserterWlroots
{
  GObject parent;
};

static void inserter_init (TilescribeInserterInterface *interface);
G_DEFINE_FINAL_TYPE_WITH_CODE (TilescribeInserterWlroots,
                               tilescribe_inserter_wlroots,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TILESCRIBE_TYPE_INSERTER, inserter_init))

static void
type_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (tilescribe_virtual_keyboard_type (data, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
typed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    tilescribe_inserter_rescue (g_task_get_task_data (task), error);
  g_task_return_error (task, error);
}

static void
inserter_insert_async (TilescribeInserter *inserter,
                       const char *text,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (inserter, cancellable, callback, user_data);
  g_autoptr (GTask) typing = g_task_new (inserter, cancellable, typed, task);

  g_task_set_source_tag (task, inserter_insert_async);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, g_strdup (text), g_free);
  g_task_set_task_data (typing, g_strdup (text), g_free);
  g_task_run_in_thread (typing, type_in_thread);
}

static gboolean
inserter_insert_finish (TilescribeInserter *inserter, GAsyncResult *result, TilescribeInserted *how, GError **error)
{
  *how = TILESCRIBE_INSERTED_TYPED;
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
inserter_init (TilescribeInserterInterface *interface)
{
  interface->insert_async = inserter_insert_async;
  interface->insert_finish = inserter_insert_finish;
}

static void
tilescribe_inserter_wlroots_class_init (TilescribeInserterWlrootsClass *klass)
{
}

static void
tilescribe_inserter_wlroots_init (TilescribeInserterWlroots *self)
{
}

gboolean
tilescribe_inserter_wlroots_is_available (char **why_not)
{
  GdkDisplay *display = gdk_display_get_default ();

  return GDK_IS_WAYLAND_DISPLAY (display)
         && gdk_wayland_display_query_registry (GDK_WAYLAND_DISPLAY (display), TILESCRIBE_VIRTUAL_KEYBOARD_PROTOCOL);
}

TilescribeInserter *
tilescribe_inserter_wlroots_new (TilescribeInsertion way)
{
  return g_object_new (TILESCRIBE_TYPE_INSERTER_WLROOTS, NULL);
}
