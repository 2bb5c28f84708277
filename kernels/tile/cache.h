/* cache.h - new keys and values find their places among those of a block of 64
 *
 * Keys lie in rows, so a key is 72 bytes that replace others. Values lie transposed: a value is a column, eight keys share exponents, and
 * blocks with a new key among their columns are packed again; the others stay as they are to the bit. A value that stays loses nothing
 * by that unless a new one beside it is larger: then what is below the new exponent's last digit.
 *
 *   source    [64]: for each key the row of the new objects that takes its place, or TILE_CACHE_KEEP
 *   keys      old, fresh, out: a single object [64 keys, 64 columns], or a pair object of 32 of them: the same rows of bytes
 *   values    old, out: a single object [64 columns, 64 keys], or a pair object of 32 keys: those of "part"
 *             fresh: rows of tokens as keys have them: a single object, or both pair objects, one after the other
 *   scratch   144 bytes
 *
 * old is NULL where a block begins as zeros.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/clock.h"

#if defined TILE_SET
#define tile_cache_keys   TILE_SYMBOL (tile_cache_keys)
#define tile_cache_values TILE_SYMBOL (tile_cache_values)
#endif

#define TILE_CACHE_KEEP 255

void tile_cache_keys (TileClock *clock, const uint8_t source[64], const uint8_t *old, const uint8_t *fresh, uint8_t *out);

/* part: of a pair object, else -1 */
void tile_cache_values (TileClock *clock,
                        const uint8_t source[64],
                        const uint8_t *old,
                        const uint8_t *fresh,
                        int part,
                        uint8_t *scratch,
                        uint8_t *out);
