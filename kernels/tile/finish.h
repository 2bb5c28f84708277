/* finish.h - what becomes of a tile of sums [64 x 128]: bias, GELU, residual, and objects of the C stream
 *
 *   acc + bias  --GELU?-->  + residual?  --rows outside [row_first, row_end) = 0-->  objects
 *
 * A residual arrives in PAIR objects of 32 columns, one after the other, and there is room for one, so a tile is finished in parts. Which
 * columns (and rows) of the tile a part has, and which object it writes:
 *
 *   TILE_FORMAT_                  parts  part p                                     object
 *   PAIR [64 x 32]                  4    columns 32 p..                             p
 *   SINGLE, INT8 [64 x 64]          4    columns 32 p..                             p / 2, half p % 2 of its columns
 *   F32 [72 x 16]                   8    columns 16 p..                             p; rows 64..71 are zeros
 *   SINGLE_TRANSPOSED               4    columns 32 p..                             p / 2: [64 columns of the tile x 64 rows],
 *                                                                                   half p % 2 of its rows
 *   PAIR_TRANSPOSED                 8    columns 64 (p / 4) + 32 (p % 2)..,         p / 2: [64 columns of the tile x 32 rows],
 *                                        rows 32 (p / 2 % 2)..                      half p % 2 of its rows
 *
 * So the transposed PAIR objects are, in order: columns 0..63 of rows 0..31, of rows 32..63, columns 64..127 of rows 0..31, of rows 32..63.
 * The residual of a part is the object with its columns (F32: residual p / 2).
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/control.h"
#include "tile/gemm.h"

#if defined TILE_SET
#define tile_gemm_finish TILE_SYMBOL (tile_gemm_finish)
#endif

typedef struct
{
  TileFormat out;
  bool gelu;
  int row_first, row_end; /* of the tile's 64 rows */
  const float *bias;      /* [128], or NULL */
  float scale, zero;      /* INT8: the integer is y scale + zero, to nearest even and within [-128, 127]; rows have scale 1 */
} TileFinish;

TILE_INLINE int
tile_out_n_parts (TileFormat out)
{
  return out == TILE_FORMAT_F32 || out == TILE_FORMAT_PAIR_TRANSPOSED ? 8 : 4;
}

TILE_INLINE int
tile_out_parts_per_object (TileFormat out)
{
  return out == TILE_FORMAT_PAIR || out == TILE_FORMAT_F32 ? 1 : 2;
}

/* residual: NULL, or a PAIR object. Writes the part's blocks of the object and leaves the others. */
void tile_gemm_finish (TileClock *clock,
                       const float *acc,
                       const TileFinish *finish,
                       int part,
                       const uint8_t *residual,
                       uint8_t *object);
