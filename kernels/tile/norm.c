/* norm.c - see norm.h
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/norm.h"

#include "tile/gemm-int.h"
#include "tile/programs.h"

#define N_COL_BLOCKS (TILE_PAIR_COLS / TILE_BLOCK)
#define EPSILON      1e-5f

TILE_INLINE const uint8_t *
pair_block (const uint8_t *object, int i, int j)
{
  return object + (i * N_COL_BLOCKS + j) * 2 * TILE_BLOCK_BYTES;
}

/* Sums begin at zero, shifts at the mean of these 32 columns: products with blocks full of 1/32. */
static void
begin (TileClock *clock, TileNorm *stats, const uint8_t *x, int n_row_blocks)
{
  TileBfp share = tile_acc_to_bfp (clock, tile_splat (clock, 1.0f / TILE_PAIR_COLS));
  TileAcc zero = tile_zero_acc (clock);

  tile_loop_begin (clock);
  for (int i = 0; i < n_row_blocks; i++)
    {
      TileAcc mean = zero;

      for (int block = 0; block < 2 * N_COL_BLOCKS; block++) /* high ones and low ones */
        mean = tile_mac_bfp (clock, mean, tile_load_bfp (clock, pair_block (x, i, 0) + block * TILE_BLOCK_BYTES), share);
      tile_store_acc (clock, stats->shift[i], mean);
      tile_store_acc (clock, stats->sum[i], zero);
      tile_store_acc (clock, stats->squares[i], zero);
    }
  tile_loop_end (clock, (uint64_t) n_row_blocks);
}

void
tile_norm_add (TileClock *clock, TileNorm *stats, const uint8_t *x, uint32_t n_row_blocks, bool is_first)
{
  TileClock here = *clock;

  if (is_first)
    begin (&here, stats, x, (int) n_row_blocks);
  for (int j = 0; j < N_COL_BLOCKS; j++)
    {
      tile_loop_begin (&here);
      for (int i = 0; i < (int) n_row_blocks; i++)
        {
          TileAcc above = tile_sub (&here, tile_load_block (&here, pair_block (x, i, j), true),
                                    tile_load_acc (&here, stats->shift[i]));

          tile_store_acc (&here, stats->sum[i], tile_add (&here, tile_load_acc (&here, stats->sum[i]), above));
          tile_store_acc (&here, stats->squares[i], tile_fma (&here, above, above, tile_load_acc (&here, stats->squares[i])));
        }
      tile_loop_end (&here, 1);
    }
  *clock = here;
}

void
tile_norm_settle (TileClock *clock, TileNorm *stats, uint32_t n_row_blocks, float n_inverse)
{
  TileClock here = *clock;

  tile_loop_begin (&here);
  for (uint32_t i = 0; i < n_row_blocks; i++)
    {
      TileAcc mean = tile_mul_scalar (&here, tile_row_sum (&here, tile_load_acc (&here, stats->sum[i])), n_inverse);
      TileAcc square = tile_mul_scalar (&here, tile_row_sum (&here, tile_load_acc (&here, stats->squares[i])), n_inverse);
      TileAcc variance = tile_sub (&here, square, tile_mul (&here, mean, mean));

      variance = tile_add_scalar (&here, tile_max (&here, variance, tile_zero_acc (&here)), EPSILON);
      tile_store_acc (&here, stats->shift[i], tile_add (&here, tile_load_acc (&here, stats->shift[i]), mean));
      tile_store_acc (&here, stats->sum[i], tile_rsqrt (&here, variance));
    }
  tile_loop_end (&here, 1);
  *clock = here;
}

TILE_INLINE void
store (TileClock *clock, TileAcc y, int i, int j, TileFormat format, int half, uint8_t *out)
{
  const int block = (i * 2 + half) * N_COL_BLOCKS + j;
  const bool is_pair = format == TILE_FORMAT_PAIR;

  if (tile_is_int8 (format))
    tile_store_i8 (clock, (int8_t *) out + block * TILE_INT_BLOCK, tile_acc_to_i8 (clock, y));
  else
    tile_store_block (clock, out + (is_pair ? (i * N_COL_BLOCKS + j) * 2 : block) * TILE_BLOCK_BYTES, y, is_pair);
}

void
tile_norm_write (TileClock *clock,
                 const TileNorm *stats,
                 const uint8_t *x,
                 const float *gain,
                 const float *bias,
                 uint32_t n_row_blocks,
                 TileFormat format,
                 uint32_t half,
                 uint8_t *out)
{
  TileClock here = *clock;

  if (tile_is_int8 (format))
    tile_int_begin (&here, out);
  for (int j = 0; j < N_COL_BLOCKS; j++)
    {
      TileAcc gains = tile_row_broadcast (&here, gain + TILE_BLOCK * j);
      TileAcc biases = tile_row_broadcast (&here, bias + TILE_BLOCK * j);

      tile_loop_begin (&here);
      for (int i = 0; i < (int) n_row_blocks; i++)
        {
          TileAcc above = tile_sub (&here, tile_load_block (&here, pair_block (x, i, j), true),
                                    tile_load_acc (&here, stats->shift[i]));
          TileAcc normal = tile_mul (&here, above, tile_load_acc (&here, stats->sum[i]));

          store (&here, tile_fma (&here, normal, gains, biases), i, j, format, (int) half, out);
        }
      tile_loop_end (&here, 1);
    }
  *clock = here;
}
