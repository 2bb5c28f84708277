/* array-figures.c - what the NPU's time goes to, and how busy its columns are
 *
 *   runs on the emulator --> heat strip, a cell a run; the last one's times: modelled, but for the host's, which are measured
 *   runs on a real NPU   --> the last one's times: measured
 *
 * A figure that is modelled says so where it stands, and is never added to a measured one. What is not there is named in one sentence.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/array-figures.h"

#include "widgets/heat-strip.h"
#include "widgets/waterfall.h"

#include <glib/gi18n.h>
#include <math.h>

struct _TilescribeArrayFigures
{
  AdwBin parent;

  AdwPreferencesGroup *group;
  GtkWidget *columns; /* the strip and its title */
  GtkLabel *missing;
  TilescribeHeatStrip *strip;
  TilescribeWaterfall *times;

  ScribeArrayKind kind;
  GPtrArray *runs; /* as last shown; NULL: none yet */
};

G_DEFINE_FINAL_TYPE (TilescribeArrayFigures, tilescribe_array_figures, ADW_TYPE_BIN)

static ScribeArrayKind
kind_of (const char *device)
{
  if (g_strcmp0 (device, "emulator") == 0)
    return SCRIBE_ARRAY_MODELLED;
  return g_strcmp0 (device, "npu") == 0 ? SCRIBE_ARRAY_MEASURED : SCRIBE_ARRAY_NONE;
}

static double
known (double seconds)
{
  return seconds >= 0 ? seconds : NAN;
}

void
tilescribe_array_figures_show_times (TilescribeArrayFigures *self, const ScribeArrayTimes *times)
{
  const double all = times->submit + times->kernel + times->transfer;
  const gboolean is_modelled = self->kind == SCRIBE_ARRAY_MODELLED;
  const TilescribeStage stages[] = {
    { is_modelled ? _ ("Submit, modelled") : _ ("Submit"), known (times->submit) },
    { is_modelled ? _ ("Kernel, modelled") : _ ("Kernel"), known (times->kernel) },
    { is_modelled ? _ ("Transfer, modelled") : _ ("Transfer"), known (times->transfer) },
    { is_modelled ? _ ("Host, measured") : _ ("Host"), known (times->host) },
  };

  g_return_if_fail (TILESCRIBE_IS_ARRAY_FIGURES (self));
  tilescribe_waterfall_set_stages (self->times, stages, G_N_ELEMENTS (stages), is_modelled ? -1 : known (all + times->host));
}

static void
add_moment (TilescribeArrayFigures *self, const ScribeArrayTimes *times)
{
  double shares[SCRIBE_MAX_COLUMNS];

  for (guint i = 0; i < times->columns.n; i++)
    shares[i] = scribe_array_times_column (times, i);
  if (times->columns.n > 0)
    tilescribe_heat_strip_add (self->strip, shares, times->columns.n);
}

/* The times of the runs on this kind of array, of ScribeArrayTimes, newest first, as many as the strip keeps. */
static GPtrArray *
times_of_runs (TilescribeArrayFigures *self)
{
  GPtrArray *times = g_ptr_array_new ();

  for (guint i = 0; self->runs != NULL && i < self->runs->len && times->len < TILESCRIBE_HEAT_STRIP_MOMENTS; i++)
    {
      ScribeRunStats *run = &((ScribeRun *) g_ptr_array_index (self->runs, i))->stats;

      if (kind_of (run->device) == self->kind && run->array.kernel > 0)
        g_ptr_array_add (times, &run->array);
    }
  return times;
}

static void
show_runs (TilescribeArrayFigures *self)
{
  g_autoptr (GPtrArray) times = times_of_runs (self);
  ScribeArrayTimes unknown;

  scribe_array_times_init (&unknown);
  tilescribe_array_figures_show_times (self, times->len > 0 ? g_ptr_array_index (times, 0) : &unknown);
  tilescribe_heat_strip_clear (self->strip);
  for (guint i = times->len; i > 0; i--)
    add_moment (self, g_ptr_array_index (times, i - 1));
}

void
tilescribe_array_figures_show_runs (TilescribeArrayFigures *self, GPtrArray *runs)
{
  g_return_if_fail (TILESCRIBE_IS_ARRAY_FIGURES (self));
  g_clear_pointer (&self->runs, g_ptr_array_unref);
  self->runs = g_ptr_array_ref (runs);
  show_runs (self);
}

/* What the figures are of. */
static void
show_kind (TilescribeArrayFigures *self)
{
  const gboolean is_modelled = self->kind == SCRIBE_ARRAY_MODELLED;

  adw_preferences_group_set_title (self->group, is_modelled ? _ ("NPU, Emulated") : _ ("NPU"));
  adw_preferences_group_set_description (
      self->group, is_modelled ? _ ("Modelled: not times of this machine, but those that the emulator’s clock expects of an NPU")
                               : _ ("Measured on this machine"));
  gtk_widget_set_visible (self->columns, is_modelled);
  gtk_label_set_label (self->missing, is_modelled
                                          ? _ ("Power and energy are not known: the emulator has no model of them.")
                                          : _ ("How busy each column was is not known: the NPU does not tell it run by run."));
}

void
tilescribe_array_figures_set_device (TilescribeArrayFigures *self, const char *device)
{
  const ScribeArrayKind kind = kind_of (device);

  g_return_if_fail (TILESCRIBE_IS_ARRAY_FIGURES (self));
  gtk_widget_set_visible (GTK_WIDGET (self), kind != SCRIBE_ARRAY_NONE);
  if (kind == self->kind)
    return;
  self->kind = kind;
  show_kind (self);
  show_runs (self);
}

static void
tilescribe_array_figures_finalize (GObject *object)
{
  g_clear_pointer (&TILESCRIBE_ARRAY_FIGURES (object)->runs, g_ptr_array_unref);
  G_OBJECT_CLASS (tilescribe_array_figures_parent_class)->finalize (object);
}

static void
tilescribe_array_figures_class_init (TilescribeArrayFiguresClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = tilescribe_array_figures_finalize;
  g_type_ensure (TILESCRIBE_TYPE_HEAT_STRIP);
  g_type_ensure (TILESCRIBE_TYPE_WATERFALL);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/tilescribe/Tilescribe/pages/array-figures.ui");
  gtk_widget_class_bind_template_child (widget_class, TilescribeArrayFigures, group);
  gtk_widget_class_bind_template_child (widget_class, TilescribeArrayFigures, columns);
  gtk_widget_class_bind_template_child (widget_class, TilescribeArrayFigures, strip);
  gtk_widget_class_bind_template_child (widget_class, TilescribeArrayFigures, times);
  gtk_widget_class_bind_template_child (widget_class, TilescribeArrayFigures, missing);
}

static void
tilescribe_array_figures_init (TilescribeArrayFigures *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
