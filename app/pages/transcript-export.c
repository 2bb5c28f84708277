/* transcript-export.c - a transcript as a file
 *
 *   [dialog -->] store's thread: read --> a thread: written
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/transcript-export.h"

#include "pages/history-store.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_EXTENSION 5 /* characters after a dot that are one, and not the end of a sentence */
#define MAX_NAME      80

/* What is to be exported, and where to as soon as that is known. */
typedef struct
{
  ScribeStoreThread *store;
  gint64 id;
  ScribeFormat format;
  char *path;
  ScribeTranscript *transcript; /* NULL: not read yet */
} Export;

static void
export_free (Export *export)
{
  g_object_unref (export->store);
  g_free (export->path);
  scribe_transcript_free (export->transcript);
  g_free (export);
}

char *
tilescribe_export_suggest_name (const char *title, ScribeFormat format)
{
  g_autofree char *name = g_utf8_substring (title, 0, MIN (MAX_NAME, g_utf8_strlen (title, -1)));
  char *dot = strrchr (name, '.');

  if (dot != NULL && dot != name && strlen (dot + 1) <= MAX_EXTENSION && strchr (dot, ' ') == NULL)
    *dot = '\0';
  g_strdelimit (name, "/\\\n\r", ' ');
  g_strstrip (name);
  return g_strconcat (name, ".", scribe_format_name (format), NULL);
}

static gboolean
write_all (const Export *export, GError **error)
{
  g_autoptr (ScribeWriter) writer = scribe_writer_new (export->path, export->format, FALSE, error);
  GPtrArray *segments = export->transcript->segments;

  if (writer == NULL)
    return FALSE;
  for (guint i = 0; segments != NULL && i < segments->len; i++)
    if (!scribe_writer_add (writer, segments->pdata[i], error))
      return FALSE;
  return scribe_writer_finish (writer, &export->transcript->run, error);
}

static void
write_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (write_all (data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_read (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Export *export = g_task_get_task_data (task);
  GError *error = NULL;

  export->transcript = tilescribe_history_read_finish (result, &error);
  if (export->transcript != NULL)
    g_task_run_in_thread (task, write_in_thread);
  else
    g_task_return_error (task, error);
}

static void
read_and_write (GTask *task)
{
  Export *export = g_task_get_task_data (task);

  tilescribe_history_read_async (export->store, export->id, NULL, on_read, g_object_ref (task));
}

static GTask *
task_new (ScribeStoreThread *store, gint64 id, ScribeFormat format, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  Export *export = g_new0 (Export, 1);

  export->store = g_object_ref (store);
  export->id = id;
  export->format = format;
  g_task_set_task_data (task, export, (GDestroyNotify) export_free);
  return task;
}

void
tilescribe_export_async (ScribeStoreThread *store,
                         gint64 id,
                         ScribeFormat format,
                         const char *path,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_autoptr (GTask) task = task_new (store, id, format, callback, user_data);

  ((Export *) g_task_get_task_data (task))->path = g_strdup (path);
  read_and_write (task);
}

static void
on_file_chosen (GtkNativeDialog *dialog, int response, gpointer data)
{
  g_autoptr (GTask) task = data;
  Export *export = g_task_get_task_data (task);
  g_autoptr (GFile) file = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  export->path = file != NULL ? g_file_get_path (file) : NULL;
  if (export->path != NULL)
    read_and_write (task);
  else if (file != NULL)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                             _ ("This folder is on no disk of this computer. Choose another one to export to."));
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "-");
  gtk_native_dialog_destroy (dialog);
  g_object_unref (dialog);
}

void
tilescribe_export_ask_async (GtkWindow *parent,
                             ScribeStoreThread *store,
                             const ScribeTranscript *transcript,
                             const char *format_name,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (_ ("Export Transcript"), parent, GTK_FILE_CHOOSER_ACTION_SAVE,
                                                              _ ("_Export"), NULL);
  ScribeFormat format = SCRIBE_FORMAT_TXT;
  g_autofree char *file_name = NULL;

  scribe_format_from_name (format_name, &format);
  file_name = tilescribe_export_suggest_name (transcript->title, format);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), file_name);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect (dialog, "response", G_CALLBACK (on_file_chosen),
                    task_new (store, transcript->id, format, callback, user_data));
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

char *
tilescribe_export_finish (GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    return g_strdup (_ ("Exported"));
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? NULL : g_strdup (error->message);
}
