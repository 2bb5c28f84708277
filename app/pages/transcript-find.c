/* transcript-find.c - looks for words in a transcript: a search bar that knows its text
 *
 *   words --slices of a few milliseconds, paragraph by paragraph--> places [n], each tagged "match"
 *
 * All places are found, not only the next: they are counted, and stand out as one scrolls. The one that was gone to is selected, so
 * that an edit or a copy begins there.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/transcript-find.h"

#include <glib/gi18n.h>

#define SLICE      (4 * G_TIME_SPAN_MILLISECOND)
#define MAX_PLACES 10000

typedef struct
{
  guint line, start, length; /* characters */
} Place;

struct _TilescribeTranscriptFind
{
  AdwBin parent;

  GtkSearchBar *bar;
  GtkSearchEntry *entry;
  GtkLabel *count;

  TilescribeTranscriptText *text;
  GArray *places; /* of Place */
  int at;         /* the place that was gone to; -1: none */
  int next_line;  /* to be searched */
  guint search_id;
};

G_DEFINE_FINAL_TYPE (TilescribeTranscriptFind, tilescribe_transcript_find, ADW_TYPE_BIN)

static GtkTextBuffer *
get_buffer (TilescribeTranscriptFind *self)
{
  return gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->text));
}

static const char *
get_words (TilescribeTranscriptFind *self)
{
  return gtk_editable_get_text (GTK_EDITABLE (self->entry));
}

static void
show_count (TilescribeTranscriptFind *self)
{
  g_autofree char *text = NULL;

  if (*get_words (self) == '\0')
    text = g_strdup ("");
  else if (self->places->len == 0)
    text = g_strdup (self->search_id != 0 ? "…" : _ ("Not found"));
  else
    /* TRANSLATORS: which of the places found is shown, "3 of 17" */
    text = g_strdup_printf (_ ("%d of %u"), self->at + 1, self->places->len);
  gtk_label_set_label (self->count, text);
}

static void
go_to (TilescribeTranscriptFind *self, int at)
{
  const Place *place = &g_array_index (self->places, Place, at);
  GtkTextIter start, end;

  if ((int) place->line >= gtk_text_buffer_get_line_count (get_buffer (self)))
    return;
  gtk_text_buffer_get_iter_at_line (get_buffer (self), &start, place->line);
  gtk_text_iter_forward_chars (&start, place->start);
  end = start;
  gtk_text_iter_forward_chars (&end, place->length);
  gtk_text_buffer_select_range (get_buffer (self), &start, &end);
  g_object_set (self->text, "follow", FALSE, NULL);
  gtk_text_view_scroll_to_mark (GTK_TEXT_VIEW (self->text), gtk_text_buffer_get_insert (get_buffer (self)), 0.1, FALSE, 0, 0);
  self->at = at;
  show_count (self);
}

/* --- Searching --- */

static void
search_line (TilescribeTranscriptFind *self, guint line)
{
  GtkTextTag *tag = gtk_text_tag_table_lookup (gtk_text_buffer_get_tag_table (get_buffer (self)), "match");
  GtkTextIter from, limit, start, end;

  gtk_text_buffer_get_iter_at_line (get_buffer (self), &from, line);
  limit = from;
  gtk_text_iter_forward_line (&limit);
  while (self->places->len < MAX_PLACES
         && gtk_text_iter_forward_search (&from, get_words (self), GTK_TEXT_SEARCH_CASE_INSENSITIVE, &start, &end, &limit))
    {
      Place place = { line, gtk_text_iter_get_line_offset (&start),
                      gtk_text_iter_get_offset (&end) - gtk_text_iter_get_offset (&start) };

      gtk_text_buffer_apply_tag (get_buffer (self), tag, &start, &end);
      g_array_append_val (self->places, place);
      from = end;
    }
}

static gboolean
search (gpointer data)
{
  TilescribeTranscriptFind *self = data;
  gint64 enough = g_get_monotonic_time () + SLICE;
  int n_lines = gtk_text_buffer_get_line_count (get_buffer (self));
  gboolean more;

  while (self->next_line < n_lines && g_get_monotonic_time () < enough)
    search_line (self, self->next_line++);
  more = self->next_line < n_lines && self->places->len < MAX_PLACES;
  if (!more)
    {
      self->search_id = 0;
      self->at = MIN (self->at, (int) self->places->len - 1); /* the text may hold fewer than before */
    }
  if (self->at < 0 && self->places->len > 0)
    go_to (self, 0);
  else
    show_count (self);
  return more;
}

static void
stop (TilescribeTranscriptFind *self)
{
  GtkTextIter start, end;

  g_clear_handle_id (&self->search_id, g_source_remove);
  if (self->places->len > 0)
    {
      gtk_text_buffer_get_bounds (get_buffer (self), &start, &end);
      gtk_text_buffer_remove_tag_by_name (get_buffer (self), "match", &start, &end);
    }
  g_array_set_size (self->places, 0);
  self->next_line = 0;
  self->at = -1;
}

static void
begin (TilescribeTranscriptFind *self)
{
  if (self->text == NULL)
    return;
  stop (self);
  if (gtk_search_bar_get_search_mode (self->bar) && *get_words (self) != '\0')
    self->search_id = g_idle_add (search, self);
  show_count (self);
}

static void
on_words_changed (TilescribeTranscriptFind *self)
{
  begin (self);
}

/* Where one is stays where it is: the text is searched again, but not gone through. */
static void
on_text_changed (TilescribeTranscriptFind *self)
{
  int at = self->at;

  begin (self);
  self->at = at;
}

static void
on_mode_changed (TilescribeTranscriptFind *self)
{
  begin (self);
  if (gtk_search_bar_get_search_mode (self->bar))
    gtk_widget_grab_focus (GTK_WIDGET (self->entry));
  else if (self->text != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (self->text));
}

static void
step (TilescribeTranscriptFind *self, int by)
{
  int n = (int) self->places->len;

  if (n > 0)
    go_to (self, (self->at + by + n) % n);
}

static void
on_next (TilescribeTranscriptFind *self)
{
  step (self, 1);
}

static void
on_previous (TilescribeTranscriptFind *self)
{
  step (self, -1);
}

/* --- Public --- */

void
tilescribe_transcript_find_set_text (TilescribeTranscriptFind *self, TilescribeTranscriptText *text)
{
  self->text = text;
  g_signal_connect_object (text, "changed", G_CALLBACK (on_text_changed), self, G_CONNECT_SWAPPED);
}

GtkSearchBar *
tilescribe_transcript_find_get_bar (TilescribeTranscriptFind *self)
{
  return self->bar;
}

guint
tilescribe_transcript_find_get_n_found (TilescribeTranscriptFind *self)
{
  return self->places->len;
}

static void
tilescribe_transcript_find_dispose (GObject *object)
{
  TilescribeTranscriptFind *self = TILESCRIBE_TRANSCRIPT_FIND (object);

  g_clear_handle_id (&self->search_id, g_source_remove);
  self->text = NULL;
  G_OBJECT_CLASS (tilescribe_transcript_find_parent_class)->dispose (object);
}

static void
tilescribe_transcript_find_finalize (GObject *object)
{
  g_array_unref (TILESCRIBE_TRANSCRIPT_FIND (object)->places);
  G_OBJECT_CLASS (tilescribe_transcript_find_parent_class)->finalize (object);
}

static void
tilescribe_transcript_find_class_init (TilescribeTranscriptFindClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tilescribe_transcript_find_dispose;
  G_OBJECT_CLASS (klass)->finalize = tilescribe_transcript_find_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/tilescribe/Tilescribe/pages/transcript-find.ui");
  gtk_widget_class_bind_template_child (widget_class, TilescribeTranscriptFind, bar);
  gtk_widget_class_bind_template_child (widget_class, TilescribeTranscriptFind, entry);
  gtk_widget_class_bind_template_child (widget_class, TilescribeTranscriptFind, count);
  gtk_widget_class_bind_template_callback (widget_class, on_mode_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_words_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_next);
  gtk_widget_class_bind_template_callback (widget_class, on_previous);
}

static void
tilescribe_transcript_find_init (TilescribeTranscriptFind *self)
{
  self->places = g_array_new (FALSE, FALSE, sizeof (Place));
  self->at = -1;
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_search_bar_connect_entry (self->bar, GTK_EDITABLE (self->entry));
}
