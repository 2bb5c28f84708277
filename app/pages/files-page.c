/* files-page.c - recordings in a queue, and their transcripts
 *
 * The queue is the session's: a row is made for each of its jobs, and all that is done here is asked of the session or of a job. While
 * a transcript is shown, its job's segments are handed on to it as they come; when the job begins, ends or begins anew, the transcript is
 * read again.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/files-page.h"

#include "pages/job-row.h"
#include "pages/plain-text.h"
#include "pages/transcript-view.h"

#include <glib/gi18n.h>

struct _TilescribeFilesPage
{
  AdwBin parent;

  AdwToastOverlay *toasts;
  GtkStack *stack;
  AdwLeaflet *leaflet;
  GtkListBox *list;
  TilescribeTranscriptView *view;

  ScribeSession *session;
  ScribeJob *shown; /* whose transcript is; NULL: none */
};

G_DEFINE_FINAL_TYPE (TilescribeFilesPage, tilescribe_files_page, ADW_TYPE_BIN)

/* --- The transcript --- */

static void
on_segment (TilescribeFilesPage *self, const ScribeSegment *segment)
{
  tilescribe_transcript_view_append_segment (self->view, segment);
}

static void
read_shown (TilescribeFilesPage *self)
{
  tilescribe_transcript_view_show (self->view, self->shown != NULL ? scribe_job_get_transcript (self->shown) : 0);
}

static void
show_job (TilescribeFilesPage *self, ScribeJob *job)
{
  if (self->shown != NULL)
    g_signal_handlers_disconnect_by_data (self->shown, self);
  g_set_object (&self->shown, job);
  if (job != NULL)
    {
      g_signal_connect_object (job, "segment", G_CALLBACK (on_segment), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (job, "notify::transcript", G_CALLBACK (read_shown), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (job, "notify::state", G_CALLBACK (read_shown), self, G_CONNECT_SWAPPED);
    }
  read_shown (self);
}

static void
on_row_activated (TilescribeFilesPage *self, TilescribeJobRow *row)
{
  show_job (self, tilescribe_job_row_get_job (row));
  adw_leaflet_set_visible_child_name (self->leaflet, "transcript");
}

static void
go_back (TilescribeFilesPage *self)
{
  adw_leaflet_navigate (self->leaflet, ADW_NAVIGATION_DIRECTION_BACK);
}

/* --- The queue --- */

static void
on_remove (TilescribeJobRow *row, TilescribeFilesPage *self)
{
  scribe_session_remove_job (self->session, tilescribe_job_row_get_job (row));
}

static GtkWidget *
make_row (gpointer job, gpointer self)
{
  GtkWidget *row = tilescribe_job_row_new (job);

  g_signal_connect_object (row, "remove", G_CALLBACK (on_remove), self, 0);
  return row;
}

static gboolean
is_ended (ScribeJob *job)
{
  return scribe_job_get_state (job) > SCRIBE_JOB_RUNNING;
}

static void
clear_finished (TilescribeFilesPage *self)
{
  GListModel *jobs = scribe_session_get_jobs (self->session);

  for (guint i = g_list_model_get_n_items (jobs); i > 0; i--)
    {
      g_autoptr (ScribeJob) job = g_list_model_get_item (jobs, i - 1);

      if (is_ended (job))
        scribe_session_remove_job (self->session, job);
    }
}

static gboolean
holds (GListModel *jobs, ScribeJob *wanted)
{
  for (guint i = 0; i < g_list_model_get_n_items (jobs); i++)
    {
      g_autoptr (ScribeJob) job = g_list_model_get_item (jobs, i);

      if (job == wanted)
        return TRUE;
    }
  return FALSE;
}

static void
on_jobs_changed (TilescribeFilesPage *self)
{
  GListModel *jobs = scribe_session_get_jobs (self->session);

  if (self->shown != NULL && !holds (jobs, self->shown))
    {
      show_job (self, NULL);
      adw_leaflet_set_visible_child_name (self->leaflet, "list");
    }
  gtk_stack_set_visible_child_name (self->stack, g_list_model_get_n_items (jobs) > 0 ? "jobs" : "empty");
}

/* --- Files come --- */

static void
add_file (TilescribeFilesPage *self, GFile *file)
{
  const char *path = g_file_peek_path (file);
  g_autofree char *name = NULL;
  g_autofree char *message = NULL;

  if (path != NULL)
    {
      scribe_session_add_file (self->session, path, NULL);
      return;
    }
  name = g_file_get_parse_name (file);
  message = g_strdup_printf (_ ("“%s” is not on this computer. Copy it here first."), name);
  adw_toast_overlay_add_toast (self->toasts, tilescribe_plain_toast_new (message));
}

void
tilescribe_files_page_add_files (TilescribeFilesPage *self, GListModel *files)
{
  g_return_if_fail (self->session != NULL);

  for (guint i = 0; i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);

      add_file (self, file);
    }
}

static gboolean
on_drop (TilescribeFilesPage *self, const GValue *value)
{
  if (self->session == NULL || !G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    return FALSE;
  for (GSList *file = g_value_get_boxed (value); file != NULL; file = file->next)
    add_file (self, file->data);
  return TRUE;
}

static void
on_files_chosen (GtkNativeDialog *dialog, int response, TilescribeFilesPage *self)
{
  g_autoptr (GListModel) files = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    {
      files = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (dialog));
      tilescribe_files_page_add_files (self, files);
    }
  gtk_native_dialog_destroy (dialog);
  g_object_unref (dialog);
}

static void
add_filter (GtkFileChooser *chooser, const char *name, const char *const *types)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, name);
  for (; *types != NULL; types++)
    gtk_file_filter_add_mime_type (filter, *types);
  gtk_file_chooser_add_filter (chooser, filter);
}

void
tilescribe_files_page_choose_files (TilescribeFilesPage *self)
{
  static const char *const recordings[] = { "audio/*", "video/*", "application/ogg", NULL };
  static const char *const all[] = { "*/*", NULL };
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (_ ("Recordings to Transcribe"),
                                                              GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
                                                              GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Transcribe"), NULL);

  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (dialog), TRUE);
  add_filter (GTK_FILE_CHOOSER (dialog), _ ("Recordings"), recordings);
  add_filter (GTK_FILE_CHOOSER (dialog), _ ("All Files"), all);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_files_chosen), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* --- The object --- */

void
tilescribe_files_page_set_store (TilescribeFilesPage *self, ScribeStoreThread *store)
{
  tilescribe_transcript_view_set_store (self->view, store);
}

void
tilescribe_files_page_set_session (TilescribeFilesPage *self, ScribeSession *session)
{
  GListModel *jobs = scribe_session_get_jobs (session);

  g_return_if_fail (self->session == NULL);

  self->session = g_object_ref (session);
  tilescribe_transcript_view_set_jobs (self->view, jobs);
  gtk_list_box_bind_model (self->list, jobs, make_row, self, NULL);
  g_signal_connect_object (jobs, "items-changed", G_CALLBACK (on_jobs_changed), self, G_CONNECT_SWAPPED);
  on_jobs_changed (self);
}

static void
tilescribe_files_page_dispose (GObject *object)
{
  TilescribeFilesPage *self = TILESCRIBE_FILES_PAGE (object);

  g_clear_object (&self->shown);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (tilescribe_files_page_parent_class)->dispose (object);
}

static void
tilescribe_files_page_class_init (TilescribeFilesPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tilescribe_files_page_dispose;
  g_type_ensure (TILESCRIBE_TYPE_TRANSCRIPT_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/tilescribe/Tilescribe/pages/files-page.ui");
  gtk_widget_class_bind_template_child (widget_class, TilescribeFilesPage, toasts);
  gtk_widget_class_bind_template_child (widget_class, TilescribeFilesPage, stack);
  gtk_widget_class_bind_template_child (widget_class, TilescribeFilesPage, leaflet);
  gtk_widget_class_bind_template_child (widget_class, TilescribeFilesPage, list);
  gtk_widget_class_bind_template_child (widget_class, TilescribeFilesPage, view);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
  gtk_widget_class_bind_template_callback (widget_class, go_back);
  gtk_widget_class_bind_template_callback (widget_class, clear_finished);
  gtk_widget_class_bind_template_callback (widget_class, tilescribe_files_page_choose_files);
}

static void
tilescribe_files_page_init (TilescribeFilesPage *self)
{
  GtkDropTarget *drop = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (drop, "drop", G_CALLBACK (on_drop), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drop));
}
