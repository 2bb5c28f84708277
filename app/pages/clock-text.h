/* clock-text.h - seconds of a recording as a person reads them
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* "0:07", "12:34", "1:02:03"; what is no time (negative, not a number) is "0:00". */
char *tilescribe_clock_text (double seconds);

/* How long something takes, in the words of a sentence: "7 seconds", "12 minutes", "2 hours 5 minutes". */
char *tilescribe_duration_text (double seconds);

G_END_DECLS
