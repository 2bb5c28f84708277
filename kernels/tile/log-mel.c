/* log-mel.c - sums of bands for 72 frames at a time
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/log-mel.h"

#include "tile/layout.h"
#include "tile/tile.h"

#define LOG10_2      0.301029996f
#define LOWEST       (-10.f) /* log10 of the least power */
#define PITCH        TILE_LOG_MEL_PITCH
#define FRAME_BLOCKS (TILE_F32_ROWS / 8)

void
tile_log_mel_turn (TileClock *clock, const float *power, float *bins)
{
  tile_loop_begin (clock);
  for (int i = 0; i < FRAME_BLOCKS; i++)
    for (int j = 0; j < TILE_F32_COLS / 8; j++)
      {
        TileAcc x = tile_load_rows (clock, power + 8 * i * TILE_F32_COLS + 8 * j, TILE_F32_COLS);

        tile_store_rows (clock, bins + 8 * j * PITCH + 8 * i, PITCH, tile_transpose (clock, x));
      }
  tile_loop_end (clock, 1);
}

void
tile_log_mel_add (TileClock *clock, const float *bins, const TileFilter *filters, uint32_t n_filters, float *bands)
{
  tile_loop_begin (clock);
  for (uint32_t i = 0; i < n_filters; i++)
    {
      const float *from = bins + filters[i].bin % TILE_F32_COLS * PITCH;
      float *to = bands + filters[i].band * PITCH;

      /* reading the filter, two addresses; the weight in all lanes, split in three bf16 */
      tile_clock_count (clock, 2, 8, 0, 0, 7);
      for (int j = 0; j < PITCH; j += 64)
        {
          TileAcc sum = tile_fma_scalar (clock, tile_load_acc (clock, from + j), filters[i].weight,
                                         tile_load_acc (clock, to + j));

          tile_store_acc (clock, to + j, sum);
        }
    }
  /* the next bin adds to the same band */
  tile_loop_chain (clock, n_filters * (TILE_LATENCY_LOAD + TILE_LATENCY_VECTOR + TILE_LATENCY_STORE));
  tile_loop_end (clock, 1);
}

void
tile_log_mel_store (TileClock *clock, const float *bands, uint32_t n_frames, float *largest, float *log_mel)
{
  TileAcc least = tile_splat (clock, TILE_LEAST_POWER), max = tile_load_acc (clock, largest);

  tile_loop_begin (clock);
  for (int i = 0; i < FRAME_BLOCKS; i++)
    for (int j = 0; j < TILE_F32_COLS / 8; j++)
      {
        TileAcc x = tile_transpose (clock, tile_load_rows (clock, bands + 8 * j * PITCH + 8 * i, PITCH));

        x = tile_mul_scalar (clock, tile_log2 (clock, tile_max (clock, x, least)), LOG10_2);
        tile_store_rows (clock, log_mel + 8 * i * TILE_F32_COLS + 8 * j, TILE_F32_COLS, x);
        if (8 * i + 8 > (int) n_frames)
          x = tile_mask_rows (clock, x, 0, (int) n_frames - 8 * i, LOWEST);
        max = tile_max (clock, max, x);
      }
  tile_loop_end (clock, 1);
  tile_store_acc (clock, largest, max);
}

void
tile_log_mel_largest (TileClock *clock, const float *largest, float *out)
{
  TileAcc of_rows = tile_row_max (clock, tile_load_acc (clock, largest));

  tile_store_acc (clock, out, tile_row_max (clock, tile_transpose (clock, of_rows)));
}
