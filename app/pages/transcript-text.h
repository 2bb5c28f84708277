/* transcript-text.h - the words of a transcript, each paragraph with its time in the margin
 *
 * Line n of the buffer is segment n. Only the paragraph that is being edited can be changed by the person.
 *
 * Properties: "follow" and "shading" (gboolean); "editing" (gboolean, read-only).
 * Signals: "play" (double seconds): a word was clicked, or chosen with Enter; "toggle": the space bar, with Ctrl while editing.
 *          "edited" (guint segment, char *text): what a person made of a segment.
 *          "changed": there is other text to be searched.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tilescribe.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_TRANSCRIPT_TEXT (tilescribe_transcript_text_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeTranscriptText, tilescribe_transcript_text, TILESCRIBE, TRANSCRIPT_TEXT, GtkTextView)

/* Of ScribeSegment, which nobody changes from then on; NULL: none. Where what is shown is their beginning, it stays and the rest is
 * added, so that who reads a transcript does not lose the place when it grew. */
void tilescribe_transcript_text_set_segments (TilescribeTranscriptText *text, GPtrArray *segments);

/* One more (copied); who reads at the end goes on reading at the end. */
void tilescribe_transcript_text_append (TilescribeTranscriptText *text, const ScribeSegment *segment);

guint tilescribe_transcript_text_get_n_segments (TilescribeTranscriptText *text);
const ScribeSegment *tilescribe_transcript_text_get_segment (TilescribeTranscriptText *text, guint n);

/* Another segment in the place of this one (taken over): its words after an edit. */
void tilescribe_transcript_text_replace (TilescribeTranscriptText *text, guint n, ScribeSegment *segment);

/* What is heard: its word is highlighted, and with "follow" kept in sight. Negative: nothing is. */
void tilescribe_transcript_text_set_position (TilescribeTranscriptText *text, double seconds);

/* The paragraph where the cursor is; FALSE where there is none. A click on another one ends the edit and begins there. */
gboolean tilescribe_transcript_text_begin_edit (TilescribeTranscriptText *text);
void tilescribe_transcript_text_end_edit (TilescribeTranscriptText *text, gboolean keep);
gboolean tilescribe_transcript_text_is_editing (TilescribeTranscriptText *text);

G_END_DECLS
