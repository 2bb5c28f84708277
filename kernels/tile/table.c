/* table.c - the kernels of one instruction set
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/kernels.h"

#define TILE_STRING_OF(name) #name
#define TILE_STRING(name)    TILE_STRING_OF (name)
#define TILE_ENTRY(name)     .name = tile_##name,

extern const TileKernels TILE_SYMBOL (tile_kernels);

const TileKernels TILE_SYMBOL (tile_kernels) = { TILE_KERNELS (TILE_ENTRY).name = TILE_STRING (TILE_SET) };
