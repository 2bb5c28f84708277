/* regression.h - where a series of runs got slower
 *
 *   3.1 3.0 3.2 3.1 2.9 3.0 | 3.9 4.1 3.8 4.0 3.9
 *   median before: 3.05       median of the last five: 3.9, 28 % more: slower since the first of them
 *
 * Medians, because single runs are slow for reasons of their own: another program, a machine that was warm. What got faster becomes what later
 * runs are compared with.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TILESCRIBE_REGRESSION_RUNS  5   /* that must agree, and as many at least before them */
#define TILESCRIBE_REGRESSION_LIMIT 1.2 /* times the median before */

/* values: of one model on one device, oldest first, less is better, NaN where not measured. Returns the indices of the first slower run of
 * each change for the worse, of guint, in order. */
GArray *tilescribe_regression_find (const double *values, guint n);

G_END_DECLS
