/* session-thread.c - the engine's thread: what to do next
 *
 * In this order: what is spoken, the model that was asked for, figures to note, recordings to recover, files. A file that runs is
 * interrupted by what is spoken (session-files.c), not by the rest.
 *
 * SPDX-License-Identifier: MIT
 */
#include "session/session-private.h"

#include "model/catalogue.h"

#include <malloc.h>
#include <string.h>

#define WARM_TOKENS 4
#define N_BEAMS     5

/* The first run touches every weight and buffer, which nobody should have to wait for while speaking. A device that fails in it has a successor. */
static gboolean
warm_up (ScribeSession *self, ScribeEngine *engine, GError **error)
{
  const char *device = scribe_engine_get_device (engine);
  g_autoptr (GError) failure = NULL;

  if (scribe_engine_warm_up (engine, WARM_TOKENS, NULL, NULL, self->quit, &failure))
    return TRUE;
  if (strcmp (scribe_engine_get_device (engine), device) != 0)
    return scribe_engine_warm_up (engine, WARM_TOKENS, NULL, NULL, self->quit, error);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

ScribeEngine *
session_thread_load (ScribeSession *self, const SessionSettings *settings, const char *path, GError **error)
{
  g_autoptr (ScribeEngine) engine = NULL;
  ScribeEngineOptions options;

  scribe_engine_options_init (&options);
  options.model = path;
  options.device = settings->device;
  options.fast = settings->fast;
  options.n_threads = settings->n_threads;
  options.n_beams = N_BEAMS;
  options.nested = TRUE;
  engine = scribe_engine_new (&options, error);
  if (engine == NULL || !warm_up (self, engine, error))
    return NULL;
  return g_steal_pointer (&engine);
}

static void
give_back (ScribeSession *self)
{
  if (self->engine == NULL)
    return;
  g_clear_pointer (&self->engine, scribe_engine_free);
  malloc_trim (0);
  session_post_state (self, SCRIBE_SESSION_EMPTY, NULL);
}

static gboolean
looks_again (ScribeSession *self)
{
  gboolean looks;

  g_mutex_lock (&self->lock);
  looks = self->looks_again;
  self->looks_again = FALSE;
  g_mutex_unlock (&self->lock);
  return looks;
}

/* Whether the engine is not what is asked for: by its name, or because that name means another file now. */
static gboolean
is_other (ScribeSession *self, const SessionSettings *settings)
{
  g_autofree char *path = NULL;

  if (g_strcmp0 (settings->model, self->engine_model) != 0 || g_strcmp0 (settings->device, self->engine_device) != 0
      || settings->fast != self->engine_fast)
    return TRUE;
  if (!looks_again (self))
    return FALSE;
  path = scribe_catalogue_find (settings->model, NULL);
  return g_strcmp0 (path, self->engine_path) != 0;
}

static void
load (ScribeSession *self, const SessionSettings *settings, GError **error)
{
  g_free (self->engine_model);
  g_free (self->engine_device);
  g_free (self->engine_path);
  self->engine_model = g_strdup (settings->model);
  self->engine_device = g_strdup (settings->device);
  self->engine_fast = settings->fast;
  self->engine_path = scribe_catalogue_find (settings->model, error);
  if (self->engine_path)
    self->engine = session_thread_load (self, settings, self->engine_path, error);
}

ScribeEngine *
session_thread_get_engine (ScribeSession *self, GError **error)
{
  g_auto (SessionSettings) settings = { 0 };
  g_autoptr (GError) failure = NULL;

  session_get_settings (self, &settings);
  self->used = g_get_monotonic_time ();
  if (self->engine && (self->is_engine_busy || !is_other (self, &settings)))
    return self->engine;

  g_clear_pointer (&self->engine, scribe_engine_free);
  session_post_state (self, SCRIBE_SESSION_LOADING, NULL);
  load (self, &settings, &failure);
  self->is_engine_conditioned = self->engine && scribe_catalogue_conditions (scribe_engine_get_model_name (self->engine));
  self->engine_shortens = self->engine && scribe_catalogue_shortens (scribe_engine_get_model_name (self->engine));
  self->told_device = self->engine ? scribe_engine_get_device (self->engine) : NULL;
  session_post_state (self, self->engine ? SCRIBE_SESSION_READY : SCRIBE_SESSION_FAILED, self->engine);
  session_tell_model_trouble (self, self->engine ? NULL : failure);
  if (failure)
    g_propagate_error (error, g_steal_pointer (&failure));
  self->used = g_get_monotonic_time ();
  return self->engine;
}

/* Somebody is about to speak. */
static void
get_ready (ScribeSession *self)
{
  ScribeEngine *engine = session_thread_get_engine (self, NULL);

  if (engine)
    scribe_engine_wake (engine);
}

void
session_thread_tell_device (ScribeSession *self)
{
  if (self->engine == NULL || strcmp (self->told_device, scribe_engine_get_device (self->engine)) == 0)
    return;
  self->told_device = scribe_engine_get_device (self->engine);
  session_post_state (self, SCRIBE_SESSION_READY, self->engine);
}

void
session_thread_get_options (ScribeSession *self,
                            ScribeEngine *engine,
                            const SessionSettings *settings,
                            ScribeTranscribeOptions *options)
{
  scribe_transcribe_options_init (options);
  options->language = settings->language;
  options->translate = settings->translate;
  options->word_times = TRUE;
  options->condition = engine == self->engine ? self->is_engine_conditioned
                                              : scribe_catalogue_conditions (scribe_engine_get_model_name (engine));
  options->prompt = options->condition ? settings->prompt : NULL; /* a model that is not told its own text is told no other */
}

ScribeStore *
session_thread_get_store (ScribeSession *self, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (self->store)
    return self->store;
  self->store = scribe_store_open (self->database, FALSE, &failure);
  session_tell_trouble (self, failure);
  if (failure)
    g_propagate_error (error, g_steal_pointer (&failure));
  return self->store;
}

void
session_note_run (ScribeSession *self, gint64 serial, gint64 run)
{
  if (run)
    g_hash_table_insert (self->runs, g_memdup2 (&serial, sizeof serial), g_memdup2 (&run, sizeof run));
}

static void
note (ScribeSession *self, Report *report)
{
  const gint64 *run = g_hash_table_lookup (self->runs, &report->serial);
  g_autoptr (GError) error = NULL;

  if (run && !scribe_store_report_insertion (self->store, *run, report->seconds, &error))
    session_tell_trouble (self, error);
  g_hash_table_remove (self->runs, &report->serial);
  g_free (report);
}

void
session_thread_note_reports (ScribeSession *self)
{
  Report *report;

  g_mutex_lock (&self->lock);
  while ((report = g_queue_pop_head (&self->reports)))
    {
      g_mutex_unlock (&self->lock);
      note (self, report);
      g_mutex_lock (&self->lock);
    }
  g_mutex_unlock (&self->lock);
}

/* With the lock: waits for something to do; gives the model back where that takes long and nobody is about to speak. */
static void
wait (ScribeSession *self)
{
  gint64 until = self->used + self->settings.idle_seconds * G_TIME_SPAN_SECOND;

  if (self->engine == NULL || self->settings.idle_seconds == 0 || self->dictations.length > 0)
    g_cond_wait (&self->more, &self->lock);
  else if (!g_cond_wait_until (&self->more, &self->lock, until)
           && self->used + self->settings.idle_seconds * G_TIME_SPAN_SECOND <= until)
    {
      g_mutex_unlock (&self->lock);
      give_back (self);
      g_mutex_lock (&self->lock);
    }
}

/* One thing; with the lock, which is let go of meanwhile. FALSE: there was nothing. */
static gboolean
work (ScribeSession *self)
{
  if (session_speech_is_urgent (self))
    {
      session_speech_serve (self);
      return TRUE;
    }
  if (self->is_wanted && !self->is_closing)
    {
      self->is_wanted = FALSE;
      g_mutex_unlock (&self->lock);
      get_ready (self);
    }
  else if (self->reports.length > 0)
    {
      g_mutex_unlock (&self->lock);
      session_thread_note_reports (self);
    }
  else if (self->is_to_recover && !self->is_closing)
    {
      self->is_to_recover = FALSE;
      g_mutex_unlock (&self->lock);
      session_files_recover (self);
    }
  else if (self->files.length > 0 && !self->is_closing)
    {
      self->file = g_queue_pop_head (&self->files);
      g_cancellable_reset (self->file_stop);
      g_cancellable_reset (self->file_quit);
      g_mutex_unlock (&self->lock);
      session_files_run (self, self->file);
      self->used = g_get_monotonic_time ();
    }
  else
    return FALSE;
  g_mutex_lock (&self->lock);
  return TRUE;
}

gpointer
session_thread (gpointer data)
{
  ScribeSession *self = data;

  self->runs = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  session_thread_get_store (self, NULL);
  g_mutex_lock (&self->lock);
  for (;;)
    {
      if (work (self))
        continue;
      if (self->is_closing && self->dictations.length == 0)
        break;
      wait (self);
    }
  g_mutex_unlock (&self->lock);

  g_clear_pointer (&self->engine, scribe_engine_free);
  g_clear_pointer (&self->store, scribe_store_free);
  g_clear_pointer (&self->runs, g_hash_table_unref);
  g_clear_pointer (&self->engine_model, g_free);
  g_clear_pointer (&self->engine_device, g_free);
  g_clear_pointer (&self->engine_path, g_free);
  return NULL;
}
