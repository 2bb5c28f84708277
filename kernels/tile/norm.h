/* norm.h - layer norm of 64 rows in two passes
 *
 * First all columns of the rows pass for their sums, then they pass again and are written. Sums of squares would cancel where a mean is large against
 * the spread, so both sums are of what lies above the mean of the row's first 32 columns; with that, outliers and means of any size
 * leave fp32 its digits. Each of the eight lanes of a row sums every eighth column; they meet in the end.
 *
 *   x          a pair object [64, 32]: columns 32 i .. 32 i + 31
 *   gain, bias [n] floats
 *   stats      TileNorm, 6144 bytes
 *   out        the same 32 columns as a pair object, or as a half of a single object or one of integers [64, 64]
 *
 * Rows are worked on in blocks of 8; blocks beyond n_row_blocks are neither read nor written.
 * Source: Ba et al. 2016, with 1e-5 added to the variance.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/clock.h"
#include "tile/control.h"

#if defined TILE_SET
#define tile_norm_add    TILE_SYMBOL (tile_norm_add)
#define tile_norm_settle TILE_SYMBOL (tile_norm_settle)
#define tile_norm_write  TILE_SYMBOL (tile_norm_write)
#endif

/* Blocks of 8 rows, 64 floats each */
typedef struct
{
  float shift[8][64]; /* in every lane of a row: what is taken off before summing; then the mean */
  float sum[8][64];   /* of lanes; then 1 / sqrt (variance + 1e-5), in every lane of a row */
  float squares[8][64];
} TileNorm;

/* Columns of the first pass; is_first: the sums begin with them. */
void tile_norm_add (TileClock *clock, TileNorm *stats, const uint8_t *x, uint32_t n_row_blocks, bool is_first);

/* After the last of them: mean and spread of n columns. n_inverse is 1 / n. */
void tile_norm_settle (TileClock *clock, TileNorm *stats, uint32_t n_row_blocks, float n_inverse);

/* Columns of the second pass: ((x - mean) * (1 / sqrt (variance + 1e-5))) * gain + bias with those 32 of gain and bias. out: an object of this format, PAIR,
 * SINGLE or INT8; half: of the latter two, which half of its columns. */
void tile_norm_write (TileClock *clock,
                      const TileNorm *stats,
                      const uint8_t *x,
                      const float *gain,
                      const float *bias,
                      uint32_t n_row_blocks,
                      TileFormat format,
                      uint32_t half,
                      uint8_t *out);
