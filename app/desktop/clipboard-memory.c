/* clipboard-memory.c - what is on a clipboard, in a form that can be put back
 *
 * One format after the other, in pieces. An owner that hangs does not answer a cancellation either, so the deadline ends the task and leaves
 * the rest of the reading to end alone, whenever that is.
 *
 * SPDX-License-Identifier: MIT
 */
#include "desktop/clipboard-memory.h"

#include <string.h>

#define PIECE (256 << 10)

/* Of each row the first format that is there. */
static const char *const formats[][5] = {
  { "text/plain;charset=utf-8", "UTF8_STRING", "text/plain" },
  { "text/html" },
  { "text/rtf", "application/rtf" },
  { "image/png", "image/jpeg", "image/webp", "image/bmp" },
  { "text/uri-list" },
  { "x-special/gnome-copied-files" },
  { "application/x-kde-cutselection" },
};

typedef struct
{
  GdkClipboard *clipboard;
  GTask *task;       /* NULL after the deadline */
  GPtrArray *wanted; /* names of formats, interned */
  guint next;        /* of them */
  GPtrArray *found;  /* GdkContentProvider */
  GByteArray *bytes; /* of the format that is being read */
  gsize n_bytes;     /* of all that were read before */
  guint deadline_id;
} Reading;

static void
reading_free (Reading *reading)
{
  g_object_unref (reading->clipboard);
  g_ptr_array_unref (reading->wanted);
  g_ptr_array_unref (reading->found);
  g_byte_array_unref (reading->bytes);
  g_free (reading);
}

static GdkContentProvider *
new_hint (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (TILESCRIBE_CLIPBOARD_SECRET, strlen (TILESCRIBE_CLIPBOARD_SECRET));

  return gdk_content_provider_new_for_bytes (TILESCRIBE_CLIPBOARD_HINT, bytes);
}

/* A part would not be what was there: without its format of more than text, a table is words in a row. */
static void
reading_fail (Reading *reading)
{
  g_autoptr (GTask) task = g_steal_pointer (&reading->task);

  g_clear_handle_id (&reading->deadline_id, g_source_remove);
  if (task != NULL)
    g_task_return_pointer (task, NULL, NULL);
}

static void
reading_return (Reading *reading)
{
  g_autoptr (GTask) task = g_steal_pointer (&reading->task);
  gsize n = 0;
  g_autofree GdkContentProvider **found = NULL;

  g_clear_handle_id (&reading->deadline_id, g_source_remove);
  if (reading->found->len > 0)
    g_ptr_array_add (reading->found, new_hint ());
  found = (GdkContentProvider **) g_ptr_array_steal (reading->found, &n);
  g_task_return_pointer (task, gdk_content_provider_new_union (found, n), g_object_unref);
}

static gboolean
on_deadline (gpointer data)
{
  Reading *reading = data;

  reading->deadline_id = 0;
  reading_fail (reading);
  return G_SOURCE_REMOVE;
}

/* Text is offered as GTK offers its own, in every encoding that programs ask for. */
static GdkContentProvider *
new_provider (const char *format, GByteArray *array)
{
  g_autoptr (GBytes) bytes = g_bytes_new (array->data, array->len);
  g_autofree char *text = g_strndup ((const char *) array->data, array->len);

  if ((g_str_has_prefix (format, "text/plain") || g_str_equal (format, "UTF8_STRING"))
      && g_utf8_validate_len (text, array->len, NULL))
    return gdk_content_provider_new_typed (G_TYPE_STRING, text);
  return gdk_content_provider_new_for_bytes (format, bytes);
}

static void read_next (Reading *reading);

static void
on_piece (GObject *object, GAsyncResult *result, gpointer data)
{
  GInputStream *stream = G_INPUT_STREAM (object);
  Reading *reading = data;
  g_autoptr (GBytes) piece = g_input_stream_read_bytes_finish (stream, result, NULL);
  gsize n = piece != NULL ? g_bytes_get_size (piece) : 0;

  if (n > 0 && reading->task != NULL && reading->n_bytes + reading->bytes->len + n <= TILESCRIBE_CLIPBOARD_MAX_BYTES)
    {
      g_byte_array_append (reading->bytes, g_bytes_get_data (piece, NULL), n);
      g_input_stream_read_bytes_async (stream, PIECE, G_PRIORITY_DEFAULT, NULL, on_piece, reading);
      return;
    }
  if (piece == NULL || n > 0)
    reading_fail (reading);
  else
    g_ptr_array_add (reading->found, new_provider (g_ptr_array_index (reading->wanted, reading->next), reading->bytes));
  reading->n_bytes += reading->bytes->len;
  reading->next++;
  g_input_stream_close_async (stream, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  read_next (reading);
}

static void
on_stream (GObject *object, GAsyncResult *result, gpointer data)
{
  Reading *reading = data;
  g_autoptr (GInputStream) stream = gdk_clipboard_read_finish (GDK_CLIPBOARD (object), result, NULL, NULL);

  g_byte_array_set_size (reading->bytes, 0);
  if (stream != NULL)
    g_input_stream_read_bytes_async (stream, PIECE, G_PRIORITY_DEFAULT, NULL, on_piece, reading);
  else
    {
      reading_fail (reading);
      read_next (reading);
    }
}

static void
read_next (Reading *reading)
{
  if (reading->task != NULL && reading->next < reading->wanted->len)
    {
      const char *format[] = { g_ptr_array_index (reading->wanted, reading->next), NULL };

      gdk_clipboard_read_async (reading->clipboard, format, G_PRIORITY_DEFAULT, NULL, on_stream, reading);
      return;
    }
  if (reading->task != NULL)
    reading_return (reading);
  reading_free (reading);
}

GPtrArray *
tilescribe_clipboard_choose_formats (GdkContentFormats *there)
{
  GPtrArray *wanted = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    for (guint j = 0; formats[i][j] != NULL; j++)
      if (gdk_content_formats_contain_mime_type (there, formats[i][j]))
        {
          g_ptr_array_add (wanted, (gpointer) g_intern_static_string (formats[i][j]));
          break;
        }
  return wanted;
}

/* Whether there is something, in whatever format: X11 lists names besides that stand for no content. */
static gboolean
is_full (GdkContentFormats *there)
{
  gsize n = 0;
  const char *const *names = gdk_content_formats_get_mime_types (there, &n);

  for (gsize i = 0; i < n; i++)
    if (strchr (names[i], '/') != NULL)
      return TRUE;
  return FALSE;
}

void
tilescribe_clipboard_read_async (GdkClipboard *clipboard, GAsyncReadyCallback callback, gpointer user_data)
{
  Reading *reading = g_new0 (Reading, 1);

  reading->clipboard = g_object_ref (clipboard);
  reading->task = g_task_new (clipboard, NULL, callback, user_data);
  g_task_set_source_tag (reading->task, tilescribe_clipboard_read_async);
  reading->wanted = tilescribe_clipboard_choose_formats (gdk_clipboard_get_formats (clipboard));
  reading->found = g_ptr_array_new_with_free_func (g_object_unref);
  reading->bytes = g_byte_array_new ();
  reading->deadline_id = g_timeout_add (TILESCRIBE_CLIPBOARD_READ_MS, on_deadline, reading);
  if (reading->wanted->len == 0 && is_full (gdk_clipboard_get_formats (clipboard)))
    reading_fail (reading);
  read_next (reading);
}

GdkContentProvider *
tilescribe_clipboard_read_finish (GdkClipboard *clipboard, GAsyncResult *result)
{
  g_return_val_if_fail (g_task_is_valid (result, clipboard), NULL);

  return g_task_propagate_pointer (G_TASK (result), NULL);
}
