/* npu-mel.c - samples, transform and filters for the array
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-mel.h"

#include "device/cpu/kernels.h"
#include "error.h"
#include "model/whisper-weights.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define TRANSFORM_FACTOR  32767
#define LARGEST_SAMPLE    32768
#define LARGEST_EXPONENT  30 /* of the samples' factor, either way: beyond it there is silence, or no sound */
#define COLUMNS_OF_BLOCK  8
#define FILTERS_OF_OBJECT (TILE_OBJECT_BYTES / sizeof (TileFilter))

float
scribe_npu_mel_quantise (const float *samples, gsize n, gint16 *out)
{
  const ScribeKernels *kernels = scribe_kernels_get ();
  const float max = kernels->loudest (samples, n);
  float factor;
  int exponent;

  /* max <= 2^exponent */
  if (frexpf (max, &exponent) == 0.5f)
    exponent--;
  factor = ldexpf (LARGEST_SAMPLE, max > 0 ? -CLAMP (exponent, -LARGEST_EXPONENT, LARGEST_EXPONENT) : 0);
  kernels->to_i16 (samples, n, factor, out);
  return factor;
}

float
scribe_npu_mel_power_scale (float factor)
{
  double of_sum = (1 << TILE_SPECTRUM_SHIFT) / ((double) TRANSFORM_FACTOR * factor);

  return (float) (of_sum * of_sum);
}

/* Of the DFT with its window: column c of a tile is the real part of its bin c, or the imaginary one of its bin c - 32. */
static double
transform_value (guint tile, guint sample, guint column)
{
  guint bin = tile * SCRIBE_NPU_BIN_TILE + column % SCRIBE_NPU_BIN_TILE;
  double window = 0.5 * (1 - cos (2 * G_PI * sample / SCRIBE_N_FFT)),
         angle = 2 * G_PI * (sample * bin % SCRIBE_N_FFT) / SCRIBE_N_FFT;

  if (bin >= SCRIBE_N_BINS || sample >= SCRIBE_N_FFT)
    return 0;
  return window * (column < SCRIBE_NPU_BIN_TILE ? cos (angle) : -sin (angle));
}

void
scribe_npu_mel_transform (guint tile, guint i, guint8 *object)
{
  const guint n_lower = TILE_SPECTRUM_SAMPLES * COLUMNS_OF_BLOCK; /* from an upper half to its lower */
  gint16 *out = (gint16 *) (gpointer) object;

  memset (object, 0, TILE_OBJECT_BYTES);
  for (guint first = 0; first < 2 * SCRIBE_NPU_BIN_TILE; first += COLUMNS_OF_BLOCK, out += n_lower)
    for (guint sample = 0; sample < TILE_SPECTRUM_SAMPLES; sample++)
      for (guint column = first; column < first + COLUMNS_OF_BLOCK; column++, out++)
        {
          double value = TRANSFORM_FACTOR * transform_value (tile, i * TILE_SPECTRUM_SAMPLES + sample, column);

          out[0] = (gint16) rint (value);
          out[n_lower] = (gint16) CLAMP (rint ((value - out[0]) * 65536), G_MININT16, G_MAXINT16);
        }
}

GByteArray *
scribe_npu_mel_filters (const ScribeWeight *weight, guint first, guint *n, GError **error)
{
  const guint n_bins = MIN (weight->n_cols, SCRIBE_N_BINS),
              n_bands = MIN (TILE_MEL_COLS, weight->n_rows - MIN (first, weight->n_rows));
  g_autofree float *rows = g_new (float, (gsize) TILE_MEL_COLS * weight->n_cols);
  g_autoptr (GArray) filters = g_array_new (FALSE, TRUE, sizeof (TileFilter));

  for (guint band = 0; band < n_bands; band++)
    scribe_weight_row (weight, first + band, rows + (gsize) band * weight->n_cols);
  for (guint bin = 0; bin < n_bins; bin++)
    for (guint band = 0; band < n_bands; band++)
      {
        TileFilter filter = { .bin = bin, .band = band, .weight = rows[(gsize) band * weight->n_cols + bin] };

        if (filter.weight != 0)
          g_array_append_val (filters, filter);
      }
  if (filters->len > TILE_FILTERS)
    {
      g_set_error (error, SCRIBE_ERROR, SCRIBE_ERROR_DEVICE,
                   _ ("The mel filters of this model have %u values other than zero in %u bands, and the NPU holds %u. "
                      "Choose the device “cpu”."),
                   filters->len, n_bands, TILE_FILTERS);
      return NULL;
    }
  *n = filters->len;
  g_array_set_size (filters, (filters->len + FILTERS_OF_OBJECT - 1) / FILTERS_OF_OBJECT * FILTERS_OF_OBJECT);
  return g_byte_array_new_take (g_array_steal (filters, NULL),
                                (*n + FILTERS_OF_OBJECT - 1) / FILTERS_OF_OBJECT * TILE_OBJECT_BYTES);
}
