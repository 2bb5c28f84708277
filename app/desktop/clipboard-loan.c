/* clipboard-loan.c - a clipboard that is borrowed for one text, and given back
 *
 * The loan is itself the content that the clipboard offers, so whether the text is still there is a comparison of pointers.
 *
 * SPDX-License-Identifier: MIT
 */
#include "desktop/clipboard-loan.h"

#include "desktop/clipboard-memory.h"

#include <glib/gi18n.h>
#include <string.h>

#define TEXT         "text/plain;charset=utf-8"
#define MAX_READINGS 3
#define SETTLE_MS    100 /* for GTK to learn which formats a new owner has */

struct _TilescribeClipboardLoan
{
  GdkContentProvider parent;

  GdkClipboard *clipboard;
  char *text;
  GdkContentProvider *before; /* what the clipboard held; NULL: not known, so it cannot return */
  guint give_back_id;
};

G_DEFINE_FINAL_TYPE (TilescribeClipboardLoan, tilescribe_clipboard_loan, GDK_TYPE_CONTENT_PROVIDER)

/* Every other encoding of the text is made by GTK from the string. */
static GdkContentFormats *
tilescribe_clipboard_loan_ref_formats (GdkContentProvider *provider)
{
  GdkContentFormatsBuilder *builder = gdk_content_formats_builder_new ();

  gdk_content_formats_builder_add_mime_type (builder, TEXT);
  gdk_content_formats_builder_add_gtype (builder, G_TYPE_STRING);
  gdk_content_formats_builder_add_mime_type (builder, TILESCRIBE_CLIPBOARD_HINT);
  return gdk_content_formats_builder_free_to_formats (builder);
}

static void
on_written (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  TilescribeClipboardLoan *loan = g_task_get_source_object (task);
  GError *error = NULL;

  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (object), result, NULL, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  g_task_return_boolean (task, TRUE);
  if (g_task_get_task_data (task) == loan->text)
    g_signal_emit_by_name (loan, "read");
}

static void
tilescribe_clipboard_loan_write_mime_type_async (GdkContentProvider *provider,
                                                 const char *mime_type,
                                                 GOutputStream *stream,
                                                 int io_priority,
                                                 GCancellable *cancellable,
                                                 GAsyncReadyCallback callback,
                                                 gpointer user_data)
{
  TilescribeClipboardLoan *loan = TILESCRIBE_CLIPBOARD_LOAN (provider);
  GTask *task = g_task_new (loan, cancellable, callback, user_data);
  const char *bytes = g_str_equal (mime_type, TEXT) ? loan->text : TILESCRIBE_CLIPBOARD_SECRET;

  g_task_set_task_data (task, (gpointer) bytes, NULL);
  g_output_stream_write_all_async (stream, bytes, strlen (bytes), io_priority, cancellable, on_written, task);
}

static gboolean
tilescribe_clipboard_loan_write_mime_type_finish (GdkContentProvider *provider, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static gboolean
tilescribe_clipboard_loan_get_value (GdkContentProvider *provider, GValue *value, GError **error)
{
  TilescribeClipboardLoan *loan = TILESCRIBE_CLIPBOARD_LOAN (provider);

  if (!G_VALUE_HOLDS_STRING (value))
    return GDK_CONTENT_PROVIDER_CLASS (tilescribe_clipboard_loan_parent_class)->get_value (provider, value, error);
  g_value_set_string (value, loan->text);
  g_signal_emit_by_name (loan, "read");
  return TRUE;
}

static void
tilescribe_clipboard_loan_finalize (GObject *object)
{
  TilescribeClipboardLoan *loan = TILESCRIBE_CLIPBOARD_LOAN (object);

  g_clear_object (&loan->clipboard);
  g_clear_object (&loan->before);
  g_free (loan->text);
  G_OBJECT_CLASS (tilescribe_clipboard_loan_parent_class)->finalize (object);
}

static void
tilescribe_clipboard_loan_class_init (TilescribeClipboardLoanClass *klass)
{
  GdkContentProviderClass *provider_class = GDK_CONTENT_PROVIDER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = tilescribe_clipboard_loan_finalize;
  provider_class->ref_formats = tilescribe_clipboard_loan_ref_formats;
  provider_class->write_mime_type_async = tilescribe_clipboard_loan_write_mime_type_async;
  provider_class->write_mime_type_finish = tilescribe_clipboard_loan_write_mime_type_finish;
  provider_class->get_value = tilescribe_clipboard_loan_get_value;
  g_signal_new ("read", TILESCRIBE_TYPE_CLIPBOARD_LOAN, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
tilescribe_clipboard_loan_init (TilescribeClipboardLoan *loan)
{
}

/* Task data of a loan that begins. */
typedef struct
{
  char *text;
  gulong changed_id;
  gboolean is_changed; /* while it was read */
  guint n_readings;
} Request;

static void
request_free (Request *request)
{
  g_free (request->text);
  g_free (request);
}

static void
put_text (GTask *task, GdkContentProvider *before)
{
  GdkClipboard *clipboard = g_task_get_source_object (task);
  Request *request = g_task_get_task_data (task);
  g_autoptr (TilescribeClipboardLoan) loan = g_object_new (TILESCRIBE_TYPE_CLIPBOARD_LOAN, NULL);

  loan->clipboard = g_object_ref (clipboard);
  loan->text = g_strdup (request->text);
  loan->before = before;
  if (g_task_return_error_if_cancelled (task))
    return;
  if (gdk_clipboard_set_content (clipboard, GDK_CONTENT_PROVIDER (loan)))
    g_task_return_pointer (task, g_steal_pointer (&loan), g_object_unref);
  else
    g_task_return_new_error (
        task, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
        _ ("The desktop does not let Tilescribe use the clipboard. Copy the text from the window or the history."));
}

static void
on_changed (Request *request)
{
  request->is_changed = TRUE;
}

static void remember (GTask *task);

static gboolean
remember_again (gpointer data)
{
  remember (data);
  return G_SOURCE_REMOVE;
}

/* A person may copy something else while an owner takes his time. */
static void
on_remembered (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Request *request = g_task_get_task_data (task);
  g_autoptr (GdkContentProvider) before = tilescribe_clipboard_read_finish (GDK_CLIPBOARD (object), result);
  gboolean is_stale = request->is_changed;

  g_signal_handler_disconnect (object, request->changed_id);
  if (is_stale && request->n_readings < MAX_READINGS)
    g_timeout_add_full (G_PRIORITY_DEFAULT, SETTLE_MS, remember_again, g_object_ref (task), g_object_unref);
  else
    put_text (task, is_stale ? NULL : g_steal_pointer (&before));
}

static void
remember (GTask *task)
{
  GdkClipboard *clipboard = g_task_get_source_object (task);
  GdkContentProvider *content = gdk_clipboard_get_content (clipboard);
  Request *request = g_task_get_task_data (task);

  if (content == NULL)
    {
      request->is_changed = FALSE;
      request->n_readings++;
      request->changed_id = g_signal_connect_swapped (clipboard, "changed", G_CALLBACK (on_changed), request);
      tilescribe_clipboard_read_async (clipboard, on_remembered, g_object_ref (task));
    }
  else if (TILESCRIBE_IS_CLIPBOARD_LOAN (content))
    {
      TilescribeClipboardLoan *earlier = TILESCRIBE_CLIPBOARD_LOAN (content);

      put_text (task, earlier->before != NULL ? g_object_ref (earlier->before) : NULL);
    }
  else
    put_text (task, g_object_ref (content));
}

void
tilescribe_clipboard_loan_async (GdkClipboard *clipboard,
                                 const char *text,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (clipboard, cancellable, callback, user_data);
  Request *request = g_new0 (Request, 1);

  request->text = g_strdup (text);
  g_task_set_source_tag (task, tilescribe_clipboard_loan_async);
  g_task_set_task_data (task, request, (GDestroyNotify) request_free);
  remember (task);
}

TilescribeClipboardLoan *
tilescribe_clipboard_loan_finish (GdkClipboard *clipboard, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, clipboard), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
give_back (gpointer data)
{
  TilescribeClipboardLoan *loan = data;

  loan->give_back_id = 0;
  if (loan->before != NULL && gdk_clipboard_get_content (loan->clipboard) == GDK_CONTENT_PROVIDER (loan))
    gdk_clipboard_set_content (loan->clipboard, loan->before);
  return G_SOURCE_REMOVE;
}

void
tilescribe_clipboard_loan_give_back (TilescribeClipboardLoan *loan, guint after_ms)
{
  g_return_if_fail (TILESCRIBE_IS_CLIPBOARD_LOAN (loan));

  g_clear_handle_id (&loan->give_back_id, g_source_remove);
  if (after_ms == 0)
    give_back (loan);
  else
    loan->give_back_id = g_timeout_add_full (G_PRIORITY_DEFAULT, after_ms, give_back, g_object_ref (loan), g_object_unref);
}
