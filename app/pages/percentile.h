/* percentile.h - the value that so many of a hundred do not exceed
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* percent: 0 to 100. Between two values it is as far as the rank is between theirs (Hyndman and Fan's type 7, as numpy and R have it), so that
 * 50 is the median. What is not finite counts as not measured; NaN where nothing was. */
double tilescribe_percentile (const double *values, guint n, double percent);

G_END_DECLS
