/* vector-ops.h - every function of kernels/tile/tile.h as an entry of a table, so that each instruction set can be asked for each
 *
 * vector-ops.c is compiled once for each set, and once more with the device half of tile.h; scalar-ops.c has the same functions
 * as plain loops. An operation reads what it likes of a case and writes what it likes of an outcome, which was zeroed before.
 * Arrays lie as the device wants them, at multiples of 64 bytes, and rows that are loaded one by one at multiples of 32.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <stdint.h>

#define VECTOR_ALIGNED __attribute__ ((aligned (64)))

typedef struct
{
  VECTOR_ALIGNED float a[64];
  float b[64], c[64];
  float positive[64];         /* normal, far from the ends of the range */
  float rows[8 * 24];         /* 24 from row to row */
  float score[64], level[64]; /* as attention has them */
  int32_t begin[8], end_of[8];
  int8_t i8[64], j8[64];
  int16_t i16[4][32], j16[32];
  int32_t acc32[64];
  int32_t small[64]; /* an eighth of the range */
  int64_t acc64[32];
  int64_t narrow[32]; /* of 40 bits */
  uint64_t mask;
  uint8_t p[72], q[72];
  int first, end;
  int pair;  /* 0..3 */
  int shift; /* 1..20 */
} VectorCase;

typedef struct
{
  VECTOR_ALIGNED float x[64];
  float y[64];
  float rows[8 * 16]; /* 16 from row to row */
  VECTOR_ALIGNED uint8_t bytes[128];
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
  X (mac_i8)          \
  X (mac_i16i8)       \
  X (mac_i16)         \
  X (blocks_i16)      \
  X (acc32_to_acc)    \
  X (acc_to_i8)       \
  X (mac_i16_shifted) \
  X (load_shifted)    \
  X (store_shifted)   \
  X (lanes_greater)   \
  X (keep_lanes)      \
  X (sum_lanes)       \
  X (select_cols)     \
  X (copy)            \
  X (short_product)   \
  X (short_mac)       \
  X (short_mac_add)   \
  X (max_bf16)        \
  X (row_max_bf16)    \
  X (keep_between)    \
  X (any_less)        \
  X (exp_score)

#define VECTOR_OP_NAME(name) VECTOR_OP_##name,

typedef enum
{
  VECTOR_OPS (VECTOR_OP_NAME) VECTOR_N_OPS
} VectorOp;

#ifdef __cplusplus
extern "C" {
#endif

void scalar_op (VectorOp op, const VectorCase *c, VectorOutcome *outcome);

#if defined TILE_SET
#define vector_op TILE_SYMBOL (vector_op)
void vector_op (VectorOp op, const VectorCase *c, VectorOutcome *outcome);
#endif

#ifdef __cplusplus
}
#endif
