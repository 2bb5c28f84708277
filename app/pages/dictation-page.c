/* dictation-page.c - what is said, as it is said
 *
 * The text view holds the finished utterances, then what is being said: its stable words plain, the rest dim. Only the part after
 * the mark "growing" is ever replaced. A dictation is listened to for its utterances until it has ended, although the next one may
 * be growing by then.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/dictation-page.h"

#include "pages/plain-text.h"
#include "widgets/ink.h"
#include "widgets/level-meter.h"

#include <glib/gi18n.h>

#define MOST_SHOWN 100000 /* characters, hours of speech; all that was said is in the history */
#define DIM        0.6    /* of the text colour */

struct _TilescribeDictationPage
{
  AdwBin parent;

  GtkInfoBar *message_bar;
  GtkLabel *message;
  GtkStack *stack;
  AdwStatusPage *welcome;
  GtkScrolledWindow *scroller;
  GtkTextView *view;
  GtkToggleButton *button;
  GtkImage *button_icon;
  GtkLabel *status, *footer;
  TilescribeLevelMeter *meter;
  GtkWidget *cancel;

  GtkTextMark *growing; /* where what is being said begins */
  GtkTextTag *unstable;

  TilescribeDictator *dictator;
  ScribeSession *session;
  ScribeDictation *dictation;
};

G_DEFINE_FINAL_TYPE (TilescribeDictationPage, tilescribe_dictation_page, ADW_TYPE_BIN)

/* --- text */

static void
show_end (TilescribeDictationPage *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->view);
  GtkTextIter end;

  gtk_stack_set_visible_child_name (self->stack, "text");
  gtk_text_buffer_get_end_iter (buffer, &end);
  gtk_text_buffer_place_cursor (buffer, &end);
  gtk_text_view_scroll_mark_onscreen (self->view, gtk_text_buffer_get_insert (buffer));
}

static void
clear_growing (GtkTextBuffer *buffer, GtkTextMark *growing, GtkTextIter *at)
{
  GtkTextIter end;

  gtk_text_buffer_get_iter_at_mark (buffer, at, growing);
  gtk_text_buffer_get_end_iter (buffer, &end);
  gtk_text_buffer_delete (buffer, at, &end);
}

static void
show_growing (TilescribeDictationPage *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->view);
  const char *stable = scribe_dictation_get_stable (self->dictation), *unstable = scribe_dictation_get_unstable (self->dictation);
  GtkTextIter at;

  clear_growing (buffer, self->growing, &at);
  if (*stable == '\0' && *unstable == '\0')
    return;
  gtk_text_buffer_insert (buffer, &at, stable, -1);
  if (*stable && *unstable)
    gtk_text_buffer_insert (buffer, &at, " ", -1);
  gtk_text_buffer_insert_with_tags (buffer, &at, unstable, -1, self->unstable, NULL);
  show_end (self);
}

/* Who dictates all day does not fill the memory: whole lines from the top go. */
static void
forget_oldest (GtkTextBuffer *buffer)
{
  int too_many = gtk_text_buffer_get_char_count (buffer) - MOST_SHOWN;
  GtkTextIter start, end;

  if (too_many <= 0)
    return;
  gtk_text_buffer_get_start_iter (buffer, &start);
  gtk_text_buffer_get_iter_at_offset (buffer, &end, too_many);
  gtk_text_iter_forward_line (&end);
  gtk_text_buffer_delete (buffer, &start, &end);
}

/* Final: also of a dictation that still ends while the next one grows below. */
static void
on_utterance (ScribeDictation *dictation, const ScribeUtterance *utterance, TilescribeDictationPage *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->view);
  GtkTextIter at;

  clear_growing (buffer, self->growing, &at);
  gtk_text_buffer_insert (buffer, &at, utterance->text, -1);
  gtk_text_buffer_insert (buffer, &at, "\n", -1);
  gtk_text_buffer_move_mark (buffer, self->growing, &at);
  forget_oldest (buffer);
  if (self->dictation && dictation != self->dictation)
    show_growing (self);
  show_end (self);
}

static void
on_copy (TilescribeDictationPage *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->view);
  GtkTextIter start, end;
  g_autofree char *text = NULL;

  if (!gtk_text_buffer_get_selection_bounds (buffer, &start, &end))
    {
      gtk_text_buffer_get_start_iter (buffer, &start);
      gtk_text_buffer_get_iter_at_mark (buffer, &end, self->growing);
    }
  text = g_strchomp (gtk_text_buffer_get_text (buffer, &start, &end, FALSE));
  if (*text)
    gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
}

/* --- state */

static char *
status_of (TilescribeDictationPage *self)
{
  const char *microphone;

  if (self->dictation == NULL)
    {
      switch (scribe_session_get_state (self->session))
        {
        case SCRIBE_SESSION_LOADING:
          return g_strdup (_ ("The model is being loaded …"));
        case SCRIBE_SESSION_FAILED:
          return g_strdup (_ ("There is no model to listen with"));
        default:
          return g_strdup (_ ("Ready"));
        }
    }
  switch (scribe_dictation_get_state (self->dictation))
    {
    case SCRIBE_DICTATION_OPENING:
      return g_strdup (_ ("The microphone is being opened …"));
    case SCRIBE_DICTATION_LISTENING:
      microphone = scribe_dictation_get_microphone (self->dictation);
      return microphone ? g_strdup_printf (_ ("Listening: %s"), microphone) : g_strdup (_ ("Listening"));
    default:
      return g_strdup (_ ("Finishing …"));
    }
}

static void
show_state (TilescribeDictationPage *self)
{
  gboolean is_listening = tilescribe_dictator_is_listening (self->dictator);
  g_autofree char *status = status_of (self);

  gtk_label_set_text (self->status, status);
  gtk_toggle_button_set_active (self->button, is_listening);
  gtk_image_set_from_icon_name (self->button_icon,
                                is_listening ? "media-playback-stop-symbolic" : "audio-input-microphone-symbolic");
  gtk_widget_remove_css_class (GTK_WIDGET (self->button), is_listening ? "suggested-action" : "destructive-action");
  gtk_widget_add_css_class (GTK_WIDGET (self->button), is_listening ? "destructive-action" : "suggested-action");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  is_listening ? _ ("End dictation") : _ ("Start dictation"), -1);
  gtk_widget_set_sensitive (self->cancel, self->dictation != NULL);
}

/* How to begin, where the text goes, what it is made with. */
static void
show_footer (TilescribeDictationPage *self)
{
  const char *hotkey = tilescribe_dictator_get_hotkey (self->dictator);
  const char *trouble = tilescribe_dictator_get_hotkey_trouble (self->dictator);
  const char *insertion = tilescribe_dictator_get_insertion (self->dictator);
  const char *model = scribe_session_get_model (self->session);
  g_autoptr (GString) footer = g_string_new (insertion);
  g_autofree char *how = hotkey ? g_strdup_printf (_ ("Press %s in any window, or the button below."), hotkey)
                                : g_strdup (_ ("Press the button below."));

  if (trouble)
    g_string_append_printf (footer, "%s%s", footer->len > 0 ? "\n" : "", trouble);
  if (model)
    {
      g_string_append_c (footer, '\n');
      g_string_append_printf (footer, _ ("Model %s on %s: %s"), model, scribe_session_get_device (self->session),
                              scribe_session_get_device_reason (self->session));
      if (g_str_has_prefix (model, "starter"))
        g_string_append_printf (footer, "\n%s",
                                _ ("The starter model has only ever heard synthetic voices. Preferences offer real ones."));
    }
  gtk_label_set_text (self->footer, footer->str);
  tilescribe_status_page_set_plain_description (self->welcome, how);
}

static float
level_of (gpointer dictation)
{
  return scribe_dictation_get_level (dictation);
}

/* Its state and growing text; not its utterances, of which the last may be to come. */
static void
stop_watching (TilescribeDictationPage *self)
{
  if (self->dictation == NULL)
    return;
  g_signal_handlers_disconnect_by_func (self->dictation, show_state, self);
  g_signal_handlers_disconnect_by_func (self->dictation, show_growing, self);
  g_clear_object (&self->dictation);
}

static void
watch_dictation (TilescribeDictationPage *self)
{
  stop_watching (self);
  self->dictation = tilescribe_dictator_get_dictation (self->dictator);
  if (self->dictation)
    {
      g_object_ref (self->dictation);
      g_signal_connect_swapped (self->dictation, "notify::state", G_CALLBACK (show_state), self);
      g_signal_connect_swapped (self->dictation, "notify::stable", G_CALLBACK (show_growing), self);
      g_signal_connect_swapped (self->dictation, "notify::unstable", G_CALLBACK (show_growing), self);
      g_signal_connect_object (self->dictation, "utterance", G_CALLBACK (on_utterance), self, 0); /* as long as it lives */
      tilescribe_level_meter_set_source (self->meter, level_of, g_object_ref (self->dictation), g_object_unref);
    }
  else
    tilescribe_level_meter_set_source (self->meter, NULL, NULL, NULL);
  show_state (self);
}

/* --- messages */

void
tilescribe_dictation_page_tell (TilescribeDictationPage *self, const char *sentence)
{
  gtk_label_set_text (self->message, sentence);
  gtk_info_bar_set_revealed (self->message_bar, TRUE);
}

void
tilescribe_dictation_page_take_back (TilescribeDictationPage *self, const char *sentence)
{
  if (g_strcmp0 (gtk_label_get_text (self->message), sentence) == 0)
    gtk_info_bar_set_revealed (self->message_bar, FALSE);
}

static void
on_message_read (TilescribeDictationPage *self)
{
  gtk_info_bar_set_revealed (self->message_bar, FALSE);
}

/* --- its life */

void
tilescribe_dictation_page_set_up (TilescribeDictationPage *self, TilescribeDictator *dictator, ScribeSession *session)
{
  static const char *const footers[] = { "notify::model", "notify::device", "notify::state" };

  self->dictator = g_object_ref (dictator);
  self->session = g_object_ref (session);
  g_signal_connect_object (dictator, "notify::dictation", G_CALLBACK (watch_dictation), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dictator, "notify::hotkey", G_CALLBACK (show_footer), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dictator, "notify::insertion", G_CALLBACK (show_footer), self, G_CONNECT_SWAPPED);
  for (guint i = 0; i < G_N_ELEMENTS (footers); i++)
    g_signal_connect_object (session, footers[i], G_CALLBACK (show_footer), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::state", G_CALLBACK (show_state), self, G_CONNECT_SWAPPED);
  show_footer (self);
  watch_dictation (self);
}

static void
tilescribe_dictation_page_dispose (GObject *object)
{
  TilescribeDictationPage *self = TILESCRIBE_DICTATION_PAGE (object);

  stop_watching (self);
  g_clear_object (&self->dictator);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (tilescribe_dictation_page_parent_class)->dispose (object);
}

/* Dim in every theme, and to be read in each. */
static void
tilescribe_dictation_page_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  TilescribeDictationPage *self = TILESCRIBE_DICTATION_PAGE (widget);
  GdkRGBA color = tilescribe_ink_text_color (widget, DIM);

  GTK_WIDGET_CLASS (tilescribe_dictation_page_parent_class)->css_changed (widget, change);
  g_object_set (self->unstable, "foreground-rgba", &color, NULL);
}

static void
tilescribe_dictation_page_class_init (TilescribeDictationPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tilescribe_dictation_page_dispose;
  widget_class->css_changed = tilescribe_dictation_page_css_changed;
  g_type_ensure (TILESCRIBE_TYPE_LEVEL_METER);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/tilescribe/Tilescribe/pages/dictation-page.ui");
  gtk_widget_class_bind_template_child (widget_class, TilescribeDictationPage, message_bar);
  gtk_widget_class_bind_template_child (widget_class, TilescribeDictationPage, message);
  gtk_widget_class_bind_template_child (widget_class, TilescribeDictationPage, stack);
  gtk_widget_class_bind_template_child (widget_class, TilescribeDictationPage, welcome);
  gtk_widget_class_bind_template_child (widget_class, TilescribeDictationPage, scroller);
  gtk_widget_class_bind_template_child (widget_class, TilescribeDictationPage, view);
  gtk_widget_class_bind_template_child (widget_class, TilescribeDictationPage, button);
  gtk_widget_class_bind_template_child (widget_class, TilescribeDictationPage, button_icon);
  gtk_widget_class_bind_template_child (widget_class, TilescribeDictationPage, status);
  gtk_widget_class_bind_template_child (widget_class, TilescribeDictationPage, footer);
  gtk_widget_class_bind_template_child (widget_class, TilescribeDictationPage, meter);
  gtk_widget_class_bind_template_child (widget_class, TilescribeDictationPage, cancel);
  gtk_widget_class_bind_template_callback (widget_class, on_message_read);
  gtk_widget_class_bind_template_callback (widget_class, on_copy);
}

static void
tilescribe_dictation_page_init (TilescribeDictationPage *self)
{
  GtkTextBuffer *buffer;
  GtkTextIter start;

  gtk_widget_init_template (GTK_WIDGET (self));
  buffer = gtk_text_view_get_buffer (self->view);
  gtk_text_buffer_get_start_iter (buffer, &start);
  self->growing = gtk_text_buffer_create_mark (buffer, "growing", &start, TRUE);
  self->unstable = gtk_text_buffer_create_tag (buffer, "unstable", "style", PANGO_STYLE_ITALIC, NULL);
}
