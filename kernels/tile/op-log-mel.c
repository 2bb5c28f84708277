/* op-log-mel.c - power to log-mel
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/log-mel.h"
#include "tile/program.h"
#include "tile/tile.h"

#define LOWEST            (-10.f) /* log10 (TILE_LEAST_POWER) */
#define FILTERS_OF_OBJECT (TILE_OBJECT_BYTES / sizeof (TileFilter))

typedef struct
{
  float bands[TILE_MEL_COLS * TILE_LOG_MEL_PITCH];
  float bins[TILE_F32_COLS * TILE_LOG_MEL_PITCH];
  TileFilter filters[TILE_FILTERS];
} Scratch;

_Static_assert(sizeof (Scratch) == TILE_ACC_BYTES, "what an op has");

/* The lanes beyond the frames are added up with the others, so they have to be something. */
static void
fill (TileClock *clock, float *p, uint32_t n, float value)
{
  TileAcc x = tile_splat (clock, value);

  tile_loop_begin (clock);
  for (uint32_t i = 0; i < n; i += 64)
    tile_store_acc (clock, p + i, x);
  tile_loop_end (clock, 1);
}

static void
take_filters (TileProgram *program, Scratch *scratch, uint32_t n)
{
  TileClock *clock = program->core->clock;

  for (uint32_t begin = 0; begin < n; begin += FILTERS_OF_OBJECT)
    {
      const float *from = (const float *) (const void *) tile_take (program, TILE_STREAM_B);
      float *to = (float *) (void *) (scratch->filters + begin);
      uint32_t n_here = n - begin < FILTERS_OF_OBJECT ? n - begin : FILTERS_OF_OBJECT;

      tile_loop_begin (clock);
      for (uint32_t i = 0; i < n_here * sizeof (TileFilter) / sizeof (float); i += 64)
        tile_store_acc (clock, to + i, tile_load_acc (clock, from + i));
      tile_loop_end (clock, 1);
      tile_drop (program, TILE_STREAM_B);
    }
}

/* One round's power to sums in bands; most bins are another column's. */
static void
add_power (TileProgram *program, Scratch *scratch, const TileControlLogMel *op)
{
  TileClock *clock = program->core->clock;
  uint32_t begin = 0;

  for (uint32_t o = 0; o < op->n_in; o++)
    {
      const float *power = (const float *) (const void *) tile_take (program, TILE_STREAM_A);
      uint32_t end = begin;

      while (end < op->n_filters && scratch->filters[end].bin < (o + 1) * TILE_F32_COLS)
        end++;
      if (end > begin)
        {
          tile_log_mel_turn (clock, power, scratch->bins);
          tile_log_mel_add (clock, scratch->bins, scratch->filters + begin, end - begin, scratch->bands);
        }
      tile_clock_count (clock, 0, 0, 0, 0, 4 * (end - begin + 1));
      begin = end;
      tile_drop (program, TILE_STREAM_A);
    }
}

void
tile_op_log_mel (TileProgram *program, const TileControl *control)
{
  const TileControlLogMel op = control->log_mel;
  TileClock *clock = program->core->clock;
  Scratch *scratch = (Scratch *) (void *) tile_acc (program);
  float *largest = (float *) (void *) tile_param (program);

  tile_drop (program, TILE_STREAM_B);
  take_filters (program, scratch, op.n_filters);
  fill (clock, scratch->bins, TILE_F32_COLS * TILE_LOG_MEL_PITCH, 0);
  fill (clock, largest, 64, LOWEST);

  for (uint32_t i = 0; i < op.n_rounds; i++)
    {
      uint32_t first = TILE_F32_ROWS * (op.first_group + tile_row (program) + i * op.n_groups);
      uint32_t n_frames = op.n_frames > first ? op.n_frames - first : 0;

      fill (clock, scratch->bands, TILE_MEL_COLS * TILE_LOG_MEL_PITCH, 0);
      add_power (program, scratch, &op);
      for (uint32_t half = 0; half < 2; half++)
        {
          const float *bands = scratch->bands + half * TILE_F32_COLS * TILE_LOG_MEL_PITCH;

          tile_log_mel_store (clock, bands, n_frames < TILE_F32_ROWS ? n_frames : TILE_F32_ROWS, largest,
                              (float *) (void *) tile_open (program));
          tile_put (program);
        }
    }
  tile_log_mel_largest (clock, largest, (float *) (void *) tile_open (program));
  tile_put (program);
}
