/* axis.h - round numbers along an axis, and figures as a person reads them
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Smallest of 1, 2, 5 times a power of ten that divides 0 to max into n_ticks steps or fewer. max and n_ticks greater than 0. */
double tilescribe_axis_step (double max, guint n_ticks);

/* A multiple of step, with as many decimals as step has. */
char *tilescribe_axis_label (double value, double step);

/* Two significant digits or more, at most three decimals: "0.083", "3.2", "1240". */
char *tilescribe_axis_figure (double value);

G_END_DECLS
