/* job-row.c - a recording in the queue: how far it is, and what can be done with it
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/job-row.h"

#include "pages/clock-text.h"

#include <glib/gi18n.h>

struct _TilescribeJobRow
{
  GtkListBoxRow parent;

  GtkLabel *title, *status;
  GtkProgressBar *progress;
  GtkWidget *retry, *cancel, *remove;

  ScribeJob *job;
};

G_DEFINE_FINAL_TYPE (TilescribeJobRow, tilescribe_job_row, GTK_TYPE_LIST_BOX_ROW)

static guint remove_signal;

/* What can be done in each state. */
static const struct
{
  gboolean cancel, retry, remove;
} offers[] = {
  [SCRIBE_JOB_WAITING] = { .cancel = TRUE },
  [SCRIBE_JOB_RUNNING] = { .cancel = TRUE },
  [SCRIBE_JOB_DONE] = { .remove = TRUE },
  [SCRIBE_JOB_STOPPED] = { .retry = TRUE, .remove = TRUE },
  [SCRIBE_JOB_FAILED] = { .retry = TRUE, .remove = TRUE },
};

static char *
describe_progress (ScribeJob *job)
{
  double left = scribe_job_get_seconds_left (job), total = scribe_job_get_total (job);
  g_autofree char *done = tilescribe_clock_text (scribe_job_get_done (job));
  g_autofree char *all = tilescribe_clock_text (total);
  g_autofree char *time = tilescribe_duration_text (left);

  if (total <= 0)
    return g_steal_pointer (&done);
  if (left < 0)
    /* TRANSLATORS: how much of a recording is done: "1:02 of 3:04" */
    return g_strdup_printf (_ ("%s of %s"), done, all);
  /* TRANSLATORS: how much of a recording is done, and a duration: "1:02 of 3:04, 5 minutes left" */
  return g_strdup_printf (_ ("%s of %s, %s left"), done, all, time);
}

static char *
describe (ScribeJob *job)
{
  const char *trouble = scribe_job_get_trouble (job);

  switch (scribe_job_get_state (job))
    {
    case SCRIBE_JOB_WAITING:
      return g_strdup (scribe_job_is_recovered (job) ? _ ("A dictation that was interrupted; waiting") : _ ("Waiting"));
    case SCRIBE_JOB_RUNNING:
      return describe_progress (job);
    case SCRIBE_JOB_DONE:
      return g_strdup (scribe_job_is_recovered (job) ? _ ("A dictation that was interrupted; done") : _ ("Done"));
    case SCRIBE_JOB_STOPPED:
      return g_strdup (scribe_job_get_transcript (job) != 0 ? _ ("Stopped; what was transcribed is kept")
                                                            : _ ("Stopped before it began"));
    case SCRIBE_JOB_FAILED:
      break;
    }
  return g_strdup (trouble != NULL ? trouble : _ ("It could not be transcribed. Try again."));
}

static void
show_progress (TilescribeJobRow *self)
{
  double done = scribe_job_get_done (self->job), total = scribe_job_get_total (self->job);
  g_autofree char *status = describe (self->job);

  gtk_progress_bar_set_fraction (self->progress, total > 0 ? CLAMP (done / total, 0, 1) : 0);
  if (g_strcmp0 (status, gtk_label_get_label (self->status)) != 0)
    gtk_label_set_label (self->status, status);
}

static void
show_state (TilescribeJobRow *self)
{
  ScribeJobState state = scribe_job_get_state (self->job);

  gtk_widget_set_visible (GTK_WIDGET (self->progress), state == SCRIBE_JOB_RUNNING);
  gtk_widget_set_visible (self->cancel, offers[state].cancel);
  gtk_widget_set_visible (self->retry, offers[state].retry);
  gtk_widget_set_visible (self->remove, offers[state].remove);
  if (state == SCRIBE_JOB_FAILED)
    gtk_widget_add_css_class (GTK_WIDGET (self->status), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->status), "error");
  show_progress (self);
}

static void
on_cancel (TilescribeJobRow *self)
{
  scribe_job_cancel (self->job);
}

static void
on_retry (TilescribeJobRow *self)
{
  scribe_job_retry (self->job);
}

static void
on_remove (TilescribeJobRow *self)
{
  g_signal_emit (self, remove_signal, 0);
}

static void
tilescribe_job_row_dispose (GObject *object)
{
  g_clear_object (&TILESCRIBE_JOB_ROW (object)->job);
  G_OBJECT_CLASS (tilescribe_job_row_parent_class)->dispose (object);
}

static void
tilescribe_job_row_class_init (TilescribeJobRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tilescribe_job_row_dispose;
  remove_signal = g_signal_new ("remove", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/tilescribe/Tilescribe/pages/job-row.ui");
  gtk_widget_class_bind_template_child (widget_class, TilescribeJobRow, title);
  gtk_widget_class_bind_template_child (widget_class, TilescribeJobRow, status);
  gtk_widget_class_bind_template_child (widget_class, TilescribeJobRow, progress);
  gtk_widget_class_bind_template_child (widget_class, TilescribeJobRow, retry);
  gtk_widget_class_bind_template_child (widget_class, TilescribeJobRow, cancel);
  gtk_widget_class_bind_template_child (widget_class, TilescribeJobRow, remove);
  gtk_widget_class_bind_template_callback (widget_class, on_cancel);
  gtk_widget_class_bind_template_callback (widget_class, on_retry);
  gtk_widget_class_bind_template_callback (widget_class, on_remove);
}

static void
tilescribe_job_row_init (TilescribeJobRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
tilescribe_job_row_new (ScribeJob *job)
{
  TilescribeJobRow *self = g_object_new (TILESCRIBE_TYPE_JOB_ROW, NULL);
  const char *title = scribe_job_is_recovered (job) ? _ ("Recovered dictation") : scribe_job_get_title (job);

  self->job = g_object_ref (job);
  gtk_label_set_label (self->title, title);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->title), title);
  g_signal_connect_object (job, "notify::state", G_CALLBACK (show_state), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (job, "notify::trouble", G_CALLBACK (show_progress), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (job, "notify::done", G_CALLBACK (show_progress), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (job, "notify::seconds-left", G_CALLBACK (show_progress), self, G_CONNECT_SWAPPED);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  show_state (self);
  return GTK_WIDGET (self);
}

ScribeJob *
tilescribe_job_row_get_job (TilescribeJobRow *self)
{
  return self->job;
}
