/* gemm.h - one step of a matrix product: acc [64 x 128] += a [64 x 32] times the transpose of b [128 x 32]
 *
 * a is an object of the A stream, 32 columns of a SINGLE or a PAIR: first the high blocks are multiplied, then the low ones, so that their
 * sum has 16 bits of mantissa. b is a WEIGHT. The sums stay in the core's memory between steps, as 8x8 blocks: block (i, j) at
 * ((i * 16) + j) * 64 floats. The loop is in product.h.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/layout.h"
#include "tile/tile.h"

#if defined TILE_SET
#define tile_gemm_bfp TILE_SYMBOL (tile_gemm_bfp)
#endif

enum
{
  TILE_ACC_ROW_BLOCKS = 8,
  TILE_ACC_COL_BLOCKS = 16,
  TILE_ACC_FLOATS = 64 * 128
};

typedef struct
{
  int n_row_blocks;      /* 1..8 of 8 rows, the others are left alone */
  int n_col_blocks;      /* 1..16 */
  bool is_pair;          /* what a is */
  bool is_high_only;     /* of a pair, only the high values are multiplied */
  int a_first_col_block; /* 0 or 4: which half of a SINGLE */
  bool is_narrow;        /* b is [64 x 64], of which */
  int b_first_col_block; /* these four columns of blocks are multiplied: 0 or 4; of others 0 */
} TileGemmShape;

/* Where block (i, j) of the sums begins, in values */
TILE_INLINE int
tile_acc_at (int i, int j)
{
  return (i * TILE_ACC_COL_BLOCKS + j) * 64;
}

/* is_first: the sums start from zero. */
void tile_gemm_bfp (TileClock *clock, float *acc, const uint8_t *a, const uint8_t *b, const TileGemmShape *shape, bool is_first);
