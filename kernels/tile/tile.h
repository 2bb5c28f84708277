/* tile.h - the vectors of a compute tile: 8x8 blocks
 *
 * Everything a kernel holds in registers is one of:
 *
 *   TileAcc   64 fp32 lanes as 8 rows of 8, one 2048-bit accumulator (there are five)
 *   TileBfp   an 8x8 block of bfp16ebs8: the eight values of a row share an exponent; 72 bytes in memory, for each row the exponent e and then
 *             eight mantissas m, int8: m 2^(e - 133)
 *   TileI8, TileI16, TileAcc32, TileAcc64     integers, see tile-int.h
 *
 * A kernel is one source: on the host the functions below are GCC vectors (tile-host*.h), on the device builtins of AIE2P (tile-aie2p*.h). Each
 * takes the clock first and counts what it would cost there (clock.h). Functions take and return registers by value.
 *
 * What is computed, to the bit, on every host (compile with -ffp-contract=off and never with -ffast-math; the mode of the float unit is the
 * default one, rounding to nearest even, and denormals are kept):
 *
 *   arithmetic     IEEE single precision, every operation rounded; fma is a product and then a sum: two roundings
 *   mac_bfp        acc[r][c] += s * (a.scale[r] * b.scale[c]), s = the exact integer sum of the eight products of mantissas: both factors and
 *                  their product rounded as floats (exact unless out of range), then one addition
 *   scale          2^(e - 133), but 0 for e < 7: rows of values below 2^-119 read as zeros, so that no scale is denormal
 *   acc_to_bfp     e = the largest exponent of the row's floats, m = the value / 2^(e - 133) rounded to nearest even and held in [-128, 127]: a
 *                  value within 2^-8 of the next power of two becomes 127, as public packers for this hardware do, the exponent is not raised.
 *                  Rows below 2^-120 become zeros with e = 0. Infinities saturate; NaN is not supported.
 *   max, min       a > b ? a : b, a < b ? a : b
 *   row_sum        ((x0 + x4) + (x2 + x6)) + ((x1 + x5) + (x3 + x7))
 *
 * The device differs where it has no instruction: an fp32 product is six products of bfloat16, both operands split in three (relative error
 * below 2^-23). The definitions above stay the reference; tests/kernels compares with plain loops.
 *
 * Costs for 64 lanes: slots of the vector unit and moves, and loads or stores of 64 bytes. What is not an instruction is made of others: fp32
 * comparisons need the integer side, 64 lanes are four registers there, and four moves go there or back.
 *
 *   load_bfp, store_bfp    1.125 loads, stores      add, sub, neg, add_scalar      1, 0
 *   load_acc, store_acc    4 loads, stores          mul, fma                       10, 12   6 products, 2 operands to split
 *   load_rows, store_rows  0, 8, 8 loads, stores    mul_scalar, fma_scalar         8, 6
 *   mac_bfp                1, 0                     polynomial of n terms          10 n - 8, 10 n + 1
 *   bfp_to_acc, add_bfp    1, 0   a product with 1  max, min                       9, 16    the sign of a difference, select
 *   acc_to_bfp             0, 1                     select_less                    9, 20
 *   zero_acc               0, 1                     clamp                          8, 8
 *   splat                  0, 5                     mask_cols, mask_rows           4, 8
 *   row_broadcast          0, 5, 1 load             row_max                        28, 20
 *   col_broadcast          0, 11, 1 load            row_sum                        3, 36
 *   store_col              0, 8, 1 store            transpose                      0, 20
 *   exp2                   31, 30                   reciprocal                     67, 85
 *   gelu                   51, 42                   rsqrt                          105, 135
 *   lanes_greater          5, 9                     log2                           146, 163
 *   keep_lanes             4, 8                     sum_lanes                      6, 13
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/clock.h"

#if TILE_DEVICE
#include "tile/tile-aie2p-int.h"
#include "tile/tile-aie2p-lanes.h"
#else
#include "tile/tile-host.h"
#include "tile/tile-host-bfp.h"
#include "tile/tile-host-bits.h"
#include "tile/tile-host-lanes.h"
#include "tile/tile-int.h"
#endif

#include "tile/tile-math.h"
