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
  SCRIBE_STATE_FAILED
} ScribeState;

typedef struct
{
  gint64 id;
  gint64 created; /* microseconds since 1970, UTC */
  ScribeState state;
  char *source;  /* absolute path of the recording as the file system spells it, "-" for standard input */
  char *title;   /* file name, or the first words */
  char *text;    /* all segments joined; NULL in lists and searches */
  char *snippet; /* in searches: where it matches, with \002 and \003 around each match; else the first words */
  ScribeRunStats run;
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

/* The life of a transcript: begin, add segments, finish. begin returns the id, 0 on error; title NULL is the file name, or the
 * first words of standard input. Each finish with a run adds a row to the performance history; the last one is shown. */
gint64 scribe_store_begin (ScribeStore *store, const char *source, const char *title, GError **error);
gboolean scribe_store_add_segment (ScribeStore *store, gint64 id, const ScribeSegment *segment, GError **error);
gboolean scribe_store_finish (ScribeStore *store, gint64 id, ScribeState state, const ScribeRunStats *run, GError **error);

/* Newest first, of ScribeTranscript; limit 0 is all; before: only ids below it, 0 for no bound (pages of a long list). */
GPtrArray *scribe_store_list (ScribeStore *store, guint limit, gint64 before, GError **error);

/* Transcripts with a segment that holds all the words (the last one as a prefix), best first. Any text is a valid query. */
GPtrArray *scribe_store_search (ScribeStore *store, const char *words, guint limit, GError **error);

/* One transcript with its segments and words. */
ScribeTranscript *scribe_store_get (ScribeStore *store, gint64 id, GError **error);

/* Forgets a transcript with its segments and words. Its runs stay in the performance history: they hold nothing that was said. */
gboolean scribe_store_delete (ScribeStore *store, gint64 id, GError **error);

/* Number of transcripts and bytes of the file (either may be NULL); for doctor. check: also SQLite's integrity check, and, in a
 * store opened for writing, that of the search index, which is rebuilt if it is out of step. */
gboolean scribe_store_check (ScribeStore *store, gboolean check, guint64 *n_transcripts, guint64 *bytes, GError **error);

G_END_DECLS
