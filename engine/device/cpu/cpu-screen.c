/* cpu-screen.c - the vocabulary in 8 bits: finding the few products that are worth computing
 *
 * The output matrix is half of what a decoder step reads, and the search wants to know only its largest products. A copy in
 * 8 bits tells where they are with half the traffic: rounding errors of a row's values are independent, so the error of a
 * product is close to normal with deviation scale / sqrt 12 * |x|. Every token that comes within the margin of the last one
 * wanted is then computed from the model's own weights, so the candidates are those of the exact product.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/cpu/cpu-private.h"

#include <math.h>

#define TILE_ROWS  1024
#define DEVIATIONS 6 /* of each of two products */

typedef struct
{
  CpuDevice *device;
  const ScribeWeight *weight;
  CpuScreen *screen;
} ScreenTask;

static void
screen_tile (guint tile, guint thread, gpointer data)
{
  const ScreenTask *task = data;
  const ScribeWeight *w = task->weight;
  gsize row_bytes = scribe_weight_row_bytes (w->type, w->n_cols);
  float *row = cpu_buffer_get (&task->device->scratch[thread], w->n_cols);
  guint stop = MIN (w->n_rows, (tile + 1) * TILE_ROWS);

  for (guint i = tile * TILE_ROWS; i < stop; i++)
    {
      task->device->kernels->weight_row (w->type, w->data + i * row_bytes, w->n_cols, row);
      task->screen->scales[i] = task->device->kernels->to_i8 (row, w->n_cols, task->screen->rows + (gsize) i * w->n_cols);
    }
}

CpuScreen *
cpu_screen_new (CpuDevice *device, const ScribeWeight *weight)
{
  ScreenTask task = { device, weight, NULL };

  /* quantised models are small already */
  if (weight->type != SCRIBE_WEIGHT_F16 && weight->type != SCRIBE_WEIGHT_F32)
    return NULL;

  task.screen = g_new0 (CpuScreen, 1);
  task.screen->rows = g_new (gint8, (gsize) weight->n_rows * weight->n_cols);
  task.screen->scales = g_new (float, weight->n_rows);
  scribe_pool_run (device->pool, (weight->n_rows + TILE_ROWS - 1) / TILE_ROWS, screen_tile, &task);
  for (guint i = 0; i < weight->n_rows; i++)
    task.screen->max_scale = MAX (task.screen->max_scale, task.screen->scales[i]);
  return task.screen;
}

void
cpu_screen_free (CpuScreen *screen)
{
  g_free (screen->rows);
  g_free (screen->scales);
  g_free (screen);
}

float
cpu_screen_margin (const CpuScreen *screen, const float *x, guint n_cols)
{
  float squares = 0;

  for (guint i = 0; i < n_cols; i++)
    squares += x[i] * x[i];
  return 2 * DEVIATIONS * screen->max_scale * sqrtf (squares / 12);
}

void
cpu_screen_input (const float *x, guint n, guint n_cols, gint16 *out, float *scales)
{
  for (guint i = 0; i < n; i++, x += n_cols, out += n_cols)
    {
      float largest = 0;

      for (guint j = 0; j < n_cols; j++)
        largest = MAX (largest, fabsf (x[j]));
      scales[i] = largest / 32767;
      for (guint j = 0; j < n_cols; j++)
        out[j] = largest > 0 ? (gint16) lrintf (x[j] / scales[i]) : 0;
    }
}
