/* transcript-view.c - one transcript: read it, hear it, mend it, hand it out
 *
 *   show (id) --store's thread--> transcript --> title, facts, notice; text; player
 *   an edit: the segment is changed here at once, and written by the store's thread
 *
 * A segment that was transcribed just now may come before or after a transcript that was read with it in; as segments follow each other
 * in time, one that begins no later than the last is there already.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/transcript-view.h"

#include "pages/history-store.h"
#include "pages/plain-text.h"
#include "pages/player-bar.h"
#include "pages/transcript-export.h"
#include "pages/transcript-facts.h"
#include "pages/transcript-find.h"
#include "pages/transcript-save.h"
#include "pages/transcript-text.h"

#include <glib/gi18n.h>

struct _TilescribeTranscriptView
{
  AdwBin parent;

  AdwToastOverlay *toasts;
  GtkStack *stack;
  AdwStatusPage *trouble;
  GtkLabel *title, *facts, *notice;
  GtkWidget *notice_row;
  TilescribeTranscriptFind *find;
  TilescribeTranscriptText *text;
  TilescribePlayerBar *player;

  GSimpleActionGroup *actions;
  ScribeStoreThread *store;
  GListModel *jobs;             /* of ScribeJob; NULL: none */
  gint64 id;                    /* to be shown; 0: nothing */
  ScribeTranscript *transcript; /* that is shown; NULL: none, or it is being read */
  GCancellable *reading;
  GPtrArray *early; /* segments that came while it is being read */
  gboolean stale;   /* to be read again when the edit under way is over */
};

G_DEFINE_FINAL_TYPE (TilescribeTranscriptView, tilescribe_transcript_view, ADW_TYPE_BIN)

static void
say (TilescribeTranscriptView *self, const char *message)
{
  if (gtk_widget_get_root (GTK_WIDGET (self)) != NULL) /* else there is nobody to be told */
    adw_toast_overlay_add_toast (self->toasts, tilescribe_plain_toast_new (message));
}

/* --- What it is --- */

static void
show_facts (TilescribeTranscriptView *self)
{
  const ScribeTranscript *transcript = self->transcript;
  g_autofree char *facts = tilescribe_describe_transcript (transcript);

  gtk_label_set_label (self->title, transcript->title);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->title), transcript->title);
  gtk_label_set_label (self->facts, facts);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->facts), transcript->run.device_reason);
}

/* That can be heard: not what is being recorded. */
static gboolean
has_recording (const ScribeTranscript *transcript)
{
  return g_path_is_absolute (transcript->source) && transcript->state != SCRIBE_STATE_RECORDING;
}

static gboolean
is_under_way (TilescribeTranscriptView *self)
{
  for (guint i = 0; self->jobs != NULL && i < g_list_model_get_n_items (self->jobs); i++)
    {
      g_autoptr (ScribeJob) job = g_list_model_get_item (self->jobs, i);

      if (scribe_job_get_transcript (job) == self->transcript->id && scribe_job_get_state (job) == SCRIBE_JOB_RUNNING)
        return TRUE;
    }
  return FALSE;
}

static void
show_notice (TilescribeTranscriptView *self)
{
  const char *trouble = tilescribe_player_bar_get_trouble (self->player);
  g_autofree char *notice = NULL;

  if (self->transcript != NULL && !has_recording (self->transcript))
    trouble = self->transcript->state != SCRIBE_STATE_RECORDING ? _ ("Its recording was not kept, so it cannot be heard.") : NULL;
  notice = self->transcript != NULL ? tilescribe_describe_state (self->transcript, is_under_way (self), trouble) : g_strdup ("");
  gtk_label_set_label (self->notice, notice);
  gtk_widget_set_visible (self->notice_row, *notice != '\0');
}

static void
set_enabled (TilescribeTranscriptView *self, const char *name, gboolean enabled)
{
  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self->actions), name)), enabled);
}

static void
show_transcript (TilescribeTranscriptView *self, ScribeTranscript *transcript)
{
  ScribeTranscript *old = g_steal_pointer (&self->transcript);
  gboolean same = old != NULL && transcript != NULL && old->id == transcript->id && g_str_equal (old->source, transcript->source)
                  && tilescribe_player_bar_get_trouble (self->player) == NULL;

  self->transcript = transcript;
  tilescribe_transcript_text_set_segments (self->text, transcript != NULL ? transcript->segments : NULL);
  if (!same)
    tilescribe_player_bar_set_recording (self->player,
                                         transcript != NULL && has_recording (transcript) ? transcript->source : NULL,
                                         transcript ? transcript->seconds : 0);
  if (transcript != NULL)
    show_facts (self);
  show_notice (self);
  set_enabled (self, "edit", transcript != NULL);
  set_enabled (self, "copy-all", transcript != NULL);
  set_enabled (self, "export", transcript != NULL);
  gtk_stack_set_visible_child_name (self->stack, transcript != NULL ? "transcript" : "nothing");
  g_clear_pointer (&old, scribe_transcript_free);
}

/* --- Reading --- */

static void
on_read (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autoptr (TilescribeTranscriptView) self = data;
  g_autoptr (GError) error = NULL;
  ScribeTranscript *transcript = tilescribe_history_read_finish (result, &error);
  g_autoptr (GPtrArray) early = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->reading);
  early = g_steal_pointer (&self->early);
  if (transcript == NULL)
    {
      show_transcript (self, NULL);
      tilescribe_status_page_set_plain_description (self->trouble, error->message);
      gtk_stack_set_visible_child_name (self->stack, "trouble");
      return;
    }
  show_transcript (self, transcript);
  for (guint i = 0; i < early->len; i++)
    tilescribe_transcript_view_append_segment (self, early->pdata[i]);
}

void
tilescribe_transcript_view_set_store (TilescribeTranscriptView *self, ScribeStoreThread *store)
{
  g_set_object (&self->store, store);
}

void
tilescribe_transcript_view_set_jobs (TilescribeTranscriptView *self, GListModel *jobs)
{
  g_set_object (&self->jobs, jobs);
}

void
tilescribe_transcript_view_show (TilescribeTranscriptView *self, gint64 id)
{
  gboolean again = id != 0 && id == self->id;

  g_return_if_fail (id == 0 || self->store != NULL);

  self->stale = again && tilescribe_transcript_text_is_editing (self->text);
  if (self->stale)
    return;
  tilescribe_transcript_text_end_edit (self->text, TRUE);
  g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
  if (!again)
    g_clear_pointer (&self->early, g_ptr_array_unref);
  self->id = id;
  if (id == 0)
    {
      show_transcript (self, NULL);
      return;
    }
  self->reading = g_cancellable_new ();
  if (self->early == NULL)
    self->early = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_segment_free);
  tilescribe_history_read_async (self->store, id, self->reading, on_read, g_object_ref (self));
}

gint64
tilescribe_transcript_view_get_shown (TilescribeTranscriptView *self)
{
  return self->id;
}

void
tilescribe_transcript_view_append_segment (TilescribeTranscriptView *self, const ScribeSegment *segment)
{
  guint n = tilescribe_transcript_text_get_n_segments (self->text);

  if (self->reading != NULL)
    g_ptr_array_add (self->early, scribe_segment_copy (segment));
  else if (self->transcript != NULL
           && (n == 0 || tilescribe_transcript_text_get_segment (self->text, n - 1)->start < segment->start))
    tilescribe_transcript_text_append (self->text, segment);
}

/* --- Editing --- */

static void
on_saved (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autoptr (TilescribeTranscriptView) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) edit = tilescribe_save_finish (result, &error);
  AdwToast *toast;

  if (error == NULL || gtk_widget_get_root (GTK_WIDGET (self)) == NULL)
    return;
  toast = tilescribe_plain_toast_new (error->message);
  adw_toast_set_timeout (toast, 0); /* until it was seen */
  adw_toast_set_button_label (toast, _ ("Save Again"));
  adw_toast_set_action_name (toast, "transcript.save-again");
  adw_toast_set_action_target_value (toast, edit);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
save (TilescribeTranscriptView *self, GVariant *edit)
{
  tilescribe_save_async (self->store, edit, on_saved, g_object_ref (self));
}

static void
on_edited (TilescribeTranscriptView *self, guint n, const char *text)
{
  ScribeSegment *segment = scribe_segment_copy (tilescribe_transcript_text_get_segment (self->text, n));

  scribe_segment_edit (segment, text);
  save (self, g_variant_new (TILESCRIBE_EDIT_TYPE, self->transcript->id, n, segment->text));
  tilescribe_transcript_text_replace (self->text, n, segment);
}

/* The buttons of the bar follow the buffer, which is another one after each reading. */
static void
update_undo (TilescribeTranscriptView *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->text));

  set_enabled (self, "undo", gtk_text_buffer_get_can_undo (buffer));
  set_enabled (self, "redo", gtk_text_buffer_get_can_redo (buffer));
}

static void
on_editing_changed (TilescribeTranscriptView *self)
{
  gboolean editing = tilescribe_transcript_text_is_editing (self->text);
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self->actions), "edit");
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->text));

  g_simple_action_set_state (G_SIMPLE_ACTION (action), g_variant_new_boolean (editing));
  g_signal_handlers_disconnect_by_func (buffer, update_undo, self);
  if (editing)
    {
      g_signal_connect_object (buffer, "notify::can-undo", G_CALLBACK (update_undo), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (buffer, "notify::can-redo", G_CALLBACK (update_undo), self, G_CONNECT_SWAPPED);
    }
  update_undo (self);
  if (self->stale && !editing)
    tilescribe_transcript_view_show (self, self->id);
}

/* --- Export --- */

static void
on_exported (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (TilescribeTranscriptView) self = data;
  g_autofree char *sentence = tilescribe_export_finish (result);

  if (sentence != NULL)
    say (self, sentence);
}

void
tilescribe_transcript_view_export (TilescribeTranscriptView *self, ScribeFormat format, const char *path)
{
  g_return_if_fail (self->id != 0);

  tilescribe_transcript_text_end_edit (self->text, TRUE);
  tilescribe_export_async (self->store, self->id, format, path, on_exported, g_object_ref (self));
}

/* --- Actions --- */

static void
act_export (GSimpleAction *action, GVariant *name, gpointer data)
{
  TilescribeTranscriptView *self = data;

  tilescribe_transcript_text_end_edit (self->text, TRUE);
  tilescribe_export_ask_async (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), self->store, self->transcript,
                               g_variant_get_string (name, NULL), on_exported, g_object_ref (self));
}

static void
act_copy_all (GSimpleAction *action, GVariant *unused, gpointer data)
{
  TilescribeTranscriptView *self = data;
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < tilescribe_transcript_text_get_n_segments (self->text); i++)
    {
      g_autofree char *line = g_strstrip (g_strdup (tilescribe_transcript_text_get_segment (self->text, i)->text));

      g_string_append_printf (text, "%s\n", line);
    }
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text->str);
  say (self, _ ("Copied"));
}

static void
act_edit (GSimpleAction *action, GVariant *unused, gpointer data)
{
  TilescribeTranscriptView *self = data;

  if (tilescribe_transcript_text_is_editing (self->text))
    tilescribe_transcript_text_end_edit (self->text, TRUE);
  else
    tilescribe_transcript_text_begin_edit (self->text);
}

static void
act_save (GSimpleAction *action, GVariant *unused, gpointer data)
{
  tilescribe_transcript_text_end_edit (TILESCRIBE_TRANSCRIPT_VIEW (data)->text, TRUE);
}

static void
act_discard (GSimpleAction *action, GVariant *unused, gpointer data)
{
  tilescribe_transcript_text_end_edit (TILESCRIBE_TRANSCRIPT_VIEW (data)->text, FALSE);
}

static void
act_save_again (GSimpleAction *action, GVariant *edit, gpointer data)
{
  save (data, edit);
}

static void
act_undo (GSimpleAction *action, GVariant *unused, gpointer data)
{
  gtk_text_buffer_undo (gtk_text_view_get_buffer (GTK_TEXT_VIEW (TILESCRIBE_TRANSCRIPT_VIEW (data)->text)));
}

static void
act_redo (GSimpleAction *action, GVariant *unused, gpointer data)
{
  gtk_text_buffer_redo (gtk_text_view_get_buffer (GTK_TEXT_VIEW (TILESCRIBE_TRANSCRIPT_VIEW (data)->text)));
}

static void
act_skip (GSimpleAction *action, GVariant *seconds, gpointer data)
{
  tilescribe_player_bar_skip (TILESCRIBE_TRANSCRIPT_VIEW (data)->player, g_variant_get_double (seconds));
}

static const GActionEntry entries[] = {
  { "copy-all", act_copy_all }, { "export", act_export, "s" }, { "edit", act_edit, NULL, "false" },
  { "save", act_save },         { "discard", act_discard },    { "save-again", act_save_again, TILESCRIBE_EDIT_TYPE },
  { "undo", act_undo },         { "redo", act_redo },          { "skip", act_skip, "d" },
};

static void
add_property_action (TilescribeTranscriptView *self, const char *name, gpointer object, const char *property)
{
  g_autoptr (GPropertyAction) action = g_property_action_new (name, object, property);

  g_action_map_add_action (G_ACTION_MAP (self->actions), G_ACTION (action));
}

static void
add_actions (TilescribeTranscriptView *self)
{
  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries), self);
  add_property_action (self, "find", tilescribe_transcript_find_get_bar (self->find), "search-mode-enabled");
  add_property_action (self, "shading", self->text, "shading");
  add_property_action (self, "follow", self->text, "follow");
  gtk_widget_insert_action_group (GTK_WIDGET (self), "transcript", G_ACTION_GROUP (self->actions));
}

/* --- The object --- */

static void
on_moved (TilescribeTranscriptView *self, double seconds)
{
  if (self->text != NULL)
    tilescribe_transcript_text_set_position (self->text, seconds);
}

static void
on_play (TilescribeTranscriptView *self, double seconds)
{
  if (self->transcript != NULL && has_recording (self->transcript))
    tilescribe_player_bar_play_from (self->player, seconds);
}

static void
tilescribe_transcript_view_dispose (GObject *object)
{
  TilescribeTranscriptView *self = TILESCRIBE_TRANSCRIPT_VIEW (object);

  self->stale = FALSE;
  if (self->text != NULL)
    tilescribe_transcript_text_end_edit (self->text, TRUE); /* a window that is closed loses no edit */
  self->text = NULL;
  g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
  g_clear_object (&self->store);
  g_clear_object (&self->jobs);
  g_clear_object (&self->actions);
  g_clear_pointer (&self->early, g_ptr_array_unref);
  g_clear_pointer (&self->transcript, scribe_transcript_free);
  G_OBJECT_CLASS (tilescribe_transcript_view_parent_class)->dispose (object);
}

static void
add_bindings (GtkWidgetClass *widget_class)
{
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_f, GDK_CONTROL_MASK, "transcript.find", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F2, 0, "transcript.edit", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Left, GDK_ALT_MASK, "transcript.skip", "d",
                                       (double) -TILESCRIBE_PLAYER_SKIP);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Right, GDK_ALT_MASK, "transcript.skip", "d",
                                       (double) TILESCRIBE_PLAYER_SKIP);
}

static void
tilescribe_transcript_view_class_init (TilescribeTranscriptViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tilescribe_transcript_view_dispose;
  g_type_ensure (TILESCRIBE_TYPE_PLAYER_BAR);
  g_type_ensure (TILESCRIBE_TYPE_TRANSCRIPT_FIND);
  g_type_ensure (TILESCRIBE_TYPE_TRANSCRIPT_TEXT);
  add_bindings (widget_class);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/tilescribe/Tilescribe/pages/transcript-view.ui");
  gtk_widget_class_bind_template_child (widget_class, TilescribeTranscriptView, toasts);
  gtk_widget_class_bind_template_child (widget_class, TilescribeTranscriptView, stack);
  gtk_widget_class_bind_template_child (widget_class, TilescribeTranscriptView, trouble);
  gtk_widget_class_bind_template_child (widget_class, TilescribeTranscriptView, title);
  gtk_widget_class_bind_template_child (widget_class, TilescribeTranscriptView, facts);
  gtk_widget_class_bind_template_child (widget_class, TilescribeTranscriptView, notice);
  gtk_widget_class_bind_template_child (widget_class, TilescribeTranscriptView, notice_row);
  gtk_widget_class_bind_template_child (widget_class, TilescribeTranscriptView, find);
  gtk_widget_class_bind_template_child (widget_class, TilescribeTranscriptView, text);
  gtk_widget_class_bind_template_child (widget_class, TilescribeTranscriptView, player);
  gtk_widget_class_bind_template_callback (widget_class, on_moved);
  gtk_widget_class_bind_template_callback (widget_class, show_notice);
}

static void
tilescribe_transcript_view_init (TilescribeTranscriptView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  tilescribe_transcript_find_set_text (self->find, self->text);
  add_actions (self);
  show_transcript (self, NULL);
  update_undo (self);
  g_signal_connect_object (self->text, "play", G_CALLBACK (on_play), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->text, "toggle", G_CALLBACK (tilescribe_player_bar_toggle), self->player, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->text, "edited", G_CALLBACK (on_edited), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->text, "notify::editing", G_CALLBACK (on_editing_changed), self, G_CONNECT_SWAPPED);
}

GtkWidget *
tilescribe_transcript_view_new (void)
{
  return g_object_new (TILESCRIBE_TYPE_TRANSCRIPT_VIEW, NULL);
}
