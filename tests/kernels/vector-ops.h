/* vector-ops.h - every function of kernels/tile/tile.h as an entry of a table, so that each instruction set can be asked for each
 *
 * vector-ops.c is compiled once for each set; scalar-ops.c has the same functions as plain loops. An operation reads what it likes of a case
 * and writes what it likes of an outcome, which was zeroed before.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <stdint.h>

typedef struct
{
  float a[64], b[64], c[64];
  float positive[64]; /* normal, far from the ends of the range */
  uint8_t p[72], q[72];
  int8_t i8[64], j8[64];
  int16_t i16[4][32], j16[32];
  int32_t acc32[64];
  int64_t acc64[32];
  int first, end;
  int pair; /* 0..3 */
} VectorCase;

typedef struct
{
  float x[64], y[64];
  uint8_t bytes[72];
  int16_t i16[32];
  int32_t i32[64];
  int64_t i64[32];
} VectorOutcome;

/* names as in tile.h */
#define VECTOR_OPS(X) \
  X (load_rows)       \
  X (store_rows)      \
  X (splat)           \
  X (zero_acc)        \
  X (row_broadcast)   \
  X (col_broadcast)   \
  X (store_col)       \
  X (load_bfp)        \
  X (mac_bfp)         \
  X (acc_to_bfp)      \
  X (add_bfp)         \
  X (sub_bfp)         \
  X (add)             \
  X (sub)             \
  X (mul)             \
  X (fma)             \
  X (mul_scalar)      \
  X (add_scalar)      \
  X (fma_scalar)      \
  X (max)             \
  X (select_less)     \
  X (clamp)           \
  X (rectify)         \
  X (mask_cols)       \
  X (mask_rows)       \
  X (row_max)         \
  X (row_sum)         \
  X (transpose)       \
  X (exp2)            \
  X (split_exponent)  \
  X (reciprocal)      \
  X (rsqrt)           \
  X (log2)            \
  X (gelu)            \
  X (gelu_coarse)     \
  X (mac_i8)          \
  X (mac_i16i8)       \
  X (mac_i16)         \
  X (blocks_i16)      \
  X (acc32_to_acc)    \
  X (acc_to_i8)

#define VECTOR_OP_NAME(name) VECTOR_OP_##name,

typedef enum
{
  VECTOR_OPS (VECTOR_OP_NAME) VECTOR_N_OPS
} VectorOp;

void scalar_op (VectorOp op, const VectorCase *c, VectorOutcome *outcome);

#if defined TILE_SET
#define vector_op TILE_SYMBOL (vector_op)
void vector_op (VectorOp op, const VectorCase *c, VectorOutcome *outcome);
#endif
