/* session.h - the engine thread: jobs in, events out
 *
 *   ScribeSession *session = scribe_session_new (NULL);
 *   scribe_session_configure (session, &options);
 *   scribe_session_add_file (session, "talk.mp3");              a ScribeJob: queue, progress, segments
 *   scribe_session_dictate (session, &how);                     a ScribeDictation (dictation.h)
 *
 * One thread owns the engine and a connection to the store; all that is here is for the thread that made the session, and none of it
 * waits. Signals and property notifications come from that thread's main context. Dictation comes first: a file that is being
 * transcribed gives way within one op of the device when somebody speaks, and goes on afterwards where it was. The model is
 * loaded when it is needed or asked for, made warm by a real run, and given back after a time without work.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "session/dictation.h"
#include "session/job.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  SCRIBE_SESSION_EMPTY,   /* no model in memory */
  SCRIBE_SESSION_LOADING, /* and being made warm */
  SCRIBE_SESSION_READY,
  SCRIBE_SESSION_FAILED /* the model cannot be loaded: scribe_session_get_trouble() */
} ScribeSessionState;

/* What a person chose; strings are copied. */
typedef struct
{
  const char *model;      /* name or path, as scribe_catalogue_find() takes it; NULL: the best one installed */
  const char *device;     /* NULL: auto */
  gboolean fast;          /* on an NPU: less exact and faster */
  guint n_threads;        /* 0: all */
  guint idle_seconds;     /* after which the model is given back; 0: never */
  const char *language;   /* NULL: detect */
  gboolean translate;     /* to English */
  const char *prompt;     /* vocabulary and style; NULL: none */
  gboolean keep_nothing;  /* of what is dictated: neither text nor recording */
  gboolean keep_audio;    /* of dictations, to be replayed */
  ScribeWording *wording; /* replacements and spoken punctuation of dictations; NULL: none; referenced */
} ScribeSessionOptions;

void scribe_session_options_init (ScribeSessionOptions *options);

#define SCRIBE_TYPE_SESSION (scribe_session_get_type ())
G_DECLARE_FINAL_TYPE (ScribeSession, scribe_session, SCRIBE, SESSION, GObject)

/* database: where transcripts are written; NULL: scribe_store_default_path(). What is dictated is recorded beside it. Properties for binding: "state" (guint, a ScribeSessionState), "trouble" (string), "model", "device" (strings).
 * Signals: "transcript-changed" (gint64 id): a transcript began, grew or ended, in any way. */
ScribeSession *scribe_session_new (const char *database);

/* From the next job on; another model or device replaces the one in memory when that is idle. */
void scribe_session_configure (ScribeSession *session, const ScribeSessionOptions *options);

/* Models came or went: looks again which one that is, and takes it where one is in memory. */
void scribe_session_models_changed (ScribeSession *session);

/* Loads the model and makes it warm, if that is not done. */
void scribe_session_warm_up (ScribeSession *session);

ScribeSessionState scribe_session_get_state (ScribeSession *session);
const char *scribe_session_get_trouble (ScribeSession *session);       /* a sentence, or NULL: of the model or the database */
const char *scribe_session_get_model (ScribeSession *session);         /* "base.en"; NULL while EMPTY */
const char *scribe_session_get_device (ScribeSession *session);        /* "cpu"; NULL while EMPTY */
const char *scribe_session_get_device_reason (ScribeSession *session); /* a sentence */

/* A file to transcribe, after those that wait. model: another one than configured (transcribe again); NULL: that. */
ScribeJob *scribe_session_add_file (ScribeSession *session, const char *path, const char *model);

/* All jobs added since the start that were not removed, oldest first: of ScribeJob. */
GListModel *scribe_session_get_jobs (ScribeSession *session);

/* Takes an ended job out of the list. */
void scribe_session_remove_job (ScribeSession *session, ScribeJob *job);

/* Starts to listen. Never NULL: what goes wrong is told by its signal "ended". One at a time: while one listens it is that one. */
ScribeDictation *scribe_session_dictate (ScribeSession *session, const ScribeDictationOptions *options);
ScribeDictation *scribe_session_get_dictation (ScribeSession *session); /* that listens or finishes; NULL: none */

/* Looks for what an earlier program left when it died in the middle of a dictation, and adds it as jobs that are marked recovered. */
void scribe_session_recover (ScribeSession *session);

/* What happened to an utterance after it was text: seconds that its insertion took, from text to target; for the performance history. */
void scribe_session_report_insertion (ScribeSession *session, const ScribeUtterance *utterance, double seconds);

/* Ends everything: a dictation is finished as if stopped, the file under way is cut off and stays in the history as stopped. Waits for the
 * engine thread, a second or two at most. */
void scribe_session_close (ScribeSession *session);

G_END_DECLS
