/* transcript-find.h - looks for words in a transcript: a search bar that knows its text
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "pages/transcript-text.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define TILESCRIBE_TYPE_TRANSCRIPT_FIND (tilescribe_transcript_find_get_type ())
G_DECLARE_FINAL_TYPE (TilescribeTranscriptFind, tilescribe_transcript_find, TILESCRIBE, TRANSCRIPT_FIND, AdwBin)

/* Not owned. Both live in the same window. */
void tilescribe_transcript_find_set_text (TilescribeTranscriptFind *find, TilescribeTranscriptText *text);

/* Whose search mode opens and closes it. */
GtkSearchBar *tilescribe_transcript_find_get_bar (TilescribeTranscriptFind *find);

/* How many places were found until now. */
guint tilescribe_transcript_find_get_n_found (TilescribeTranscriptFind *find);

G_END_DECLS
