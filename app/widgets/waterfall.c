/* waterfall.c - where the time of one piece of work went: its stages as bars, one after the other
 *
 *   Tail        ####                   412 ms
 *   Encoder         ##########         960 ms
 *   Decoder     ///////////////  not measured
 *   Total       ##############       1 372 ms
 *
 * A bar begins where the one before ended. A stage that was not measured has no place among them: it is hatched over the whole width.
 *
 * SPDX-License-Identifier: MIT
 */
#include "widgets/waterfall.h"

#include "widgets/axis.h"
#include "widgets/ink.h"

#include <glib/gi18n.h>
#include <math.h>

#define GAP       12
#define ROW_GAP   6
#define HALF_GAP  (ROW_GAP / 2)
#define LEAST_BAR 2 /* pixels of a stage that took any time */
#define BARS      80
#define NATURAL   480
#define SOFT      0.55
#define FAINT     0.15

typedef struct
{
  char *name;
  double seconds;
} Stage;

struct _TilescribeWaterfall
{
  GtkWidget parent;

  GArray *stages; /* of Stage, the total last, if there is one; empty before the first ones are set */
  guint n_summed; /* stages but the total */
};

G_DEFINE_FINAL_TYPE (TilescribeWaterfall, tilescribe_waterfall, GTK_TYPE_WIDGET)

static void
clear_stage (gpointer stage)
{
  g_free (((Stage *) stage)->name);
}

static const Stage *
stage_at (TilescribeWaterfall *self, guint i)
{
  return &g_array_index (self->stages, Stage, i);
}

static char *
duration_text (double seconds)
{
  g_autofree char *figure = NULL;

  if (isnan (seconds))
    return g_strdup (_ ("not measured"));
  figure = tilescribe_axis_figure (seconds * 1e3);
  return g_strdup_printf (_ ("%s ms"), figure);
}

static void
measure_text (GtkWidget *widget, const char *text, int *width, int *height)
{
  g_autoptr (PangoLayout) layout = tilescribe_ink_layout (widget, text);
  int w;

  pango_layout_get_pixel_size (layout, &w, height);
  *width = MAX (*width, w);
}

/* Columns as wide as their longest text. */
static void
measure_columns (TilescribeWaterfall *self, int *names, int *durations, int *row)
{
  *names = *durations = *row = 0;
  for (guint i = 0; i < self->stages->len; i++)
    {
      g_autofree char *duration = duration_text (stage_at (self, i)->seconds);

      measure_text (GTK_WIDGET (self), stage_at (self, i)->name, names, row);
      measure_text (GTK_WIDGET (self), duration, durations, row);
    }
  *row += ROW_GAP;
}

static void
tilescribe_waterfall_measure (GtkWidget *widget,
                              GtkOrientation orientation,
                              int for_size,
                              int *minimum,
                              int *natural,
                              int *minimum_baseline,
                              int *natural_baseline)
{
  TilescribeWaterfall *self = TILESCRIBE_WATERFALL (widget);
  int names, durations, row;

  measure_columns (self, &names, &durations, &row);
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? names + durations + 2 * GAP + BARS : (int) self->stages->len * row;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? MAX (*minimum, NATURAL) : *minimum;
}

typedef struct
{
  GtkWidget *widget;
  GtkSnapshot *snapshot;
  GdkRGBA ink, soft, faint, bar;
  int left, width; /* of the bars' column */
  int row;         /* height */
} Canvas;

/* A text in row i: from the one border, or up to the other one. */
static int
row_top (const Canvas *c, guint i)
{
  return (int) i * c->row + HALF_GAP;
}

static void
letter (const Canvas *c, guint i, const char *text, gboolean at_end, const GdkRGBA *color)
{
  g_autoptr (PangoLayout) layout = tilescribe_ink_layout (c->widget, text);
  gboolean to_right = at_end != (gtk_widget_get_direction (c->widget) == GTK_TEXT_DIR_RTL);
  int width;

  pango_layout_get_pixel_size (layout, &width, NULL);
  tilescribe_ink_draw_layout (c->snapshot, layout, to_right ? gtk_widget_get_width (c->widget) - width : 0, row_top (c, i),
                              color);
}

static graphene_rect_t
bar_at (const Canvas *c, guint i, double from, double width)
{
  gboolean rtl = gtk_widget_get_direction (c->widget) == GTK_TEXT_DIR_RTL;
  double x = rtl ? gtk_widget_get_width (c->widget) - c->left - from - width : c->left + from;

  return GRAPHENE_RECT_INIT ((float) x, (float) row_top (c, i), (float) width, (float) (c->row - ROW_GAP));
}

static void
draw_row (const Canvas *c, const Stage *stage, guint i, double begin, double scale)
{
  g_autofree char *duration = duration_text (stage->seconds);
  gboolean measured = !isnan (stage->seconds);
  graphene_rect_t bar = measured ? bar_at (c, i, begin * scale, MAX (stage->seconds * scale, LEAST_BAR))
                                 : bar_at (c, i, 0, c->width);

  letter (c, i, stage->name, FALSE, measured ? &c->ink : &c->soft);
  letter (c, i, duration, TRUE, measured ? &c->ink : &c->soft);
  if (!measured)
    tilescribe_ink_draw_hatching (c->snapshot, &bar, &c->faint);
  else if (stage->seconds > 0)
    gtk_snapshot_append_color (c->snapshot, &c->bar, &bar);
}

/* What the whole width stands for. */
static double
longest (TilescribeWaterfall *self)
{
  double sum = 0;

  for (guint i = 0; i < self->n_summed; i++)
    if (!isnan (stage_at (self, i)->seconds))
      sum += stage_at (self, i)->seconds;
  return self->stages->len > self->n_summed ? fmax (sum, stage_at (self, self->n_summed)->seconds) : sum;
}

static void
tilescribe_waterfall_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  TilescribeWaterfall *self = TILESCRIBE_WATERFALL (widget);
  Canvas c = { .widget = widget, .snapshot = snapshot };
  int names, durations;
  double begin = 0, scale;

  if (self->stages->len == 0)
    return;
  measure_columns (self, &names, &durations, &c.row);
  c.ink = tilescribe_ink_text_color (widget, 1);
  c.soft = tilescribe_ink_text_color (widget, SOFT);
  c.faint = tilescribe_ink_text_color (widget, FAINT);
  c.bar = tilescribe_ink_color (widget, "accent_bg_color");
  c.left = names + GAP;
  c.width = gtk_widget_get_width (widget) - names - durations - 2 * GAP;
  scale = longest (self) > 0 ? (c.width - LEAST_BAR) / longest (self) : 0;
  for (guint i = 0; i < self->n_summed; i++)
    {
      draw_row (&c, stage_at (self, i), i, begin, scale);
      if (!isnan (stage_at (self, i)->seconds))
        begin += stage_at (self, i)->seconds;
    }
  c.bar = c.soft;
  if (self->stages->len > self->n_summed)
    draw_row (&c, stage_at (self, self->n_summed), self->n_summed, 0, scale);
}

static void
tell (TilescribeWaterfall *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->stages->len; i++)
    {
      g_autofree char *duration = duration_text (stage_at (self, i)->seconds);

      g_string_append_printf (text, "%s%s: %s", i > 0 ? ", " : "", stage_at (self, i)->name, duration);
    }
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text->str,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text->str, -1);
  g_string_free (text, TRUE);
}

static void
add_stage (TilescribeWaterfall *self, const char *name, double seconds)
{
  Stage stage = { g_strdup (name), isfinite (seconds) ? MAX (seconds, 0) : NAN };

  g_array_append_val (self->stages, stage);
}

void
tilescribe_waterfall_set_stages (TilescribeWaterfall *self, const TilescribeStage *stages, guint n_stages, double total)
{
  g_return_if_fail (TILESCRIBE_IS_WATERFALL (self));
  g_array_set_size (self->stages, 0);
  for (guint i = 0; i < n_stages; i++)
    add_stage (self, stages[i].name, stages[i].seconds);
  self->n_summed = n_stages;
  if (!(total < 0))
    add_stage (self, _ ("Total"), total);
  tell (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static void
tilescribe_waterfall_finalize (GObject *object)
{
  g_array_unref (TILESCRIBE_WATERFALL (object)->stages);
  G_OBJECT_CLASS (tilescribe_waterfall_parent_class)->finalize (object);
}

static void
tilescribe_waterfall_class_init (TilescribeWaterfallClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = tilescribe_waterfall_finalize;
  widget_class->measure = tilescribe_waterfall_measure;
  widget_class->snapshot = tilescribe_waterfall_snapshot;
  gtk_widget_class_set_css_name (widget_class, "waterfall");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
tilescribe_waterfall_init (TilescribeWaterfall *self)
{
  self->stages = g_array_new (FALSE, FALSE, sizeof (Stage));
  g_array_set_clear_func (self->stages, clear_stage);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Where the time went"), -1);
}

GtkWidget *
tilescribe_waterfall_new (void)
{
  return g_object_new (TILESCRIBE_TYPE_WATERFALL, NULL);
}
