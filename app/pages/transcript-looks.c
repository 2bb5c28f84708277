/* transcript-looks.c - what a transcript's words look like, and the times in its margin
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/transcript-looks.h"

#include "pages/clock-text.h"

#define GAP   14  /* pixels between a time and its paragraph */
#define ALPHA 0.6 /* of a time */

/* Later ones win: what is heard is seen in whatever else is the case. */
TilescribeLooks *
tilescribe_looks_new (void)
{
  TilescribeLooks *looks = g_new0 (TilescribeLooks, 1);
  GtkTextTag **const tags[] = { &looks->edited, &looks->unsure, &looks->match, &looks->current };
  static const char *const names[] = { "edited", "unsure", "match", "current" };

  looks->tags = gtk_text_tag_table_new ();
  for (guint i = 0; i < G_N_ELEMENTS (tags); i++)
    {
      *tags[i] = gtk_text_tag_new (names[i]);
      gtk_text_tag_table_add (looks->tags, *tags[i]);
      g_object_unref (*tags[i]); /* the table's from now on */
    }
  /* GTK 4.8 draws a line anew only for a tag that may change its size, so these claim to. */
  g_object_set (looks->match, "rise", 0, NULL);
  g_object_set (looks->current, "rise", 0, NULL);
  return looks;
}

void
tilescribe_looks_free (TilescribeLooks *looks)
{
  g_object_unref (looks->tags);
  g_free (looks);
}

static GdkRGBA
look_up (GtkWidget *widget, const char *name, float alpha)
{
  GdkRGBA color = { 0.5, 0.5, 0.5, 1 };

  gtk_style_context_lookup_color (gtk_widget_get_style_context (widget), name, &color);
  color.alpha *= alpha;
  return color;
}

void
tilescribe_looks_paint (TilescribeLooks *looks, GtkWidget *widget, gboolean shading)
{
  GdkRGBA accent = look_up (widget, "accent_bg_color", 1), on_accent = look_up (widget, "accent_fg_color", 1);
  GdkRGBA edited = look_up (widget, "accent_bg_color", 0.12f);
  GdkRGBA warning = look_up (widget, "warning_color", 1), warning_shade = look_up (widget, "warning_color", 0.18f);
  GdkRGBA found = look_up (widget, "warning_bg_color", 1), on_found = look_up (widget, "warning_fg_color", 1);

  if (gdk_rgba_equal (&warning, &looks->painted_for) && shading == looks->shaded)
    return;
  looks->painted_for = warning;
  looks->shaded = shading;
  g_object_set (looks->unsure, "underline", PANGO_UNDERLINE_SINGLE, "underline-rgba", &warning, "background-rgba", &warning_shade,
                "underline-set", shading, "underline-rgba-set", shading, "background-set", shading, NULL);
  g_object_set (looks->edited, "paragraph-background-rgba", &edited, NULL);
  g_object_set (looks->match, "background-rgba", &found, "foreground-rgba", &on_found, NULL);
  g_object_set (looks->current, "background-rgba", &accent, "foreground-rgba", &on_accent, NULL);
}

static void
draw_time (GtkWidget *widget, GtkSnapshot *snapshot, double seconds, int y)
{
  g_autofree char *text = tilescribe_clock_text (seconds);
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (widget, text);
  GdkRGBA color;
  int width;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &color);
  color.alpha *= ALPHA;
  pango_layout_get_pixel_size (layout, &width, NULL);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (TILESCRIBE_LEFT_MARGIN - GAP - width, y));
  gtk_snapshot_append_layout (snapshot, layout, &color);
  gtk_snapshot_restore (snapshot);
}

void
tilescribe_looks_draw_times (GtkTextView *view, GtkSnapshot *snapshot, GPtrArray *segments, guint n_lines)
{
  GdkRectangle seen, place;
  GtkTextIter line;

  gtk_text_view_get_visible_rect (view, &seen);
  gtk_text_view_get_line_at_y (view, &line, seen.y, NULL);
  do
    {
      guint n = gtk_text_iter_get_line (&line);

      gtk_text_view_get_iter_location (view, &line, &place);
      if (place.y > seen.y + seen.height || n >= n_lines)
        break;
      draw_time (GTK_WIDGET (view), snapshot, ((const ScribeSegment *) segments->pdata[n])->start, place.y);
    }
  while (gtk_text_iter_forward_line (&line));
}
