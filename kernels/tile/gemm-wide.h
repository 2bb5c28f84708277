/* gemm-wide.h - a matrix product as arXiv 2512.13282 cuts it: large tiles, and sums that stay in the format of the result
 *
 *   c [m x n] += a [m x k] times the transpose of b [n x k], all in 8x8 blocks: block (i, j) of a is at (i k/8 + j) 64 values, and so on
 *
 *   kind       a, b     c       what a core does with them
 *   I8_I8      int8     int8    products of 8x8x8; sums are held in the range of c after each step
 *   I8_I16     int8     int16
 *   I8_I32     int8     int32
 *   BF16       bf16     bf16    each block of a and b becomes bfp16 on the way, as aie_api does it
 *
 * Nothing of the product runs this: it is there so that the clock can be held against what that paper measured (overlay/published.h).
 *
 * Two rows of blocks against two columns at a time: four accumulators, which k/8 steps fill and one load and store a step empties.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/core.h"

#if defined TILE_SET
#define tile_gemm_wide    TILE_SYMBOL (tile_gemm_wide)
#define tile_wide_program TILE_SYMBOL (tile_wide_program)
#endif

typedef enum
{
  TILE_WIDE_I8_I8,
  TILE_WIDE_I8_I16,
  TILE_WIDE_I8_I32,
  TILE_WIDE_BF16
} TileWideKind;

/* What the program of a core reads at TILE_WIDE_PARAMETERS: m and n are multiples of 16, k of 8. */
typedef struct
{
  uint32_t kind; /* TileWideKind */
  uint32_t m, k, n;
  uint32_t n_steps; /* of k for a tile of c */
} TileWide;

/* Behind two of a, two of b and one of c in a core's memory: its stack, and what it is to do */
#define TILE_WIDE_STACK      0x400
#define TILE_WIDE_PARAMETERS (TILE_MEMORY_BYTES - 64)

static inline uint32_t
tile_wide_in_bytes (const TileWide *wide)
{
  return wide->kind == TILE_WIDE_BF16 ? 2 : 1;
}

static inline uint32_t
tile_wide_out_bytes (const TileWide *wide)
{
  return wide->kind == TILE_WIDE_I8_I8 ? 1 : wide->kind == TILE_WIDE_I8_I32 ? 4 : 2;
}

static inline uint32_t
tile_wide_a_bytes (const TileWide *wide)
{
  return wide->m * wide->k * tile_wide_in_bytes (wide);
}

static inline uint32_t
tile_wide_b_bytes (const TileWide *wide)
{
  return wide->n * wide->k * tile_wide_in_bytes (wide);
}

static inline uint32_t
tile_wide_c_bytes (const TileWide *wide)
{
  return wide->m * wide->n * tile_wide_out_bytes (wide);
}

/* is_first: the sums start from zero. */
void tile_gemm_wide (TileClock *clock, const TileWide *wide, uint8_t *c, const uint8_t *a, const uint8_t *b, bool is_first);

/* For ever: n_steps of a and b, then c. Locks as in layout.h. */
void tile_wide_program (TileCore *core);
