/* portal-clipboard.c - the clipboard by the Clipboard portal, borrowed for one text and given back
 *
 *   SelectionOwnerChanged --> which formats somebody else offers
 *   lend:       SelectionRead each that matters --> before;  SetSelection (text)
 *   somebody pastes:  SelectionTransfer --> SelectionWrite --> pipe --> SelectionWriteDone --> "read"
 *   give back:  SetSelection (before)
 *
 * Source: the D-Bus interface org.freedesktop.portal.Clipboard, as documented by xdg-desktop-portal.
 *
 * SPDX-License-Identifier: MIT
 */
#include "desktop/portal-clipboard.h"

#include "desktop/clipboard-memory.h"

#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <string.h>

#define INTERFACE "org.freedesktop.portal.Clipboard"

struct _TilescribePortalClipboard
{
  GObject parent;

  TilescribePortal *portal;
  GPtrArray *offered;  /* formats to copy of those that somebody else offers; NULL: nobody else has it */
  GHashTable *content; /* format -> GBytes: what this session has put on the clipboard; NULL: it is somebody else's */
  GHashTable *before;  /* the same, of what was there before the text; NULL: it cannot return */
  gboolean lent;       /* content is a text, and not what was given back */
  gboolean told;       /* whose the clipboard is; the portal says so soon after the session has begun */
  guint n_owners;      /* how often somebody else took it */
  guint n_setting;     /* calls of SetSelection under way: what is told meanwhile was so before them */
  GTask *waiting;      /* a loan that waits until it is told */
  guint give_back_id;
};

G_DEFINE_FINAL_TYPE (TilescribePortalClipboard, tilescribe_portal_clipboard, G_TYPE_OBJECT)

static guint read_signal;

static GHashTable *
new_content (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
}

static void
add_hint (GHashTable *content)
{
  g_hash_table_insert (content, g_strdup (TILESCRIBE_CLIPBOARD_HINT),
                       g_bytes_new_static (TILESCRIBE_CLIPBOARD_SECRET, strlen (TILESCRIBE_CLIPBOARD_SECRET)));
}

static GHashTable *
text_content (const char *text)
{
  static const char *const formats[] = { "text/plain;charset=utf-8", "text/plain", "UTF8_STRING" };
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  GHashTable *content = new_content ();

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    g_hash_table_insert (content, g_strdup (formats[i]), g_bytes_ref (bytes));
  add_hint (content);
  return content;
}

static void
selection_set (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  TilescribePortalClipboard *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (GVariant) reply = tilescribe_portal_call_finish (TILESCRIBE_PORTAL (source), result, NULL, &error);

  self->n_setting--;
  if (reply == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

/* Takes content. */
static void
set_selection (TilescribePortalClipboard *self, GHashTable *content, GTask *task)
{
  g_autofree gpointer *formats = g_hash_table_get_keys_as_array (content, NULL);
  GVariantDict options;

  g_clear_pointer (&self->content, g_hash_table_unref);
  self->content = content;
  self->n_setting++;
  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert_value (&options, "mime_types", g_variant_new_strv ((const char *const *) formats, -1));
  tilescribe_portal_call_async (self->portal, INTERFACE, "SetSelection",
                                g_variant_new ("(@a{sv})", g_variant_dict_end (&options)), NULL, selection_set,
                                g_object_ref (task));
}

/* ---- Somebody pastes ---- */

typedef struct
{
  TilescribePortalClipboard *clipboard;
  GBytes *bytes;
  guint32 serial;
  gboolean lent;
} Transfer;

static void
transfer_end (Transfer *transfer, gboolean success)
{
  tilescribe_portal_call_async (transfer->clipboard->portal, INTERFACE, "SelectionWriteDone",
                                g_variant_new ("(ub)", transfer->serial, success), NULL, NULL, NULL);
  if (success && transfer->lent)
    g_signal_emit (transfer->clipboard, read_signal, 0);
  g_object_unref (transfer->clipboard);
  g_clear_pointer (&transfer->bytes, g_bytes_unref);
  g_free (transfer);
}

static void
transfer_written (GObject *source, GAsyncResult *result, gpointer data)
{
  gboolean written = g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL);

  g_output_stream_close (G_OUTPUT_STREAM (source), NULL, NULL);
  transfer_end (data, written);
}

/* The one file descriptor that came with an answer, or -1. */
static int
only_fd (GVariant *reply, GUnixFDList *fds)
{
  gint32 handle;

  if (reply == NULL || fds == NULL || !g_variant_is_of_type (reply, G_VARIANT_TYPE ("(h)")))
    return -1;
  g_variant_get (reply, "(h)", &handle);
  return handle >= 0 && handle < g_unix_fd_list_get_length (fds) ? g_unix_fd_list_get (fds, handle, NULL) : -1;
}

static void
transfer_opened (GObject *source, GAsyncResult *result, gpointer data)
{
  Transfer *transfer = data;
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GVariant) reply = tilescribe_portal_call_finish (TILESCRIBE_PORTAL (source), result, &fds, NULL);
  int fd = only_fd (reply, fds);
  g_autoptr (GOutputStream) pipe = NULL;

  if (fd < 0)
    {
      transfer_end (transfer, FALSE);
      return;
    }
  pipe = g_unix_output_stream_new (fd, TRUE);
  g_output_stream_write_all_async (pipe, g_bytes_get_data (transfer->bytes, NULL), g_bytes_get_size (transfer->bytes),
                                   G_PRIORITY_DEFAULT, NULL, transfer_written, transfer);
}

static void
selection_transfer (TilescribePortalClipboard *self, GVariant *parameters)
{
  const char *format;
  Transfer *transfer;
  GBytes *bytes;
  guint32 serial;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(osu)")))
    return;
  g_variant_get (parameters, "(&o&su)", NULL, &format, &serial);
  bytes = self->content != NULL ? g_hash_table_lookup (self->content, format) : NULL;
  transfer = g_new0 (Transfer, 1);
  transfer->clipboard = g_object_ref (self);
  transfer->serial = serial;
  if (bytes == NULL)
    {
      transfer_end (transfer, FALSE);
      return;
    }
  transfer->bytes = g_bytes_ref (bytes);
  transfer->lent = self->lent && !g_str_equal (format, TILESCRIBE_CLIPBOARD_HINT);
  tilescribe_portal_call_async (self->portal, INTERFACE, "SelectionWrite", g_variant_new ("(u)", serial), NULL, transfer_opened,
                                transfer);
}

/* ---- Who owns it ---- */

static void read_next (GTask *task);

static void
forget (TilescribePortalClipboard *self)
{
  g_clear_pointer (&self->content, g_hash_table_unref);
  g_clear_pointer (&self->before, g_hash_table_unref);
  g_clear_pointer (&self->offered, g_ptr_array_unref);
}

static void
owner_changed (TilescribePortalClipboard *self, GVariant *parameters)
{
  g_autoptr (GVariant) options = NULL;
  g_autofree const char **names = NULL;
  gboolean ours = FALSE;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(oa{sv})")))
    return;
  g_variant_get (parameters, "(&o@a{sv})", NULL, &options);
  g_variant_lookup (options, "session_is_owner", "b", &ours);
  self->told = TRUE;
  if (!ours && self->n_setting == 0)
    {
      g_autoptr (GdkContentFormats) formats = NULL;

      g_variant_lookup (options, "mime_types", "^a&s", &names);
      formats = gdk_content_formats_new (names, names != NULL ? g_strv_length ((GStrv) names) : 0);
      forget (self);
      self->n_owners++;
      self->offered = tilescribe_clipboard_choose_formats (formats);
    }
  if (self->waiting != NULL)
    read_next (g_steal_pointer (&self->waiting));
}

/* ---- Lending ---- */

/* Task data of a loan. */
typedef struct
{
  char *text;
  GPtrArray *formats; /* to read; NULL: none */
  guint next;         /* of them */
  GHashTable *before;
  gboolean is_incomplete; /* of before, something is missing: it cannot return */
  guint n_owners;         /* when reading began */
  gsize n_bytes;          /* of all that were read */
  GCancellable *patience;
  guint patience_id;
  char *buffer; /* TILESCRIBE_CLIPBOARD_MAX_BYTES */
} Loan;

static void
loan_free (Loan *loan)
{
  g_clear_handle_id (&loan->patience_id, g_source_remove);
  g_clear_pointer (&loan->before, g_hash_table_unref);
  g_clear_pointer (&loan->formats, g_ptr_array_unref);
  g_object_unref (loan->patience);
  g_free (loan->buffer);
  g_free (loan->text);
  g_free (loan);
}

static void
put_text (GTask *task)
{
  TilescribePortalClipboard *self = g_task_get_source_object (task);
  Loan *loan = g_task_get_task_data (task);

  g_clear_handle_id (&loan->patience_id, g_source_remove);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (loan->before != NULL)
    {
      g_clear_pointer (&self->before, g_hash_table_unref);
      if (g_hash_table_size (loan->before) > 0 && !loan->is_incomplete)
        {
          self->before = g_steal_pointer (&loan->before);
          add_hint (self->before);
        }
    }
  self->lent = TRUE;
  set_selection (self, text_content (loan->text), task);
}

static void
format_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Loan *loan = g_task_get_task_data (task);
  gsize room = TILESCRIBE_CLIPBOARD_MAX_BYTES - loan->n_bytes;
  gsize size = 0;

  if (g_input_stream_read_all_finish (G_INPUT_STREAM (source), result, &size, NULL) && size < room)
    {
      g_hash_table_insert (loan->before, g_strdup (g_ptr_array_index (loan->formats, loan->next)),
                           g_bytes_new (loan->buffer, size));
      loan->n_bytes += size;
    }
  else
    loan->is_incomplete = TRUE;
  loan->next++;
  read_next (g_steal_pointer (&task));
}

static void
format_opened (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Loan *loan = g_task_get_task_data (task);
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GVariant) reply = tilescribe_portal_call_finish (TILESCRIBE_PORTAL (source), result, &fds, NULL);
  int fd = only_fd (reply, fds);
  g_autoptr (GInputStream) pipe = NULL;

  if (fd < 0)
    {
      loan->is_incomplete = TRUE;
      loan->next++;
      read_next (g_steal_pointer (&task));
      return;
    }
  pipe = g_unix_input_stream_new (fd, TRUE);
  g_input_stream_read_all_async (pipe, loan->buffer, TILESCRIBE_CLIPBOARD_MAX_BYTES - loan->n_bytes, G_PRIORITY_DEFAULT,
                                 loan->patience, format_read, g_object_ref (task));
}

static void
read_anew (TilescribePortalClipboard *self, Loan *loan)
{
  g_clear_pointer (&loan->formats, g_ptr_array_unref);
  if (self->offered != NULL)
    loan->formats = g_ptr_array_ref (self->offered);
  g_hash_table_remove_all (loan->before);
  loan->n_owners = self->n_owners;
  loan->is_incomplete = FALSE;
  loan->n_bytes = loan->next = 0;
}

/* Takes task. */
static void
read_next (GTask *taken)
{
  g_autoptr (GTask) task = taken;
  TilescribePortalClipboard *self = g_task_get_source_object (task);
  Loan *loan = g_task_get_task_data (task);

  if (loan->formats == NULL || loan->n_owners != self->n_owners) /* or a person copied something else meanwhile */
    read_anew (self, loan);
  if (g_cancellable_is_cancelled (loan->patience) && loan->formats != NULL && loan->next < loan->formats->len)
    loan->is_incomplete = TRUE;
  if (loan->formats == NULL || loan->next == loan->formats->len || g_cancellable_is_cancelled (loan->patience))
    put_text (task);
  else
    tilescribe_portal_call_async (self->portal, INTERFACE, "SelectionRead",
                                  g_variant_new ("(s)", g_ptr_array_index (loan->formats, loan->next)), loan->patience,
                                  format_opened, g_object_ref (task));
}

static gboolean
out_of_patience (gpointer data)
{
  TilescribePortalClipboard *self = g_task_get_source_object (data);
  Loan *loan = g_task_get_task_data (data);

  loan->patience_id = 0;
  g_cancellable_cancel (loan->patience);
  if (self->waiting == data)
    read_next (g_steal_pointer (&self->waiting));
  return G_SOURCE_REMOVE;
}

void
tilescribe_portal_clipboard_lend_async (TilescribePortalClipboard *self,
                                        const char *text,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Loan *loan = g_new0 (Loan, 1);

  g_task_set_source_tag (task, tilescribe_portal_clipboard_lend_async);
  g_task_set_task_data (task, loan, (GDestroyNotify) loan_free);
  g_clear_handle_id (&self->give_back_id, g_source_remove);
  loan->text = g_strdup (text);
  loan->patience = g_cancellable_new ();
  if (self->content != NULL) /* the last text has not been given back, or what was given back is in memory already */
    {
      if (!self->lent)
        loan->before = g_hash_table_ref (self->content);
      put_text (task);
      return;
    }
  loan->before = new_content ();
  loan->buffer = g_malloc (TILESCRIBE_CLIPBOARD_MAX_BYTES);
  loan->patience_id = g_timeout_add (TILESCRIBE_CLIPBOARD_READ_MS, out_of_patience, task);
  if (self->told)
    read_next (g_steal_pointer (&task));
  else
    self->waiting = g_steal_pointer (&task);
}

gboolean
tilescribe_portal_clipboard_lend_finish (TilescribePortalClipboard *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static gboolean
give_back (gpointer data)
{
  TilescribePortalClipboard *self = data;

  self->give_back_id = 0;
  if (self->content != NULL && self->lent && self->before != NULL)
    {
      g_autoptr (GTask) task = g_task_new (self, NULL, NULL, NULL);

      self->lent = FALSE;
      set_selection (self, g_steal_pointer (&self->before), task);
    }
  return G_SOURCE_REMOVE;
}

void
tilescribe_portal_clipboard_give_back (TilescribePortalClipboard *self, guint after_ms)
{
  g_clear_handle_id (&self->give_back_id, g_source_remove);
  self->give_back_id = g_timeout_add (after_ms, give_back, self);
}

static void
tilescribe_portal_clipboard_dispose (GObject *object)
{
  TilescribePortalClipboard *self = TILESCRIBE_PORTAL_CLIPBOARD (object);

  g_clear_handle_id (&self->give_back_id, g_source_remove);
  forget (self);
  g_clear_object (&self->portal);
  G_OBJECT_CLASS (tilescribe_portal_clipboard_parent_class)->dispose (object);
}

static void
tilescribe_portal_clipboard_class_init (TilescribePortalClipboardClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tilescribe_portal_clipboard_dispose;
  read_signal = g_signal_new ("read", TILESCRIBE_TYPE_PORTAL_CLIPBOARD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
tilescribe_portal_clipboard_init (TilescribePortalClipboard *self)
{
}

TilescribePortalClipboard *
tilescribe_portal_clipboard_new (TilescribePortal *portal)
{
  TilescribePortalClipboard *self = g_object_new (TILESCRIBE_TYPE_PORTAL_CLIPBOARD, NULL);

  self->portal = g_object_ref (portal);
  g_signal_connect_object (portal, "event::SelectionTransfer", G_CALLBACK (selection_transfer), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (portal, "event::SelectionOwnerChanged", G_CALLBACK (owner_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (portal, "lost", G_CALLBACK (forget), self, G_CONNECT_SWAPPED);
  return self;
}
