/* line-chart.c - figures over time, as lines
 *
 * New points are taken in one by one and shown together, before the next frame.
 *
 * SPDX-License-Identifier: MIT
 */
#include "widgets/line-chart.h"

#include "widgets/axis.h"
#include "widgets/ink.h"
#include "widgets/line-plot.h"

#include <glib/gi18n.h>
#include <math.h>

#define LEAST_WIDTH    180
#define LEAST_HEIGHT   160
#define NATURAL_WIDTH  360
#define NATURAL_HEIGHT 220

struct _TilescribeLineChart
{
  GtkWidget parent;

  TilescribeLinePlot plot;
  guint update; /* source; 0: nothing is new */
};

G_DEFINE_FINAL_TYPE (TilescribeLineChart, tilescribe_line_chart, GTK_TYPE_WIDGET)

static void
clear_mark (gpointer mark)
{
  g_free (((TilescribeMark *) mark)->label);
}

static int
by_time (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

/* A series without any figure has no place on the time axis: it is named in the legend. */
static void
find_moments (TilescribeLinePlot *plot)
{
  double median, last;
  guint n = 0;

  g_array_set_size (plot->moments, 0);
  for (guint s = 0; s < plot->series->len; s++)
    {
      const TilescribeSeries *series = g_ptr_array_index (plot->series, s);

      if (tilescribe_series_summarise (series, &median, &last) == 0)
        continue;
      for (guint i = 0; i < series->n; i++)
        g_array_append_val (plot->moments, tilescribe_series_get (series, i)->time);
    }
  g_array_sort (plot->moments, by_time);
  for (guint i = 0; i < plot->moments->len; i++)
    {
      gint64 time = g_array_index (plot->moments, gint64, i);

      if (n == 0 || time != g_array_index (plot->moments, gint64, n - 1))
        g_array_index (plot->moments, gint64, n++) = time;
    }
  g_array_set_size (plot->moments, n);
}

static void
add_summary (GString *text, const TilescribeSeries *series, const char *unit)
{
  double median, last;
  guint n = tilescribe_series_summarise (series, &median, &last);
  g_autofree char *median_text = tilescribe_axis_figure (median), *last_text = tilescribe_axis_figure (last);
  const char *space = *unit != '\0' ? " " : "";

  if (n == 0)
    g_string_append_printf (text, _ ("%s: not measured"), series->name);
  else
    g_string_append_printf (text,
                            ngettext ("%s: median %s%s%s, last %s%s%s, %u run", "%s: median %s%s%s, last %s%s%s, %u runs", n),
                            series->name, median_text, space, unit, last_text, space, unit, n);
}

char *
tilescribe_line_chart_get_summary (TilescribeLineChart *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->plot.series->len; i++)
    {
      if (text->len > 0)
        g_string_append_c (text, '\n');
      add_summary (text, g_ptr_array_index (self->plot.series, i), self->plot.unit);
    }
  for (guint i = 0; i < self->plot.marks->len; i++)
    g_string_append_printf (text, "\n%s", g_array_index (self->plot.marks, TilescribeMark, i).label);
  if (text->len == 0)
    g_string_append (text, _ ("Nothing measured yet"));
  return g_string_free (text, FALSE);
}

static void
tell (TilescribeLineChart *self)
{
  g_autofree char *text = self->plot.chosen >= 0 ? tilescribe_line_plot_describe_moment (&self->plot, self->plot.chosen)
                                                 : tilescribe_line_chart_get_summary (self);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text, -1);
}

static void
choose (TilescribeLineChart *self, int moment)
{
  if (moment == self->plot.chosen)
    return;
  self->plot.chosen = moment;
  tell (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static gboolean
update (gpointer data)
{
  TilescribeLineChart *self = data;

  self->update = 0;
  self->plot.chosen = -1;
  find_moments (&self->plot);
  tell (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return G_SOURCE_REMOVE;
}

static void
changed (TilescribeLineChart *self)
{
  if (self->update == 0)
    self->update = g_idle_add_full (G_PRIORITY_HIGH_IDLE, update, self, NULL);
}

guint
tilescribe_line_chart_add_series (TilescribeLineChart *self, const char *name)
{
  g_ptr_array_add (self->plot.series, tilescribe_series_new (name));
  changed (self);
  return self->plot.series->len - 1;
}

void
tilescribe_line_chart_add_point (TilescribeLineChart *self, guint series, gint64 time, double value)
{
  g_return_if_fail (series < self->plot.series->len);
  tilescribe_series_add (g_ptr_array_index (self->plot.series, series), time, value);
  changed (self);
}

void
tilescribe_line_chart_add_mark (TilescribeLineChart *self, gint64 time, const char *label, gboolean warns)
{
  TilescribeMark mark = { time, g_strdup (label), warns };

  g_array_append_val (self->plot.marks, mark);
  changed (self);
}

void
tilescribe_line_chart_clear (TilescribeLineChart *self)
{
  g_ptr_array_set_size (self->plot.series, 0);
  g_array_set_size (self->plot.marks, 0);
  /* The moments are of the points that were: nothing may be drawn of them until new ones are found. */
  g_array_set_size (self->plot.moments, 0);
  self->plot.chosen = -1;
  changed (self);
}

static void
on_motion (GtkEventController *controller, double x, double y, TilescribeLineChart *self)
{
  choose (self, tilescribe_line_plot_moment_at (&self->plot, GTK_WIDGET (self), x));
}

static void
on_leave (GtkEventController *controller, TilescribeLineChart *self)
{
  choose (self, -1);
}

/* Where the keyboard is must be seen; the theme draws that for its own widgets only. */
static void
on_focus_changed (TilescribeLineChart *self)
{
  choose (self, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static gboolean
on_key (GtkEventController *controller, guint key, guint code, GdkModifierType modifiers, TilescribeLineChart *self)
{
  int last = (int) self->plot.moments->len - 1, chosen = self->plot.chosen < 0 ? last + 1 : self->plot.chosen;
  int later = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL ? -1 : 1;

  if (last < 0 || (modifiers & gtk_accelerator_get_default_mod_mask ()) != 0)
    return GDK_EVENT_PROPAGATE;
  switch (key)
    {
    case GDK_KEY_Left:
      choose (self, CLAMP (chosen - later, 0, last));
      return GDK_EVENT_STOP;
    case GDK_KEY_Right:
      choose (self, CLAMP (chosen + later, 0, last));
      return GDK_EVENT_STOP;
    case GDK_KEY_Home:
      choose (self, 0);
      return GDK_EVENT_STOP;
    case GDK_KEY_End:
      choose (self, last);
      return GDK_EVENT_STOP;
    case GDK_KEY_Escape:
      choose (self, -1);
      return GDK_EVENT_STOP;
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

static void
tilescribe_line_chart_measure (GtkWidget *widget,
                               GtkOrientation orientation,
                               int for_size,
                               int *minimum,
                               int *natural,
                               int *minimum_baseline,
                               int *natural_baseline)
{
  gboolean across = orientation == GTK_ORIENTATION_HORIZONTAL;

  *minimum = across ? LEAST_WIDTH : LEAST_HEIGHT;
  *natural = across ? NATURAL_WIDTH : NATURAL_HEIGHT;
}

static void
tilescribe_line_chart_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  tilescribe_line_plot_draw (&TILESCRIBE_LINE_CHART (widget)->plot, widget, snapshot);
  if (gtk_widget_has_visible_focus (widget))
    tilescribe_ink_draw_focus (widget, snapshot);
}

static void
tilescribe_line_chart_dispose (GObject *object)
{
  g_clear_handle_id (&TILESCRIBE_LINE_CHART (object)->update, g_source_remove);
  G_OBJECT_CLASS (tilescribe_line_chart_parent_class)->dispose (object);
}

static void
tilescribe_line_chart_finalize (GObject *object)
{
  TilescribeLineChart *self = TILESCRIBE_LINE_CHART (object);

  g_ptr_array_unref (self->plot.series);
  g_array_unref (self->plot.marks);
  g_array_unref (self->plot.moments);
  g_free (self->plot.unit);
  G_OBJECT_CLASS (tilescribe_line_chart_parent_class)->finalize (object);
}

static void
tilescribe_line_chart_class_init (TilescribeLineChartClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tilescribe_line_chart_dispose;
  G_OBJECT_CLASS (klass)->finalize = tilescribe_line_chart_finalize;
  widget_class->measure = tilescribe_line_chart_measure;
  widget_class->snapshot = tilescribe_line_chart_snapshot;
  gtk_widget_class_set_css_name (widget_class, "linechart");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
tilescribe_line_chart_init (TilescribeLineChart *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new (), *keys = gtk_event_controller_key_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();

  self->plot.series = g_ptr_array_new_with_free_func ((GDestroyNotify) tilescribe_series_free);
  self->plot.marks = g_array_new (FALSE, FALSE, sizeof (TilescribeMark));
  g_array_set_clear_func (self->plot.marks, clear_mark);
  self->plot.moments = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->plot.chosen = -1;
  g_signal_connect (motion, "motion", G_CALLBACK (on_motion), self);
  g_signal_connect (motion, "leave", G_CALLBACK (on_leave), self);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (on_key), self);
  g_signal_connect_swapped (focus, "enter", G_CALLBACK (on_focus_changed), self);
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (on_focus_changed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  gtk_widget_add_controller (GTK_WIDGET (self), focus);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

GtkWidget *
tilescribe_line_chart_new (const char *title, const char *unit)
{
  TilescribeLineChart *self = g_object_new (TILESCRIBE_TYPE_LINE_CHART, NULL);

  self->plot.unit = g_strdup (unit);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  changed (self);
  return GTK_WIDGET (self);
}
