/* inserter-x11.c - text into the focused window of an X11 session: pasted, or typed key by key
 *
 * A paste: the person's keys are up --> the clipboard is borrowed --> Ctrl+V, or what the window takes for it --> the program behind the
 * window has asked for the text and got it --> shortly afterwards the clipboard is given back.
 *
 * Who asks is told by the server with the request, so a program that keeps a history of the clipboard is not taken for the one that
 * pastes. Some programs let another process do the asking; if only a stranger asked after the keys, that counts too, once the program has
 * answered a ping and so has dealt with the keys, and the clipboard returns much later. A program that is stuck gets the text when it is
 * not any more: until then it stays on the clipboard.
 *
 * SPDX-License-Identifier: MIT
 */
#include "desktop/inserter-x11.h"

#include "desktop/clipboard-loan.h"
#include "desktop/clipboard-memory.h"
#include "desktop/x11-typing.h"

#include <gdk/x11/gdkx.h>
#include <glib/gi18n.h>
#include <string.h>

#define TICK_MS           10
#define TAKEN_MS          5000 /* for the program to take the text */
#define STRANGER_MS       1000 /* for the program itself to ask after a stranger did */
#define GRACE_MS          300  /* programs ask for several formats in a row */
#define STRANGER_GRACE_MS 10000

enum
{
  CLIPBOARD,
  PRIMARY,
  N_SELECTIONS
};

/* What may be asked of a clipboard without getting its text. */
static const char *const no_text[] = { TILESCRIBE_CLIPBOARD_HINT, "TARGETS", "TIMESTAMP", "SAVE_TARGETS" };

struct _TilescribeInserterX11
{
  GObject parent;

  TilescribeInsertion way;
  xcb_connection_t *connection; /* NULL: error */
  GError *error;
  TilescribeX11Keyboard *keyboard;
  xcb_atom_t no_text[G_N_ELEMENTS (no_text)]; /* of the names below */
  gulong hook_id;

  GTask *task;  /* the insertion at work */
  gint64 since; /* monotonic time at which it began, or the ping was sent */
  TilescribeX11Target target;
  TilescribeClipboardLoan *loans[N_SELECTIONS]; /* of this insertion, and of the last one */
  gboolean is_pressed;                          /* the keys were sent */
  gboolean is_asked;                            /* the target asks for the text */
  gboolean is_taken;                            /* and got it */
  gboolean is_pinged;                           /* only a stranger asked */
  guint timer_id;
};

static void tilescribe_inserter_x11_iface_init (TilescribeInserterInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TilescribeInserterX11,
                               tilescribe_inserter_x11,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TILESCRIBE_TYPE_INSERTER, tilescribe_inserter_x11_iface_init))

static GdkClipboard *
get_clipboard (guint selection)
{
  GdkDisplay *display = gdk_display_get_default ();

  return selection == PRIMARY ? gdk_display_get_primary_clipboard (display) : gdk_display_get_clipboard (display);
}

static void
give_back (TilescribeInserterX11 *self, guint after_ms)
{
  self->is_taken = TRUE;
  for (guint i = 0; i < N_SELECTIONS; i++)
    if (self->loans[i] != NULL)
      tilescribe_clipboard_loan_give_back (self->loans[i], after_ms);
}

/* One that is still on a clipboard says nothing any more of the text of now. */
static void
forget_loans (TilescribeInserterX11 *self)
{
  for (guint i = 0; i < N_SELECTIONS; i++)
    {
      if (self->loans[i] != NULL)
        g_signal_handlers_disconnect_by_data (self->loans[i], self);
      g_clear_object (&self->loans[i]);
    }
}

static void
end (TilescribeInserterX11 *self, TilescribeInserted how)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  g_clear_handle_id (&self->timer_id, g_source_remove);
  g_task_return_int (task, how);
}

/* The text stays on the clipboard, unless nobody wants it any more. */
static void
fail (TilescribeInserterX11 *self, GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  g_clear_handle_id (&self->timer_id, g_source_remove);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    give_back (self, 0);
  else if (self->loans[CLIPBOARD] == NULL)
    gdk_clipboard_set_text (get_clipboard (CLIPBOARD), g_task_get_task_data (task));
  g_task_return_error (task, error);
}

static gboolean
on_not_taken (gpointer data)
{
  TilescribeInserterX11 *self = data;

  self->timer_id = 0;
  fail (self, g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                           _ ("“%s” did not take the text. It is on the clipboard: press Ctrl+V where it belongs."),
                           self->target.name));
  return G_SOURCE_REMOVE;
}

static void
restart_timer (TilescribeInserterX11 *self, guint ms, GSourceFunc callback)
{
  g_clear_handle_id (&self->timer_id, g_source_remove);
  self->timer_id = g_timeout_add (ms, callback, self);
}

static gboolean
on_stranger_only (gpointer data)
{
  TilescribeInserterX11 *self = data;

  self->timer_id = 0;
  give_back (self, STRANGER_GRACE_MS);
  end (self, TILESCRIBE_INSERTED_PASTED);
  return G_SOURCE_REMOVE;
}

/* A program that is busy would find the next text when it gets to the keys of this one. */
static gboolean
on_ping (gpointer data)
{
  TilescribeInserterX11 *self = data;

  if (tilescribe_x11_target_has_answered (self->connection, &self->target))
    restart_timer (self, GRACE_MS, on_stranger_only); /* some ask after they have answered */
  else if (g_get_monotonic_time () - self->since > TAKEN_MS * G_TIME_SPAN_MILLISECOND)
    on_not_taken (self);
  else
    return G_SOURCE_CONTINUE;
  return G_SOURCE_REMOVE;
}

static gboolean
on_stranger (gpointer data)
{
  TilescribeInserterX11 *self = data;

  if (!self->target.answers_ping)
    return on_stranger_only (self);
  self->since = g_get_monotonic_time ();
  self->is_pinged = TRUE;
  tilescribe_x11_target_ping (self->connection, &self->target);
  self->timer_id = g_timeout_add (TICK_MS, on_ping, self);
  return G_SOURCE_REMOVE;
}

/* The window of Tilescribe itself asks nobody. */
static gboolean
is_own_window (TilescribeInserterX11 *self)
{
  xcb_atom_t clipboard = tilescribe_x11_get_atom (self->connection, "CLIPBOARD");
  g_autofree xcb_get_selection_owner_reply_t *reply = xcb_get_selection_owner_reply (
      self->connection, xcb_get_selection_owner (self->connection, clipboard), NULL);

  return reply != NULL && tilescribe_x11_is_same_client (self->connection, reply->owner, self->target.window);
}

/* The target may read long after it was given up. What others read delays nothing. */
static void
on_read (TilescribeInserterX11 *self)
{
  if (!self->is_pressed)
    return;
  if (self->is_asked || (self->task != NULL && is_own_window (self)))
    {
      self->is_asked = FALSE;
      give_back (self, GRACE_MS);
      if (self->task != NULL)
        end (self, TILESCRIBE_INSERTED_PASTED);
    }
  else if (self->task != NULL && !self->is_pinged)
    restart_timer (self, STRANGER_MS, on_stranger);
}

/* GTK offers the mark on a clipboard that asks for discretion, but does not hand it out, as its name is none of a MIME type. The refusal that
 * GTK sends next comes too late. */
static void
answer_hint (TilescribeInserterX11 *self, const XSelectionRequestEvent *request)
{
  xcb_selection_notify_event_t answer = {
    .response_type = XCB_SELECTION_NOTIFY,
    .time = request->time,
    .requestor = request->requestor,
    .selection = request->selection,
    .target = request->target,
    .property = request->property,
  };

  xcb_change_property (self->connection, XCB_PROP_MODE_REPLACE, request->requestor, request->property, request->target, 8,
                       strlen (TILESCRIBE_CLIPBOARD_SECRET), TILESCRIBE_CLIPBOARD_SECRET);
  xcb_send_event (self->connection, FALSE, request->requestor, XCB_EVENT_MASK_NO_EVENT, (const char *) &answer);
  tilescribe_x11_sync (self->connection);
}

static gboolean
is_text_asked (TilescribeInserterX11 *self, const XSelectionRequestEvent *request)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->no_text); i++)
    if (request->target == self->no_text[i])
      return FALSE;
  return TRUE;
}

/* A hook, because GTK's clipboard is told first and keeps to itself what it answers. */
static gboolean
on_event (GSignalInvocationHint *hint, guint n_values, const GValue *values, gpointer data)
{
  TilescribeInserterX11 *self = data;
  const XSelectionRequestEvent *request = g_value_get_pointer (&values[1]);

  if (request->type != SelectionRequest)
    return TRUE;
  if (request->target == self->no_text[0]
      && gdk_content_formats_contain_mime_type (gdk_clipboard_get_formats (get_clipboard (CLIPBOARD)), TILESCRIBE_CLIPBOARD_HINT))
    answer_hint (self, request);
  else if (self->is_pressed && is_text_asked (self, request)
           && tilescribe_x11_is_same_client (self->connection, request->requestor, self->target.window))
    self->is_asked = TRUE;
  return TRUE;
}

static gboolean on_tick (gpointer data);

static void
on_loan (GObject *object, GAsyncResult *result, gpointer data)
{
  TilescribeInserterX11 *self = data;
  GError *error = NULL;
  TilescribeClipboardLoan *loan = tilescribe_clipboard_loan_finish (GDK_CLIPBOARD (object), result, &error);

  if (loan == NULL)
    {
      fail (self, error);
      return;
    }
  g_signal_connect_object (loan, "read", G_CALLBACK (on_read), self, G_CONNECT_SWAPPED);
  self->loans[GDK_CLIPBOARD (object) == get_clipboard (PRIMARY) ? PRIMARY : CLIPBOARD] = loan;
  restart_timer (self, TICK_MS, on_tick);
}

static void
borrow (TilescribeInserterX11 *self, guint selection)
{
  tilescribe_clipboard_loan_async (get_clipboard (selection), g_task_get_task_data (self->task),
                                   g_task_get_cancellable (self->task), on_loan, self);
}

static void
press_keys (TilescribeInserterX11 *self)
{
  gboolean changed;

  if (!tilescribe_x11_keyboard_begin (self->keyboard)
      || tilescribe_x11_keyboard_prepare (self->keyboard, &self->target.paste_keysym, 1, &changed) == 0)
    {
      tilescribe_x11_keyboard_end (self->keyboard);
      fail (self, g_error_new_literal (
                      G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                      _ ("The keyboard has no key to paste with. The text is on the clipboard: press Ctrl+V where it belongs.")));
      return;
    }
  self->is_pressed = TRUE;
  tilescribe_x11_keyboard_tap (self->keyboard, self->target.paste_keysym, self->target.paste_modifiers);
  tilescribe_x11_keyboard_end (self->keyboard);
  self->timer_id = g_timeout_add (TAKEN_MS, on_not_taken, self);
}

/* Until the person has let go of all keys; then borrows what the window that has the focus by then pastes from. */
static gboolean
on_tick (gpointer data)
{
  TilescribeInserterX11 *self = data;
  GError *error = NULL;

  if (!g_cancellable_set_error_if_cancelled (g_task_get_cancellable (self->task), &error)
      && tilescribe_x11_is_held (self->keyboard, self->since, &error))
    return G_SOURCE_CONTINUE;

  self->timer_id = 0;
  if (error != NULL)
    fail (self, error);
  else if (xcb_connection_has_error (self->connection))
    fail (self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED,
                                     _ ("The connection to the X server broke. Start Tilescribe again.")));
  else if (!tilescribe_x11_target_find (self->connection, &self->target))
    fail (self,
          g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                               _ ("No window has the focus. The text is on the clipboard: press Ctrl+V where it belongs.")));
  else if (self->loans[CLIPBOARD] == NULL)
    borrow (self, CLIPBOARD);
  else if (self->target.pastes_primary && self->loans[PRIMARY] == NULL)
    borrow (self, PRIMARY);
  else
    press_keys (self);
  return G_SOURCE_REMOVE;
}

static void
on_typed (GObject *object, GAsyncResult *result, gpointer data)
{
  TilescribeInserterX11 *self = data;
  GError *error = NULL;

  if (tilescribe_x11_type_finish (result, &error))
    end (self, TILESCRIBE_INSERTED_TYPED);
  else
    fail (self, error);
}

static void
tilescribe_inserter_x11_insert_async (TilescribeInserter *inserter,
                                      const char *text,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  TilescribeInserterX11 *self = TILESCRIBE_INSERTER_X11 (inserter);

  self->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (self->task, tilescribe_inserter_x11_insert_async);
  g_task_set_task_data (self->task, g_strdup (text), g_free);
  self->since = g_get_monotonic_time ();
  self->is_pressed = FALSE;
  self->is_asked = FALSE;
  self->is_taken = FALSE;
  self->is_pinged = FALSE;
  forget_loans (self);

  if (self->connection == NULL)
    fail (self, g_error_copy (self->error));
  else if (self->way == TILESCRIBE_INSERTION_TYPE)
    tilescribe_x11_type_async (self->connection, self->keyboard, text, cancellable, on_typed, self);
  else
    restart_timer (self, TICK_MS, on_tick);
}

static gboolean
tilescribe_inserter_x11_insert_finish (TilescribeInserter *inserter,
                                       GAsyncResult *result,
                                       TilescribeInserted *how,
                                       GError **error)
{
  gssize inserted = g_task_propagate_int (G_TASK (result), error);

  if (inserted >= 0)
    *how = inserted;
  return inserted >= 0;
}

static void
tilescribe_inserter_x11_iface_init (TilescribeInserterInterface *iface)
{
  iface->waits_for_hotkey = TRUE;
  iface->insert_async = tilescribe_inserter_x11_insert_async;
  iface->insert_finish = tilescribe_inserter_x11_insert_finish;
}

/* Who quits just after a paste has no time to wait. */
static void
tilescribe_inserter_x11_dispose (GObject *object)
{
  TilescribeInserterX11 *self = TILESCRIBE_INSERTER_X11 (object);

  if (self->is_taken)
    give_back (self, 0);
  forget_loans (self);
  if (self->hook_id != 0)
    g_signal_remove_emission_hook (g_signal_lookup ("xevent", GDK_TYPE_X11_DISPLAY), self->hook_id);
  self->hook_id = 0;
  g_clear_pointer (&self->keyboard, tilescribe_x11_keyboard_free);
  g_clear_pointer (&self->connection, xcb_disconnect);
  g_clear_error (&self->error);
  G_OBJECT_CLASS (tilescribe_inserter_x11_parent_class)->dispose (object);
}

static void
tilescribe_inserter_x11_class_init (TilescribeInserterX11Class *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tilescribe_inserter_x11_dispose;
}

/* The clipboards are called for here: GTK then asks what is on them, and knows it when they are borrowed. */
static void
tilescribe_inserter_x11_init (TilescribeInserterX11 *self)
{
  self->connection = tilescribe_x11_connect (&self->error);
  for (guint i = 0; i < N_SELECTIONS; i++)
    get_clipboard (i);
  if (self->connection == NULL)
    return;
  self->keyboard = tilescribe_x11_keyboard_new (self->connection);
  for (guint i = 0; i < G_N_ELEMENTS (no_text); i++)
    self->no_text[i] = tilescribe_x11_get_atom (self->connection, no_text[i]);
  self->hook_id = g_signal_add_emission_hook (g_signal_lookup ("xevent", GDK_TYPE_X11_DISPLAY), 0, on_event, self, NULL);
}

gboolean
tilescribe_inserter_x11_is_available (char **why_not)
{
  g_autoptr (xcb_connection_t) connection = NULL;
  g_autoptr (GError) error = NULL;

  if (!tilescribe_x11_is_session ())
    return FALSE;
  connection = tilescribe_x11_connect (&error);
  if (connection == NULL)
    *why_not = g_strdup (error->message);
  return connection != NULL;
}

TilescribeInserter *
tilescribe_inserter_x11_new (TilescribeInsertion way)
{
  TilescribeInserterX11 *self = g_object_new (TILESCRIBE_TYPE_INSERTER_X11, NULL);

  self->way = way;
  return TILESCRIBE_INSERTER (self);
}
