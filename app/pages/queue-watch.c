/* queue-watch.c - how long the queue of recordings is, and how fast the one that runs gets on
 *
 * SPDX-License-Identifier: MIT
 */
#include "pages/queue-watch.h"

#include "tilescribe.h"

#include <math.h>

#define LEAST_DONE 1.0 /* seconds of recording, before they tell a rate */

struct _TilescribeQueueWatch
{
  GObject parent;

  GListModel *jobs;
  ScribeJob *running;
  gint64 began;      /* monotonic time when it was first seen running */
  double began_done; /* what was done of it then */
  double rate;
  guint length;
};

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TilescribeQueueWatch, tilescribe_queue_watch, G_TYPE_OBJECT)

guint
tilescribe_queue_watch_get_length (TilescribeQueueWatch *self)
{
  return self->length;
}

double
tilescribe_queue_watch_get_rate (TilescribeQueueWatch *self)
{
  return self->rate;
}

static void
follow (TilescribeQueueWatch *self, ScribeJob *job)
{
  if (job != self->running)
    {
      g_set_object (&self->running, job);
      self->began = g_get_monotonic_time ();
      self->began_done = job != NULL ? scribe_job_get_done (job) : 0;
      self->rate = NAN;
    }
  else if (job != NULL && scribe_job_get_done (job) - self->began_done >= LEAST_DONE)
    self->rate = (g_get_monotonic_time () - self->began) * 1e-6 / (scribe_job_get_done (job) - self->began_done);
}

static void
look (TilescribeQueueWatch *self)
{
  ScribeJob *running = NULL;

  self->length = 0;
  for (guint i = 0; i < g_list_model_get_n_items (self->jobs); i++)
    {
      g_autoptr (ScribeJob) job = g_list_model_get_item (self->jobs, i);
      ScribeJobState state = scribe_job_get_state (job);

      if (state == SCRIBE_JOB_RUNNING)
        running = job;
      self->length += state == SCRIBE_JOB_WAITING || state == SCRIBE_JOB_RUNNING;
    }
  follow (self, running);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
on_items_changed (GListModel *jobs, guint position, guint n_removed, guint n_added, TilescribeQueueWatch *self)
{
  for (guint i = position; i < position + n_added; i++)
    {
      g_autoptr (ScribeJob) job = g_list_model_get_item (jobs, i);

      g_signal_connect_object (job, "notify::state", G_CALLBACK (look), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (job, "notify::done", G_CALLBACK (look), self, G_CONNECT_SWAPPED);
    }
  look (self);
}

static void
tilescribe_queue_watch_finalize (GObject *object)
{
  TilescribeQueueWatch *self = TILESCRIBE_QUEUE_WATCH (object);

  g_clear_object (&self->running);
  g_object_unref (self->jobs);
  G_OBJECT_CLASS (tilescribe_queue_watch_parent_class)->finalize (object);
}

static void
tilescribe_queue_watch_class_init (TilescribeQueueWatchClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tilescribe_queue_watch_finalize;
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
tilescribe_queue_watch_init (TilescribeQueueWatch *self)
{
  self->rate = NAN;
}

TilescribeQueueWatch *
tilescribe_queue_watch_new (GListModel *jobs)
{
  TilescribeQueueWatch *self = g_object_new (TILESCRIBE_TYPE_QUEUE_WATCH, NULL);

  self->jobs = g_object_ref (jobs);
  g_signal_connect_object (jobs, "items-changed", G_CALLBACK (on_items_changed), self, 0);
  on_items_changed (jobs, 0, 0, g_list_model_get_n_items (jobs), self);
  return self;
}
