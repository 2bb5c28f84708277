/* figure.c - one figure, large, with its unit, and below what it is
 *
 * SPDX-License-Identifier: MIT
 */
#include "widgets/figure.h"

#include "widgets/axis.h"

#include <math.h>

#define PADDING 12
#define GAP     4
#define LINE    18 /* letters of a caption, before it goes on below */

struct _TilescribeFigure
{
  GtkBox parent;

  GtkLabel *number, *unit_label, *caption_label;
  char *caption, *unit, *unknown;
  double value;
};

G_DEFINE_FINAL_TYPE (TilescribeFigure, tilescribe_figure, GTK_TYPE_BOX)

double
tilescribe_figure_get_value (TilescribeFigure *self)
{
  return self->value;
}

/* What has no unit is counted: it is whole. */
static char *
number_text (TilescribeFigure *self)
{
  if (isnan (self->value))
    return g_strdup ("–");
  return *self->unit == '\0' ? g_strdup_printf ("%.0f", self->value) : tilescribe_axis_figure (self->value);
}

static void
show (TilescribeFigure *self)
{
  gboolean known = !isnan (self->value);
  g_autofree char *number = number_text (self);
  g_autofree char *told = known
                              ? g_strdup_printf ("%s: %s%s%s", self->caption, number, *self->unit != '\0' ? " " : "", self->unit)
                              : g_strdup_printf ("%s: %s", self->caption, self->unknown);

  gtk_label_set_label (self->number, number);
  gtk_label_set_label (self->unit_label, known ? self->unit : self->unknown);
  if (known)
    gtk_widget_remove_css_class (GTK_WIDGET (self->number), "dim-label");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->number), "dim-label");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, told, -1);
}

void
tilescribe_figure_set_value (TilescribeFigure *self, double value)
{
  g_return_if_fail (TILESCRIBE_IS_FIGURE (self));
  value = isfinite (value) ? value : NAN;
  if (value == self->value || (isnan (value) && isnan (self->value)))
    return;
  self->value = value;
  show (self);
}

static GtkLabel *
label_new (const char *style_class)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_widget_add_css_class (label, style_class);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), LINE);
  return GTK_LABEL (label);
}

static void
tilescribe_figure_finalize (GObject *object)
{
  TilescribeFigure *self = TILESCRIBE_FIGURE (object);

  g_free (self->caption);
  g_free (self->unit);
  g_free (self->unknown);
  G_OBJECT_CLASS (tilescribe_figure_parent_class)->finalize (object);
}

static void
tilescribe_figure_class_init (TilescribeFigureClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tilescribe_figure_finalize;
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
tilescribe_figure_init (TilescribeFigure *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, GAP), *widgets[2];

  self->value = NAN;
  self->number = label_new ("title-1");
  self->unit_label = label_new ("dim-label");
  self->caption_label = label_new ("caption");
  gtk_widget_add_css_class (GTK_WIDGET (self->number), "numeric");
  gtk_widget_set_valign (GTK_WIDGET (self->unit_label), GTK_ALIGN_END);
  gtk_widget_set_margin_bottom (GTK_WIDGET (self->unit_label), GAP);
  gtk_widget_set_hexpand (GTK_WIDGET (self->unit_label), TRUE);
  gtk_box_append (GTK_BOX (line), GTK_WIDGET (self->number));
  gtk_box_append (GTK_BOX (line), GTK_WIDGET (self->unit_label));
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_widget_add_css_class (GTK_WIDGET (self), "card");
  widgets[0] = line;
  widgets[1] = GTK_WIDGET (self->caption_label);
  for (guint i = 0; i < G_N_ELEMENTS (widgets); i++)
    {
      gtk_widget_set_margin_start (widgets[i], PADDING);
      gtk_widget_set_margin_end (widgets[i], PADDING);
      gtk_box_append (GTK_BOX (self), widgets[i]);
    }
  gtk_widget_set_margin_top (line, PADDING);
  gtk_widget_set_margin_bottom (GTK_WIDGET (self->caption_label), PADDING);
}

GtkWidget *
tilescribe_figure_new (const char *caption, const char *unit, const char *unknown)
{
  TilescribeFigure *self = g_object_new (TILESCRIBE_TYPE_FIGURE, NULL);

  self->caption = g_strdup (caption);
  self->unit = g_strdup (unit);
  self->unknown = g_strdup (unknown);
  gtk_label_set_label (self->caption_label, caption);
  show (self);
  return GTK_WIDGET (self);
}
