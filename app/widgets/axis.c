/* axis.c - round numbers along an axis, and figures as a person reads them
 *
 * SPDX-License-Identifier: MIT
 */
#include "widgets/axis.h"

#include <math.h>

#define MAX_DECIMALS  3
#define LEAST_STEP    1e-12
#define ROUNDING_SLOP 1e-9

static const double round_numbers[] = { 1, 2, 5, 10 };

double
tilescribe_axis_step (double max, guint n_ticks)
{
  double least = MAX (max / n_ticks, LEAST_STEP);
  double power = pow (10, floor (log10 (least)));

  for (guint i = 0; i < G_N_ELEMENTS (round_numbers); i++)
    if (round_numbers[i] * power >= least * (1 - ROUNDING_SLOP))
      return round_numbers[i] * power;
  return 10 * power;
}

char *
tilescribe_axis_label (double value, double step)
{
  int decimals = (int) CLAMP (-floor (log10 (step) + ROUNDING_SLOP), 0, 9);

  return g_strdup_printf ("%.*f", decimals, value);
}

char *
tilescribe_axis_figure (double value)
{
  int decimals = value != 0 ? (int) CLAMP (1 - floor (log10 (fabs (value))), 0, MAX_DECIMALS) : 0;

  return g_strdup_printf ("%.*f", decimals, value);
}
