/* ink.c - colours and lettering of what is drawn by hand, as the theme has them
 *
 * SPDX-License-Identifier: MIT
 */
#include "widgets/ink.h"

#include <adwaita.h>
#include <math.h>

#define CHART_FONT_SCALE 0.85
#define HATCHING         6 /* pixels between two lines */
#define FOCUS_CORNER     6
#define FOCUS_WIDTH      2

GdkRGBA
tilescribe_ink_color (GtkWidget *widget, const char *name)
{
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  GdkRGBA color;

  if (!gtk_style_context_lookup_color (style, name, &color))
    gtk_style_context_get_color (style, &color);
  return color;
}

GdkRGBA
tilescribe_ink_text_color (GtkWidget *widget, double strength)
{
  GdkRGBA color;

  if (adw_style_manager_get_high_contrast (adw_style_manager_get_for_display (gtk_widget_get_display (widget))))
    strength = 0.5 + strength / 2;
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &color);
  color.alpha *= strength;
  return color;
}

PangoLayout *
tilescribe_ink_layout (GtkWidget *widget, const char *text)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (widget, text);
  PangoAttrList *attributes = pango_attr_list_new ();

  pango_attr_list_insert (attributes, pango_attr_scale_new (CHART_FONT_SCALE));
  pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
  pango_layout_set_attributes (layout, attributes);
  pango_attr_list_unref (attributes);
  return layout;
}

void
tilescribe_ink_draw_layout (GtkSnapshot *snapshot, PangoLayout *layout, double x, double y, const GdkRGBA *color)
{
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) x, (float) y));
  gtk_snapshot_append_layout (snapshot, layout, color);
  gtk_snapshot_restore (snapshot);
}

void
tilescribe_ink_draw_hatching (GtkSnapshot *snapshot, const graphene_rect_t *area, const GdkRGBA *color)
{
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, area);
  double left = area->origin.x, top = area->origin.y, height = area->size.height;

  gdk_cairo_set_source_rgba (cr, color);
  cairo_set_line_width (cr, 1);
  for (int i = (int) floor ((left - height) / HATCHING); i * HATCHING < left + area->size.width; i++)
    {
      double x = i * HATCHING;

      cairo_move_to (cr, x, top + height);
      cairo_line_to (cr, x + height, top);
    }
  cairo_stroke (cr);
  cairo_destroy (cr);
}

void
tilescribe_ink_draw_focus (GtkWidget *widget, GtkSnapshot *snapshot)
{
  GdkRGBA color = tilescribe_ink_color (widget, "accent_color");
  GskRoundedRect frame;

  gsk_rounded_rect_init_from_rect (
      &frame, &GRAPHENE_RECT_INIT (0, 0, gtk_widget_get_width (widget), gtk_widget_get_height (widget)), FOCUS_CORNER);
  gtk_snapshot_append_border (snapshot, &frame, (const float[]){ FOCUS_WIDTH, FOCUS_WIDTH, FOCUS_WIDTH, FOCUS_WIDTH },
                              (const GdkRGBA[]){ color, color, color, color });
}
