/* embed.h - a token's row and its position's, added
 *
 * A row of n columns lies as pairs of blocks: for each 64 columns a high block, whose rows are eight columns each, and then a low one. The sum is kept in
 * fp32 until all tokens of a core are there, and then leaves as pair objects.
 *
 *   token, position  rows of at most 2048 columns: 144 bytes for each 64, in an object
 *   rows             [64 tokens, 128 columns] floats: 32 768 bytes, all accumulators
 *   out              a pair object [64, 32]
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/clock.h"

#if defined TILE_SET
#define tile_embed_add   TILE_SYMBOL (tile_embed_add)
#define tile_embed_store TILE_SYMBOL (tile_embed_store)
#define tile_embed_clear TILE_SYMBOL (tile_embed_clear)
#endif

#define TILE_EMBED_BYTES 144 /* of 64 columns */

/* row[c] = (token's high + low) + (position's high + low), each sum rounded, of 64 n columns */
void tile_embed_add (TileClock *clock, const uint8_t *token, const uint8_t *position, uint32_t n, float *row);

/* rows[first..63] = 0 */
void tile_embed_clear (TileClock *clock, uint32_t first, float *rows);

/* Columns 32 part .. 32 part + 31 */
void tile_embed_store (TileClock *clock, const float *rows, uint32_t part, uint8_t *out);
