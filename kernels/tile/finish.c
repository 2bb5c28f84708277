/* finish.c - see finish.h
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/finish.h"

#include "tile/gemm-int.h"
#include "tile/programs.h"

/* Blocks of the tile, and where they go: bytes of the object from one to the next */
typedef struct
{
  int first_row, n_rows;
  int first_col, n_cols, in_object; /* in_object: columns that an object has, a power of two */
  int row_pitch, col_pitch;         /* of rows and columns of the tile */
  bool is_pair, is_transposed;
} Part;

static Part
find_part (TileFormat out, int part)
{
  const bool is_f32 = out == TILE_FORMAT_F32, is_pair = out == TILE_FORMAT_PAIR || out == TILE_FORMAT_PAIR_TRANSPOSED;
  const bool is_transposed = out == TILE_FORMAT_SINGLE_TRANSPOSED || out == TILE_FORMAT_PAIR_TRANSPOSED;
  /* bytes of a block, of a row of which in F32 there are eight rows; and how many blocks lie side by side */
  const int block = is_f32 ? 8 * 4 : tile_is_int8 (out) ? TILE_INT_BLOCK : is_pair ? 2 * TILE_BFP_BYTES : TILE_BFP_BYTES;
  const int line = block * (is_f32 ? 2 * 8 : is_pair ? 4 : 8);
  Part p = { .n_rows = 8,
             .first_col = is_f32 ? 2 * part : 4 * part,
             .n_cols = is_f32 ? 2 : 4,
             .in_object = is_f32                    ? 2
                          : out == TILE_FORMAT_PAIR ? 4
                                                    : 8,
             .row_pitch = is_transposed ? block : line,
             .col_pitch = is_transposed ? line : block,
             .is_pair = is_pair,
             .is_transposed = is_transposed };

  if (is_pair && is_transposed)
    {
      p.first_row = 4 * (part / 2 % 2);
      p.n_rows = 4;
      p.first_col = 8 * (part / 4) + 4 * (part % 2);
    }
  return p;
}

/* Block (i, j) of the tile, as it leaves. */
TILE_INLINE TileAcc
finished_block (TileClock *clock, const float *acc, const TileFinish *finish, const uint8_t *residual, int i, int j)
{
  int first = finish->row_first - 8 * i, end = finish->row_end - 8 * i;
  TileAcc x;

  if (first >= 8 || end <= 0)
    return tile_zero_acc (clock);
  x = tile_load_acc (clock, acc + tile_acc_at (i, j));
  if (finish->bias)
    x = tile_add (clock, x, tile_row_broadcast (clock, finish->bias + 8 * j));
  if (finish->gelu)
    x = tile_gelu (clock, x);
  if (residual)
    {
      const uint8_t *high = residual + (i * 4 + j % 4) * 2 * TILE_BFP_BYTES;

      x = tile_add_bfp (clock, x, tile_load_bfp (clock, high));
      x = tile_add_bfp (clock, x, tile_load_bfp (clock, high + TILE_BFP_BYTES));
    }
  if (first > 0 || end < 8)
    x = tile_mask_rows (clock, x, first, end, 0);
  return x;
}

/* Block x of the tile to its place */
TILE_INLINE void
store_block (TileClock *clock, const TileFinish *finish, const Part *part, TileAcc x, uint8_t *to)
{
  if (finish->out == TILE_FORMAT_F32)
    {
      tile_store_rows (clock, (float *) (void *) to, 16, x);
      return;
    }
  if (tile_is_int8 (finish->out))
    {
      x = tile_add_scalar (clock, tile_mul_scalar (clock, x, finish->scale), finish->zero);
      tile_store_i8 (clock, (int8_t *) to, tile_acc_to_i8 (clock, x));
      return;
    }
  if (part->is_transposed)
    x = tile_transpose (clock, x);
  tile_store_block (clock, to, x, part->is_pair);
}

void
tile_gemm_finish (TileClock *clock,
                  const float *acc,
                  const TileFinish *finish,
                  int part,
                  const uint8_t *residual,
                  uint8_t *object)
{
  const Part blocks = find_part (finish->out, part);
  TileClock here = *clock;

  if (tile_is_int8 (finish->out))
    tile_int_begin (&here, object);
  tile_loop_begin (&here);
  for (int i = blocks.first_row; i < blocks.first_row + blocks.n_rows; i++)
    for (int j = blocks.first_col; j < blocks.first_col + blocks.n_cols; j++)
      store_block (&here, finish, &blocks, finished_block (&here, acc, finish, residual, i, j),
                   object + (i - blocks.first_row) * blocks.row_pitch + (j & (blocks.in_object - 1)) * blocks.col_pitch);
  if (finish->out == TILE_FORMAT_F32)
    for (int j = 0; j < 2; j++)
      tile_store_acc (&here, (float *) (void *) object + 64 * 16 + 64 * j, tile_zero_acc (&here));
  tile_loop_end (&here, 1);
  *clock = here;
}
