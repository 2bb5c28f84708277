/* layout.h - what moves through the array, and where it lies in a compute tile
 *
 * Everything between memory, memory tiles and cores moves as objects of one size. So the descriptors of the resident design never
 * change, whatever the op: 4608 bytes are 64 blocks of 8x8 values in block floating point (bfp16ebs8: a row of eight mantissas shares
 * an exponent), or as many bytes of anything else.
 *
 *   single   [64 rows, 64 columns]   block (i, j) is number 8 i + j
 *   pair     [64 rows, 32 columns]   high block (i, j) is number 2 (4 i + j), the low one (value - high) follows: 16 bits of mantissa
 *   weight   [128 rows, 32 columns]  block (i, j) is number 4 i + j; a row is an output, a column an input
 *   narrow   [64 rows, 64 columns]   the same of a tile of half the width: block (i, j) is number 8 i + j
 *   f32      [72 rows, 16 columns]   row by row
 *   i16      [72 rows, 32 columns]   row by row
 *   control  parameters of the op that begins (control.h)
 *
 * A core has two buffers for each of its three streams: A (what its row of the array shares: activations), B (what its column shares:
 * weights, keys, values and what is to be done) and C (results). A and B lie in different banks, so that a bundle may load from both.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#define TILE_OBJECT_BYTES 4608
#define TILE_OBJECT_WORDS (TILE_OBJECT_BYTES / 4)

#define TILE_BLOCK       8  /* rows and columns of a block */
#define TILE_BLOCK_BYTES 72 /* of eight rows: an exponent and eight mantissas */

#define TILE_M           64  /* rows of an output tile */
#define TILE_N           128 /* columns of an output tile */
#define TILE_NARROW_N    64  /* of a narrow one */
#define TILE_SINGLE_COLS 64
#define TILE_PAIR_COLS   32
#define TILE_WEIGHT_COLS 32
#define TILE_NARROW_COLS 64
#define TILE_F32_ROWS    72
#define TILE_F32_COLS    16
#define TILE_I16_ROWS    72
#define TILE_I16_COLS    32

#define TILE_HEADS      8 /* of objects of rows, in one: their first eight rows each, which is where blocks begin */
#define TILE_HEAD_BYTES (TILE_OBJECT_BYTES / TILE_HEADS)

/* Addresses in the tile's memory; a bank is 16 KiB. */
#define TILE_A_0         0x0000
#define TILE_A_1         0x1200
#define TILE_C_0         0x2400
#define TILE_DATA        0x3600 /* constants of the program */
#define TILE_DATA_BYTES  0x0200
#define TILE_STACK       0x3800
#define TILE_STACK_BYTES 0x0800
#define TILE_ACC         0x4000 /* [64, 128] f32 in blocks, or scratch of the op */
#define TILE_ACC_BYTES   0x8000
#define TILE_B_0         0xc000
#define TILE_B_1         0xd200
#define TILE_C_1         0xe400
#define TILE_PARAM       0xf600
#define TILE_PARAM_BYTES 0x0a00

/* Locks of a core: how many buffers of a stream are free, and how many are full. */
enum
{
  TILE_LOCK_A_FREE,
  TILE_LOCK_A_FULL,
  TILE_LOCK_B_FREE,
  TILE_LOCK_B_FULL,
  TILE_LOCK_C_FREE,
  TILE_LOCK_C_FULL
};
