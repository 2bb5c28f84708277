/* npu-row.c - whether this machine has an NPU that can be used, and what is missing if not
 *
 * It says what “tilescribe doctor” says, in the same words. All but trying it is looked at, which wakes nothing but may load a library: so in a thread, each time that
 * the row comes to be seen, as somebody may have mended in the meantime what it said before.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/npu-row.h"

#include "tilescribe.h"

#include <glib/gi18n.h>

struct _TilescribeNpuRow
{
  AdwActionRow parent;

  GCancellable *looking; /* NULL: nobody looks */
};

G_DEFINE_FINAL_TYPE (TilescribeNpuRow, tilescribe_npu_row, ADW_TYPE_ACTION_ROW)

static void
look (GTask *task, gpointer row, gpointer data, GCancellable *cancellable)
{
  g_autofree char *found = NULL;
  GError *error = NULL;

  if (scribe_npu_check_usable (&found, &error))
    g_task_return_pointer (task, g_strdup_printf (_ ("%s: can be used"), found), g_free);
  else
    g_task_return_error (task, error);
}

static void
on_looked (GObject *object, GAsyncResult *result, gpointer data)
{
  TilescribeNpuRow *self = TILESCRIBE_NPU_ROW (object);
  g_autoptr (GError) error = NULL;
  g_autofree char *found = g_task_propagate_pointer (G_TASK (result), &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->looking);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), found != NULL ? found : error->message);
}

static void
stop (TilescribeNpuRow *self)
{
  g_cancellable_cancel (self->looking);
  g_clear_object (&self->looking);
}

static void
tilescribe_npu_row_map (GtkWidget *widget)
{
  TilescribeNpuRow *self = TILESCRIBE_NPU_ROW (widget);
  g_autoptr (GTask) task = NULL;

  GTK_WIDGET_CLASS (tilescribe_npu_row_parent_class)->map (widget);
  stop (self);
  self->looking = g_cancellable_new ();
  task = g_task_new (self, self->looking, on_looked, NULL);
  g_task_run_in_thread (task, look);
}

static void
tilescribe_npu_row_dispose (GObject *object)
{
  stop (TILESCRIBE_NPU_ROW (object));
  G_OBJECT_CLASS (tilescribe_npu_row_parent_class)->dispose (object);
}

static void
tilescribe_npu_row_class_init (TilescribeNpuRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tilescribe_npu_row_dispose;
  GTK_WIDGET_CLASS (klass)->map = tilescribe_npu_row_map;
  gtk_widget_class_set_template_from_resource (GTK_WIDGET_CLASS (klass), "/org/tilescribe/Tilescribe/pages/npu-row.ui");
}

static void
tilescribe_npu_row_init (TilescribeNpuRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
