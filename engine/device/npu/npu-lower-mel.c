/* npu-lower-mel.c - samples to the first convolution's input
 *
 * Frames are cut out of the samples by the shim: rows of 32 samples, 160 apart. Spectrum and filters work on blocks of 72 frames; the log-mel values
 * are put down row by row, 128 to a frame, so that three frames in a row are one row of the convolution's input wherever it begins. Two rows of
 * padding precede the first frame.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-mel.h"
#include "device/npu/npu-private.h"

#define N_TAPS      3
#define N_PACK_IN   (N_TAPS * NPU_TAP_COLS / TILE_F32_COLS) /* f32 objects of a row block's input */
#define FRAME_WORDS (SCRIBE_HOP / 2)

static guint
frame_rounds (const NpuLower *lower)
{
  guint n = lower->spread.n_groups * TILE_F32_ROWS;

  return (2 * lower->run->n_ctx + n - 1) / n;
}

static guint
frame_block (const NpuLower *lower, guint column, guint round)
{
  return npu_block (lower, npu_half (lower, column), round);
}

void
npu_lower_spectrum (NpuLower *lower)
{
  const NpuOverlay *overlay = lower->device->overlay;
  const ScribePlan *plan = lower->plan;
  const guint n_rounds = frame_rounds (lower), n_slots = lower->spread.n_slots;
  const guint n_tiles = (SCRIBE_NPU_N_BIN_TILES + n_slots - 1) / n_slots;
  const guint n_objects = SCRIBE_NPU_BIN_TILE / TILE_F32_COLS;

  for (guint column = 0; column < overlay->n_columns; column++)
    {
      const guint slot = npu_slot (lower, column), n_own = (SCRIBE_NPU_N_BIN_TILES - slot + n_slots - 1) / n_slots;
      const guint row = column % overlay->n_half_columns * overlay->n_fed;
      ScribeNpuPattern transform;
      guint64 offset;
      TileControl *control = npu_control (lower, TILE_OP_SPECTRUM, &offset);

      control->spectrum.n_rounds = n_rounds;
      control->spectrum.n_tiles = n_tiles;
      control->spectrum.n_own = n_own;
      control->spectrum.n_steps = SCRIBE_NPU_SPECTRUM_STEPS;
      control->spectrum.scale = plan->mel.scale;
      npu_task (lower, 0, column, SCRIBE_NPU_B, TRUE, npu_pattern_linear (NPU_BUFFER_CONTROL, offset, 1));
      transform = npu_pattern_linear (NPU_BUFFER_WEIGHTS,
                                      plan->extras[lower->op_index]
                                          + (guint64) slot * n_tiles * SCRIBE_NPU_TRANSFORMS * TILE_OBJECT_BYTES,
                                      n_own * SCRIBE_NPU_TRANSFORMS);
      transform.times = n_rounds;
      npu_task (lower, 0, column, SCRIBE_NPU_B, TRUE, transform);

      for (guint round = 0; round < n_rounds; round++)
        {
          const guint block = frame_block (lower, column, round) + row;
          const ScribeNpuPattern frames = { .buffer = NPU_BUFFER_WORK,
                                            .offset = plan->mel.samples
                                                      + (guint64) block * TILE_F32_ROWS * SCRIBE_HOP * sizeof (gint16),
                                            .run = TILE_I16_COLS / 2,
                                            .n = TILE_I16_ROWS * overlay->n_fed,
                                            .step = FRAME_WORDS,
                                            .iterations = SCRIBE_NPU_SPECTRUM_STEPS,
                                            .iteration_step = TILE_I16_COLS / 2,
                                            .times = n_tiles };

          npu_task (lower, round, column, SCRIBE_NPU_A, FALSE, frames);
          npu_put (lower, round, column, &plan->mel.power, round, slot * n_objects, n_objects, n_own, n_slots * n_objects);
        }
    }
  npu_flush (lower);
}

/* Results of a column's frames, as many objects of 16 columns, to the rows of the log-mel values. */
static void
put_frames (NpuLower *lower, guint column, guint round, guint first_mel)
{
  const guint n_rows = lower->device->overlay->n_joined;

  for (guint row = 0; row < NPU_OVERLAY_ROWS; row += n_rows)
    {
      const guint64 frame = (guint64) (frame_block (lower, column, round) + row) * TILE_F32_ROWS + NPU_MEL_PADDING;
      const ScribeNpuPattern pattern = { .buffer = NPU_BUFFER_WORK,
                                         .offset = lower->plan->mel.log_mel + (frame * NPU_TAP_COLS + first_mel) * sizeof (float),
                                         .run = TILE_F32_COLS,
                                         .n = TILE_F32_ROWS * n_rows,
                                         .step = NPU_TAP_COLS,
                                         .iterations = TILE_MEL_COLS / TILE_F32_COLS,
                                         .iteration_step = TILE_F32_COLS,
                                         .times = 1 };

      npu_result (lower, round, column, row, pattern);
    }
}

/* The largest values of a column's cores; those of all columns lie one after another. */
static void
put_largest (NpuLower *lower, guint step, guint column, guint index)
{
  const guint n_rows = lower->device->overlay->n_joined;

  for (guint row = 0; row < NPU_OVERLAY_ROWS; row += n_rows)
    npu_result (lower, step, column, row,
                npu_pattern_linear (NPU_BUFFER_WORK,
                                    lower->plan->mel.largest + (guint64) (index * NPU_OVERLAY_ROWS + row) * TILE_OBJECT_BYTES,
                                    n_rows));
}

/* Of mels: bands of 32, each with largest values of its own from every half. */
static guint
bands (const NpuLower *lower)
{
  return (lower->plan->mel.n_mels + TILE_MEL_COLS - 1) / TILE_MEL_COLS;
}

static void
log_mel (NpuLower *lower)
{
  const NpuOverlay *overlay = lower->device->overlay;
  const ScribePlan *plan = lower->plan;
  const guint n_rounds = frame_rounds (lower), n_in = plan->mel.power.n_objects;
  const guint n_bands = bands (lower);
  guint step = 0;

  /* with fewer columns than bands of 32 mels, one band after another */
  for (guint first = 0; first < n_bands; first += lower->spread.n_slots)
    {
      guint index = first * overlay->n_halves;

      for (guint column = 0; column < overlay->n_columns; column++)
        {
          const guint band = first + npu_slot (lower, column);
          const NpuFilters *filters = &plan->mel.filters[band];
          guint64 offset;
          TileControl *control;

          if (band >= n_bands)
            {
              npu_pass (lower, step, column, n_rounds * n_in);
              continue;
            }
          control = npu_control (lower, TILE_OP_LOG_MEL, &offset);
          control->log_mel.n_rounds = n_rounds;
          control->log_mel.n_in = n_in;
          control->log_mel.n_filters = filters->n;
          control->log_mel.first_group = frame_block (lower, column, 0);
          control->log_mel.n_groups = lower->spread.n_groups;
          control->log_mel.n_frames = 2 * lower->run->n_ctx;
          npu_task (lower, step, column, SCRIBE_NPU_B, TRUE, npu_pattern_linear (NPU_BUFFER_CONTROL, offset, 1));
          npu_task (lower, step, column, SCRIBE_NPU_B, TRUE,
                    npu_pattern_linear (NPU_BUFFER_WEIGHTS, filters->offset, filters->n_objects));
          for (guint round = 0; round < n_rounds; round++)
            put_frames (lower, column, round, band * TILE_MEL_COLS);
          put_largest (lower, step + n_rounds - 1, column, index++);
        }
      for (guint round = 0; round < n_rounds; round++)
        for (guint half = 0; half < overlay->n_halves; half++)
          npu_feed (lower, step + round, half, &plan->mel.power, round, 0, n_in, 1);
      npu_flush (lower);
    }
}

/* The three inputs of the first convolution, for frames 2t - 1, 2t and 2t + 1. */
static void
pack (NpuLower *lower)
{
  const NpuOverlay *overlay = lower->device->overlay;
  const ScribePlan *plan = lower->plan;
  const guint n_max = bands (lower) * overlay->n_halves * NPU_OVERLAY_ROWS;

  for (guint tap = 0; tap < N_TAPS; tap++)
    {
      const NpuTensor out = npu_packed_mel (plan, tap);

      for (guint column = 0; column < overlay->n_columns; column++)
        {
          guint first, n = npu_share (&lower->spread, out.n_objects, npu_slot (lower, column), &first);
          const guint row = column % overlay->n_half_columns * overlay->n_fed;
          guint64 offset;
          TileControl *control;

          for (guint round = 0; round < lower->n_rounds; round++)
            {
              const guint64 frame = 2 * (guint64) (frame_block (lower, column, round) + row) * TILE_M + tap + NPU_MEL_PADDING - 2;
              const ScribeNpuPattern frames = { .buffer = NPU_BUFFER_WORK,
                                                .offset = plan->mel.log_mel + frame * NPU_TAP_COLS * sizeof (float),
                                                .run = TILE_F32_COLS,
                                                .n = TILE_F32_ROWS,
                                                .step = 2 * NPU_TAP_COLS,
                                                .n_outer = overlay->n_fed,
                                                .outer_step = 2 * TILE_M * NPU_TAP_COLS,
                                                .iterations = N_PACK_IN,
                                                .iteration_step = TILE_F32_COLS,
                                                .times = 1 };

              npu_task (lower, round, column, SCRIBE_NPU_A, FALSE, frames);
            }
          if (n == 0)
            {
              npu_pass (lower, 0, column, lower->n_rounds * N_PACK_IN);
              continue;
            }
          control = npu_control (lower, TILE_OP_PACK, &offset);
          control->pack.n_rounds = lower->n_rounds;
          control->pack.n_max = n_max;
          control->pack.phase = (gint32) tap - 1;
          control->pack.n_frames = 2 * lower->run->n_ctx;
          control->pack.n_mels = plan->mel.n_mels;
          control->pack.out = out.format;
          control->pack.out_first = first;
          control->pack.n_out = n;
          control->pack.first_group = frame_block (lower, column, 0);
          control->pack.n_groups = lower->spread.n_groups;
          npu_task (lower, 0, column, SCRIBE_NPU_B, TRUE, npu_pattern_linear (NPU_BUFFER_CONTROL, offset, 1));
          npu_task (lower, 0, column, SCRIBE_NPU_B, FALSE, npu_pattern_linear (NPU_BUFFER_WORK, plan->mel.largest, n_max));
          for (guint round = 0; round < lower->n_rounds; round++)
            npu_put (lower, round, column, &out, round, first, n, 1, n);
        }
      npu_flush (lower);
    }
}

/* What the convolution behind it reads is laid out here, by the same program of the cores. Its time is the convolution's. */
void
npu_lower_log_mel (NpuLower *lower)
{
  log_mel (lower);
  if (lower->op_index + 1 == lower->plan->graph->ops->len)
    return;
  lower->op_index++;
  pack (lower);
  lower->op_index--;
}

/* Log-mel as the convolution sees it: what lies more than 8 below the window's largest value is raised to there. */
void
npu_read_mel (const ScribePlan *plan, const ScribeTensor *tensor, float *out)
{
  const float *log_mel = (const float *) (gconstpointer) (plan->work.data + plan->mel.log_mel) + NPU_MEL_PADDING * NPU_TAP_COLS;
  float largest = -G_MAXFLOAT;

  npu_reading (plan->device, &plan->work, plan->mel.log_mel,
               (2 * (gsize) plan->n_ctx + NPU_MEL_PADDING) * NPU_TAP_COLS * sizeof (float));
  for (guint frame = 0; frame < 2 * plan->n_ctx; frame++)
    for (guint mel = 0; mel < tensor->n_cols; mel++)
      largest = MAX (largest, log_mel[frame * NPU_TAP_COLS + mel]);
  for (guint frame = 0; frame < 2 * plan->n_ctx; frame++)
    for (guint mel = 0; mel < tensor->n_cols; mel++)
      out[(gsize) frame * tensor->n_cols + mel] = (MAX (log_mel[frame * NPU_TAP_COLS + mel], largest - 8) + 4) / 4;
}
