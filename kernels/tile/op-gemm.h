/* op-gemm.h - a tile's sums, from all of its steps: what the ops begin with that are products of matrices
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/program.h"

#if defined TILE_SET
#define tile_add_up TILE_SYMBOL (tile_add_up)
#endif

/* n_row_blocks: of 8 rows, the others are not worked on */
void tile_add_up (TileProgram *program, const TileSteps *steps, uint32_t n_row_blocks);
