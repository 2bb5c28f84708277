/* top.h - what a search asks of a tile of logits: the likeliest tokens, and what is needed for a log-sum-exp
 *
 * A query is about one row of the tile. It has two groups of tokens, a range each (text and special tokens; timestamps), of which those in a set do
 * not count. Tile after tile is added to its answer:
 *
 *   candidates        likeliest first, of equal ones the one that came first
 *   reference, sum    the sum of 2^(x log2 e - reference). The reference is a whole number, so that raising it changes no digit of the sum:
 *                     it is the least one at or above what the exponents were when it was raised. Relative error of a term: 2^-14.8.
 *   probe             the logit of one token, whether it counts or not
 *
 * Logits are finite and below 2^126. Most rows of most tiles have nothing that is likelier than what is there: then it is a comparison of vectors,
 * and the sum.
 *
 * In memory an answer is followed by its candidates: n_top logits of the first group, of the second, n_top tokens of the first, of the second.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/clock.h"
#include "tile/control.h"

#if defined TILE_SET
#define tile_top_clear TILE_SYMBOL (tile_top_clear)
#define tile_top_add   TILE_SYMBOL (tile_top_add)
#endif

typedef struct
{
  float reference[TILE_TOP_GROUPS]; /* minus infinity: nothing so far */
  float sum[TILE_TOP_GROUPS];
  float probe;                 /* 0: it was in none of the tiles */
  uint16_t n[TILE_TOP_GROUPS]; /* candidates */
} TileTopAnswer;

TILE_INLINE uint32_t
tile_top_bytes (uint32_t n_top)
{
  return sizeof (TileTopAnswer) + TILE_TOP_GROUPS * n_top * (sizeof (float) + sizeof (uint16_t));
}

TILE_INLINE float *
tile_top_logits (TileTopAnswer *answer, uint32_t n_top, uint32_t group)
{
  return (float *) (answer + 1) + group * n_top;
}

TILE_INLINE uint16_t *
tile_top_tokens (TileTopAnswer *answer, uint32_t n_top, uint32_t group)
{
  return (uint16_t *) (void *) (tile_top_logits (answer, n_top, TILE_TOP_GROUPS)) + group * n_top;
}

void tile_top_clear (TileClock *clock, TileTopAnswer *answer);

/* acc: sums as gemm.h has them, tokens first_token and on; of those whose bits are set in suppressed [4] none counts (NULL: all count). */
void tile_top_add (TileClock *clock,
                   const float *acc,
                   const TileTopQuery *query,
                   uint32_t first_token,
                   const uint32_t *suppressed,
                   TileTopAnswer *answer);
