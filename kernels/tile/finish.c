/* finish.c - see finish.h
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/finish.h"

#include "tile/gemm-int.h"

/* Blocks of the tile */
typedef struct
{
  int first_row, n_rows;
  int first_col, n_cols;
} Blocks;

static Blocks
blocks_of_part (TileFormat out, int part)
{
  switch (out)
    {
    case TILE_FORMAT_F32:
      return (Blocks){ 0, 8, 2 * part, 2 };
    case TILE_FORMAT_PAIR_TRANSPOSED:
      return (Blocks){ 4 * (part / 2 % 2), 4, 8 * (part / 4) + 4 * (part % 2), 4 };
    default:
      return (Blocks){ 0, 8, 4 * part, 4 };
    }
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
  if (finish->gelu == TILE_GELU_FINE)
    x = tile_gelu (clock, x);
  else if (finish->gelu == TILE_GELU_COARSE)
    x = tile_gelu_coarse (clock, x);
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

TILE_INLINE void
store_pair (TileClock *clock, uint8_t *p, TileAcc x)
{
  TileBfp high = tile_acc_to_bfp (clock, x);

  tile_store_bfp (clock, p, high);
  tile_store_bfp (clock, p + TILE_BFP_BYTES, tile_acc_to_bfp (clock, tile_sub_bfp (clock, x, high)));
}

/* Block x at row i and column j of the tile goes to its place in the object. */
TILE_INLINE void
store_block (TileClock *clock, uint8_t *object, const TileFinish *finish, int i, int j, TileAcc x)
{
  switch (finish->out)
    {
    case TILE_FORMAT_INT8:
      x = tile_add_scalar (clock, tile_mul_scalar (clock, x, finish->scale), finish->zero);
      tile_store_i8 (clock, (int8_t *) object + (i * 8 + j % 8) * TILE_INT_BLOCK, tile_acc_to_i8 (clock, x));
      break;
    case TILE_FORMAT_PAIR:
      store_pair (clock, object + (i * 4 + j % 4) * 2 * TILE_BFP_BYTES, x);
      break;
    case TILE_FORMAT_SINGLE:
      tile_store_bfp (clock, object + (i * 8 + j % 8) * TILE_BFP_BYTES, tile_acc_to_bfp (clock, x));
      break;
    case TILE_FORMAT_F32:
      tile_store_rows (clock, (float *) (void *) object + i * 8 * 16 + j % 2 * 8, 16, x);
      break;
    case TILE_FORMAT_SINGLE_TRANSPOSED:
      tile_store_bfp (clock, object + (j % 8 * 8 + i) * TILE_BFP_BYTES, tile_acc_to_bfp (clock, tile_transpose (clock, x)));
      break;
    case TILE_FORMAT_PAIR_TRANSPOSED:
    default:
      store_pair (clock, object + (j % 8 * 4 + i % 4) * 2 * TILE_BFP_BYTES, tile_transpose (clock, x));
    }
}

void
tile_gemm_finish (TileClock *clock,
                  const float *acc,
                  const TileFinish *finish,
                  int part,
                  const uint8_t *residual,
                  uint8_t *object)
{
  Blocks blocks = blocks_of_part (finish->out, part);
  TileClock here = *clock;

  if (finish->out == TILE_FORMAT_INT8)
    tile_int_begin (&here, object);
  tile_loop_begin (&here);
  for (int i = blocks.first_row; i < blocks.first_row + blocks.n_rows; i++)
    for (int j = blocks.first_col; j < blocks.first_col + blocks.n_cols; j++)
      store_block (&here, object, finish, i, j, finished_block (&here, acc, finish, residual, i, j));
  if (finish->out == TILE_FORMAT_F32)
    for (int j = 0; j < 2; j++)
      tile_store_acc (&here, (float *) (void *) object + 64 * 16 + 64 * j, tile_zero_acc (&here));
  tile_loop_end (&here, 1);
  *clock = here;
}
