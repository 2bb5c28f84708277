/* spectrum.c - 4 frames stay in registers while they meet all columns of the transform
 *
 * Their four blocks [4, 4] take 6 shuffles, for 64 VMACs; a sum is loaded and stored once for 8 of them. All that is unrolled: the loop over frames is
 * the only one, and its trips overlap.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/spectrum.h"

#include "tile/layout.h"
#include "tile/tile.h"
#include "tile/tile-shift.h"

#define N_K_BLOCKS   4 /* of 4 samples */
#define N_COL_BLOCKS 8
#define B_LANES      32 /* [4, 8] */

/* The host would only take longer to compile it. */
#if TILE_DEVICE
#define UNROLLED(i, n) TILE_TIMES (i, n)
#else
#define UNROLLED(i, n) for (int i = 0; i < (n); i++)
#endif

/* sum 2^16 + 4 frames times both halves of 8 columns */
static TileAcc64
product (TileClock *clock, TileAcc64 sum, const TileI16 a[N_K_BLOCKS], const int16_t *transform)
{
  UNROLLED (k, N_K_BLOCKS)
  sum = tile_mac_i16 (clock, sum, a[k], tile_load_i16 (clock, transform + k * B_LANES));
  transform += N_K_BLOCKS * B_LANES;
  sum = tile_mac_i16_shifted (clock, sum, a[0], tile_load_i16 (clock, transform));
  for (int k = 1; k < N_K_BLOCKS; k++)
    sum = tile_mac_i16 (clock, sum, a[k], tile_load_i16 (clock, transform + k * B_LANES));
  return sum;
}

void
tile_spectrum_step (TileClock *clock,
                    const int16_t *samples,
                    uint32_t half,
                    const int16_t *transform,
                    bool is_first,
                    int32_t *sums)
{
  tile_loop_begin (clock);
  for (int g = 0; g < TILE_I16_ROWS / 4; g++)
    {
      TileI16 rows[4], a[N_K_BLOCKS];

      for (int r = 0; r < 4; r++)
        rows[r] = tile_load_i16 (clock, samples + (4 * g + r) * TILE_I16_COLS);
      for (int pair = 0; pair < N_K_BLOCKS / 2; pair++)
        {
          a[2 * pair] = tile_blocks_i16 (clock, rows[0], rows[1], rows[2], rows[3], 2 * (int) half + pair);
          a[2 * pair + 1] = tile_upper_i16 (clock, a[2 * pair]);
        }

      UNROLLED (j, N_COL_BLOCKS)
      {
        int32_t *at = sums + (g / 2 * N_COL_BLOCKS + j) * 64 + g % 2 * 32;
        TileAcc64 sum = is_first ? tile_zero_acc64 (clock) : tile_load_shifted (clock, at, TILE_SPECTRUM_SHIFT);

        sum = product (clock, sum, a, transform + j * 2 * N_K_BLOCKS * B_LANES);
        tile_store_shifted (clock, at, sum, TILE_SPECTRUM_SHIFT + 16);
      }
    }
  tile_loop_end (clock, 1);
}

void
tile_spectrum_power (TileClock *clock, const int32_t *sums, uint32_t half, float scale, float *power)
{
  tile_loop_begin (clock);
  for (int i = 0; i < TILE_F32_ROWS / 8; i++)
    for (int j = 0; j < 2; j++)
      {
        const int32_t *at = sums + (i * N_COL_BLOCKS + 2 * (int) half + j) * 64;
        TileAcc re = tile_acc32_to_acc (clock, tile_load_acc32 (clock, at));
        TileAcc im = tile_acc32_to_acc (clock, tile_load_acc32 (clock, at + N_COL_BLOCKS / 2 * 64));

        re = tile_fma (clock, im, im, tile_mul (clock, re, re));
        tile_store_rows (clock, power + 8 * i * TILE_F32_COLS + 8 * j, TILE_F32_COLS, tile_mul_scalar (clock, re, scale));
      }
  tile_loop_end (clock, 1);
}
