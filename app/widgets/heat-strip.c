/* heat-strip.c - how busy columns were, moment by moment: a row a column, time to the right
 *
 *   Column 1   . . - = #   62 %
 *   Column 2   . . - = =   55 %
 *   Column 3   / / / / /   not measured
 *
 * A cell is the accent colour, as strong as the square root of its share: a small model keeps an array busy for some per cent of its time, and two of those are to
 * look different, too. Colour alone tells nobody a figure, so the newest share stands at the end of its row, in words of the screen reader together with the
 * mean; and what was not measured is hatched. The newest moment is always at the end of the strip. It is drawn when
 * there is something new, and nothing in it moves by itself.
 *
 * SPDX-License-Identifier: MIT
 */
#include "widgets/heat-strip.h"

#include "widgets/ink.h"

#include <glib/gi18n.h>
#include <math.h>

#define LEAST_SLOTS 16 /* so that a single moment is a cell and no banner */
#define GAP         12
#define CELL_GAP    1
#define ROW_GAP     4
#define LEAST_STRIP 80
#define NATURAL     480
#define SOFT        0.55
#define FAINT       0.15
#define TRACK       0.08

typedef struct
{
  double shares[TILESCRIBE_HEAT_STRIP_ROWS];
} Moment;

struct _TilescribeHeatStrip
{
  GtkWidget parent;

  GArray *moments; /* of Moment, oldest first */
  guint n_rows;    /* as many as the widest moment had */
};

G_DEFINE_FINAL_TYPE (TilescribeHeatStrip, tilescribe_heat_strip, GTK_TYPE_WIDGET)

static double
share_at (TilescribeHeatStrip *self, guint moment, guint row)
{
  return g_array_index (self->moments, Moment, moment).shares[row];
}

/* Of the newest moment. */
static double
last_share (TilescribeHeatStrip *self, guint row)
{
  return self->moments->len > 0 ? share_at (self, self->moments->len - 1, row) : NAN;
}

static double
mean_share (TilescribeHeatStrip *self, guint row)
{
  double sum = 0;
  guint n = 0;

  for (guint i = 0; i < self->moments->len; i++)
    if (!isnan (share_at (self, i, row)))
      {
        sum += share_at (self, i, row);
        n++;
      }
  return n > 0 ? sum / n : NAN;
}

static char *
row_name (guint row)
{
  return g_strdup_printf (_ ("Column %u"), row + 1);
}

static char *
share_text (double share)
{
  return isnan (share) ? g_strdup (_ ("not measured")) : g_strdup_printf (_ ("%.0f %%"), share * 100);
}

static void
measure_text (GtkWidget *widget, const char *text, int *width, int *height)
{
  g_autoptr (PangoLayout) layout = tilescribe_ink_layout (widget, text);
  int w;

  pango_layout_get_pixel_size (layout, &w, height);
  *width = MAX (*width, w);
}

/* Columns of text as wide as their longest; no narrower than "100 %", so that the strip stays where it is. */
static void
measure_texts (TilescribeHeatStrip *self, int *names, int *figures, int *row)
{
  g_autofree char *full = share_text (1);

  *names = *figures = *row = 0;
  measure_text (GTK_WIDGET (self), full, figures, row);
  for (guint i = 0; i < self->n_rows; i++)
    {
      g_autofree char *name = row_name (i), *figure = share_text (last_share (self, i));

      measure_text (GTK_WIDGET (self), name, names, row);
      measure_text (GTK_WIDGET (self), figure, figures, row);
    }
  *row += ROW_GAP;
}

static void
tilescribe_heat_strip_measure (GtkWidget *widget,
                               GtkOrientation orientation,
                               int for_size,
                               int *minimum,
                               int *natural,
                               int *minimum_baseline,
                               int *natural_baseline)
{
  TilescribeHeatStrip *self = TILESCRIBE_HEAT_STRIP (widget);
  int names, figures, row;

  measure_texts (self, &names, &figures, &row);
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? names + figures + 2 * GAP + LEAST_STRIP : (int) self->n_rows * row;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? MAX (*minimum, NATURAL) : *minimum;
}

typedef struct
{
  GtkWidget *widget;
  GtkSnapshot *snapshot;
  GdkRGBA ink, soft, faint, track, heat;
  double left, slot; /* of the strip, and of a moment in it */
  guint n_slots;
  int row; /* height */
} Canvas;

static void
letter (const Canvas *c, guint row, const char *text, gboolean at_end, const GdkRGBA *color)
{
  g_autoptr (PangoLayout) layout = tilescribe_ink_layout (c->widget, text);
  gboolean to_right = at_end != (gtk_widget_get_direction (c->widget) == GTK_TEXT_DIR_RTL);
  const int y = (int) row * c->row + ROW_GAP / 2;
  int width;

  pango_layout_get_pixel_size (layout, &width, NULL);
  tilescribe_ink_draw_layout (c->snapshot, layout, to_right ? gtk_widget_get_width (c->widget) - width : 0, y, color);
}

/* Slots first .. first + n - 1 of a row. */
static graphene_rect_t
slots_at (const Canvas *c, guint row, guint first, guint n)
{
  const gboolean rtl = gtk_widget_get_direction (c->widget) == GTK_TEXT_DIR_RTL;
  const double from = round (c->left + first * c->slot), to = round (c->left + (first + n) * c->slot) - CELL_GAP;
  const double x = rtl ? gtk_widget_get_width (c->widget) - to : from;

  return GRAPHENE_RECT_INIT ((float) x, (float) ((int) row * c->row + CELL_GAP), (float) (to - from),
                             (float) (c->row - 2 * CELL_GAP));
}

static void
draw_cell (const Canvas *c, guint row, guint slot, double share)
{
  graphene_rect_t cell = slots_at (c, row, slot, 1);
  GdkRGBA heat = c->heat;

  if (isnan (share))
    {
      tilescribe_ink_draw_hatching (c->snapshot, &cell, &c->faint);
      return;
    }
  heat.alpha *= (float) sqrt (share);
  gtk_snapshot_append_color (c->snapshot, &c->track, &cell);
  if (share > 0)
    gtk_snapshot_append_color (c->snapshot, &heat, &cell);
  cell.origin.y += cell.size.height - 1; /* where contrast is high, this tells a cold cell from none */
  cell.size.height = 1;
  gtk_snapshot_append_color (c->snapshot, &c->faint, &cell);
}

static void
draw_row (TilescribeHeatStrip *self, const Canvas *c, guint row)
{
  const double last = last_share (self, row);
  g_autofree char *name = row_name (row), *figure = share_text (last);
  const guint n_empty = c->n_slots - self->moments->len;

  letter (c, row, name, FALSE, isnan (last) ? &c->soft : &c->ink);
  letter (c, row, figure, TRUE, isnan (last) ? &c->soft : &c->ink);
  for (guint i = 0; i < self->moments->len; i++)
    draw_cell (c, row, n_empty + i, share_at (self, i, row));
}

static void
tilescribe_heat_strip_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  TilescribeHeatStrip *self = TILESCRIBE_HEAT_STRIP (widget);
  Canvas c = { .widget = widget, .snapshot = snapshot, .n_slots = MAX (self->moments->len, LEAST_SLOTS) };
  int names, figures;

  measure_texts (self, &names, &figures, &c.row);
  c.ink = tilescribe_ink_text_color (widget, 1);
  c.soft = tilescribe_ink_text_color (widget, SOFT);
  c.faint = tilescribe_ink_text_color (widget, FAINT);
  c.track = tilescribe_ink_color (widget, "theme_fg_color");
  c.track.alpha *= (float) TRACK;
  c.heat = tilescribe_ink_color (widget, "accent_bg_color");
  c.left = names + GAP;
  c.slot = (gtk_widget_get_width (widget) - names - figures - 2 * GAP) / (double) c.n_slots;
  for (guint row = 0; row < self->n_rows; row++)
    draw_row (self, &c, row);
}

static void
tell (TilescribeHeatStrip *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint row = 0; row < self->n_rows; row++)
    {
      g_autofree char *name = row_name (row), *last = share_text (last_share (self, row)),
                      *mean = share_text (mean_share (self, row));

      g_string_append (text, row > 0 ? "; " : "");
      g_string_append_printf (text, _ ("%s: %s, on average %s"), name, last, mean);
    }
  if (self->n_rows == 0)
    g_string_append (text, _ ("not measured"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text->str,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text->str, -1);
}

void
tilescribe_heat_strip_add (TilescribeHeatStrip *self, const double *shares, guint n)
{
  Moment moment;

  g_return_if_fail (TILESCRIBE_IS_HEAT_STRIP (self));
  n = MIN (n, TILESCRIBE_HEAT_STRIP_ROWS);
  for (guint i = 0; i < TILESCRIBE_HEAT_STRIP_ROWS; i++)
    moment.shares[i] = i < n && isfinite (shares[i]) ? CLAMP (shares[i], 0, 1) : NAN;
  if (self->moments->len == TILESCRIBE_HEAT_STRIP_MOMENTS)
    g_array_remove_index (self->moments, 0);
  g_array_append_val (self->moments, moment);
  self->n_rows = MAX (self->n_rows, n);
  tell (self);
  gtk_widget_queue_resize (GTK_WIDGET (self)); /* a figure may have become wider */
}

void
tilescribe_heat_strip_clear (TilescribeHeatStrip *self)
{
  g_return_if_fail (TILESCRIBE_IS_HEAT_STRIP (self));
  if (self->moments->len == 0)
    return;
  g_array_set_size (self->moments, 0);
  self->n_rows = 0;
  tell (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static void
tilescribe_heat_strip_finalize (GObject *object)
{
  g_array_unref (TILESCRIBE_HEAT_STRIP (object)->moments);
  G_OBJECT_CLASS (tilescribe_heat_strip_parent_class)->finalize (object);
}

static void
tilescribe_heat_strip_class_init (TilescribeHeatStripClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = tilescribe_heat_strip_finalize;
  widget_class->measure = tilescribe_heat_strip_measure;
  widget_class->snapshot = tilescribe_heat_strip_snapshot;
  gtk_widget_class_set_css_name (widget_class, "heatstrip");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
tilescribe_heat_strip_init (TilescribeHeatStrip *self)
{
  self->moments = g_array_new (FALSE, FALSE, sizeof (Moment));
  tell (self);
}

GtkWidget *
tilescribe_heat_strip_new (const char *name)
{
  GtkWidget *self = g_object_new (TILESCRIBE_TYPE_HEAT_STRIP, NULL);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return self;
}
