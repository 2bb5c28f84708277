/* transcript-view.h - one transcript: read it, hear it, mend it, hand it out
 *
 *   title, what it is and what is wrong with it                     find  edit  menu
 *   0:00   words, each of which can be heard from; that is being said is highlighted
 *   0:07   ...
 *   play, seek
 *
 * Nothing here waits: transcripts come from the store's thread, recordings are opened in one of their own, and a long text is
 * filled in by slices.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tilescribe.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_TRANSCRIPT_VIEW (tilescribe_transcript_view_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeTranscriptView, tilescribe_transcript_view, TILESCRIBE, TRANSCRIPT_VIEW, AdwBin)

GtkWidget *tilescribe_transcript_view_new (void);

/* Of ScribeJob: what is being transcribed here. */
void tilescribe_transcript_view_set_jobs (TilescribeTranscriptView *view, GListModel *jobs);

/* Where transcripts are read and edits written; to be set first. */
void tilescribe_transcript_view_set_store (TilescribeTranscriptView *view, ScribeStoreThread *store);

/* 0: nothing. The one that is shown already is read anew, and what was added to it since is shown, without moving what is read, after
 * the edit under way if there is one. An edit of another one is saved before. */
void tilescribe_transcript_view_show (TilescribeTranscriptView *view, gint64 id);
gint64 tilescribe_transcript_view_get_shown (TilescribeTranscriptView *view);

/* A segment that was transcribed just now (copied) goes to the end of what is shown, unless it is there. */
void tilescribe_transcript_view_append_segment (TilescribeTranscriptView *view, const ScribeSegment *segment);

/* What is saved of it goes to this file, which is replaced. How that went is told in the view. */
void tilescribe_transcript_view_export (TilescribeTranscriptView *view, ScribeFormat format, const char *path);

G_END_DECLS
