/* transcript-text.c - the words of a transcript, each paragraph with its time in the margin
 *
 *   segments [n] --slices of a few milliseconds--> buffer, whose line i is segment i
 *
 * A day of speech is more text than a frame can take, so it is filled in whenever the window has nothing better to do. Where words
 * stand is not kept: it is found again from a segment when it is asked for, which costs a line and not a transcript, and holds
 * after every edit. Words of low probability have their tag always; the shading is that tag's look, so that the switch costs nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/transcript-text.h"

#include "pages/heard-word.h"
#include "pages/paragraph-edit.h"
#include "pages/text-click.h"
#include "pages/transcript-lines.h"
#include "pages/transcript-looks.h"
#include "pages/transcript-words.h"

#include <glib/gi18n.h>

#define SLICE         (4 * G_TIME_SPAN_MILLISECOND)
#define FOLLOW_HEIGHT 0.3 /* where the word stands that was out of sight */

enum
{
  PROP_0,
  PROP_FOLLOW,
  PROP_SHADING,
  PROP_EDITING,
  N_PROPS
};

enum
{
  SIGNAL_PLAY,
  SIGNAL_TOGGLE,
  SIGNAL_EDITED,
  SIGNAL_CHANGED,
  N_SIGNALS
};

struct _TilescribeTranscriptText
{
  GtkTextView parent;

  GPtrArray *segments;
  guint n_shown;
  guint fill_id;
  gboolean live, follow, shading;
  TilescribeParagraphEdit *edit;

  TilescribeLooks *looks;
  TilescribeHeardWord *heard;
  GtkTextMark *here; /* start of the current word */
};

G_DEFINE_FINAL_TYPE (TilescribeTranscriptText, tilescribe_transcript_text, GTK_TYPE_TEXT_VIEW)

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

static GtkTextBuffer *
get_buffer (TilescribeTranscriptText *self)
{
  return gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
}

/* --- The word that is heard --- */

static void
keep_in_sight (TilescribeTranscriptText *self, const GtkTextIter *where)
{
  GtkTextView *view = GTK_TEXT_VIEW (self);
  GdkRectangle seen, word;

  gtk_text_view_get_visible_rect (view, &seen);
  gtk_text_view_get_iter_location (view, where, &word);
  if (!self->follow || self->edit != NULL || (word.y >= seen.y && word.y + word.height <= seen.y + seen.height))
    return;
  gtk_text_buffer_move_mark (get_buffer (self), self->here, where);
  gtk_text_view_scroll_to_mark (view, self->here, 0, TRUE, 0, FOLLOW_HEIGHT);
}

void
tilescribe_transcript_text_set_position (TilescribeTranscriptText *self, double seconds)
{
  int line = self->segments != NULL && seconds >= 0 ? tilescribe_segment_at_time (self->segments, seconds) : -1;
  GtkTextIter start;

  if (line < 0 || line >= (int) self->n_shown
      || (self->edit != NULL && (guint) line == tilescribe_paragraph_edit_get_line (self->edit)))
    tilescribe_heard_word_forget (self->heard);
  else if (tilescribe_heard_word_move (self->heard, self->segments->pdata[line], line, seconds, &start))
    keep_in_sight (self, &start);
}

/* --- Filling in --- */

static gboolean
is_at_end (TilescribeTranscriptText *self)
{
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (self));

  return adjustment != NULL
         && gtk_adjustment_get_value (adjustment) + gtk_adjustment_get_page_size (adjustment)
                >= gtk_adjustment_get_upper (adjustment) - 1;
}

static void
scroll_to_end (TilescribeTranscriptText *self)
{
  GtkTextIter end;

  gtk_text_buffer_get_end_iter (get_buffer (self), &end);
  gtk_text_buffer_move_mark (get_buffer (self), self->here, &end);
  gtk_text_view_scroll_mark_onscreen (GTK_TEXT_VIEW (self), self->here);
}

static void
insert_next (TilescribeTranscriptText *self)
{
  GtkTextIter end;

  gtk_text_buffer_get_end_iter (get_buffer (self), &end);
  if (self->n_shown > 0)
    gtk_text_buffer_insert (get_buffer (self), &end, "\n", 1);
  tilescribe_line_insert (get_buffer (self), &end, self->n_shown, self->segments->pdata[self->n_shown], self->looks->unsure);
  self->n_shown++;
}

static gboolean
fill (gpointer data)
{
  TilescribeTranscriptText *self = data;
  gint64 enough = g_get_monotonic_time () + SLICE;
  gboolean stay_at_end = self->live && is_at_end (self), first = self->n_shown == 0;
  GtkTextIter start;

  while (self->n_shown < self->segments->len && self->edit == NULL && g_get_monotonic_time () < enough)
    insert_next (self);
  gtk_text_buffer_get_start_iter (get_buffer (self), &start);
  if (first) /* the cursor went along with what was inserted at it */
    gtk_text_buffer_place_cursor (get_buffer (self), &start);
  if (stay_at_end)
    scroll_to_end (self);
  if (self->n_shown < self->segments->len && self->edit == NULL)
    return G_SOURCE_CONTINUE;
  self->fill_id = 0;
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
  return G_SOURCE_REMOVE;
}

static void
begin_to_fill (TilescribeTranscriptText *self)
{
  if (self->fill_id == 0 && self->segments != NULL && self->n_shown < self->segments->len && self->edit == NULL)
    self->fill_id = g_idle_add (fill, self);
}

static gboolean
are_beginning (GPtrArray *first, GPtrArray *all)
{
  if (first == NULL || all == NULL || first->len > all->len)
    return FALSE;
  for (guint i = 0; i < first->len; i++)
    {
      const ScribeSegment *a = first->pdata[i], *b = all->pdata[i];

      if (a->start != b->start || !g_str_equal (a->text, b->text))
        return FALSE;
    }
  return TRUE;
}

/* Emptying a long buffer takes longer than a frame; letting go of it does not. */
static void
begin_anew (TilescribeTranscriptText *self)
{
  g_autoptr (GtkTextBuffer) buffer = gtk_text_buffer_new (self->looks->tags);
  GtkTextIter start;

  tilescribe_transcript_text_end_edit (self, FALSE);
  tilescribe_heard_word_forget (self->heard);
  gtk_text_buffer_set_enable_undo (buffer, FALSE);
  gtk_text_buffer_get_start_iter (buffer, &start);
  self->here = gtk_text_buffer_create_mark (buffer, NULL, &start, FALSE);
  gtk_text_view_set_buffer (GTK_TEXT_VIEW (self), buffer);
  self->n_shown = 0;
  self->live = FALSE;
}

void
tilescribe_transcript_text_set_segments (TilescribeTranscriptText *self, GPtrArray *segments)
{
  GPtrArray *old = g_steal_pointer (&self->segments);

  g_clear_handle_id (&self->fill_id, g_source_remove);
  self->segments = old;
  if (!are_beginning (old, segments))
    begin_anew (self);
  self->segments = segments != NULL ? g_ptr_array_ref (segments) : NULL;
  g_clear_pointer (&old, g_ptr_array_unref);
  begin_to_fill (self);
  if (self->fill_id == 0)
    g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

void
tilescribe_transcript_text_append (TilescribeTranscriptText *self, const ScribeSegment *segment)
{
  if (self->segments == NULL)
    self->segments = g_ptr_array_new_with_free_func ((GDestroyNotify) scribe_segment_free);
  g_ptr_array_add (self->segments, scribe_segment_copy (segment));
  self->live = TRUE;
  begin_to_fill (self);
}

guint
tilescribe_transcript_text_get_n_segments (TilescribeTranscriptText *self)
{
  return self->segments != NULL ? self->segments->len : 0;
}

const ScribeSegment *
tilescribe_transcript_text_get_segment (TilescribeTranscriptText *self, guint n)
{
  g_return_val_if_fail (n < tilescribe_transcript_text_get_n_segments (self), NULL);

  return self->segments->pdata[n];
}

static void
show_again (TilescribeTranscriptText *self, guint line)
{
  GtkTextIter start, end;

  if (line >= self->n_shown)
    return;
  tilescribe_heard_word_forget_line (self->heard, line);
  tilescribe_line_bounds (get_buffer (self), line, &start, &end);
  gtk_text_buffer_delete (get_buffer (self), &start, &end);
  tilescribe_line_insert (get_buffer (self), &start, line, self->segments->pdata[line], self->looks->unsure);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

void
tilescribe_transcript_text_replace (TilescribeTranscriptText *self, guint n, ScribeSegment *segment)
{
  g_return_if_fail (self->segments != NULL && n < self->segments->len);

  scribe_segment_free (self->segments->pdata[n]);
  self->segments->pdata[n] = segment;
  if (self->edit == NULL || tilescribe_paragraph_edit_get_line (self->edit) != n)
    show_again (self, n);
}

/* --- Editing --- */

static void
mark_edited (TilescribeTranscriptText *self, gboolean on)
{
  GtkTextIter start, end;

  tilescribe_line_bounds (get_buffer (self), tilescribe_paragraph_edit_get_line (self->edit), &start, &end);
  gtk_text_iter_forward_char (&end); /* an empty paragraph is marked too */
  if (on)
    gtk_text_buffer_apply_tag (get_buffer (self), self->looks->edited, &start, &end);
  else
    gtk_text_buffer_remove_tag (get_buffer (self), self->looks->edited, &start, &end);
}

gboolean
tilescribe_transcript_text_begin_edit (TilescribeTranscriptText *self)
{
  GtkTextIter cursor;
  guint line;

  gtk_text_buffer_get_iter_at_mark (get_buffer (self), &cursor, gtk_text_buffer_get_insert (get_buffer (self)));
  line = gtk_text_iter_get_line (&cursor);
  if (self->edit != NULL || line >= self->n_shown)
    return FALSE;
  tilescribe_heard_word_forget_line (self->heard, line);
  gtk_text_buffer_place_cursor (get_buffer (self), &cursor);
  self->edit = tilescribe_paragraph_edit_new (get_buffer (self), line);
  mark_edited (self, TRUE);
  gtk_text_view_set_editable (GTK_TEXT_VIEW (self), TRUE);
  gtk_text_view_scroll_mark_onscreen (GTK_TEXT_VIEW (self), gtk_text_buffer_get_insert (get_buffer (self)));
  gtk_widget_grab_focus (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_EDITING]);
  return TRUE;
}

void
tilescribe_transcript_text_end_edit (TilescribeTranscriptText *self, gboolean keep)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  guint line;

  if (self->edit == NULL)
    return;
  line = tilescribe_paragraph_edit_get_line (self->edit);
  before = tilescribe_text_to_paragraph (((ScribeSegment *) self->segments->pdata[line])->text);
  after = tilescribe_paragraph_edit_get_text (self->edit);
  mark_edited (self, FALSE);
  g_clear_pointer (&self->edit, tilescribe_paragraph_edit_free);
  gtk_text_view_set_editable (GTK_TEXT_VIEW (self), FALSE);
  if (keep && !g_str_equal (before, after))
    {
      const ScribeSegment *segment = self->segments->pdata[line];
      g_autofree char *text = tilescribe_paragraph_to_text (after, segment->text);

      g_signal_emit (self, signals[SIGNAL_EDITED], 0, line, text);
    }
  else
    show_again (self, line);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_EDITING]);
  begin_to_fill (self);
}

gboolean
tilescribe_transcript_text_is_editing (TilescribeTranscriptText *self)
{
  return self->edit != NULL;
}

/* --- Clicks and keys --- */

static void
play_from (TilescribeTranscriptText *self, const GtkTextIter *where)
{
  guint line = gtk_text_iter_get_line (where);
  g_autoptr (GArray) spans = NULL;
  const TilescribeWordSpan *word;

  if (line >= self->n_shown)
    return;
  spans = tilescribe_line_find_words (get_buffer (self), line, self->segments->pdata[line]);
  word = tilescribe_word_at_character (spans, gtk_text_iter_get_line_offset (where));
  if (word != NULL)
    g_signal_emit (self, signals[SIGNAL_PLAY], 0, word->from);
}

static void
on_clicked (GtkTextView *view, GtkTextIter *where, gpointer unused)
{
  TilescribeTranscriptText *self = TILESCRIBE_TRANSCRIPT_TEXT (view);

  if (self->edit == NULL)
    play_from (self, where);
  else if (tilescribe_paragraph_edit_get_line (self->edit) != (guint) gtk_text_iter_get_line (where))
    {
      GtkTextMark *there = gtk_text_buffer_create_mark (get_buffer (self), NULL, where, FALSE);

      tilescribe_transcript_text_end_edit (self, TRUE);
      gtk_text_buffer_get_iter_at_mark (get_buffer (self), where, there);
      gtk_text_buffer_delete_mark (get_buffer (self), there);
      gtk_text_buffer_place_cursor (get_buffer (self), where);
      tilescribe_transcript_text_begin_edit (self);
    }
}

static gboolean
on_edit_key (TilescribeTranscriptText *self, guint key, GdkModifierType state)
{
  gboolean enter = key == GDK_KEY_Return || key == GDK_KEY_KP_Enter;

  if (key == GDK_KEY_space && (state & GDK_CONTROL_MASK))
    {
      g_signal_emit (self, signals[SIGNAL_TOGGLE], 0);
      return GDK_EVENT_STOP;
    }
  if (key != GDK_KEY_Escape && !(enter && (state & GDK_CONTROL_MASK)))
    return GDK_EVENT_PROPAGATE;
  tilescribe_transcript_text_end_edit (self, enter);
  return GDK_EVENT_STOP;
}

static gboolean
on_key (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state, TilescribeTranscriptText *self)
{
  GtkTextIter cursor;

  if (self->edit != NULL)
    return on_edit_key (self, key, state);
  if (state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SHIFT_MASK))
    return GDK_EVENT_PROPAGATE;
  if (key == GDK_KEY_space)
    {
      g_signal_emit (self, signals[SIGNAL_TOGGLE], 0);
      return GDK_EVENT_STOP;
    }
  if (key != GDK_KEY_Return && key != GDK_KEY_KP_Enter)
    return GDK_EVENT_PROPAGATE;
  gtk_text_buffer_get_iter_at_mark (get_buffer (self), &cursor, gtk_text_buffer_get_insert (get_buffer (self)));
  play_from (self, &cursor);
  return GDK_EVENT_STOP;
}

/* Whoever scrolls wants to read elsewhere. */
static gboolean
on_scroll (GtkEventControllerScroll *controller, double dx, double dy, TilescribeTranscriptText *self)
{
  if (self->follow)
    g_object_set (self, "follow", FALSE, NULL);
  return GDK_EVENT_PROPAGATE;
}

/* As plain text with the line breaks of other programs, not as a piece of this buffer with its tags. */
static void
tilescribe_transcript_text_copy_clipboard (GtkTextView *view)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);
  g_autofree char *selected = NULL;
  g_autofree char *text = NULL;
  GtkTextIter start, end;

  if (!gtk_text_buffer_get_selection_bounds (buffer, &start, &end))
    return;
  selected = gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
  text = tilescribe_paragraph_to_text (selected, "");
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (view)), text);
}

/* --- Looks --- */

static void
tilescribe_transcript_text_snapshot_layer (GtkTextView *view, GtkTextViewLayer layer, GtkSnapshot *snapshot)
{
  TilescribeTranscriptText *self = TILESCRIBE_TRANSCRIPT_TEXT (view);

  if (layer == GTK_TEXT_VIEW_LAYER_BELOW_TEXT && self->segments != NULL)
    tilescribe_looks_draw_times (view, snapshot, self->segments, self->n_shown);
}

static void
tilescribe_transcript_text_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  TilescribeTranscriptText *self = TILESCRIBE_TRANSCRIPT_TEXT (widget);

  GTK_WIDGET_CLASS (tilescribe_transcript_text_parent_class)->css_changed (widget, change);
  if (self->looks != NULL)
    tilescribe_looks_paint (self->looks, widget, self->shading);
}

/* --- The object --- */

static void
tilescribe_transcript_text_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  TilescribeTranscriptText *self = TILESCRIBE_TRANSCRIPT_TEXT (object);

  switch (id)
    {
    case PROP_FOLLOW:
      g_value_set_boolean (value, self->follow);
      break;
    case PROP_SHADING:
      g_value_set_boolean (value, self->shading);
      break;
    case PROP_EDITING:
      g_value_set_boolean (value, self->edit != NULL);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

static void
tilescribe_transcript_text_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  TilescribeTranscriptText *self = TILESCRIBE_TRANSCRIPT_TEXT (object);

  switch (id)
    {
    case PROP_FOLLOW:
      self->follow = g_value_get_boolean (value);
      break;
    case PROP_SHADING:
      self->shading = g_value_get_boolean (value);
      tilescribe_looks_paint (self->looks, GTK_WIDGET (self), self->shading);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

static void
tilescribe_transcript_text_dispose (GObject *object)
{
  TilescribeTranscriptText *self = TILESCRIBE_TRANSCRIPT_TEXT (object);

  g_clear_handle_id (&self->fill_id, g_source_remove);
  g_clear_pointer (&self->edit, tilescribe_paragraph_edit_free);
  g_clear_pointer (&self->heard, tilescribe_heard_word_free);
  g_clear_pointer (&self->segments, g_ptr_array_unref);
  g_clear_pointer (&self->looks, tilescribe_looks_free);
  G_OBJECT_CLASS (tilescribe_transcript_text_parent_class)->dispose (object);
}

static void
tilescribe_transcript_text_class_init (TilescribeTranscriptTextClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GtkTextViewClass *text_view_class = GTK_TEXT_VIEW_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  const GType type = G_TYPE_FROM_CLASS (klass);

  object_class->get_property = tilescribe_transcript_text_get_property;
  object_class->set_property = tilescribe_transcript_text_set_property;
  object_class->dispose = tilescribe_transcript_text_dispose;
  widget_class->css_changed = tilescribe_transcript_text_css_changed;
  text_view_class->snapshot_layer = tilescribe_transcript_text_snapshot_layer;
  text_view_class->copy_clipboard = tilescribe_transcript_text_copy_clipboard;

  props[PROP_FOLLOW] = g_param_spec_boolean ("follow", NULL, NULL, TRUE, flags);
  props[PROP_SHADING] = g_param_spec_boolean ("shading", NULL, NULL, FALSE, flags);
  props[PROP_EDITING] = g_param_spec_boolean ("editing", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  signals[SIGNAL_PLAY] = g_signal_new ("play", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_DOUBLE);
  signals[SIGNAL_TOGGLE] = g_signal_new ("toggle", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_EDITED] = g_signal_new ("edited", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_UINT,
                                         G_TYPE_STRING);
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
add_controllers (TilescribeTranscriptText *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkEventController *wheel = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);

  tilescribe_add_text_click (GTK_TEXT_VIEW (self), on_clicked, NULL);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (on_key), self);
  g_signal_connect (wheel, "scroll", G_CALLBACK (on_scroll), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  gtk_widget_add_controller (GTK_WIDGET (self), wheel);
}

static void
tilescribe_transcript_text_init (TilescribeTranscriptText *self)
{
  GtkTextView *view = GTK_TEXT_VIEW (self);

  self->follow = TRUE;
  self->looks = tilescribe_looks_new ();
  self->heard = tilescribe_heard_word_new (GTK_TEXT_VIEW (self), self->looks->current);
  add_controllers (self);
  begin_anew (self);
  gtk_text_view_set_editable (view, FALSE);
  gtk_text_view_set_wrap_mode (view, GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_left_margin (view, TILESCRIBE_LEFT_MARGIN);
  gtk_text_view_set_right_margin (view, 18);
  gtk_text_view_set_top_margin (view, 12);
  gtk_text_view_set_bottom_margin (view, 24);
  gtk_text_view_set_pixels_inside_wrap (view, 3);
  gtk_text_view_set_pixels_below_lines (view, 10);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Transcript"), -1);
}
