/* transcript-facts.h - what a transcript is, in words
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tilescribe.h"

G_BEGIN_DECLS

/* "23 November 2026, 14:05 · 3:04 · base.en · CPU · English": what of it is known; free it. */
char *tilescribe_describe_transcript (const ScribeTranscript *transcript);

/* Sentences on what is not as usual with it; under_way: it is being transcribed by this program; trouble, one more, may be NULL. Empty where all is well; free it. */
char *tilescribe_describe_state (const ScribeTranscript *transcript, gboolean under_way, const char *trouble);

G_END_DECLS
