/* session-files.c - a recording of the queue, through the engine and into the store
 *
 * SPDX-License-Identifier: MIT
 */
#include "session/session-private.h"

#include "audio/spool.h"
#include "model/catalogue.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

typedef struct
{
  ScribeSession *session;
  ScribeJob *job;
  ScribeEngine *engine; /* the session's, or one of its own for another model */
  gint64 transcript;    /* 0: not in the store, or not any more */
  gboolean is_deleted;  /* by the person, while it ran */
  GError *unwritten;    /* why the database did not take all of it; NULL: it did */
  const SessionSettings *settings;
  ScribeRunStats stats;
  char *language;     /* spoken */
  ScribeSpool *spool; /* of a recovered dictation, held until it has its place; NULL: a person's own file */
  char *source;       /* what the store is told: the person's own file, or where a recovered dictation has its place */
} FileRun;

/* --- told in the thread that made the session */

typedef struct
{
  ScribeJobState state;
  char *trouble;
} Turn;

static void
turn_free (gpointer data)
{
  g_free (((Turn *) data)->trouble);
  g_free (data);
}

static void
set_state (gpointer object, gpointer data)
{
  const Turn *turn = data;

  scribe_job_set_state (object, turn->state, turn->trouble);
}

static void
post_state (FileRun *run, ScribeJobState state, const GError *error)
{
  const Turn turn = { state, g_strdup (error ? error->message : NULL) };

  session_post (run->session, set_state, run->job, g_memdup2 (&turn, sizeof turn), turn_free);
}

static void
set_progress (gpointer object, gpointer data)
{
  const double *seconds = data;

  scribe_job_set_progress (object, seconds[0], seconds[1]);
}

static void
set_transcript (gpointer object, gpointer data)
{
  scribe_job_set_transcript (object, *(const gint64 *) data);
}

static void
send_segment (gpointer object, gpointer data)
{
  scribe_job_send_segment (object, data);
}

/* --- events of the engine */

/* A recording of ours, be it recovered or transcribed again, and no file of the person's. */
static gboolean
is_dictated (const FileRun *run)
{
  g_autofree char *folder = g_path_get_dirname (run->source);

  return g_str_equal (folder, run->session->recordings);
}

/* What was dictated is written as the person wants it, after a crash too. */
static ScribeSegment *
word (FileRun *run, const ScribeSegment *segment)
{
  ScribeSegment *worded = scribe_segment_copy (segment);
  g_autofree char *text = NULL;

  if (!is_dictated (run) || run->settings->wording == NULL)
    return worded;
  text = scribe_wording_apply (run->settings->wording, segment->text, run->settings->translate ? "en" : run->language);
  scribe_segment_edit (worded, g_strstrip (text));
  return worded;
}

/* The first error counts. */
static void
note_unwritten (FileRun *run, GError *error)
{
  session_tell_trouble (run->session, error);
  if (run->unwritten == NULL)
    run->unwritten = error;
  else
    g_error_free (error);
}

static void
on_language (const char *code, gpointer data)
{
  FileRun *run = data;

  g_free (run->language);
  run->language = g_strdup (code);
}

/* A row that the person has deleted meanwhile is not missed: what is left of the run is for nobody. */
static void
keep_segment (FileRun *run, const ScribeSegment *segment)
{
  GError *error = NULL;

  if (run->transcript == 0 || scribe_store_add_segment (run->session->store, run->transcript, segment, &error))
    return;
  if (!g_error_matches (error, SCRIBE_ERROR, SCRIBE_ERROR_NOT_FOUND))
    {
      note_unwritten (run, error);
      return;
    }
  g_error_free (error);
  run->transcript = 0;
  run->is_deleted = TRUE;
  g_cancellable_cancel (run->session->file_stop);
}

static void
on_segment (const ScribeSegment *heard, gpointer data)
{
  FileRun *run = data;
  ScribeSegment *segment = word (run, heard);

  keep_segment (run, segment);
  session_post (run->session, send_segment, run->job, segment, (GDestroyNotify) scribe_segment_free);
  session_post_changed (run->session, run->transcript);
}

static void
on_progress (double done, double total, gpointer data)
{
  FileRun *run = data;
  const double seconds[] = { done, total };

  session_thread_note_reports (run->session); /* of what was spoken meanwhile: a recording may take hours */
  session_post (run->session, set_progress, run->job, g_memdup2 (seconds, sizeof seconds), g_free);
}

/* Somebody speaks, or the file is not wanted any more. */
static gboolean
on_interrupted (gpointer data)
{
  FileRun *run = data;
  ScribeSession *session = run->session;
  gboolean goes_on;

  g_mutex_lock (&session->lock);
  while (session_speech_is_urgent (session))
    session_speech_serve (session);
  goes_on = !scribe_job_is_cancelled (run->job) && !run->is_deleted && !session->is_closing;
  if (goes_on)
    g_cancellable_reset (session->file_stop);
  g_mutex_unlock (&session->lock);
  return goes_on;
}

/* --- the run */

static void
begin_transcript (FileRun *run)
{
  ScribeStore *store;
  const ScribeBeginning beginning = { .source = run->source,
                                      .kind = is_dictated (run) ? SCRIBE_KIND_DICTATION : SCRIBE_KIND_FILE,
                                      .recovered = scribe_job_is_recovered (run->job) };
  GError *error = NULL;

  store = session_thread_get_store (run->session, &error);
  run->transcript = store ? scribe_store_begin (store, &beginning, &error) : 0;
  if (run->transcript == 0)
    note_unwritten (run, error);
  else
    session_tell_trouble (run->session, NULL);
  session_post (run->session, set_transcript, run->job, g_memdup2 (&run->transcript, sizeof (gint64)), g_free);
  session_post_changed (run->session, run->transcript);
}

static gboolean
finish_recovered (FileRun *run, GError **error)
{
  g_autoptr (GArray) replaced = scribe_store_finish_recovered (run->session->store, run->transcript, &run->stats, error);

  for (guint i = 0; replaced && i < replaced->len; i++)
    session_post_changed (run->session, g_array_index (replaced, gint64, i));
  return replaced != NULL;
}

/* Of a recovered dictation only what came to its end stays: the next start begins anew. */
static void
end_transcript (FileRun *run, ScribeState state)
{
  ScribeStore *store = run->session->store;
  GError *error = NULL;
  gboolean ok;

  if (run->transcript == 0)
    return;
  if (run->spool == NULL)
    ok = scribe_store_finish (store, run->transcript, state, &run->stats, NULL, &error);
  else if (state == SCRIBE_STATE_DONE && run->unwritten == NULL)
    ok = finish_recovered (run, &error);
  else
    ok = scribe_store_delete (store, run->transcript, &error);
  if (!ok)
    note_unwritten (run, error);
  session_post_changed (run->session, run->transcript);
}

static gboolean
transcribe (FileRun *run, GError **error)
{
  ScribeSession *session = run->session;
  const ScribeTranscribeEvents events = {
    .language = on_language, .segment = on_segment, .progress = on_progress, .interrupted = on_interrupted, .data = run
  };
  g_autoptr (ScribeAudioFile) audio = scribe_audio_file_open (run->spool ? scribe_job_get_path (run->job) : run->source,
                                                              session->file_quit, error);
  ScribeTranscribeOptions options;
  gboolean ok;

  if (audio == NULL)
    return FALSE;
  session_thread_get_options (session, run->engine, run->settings, &options);

  session->is_engine_busy = run->engine == session->engine;
  ok = scribe_engine_transcribe (run->engine, audio, &options, &events, &run->stats, session->file_stop, error);
  session->is_engine_busy = FALSE;
  session_thread_tell_device (session);
  return ok;
}

char *
session_recording_path (ScribeSession *session, const char *spool)
{
  g_autofree char *name = g_path_get_basename (spool);

  return g_build_filename (session->recordings, name, NULL);
}

void
session_place_recording (ScribeSession *session, ScribeSpool *spool)
{
  g_autofree char *path = session_recording_path (session, scribe_spool_get_path (spool));
  g_autoptr (GError) error = NULL;

  if (g_rename (scribe_spool_get_path (spool), path) == 0)
    return;
  g_set_error (&error, SCRIBE_ERROR, SCRIBE_ERROR_OUTPUT, _ ("The recording “%s” cannot be moved to “%s”: %s."),
               scribe_spool_get_path (spool), path, g_strerror (errno));
  session_tell_trouble (session, error);
}

static void
put_spool_in_place (FileRun *run)
{
  if (run->spool && (run->is_deleted || run->settings->keep_nothing || !run->settings->keep_audio))
    scribe_spool_discard (run->spool);
  else if (run->spool)
    session_place_recording (run->session, run->spool);
  g_clear_pointer (&run->spool, scribe_spool_free);
}

/* Names and holds what is to be transcribed. FALSE without an error: nothing is, as an earlier program came to its end but for the place of
 * the recording, or another one was faster. */
static gboolean
take_over (FileRun *run, GError **error)
{
  const char *path = scribe_job_get_path (run->job);
  ScribeStore *store;

  if (!scribe_job_is_recovered (run->job))
    {
      run->source = g_strdup (path);
      return TRUE;
    }
  run->source = session_recording_path (run->session, path);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return FALSE;
  run->spool = scribe_spool_recover (path, error);
  store = run->spool ? session_thread_get_store (run->session, error) : NULL;
  if (store == NULL)
    return FALSE;
  if (!scribe_store_has_dictation (store, run->source))
    return TRUE;
  put_spool_in_place (run);
  return FALSE;
}

typedef struct
{
  ScribeSession *session;
  const SessionSettings *settings;
  const char *path;
  gboolean is_loaded; /* guarded by the session's lock; the rest is then the other thread's no more */
  ScribeEngine *engine;
  GError *error;
} Loading;

static gpointer
load_in_thread (gpointer data)
{
  Loading *loading = data;

  loading->engine = session_thread_load (loading->session, loading->settings, loading->path, &loading->error);
  g_mutex_lock (&loading->session->lock);
  loading->is_loaded = TRUE;
  g_cond_signal (&loading->session->more);
  g_mutex_unlock (&loading->session->lock);
  return NULL;
}

/* An engine for this run alone. Who speaks while it is loaded is served. */
static ScribeEngine *
load_other (FileRun *run, const char *path, GError **error)
{
  ScribeSession *session = run->session;
  Loading loading = { session, run->settings, path };
  GThread *thread;

  thread = g_thread_new ("load", load_in_thread, &loading);
  g_mutex_lock (&session->lock);
  while (!loading.is_loaded)
    if (session_speech_is_urgent (session))
      session_speech_serve (session);
    else
      g_cond_wait (&session->more, &session->lock);
  g_mutex_unlock (&session->lock);
  g_thread_join (thread);
  if (loading.error)
    g_propagate_error (error, loading.error);
  return loading.engine;
}

static gboolean
get_engine (FileRun *run, GError **error)
{
  const char *model = scribe_job_get_model (run->job);
  g_autofree char *usual = model ? scribe_catalogue_find (run->settings->model, NULL) : NULL;
  g_autofree char *other = model ? scribe_catalogue_find (model, error) : NULL;

  if (model && other == NULL)
    return FALSE;
  if (g_strcmp0 (usual, other) != 0)
    run->engine = load_other (run, other, error);
  else
    run->engine = session_thread_get_engine (run->session, error);
  return run->engine != NULL;
}

static void
transcribe_and_store (FileRun *run, GError **error)
{
  GError *failure = NULL;

  begin_transcript (run);
  if (run->spool == NULL || run->unwritten == NULL)
    transcribe (run, &failure);
  end_transcript (run, failure == NULL                                               ? SCRIBE_STATE_DONE
                       : g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? SCRIBE_STATE_STOPPED
                                                                                     : SCRIBE_STATE_FAILED);
  if (failure == NULL && run->spool && run->unwritten) /* the recording is all that there is */
    failure = g_error_copy (run->unwritten);
  if (failure == NULL || run->is_deleted)
    put_spool_in_place (run);
  if (failure)
    g_propagate_error (error, failure);
}

static void
run_job (FileRun *run)
{
  g_autoptr (GError) error = NULL;

  if (take_over (run, &error) && get_engine (run, &error))
    transcribe_and_store (run, &error);
  g_clear_pointer (&run->spool, scribe_spool_free); /* after an error an orphan still, for the next start */

  if (error == NULL)
    post_state (run, SCRIBE_JOB_DONE, NULL);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    post_state (run, SCRIBE_JOB_STOPPED, NULL);
  else
    post_state (run, SCRIBE_JOB_FAILED, error);
}

void
session_files_run (ScribeSession *session, ScribeJob *job)
{
  g_auto (SessionSettings) settings = { 0 };
  FileRun run = { .session = session, .job = job, .settings = &settings };

  scribe_run_stats_init (&run.stats);
  session_get_settings (session, &settings);
  post_state (&run, SCRIBE_JOB_RUNNING, NULL);
  if (scribe_job_is_cancelled (job))
    post_state (&run, SCRIBE_JOB_STOPPED, NULL);
  else
    run_job (&run);
  if (run.engine != session->engine)
    g_clear_pointer (&run.engine, scribe_engine_free);
  scribe_run_stats_clear (&run.stats);
  g_clear_error (&run.unwritten);
  g_free (run.source);
  g_free (run.language);

  g_mutex_lock (&session->lock);
  session->file = NULL;
  g_mutex_unlock (&session->lock);
  g_object_unref (job);
}

void
session_files_recover (ScribeSession *session)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) orphans = scribe_spool_list_orphans (session->spools, &error);

  if (orphans == NULL)
    session_tell_trouble (session, error);
  for (guint i = 0; orphans && orphans[i]; i++)
    session_post_job (session, scribe_job_new (orphans[i], NULL, TRUE));
}
