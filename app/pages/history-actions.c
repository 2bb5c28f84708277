/* history-actions.c - what can be done with a transcript of the history
 *
 * Nobody is asked before something is deleted: it leaves the list, and a toast offers to undo that. Only when the toast is gone, or the page is
 * left, the store deletes it. What is deleted while a toast is there joins it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/history-actions.h"

#include "pages/history-store.h"
#include "pages/plain-text.h"
#include "pages/transcript-export.h"

#include <glib/gi18n.h>
#include <string.h>

struct _TilescribeHistoryActions
{
  GObject parent;

  GtkWidget *widget;       /* weak */
  AdwToastOverlay *toasts; /* weak */
  TilescribeHistoryModel *model;
  ScribeStoreThread *store;
  TilescribeHistoryItem *item;
  GSimpleActionGroup *group;

  GArray *doomed; /* of gint64 */
  AdwToast *undo; /* of those; weak */
};

G_DEFINE_FINAL_TYPE (TilescribeHistoryActions, tilescribe_history_actions, G_TYPE_OBJECT)

enum
{
  TRANSCRIBE_AGAIN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
say (TilescribeHistoryActions *self, const char *message)
{
  if (self->toasts != NULL)
    adw_toast_overlay_add_toast (self->toasts, tilescribe_plain_toast_new (message));
}

static const ScribeTranscript *
chosen (TilescribeHistoryActions *self)
{
  return self->item != NULL ? tilescribe_history_item_get_transcript (self->item) : NULL;
}

/* --- Copy and export ------------------------------------------------------------------------------------------------------ */

static void
on_read_to_copy (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autoptr (TilescribeHistoryActions) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (ScribeTranscript) transcript = tilescribe_history_read_finish (result, &error);

  if (transcript != NULL && self->widget != NULL)
    gdk_clipboard_set_text (gtk_widget_get_clipboard (self->widget), transcript->text);
  say (self, transcript != NULL ? _ ("Copied") : error->message);
}

static void
act_copy (GSimpleAction *action, GVariant *unused, gpointer data)
{
  TilescribeHistoryActions *self = data;

  tilescribe_history_read_async (self->store, tilescribe_history_item_get_id (self->item), NULL, on_read_to_copy,
                                 g_object_ref (self));
}

static void
on_exported (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (TilescribeHistoryActions) self = data;
  g_autofree char *sentence = tilescribe_export_finish (result);

  if (sentence != NULL)
    say (self, sentence);
}

static void
act_export (GSimpleAction *action, GVariant *name, gpointer data)
{
  TilescribeHistoryActions *self = data;

  tilescribe_export_ask_async (GTK_WINDOW (gtk_widget_get_root (self->widget)), self->store, chosen (self),
                               g_variant_get_string (name, NULL), on_exported, g_object_ref (self));
}

/* --- Pin, recording, again ------------------------------------------------------------------------------------------------- */

typedef struct
{
  TilescribeHistoryActions *actions;
  gint64 id;
} Change;

static void
on_pinned (GObject *store, GAsyncResult *result, gpointer data)
{
  Change *change = data;
  g_autoptr (TilescribeHistoryActions) self = change->actions;
  g_autoptr (GError) error = NULL;

  if (!tilescribe_history_change_finish (result, &error))
    say (self, error->message);
  tilescribe_history_model_update (self->model, change->id);
  g_free (change);
}

static void
act_pin (GSimpleAction *action, GVariant *unused, gpointer data)
{
  TilescribeHistoryActions *self = data;
  const ScribeTranscript *t = chosen (self);
  Change *change = g_new (Change, 1);

  *change = (Change){ g_object_ref (self), t->id };
  tilescribe_history_pin_async (self->store, t->id, !t->pinned, on_pinned, change);
}

static void
on_folder_shown (GObject *bus, GAsyncResult *result, gpointer data)
{
  g_autoptr (TilescribeHistoryActions) self = data;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (bus), result, NULL);

  if (reply == NULL)
    say (self, _ ("No file manager answered. Open the folder of the recording yourself: it is named in the transcript."));
}

/* By the file manager that the desktop has, with the file chosen in its folder. */
static void
act_reveal (GSimpleAction *action, GVariant *unused, gpointer data)
{
  TilescribeHistoryActions *self = data;
  g_autofree char *uri = g_filename_to_uri (chosen (self)->source, NULL, NULL);
  GApplication *application = g_application_get_default ();
  GDBusConnection *bus = application ? g_application_get_dbus_connection (application) : NULL;

  if (uri == NULL || bus == NULL)
    {
      say (self, _ ("The recording cannot be shown."));
      return;
    }
  g_dbus_connection_call (bus, "org.freedesktop.FileManager1", "/org/freedesktop/FileManager1", "org.freedesktop.FileManager1",
                          "ShowItems", g_variant_new ("(^ass)", (const char *const[]){ uri, NULL }, ""), NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_folder_shown, g_object_ref (self));
}

static void
act_again (GSimpleAction *action, GVariant *model, gpointer data)
{
  TilescribeHistoryActions *self = data;

  g_signal_emit (self, signals[TRANSCRIBE_AGAIN], 0, chosen (self)->source, g_variant_get_string (model, NULL));
}

/* --- Delete ---------------------------------------------------------------------------------------------------------------- */

static void update (TilescribeHistoryActions *self);

/* What is left in doomed stays. */
static void
forget_doomed (TilescribeHistoryActions *self)
{
  g_array_set_size (self->doomed, 0);
  if (self->undo != NULL)
    adw_toast_dismiss (g_steal_pointer (&self->undo));
  update (self);
}

/* Shows what was hidden, as far as the store still has it. */
static void
show_again (TilescribeHistoryActions *self, GArray *ids)
{
  for (guint i = 0; i < ids->len; i++)
    tilescribe_history_model_show (self->model, g_array_index (ids, gint64, i));
}

typedef struct
{
  TilescribeHistoryActions *actions;
  GArray *ids;
} Deletion;

static void
on_deleted (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autofree Deletion *deletion = data;
  g_autoptr (TilescribeHistoryActions) self = deletion->actions;
  g_autoptr (GArray) ids = deletion->ids;
  g_autoptr (GError) error = NULL;

  if (tilescribe_history_change_finish (result, &error))
    return;
  show_again (self, ids);
  say (self, error->message);
}

void
tilescribe_history_actions_commit (TilescribeHistoryActions *self)
{
  if (self->doomed->len > 0)
    {
      Deletion *deletion = g_new (Deletion, 1);

      *deletion = (Deletion){ g_object_ref (self), g_array_copy (self->doomed) };
      tilescribe_history_delete_async (self->store, self->doomed, on_deleted, deletion);
    }
  forget_doomed (self);
}

static void
on_undo_dismissed (AdwToast *toast, TilescribeHistoryActions *self)
{
  if (toast != self->undo)
    return; /* undone, or another one took its place */
  self->undo = NULL;
  tilescribe_history_actions_commit (self);
}

static void
offer_undo (TilescribeHistoryActions *self)
{
  guint n = self->doomed->len;
  g_autofree char *title = g_strdup_printf (ngettext ("Transcript deleted", "%u transcripts deleted", n), n);
  AdwToast *before = self->undo;

  self->undo = tilescribe_plain_toast_new (title);
  adw_toast_set_button_label (self->undo, _ ("_Undo"));
  adw_toast_set_action_name (self->undo, "history.undo");
  adw_toast_set_priority (self->undo, ADW_TOAST_PRIORITY_HIGH);
  g_signal_connect_object (self->undo, "dismissed", G_CALLBACK (on_undo_dismissed), self, 0);
  if (before != NULL)
    adw_toast_dismiss (before);
  adw_toast_overlay_add_toast (self->toasts, self->undo);
}

static void
act_delete (GSimpleAction *action, GVariant *unused, gpointer data)
{
  TilescribeHistoryActions *self = data;
  gint64 id = tilescribe_history_item_get_id (self->item);

  g_array_append_val (self->doomed, id);
  offer_undo (self);
  tilescribe_history_model_hide (self->model, id);
  update (self);
}

static void
act_undo (GSimpleAction *action, GVariant *unused, gpointer data)
{
  TilescribeHistoryActions *self = data;

  show_again (self, self->doomed);
  forget_doomed (self);
}

/* --- The object ---------------------------------------------------------------------------------------------------------- */

static const GActionEntry entries[] = {
  { "copy", act_copy },     { "export", act_export, "s" }, { "pin", act_pin, NULL, "false" },
  { "reveal", act_reveal }, { "again", act_again, "s" },   { "delete", act_delete },
  { "undo", act_undo },
};

static void
set_enabled (TilescribeHistoryActions *self, const char *name, gboolean enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self->group), name);

  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

static void
update (TilescribeHistoryActions *self)
{
  const ScribeTranscript *t = chosen (self);
  gboolean there = t != NULL && self->store != NULL;
  gboolean has_recording = there && strcmp (t->source, "-") != 0 && t->state != SCRIBE_STATE_RECORDING;
  GAction *pin = g_action_map_lookup_action (G_ACTION_MAP (self->group), "pin");

  set_enabled (self, "copy", there);
  set_enabled (self, "export", there);
  set_enabled (self, "pin", there);
  set_enabled (self, "reveal", has_recording);
  set_enabled (self, "again", has_recording);
  set_enabled (self, "delete", there && t->state != SCRIBE_STATE_RECORDING);
  set_enabled (self, "undo", self->doomed->len > 0);
  g_simple_action_set_state (G_SIMPLE_ACTION (pin), g_variant_new_boolean (there && t->pinned));
}

void
tilescribe_history_actions_set_item (TilescribeHistoryActions *self, TilescribeHistoryItem *item)
{
  if (self->item != NULL)
    g_signal_handlers_disconnect_by_func (self->item, update, self);
  g_set_object (&self->item, item);
  if (item != NULL)
    g_signal_connect_object (item, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

void
tilescribe_history_actions_set_store (TilescribeHistoryActions *self, ScribeStoreThread *store)
{
  g_set_object (&self->store, store);
  update (self);
}

GActionMap *
tilescribe_history_actions_get_map (TilescribeHistoryActions *self)
{
  return G_ACTION_MAP (self->group);
}

static void
tilescribe_history_actions_finalize (GObject *object)
{
  TilescribeHistoryActions *self = TILESCRIBE_HISTORY_ACTIONS (object);

  g_clear_weak_pointer (&self->widget);
  g_clear_weak_pointer (&self->toasts);
  g_clear_object (&self->item);
  g_clear_object (&self->group);
  g_clear_object (&self->model);
  g_clear_object (&self->store);
  g_array_unref (self->doomed);
  G_OBJECT_CLASS (tilescribe_history_actions_parent_class)->finalize (object);
}

static void
tilescribe_history_actions_class_init (TilescribeHistoryActionsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tilescribe_history_actions_finalize;
  signals[TRANSCRIBE_AGAIN] = g_signal_new ("transcribe-again", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                            G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
tilescribe_history_actions_init (TilescribeHistoryActions *self)
{
  self->group = g_simple_action_group_new ();
  self->doomed = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_action_map_add_action_entries (G_ACTION_MAP (self->group), entries, G_N_ELEMENTS (entries), self);
}

TilescribeHistoryActions *
tilescribe_history_actions_new (GtkWidget *widget, AdwToastOverlay *toasts, TilescribeHistoryModel *model)
{
  TilescribeHistoryActions *self = g_object_new (TILESCRIBE_TYPE_HISTORY_ACTIONS, NULL);

  g_set_weak_pointer (&self->widget, widget);
  g_set_weak_pointer (&self->toasts, toasts);
  g_set_object (&self->model, model);
  update (self);
  return self;
}
