/* product.h - the one loop of blocks of bfp16 that matrix products and attention share
 *
 *   sums[i][j] += a[i] times the transpose of b[j], of four blocks each: 32 values of every row
 *
 * What is a pair, a high block and the low one that it leaves of its values, is multiplied one after the other: all high by high, all
 * high by low, all low by high. Low times low is too small to matter.
 *
 * Two rows of blocks of a stay in registers while the columns of b pass, so that two accumulators multiply while the others are stored
 * and loaded: the one store a cycle is as busy as the products are. A last row without another is its own partner, for the program memory that
 * another loop would take.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/clock.h"
#include "tile/layout.h"

#if defined TILE_SET
#define tile_product_add TILE_SYMBOL (tile_product_add)
#endif

/* Where blocks lie: bytes from one to the next */
typedef struct
{
  const uint8_t *at;
  int pitch; /* from a row of blocks to the next */
  int step;  /* along the sum */
  int low;   /* from a high block to its low one; 0: there are only high ones */
} TileBlocks;

/* Half of an object [64, 64], or a pair object [64, 32] */
TILE_INLINE TileBlocks
tile_half_of (const uint8_t *object, bool is_pair, int half)
{
  if (is_pair)
    return (TileBlocks){ object, 4 * 2 * TILE_BLOCK_BYTES, 2 * TILE_BLOCK_BYTES, TILE_BLOCK_BYTES };
  return (TileBlocks){ object + half * 4 * TILE_BLOCK_BYTES, 8 * TILE_BLOCK_BYTES, TILE_BLOCK_BYTES, 0 };
}

typedef struct
{
  TileBlocks a, b;
  const int32_t *rows; /* [n_rows]: which rows of a, and of the sums; NULL: from 0 on */
  int n_rows, n_cols;
  int pitch; /* floats from a row of sums to the next; columns follow each other */
} TileProduct;

/* is_first: the sums start from zero. */
TILE_CALLED void tile_product_add (TileClock *clock, float *sums, const TileProduct *product, bool is_first);
