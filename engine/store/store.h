/* store.h - everything transcribed, in one SQLite database
 *
 * transcripts, their segments and words, and one row per run with its stage timings: a history of performance from day one.
 * One writer at a time (a ScribeStore is used by one thread; other processes wait up to a few seconds). A transcript exists in
 * the database from the moment its run begins, and its segments are committed as they come: killing the program loses nothing
 * that was shown. Newer databases are refused, older ones are migrated after a backup was made beside them.
 * Search is FTS5 over the segments' text.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "transcript.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _ScribeStore ScribeStore;

typedef enum
{
  SCRIBE_STATE_RUNNING, /* being transcribed, or the program died while it was */
  SCRIBE_STATE_DONE,
  SCRIBE_STATE_STOPPED, /* by the person; what was done is kept */
  SCRIBE_STATE_FAILED,
  SCRIBE_STATE_RECORDING /* being dictated, or the program died while it was; stored as numbers: a new state comes last */
} ScribeState;

typedef enum
{
  SCRIBE_KIND_FILE,     /* a recording of the person's own */
  SCRIBE_KIND_DICTATION /* what was spoken into this program, whose recording is ours */
} ScribeKind;

/* How long transcripts are kept. As numbers in the settings. */
typedef enum
{
  SCRIBE_RETENTION_FOREVER,
  SCRIBE_RETENTION_MONTHS_3,
  SCRIBE_RETENTION_WEEKS_2,
  SCRIBE_RETENTION_DAYS_3,
  SCRIBE_RETENTION_LAST_100,
  SCRIBE_RETENTION_NOTHING
} ScribeRetention;

typedef enum
{
  SCRIBE_BEST_FIRST,
  SCRIBE_NEWEST_FIRST
} ScribeOrder;

/* What is known of a transcript when it begins. */
typedef struct
{
  const char *source; /* as in ScribeTranscript */
  const char *title;  /* NULL: the file name, or the first words where a file name says nothing (dictation, standard input) */
  ScribeKind kind;
  gboolean recovered; /* left by a program that died in the middle of a dictation, and transcribed from its recording */
} ScribeBeginning;

typedef struct
{
  gint64 id;
  gint64 created; /* microseconds since 1970, UTC */
  ScribeState state;
  ScribeKind kind;
  gboolean recovered;
  gboolean pinned;     /* kept whatever the retention says */
  char *source;        /* absolute path of the recording as the file system spells it, "-" for standard input */
  char *title;         /* file name, or the first words */
  char *text;          /* all segments joined; NULL in lists and searches */
  char *snippet;       /* in searches: where it matches, with \002 and \003 around each match; else the first words */
  double seconds;      /* of the recording, as far as it was transcribed */
  ScribeRunStats run;  /* the last one: of a dictation, that of its last utterance */
  GPtrArray *segments; /* of ScribeSegment; NULL in lists and searches */
} ScribeTranscript;

void scribe_transcript_free (ScribeTranscript *transcript);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeTranscript, scribe_transcript_free)

/* $XDG_DATA_HOME/tilescribe/transcripts.db */
char *scribe_store_default_path (void);

/* Opens or creates the database. read_only: for listing; a database that does not exist yet is then an error of kind NOT_FOUND.
 * Each failure (locked, read-only, corrupt, newer, full disk, no permission) is one sentence that says what to do. */
ScribeStore *scribe_store_open (const char *path, gboolean read_only, GError **error);
void scribe_store_free (ScribeStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeStore, scribe_store_free)

/* Whatever runs longer than some milliseconds ends with an error once this is cancelled. NULL: nothing does. */
void scribe_store_set_cancellable (ScribeStore *store, GCancellable *cancellable);

/* The life of a transcript: begin, add segments, finish. begin returns the id, 0 on error; what is dictated begins as being recorded,
 * all else as running. Each run adds a row to the performance history and returns its id, 0 on error; the last one is shown.
 * finish: run may be NULL, and so may run_id, which gets the id of its row. */
gint64 scribe_store_begin (ScribeStore *store, const ScribeBeginning *beginning, GError **error);
gboolean scribe_store_add_segment (ScribeStore *store, gint64 id, const ScribeSegment *segment, GError **error);
gint64 scribe_store_add_run (ScribeStore *store, gint64 id, const ScribeRunStats *run, GError **error);
gboolean
scribe_store_finish (ScribeStore *store, gint64 id, ScribeState state, const ScribeRunStats *run, gint64 *run_id, GError **error);

/* Newest first, of ScribeTranscript; limit 0 is all; before: only ids below it, 0 for no bound (pages of a long list). */
GPtrArray *scribe_store_list (ScribeStore *store, guint limit, gint64 before, GError **error);

/* The ids of all, newest first: the length of a list, and where each of its pages begins. Of gint64. */
GArray *scribe_store_list_ids (ScribeStore *store, GError **error);

/* Transcripts with a segment that holds all the words (the last one as a prefix). Any text is a valid query. The snippet is of the segment
 * that matches best, newest first: of the last one that matches. */
GPtrArray *scribe_store_search (ScribeStore *store, const char *words, ScribeOrder order, guint limit, GError **error);

/* One transcript with its segments and words. */
ScribeTranscript *scribe_store_get (ScribeStore *store, gint64 id, GError **error);

/* Whether there is a dictation of this recording that came to its end. */
gboolean scribe_store_has_dictation (ScribeStore *store, const char *source);

/* The end of a recovered dictation, which takes the place of all that earlier programs had begun to write of the same recording, in one
 * step. Returns the ids of those, of gint64, or NULL with error set. */
GArray *scribe_store_finish_recovered (ScribeStore *store, gint64 id, const ScribeRunStats *run, GError **error);

/* Pinned transcripts are kept, whatever the retention says. */
gboolean scribe_store_set_pinned (ScribeStore *store, gint64 id, gboolean pinned, GError **error);

/* Corrects a segment, counted from 0, as scribe_segment_edit() does. */
gboolean scribe_store_set_segment_text (ScribeStore *store, gint64 id, guint segment, const char *text, GError **error);

/* Forgets a transcript with its segments and words. Its runs stay in the performance history: they hold nothing that was said. */
gboolean scribe_store_delete (ScribeStore *store, gint64 id, GError **error);

/* The folder of dictations' recordings that belongs to a database: "recordings" beside it. */
char *scribe_store_recordings_folder (const char *database);

/* Deletes the recording of a dictation that was forgotten, unless another transcript is of it. What does not lie in the folder of
 * recordings of this database is not ours and stays: a database can be anybody's. */
void scribe_store_remove_recording (ScribeStore *store, const char *source);

/* Forgets what is older than the person wants at the time now (microseconds since 1970); never what is pinned, running or being dictated.
 * Returns the sources of those that were dictated, so that their recordings can be removed, or NULL with error set, in which case some
 * may be forgotten already. */
char **scribe_store_expire (ScribeStore *store, ScribeRetention retention, gint64 now, GError **error);

/* How many that would be; -1 with error set. */
gint64 scribe_store_count_expired (ScribeStore *store, ScribeRetention retention, gint64 now, GError **error);

/* A row of the performance history. */
typedef struct
{
  gint64 id;
  gint64 transcript; /* 0 where that was deleted */
  gint64 ended;      /* microseconds since 1970, UTC */
  ScribeRunStats stats;
} ScribeRun;

void scribe_run_free (ScribeRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeRun, scribe_run_free)

/* Runs that ended at since (microseconds since 1970) or later, newest first, of ScribeRun; limit 0 is all. */
GPtrArray *scribe_store_runs (ScribeStore *store, gint64 since, guint limit, GError **error);

/* Seconds that it took to hand over the text of a run: they are part of its latency from now on. */
gboolean scribe_store_report_insertion (ScribeStore *store, gint64 run_id, double seconds, GError **error);

/* Number of transcripts and bytes of the file (either may be NULL); for doctor. check: also SQLite's integrity check, and, in a
 * store opened for writing, that of the search index, which is rebuilt if it is out of step. */
gboolean scribe_store_check (ScribeStore *store, gboolean check, guint64 *n_transcripts, guint64 *bytes, GError **error);

G_END_DECLS
