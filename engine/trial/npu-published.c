/* npu-published.c - see npu-published.h
 *
 * The integer tiles are the paper's, and so are the products of int8 to int8 and to int32. What we could read does not give its bf16 tile, the other
 * two products, or how wide a piece memory tiles hold: those are our choice, and the prediction for bf16 depends on it: 11.8 with 96 x 56 x 96, 13.7 with 112 x 40 x 112. Its tile
 * is one that fits as the paper's others do, with two buffers of A and B, one of C and a stack; pieces are wide enough for runs of 256 bytes and more in DDR.
 *
 * SPDX-License-Identifier: MIT
 */
#include "trial/npu-published.h"

#include "device/npu/npu-stream.h"
#include "emulator/emulator.h"
#include "overlay/published.h"
#include "tile/kernels.h"

#include <math.h>
#include <string.h>

#define N_PASSES 4 /* two rows of them */
#define N_CHECKS 64

#define MACS_PER_CYCLE 512. /* of a core: int8, and bfp16 */

#define WHOLE_ARRAY NPU_COMPUTE_ROWS, NPU_MAX_COLUMNS

const ScribeNpuPublished scribe_npu_published[SCRIBE_NPU_N_PUBLISHED] = {
  { "int8 to int8", { { TILE_WIDE_I8_I8, 144, 72, 144, 0 }, 6, WHOLE_ARRAY }, 4032, 4320, 4608, 37.4 },
  { "int8 to int16", { { TILE_WIDE_I8_I16, 128, 72, 112, 0 }, 6, WHOLE_ARRAY }, 4096, 4320, 4480, 30.8 },
  { "int8 to int32", { { TILE_WIDE_I8_I32, 96, 64, 96, 0 }, 6, WHOLE_ARRAY }, 4224, 4224, 4608, 24.7 },
  { "bf16 by way of bfp16", { { TILE_WIDE_BF16, 112, 48, 96, 0 }, 4, WHOLE_ARRAY }, 4032, 4224, 4608, 14.5 },
};

const ScribeNpuPublished scribe_npu_scaling[2] = {
  { "4 tiles", { { TILE_WIDE_I8_I8, 176, 40, 176, 0 }, 8, 1, 4 }, 4224, 4160, 4224, 0 },
  { "32 tiles", { { TILE_WIDE_I8_I8, 176, 40, 176, 0 }, 8, WHOLE_ARRAY }, 4224, 4160, 4224, 0 },
};

typedef enum
{
  BUFFER_A,
  BUFFER_B,
  BUFFER_C,
  N_BUFFERS
} Buffer;

typedef struct
{
  const ScribeNpuPublished *published;
  NpuPublishedDesign design;
  guint n_rows, n_in, n_cols; /* of the part that runs */
  NpuBuffer buffers[N_BUFFERS];
  const NpuOverlay *overlay;
  ScribeNpuStream *stream;
} Bench;

static void
bench_clear (Bench *bench)
{
  for (guint i = 0; i < N_BUFFERS; i++)
    g_free (bench->buffers[i].data);
  g_clear_pointer (&bench->stream, scribe_npu_stream_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Bench, bench_clear)

/* Small numbers, so that no sum leaves the range of its format: -1, 0 and 1, few of them not 0 where sums are bytes. */
static void
fill (Bench *bench, Buffer buffer, gsize n_values, GRand *random)
{
  const gboolean is_float = bench->design.tile.kind == TILE_WIDE_BF16, is_sparse = bench->design.tile.kind == TILE_WIDE_I8_I8;
  guint8 *data = g_malloc (n_values * tile_wide_in_bytes (&bench->design.tile));

  for (gsize i = 0; i < n_values; i++)
    {
      const guint32 bits = g_rand_int (random);
      const gint8 value = is_sparse && (bits & 0x700) != 0 ? 0 : (gint8) (bits % 3) - 1;
      const guint16 half = value == 0 ? 0 : value > 0 ? 0x3f80 : 0xbf80;

      if (is_float)
        memcpy (data + 2 * i, &half, sizeof half);
      else
        data[i] = (guint8) value;
    }
  bench->buffers[buffer] = (NpuBuffer){ data, n_values * tile_wide_in_bytes (&bench->design.tile) };
}

static void
set_up (Bench *bench, const ScribeNpuPublished *published)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (2512);
  gsize c_bytes;

  bench->published = published;
  bench->design = published->design;
  bench->n_in = published->n_in;
  bench->n_rows = 2 * bench->design.n_rows * bench->design.tile.m;
  bench->n_cols = N_PASSES / 2 * bench->design.n_columns * bench->design.tile.n;
  bench->design.tile.n_steps = bench->n_in / bench->design.tile.k;
  c_bytes = (gsize) bench->n_rows * bench->n_cols * tile_wide_out_bytes (&bench->design.tile);
  fill (bench, BUFFER_A, (gsize) bench->n_rows * bench->n_in, random);
  fill (bench, BUFFER_B, (gsize) bench->n_cols * bench->n_in, random);
  bench->buffers[BUFFER_C] = (NpuBuffer){ g_malloc0 (c_bytes), c_bytes };
}

/* Rows first_row .. of an operand, k_mt values of each at a time */
static ScribeNpuPattern
operand (const Bench *bench, Buffer buffer, guint first_row, guint n_rows)
{
  const guint bytes = tile_wide_in_bytes (&bench->design.tile), k_mt = bench->design.n_chunks * bench->design.tile.k;

  return (ScribeNpuPattern){ .buffer = buffer,
                             .offset = (guint64) first_row * bench->n_in * bytes,
                             .run = k_mt * bytes / 4,
                             .n = n_rows,
                             .step = bench->n_in * bytes / 4,
                             .n_outer = bench->n_in / k_mt,
                             .outer_step = k_mt * bytes / 4,
                             .iterations = 1,
                             .times = 1 };
}

static void
start_pass (Bench *bench, guint pass)
{
  const TileWide *tile = &bench->design.tile;
  const guint first_row = pass / (N_PASSES / 2) * bench->design.n_rows * tile->m, bytes = tile_wide_out_bytes (tile);
  const guint first_col = pass % (N_PASSES / 2) * bench->design.n_columns * tile->n;

  scribe_npu_stream_begin (bench->stream);
  for (guint column = 0; column < bench->design.n_columns; column++)
    {
      const guint col = first_col + column * tile->n;
      const ScribeNpuPattern b = operand (bench, BUFFER_B, col, tile->n);
      const ScribeNpuPattern c = { .buffer = BUFFER_C,
                                   .offset = ((guint64) first_row * bench->n_cols + col) * bytes,
                                   .run = tile->n * bytes / 4,
                                   .n = bench->design.n_rows * tile->m,
                                   .step = bench->n_cols * bytes / 4,
                                   .iterations = 1,
                                   .times = 1 };

      scribe_npu_stream_start (bench->stream, column, SCRIBE_NPU_C0, &c, TRUE);
      scribe_npu_stream_start (bench->stream, column, SCRIBE_NPU_B, &b, FALSE);
    }
  for (guint row = 0; row < bench->design.n_rows; row++)
    {
      const ScribeNpuPattern a = operand (bench, BUFFER_A, first_row + row * tile->m, tile->m);

      scribe_npu_stream_start (bench->stream, npu_published_a_column (&bench->design, row), SCRIBE_NPU_A, &a, FALSE);
    }
}

/* A pass is started while the one before it runs; a mark when its results are in memory. */
static ScribeNpuTransaction
write_stream (Bench *bench)
{
  bench->stream = scribe_npu_stream_new (bench->overlay, npu_overlay_hash (bench->overlay));
  start_pass (bench, 0);
  for (guint pass = 0; pass < N_PASSES; pass++)
    {
      if (pass + 1 < N_PASSES)
        start_pass (bench, pass + 1);
      for (guint column = 0; column < bench->design.n_columns; column++)
        scribe_npu_stream_wait (bench->stream, column, SCRIBE_NPU_C0);
      scribe_npu_stream_ended (bench->stream);
      scribe_npu_stream_mark (bench->stream, pass);
    }
  return scribe_npu_stream_finish (bench->stream);
}

/* 1, 0 or -1 */
static int
value_of (const Bench *bench, Buffer buffer, gsize i)
{
  const guint8 *data = bench->buffers[buffer].data;

  if (bench->design.tile.kind == TILE_WIDE_BF16)
    return data[2 * i + 1] == 0 ? 0 : data[2 * i + 1] == 0x3f ? 1 : -1;
  return (gint8) data[i];
}

static double
result_of (const Bench *bench, gsize i)
{
  const guint8 *data = bench->buffers[BUFFER_C].data;
  gint16 half;
  gint32 word;
  float value;

  switch ((TileWideKind) bench->design.tile.kind)
    {
    case TILE_WIDE_I8_I8:
      return (gint8) data[i];
    case TILE_WIDE_I8_I16:
      memcpy (&half, data + 2 * i, sizeof half);
      return half;
    case TILE_WIDE_I8_I32:
      memcpy (&word, data + 4 * i, sizeof word);
      return word;
    case TILE_WIDE_BF16:
    default:
      word = (gint32) ((guint32) data[2 * i + 1] << 24 | (guint32) data[2 * i] << 16);
      memcpy (&value, &word, sizeof value);
      return value;
    }
}

/* Some values of the product, to be sure that it is one: exact, for no sum leaves its range; sums of bf16 are as far as they are integers below 256. */
static gboolean
check (const Bench *bench, GError **error)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (13282);

  for (guint i = 0; i < N_CHECKS; i++)
    {
      const guint row = (guint) g_rand_int_range (random, 0, (gint32) bench->n_rows),
                  col = (guint) g_rand_int_range (random, 0, (gint32) bench->n_cols);
      const double found = result_of (bench, (gsize) row * bench->n_cols + col);
      int expected = 0;

      for (guint k = 0; k < bench->n_in; k++)
        expected += value_of (bench, BUFFER_A, (gsize) row * bench->n_in + k)
                    * value_of (bench, BUFFER_B, (gsize) col * bench->n_in + k);
      if (found != expected)
        {
          g_set_error (error, NPU_ERROR, NPU_ERROR_CORE, "Product “%s”: %g in row %u, column %u, where %d belongs.",
                       bench->published->name, found, row, col, expected);
          return FALSE;
        }
    }
  return TRUE;
}

static void
predict (const Bench *bench, const NpuCosts *costs, const NpuReport *report, ScribeNpuPrediction *prediction)
{
  const ScribeNpuPublished *p = bench->published;
  const double n_passes = (double) p->n_rows / (bench->design.n_rows * bench->design.tile.m) * p->n_cols
                          / (bench->design.n_columns * bench->design.tile.n);
  const double macs = (double) p->n_rows * p->n_in * p->n_cols,
               macs_of_core = (double) N_PASSES * bench->design.tile.m * bench->design.tile.n * p->n_in;
  const NpuTimer *timers = (const NpuTimer *) (gconstpointer) report->timers->data;
  const double one = (double) (timers[N_PASSES - 2].cycle - timers[0].cycle)
                     / (N_PASSES - 2); /* while the next one is fetched, all of them */

  prediction->seconds = report->dispatch_seconds
                        + ((double) timers[N_PASSES - 1].cycle + (n_passes - N_PASSES) * one) / costs->clock_hz[NPU2];
  prediction->tops = 2 * macs / prediction->seconds * 1e-12;
  prediction->efficiency = macs
                           / (bench->design.n_rows * bench->design.n_columns * MACS_PER_CYCLE * costs->clock_hz[NPU2]
                              * prediction->seconds);
  prediction->core_share = (double) report->cores[0][0].busy / (double) report->cycles;
  prediction->macs_per_cycle = macs_of_core / (double) report->cores[0][0].busy;
  prediction->ddr_share = (double) report->ddr_cycles / (double) report->cycles;
}

gboolean
scribe_npu_published_run (const ScribeNpuPublished *published,
                          const NpuCosts *costs,
                          ScribeNpuPrediction *prediction,
                          GError **error)
{
  g_auto (Bench) bench = { 0 };
  g_autoptr (NpuOverlay) overlay = npu_published_overlay_new (&published->design);
  g_autoptr (NpuEmulator) emulator = npu_emulator_new (published->design.n_columns, NPU_ROWS, NPU2, costs);
  g_autoptr (GArray) writes = NULL;
  g_auto (NpuReport) report = { 0 };
  ScribeNpuTransaction transaction;

  g_assert (overlay != NULL);
  set_up (&bench, published);
  bench.overlay = overlay;
  writes = npu_published_configuration (overlay, &bench.design);
  for (guint column = 0; column < bench.design.n_columns; column++)
    for (guint row = 0; row < NPU_COMPUTE_ROWS; row++)
      npu_emulator_set_program (emulator, column, NPU_COMPUTE_ROW + row, tile_kernels_get_nth (0)->wide_program);
  if (!npu_emulator_configure (emulator, (const NpuWrite *) (gconstpointer) writes->data, writes->len, error))
    return FALSE;
  transaction = write_stream (&bench);
  if (!npu_emulator_run (emulator, transaction.words, transaction.n_words, bench.buffers, N_BUFFERS, &report, error)
      || !check (&bench, error))
    return FALSE;
  predict (&bench, costs, &report, prediction);
  return TRUE;
}
