/* job.c - a recording in the queue
 *
 * SPDX-License-Identifier: MIT
 */
#include "session/job-private.h"

struct _ScribeJob
{
  GObject parent;

  char *path, *title, *model;
  gboolean is_recovered;
  ScribeJobState state;
  double done, total;
  gint64 started;   /* monotonic time of the first progress, microseconds */
  double done_then; /* seconds of recording done then */
  gint64 transcript;
  char *trouble;
  gint is_cancelled;
  void (*cancelled) (ScribeJob *job, gpointer data);
  void (*again) (ScribeJob *job, gpointer data);
  gpointer data;
};

G_DEFINE_FINAL_TYPE (ScribeJob, scribe_job, G_TYPE_OBJECT)

enum
{
  PROP_STATE = 1,
  PROP_DONE,
  PROP_TOTAL,
  PROP_SECONDS_LEFT,
  PROP_TRANSCRIPT,
  PROP_TROUBLE,
  N_PROPS
};

enum
{
  SEGMENT,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

const char *
scribe_job_get_path (ScribeJob *self)
{
  return self->path;
}

const char *
scribe_job_get_title (ScribeJob *self)
{
  return self->title;
}

ScribeJobState
scribe_job_get_state (ScribeJob *self)
{
  return self->state;
}

double
scribe_job_get_done (ScribeJob *self)
{
  return self->done;
}

double
scribe_job_get_total (ScribeJob *self)
{
  return self->total;
}

double
scribe_job_get_seconds_left (ScribeJob *self)
{
  double worked = (g_get_monotonic_time () - self->started) * 1e-6, heard = self->done - self->done_then;

  if (self->state != SCRIBE_JOB_RUNNING || self->total < 0 || self->started == 0 || heard <= 0)
    return -1;
  return worked / heard * MAX (0, self->total - self->done);
}

gint64
scribe_job_get_transcript (ScribeJob *self)
{
  return self->transcript;
}

const char *
scribe_job_get_trouble (ScribeJob *self)
{
  return self->trouble;
}

gboolean
scribe_job_is_recovered (ScribeJob *self)
{
  return self->is_recovered;
}

const char *
scribe_job_get_model (ScribeJob *self)
{
  return self->model;
}

gboolean
scribe_job_is_cancelled (ScribeJob *self)
{
  return g_atomic_int_get (&self->is_cancelled);
}

void
scribe_job_cancel (ScribeJob *self)
{
  if (self->state > SCRIBE_JOB_RUNNING || self->cancelled == NULL)
    return;
  g_atomic_int_set (&self->is_cancelled, TRUE);
  self->cancelled (self, self->data);
}

void
scribe_job_retry (ScribeJob *self)
{
  if (self->state <= SCRIBE_JOB_RUNNING || self->again == NULL)
    return;
  g_atomic_int_set (&self->is_cancelled, FALSE);
  scribe_job_set_transcript (self, 0);
  scribe_job_set_progress (self, 0, -1);
  self->started = 0;
  scribe_job_set_state (self, SCRIBE_JOB_WAITING, NULL);
  self->again (self, self->data);
}

void
scribe_job_set_hooks (ScribeJob *self,
                      void (*cancelled) (ScribeJob *, gpointer),
                      void (*again) (ScribeJob *, gpointer),
                      gpointer data)
{
  self->cancelled = cancelled;
  self->again = again;
  self->data = data;
}

void
scribe_job_set_state (ScribeJob *self, ScribeJobState state, const char *trouble)
{
  g_free (self->trouble);
  self->trouble = g_strdup (trouble);
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TROUBLE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

void
scribe_job_set_progress (ScribeJob *self, double done, double total)
{
  if (self->started == 0 && self->state == SCRIBE_JOB_RUNNING)
    {
      self->started = g_get_monotonic_time ();
      self->done_then = done;
    }
  self->done = done;
  self->total = total;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TOTAL]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DONE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SECONDS_LEFT]);
}

void
scribe_job_set_transcript (ScribeJob *self, gint64 transcript)
{
  self->transcript = transcript;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TRANSCRIPT]);
}

void
scribe_job_send_segment (ScribeJob *self, const ScribeSegment *segment)
{
  g_signal_emit (self, signals[SEGMENT], 0, segment);
}

static void
scribe_job_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ScribeJob *self = SCRIBE_JOB (object);

  switch (id)
    {
    case PROP_STATE:
      g_value_set_uint (value, self->state);
      break;
    case PROP_DONE:
      g_value_set_double (value, self->done);
      break;
    case PROP_TOTAL:
      g_value_set_double (value, self->total);
      break;
    case PROP_SECONDS_LEFT:
      g_value_set_double (value, scribe_job_get_seconds_left (self));
      break;
    case PROP_TRANSCRIPT:
      g_value_set_int64 (value, self->transcript);
      break;
    case PROP_TROUBLE:
      g_value_set_string (value, self->trouble);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
scribe_job_finalize (GObject *object)
{
  ScribeJob *self = SCRIBE_JOB (object);

  g_free (self->path);
  g_free (self->title);
  g_free (self->model);
  g_free (self->trouble);
  G_OBJECT_CLASS (scribe_job_parent_class)->finalize (object);
}

static void
scribe_job_class_init (ScribeJobClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = scribe_job_finalize;
  object_class->get_property = scribe_job_get_property;
  properties[PROP_STATE] = g_param_spec_uint ("state", NULL, NULL, 0, SCRIBE_JOB_FAILED, 0, flags);
  properties[PROP_DONE] = g_param_spec_double ("done", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  properties[PROP_TOTAL] = g_param_spec_double ("total", NULL, NULL, -1, G_MAXDOUBLE, -1, flags);
  properties[PROP_SECONDS_LEFT] = g_param_spec_double ("seconds-left", NULL, NULL, -1, G_MAXDOUBLE, -1, flags);
  properties[PROP_TRANSCRIPT] = g_param_spec_int64 ("transcript", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_TROUBLE] = g_param_spec_string ("trouble", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SEGMENT] = g_signal_new ("segment", SCRIBE_TYPE_JOB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                   G_TYPE_POINTER);
}

static void
scribe_job_init (ScribeJob *self)
{
  self->total = -1;
}

ScribeJob *
scribe_job_new (const char *path, const char *model, gboolean is_recovered)
{
  ScribeJob *self = g_object_new (SCRIBE_TYPE_JOB, NULL);

  self->path = g_canonicalize_filename (path, NULL);
  self->title = g_filename_display_basename (path);
  self->model = g_strdup (model);
  self->is_recovered = is_recovered;
  return self;
}
