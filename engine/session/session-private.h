/* session-private.h - what the thread of a session shares with who asks it
 *
 *   session.c          what is asked for, in the thread that made the session
 *   session-thread.c   the engine's thread: what to do next, the model
 *   session-files.c    files, and recordings that were recovered
 *   session-speech.c   dictations
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "session/dictation-private.h"
#include "session/engine.h"
#include "session/job-private.h"
#include "session/session.h"
#include "store/store.h"

G_BEGIN_DECLS

/* ScribeSessionOptions with strings of its own. */
typedef struct
{
  char *model, *device, *language, *prompt;
  guint n_threads, idle_seconds;
  gboolean fast, translate, keep_nothing, keep_audio;
  ScribeWording *wording;
} SessionSettings;

struct _ScribeSession
{
  GObject parent;

  GMainContext *context; /* of the thread that made it */
  GThread *thread;
  char *database, *recordings, *spools; /* path, folders */

  /* that thread */
  GListStore *jobs;
  ScribeSessionState state;
  char *trouble, *model_trouble, *model, *device, *device_reason;

  GMutex lock; /* of all below */
  GCond more;  /* something to do */
  SessionSettings settings;
  GQueue files;         /* of ScribeJob: waiting */
  GQueue dictations;    /* of ScribeDictation: the first is served */
  GQueue reports;       /* of Report: insertions to note */
  gboolean is_wanted;   /* the model, without a job */
  gboolean looks_again; /* for the model's file */
  gboolean is_to_recover, is_closing;
  ScribeJob *file;              /* being transcribed */
  GCancellable *file_stop;      /* of its device run; reset when it goes on */
  GCancellable *file_quit;      /* of its reading; for good */
  ScribeUtteranceSpan decoding; /* of the first dictation; begin < 0: none */
  gboolean is_decoding_final;
  GCancellable *decode_stop;
  GCancellable *quit; /* of making a model warm that nobody waits for */

  /* the engine's thread */
  ScribeStore *store; /* session_thread_get_store() */
  ScribeEngine *engine;
  char *engine_model, *engine_device; /* that it was made for */
  gboolean engine_fast;
  char *engine_path;              /* file of that model */
  const char *told_device;        /* on which READY said that it is */
  gboolean is_engine_conditioned; /* scribe_catalogue_conditions(), which reads a file */
  gboolean engine_shortens;       /* scribe_catalogue_shortens() */
  gboolean is_engine_busy;        /* a file is in the middle of it */
  gint64 n_utterances;            /* served so far */
  GHashTable *runs;               /* serial of an utterance -> row of its run, until its insertion was noted */
  gint64 used;                    /* monotonic time at which it was needed last */
};

/* An utterance whose text was inserted. */
typedef struct
{
  gint64 serial;
  double seconds;
} Report;

/* session-thread.c */
gpointer session_thread (gpointer session);

/* The database, opened if that did not go before; NULL, and told, where it does not go. */
ScribeStore *session_thread_get_store (ScribeSession *session, GError **error);

/* The engine for what is configured, loaded and warm; NULL with error set. */
ScribeEngine *session_thread_get_engine (ScribeSession *session, GError **error);

/* After a run: where the engine's device has changed, who shows it is told. */
void session_thread_tell_device (ScribeSession *session);

/* Another one, from the file of a model. */
ScribeEngine *session_thread_load (ScribeSession *session, const SessionSettings *settings, const char *path, GError **error);

/* How to transcribe with this engine; the settings must outlive the options. */
void session_thread_get_options (ScribeSession *session,
                                 ScribeEngine *engine,
                                 const SessionSettings *settings,
                                 ScribeTranscribeOptions *options);

void session_settings_copy (SessionSettings *to, const SessionSettings *from);
void session_settings_clear (SessionSettings *settings);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SessionSettings, session_settings_clear)

/* Insertions that were reported become part of their runs. */
void session_thread_note_reports (ScribeSession *session);

/* An utterance's row in the performance history; 0: none. */
void session_note_run (ScribeSession *session, gint64 serial, gint64 run);

/* A copy of the settings, for one run. */
void session_get_settings (ScribeSession *session, SessionSettings *settings);

/* Tells the trouble of a model, or of a database or file that cannot be written; NULL: there is none any more. */
void session_tell_trouble (ScribeSession *session, const GError *error);

/* Why there is no model; NULL: there is one. */
void session_tell_model_trouble (ScribeSession *session, const GError *error);

/* To the thread that made the session: function (object, data), which data is freed after. */
typedef void (*SessionFunction) (gpointer object, gpointer data);
void session_post (ScribeSession *session, SessionFunction function, gpointer object, gpointer data, GDestroyNotify destroy);
void session_post_state (ScribeSession *session, ScribeSessionState state, ScribeEngine *engine);
void session_post_job (ScribeSession *session, ScribeJob *job); /* takes it */
void session_post_changed (ScribeSession *session, gint64 transcript);

/* session-files.c */
void session_files_run (ScribeSession *session, ScribeJob *job);
void session_files_recover (ScribeSession *session);

/* The folder's file for a recording of this spool. */
char *session_recording_path (ScribeSession *session, const char *spool);

/* Puts it there; what stands in the way is told. */
void session_place_recording (ScribeSession *session, ScribeSpool *spool);

/* session-speech.c: serves the first dictation while there is something to do for it. With the lock held, which it lets go of meanwhile. */
gboolean session_speech_is_urgent (ScribeSession *session);
void session_speech_serve (ScribeSession *session);

/* More was heard: interrupts what is less urgent. Any thread. */
void session_speech_moved (ScribeSession *session, ScribeDictation *dictation);

G_END_DECLS
