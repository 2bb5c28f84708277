/* npu-scheme.c - see npu-scheme.h
 *
 * x and weights are quantised whole, packed in objects, and multiplied tile by tile [64 x 128], 32 inputs at a time.
 *
 * SPDX-License-Identifier: MIT
 */
#include "trial/npu-scheme.h"

#include "device/npu/npu-format.h"
#include "tile/kernels.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define STEP        32  /* inputs of a step */
#define EXACT_I16   512 /* inputs whose products of 16 and 8 bits an int32 can sum */
#define BLOCK_BYTES 64
#define MOST_16     32639 /* 127 x 256 + 127: two bytes, both signed */
#define N_LIMITS    20    /* that calibration tries */

typedef enum
{
  OF_TENSOR,
  OF_CALIBRATION,
  OF_RANGE, /* with a zero that is not 0 */
  OF_ROW,
  OF_GROUP
} Scale;

static const struct
{
  const char *name;
  guint bits, weight_bits; /* 0: bfp16 */
  gboolean is_pair;        /* bfp16 */
  Scale scale, weight_scale;
} schemes[SCRIBE_NPU_N_SCHEMES] = {
  [SCRIBE_NPU_SCHEME_INT8] = { "int8, symmetric, not calibrated", 8, 8, FALSE, OF_TENSOR, OF_TENSOR },
  [SCRIBE_NPU_SCHEME_CALIBRATED] = { "int8, symmetric, calibrated", 8, 8, FALSE, OF_CALIBRATION, OF_ROW },
  [SCRIBE_NPU_SCHEME_ASYMMETRIC] = { "int8, asymmetric, calibrated", 8, 8, FALSE, OF_RANGE, OF_ROW },
  [SCRIBE_NPU_SCHEME_GROUPS] = { "int8, per row and groups of 32", 8, 8, FALSE, OF_ROW, OF_GROUP },
  [SCRIBE_NPU_SCHEME_W8A16] = { "W8A16", 16, 8, FALSE, OF_ROW, OF_ROW },
  [SCRIBE_NPU_SCHEME_W16A16] = { "W16A16", 16, 16, FALSE, OF_ROW, OF_ROW },
  [SCRIBE_NPU_SCHEME_BFP16] = { "bfp16 (fast)", 0, 0, FALSE, OF_ROW, OF_ROW },
  [SCRIBE_NPU_SCHEME_BFP16_PAIRS] = { "bfp16 in pairs (accurate)", 0, 0, TRUE, OF_ROW, OF_ROW },
};

/* A matrix of integers, rows of n_cols, and the scales of each row */
typedef struct
{
  guint n_rows, n_cols, n_groups; /* n_rows: padded with zeros */
  gint zero;
  gint16 *values;
  float *scales; /* [n_rows, n_groups] */
} Integers;

typedef struct
{
  const TileKernels *kernels;
  TileClock clock;
  ScribeNpuScheme scheme;
  guint n_in;
  Integers x, w;
  guint8 *a, *b; /* objects: [blocks of 64 rows, steps]; [tiles of 128 outputs, steps, parts] */
  guint n_parts;
  gint32 *acc;  /* of a tile */
  double *sums; /* in the same order */
} Product;

const char *
scribe_npu_scheme_name (ScribeNpuScheme scheme)
{
  return schemes[scheme].name;
}

static float
largest_of (const float *x, gsize n)
{
  float largest = 0;

  for (gsize i = 0; i < n; i++)
    largest = MAX (largest, fabsf (x[i]));
  return largest;
}

static gint16
quantised (float x, float scale, gint zero, gint least, gint most)
{
  return (gint16) CLAMP (lrintf (x / scale) + zero, least, most);
}

static double
error_of_limit (const float *x, gsize n, float limit)
{
  const float scale = limit / 127;
  double error = 0;

  for (gsize i = 0; i < n; i++)
    {
      const double difference = (double) x[i] - (double) scale * quantised (x[i], scale, 0, -127, 127);

      error += difference * difference;
    }
  return error;
}

void
scribe_npu_range_init (ScribeNpuRange *range, const float *x, gsize n)
{
  const float largest = largest_of (x, n);
  double best = INFINITY;

  *range = (ScribeNpuRange){ 0 };
  for (gsize i = 0; i < n; i++)
    {
      range->least = MIN (range->least, x[i]);
      range->most = MAX (range->most, x[i]);
    }
  for (guint i = 1; i <= N_LIMITS && largest > 0; i++)
    {
      const float limit = largest * (float) i / N_LIMITS;
      const double error = error_of_limit (x, n, limit);

      if (error < best)
        {
          best = error;
          range->limit = limit;
        }
    }
}

/* ---------------------------------------------------------------- integers */

static void
integers_init (Integers *m, guint n_rows, guint n_padded, guint n_cols, guint n_groups)
{
  m->n_rows = n_padded;
  m->n_cols = n_cols;
  m->n_groups = n_groups;
  m->zero = 0;
  m->values = g_new0 (gint16, (gsize) n_padded * n_cols);
  m->scales = g_new0 (float, (gsize) n_padded *n_groups);
  g_assert (n_rows <= n_padded);
}

static void
integers_clear (Integers *m)
{
  g_free (m->values);
  g_free (m->scales);
}

/* A row in n_groups parts, each by the scale of its largest value, or all by a given one. */
static void
quantise_row (Integers *m, guint row, const float *x, gint most, float given)
{
  const guint n = m->n_cols / m->n_groups;

  for (guint group = 0; group < m->n_groups; group++)
    {
      const float largest = given > 0 ? given : largest_of (x + (gsize) group * n, n);
      const float scale = largest > 0 ? largest / (float) most : 1;

      m->scales[row * m->n_groups + group] = scale;
      for (guint i = group * n; i < (group + 1) * n; i++)
        m->values[(gsize) row * m->n_cols + i] = quantised (x[i], scale, 0, -most, most);
    }
}

static void
quantise_x (Product *p, const ScribeNpuRange *range, const float *x, guint n_rows)
{
  const Scale of = schemes[p->scheme].scale;
  const gint most = schemes[p->scheme].bits == 8 ? 127 : 32767;
  const float given = of == OF_TENSOR ? largest_of (x, (gsize) n_rows * p->n_in) : of == OF_CALIBRATION ? range->limit : 0;

  integers_init (&p->x, n_rows, (n_rows + TILE_M - 1) / TILE_M * TILE_M, p->n_in, 1);
  if (of == OF_RANGE)
    {
      const float scale = MAX (range->most - range->least, FLT_MIN) / 255;

      p->x.zero = (gint) lrintf (-range->least / scale) - 128;
      for (gsize i = 0; i < (gsize) n_rows * p->n_in; i++)
        p->x.values[i] = quantised (x[i], scale, p->x.zero, -128, 127);
      for (guint row = 0; row < n_rows; row++)
        p->x.scales[row] = scale;
      return;
    }
  for (guint row = 0; row < n_rows; row++)
    quantise_row (&p->x, row, x + (gsize) row * p->n_in, most, given);
}

static void
quantise_w (Product *p, const ScribeWeight *weight)
{
  const Scale of = schemes[p->scheme].weight_scale;
  const gint most = schemes[p->scheme].weight_bits == 8 ? 127 : MOST_16;
  g_autofree float *values = g_new (float, weight->n_cols);
  float given = 0;

  integers_init (&p->w, weight->n_rows, (weight->n_rows + TILE_N - 1) / TILE_N * TILE_N, p->n_in,
                 of == OF_GROUP ? p->n_in / STEP : 1);
  for (guint row = 0; of == OF_TENSOR && row < weight->n_rows; row++)
    {
      scribe_weight_row (weight, row, values);
      given = MAX (given, largest_of (values, p->n_in));
    }
  for (guint row = 0; row < weight->n_rows; row++)
    {
      scribe_weight_row (weight, row, values);
      quantise_row (&p->w, row, values, most, given);
    }
}

/* 64 rows, 32 columns: blocks of 8x8 bytes or of 8x4 words */
static void
pack_x (const Product *p, guint first_row, guint first_col, guint8 *object)
{
  const guint n_values = schemes[p->scheme].bits == 8 ? 8 : 4;

  for (guint row = 0; row < TILE_M; row++)
    for (guint col = 0; col < STEP; col++)
      {
        const gint16 value = p->x.values[(gsize) (first_row + row) * p->n_in + first_col + col];
        guint8 *block = object + (row / 8 * 8 + col / n_values) * BLOCK_BYTES;

        if (n_values == 8)
          block[row % 8 * 8 + col % 8] = (guint8) value;
        else
          memcpy (block + 2 * (row % 8 * 4 + col % 4), &value, sizeof value);
      }
}

/* 128 outputs, 32 inputs: blocks of 8 inputs x 8 outputs. part: of a weight of 16 bits, the upper and the lower byte */
static void
pack_w (const Product *p, guint first_row, guint first_col, guint part, guint8 *object)
{
  for (guint row = 0; row < TILE_N; row++)
    for (guint col = 0; col < STEP; col++)
      {
        const gint value = p->w.values[(gsize) (first_row + row) * p->n_in + first_col + col];
        const gint upper = (value + 128) >> 8;
        const gint byte = p->n_parts == 1 ? value : part == 0 ? upper : value - 256 * upper;

        object[(row / 8 * 4 + col / 8) * BLOCK_BYTES + col % 8 * 8 + row % 8] = (guint8) byte;
      }
}

/* Values of a tile lie in 8x8 blocks. */
static gsize
at (guint row, guint col)
{
  return (gsize) tile_acc_at ((int) row / 8, (int) col / 8) + row % 8 * 8 + col % 8;
}

/* The integers so far, and where they count: group of weights; parts of 16-bit weights. */
static void
settle (Product *p, guint first_row, guint first_out, guint group, double factor)
{
  for (guint row = 0; row < TILE_M; row++)
    for (guint col = 0; col < TILE_N; col++)
      p->sums[at (row, col)] += factor * p->acc[at (row, col)] * p->x.scales[first_row + row]
                                * p->w.scales[(first_out + col) * p->w.n_groups + group];
}

/* What a zero that is not 0 has added to each sum. */
static void
take_zero (Product *p, guint first_row, guint first_out)
{
  for (guint col = 0; col < TILE_N; col++)
    {
      const gint16 *w = p->w.values + (gsize) (first_out + col) * p->n_in;
      gint64 sum = 0;

      for (guint i = 0; i < p->n_in; i++)
        sum += w[i];
      for (guint row = 0; row < TILE_M; row++)
        p->sums[at (row, col)] -= (double) (sum * p->x.zero) * p->x.scales[first_row + row] * p->w.scales[first_out + col];
    }
}

static void
integer_tile (Product *p, guint first_row, guint first_out, const guint8 *a, const guint8 *b)
{
  const TileGemmShape shape = { .n_row_blocks = TILE_ACC_ROW_BLOCKS, .n_col_blocks = TILE_ACC_COL_BLOCKS };
  const gboolean is_i8 = schemes[p->scheme].bits == 8;
  const guint n_settle = p->w.n_groups > 1 ? STEP : is_i8 ? p->n_in : EXACT_I16;

  for (guint part = 0; part < p->n_parts; part++)
    for (guint k = 0; k < p->n_in; k += STEP)
      {
        const guint8 *x = a + (gsize) (k / STEP) * TILE_OBJECT_BYTES,
                     *w = b + (gsize) (k / STEP * p->n_parts + part) * TILE_OBJECT_BYTES;

        if (is_i8)
          p->kernels->gemm_i8 (&p->clock, p->acc, x, w, &shape, k % n_settle == 0);
        else
          p->kernels->gemm_i16i8 (&p->clock, p->acc, x, w, &shape, k % n_settle == 0);
        if ((k + STEP) % n_settle == 0 || k + STEP == p->n_in)
          settle (p, first_row, first_out, p->w.n_groups > 1 ? k / STEP : 0, part + 1 < p->n_parts ? 256 : 1);
      }
  if (p->x.zero != 0)
    take_zero (p, first_row, first_out);
}

/* ---------------------------------------------------------------- bfp16 */

static TileFormat
format_of (const Product *p)
{
  return schemes[p->scheme].is_pair ? TILE_FORMAT_PAIR : TILE_FORMAT_SINGLE;
}

static void
pack_floats (const Product *p, const float *x, guint n_rows)
{
  const guint n_cols = scribe_npu_object_cols (format_of (p)), n_objects = p->n_in / n_cols;

  for (guint row = 0; row < n_rows; row++)
    for (guint col = 0; col < p->n_in; col += TILE_BLOCK)
      scribe_npu_object_set (p->a + (gsize) (row / TILE_M * n_objects + col / n_cols) * TILE_OBJECT_BYTES, format_of (p),
                             row % TILE_M, col % n_cols, x + (gsize) row * p->n_in + col);
}

static void
pack_weights (const Product *p, const ScribeWeight *weight)
{
  const guint n_steps = p->n_in / STEP;
  g_autofree float *values = g_new (float, p->n_in);

  for (guint row = 0; row < weight->n_rows; row++)
    {
      scribe_weight_row (weight, row, values);
      for (guint col = 0; col < p->n_in; col += TILE_BLOCK)
        {
          guint8 *object = p->b + ((gsize) row / TILE_N * n_steps + col / STEP) * p->n_parts * TILE_OBJECT_BYTES;
          guint8 *high = object + (row % TILE_N / 8 * 4 + col % STEP / 8) * TILE_BLOCK_BYTES + row % 8 * SCRIBE_NPU_ROW_BYTES;

          if (p->n_parts == 2)
            scribe_npu_pack_pair (values + col, high, high + TILE_OBJECT_BYTES);
          else
            scribe_npu_pack_row (values + col, high);
        }
    }
}

/* As tile/op-gemm.c goes through the steps */
static void
float_tile (Product *p, const guint8 *a, const guint8 *b)
{
  const gboolean is_pair = schemes[p->scheme].is_pair;
  float *acc = (float *) (gpointer) p->acc;

  for (guint k = 0; k < p->n_in; k += STEP)
    for (guint part = 0; part < p->n_parts; part++)
      {
        const TileGemmShape shape = { .n_row_blocks = TILE_ACC_ROW_BLOCKS,
                                      .n_col_blocks = TILE_ACC_COL_BLOCKS,
                                      .is_pair = is_pair,
                                      .is_high_only = part > 0,
                                      .a_first_col_block = is_pair ? 0 : (int) (k % TILE_SINGLE_COLS / TILE_BLOCK) };
        const guint object = is_pair ? k / TILE_PAIR_COLS : k / TILE_SINGLE_COLS;

        p->kernels->gemm_bfp (&p->clock, acc, a + (gsize) object * TILE_OBJECT_BYTES,
                              b + (gsize) (k / STEP * p->n_parts + part) * TILE_OBJECT_BYTES, &shape, k + part == 0);
      }
  for (guint i = 0; i < TILE_ACC_FLOATS; i++)
    p->sums[i] = acc[i];
}

/* ---------------------------------------------------------------- both */

static void
pack (Product *p, const ScribeNpuRange *range, const float *x, guint n_rows, const ScribeWeight *weight)
{
  const guint n_blocks = (n_rows + TILE_M - 1) / TILE_M, n_tiles = (weight->n_rows + TILE_N - 1) / TILE_N,
              n_steps = MAX (p->n_in / STEP, 1);

  p->a = g_malloc0 ((gsize) n_blocks * n_steps * TILE_OBJECT_BYTES);
  p->b = g_malloc0 ((gsize) n_tiles * n_steps * p->n_parts * TILE_OBJECT_BYTES);
  if (schemes[p->scheme].bits == 0)
    {
      pack_floats (p, x, n_rows);
      pack_weights (p, weight);
      return;
    }
  quantise_x (p, range, x, n_rows);
  quantise_w (p, weight);
  for (guint i = 0; i < n_blocks * n_steps; i++)
    pack_x (p, i / n_steps * TILE_M, i % n_steps * STEP, p->a + (gsize) i * TILE_OBJECT_BYTES);
  for (guint i = 0; i < n_tiles * n_steps * p->n_parts; i++)
    pack_w (p, i / (n_steps * p->n_parts) * TILE_N, i / p->n_parts % n_steps * STEP, i % p->n_parts,
            p->b + (gsize) i * TILE_OBJECT_BYTES);
}

void
scribe_npu_scheme_product (ScribeNpuScheme scheme,
                           const ScribeNpuRange *range,
                           const float *x,
                           guint n_rows,
                           const ScribeWeight *weight,
                           float *y)
{
  Product p = { .kernels = tile_kernels_get_nth (0), .scheme = scheme, .n_in = weight->n_cols };
  const guint n_steps = p.n_in / STEP;
  guint n_a; /* objects of a block of rows */

  p.n_parts = schemes[scheme].is_pair || schemes[scheme].weight_bits == 16 ? 2 : 1;
  p.acc = g_new0 (gint32, TILE_ACC_FLOATS);
  p.sums = g_new (double, TILE_ACC_FLOATS);
  n_a = schemes[scheme].bits == 0 ? p.n_in / scribe_npu_object_cols (format_of (&p)) : n_steps;
  pack (&p, range, x, n_rows, weight);
  for (guint row = 0; row < n_rows; row += TILE_M)
    for (guint out = 0; out < weight->n_rows; out += TILE_N)
      {
        const guint8 *a = p.a + (gsize) (row / TILE_M) * n_a * TILE_OBJECT_BYTES;
        const guint8 *b = p.b + (gsize) (out / TILE_N) * n_steps * p.n_parts * TILE_OBJECT_BYTES;

        memset (p.sums, 0, TILE_ACC_FLOATS * sizeof *p.sums);
        if (schemes[scheme].bits == 0)
          float_tile (&p, a, b);
        else
          integer_tile (&p, row, out, a, b);
        for (guint i = row; i < MIN (row + TILE_M, n_rows); i++)
          for (guint j = out; j < MIN (out + TILE_N, weight->n_rows); j++)
            y[(gsize) i * weight->n_rows + j] = (float) p.sums[at (i - row, j - out)];
      }
  integers_clear (&p.x);
  integers_clear (&p.w);
  g_free (p.a);
  g_free (p.b);
  g_free (p.acc);
  g_free (p.sums);
}
