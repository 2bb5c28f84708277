/* array-figures.c - what the NPU's time goes to, and how busy its columns are
 *
 *   runs on the emulator --> heat strip, a cell a run; the last one's times: modelled, but for the host's, which are measured
 *   runs on a real NPU   --> the last one's times: measured
 *   telemetry of that    --> heat strip, a cell a reading; power, while the NPU works; and with the last run's times, energy
 *
 * Power is the whole NPU's. Energy is that power for as long as the array takes for a minute of audio: what it would need beside that, asleep, is not in it.
 *
 * A figure that is modelled says so where it stands, and is never added to a measured one. What is not there is named in one sentence.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/array-figures.h"

#include "widgets/figure.h"
#include "widgets/heat-strip.h"
#include "widgets/waterfall.h"

#include <glib/gi18n.h>
#include <math.h>

#define MINUTE 60.0 /* seconds */

struct _TilescribeArrayFigures
{
  AdwBin parent;

  AdwPreferencesGroup *group;
  GtkWidget *columns; /* the strip and its title */
  GtkLabel *columns_title, *missing;
  GtkFlowBox *flow;
  TilescribeFigure *power, *energy;
  TilescribeHeatStrip *strip;
  TilescribeWaterfall *times;

  ScribeArrayKind kind;
  GPtrArray *runs;     /* as last shown; NULL: none yet */
  double share;        /* of real time that the array took in the last run; NaN: not known */
  double watts;        /* while it worked; NaN: not known */
  double busy_seconds; /* of the NPU for this process, as last read; NaN: not read yet */
  gint64 time;         /* of the last reading's answers */
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
  const double all = scribe_array_times_all (times);
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

/* The runs on this kind of array, of ScribeRunStats, newest first, as many as the strip keeps. */
static GPtrArray *
runs_on_array (TilescribeArrayFigures *self)
{
  GPtrArray *runs = g_ptr_array_new ();

  for (guint i = 0; self->runs != NULL && i < self->runs->len && runs->len < TILESCRIBE_HEAT_STRIP_MOMENTS; i++)
    {
      ScribeRunStats *run = &((ScribeRun *) g_ptr_array_index (self->runs, i))->stats;

      if (kind_of (run->device) == self->kind && run->array.kernel > 0)
        g_ptr_array_add (runs, run);
    }
  return runs;
}

static void
show_power (TilescribeArrayFigures *self)
{
  tilescribe_figure_set_value (self->power, self->watts);
  tilescribe_figure_set_value (self->energy, self->watts * self->share * MINUTE);
}

/* On an emulated array, the strip is of runs; a real one does not tell how busy its columns were in a single run. */
static void
show_runs (TilescribeArrayFigures *self)
{
  g_autoptr (GPtrArray) runs = runs_on_array (self);
  const ScribeRunStats *last = runs->len > 0 ? g_ptr_array_index (runs, 0) : NULL;
  ScribeArrayTimes unknown;

  scribe_array_times_init (&unknown);
  tilescribe_array_figures_show_times (self, last != NULL ? &last->array : &unknown);
  self->share = last != NULL && last->audio > 0 ? scribe_array_times_all (&last->array) / last->audio : NAN;
  show_power (self);
  if (self->kind != SCRIBE_ARRAY_MODELLED)
    return;
  tilescribe_heat_strip_clear (self->strip);
  for (guint i = runs->len; i > 0; i--)
    add_moment (self, &((ScribeRunStats *) g_ptr_array_index (runs, i - 1))->array);
}

void
tilescribe_array_figures_show_runs (TilescribeArrayFigures *self, GPtrArray *runs)
{
  g_return_if_fail (TILESCRIBE_IS_ARRAY_FIGURES (self));
  g_clear_pointer (&self->runs, g_ptr_array_unref);
  self->runs = g_ptr_array_ref (runs);
  show_runs (self);
}

/* What is missing, in a sentence; NULL: nothing. */
static void
tell (TilescribeArrayFigures *self, const char *text)
{
  gtk_label_set_label (self->missing, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->missing), text != NULL);
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
  gtk_label_set_label (self->columns_title, is_modelled ? _ ("How busy each column was, run by run (modelled)")
                                                        : _ ("How busy each column is, every two seconds"));
  gtk_widget_set_visible (self->columns, is_modelled);
  gtk_widget_set_visible (GTK_WIDGET (self->flow), !is_modelled);
  tell (self, is_modelled ? _ ("Power and energy are not known: the emulator has no model of them.") : NULL);
  tilescribe_heat_strip_clear (self->strip);
  self->watts = self->busy_seconds = NAN;
  self->time = 0;
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

/* "Not known: use of the columns, power: the NPU sleeps". A reason that both have is told once. */
static void
show_reasons (TilescribeArrayFigures *self, const ScribeNpuTelemetry *telemetry)
{
  static const ScribeNpuPart parts[] = { SCRIBE_NPU_COLUMNS, SCRIBE_NPU_POWER };
  g_autoptr (GString) missing = g_string_new (NULL);
  g_autofree char *text = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      const ScribeNpuReason why = telemetry->why[parts[i]];
      const gboolean goes_on = i + 1 < G_N_ELEMENTS (parts) && telemetry->why[parts[i + 1]] == why;

      if (why == SCRIBE_NPU_KNOWN)
        continue;
      g_string_append_printf (missing, "%s%s", scribe_npu_part_name (parts[i]), goes_on ? ", " : ": ");
      if (!goes_on)
        g_string_append_printf (missing, "%s; ", scribe_npu_reason_text (parts[i], why));
    }
  if (missing->len > 0)
    {
      g_string_truncate (missing, missing->len - strlen ("; "));
      text = g_strdup_printf (_ ("Not known: %s"), missing->str);
    }
  tell (self, text);
}

gboolean
tilescribe_array_figures_wants_telemetry (TilescribeArrayFigures *self)
{
  return self->kind == SCRIBE_ARRAY_MEASURED;
}

void
tilescribe_array_figures_show_telemetry (TilescribeArrayFigures *self, const ScribeNpuTelemetry *telemetry)
{
  g_return_if_fail (TILESCRIBE_IS_ARRAY_FIGURES (self));
  if (self->kind != SCRIBE_ARRAY_MEASURED)
    return;
  if (telemetry->why[SCRIBE_NPU_COLUMNS] == SCRIBE_NPU_KNOWN && telemetry->time > self->time)
    {
      tilescribe_heat_strip_add (self->strip, telemetry->column_use, telemetry->n_column_uses);
      gtk_widget_set_visible (self->columns, TRUE);
    }
  /* not of one that idles */
  if (scribe_npu_has_worked (telemetry, &self->busy_seconds) && telemetry->why[SCRIBE_NPU_POWER] == SCRIBE_NPU_KNOWN)
    self->watts = telemetry->watts;
  self->time = telemetry->time;
  show_power (self);
  show_reasons (self, telemetry);
}

void
tilescribe_array_figures_show_silence (TilescribeArrayFigures *self)
{
  g_return_if_fail (TILESCRIBE_IS_ARRAY_FIGURES (self));
  if (self->kind == SCRIBE_ARRAY_MEASURED)
    tell (self, _ ("The NPU’s driver does not answer at the moment, so nothing new is shown."));
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
  gtk_widget_class_bind_template_child (widget_class, TilescribeArrayFigures, columns_title);
  gtk_widget_class_bind_template_child (widget_class, TilescribeArrayFigures, flow);
  gtk_widget_class_bind_template_child (widget_class, TilescribeArrayFigures, strip);
  gtk_widget_class_bind_template_child (widget_class, TilescribeArrayFigures, times);
  gtk_widget_class_bind_template_child (widget_class, TilescribeArrayFigures, missing);
}

static TilescribeFigure *
add_figure (TilescribeArrayFigures *self, const char *caption, const char *unit)
{
  GtkWidget *child = gtk_flow_box_child_new (), *figure = tilescribe_figure_new (caption, unit, _ ("not measured yet"));

  gtk_flow_box_child_set_child (GTK_FLOW_BOX_CHILD (child), figure);
  gtk_accessible_update_relation (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_RELATION_LABELLED_BY, figure, NULL, -1);
  gtk_flow_box_append (self->flow, child);
  return TILESCRIBE_FIGURE (figure);
}

static void
tilescribe_array_figures_init (TilescribeArrayFigures *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->share = self->watts = self->busy_seconds = NAN;
  self->power = add_figure (self, _ ("Power, while it works"), "W");
  self->energy = add_figure (self, _ ("Energy for a minute of audio"), "J");
}
