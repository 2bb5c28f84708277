/* op-attention.h - the queries of a pass, for the ops that have some
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/program.h"

#include <stdbool.h>

#if defined TILE_SET
#define tile_take_queries TILE_SYMBOL (tile_take_queries)
#endif

typedef struct
{
  uint32_t first, n; /* this column's among so many objects of a pass */
  bool is_pair;      /* two objects are this column's, not one */
} TileQueries;

/* Copies this column's objects, one or two, and lets the others of the pass go by. n_row_blocks 0: nothing comes. */
void tile_take_queries (TileProgram *program, const TileQueries *queries, uint32_t n_row_blocks, uint8_t *const to[2]);
