/* kernels-loops.h - the inner loops, compiled once for each instruction set
 *
 * Included by kernels-NAME.c, each compiled with the flags of its instruction set, which decide how wide a vector is (vec.h).
 * Everything here is static but the table at the end, whose name the includer gives as KERNELS and KERNELS_NAME.
 *
 * A weight's row is read in chunks of 32 values: one block of a quantised format, or as much of a plain one.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/cpu/kernels-mel.h"
#include "device/cpu/kernels.h"
#include "device/cpu/vec.h"

#include <math.h>

#define CHUNK  32
#define PARTS  (CHUNK / VEC) /* vectors of a chunk */
#define INLINE static inline __attribute__ ((always_inline))

INLINE float
half_value (const guint8 *p)
{
#if VEC == 4
  return scribe_half_to_float (p[0] | p[1] << 8);
#else
  guint16 half;

  memcpy (&half, p, sizeof half);
  return _cvtsh_ss (half);
#endif
}

/* n integers of any small type as floats */
#define BYTES_TO_FLOATS(bytes, out)                      \
  for (guint part_ = 0; part_ < PARTS; part_++)          \
    {                                                    \
      vi wide_;                                          \
      for (guint lane_ = 0; lane_ < VEC; lane_++)        \
        wide_[lane_] = (bytes)[part_ * VEC + lane_];     \
      (out)[part_] = __builtin_convertvector(wide_, vf); \
    }

INLINE void
chunk_q8_0 (const guint8 *block, vf w[PARTS])
{
  float scale = half_value (block);

#if VEC == 16
  for (guint i = 0; i < PARTS; i++)
    w[i] = (vf) _mm512_cvtepi32_ps (_mm512_cvtepi8_epi32 (_mm_loadu_si128 ((const void *) (block + 2 + 16 * i))));
#elif VEC == 8
  for (guint i = 0; i < PARTS; i++)
    w[i] = (vf) _mm256_cvtepi32_ps (_mm256_cvtepi8_epi32 (_mm_loadl_epi64 ((const void *) (block + 2 + 8 * i))));
#else
  const gint8 *values = (const gint8 *) block + 2;

  BYTES_TO_FLOATS (values, w)
#endif
  for (guint i = 0; i < PARTS; i++)
    w[i] *= scale;
}

INLINE void
chunk_q5 (const guint8 *block, gboolean has_minimum, vf w[PARTS])
{
  float scale = half_value (block);
  float minimum = has_minimum ? half_value (block + 2) : -16 * scale;
  const guint8 *high = block + (has_minimum ? 4 : 2);
  guint8 values[CHUNK];

  for (guint j = 0; j < 16; j++)
    {
      guint8 low = high[4 + j];

      values[j] = (low & 15) | (high[j / 8] >> j % 8 & 1) << 4;
      values[j + 16] = low >> 4 | (high[2 + j / 8] >> j % 8 & 1) << 4;
    }
  BYTES_TO_FLOATS (values, w)
  for (guint i = 0; i < PARTS; i++)
    w[i] = w[i] * scale + minimum;
}

/* Values k .. k + 31 of a row */
INLINE void
load_chunk (ScribeWeightType type, const guint8 *row, gsize k, vf w[PARTS])
{
  switch (type)
    {
    case SCRIBE_WEIGHT_F32:
      for (guint i = 0; i < PARTS; i++)
        memcpy (&w[i], row + 4 * (k + i * VEC), sizeof w[i]);
      break;
    case SCRIBE_WEIGHT_F16:
      for (guint i = 0; i < PARTS; i++)
        w[i] = vec_load_half (row + 2 * (k + i * VEC));
      break;
    case SCRIBE_WEIGHT_Q8_0:
      chunk_q8_0 (row + k / CHUNK * 34, w);
      break;
    case SCRIBE_WEIGHT_Q5_0:
      chunk_q5 (row + k / CHUNK * 22, FALSE, w);
      break;
    case SCRIBE_WEIGHT_Q5_1:
    default:
      chunk_q5 (row + k / CHUNK * 24, TRUE, w);
      break;
    }
}

static void
weight_row (ScribeWeightType type, const guint8 *row, gsize n_cols, float *out)
{
  gsize whole = n_cols / CHUNK * CHUNK;
  ScribeWeight rest = { NULL, type, 1, n_cols - whole, row + scribe_weight_row_bytes (type, whole) };
  vf w[PARTS];

  for (gsize k = 0; k < whole; k += CHUNK)
    {
      load_chunk (type, row, k, w);
      for (guint i = 0; i < PARTS; i++)
        vec_store (out + k + i * VEC, w[i]);
    }
  if (rest.n_cols > 0)
    scribe_weight_row (&rest, 0, out + whole);
}

/* y[t, r] for n_rows <= 4 rows of w and n_tokens <= 4 rows of x, both constants where this is inlined: every product in
 * registers, each weight read and widened once for all tokens. */
INLINE void
matvec_tile (ScribeWeightType type,
             const guint8 *w,
             gsize row_bytes,
             const guint n_rows,
             gsize n_in,
             const float *x,
             const guint n_tokens,
             float *y,
             gsize y_stride)
{
  vf sums[4][4] = { 0 }; /* [rows, tokens] */

  for (gsize k = 0; k < n_in; k += CHUNK)
    for (guint r = 0; r < n_rows; r++)
      {
        vf values[PARTS];

        /* rows side by side in one page look like no stream to the hardware: fetch the next tile's lines ourselves */
        __builtin_prefetch (w + (r + n_rows) * row_bytes + k * row_bytes / n_in);
        load_chunk (type, w + r * row_bytes, k, values);
        for (guint t = 0; t < n_tokens; t++)
          for (guint i = 0; i < PARTS; i++)
            sums[r][t] += values[i] * vec_load (x + t * n_in + k + i * VEC);
      }
  for (guint r = 0; r < n_rows; r++)
    for (guint t = 0; t < n_tokens; t++)
      y[t * y_stride + r] = vec_sum (sums[r][t]);
}

INLINE void
matvec_type (ScribeWeightType type,
             const guint8 *w,
             gsize row_bytes,
             gsize n_rows,
             gsize n_in,
             const float *x,
             gsize n_tokens,
             float *y,
             gsize y_stride)
{
  gsize r = 0;

  for (; r + 4 <= n_rows; r += 4)
    for (gsize t = 0; t < n_tokens; t += 4)
      switch (MIN (n_tokens - t, 4))
        {
        case 1:
          matvec_tile (type, w + r * row_bytes, row_bytes, 4, n_in, x + t * n_in, 1, y + t * y_stride + r, y_stride);
          break;
        case 2:
          matvec_tile (type, w + r * row_bytes, row_bytes, 4, n_in, x + t * n_in, 2, y + t * y_stride + r, y_stride);
          break;
        case 3:
          matvec_tile (type, w + r * row_bytes, row_bytes, 4, n_in, x + t * n_in, 3, y + t * y_stride + r, y_stride);
          break;
        default:
          matvec_tile (type, w + r * row_bytes, row_bytes, 4, n_in, x + t * n_in, 4, y + t * y_stride + r, y_stride);
        }
  for (; r < n_rows; r++)
    for (gsize t = 0; t < n_tokens; t++)
      matvec_tile (type, w + r * row_bytes, row_bytes, 1, n_in, x + t * n_in, 1, y + t * y_stride + r, y_stride);
}

static void
matvec (ScribeWeightType type,
        const guint8 *w,
        gsize row_bytes,
        gsize n_rows,
        gsize n_in,
        const float *x,
        gsize n_tokens,
        float *y,
        gsize y_stride)
{
  switch (type)
    {
    case SCRIBE_WEIGHT_F32:
      matvec_type (SCRIBE_WEIGHT_F32, w, row_bytes, n_rows, n_in, x, n_tokens, y, y_stride);
      break;
    case SCRIBE_WEIGHT_F16:
      matvec_type (SCRIBE_WEIGHT_F16, w, row_bytes, n_rows, n_in, x, n_tokens, y, y_stride);
      break;
    case SCRIBE_WEIGHT_Q8_0:
      matvec_type (SCRIBE_WEIGHT_Q8_0, w, row_bytes, n_rows, n_in, x, n_tokens, y, y_stride);
      break;
    case SCRIBE_WEIGHT_Q5_0:
      matvec_type (SCRIBE_WEIGHT_Q5_0, w, row_bytes, n_rows, n_in, x, n_tokens, y, y_stride);
      break;
    case SCRIBE_WEIGHT_Q5_1:
      matvec_type (SCRIBE_WEIGHT_Q5_1, w, row_bytes, n_rows, n_in, x, n_tokens, y, y_stride);
      break;
    }
}

/* x . w of one row, n: a multiple of 64 */
INLINE gint32
dot_i8 (const gint8 *w, const gint16 *x, gsize n)
{
#if VEC == 16
  __m512i sum = _mm512_setzero_si512 ();

  for (gsize k = 0; k < n; k += 32)
    {
      __builtin_prefetch (w + k + 4096);
      sum = _mm512_add_epi32 (sum, _mm512_madd_epi16 (_mm512_cvtepi8_epi16 (_mm256_loadu_si256 ((const void *) (w + k))),
                                                      _mm512_loadu_si512 ((const void *) (x + k))));
    }
  return _mm512_reduce_add_epi32 (sum);
#elif VEC == 8
  __m256i sum = _mm256_setzero_si256 ();
  gint32 lanes[8], total = 0;

  for (gsize k = 0; k < n; k += 16)
    sum = _mm256_add_epi32 (sum, _mm256_madd_epi16 (_mm256_cvtepi8_epi16 (_mm_loadu_si128 ((const void *) (w + k))),
                                                    _mm256_loadu_si256 ((const void *) (x + k))));
  _mm256_storeu_si256 ((void *) lanes, sum);
  for (guint i = 0; i < 8; i++)
    total += lanes[i];
  return total;
#else
  gint32 total = 0;

  for (gsize k = 0; k < n; k++)
    total += (gint32) w[k] * x[k];
  return total;
#endif
}

static void
matvec_i8 (const gint8 *w,
           const float *scales,
           gsize n_rows,
           gsize n_in,
           const gint16 *x,
           const float *x_scales,
           gsize n_tokens,
           float *y,
           gsize y_stride)
{
  for (gsize r = 0; r < n_rows; r++)
    for (gsize t = 0; t < n_tokens; t++)
      y[t * y_stride + r] = scales[r] * x_scales[t] * (float) dot_i8 (w + r * n_in, x + t * n_in, n_in);
}

/* n: a multiple of 32 */
static float
to_i8 (const float *x, gsize n, gint8 *out)
{
  vf largest = { 0 };
  float scale;

  for (gsize i = 0; i < n; i += VEC)
    largest = vec_max (largest, vec_max (vec_load (x + i), -vec_load (x + i)));
  scale = vec_largest (largest) / 127;
  for (gsize i = 0; i < n; i += VEC)
    {
      /* adding 1.5 * 2^23 rounds to the nearest integer and leaves it in the low bits */
      vi q = (vi) (vec_load (x + i) * (scale > 0 ? 1 / scale : 0) + 0x1.8p23f);

      for (guint lane = 0; lane < VEC; lane++)
        out[i + lane] = (gint8) q[lane];
    }
  return scale;
}

static float
max_of (const float *x, gsize n)
{
  vf max = vec_set (-INFINITY);
  float largest;
  gsize i = 0;

  for (; i + VEC <= n; i += VEC)
    max = vec_max (max, vec_load (x + i));
  largest = vec_largest (max);
  for (; i < n; i++)
    largest = MAX (largest, x[i]);
  return largest;
}

static float
softmax_exp (float *x, gsize n, float scale)
{
  float max = max_of (x, n);
  vf sums = { 0 };
  float rest[VEC], sum;
  gsize i = 0;

  for (; i + VEC <= n; i += VEC)
    {
      vf e = vec_exp (scale * (vec_load (x + i) - max));

      vec_store (x + i, e);
      sums += e;
    }
  sum = vec_sum (sums);
  if (i < n)
    {
      memset (rest, 0, sizeof rest);
      memcpy (rest, x + i, (n - i) * sizeof (float));
      vec_store (rest, vec_exp (scale * (vec_load (rest) - max)));
      memcpy (x + i, rest, (n - i) * sizeof (float));
      for (; i < n; i++)
        sum += x[i];
    }
  return sum;
}

static double
sum_exp (const float *x, gsize n, float max)
{
  double sum = 0;
  gsize i = 0;

  /* partial sums of 1024 values in floats, which lose nothing that matters, so that long vocabularies keep their digits */
  while (i + VEC <= n)
    {
      vf sums = { 0 };
      gsize stop = MIN (n, i + 1024);

      for (; i + VEC <= stop; i += VEC)
        sums += vec_exp (vec_load (x + i) - max);
      sum += vec_sum (sums);
    }
  for (; i < n; i++)
    sum += expf (x[i] - max);
  return sum;
}

#define HEAD       64
#define HEAD_PARTS (HEAD / VEC)

static void
attend (const float *q, const ScribeHalf *keys, const ScribeHalf *values, gsize n_keys, float *scores, float *out)
{
  vf query[HEAD_PARTS], sums[HEAD_PARTS] = { 0 };
  float sum;

  for (guint i = 0; i < HEAD_PARTS; i++)
    query[i] = vec_load (q + i * VEC) * 0.125f;
  for (gsize k = 0; k < n_keys; k++)
    {
      vf score = { 0 };

      for (guint i = 0; i < HEAD_PARTS; i++)
        score += query[i] * vec_load_half (keys + k * HEAD + i * VEC);
      scores[k] = vec_sum (score);
    }

  sum = softmax_exp (scores, n_keys, 1);
  for (gsize k = 0; k < n_keys; k++)
    {
      scores[k] /= sum;
      for (guint i = 0; i < HEAD_PARTS; i++)
        sums[i] += scores[k] * vec_load_half (values + k * HEAD + i * VEC);
    }
  for (guint i = 0; i < HEAD_PARTS; i++)
    vec_store (out + i * VEC, sums[i]);
}

/* Attention over many rows. Both of its products are tiles of R rows and one panel of columns, held in registers over the whole
 * inner dimension: c [R, PANEL] = a [R, n_k] b [n_k, PANEL]. A panel of b stays in the first-level cache while all rows pass. */
#define PANEL_PARTS  4
#define PANEL        (PANEL_PARTS * VEC)
#define TILE_R       (VEC == 8 ? 3 : 6) /* what 16 or 32 registers hold */
#define KEYS_AT_ONCE 64

INLINE void
panel_tile (const guint n_rows, const float *a, gsize lda, const float *b, gsize n_k, float *c, gsize ldc, gboolean add)
{
  vf sums[TILE_R][PANEL_PARTS];

  for (guint r = 0; r < n_rows; r++)
    for (guint i = 0; i < PANEL_PARTS; i++)
      sums[r][i] = add ? vec_load (c + r * ldc + i * VEC) : (vf){ 0 };
  for (gsize k = 0; k < n_k; k++)
    {
      vf column[PANEL_PARTS];

      for (guint i = 0; i < PANEL_PARTS; i++)
        column[i] = vec_load (b + k * PANEL + i * VEC);
      for (guint r = 0; r < n_rows; r++)
        for (guint i = 0; i < PANEL_PARTS; i++)
          sums[r][i] += a[r * lda + k] * column[i];
    }
  for (guint r = 0; r < n_rows; r++)
    for (guint i = 0; i < PANEL_PARTS; i++)
      vec_store (c + r * ldc + i * VEC, sums[r][i]);
}

static void
panel_rows (const float *a, gsize n_rows, gsize lda, const float *b, gsize n_k, float *c, gsize ldc, gboolean add)
{
  gsize r = 0;

  for (; r + TILE_R <= n_rows; r += TILE_R)
    panel_tile (TILE_R, a + r * lda, lda, b, n_k, c + r * ldc, ldc, add);
  for (; r < n_rows; r++)
    panel_tile (1, a + r * lda, lda, b, n_k, c + r * ldc, ldc, add);
}

static void
pack_keys (const float *keys, gsize n_keys, gsize stride, float *out)
{
  for (gsize first = 0; first < n_keys; first += PANEL)
    for (guint j = 0; j < HEAD; j++)
      for (guint i = 0; i < PANEL; i++)
        *out++ = first + i < n_keys ? keys[(first + i) * stride + j] : 0;
}

static void
pack_values (const float *values, gsize n_keys, gsize stride, float *out)
{
  for (guint first = 0; first < HEAD; first += PANEL)
    for (gsize k = 0; k < n_keys; k++, out += PANEL)
      memcpy (out, values + k * stride + first, PANEL * sizeof (float));
}

static void
attend_rows (const float *q,
             gsize n_rows,
             gsize stride,
             const float *keys,
             const float *values,
             gsize n_keys,
             float *scores,
             float *out)
{
  gsize n_columns = (n_keys + PANEL - 1) / PANEL * PANEL;
  float sums[SCRIBE_ATTEND_ROWS];

  for (gsize k = 0; k < n_columns; k += PANEL)
    panel_rows (q, n_rows, stride, keys + k * HEAD, HEAD, scores + k, n_columns, FALSE);
  for (gsize r = 0; r < n_rows; r++)
    sums[r] = softmax_exp (scores + r * n_columns, n_keys, 0.125f);
  for (guint first = 0; first < HEAD; first += PANEL)
    for (gsize k = 0; k < n_keys; k += KEYS_AT_ONCE)
      panel_rows (scores + k, n_rows, n_columns, values + first * n_keys + k * PANEL, MIN (KEYS_AT_ONCE, n_keys - k), out + first,
                  stride, k > 0);
  for (gsize r = 0; r < n_rows; r++)
    for (guint i = 0; i < HEAD; i += VEC)
      vec_store (out + r * stride + i, vec_load (out + r * stride + i) / sums[r]);
}

/* n: a multiple of 64, as every width of a model is */
static void
layer_norm (const float *x, const float *gain, const float *bias, gsize n, float *out)
{
  vf sums = { 0 }, squares = { 0 };
  float mean, scale;

  for (gsize i = 0; i < n; i += VEC)
    sums += vec_load (x + i);
  mean = vec_sum (sums) / n;
  for (gsize i = 0; i < n; i += VEC)
    {
      vf d = vec_load (x + i) - mean;

      squares += d * d;
    }
  scale = 1 / sqrtf (vec_sum (squares) / n + 1e-5f);
  for (gsize i = 0; i < n; i += VEC)
    vec_store (out + i, (vec_load (x + i) - mean) * scale * vec_load (gain + i) + vec_load (bias + i));
}

/* n: a multiple of 32 */
static void
epilogue (float *y, const float *bias, gboolean gelu, const float *residual, gsize n)
{
  for (gsize i = 0; i < n; i += VEC)
    {
      vf v = vec_load (y + i);

      if (bias)
        v += vec_load (bias + i);
      if (gelu)
        v = vec_gelu (v);
      if (residual)
        v += vec_load (residual + i);
      vec_store (y + i, v);
    }
}

/* n: a multiple of 32 */
static void
scale_by (float *x, gsize n, float factor)
{
  for (gsize i = 0; i < n; i += VEC)
    vec_store (x + i, vec_load (x + i) * factor);
}

/* n: a multiple of 32 */
static void
to_half (const float *x, gsize n, ScribeHalf *out)
{
  for (gsize i = 0; i < n; i += VEC)
    vec_store_half (out + i, vec_load (x + i));
}

extern const ScribeKernels KERNELS;

const ScribeKernels KERNELS = {
  .name = KERNELS_NAME,
  .weight_row = weight_row,
  .matvec = matvec,
  .matvec_i8 = matvec_i8,
  .to_i8 = to_i8,
  .attend = attend,
  .attend_rows = attend_rows,
  .panel = PANEL,
  .pack_keys = pack_keys,
  .pack_values = pack_values,
  .softmax_exp = softmax_exp,
  .layer_norm = layer_norm,
  .epilogue = epilogue,
  .scale = scale_by,
  .to_half = to_half,
  .power = power,
  .log10_floor = log10_floor,
  .mel_scale = mel_scale,
  .loudest = loudest,
  .to_i16 = to_i16,
  .max = max_of,
  .sum_exp = sum_exp,
};
