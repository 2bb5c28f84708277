/* gemm-int.h - gemm.h with integers: 8-bit weights with a scale for each column, 8- or 16-bit activations with a scale for each row
 *
 *   activations I8 [64 x 64]      blocks of 8x8 int8, block (i, j) at ((i * 8) + j) * 64; at 4096, 64 floats: the rows' scales, then zeros
 *   activations I16 [64 x 32]     blocks of 8x4 int16, likewise
 *   weights [32 (k) x 128 (n)]    blocks of 8 k x 8 n int8, row-major, for columns j and k block k at ((j * 4) + k) * 64; at 4096, 128 floats:
 *                                 the columns' scales
 *
 * The sums are int32, in the blocks and the order of gemm.h, and exact as long as they fit: 131072 steps of 8-bit, 512 of 16-bit activations.
 *
 * In the end either tile_gemm_scale() makes floats of them in place, from where tile_gemm_finish() goes on, or tile_gemm_requantise() makes I8
 * activations of them, whose scales somebody knew before. Both multiply the sum by the row's scale and then by the column's, each rounded.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/gemm.h"

#if defined TILE_SET
#define tile_gemm_i8         TILE_SYMBOL (tile_gemm_i8)
#define tile_gemm_i16i8      TILE_SYMBOL (tile_gemm_i16i8)
#define tile_gemm_scale      TILE_SYMBOL (tile_gemm_scale)
#define tile_gemm_requantise TILE_SYMBOL (tile_gemm_requantise)
#endif

enum
{
  TILE_INT_BLOCK = 64,   /* bytes of 8x8 int8 */
  TILE_INT_SCALES = 4096 /* where an object's scales are */
};

/* An I8 object whose rows all have scale 1: what is behind its blocks. */
TILE_INLINE void
tile_int_begin (TileClock *clock, uint8_t *object)
{
  float *scales = (float *) (void *) (object + TILE_INT_SCALES);

  tile_store_acc (clock, scales, tile_splat (clock, 1));
  tile_store_acc (clock, scales + 64, tile_zero_acc (clock));
}

/* shape: is_pair and is_high_only mean nothing here; a_first_col_block is 0 or 4 with I8, 0 with I16. is_first: the sums start from zero. */
void tile_gemm_i8 (TileClock *clock, int32_t *acc, const uint8_t *a, const uint8_t *b, const TileGemmShape *shape, bool is_first);
void
tile_gemm_i16i8 (TileClock *clock, int32_t *acc, const uint8_t *a, const uint8_t *b, const TileGemmShape *shape, bool is_first);

/* acc: int32 before, float after, as many blocks as the shape says */
void tile_gemm_scale (TileClock *clock, void *acc, const float *row_scales, const float *col_scales, const TileGemmShape *shape);

/* Columns 64 half.. of the tile as an I8 object: rounded to nearest even and held in [-128, 127]; the object's scales are not touched. */
void tile_gemm_requantise (TileClock *clock,
                           const int32_t *acc,
                           const float *row_scales,
                           const float *col_scales,
                           int half,
                           uint8_t *object);
