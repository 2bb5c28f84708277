/* history-row.c - a transcript in the list of the history, as it looks
 *
 * First words, or where a search has found what; below, in small letters, what it is of, and what is not as it should be. A row whose item
 * has not been read yet keeps its height, so that nothing jumps when it is.
 * Texts are inscriptions and not labels: their size does not depend on what they say, so a list of two hundred rows that all say something
 * else need not lay out all their texts to know how large it is.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/history-row.h"

#include "pages/history-text.h"

#include <glib/gi18n.h>

struct _TilescribeHistoryRow
{
  AdwBin parent;

  GtkImage *kind;
  GtkInscription *words;
  GtkInscription *facts;
  GtkLabel *state;
  GtkImage *pin;
  GtkWidget *menu_button;
  TilescribeHistoryItem *item;
};

G_DEFINE_FINAL_TYPE (TilescribeHistoryRow, tilescribe_history_row, ADW_TYPE_BIN)

enum
{
  MENU,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
say (GtkInscription *inscription, const char *text)
{
  gtk_inscription_set_attributes (inscription, NULL);
  gtk_inscription_set_text (inscription, text);
}

static void
show_words (TilescribeHistoryRow *self, const ScribeTranscript *t)
{
  g_autofree char *markup = tilescribe_history_markup (t->snippet);

  if (*markup != '\0')
    gtk_inscription_set_markup (self->words, markup);
  else
    say (self->words, t->state == SCRIBE_STATE_RECORDING ? _ ("Listening…") : _ ("No words"));
}

static void
show_state (TilescribeHistoryRow *self, const ScribeTranscript *t)
{
  const char *state = tilescribe_history_state (t);

  gtk_label_set_text (self->state, state != NULL ? state : "");
  gtk_widget_set_visible (GTK_WIDGET (self->state), state != NULL);
  gtk_widget_remove_css_class (GTK_WIDGET (self->state), "error");
  gtk_widget_remove_css_class (GTK_WIDGET (self->state), "warning");
  if (state != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->state), t->state == SCRIBE_STATE_FAILED ? "error" : "warning");
}

/* For a screen reader, in one sentence what the eye sees. */
static void
name_it (TilescribeHistoryRow *self, const ScribeTranscript *t)
{
  const char *parts[] = { t->kind == SCRIBE_KIND_DICTATION ? _ ("Dictation") : _ ("File"),
                          gtk_inscription_get_text (self->words),
                          gtk_inscription_get_text (self->facts),
                          t->pinned ? _ ("Pinned") : tilescribe_history_state (t),
                          t->pinned ? tilescribe_history_state (t) : NULL,
                          NULL };
  g_autofree char *name = g_strjoinv (", ", (char **) parts);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
update (TilescribeHistoryRow *self)
{
  const ScribeTranscript *t = tilescribe_history_item_get_transcript (self->item);
  g_autoptr (GDateTime) now = NULL;
  g_autofree char *facts = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->pin), t != NULL && t->pinned);
  gtk_widget_set_sensitive (self->menu_button, t != NULL);
  gtk_widget_set_opacity (self->menu_button, t != NULL ? 1 : 0);
  if (t == NULL)
    {
      say (self->words, "");
      say (self->facts, "");
      gtk_image_clear (self->kind);
      gtk_widget_set_visible (GTK_WIDGET (self->state), FALSE);
      return;
    }
  now = g_date_time_new_now_local ();
  facts = tilescribe_history_facts (t, now);
  show_words (self, t);
  say (self->facts, facts);
  gtk_image_set_from_icon_name (self->kind, t->kind == SCRIBE_KIND_DICTATION ? "audio-input-microphone-symbolic"
                                                                             : "audio-x-generic-symbolic");
  show_state (self, t);
  name_it (self, t);
}

void
tilescribe_history_row_set_item (TilescribeHistoryRow *self, TilescribeHistoryItem *item)
{
  if (self->item != NULL)
    g_signal_handlers_disconnect_by_func (self->item, update, self);
  g_set_object (&self->item, item);
  if (item != NULL)
    {
      g_signal_connect_object (item, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
      update (self);
    }
}

TilescribeHistoryItem *
tilescribe_history_row_get_item (TilescribeHistoryRow *self)
{
  return self->item;
}

static void
on_secondary_click (TilescribeHistoryRow *self, int n_press, double x, double y, GtkGesture *gesture)
{
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  g_signal_emit (self, signals[MENU], 0, x, y);
}

static void
on_long_press (TilescribeHistoryRow *self, double x, double y, GtkGesture *gesture)
{
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  g_signal_emit (self, signals[MENU], 0, x, y);
}

static void
on_menu_clicked (TilescribeHistoryRow *self)
{
  graphene_rect_t place;

  if (gtk_widget_compute_bounds (self->menu_button, GTK_WIDGET (self), &place))
    g_signal_emit (self, signals[MENU], 0, place.origin.x + place.size.width / 2., place.origin.y + place.size.height - 6.);
}

static void
tilescribe_history_row_dispose (GObject *object)
{
  g_clear_object (&TILESCRIBE_HISTORY_ROW (object)->item);
  G_OBJECT_CLASS (tilescribe_history_row_parent_class)->dispose (object);
}

static void
tilescribe_history_row_class_init (TilescribeHistoryRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tilescribe_history_row_dispose;
  signals[MENU] = g_signal_new ("menu", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/tilescribe/Tilescribe/pages/history-row.ui");
  gtk_widget_class_bind_template_child (widget_class, TilescribeHistoryRow, kind);
  gtk_widget_class_bind_template_child (widget_class, TilescribeHistoryRow, words);
  gtk_widget_class_bind_template_child (widget_class, TilescribeHistoryRow, facts);
  gtk_widget_class_bind_template_child (widget_class, TilescribeHistoryRow, state);
  gtk_widget_class_bind_template_child (widget_class, TilescribeHistoryRow, pin);
  gtk_widget_class_bind_template_child (widget_class, TilescribeHistoryRow, menu_button);
  gtk_widget_class_bind_template_callback (widget_class, on_secondary_click);
  gtk_widget_class_bind_template_callback (widget_class, on_long_press);
  gtk_widget_class_bind_template_callback (widget_class, on_menu_clicked);
}

static void
tilescribe_history_row_init (TilescribeHistoryRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
tilescribe_history_row_new (void)
{
  return g_object_new (TILESCRIBE_TYPE_HISTORY_ROW, NULL);
}
