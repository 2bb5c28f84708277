/* inserter.c - which way to insert this session has, and one insertion after the other
 *
 * The ways stand in one table, best first: what was chosen takes the first that does it and that the session offers; where there is
 * none, and for "auto", simply the first that the session offers. The clipboard is always there, so something always is.
 *
 * Insertions wait for each other here and not in the implementations: two that press keys at once would mix their letters. After a paste
 * the next one waits a moment longer, as a program that asks for the text again would get the next one's. And an implementation that
 * presses keys waits for the hotkey, one that does not see the keyboard a moment longer.
 *
 * SPDX-License-Identifier: MIT
 */
#include "desktop/inserter.h"

#include "desktop/inserter-clipboard.h"
#include "desktop/inserter-portal.h"
#include "desktop/inserter-wlroots.h"
#include "desktop/inserter-x11.h"

#include <gdk/wayland/gdkwayland.h>
#include <glib/gi18n.h>
#include <gtk/gtk.h>

#define AFTER_PASTE_MS  300 /* programs ask for several formats in a row */
#define AFTER_HOTKEY_MS 500 /* the modifiers go up after the key */

typedef struct
{
  TilescribeInsertion way; /* PASTE, TYPE or COPY */
  /* Asks nobody who may take his time. why_not: a translated sentence; left alone where the session is just of another kind. */
  gboolean (*is_available) (char **why_not);
  TilescribeInserter *(*new) (TilescribeInsertion way);
  const char *note; /* what to know before; NULL: nothing */
} Way;

static gboolean is_wayland (char **why_not);

static const Way ways[] = {
  { TILESCRIBE_INSERTION_PASTE, tilescribe_inserter_x11_is_available, tilescribe_inserter_x11_new },
  { TILESCRIBE_INSERTION_TYPE, tilescribe_inserter_x11_is_available, tilescribe_inserter_x11_new },
  { TILESCRIBE_INSERTION_TYPE, tilescribe_inserter_wlroots_is_available, tilescribe_inserter_wlroots_new },
  { TILESCRIBE_INSERTION_PASTE, tilescribe_inserter_portal_is_available, tilescribe_inserter_portal_new,
    N_ ("The desktop asks for that once, with a dialog about a “remote desktop”: so it calls every program that presses keys. "
        "Nothing is "
        "shared.") },
  { TILESCRIBE_INSERTION_COPY, is_wayland, tilescribe_inserter_clipboard_new,
    N_ ("This desktop may take it only while Tilescribe’s window has the focus.") },
  { TILESCRIBE_INSERTION_COPY, tilescribe_inserter_clipboard_is_available, tilescribe_inserter_clipboard_new },
};

static const char *const promises[] = {
  [TILESCRIBE_INSERTION_PASTE] = N_ ("Text is pasted into the window that has the focus."),
  [TILESCRIBE_INSERTION_TYPE] = N_ ("Text is typed into the window that has the focus."),
  [TILESCRIBE_INSERTION_COPY] = N_ ("Text goes to the clipboard: press Ctrl+V where it belongs."),
  [TILESCRIBE_INSERTION_KEEP] = N_ ("Text stays in the window and in the history."),
};

G_DEFINE_INTERFACE (TilescribeInserter, tilescribe_inserter, G_TYPE_OBJECT)

static void
tilescribe_inserter_default_init (TilescribeInserterInterface *iface)
{
}

/* AUTO finds any way. reason: why the last one that was passed over is not there. */
static const Way *
find_way (TilescribeInsertion insertion, char **reason)
{
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *why_not = NULL;

      if (insertion != TILESCRIBE_INSERTION_AUTO && insertion != ways[i].way)
        continue;
      if (ways[i].is_available (&why_not))
        return &ways[i];
      if (why_not != NULL)
        {
          g_free (*reason);
          *reason = g_steal_pointer (&why_not);
        }
    }
  return NULL;
}

TilescribeInserter *
tilescribe_inserter_choose (TilescribeInsertion insertion, char **why)
{
  g_autofree char *reason = NULL;
  const char *promise = promises[TILESCRIBE_INSERTION_KEEP];
  const Way *way = NULL;

  if (insertion != TILESCRIBE_INSERTION_KEEP)
    {
      way = find_way (insertion, &reason);
      if (way == NULL)
        way = find_way (TILESCRIBE_INSERTION_AUTO, &reason);
    }
  if (way != NULL)
    promise = promises[way->way];
  /* What is missing matters only to somebody who gets less than a text where the focus is. */
  if (way == NULL || way->way == insertion || (insertion == TILESCRIBE_INSERTION_AUTO && way->way != TILESCRIBE_INSERTION_COPY))
    g_clear_pointer (&reason, g_free);
  if (why != NULL && reason != NULL)
    *why = g_strdup_printf ("%s %s", reason, _ (promise));
  else if (why != NULL)
    *why = way != NULL && way->note != NULL ? g_strdup_printf ("%s %s", _ (promise), _ (way->note)) : g_strdup (_ (promise));
  return way != NULL ? way->new (way->way) : NULL;
}

/* ---- The clipboard, for the person to paste from ---- */

static gboolean
is_wayland (char **why_not)
{
  return GDK_IS_WAYLAND_DISPLAY (gdk_display_get_default ());
}

/* A window that is hidden while it has the focus stays active for GTK. */
static gboolean
has_focus (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      if (gtk_window_is_active (window) && gtk_widget_get_mapped (GTK_WIDGET (window)))
        return TRUE;
    }
  return FALSE;
}

/* Also where it may not help: some desktops take it all the same. */
gboolean
tilescribe_inserter_copy (const char *text, GError **error)
{
  gdk_clipboard_set_text (gdk_display_get_clipboard (gdk_display_get_default ()), text);
  if (!is_wayland (NULL) || has_focus ())
    return TRUE;
  g_set_error_literal (
      error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
      _ ("This desktop may take a text for the clipboard only from the window that has the focus. The text is in "
         "Tilescribe’s window and in the history: copy it from there."));
  return FALSE;
}

void
tilescribe_inserter_rescue (const char *text, GError *error)
{
  g_autofree char *sentence = error->message;

  if (tilescribe_inserter_copy (text, NULL))
    /* Translators: a sentence on what went wrong comes before */
    error->message = g_strdup_printf (_ ("%s The text is kept: press Ctrl+V where it belongs, or copy it from the history."),
                                      sentence);
  else
    /* Translators: a sentence on what went wrong comes before */
    error->message = g_strdup_printf (_ ("%s The text is in Tilescribe’s window and in the history: copy it from there."),
                                      sentence);
}

/* ---- One after the other ---- */

/* Task data of an insertion. */
typedef struct
{
  char *text;
  GSource *cancelled; /* NULL: cannot be */
} Text;

static void
text_free (Text *text)
{
  if (text->cancelled != NULL)
    g_source_destroy (text->cancelled);
  g_clear_pointer (&text->cancelled, g_source_unref);
  g_free (text->text);
  g_free (text);
}

/* Of one inserter. */
typedef struct
{
  GQueue tasks;        /* in the order they came */
  gboolean is_at_work; /* the first of them */
  gboolean is_hotkey_down;
  gint64 not_before; /* monotonic time for the next one */
  guint timer_id;
} Line;

static void
line_free (gpointer data)
{
  Line *line = data;

  g_clear_handle_id (&line->timer_id, g_source_remove);
  g_free (line); /* no tasks: each keeps the inserter */
}

static Line *
get_line (TilescribeInserter *inserter)
{
  GQuark quark = g_quark_from_static_string ("tilescribe-inserter-line");
  Line *line = g_object_get_qdata (G_OBJECT (inserter), quark);

  if (line == NULL)
    {
      line = g_new0 (Line, 1);
      g_object_set_qdata_full (G_OBJECT (inserter), quark, line, line_free);
    }
  return line;
}

static void
wait_for (Line *line, guint ms)
{
  line->not_before = MAX (line->not_before, g_get_monotonic_time () + ms * G_TIME_SPAN_MILLISECOND);
}

static void on_inserted (GObject *object, GAsyncResult *result, gpointer data);

static gboolean
start_first (gpointer data)
{
  TilescribeInserter *inserter = data;
  TilescribeInserterInterface *iface = TILESCRIBE_INSERTER_GET_IFACE (inserter);
  Line *line = get_line (inserter);
  GTask *task = g_queue_peek_head (&line->tasks);
  gboolean is_cancelled = task != NULL && g_cancellable_is_cancelled (g_task_get_cancellable (task));
  gint64 early = line->not_before - g_get_monotonic_time ();

  g_clear_handle_id (&line->timer_id, g_source_remove);
  if (task == NULL || line->is_at_work || (line->is_hotkey_down && iface->waits_for_hotkey && !is_cancelled))
    return G_SOURCE_REMOVE;
  if (early > 0 && !is_cancelled)
    {
      line->timer_id = g_timeout_add (early / G_TIME_SPAN_MILLISECOND + 1, start_first, inserter);
      return G_SOURCE_REMOVE;
    }
  line->is_at_work = TRUE;
  iface->insert_async (inserter, ((Text *) g_task_get_task_data (task))->text, g_task_get_cancellable (task), on_inserted, NULL);
  return G_SOURCE_REMOVE;
}

static void
on_inserted (GObject *object, GAsyncResult *result, gpointer data)
{
  TilescribeInserter *inserter = TILESCRIBE_INSERTER (object);
  Line *line = get_line (inserter);
  g_autoptr (GTask) task = g_queue_pop_head (&line->tasks);
  TilescribeInserted how = TILESCRIBE_INSERTED_COPIED;
  GError *error = NULL;
  gboolean inserted = TILESCRIBE_INSERTER_GET_IFACE (inserter)->insert_finish (inserter, result, &how, &error);

  line->is_at_work = FALSE;
  if (inserted && how == TILESCRIBE_INSERTED_PASTED)
    wait_for (line, AFTER_PASTE_MS);
  start_first (inserter); /* before the callback, which may add another */
  if (inserted)
    g_task_return_int (task, how);
  else
    g_task_return_error (task, error);
}

void
tilescribe_inserter_tell_hotkey (TilescribeInserter *inserter, gboolean is_down)
{
  Line *line;

  g_return_if_fail (TILESCRIBE_IS_INSERTER (inserter));

  line = get_line (inserter);
  if (!is_down && line->is_hotkey_down && TILESCRIBE_INSERTER_GET_IFACE (inserter)->is_blind)
    wait_for (line, AFTER_HOTKEY_MS);
  line->is_hotkey_down = is_down;
  start_first (inserter);
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer data)
{
  start_first (data);
  return G_SOURCE_REMOVE;
}

/* What is not wanted any more waits for nothing, and keeps nobody waiting. */
static void
watch_cancellable (TilescribeInserter *inserter, Text *text, GCancellable *cancellable)
{
  text->cancelled = g_cancellable_source_new (cancellable);
  g_source_set_callback (text->cancelled, G_SOURCE_FUNC (on_cancelled), inserter, NULL);
  g_source_attach (text->cancelled, NULL);
}

void
tilescribe_inserter_insert_async (TilescribeInserter *inserter,
                                  const char *text,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  Text *waiting;
  GTask *task;

  g_return_if_fail (TILESCRIBE_IS_INSERTER (inserter));
  g_return_if_fail (text != NULL && g_utf8_validate (text, -1, NULL));

  task = g_task_new (inserter, cancellable, callback, user_data);
  g_task_set_source_tag (task, tilescribe_inserter_insert_async);
  waiting = g_new0 (Text, 1);
  waiting->text = g_strdup (text);
  if (cancellable != NULL)
    watch_cancellable (inserter, waiting, cancellable);
  g_task_set_task_data (task, waiting, (GDestroyNotify) text_free);
  /* What was inserted is told as it is: a cancellation that came too late changes nothing. */
  g_task_set_check_cancellable (task, FALSE);
  g_queue_push_tail (&get_line (inserter)->tasks, task);
  start_first (inserter);
}

gboolean
tilescribe_inserter_insert_finish (TilescribeInserter *inserter, GAsyncResult *result, TilescribeInserted *how, GError **error)
{
  gssize inserted;

  g_return_val_if_fail (g_task_is_valid (result, inserter), FALSE);

  inserted = g_task_propagate_int (G_TASK (result), error);
  if (inserted >= 0 && how != NULL)
    *how = inserted;
  return inserted >= 0;
}
