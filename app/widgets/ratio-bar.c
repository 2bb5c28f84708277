/* ratio-bar.c - a share of what is allowed: full at 1, warning from there on; hatched where it is not measured
 *
 * SPDX-License-Identifier: MIT
 */
#include "widgets/ratio-bar.h"

#include "widgets/axis.h"
#include "widgets/ink.h"

#include <glib/gi18n.h>
#include <math.h>

#define THICKNESS   8
#define LEAST_WIDTH 60
#define TRACK       2 /* pixels high */
#define FAINT       0.25

struct _TilescribeRatioBar
{
  GtkWidget parent;

  double ratio;
};

G_DEFINE_FINAL_TYPE (TilescribeRatioBar, tilescribe_ratio_bar, GTK_TYPE_WIDGET)

static void
tell (TilescribeRatioBar *self)
{
  g_autofree char *figure = isnan (self->ratio) ? g_strdup (_ ("not measured")) : tilescribe_axis_figure (self->ratio);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_NOW,
                                  isnan (self->ratio) ? 0.0 : MIN (self->ratio, 1.0), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, figure,
                                  -1);
}

void
tilescribe_ratio_bar_set_ratio (TilescribeRatioBar *self, double ratio)
{
  g_return_if_fail (TILESCRIBE_IS_RATIO_BAR (self));
  ratio = isfinite (ratio) && ratio >= 0 ? ratio : NAN;
  if (ratio == self->ratio)
    return;
  self->ratio = ratio;
  tell (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
tilescribe_ratio_bar_measure (GtkWidget *widget,
                              GtkOrientation orientation,
                              int for_size,
                              int *minimum,
                              int *natural,
                              int *minimum_baseline,
                              int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? LEAST_WIDTH : THICKNESS;
}

static void
tilescribe_ratio_bar_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  TilescribeRatioBar *self = TILESCRIBE_RATIO_BAR (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  double filled = isnan (self->ratio) ? 0 : MIN (self->ratio, 1) * width;
  double from = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL ? width - filled : 0;
  GdkRGBA faint = tilescribe_ink_text_color (widget, FAINT);
  GdkRGBA full = tilescribe_ink_color (widget, self->ratio > 1 ? "warning_bg_color" : "accent_bg_color");
  GskRoundedRect frame;

  gsk_rounded_rect_init_from_rect (&frame, &GRAPHENE_RECT_INIT (0, 0, width, height), (float) height / 2);
  gtk_snapshot_push_rounded_clip (snapshot, &frame);
  if (isnan (self->ratio))
    tilescribe_ink_draw_hatching (snapshot, &frame.bounds, &faint);
  else
    gtk_snapshot_append_color (snapshot, &faint, &GRAPHENE_RECT_INIT (0, (float) (height - TRACK) / 2, width, TRACK));
  gtk_snapshot_append_color (snapshot, &full, &GRAPHENE_RECT_INIT ((float) from, 0, (float) filled, height));
  gtk_snapshot_pop (snapshot);
}

static void
tilescribe_ratio_bar_class_init (TilescribeRatioBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->measure = tilescribe_ratio_bar_measure;
  widget_class->snapshot = tilescribe_ratio_bar_snapshot;
  gtk_widget_class_set_css_name (widget_class, "ratiobar");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_METER);
}

static void
tilescribe_ratio_bar_init (TilescribeRatioBar *self)
{
  self->ratio = NAN;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_MIN, 0.0,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_MAX, 1.0, -1);
  tell (self);
}

GtkWidget *
tilescribe_ratio_bar_new (const char *name)
{
  GtkWidget *self = g_object_new (TILESCRIBE_TYPE_RATIO_BAR, NULL);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return self;
}
