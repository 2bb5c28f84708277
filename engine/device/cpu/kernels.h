/* kernels.h - the inner loops of the CPU device, one table per instruction set
 *
 * The loops are written once (kernels-loops.h) over a vector of floats whose width the instruction set decides, and compiled
 * once for each; the table that fits the processor is chosen when the device is opened. Matrix products of many rows are not
 * here: they are the matrix library's (gemm.h).
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model/weight.h"

G_BEGIN_DECLS

#define SCRIBE_ATTEND_ROWS 96 /* queries for one call of attend_rows(): their scores over 1500 keys are 576 KB */

typedef guint16 ScribeHalf; /* the bits of a binary16 */

typedef struct
{
  const char *name; /* "avx512" */

  /* Values of a weight's row of n_cols as floats, as scribe_weight_row(). n_cols: any for f32 and f16, whole blocks else. */
  void (*weight_row) (ScribeWeightType type, const guint8 *row, gsize n_cols, float *out);

  /* y[t, j] = x[t] . w[j] for n_tokens rows of x and n_rows rows of w. row_bytes: from one row of w to the next; n_in: a multiple
   * of 32. x [n_tokens, n_in], y [n_tokens, y_stride]. */
  void (*matvec) (ScribeWeightType type,
                  const guint8 *w,
                  gsize row_bytes,
                  gsize n_rows,
                  gsize n_in,
                  const float *x,
                  gsize n_tokens,
                  float *y,
                  gsize y_stride);

  /* y[t, j] = scales[j] * x_scales[t] * (x[t] . w[j]) in integers: w [n_rows, n_in] int8, x [n_tokens, n_in] int16; n_in: a multiple of 64,
   * at most 16384. */
  void (*matvec_i8) (const gint8 *w,
                     const float *scales,
                     gsize n_rows,
                     gsize n_in,
                     const gint16 *x,
                     const float *x_scales,
                     gsize n_tokens,
                     float *y,
                     gsize y_stride);

  /* Values of a row in steps of the returned scale: out [n] = x / scale, within -127 .. 127. */
  float (*to_i8) (const float *x, gsize n, gint8 *out);

  /* One head of 64 over n_keys rows of half-precision keys and values [n_keys, 64]: out [64] = softmax (q . k / 8) . v.
   * scores [n_keys]: scratch; holds the softmax afterwards. */
  void (*attend) (const float *q, const ScribeHalf *keys, const ScribeHalf *values, gsize n_keys, float *scores, float *out);

  /* The same for n_rows queries, SCRIBE_ATTEND_ROWS at most, over all of n_keys in fp32, as the encoder needs it: q [n_rows, stride], out likewise. keys and
   * values as pack_keys() and pack_values() made them; scores [n_rows, n_keys rounded up to panels]: scratch. */
  void (*attend_rows) (const float *q,
                       gsize n_rows,
                       gsize stride,
                       const float *keys,
                       const float *values,
                       gsize n_keys,
                       float *scores,
                       float *out);

  /* One head's keys (values) [n_keys, stride] into panels that the products of attend_rows() read in one run: each gets
   * n_keys rounded up to panels, times 64. */
  guint panel;
  void (*pack_keys) (const float *keys, gsize n_keys, gsize stride, float *out);
  void (*pack_values) (const float *values, gsize n_keys, gsize stride, float *out);

  /* x[i] = exp (scale * (x[i] - max x)); returns the sum. */
  float (*softmax_exp) (float *x, gsize n, float scale);

  void (*layer_norm) (const float *x, const float *gain, const float *bias, gsize n, float *out);

  /* y = act (y + bias) + residual; bias and residual may be NULL. */
  void (*epilogue) (float *y, const float *bias, gboolean gelu, const float *residual, gsize n);

  void (*scale) (float *x, gsize n, float factor);
  void (*to_half) (const float *x, gsize n, ScribeHalf *out);

  /* Powers re^2 + im^2 of n bins: spectrum [2 n], the real parts, then the imaginary ones. */
  void (*power) (const float *spectrum, gsize n, float *out);

  /* x = log10 (max (x, 1e-10)) in place; returns the largest. */
  float (*log10_floor) (float *x, gsize n);

  /* x = (max (x, floor) + 4) / 4 */
  void (*mel_scale) (float *x, gsize n, float floor);

  /* The largest magnitude of n samples; what is no number counts as silence, here and in to_i16. */
  float (*loudest) (const float *samples, gsize n);

  /* Samples times a power of two as integers, to nearest even, as near as 16 bits allow. */
  void (*to_i16) (const float *samples, gsize n, float factor, gint16 *out);

  float (*max) (const float *x, gsize n);
  /* sum of exp (x - max) */
  double (*sum_exp) (const float *x, gsize n, float max);
} ScribeKernels;

/* The best table that this processor can run. */
const ScribeKernels *scribe_kernels_get (void);

/* Those that it can run, best first; NULL behind the last (index counts up from 0). For tests, and for doctor. */
const ScribeKernels *scribe_kernels_get_nth (guint index);

G_END_DECLS
