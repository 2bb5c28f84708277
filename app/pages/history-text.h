/* history-text.h - what a row of the history says
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tilescribe.h"

G_BEGIN_DECLS

/* Pango markup of a text on one line, in which \002 and \003 stand around what a search has found. What it found first is near the beginning, so that
 * a narrow row shows it. Any text gives valid markup. */
char *tilescribe_history_markup (const char *snippet);

/* "14:32" today, "Yesterday 14:32", "Monday 14:32" within a week, else the date. created: microseconds since 1970. */
char *tilescribe_history_date (gint64 created, GDateTime *now);

/* "14:32 · 0:42 · talk.wav · base.en": what matters least is last, where a narrow window cuts it off. */
char *tilescribe_history_facts (const ScribeTranscript *transcript, GDateTime *now);

/* "Recovered", "Stopped", "Failed": what is not as it should be; NULL where nothing is. */
const char *tilescribe_history_state (const ScribeTranscript *transcript);

G_END_DECLS
