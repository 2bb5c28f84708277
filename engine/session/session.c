/* session.c - what is asked of a session, and what it tells
 *
 * SPDX-License-Identifier: MIT
 */
#include "session/session-private.h"

#include <glib/gi18n-lib.h>

G_DEFINE_FINAL_TYPE (ScribeSession, scribe_session, G_TYPE_OBJECT)

enum
{
  PROP_STATE = 1,
  PROP_TROUBLE,
  PROP_MODEL,
  PROP_DEVICE,
  N_PROPS
};

enum
{
  TRANSCRIPT_CHANGED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

void
scribe_session_options_init (ScribeSessionOptions *options)
{
  *options = (ScribeSessionOptions){ .idle_seconds = 600, .keep_audio = TRUE };
}

void
session_settings_copy (SessionSettings *to, const SessionSettings *from)
{
  *to = *from;
  to->model = g_strdup (from->model);
  to->device = g_strdup (from->device);
  to->language = g_strdup (from->language);
  to->prompt = g_strdup (from->prompt);
  to->wording = from->wording ? scribe_wording_ref (from->wording) : NULL;
}

void
session_settings_clear (SessionSettings *settings)
{
  g_free (settings->model);
  g_free (settings->device);
  g_free (settings->language);
  g_free (settings->prompt);
  g_clear_pointer (&settings->wording, scribe_wording_unref);
}

void
session_get_settings (ScribeSession *self, SessionSettings *settings)
{
  g_mutex_lock (&self->lock);
  session_settings_copy (settings, &self->settings);
  g_mutex_unlock (&self->lock);
}

/* --- from the engine's thread */

typedef struct
{
  SessionFunction function;
  gpointer object, data;
  GDestroyNotify destroy;
} Post;

static gboolean
deliver (gpointer data)
{
  const Post *post = data;

  post->function (post->object, post->data);
  return G_SOURCE_REMOVE;
}

static void
post_free (gpointer data)
{
  Post *post = data;

  g_object_unref (post->object);
  if (post->destroy)
    post->destroy (post->data);
  g_free (post);
}

void
session_post (ScribeSession *self, SessionFunction function, gpointer object, gpointer data, GDestroyNotify destroy)
{
  const Post post = { function, g_object_ref (object), data, destroy };
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, deliver, g_memdup2 (&post, sizeof post), post_free);
  g_source_attach (source, self->context);
}

static void
tell_changed (gpointer object, gpointer data)
{
  g_signal_emit (object, signals[TRANSCRIPT_CHANGED], 0, *(const gint64 *) data);
}

void
session_post_changed (ScribeSession *self, gint64 transcript)
{
  if (transcript != 0)
    session_post (self, tell_changed, self, g_memdup2 (&transcript, sizeof transcript), g_free);
}

static void
replace (ScribeSession *self, char **text, const char *by, guint property)
{
  if (g_strcmp0 (*text, by) == 0)
    return;
  g_free (*text);
  *text = g_strdup (by);
  if (property)
    g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
set_trouble (gpointer object, gpointer data)
{
  ScribeSession *self = object;

  replace (self, &self->trouble, data, PROP_TROUBLE);
}

static void
set_model_trouble (gpointer object, gpointer data)
{
  ScribeSession *self = object;

  replace (self, &self->model_trouble, data, PROP_TROUBLE);
}

void
session_tell_trouble (ScribeSession *self, const GError *error)
{
  session_post (self, set_trouble, self, g_strdup (error ? error->message : NULL), g_free);
}

void
session_tell_model_trouble (ScribeSession *self, const GError *error)
{
  session_post (self, set_model_trouble, self, g_strdup (error ? error->message : NULL), g_free);
}

/* --- to it */

static void
wake (ScribeSession *self)
{
  g_cond_signal (&self->more);
}

void
scribe_session_configure (ScribeSession *self, const ScribeSessionOptions *options)
{
  const SessionSettings settings = { .model = (char *) options->model,
                                     .device = (char *) options->device,
                                     .fast = options->fast,
                                     .language = (char *) options->language,
                                     .prompt = (char *) options->prompt,
                                     .n_threads = options->n_threads,
                                     .idle_seconds = options->idle_seconds,
                                     .translate = options->translate,
                                     .keep_nothing = options->keep_nothing,
                                     .keep_audio = options->keep_audio,
                                     .wording = options->wording };

  g_mutex_lock (&self->lock);
  session_settings_clear (&self->settings);
  session_settings_copy (&self->settings, &settings);
  wake (self);
  g_mutex_unlock (&self->lock);
}

void
scribe_session_warm_up (ScribeSession *self)
{
  g_mutex_lock (&self->lock);
  self->is_wanted = TRUE;
  wake (self);
  g_mutex_unlock (&self->lock);
}

void
scribe_session_models_changed (ScribeSession *self)
{
  g_mutex_lock (&self->lock);
  self->looks_again = TRUE;
  self->is_wanted |= self->state != SCRIBE_SESSION_EMPTY;
  wake (self);
  g_mutex_unlock (&self->lock);
}

void
scribe_session_recover (ScribeSession *self)
{
  g_mutex_lock (&self->lock);
  self->is_to_recover = TRUE;
  wake (self);
  g_mutex_unlock (&self->lock);
}

ScribeSessionState
scribe_session_get_state (ScribeSession *self)
{
  return self->state;
}

const char *
scribe_session_get_trouble (ScribeSession *self)
{
  return self->model_trouble ? self->model_trouble : self->trouble;
}

const char *
scribe_session_get_model (ScribeSession *self)
{
  return self->model;
}

const char *
scribe_session_get_device (ScribeSession *self)
{
  return self->device;
}

const char *
scribe_session_get_device_reason (ScribeSession *self)
{
  return self->device_reason;
}

/* --- files */

/* A job that runs stops within one op; one that waits never begins. */
static void
cancel_job (ScribeJob *job, gpointer data)
{
  ScribeSession *self = data;

  gboolean was_waiting;

  g_mutex_lock (&self->lock);
  was_waiting = g_queue_remove (&self->files, job);
  if (self->file == job)
    {
      g_cancellable_cancel (self->file_quit);
      g_cancellable_cancel (self->file_stop);
    }
  g_mutex_unlock (&self->lock);
  if (!was_waiting)
    return;
  scribe_job_set_state (job, SCRIBE_JOB_STOPPED, NULL); /* who is told may ask for the session */
  g_object_unref (job);
}

static void
queue_job (ScribeJob *job, gpointer data)
{
  ScribeSession *self = data;

  g_mutex_lock (&self->lock);
  g_queue_push_tail (&self->files, g_object_ref (job));
  wake (self);
  g_mutex_unlock (&self->lock);
}

/* Takes over a job that the engine's thread has found, or that was asked for. */
static void
add_job (gpointer object, gpointer data)
{
  ScribeSession *self = object;
  ScribeJob *job = data;

  scribe_job_set_hooks (job, cancel_job, queue_job, self);
  g_list_store_append (self->jobs, job);
  queue_job (job, self);
}

void
session_post_job (ScribeSession *self, ScribeJob *job)
{
  session_post (self, add_job, self, job, g_object_unref);
}

ScribeJob *
scribe_session_add_file (ScribeSession *self, const char *path, const char *model)
{
  g_autoptr (ScribeJob) job = scribe_job_new (path, model, FALSE);

  add_job (self, job);
  return job; /* the list holds it */
}

GListModel *
scribe_session_get_jobs (ScribeSession *self)
{
  return G_LIST_MODEL (self->jobs);
}

void
scribe_session_remove_job (ScribeSession *self, ScribeJob *job)
{
  guint place;

  if (scribe_job_get_state (job) > SCRIBE_JOB_RUNNING && g_list_store_find (self->jobs, job, &place))
    {
      scribe_job_set_hooks (job, NULL, NULL, NULL);
      g_list_store_remove (self->jobs, place);
    }
}

/* --- dictation */

static void
become_listening (gpointer object, gpointer data)
{
  scribe_dictation_set_state (object, SCRIBE_DICTATION_LISTENING);
}

static void
become_finishing (gpointer object, gpointer data)
{
  scribe_dictation_set_state (object, SCRIBE_DICTATION_FINISHING);
}

typedef struct
{
  ScribeSession *session; /* outlives every dictation: scribe_session_close() waits for them */
  ScribeDictation *dictation;
} Listening;

static void
on_hears (gpointer data)
{
  const Listening *listening = data;

  session_post (listening->session, become_listening, listening->dictation, NULL, NULL);
}

static void
on_moved (gpointer data)
{
  const Listening *listening = data;

  session_speech_moved (listening->session, listening->dictation);
}

/* Told at once, though the engine may be busy for seconds: who presses the key now begins another dictation. */
static void
on_ended (gpointer data)
{
  const Listening *listening = data;

  session_post (listening->session, become_finishing, listening->dictation, NULL, NULL);
}

static void
on_cancelled (ScribeDictation *dictation, gpointer data)
{
  session_speech_moved (data, dictation);
}

ScribeDictation *
scribe_session_get_dictation (ScribeSession *self)
{
  ScribeDictation *dictation;

  g_mutex_lock (&self->lock);
  dictation = g_queue_peek_tail (&self->dictations);
  g_mutex_unlock (&self->lock);
  return dictation;
}

ScribeDictation *
scribe_session_dictate (ScribeSession *self, const ScribeDictationOptions *options)
{
  ScribeDictation *dictation = scribe_session_get_dictation (self);
  Listening *listening;
  ScribeListenerOptions how = { .microphone = options->microphone,
                                .folder = self->spools,
                                .pause = options->pause,
                                .stop_after_pause = options->stop_after_pause,
                                .hears = on_hears,
                                .moved = on_moved,
                                .ended = on_ended };

  if (dictation && scribe_dictation_get_state (dictation) <= SCRIBE_DICTATION_LISTENING)
    return dictation;

  dictation = scribe_dictation_new ();
  dictation->stopped = on_cancelled;
  g_weak_ref_set (&dictation->session, self);
  how.data = listening = g_new (Listening, 1);
  *listening = (Listening){ self, dictation };
  g_object_set_data_full (G_OBJECT (dictation), "listening", listening, g_free);

  g_mutex_lock (&self->lock);
  dictation->listener = scribe_listener_new (&how);
  g_queue_push_tail (&self->dictations, dictation); /* with the reference */
  wake (self);
  g_mutex_unlock (&self->lock);
  return dictation;
}

void
scribe_session_report_insertion (ScribeSession *self, const ScribeUtterance *utterance, double seconds)
{
  const Report report = { utterance->serial, seconds };

  g_mutex_lock (&self->lock);
  g_queue_push_tail (&self->reports, g_memdup2 (&report, sizeof report));
  wake (self);
  g_mutex_unlock (&self->lock);
}

/* --- its life */

typedef struct
{
  ScribeSessionState state;
  char *model, *device, *device_reason;
} Loaded;

static void
loaded_free (gpointer data)
{
  Loaded *loaded = data;

  g_free (loaded->model);
  g_free (loaded->device);
  g_free (loaded->device_reason);
  g_free (loaded);
}

static void
set_state (gpointer object, gpointer data)
{
  ScribeSession *self = object;
  const Loaded *loaded = data;

  replace (self, &self->device_reason, loaded->device_reason, 0);
  replace (self, &self->model, loaded->model, PROP_MODEL);
  replace (self, &self->device, loaded->device, PROP_DEVICE);
  if (self->state == loaded->state)
    return;
  self->state = loaded->state;
  g_object_notify_by_pspec (object, properties[PROP_STATE]);
}

void
session_post_state (ScribeSession *self, ScribeSessionState state, ScribeEngine *engine)
{
  const Loaded loaded = { state, g_strdup (engine ? scribe_engine_get_model_name (engine) : NULL),
                          g_strdup (engine ? scribe_engine_get_device (engine) : NULL),
                          g_strdup (engine ? scribe_engine_get_device_reason (engine) : NULL) };

  session_post (self, set_state, self, g_memdup2 (&loaded, sizeof loaded), loaded_free);
}

void
scribe_session_close (ScribeSession *self)
{
  if (self->thread == NULL)
    return;
  g_mutex_lock (&self->lock);
  self->is_closing = TRUE;
  for (GList *l = self->dictations.head; l; l = l->next)
    scribe_listener_stop (((ScribeDictation *) l->data)->listener, FALSE);
  if (self->dictations.length == 0) /* or what was said waits for the model */
    g_cancellable_cancel (self->quit);
  if (self->file)
    {
      g_cancellable_cancel (self->file_quit);
      g_cancellable_cancel (self->file_stop);
    }
  wake (self);
  g_mutex_unlock (&self->lock);
  g_thread_join (g_steal_pointer (&self->thread));
}

static void
scribe_session_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ScribeSession *self = SCRIBE_SESSION (object);

  switch (id)
    {
    case PROP_STATE:
      g_value_set_uint (value, self->state);
      break;
    case PROP_TROUBLE:
      g_value_set_string (value, scribe_session_get_trouble (self));
      break;
    case PROP_MODEL:
      g_value_set_string (value, self->model);
      break;
    case PROP_DEVICE:
      g_value_set_string (value, self->device);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
scribe_session_dispose (GObject *object)
{
  scribe_session_close (SCRIBE_SESSION (object));
  G_OBJECT_CLASS (scribe_session_parent_class)->dispose (object);
}

static void
scribe_session_finalize (GObject *object)
{
  ScribeSession *self = SCRIBE_SESSION (object);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->jobs)); i++)
    {
      g_autoptr (ScribeJob) job = g_list_model_get_item (G_LIST_MODEL (self->jobs), i);

      scribe_job_set_hooks (job, NULL, NULL, NULL); /* somebody may hold it longer */
    }
  g_clear_object (&self->jobs);
  g_queue_clear_full (&self->files, g_object_unref);
  g_queue_clear_full (&self->dictations, g_object_unref);
  g_queue_clear_full (&self->reports, g_free);
  g_clear_object (&self->file_stop);
  g_clear_object (&self->file_quit);
  g_clear_object (&self->decode_stop);
  g_clear_object (&self->quit);
  session_settings_clear (&self->settings);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->more);
  g_main_context_unref (self->context);
  g_free (self->database);
  g_free (self->recordings);
  g_free (self->spools);
  g_free (self->trouble);
  g_free (self->model_trouble);
  g_free (self->model);
  g_free (self->device);
  g_free (self->device_reason);
  G_OBJECT_CLASS (scribe_session_parent_class)->finalize (object);
}

static void
scribe_session_class_init (ScribeSessionClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = scribe_session_dispose;
  object_class->finalize = scribe_session_finalize;
  object_class->get_property = scribe_session_get_property;
  properties[PROP_STATE] = g_param_spec_uint ("state", NULL, NULL, 0, SCRIBE_SESSION_FAILED, 0, flags);
  properties[PROP_TROUBLE] = g_param_spec_string ("trouble", NULL, NULL, NULL, flags);
  properties[PROP_MODEL] = g_param_spec_string ("model", NULL, NULL, NULL, flags);
  properties[PROP_DEVICE] = g_param_spec_string ("device", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[TRANSCRIPT_CHANGED] = g_signal_new ("transcript-changed", SCRIBE_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                              G_TYPE_NONE, 1, G_TYPE_INT64);
}

static void
scribe_session_init (ScribeSession *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->jobs = g_list_store_new (SCRIBE_TYPE_JOB);
  self->file_stop = g_cancellable_new ();
  self->file_quit = g_cancellable_new ();
  self->decode_stop = g_cancellable_new ();
  self->quit = g_cancellable_new ();
  self->decoding.begin = -1;
  g_mutex_init (&self->lock);
  g_cond_init (&self->more);
}

ScribeSession *
scribe_session_new (const char *database)
{
  ScribeSession *self = g_object_new (SCRIBE_TYPE_SESSION, NULL);
  g_autofree char *path = database ? g_strdup (database) : scribe_store_default_path ();

  self->database = g_canonicalize_filename (path, NULL); /* as the store spells the folder of recordings */
  self->recordings = scribe_store_recordings_folder (self->database);
  self->spools = g_build_filename (self->recordings, "unfinished", NULL);
  self->thread = g_thread_new ("engine", session_thread, self);
  return self;
}
