/* inserter-clipboard.c - the text goes to the clipboard and stays there; the person pastes it
 *
 * SPDX-License-Identifier: MIT
 */
#include "desktop/inserter-clipboard.h"

#include <gdk/gdk.h>

struct _TilescribeInserterClipboard
{
  GObject parent;
};

static void
tilescribe_inserter_clipboard_insert_async (TilescribeInserter *inserter,
                                            const char *text,
                                            GCancellable *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (inserter, cancellable, callback, user_data);

  GError *error = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;
  if (tilescribe_inserter_copy (text, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static gboolean
tilescribe_inserter_clipboard_insert_finish (TilescribeInserter *inserter,
                                             GAsyncResult *result,
                                             TilescribeInserted *how,
                                             GError **error)
{
  *how = TILESCRIBE_INSERTED_COPIED;
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
tilescribe_inserter_clipboard_iface_init (TilescribeInserterInterface *iface)
{
  iface->insert_async = tilescribe_inserter_clipboard_insert_async;
  iface->insert_finish = tilescribe_inserter_clipboard_insert_finish;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TilescribeInserterClipboard,
                               tilescribe_inserter_clipboard,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TILESCRIBE_TYPE_INSERTER, tilescribe_inserter_clipboard_iface_init))

static void
tilescribe_inserter_clipboard_class_init (TilescribeInserterClipboardClass *klass)
{
}

static void
tilescribe_inserter_clipboard_init (TilescribeInserterClipboard *self)
{
}

gboolean
tilescribe_inserter_clipboard_is_available (char **why_not)
{
  return gdk_display_get_default () != NULL;
}

TilescribeInserter *
tilescribe_inserter_clipboard_new (TilescribeInsertion way)
{
  return g_object_new (TILESCRIBE_TYPE_INSERTER_CLIPBOARD, NULL);
}
