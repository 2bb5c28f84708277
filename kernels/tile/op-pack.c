/* op-pack.c - log-mel to the matrix of the first convolution's product
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/pack.h"
#include "tile/program.h"

#define N_TAPS          3
#define TAP_OBJECTS     8 /* of 16 columns: a frame is 128 */
#define OBJECTS         (N_TAPS * TAP_OBJECTS)
#define DYNAMIC_RANGE   8.f /* of log10 */
#define FRAMES_OF_A_ROW 2

static float
largest_of (TileProgram *program, uint32_t n)
{
  float largest = -1e30f;

  for (uint32_t i = 0; i < n; i++)
    {
      float x = *(const float *) (const void *) tile_take (program, TILE_STREAM_B);

      largest = x > largest ? x : largest;
      tile_drop (program, TILE_STREAM_B);
    }
  tile_clock_count (program->core->clock, 0, 0, 0, 0, 8 * n);
  return largest;
}

static int
clamp (int x, int max)
{
  return x < 0 ? 0 : x > max ? max : x;
}

/* Of an object of this round, what has frames and bands in it. */
static TilePackArea
area_of (const TileControlPack *op, uint32_t first_row, uint32_t object)
{
  int tap = (int) (object / TAP_OBJECTS), first_col = (int) (object % TAP_OBJECTS * TILE_F32_COLS);
  int first_frame = FRAMES_OF_A_ROW * (int) first_row + op->phase + tap - 1;
  int n_after = (int) op->n_frames - first_frame;

  return (TilePackArea){ .row_begin = first_frame < 0 ? 1 : 0,
                         .row_end = clamp ((n_after + 1) / FRAMES_OF_A_ROW, TILE_M),
                         .n_cols = clamp ((int) op->n_mels - first_col, TILE_F32_COLS) };
}

void
tile_op_pack (TileProgram *program, const TileControl *control)
{
  const TileControlPack op = control->pack;
  bool is_pair = op.out == TILE_FORMAT_PAIR;
  uint32_t n_parts = (is_pair ? TILE_PAIR_COLS : TILE_SINGLE_COLS) / TILE_F32_COLS; /* objects of A in one of C */
  float floor;

  tile_drop (program, TILE_STREAM_B);
  floor = largest_of (program, op.n_max) - DYNAMIC_RANGE;
  for (uint32_t i = 0; i < op.n_rounds; i++)
    {
      uint32_t first_row = TILE_M * (op.first_group + tile_row (program) + i * op.n_groups);

      tile_skip (program, TILE_STREAM_A, op.out_first * n_parts);
      for (uint32_t o = op.out_first; o < op.out_first + op.n_out; o++)
        {
          uint8_t *out = tile_open (program);

          for (uint32_t part = 0; part < n_parts; part++)
            {
              const float *frames = (const float *) (const void *) tile_take (program, TILE_STREAM_A);
              TilePackArea area = area_of (&op, first_row, o * n_parts + part);

              tile_pack (program->core->clock, frames, &area, floor, is_pair, part * (TILE_F32_COLS / 8), out);
              tile_drop (program, TILE_STREAM_A);
            }
          tile_put (program);
        }
      tile_skip (program, TILE_STREAM_A, OBJECTS - (op.out_first + op.n_out) * n_parts);
    }
}
