/* pack.h - log-mel frames as the first convolution's product reads them
 *
 * 16 columns of a [64, 384] matrix, v -> (max (v, floor) + 4) / 4, and zero where the convolution pads, in block floating point.
 *
 *   frames  [72, 16] floats, an f32 object of which 64 rows are read
 *   out     a single or pair object (layout.h), of which two columns of blocks are written
 *
 * Source: Radford et al. 2022, section 2.2.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/clock.h"

#if defined TILE_SET
#define tile_pack TILE_SYMBOL (tile_pack)
#endif

/* Rows outside [row_begin, row_end) and columns from n_cols on are zero. */
typedef struct
{
  int row_begin, row_end, n_cols;
} TilePackArea;

/* To columns of blocks first_col and first_col + 1 of out; floor is that of v. With a low block, is_pair. */
void tile_pack (TileClock *clock,
                const float *frames,
                const TilePackArea *area,
                float floor,
                bool is_pair,
                uint32_t first_col,
                uint8_t *out);
