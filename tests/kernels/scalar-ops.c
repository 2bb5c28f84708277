/* scalar-ops.c - the operations of vector-ops.h as plain loops
 *
 * SPDX-License-Identifier: MIT
 */
#include "vector-ops.h"

#include "scalar.h"

#include <math.h>
#include <string.h>

/* What happens to one lane, where that is all that happens */
static float
lane (VectorOp op, const VectorCase *c, int i, float *second)
{
  const float *a = c->a, *b = c->b;
  int r = i / 8, column = i % 8, exponent;

  switch (op)
    {
    case VECTOR_OP_load_rows:
      return c->rows[c->first % 3 * 8 + r * 24 + column];
    case VECTOR_OP_splat:
      return a[0];
    case VECTOR_OP_row_broadcast:
      return a[column];
    case VECTOR_OP_col_broadcast:
      return a[r];
    case VECTOR_OP_add:
      return a[i] + b[i];
    case VECTOR_OP_sub:
      return a[i] - b[i];
    case VECTOR_OP_mul:
      return a[i] * b[i];
    case VECTOR_OP_fma:
      return a[i] * b[i] + c->c[i];
    case VECTOR_OP_mul_scalar:
      return a[i] * b[0];
    case VECTOR_OP_add_scalar:
      return a[i] + b[0];
    case VECTOR_OP_fma_scalar:
      return a[i] * b[0] + c->c[i];
    case VECTOR_OP_max:
      return a[i] > b[i] ? a[i] : b[i];
    case VECTOR_OP_select_less:
      return a[i] < b[i] ? c->c[i] : c->positive[i];
    case VECTOR_OP_clamp:
      return a[i] > c->positive[0] ? c->positive[0] : a[i] < -c->positive[0] ? -c->positive[0] : a[i];
    case VECTOR_OP_rectify:
      *second = fabsf (a[i]);
      return a[i] > 0 ? a[i] : 0;
    case VECTOR_OP_mask_cols:
      return column >= c->first && column < c->end ? a[i] : b[0];
    case VECTOR_OP_mask_rows:
      return r >= c->first && r < c->end ? a[i] : b[0];
    case VECTOR_OP_transpose:
      return a[column * 8 + r];
    case VECTOR_OP_exp2:
      return scalar_exp2 (a[i]);
      case VECTOR_OP_split_exponent: {
        float m = frexpf (c->positive[i], &exponent);

        *second = m < 0.707106769f ? exponent - 1 : exponent;
        return m < 0.707106769f ? 2 * m : m;
      }
    case VECTOR_OP_reciprocal:
      return scalar_reciprocal (c->positive[i]);
    case VECTOR_OP_rsqrt:
      return scalar_rsqrt (c->positive[i]);
    case VECTOR_OP_log2:
      return scalar_log2 (c->positive[i]);
    case VECTOR_OP_gelu:
      return scalar_gelu (a[i]);
    case VECTOR_OP_mac_bfp:
      return scalar_bfp_mac (a[i], c->p, r, c->q, column);
    case VECTOR_OP_load_bfp:
      return scalar_bfp_value (c->p, r, column);
    case VECTOR_OP_add_bfp:
      return a[i] + scalar_bfp_value (c->p, r, column);
    case VECTOR_OP_sub_bfp:
      return a[i] - scalar_bfp_value (c->p, r, column);
    case VECTOR_OP_acc32_to_acc:
      return (float) c->acc32[i];
    case VECTOR_OP_keep_lanes:
      return c->mask >> i & 1 ? a[i] : 0;
    case VECTOR_OP_select_cols:
      return c->mask >> column & 1 ? a[i] : b[i];
    case VECTOR_OP_max_bf16:
      return scalar_bf16 (a[i]) > scalar_bf16 (b[i]) ? scalar_bf16 (a[i]) : scalar_bf16 (b[i]);
    case VECTOR_OP_keep_between:
      return c->first + column >= c->begin[r] && c->first + column < c->end_of[r] ? a[i] : b[0];
    case VECTOR_OP_exp_score:
      return scalar_exp_score (c->score[i], c->level[i]);
    default:
      return 0;
    }
}

/* Held in the range */
static int64_t
held (int64_t x, int64_t least, int64_t most)
{
  return x < least ? least : x > most ? most : x;
}

static void
shorts (VectorOp op, const VectorCase *c, VectorOutcome *outcome)
{
  for (int i = 0; i < 64; i++)
    {
      int x = (int16_t) (held (scalar_shift (c->small[i], c->shift), INT16_MIN, INT16_MAX) & c->j16[0]);
      int y = (int16_t) (held ((int64_t) c->small[i] + c->small[1], INT16_MIN, INT16_MAX) | c->j16[1]);

      outcome->i32[i] = op == VECTOR_OP_short_product ? x * y
                        : op == VECTOR_OP_short_mac   ? x * c->j16[2] + c->small[0]
                                                      : x * y + c->small[i] + c->small[0];
    }
}

static void
wide (VectorOp op, const VectorCase *c, VectorOutcome *outcome)
{
  for (int i = 0; i < 32; i++)
    if (op == VECTOR_OP_load_shifted)
      outcome->i64[i] = (int64_t) c->acc32[i] * (1 << c->shift);
    else if (op == VECTOR_OP_store_shifted)
      outcome->i32[i] = (int32_t) held (scalar_shift (c->narrow[i], c->shift), INT32_MIN, INT32_MAX);
    else
      {
        outcome->i64[i] = c->narrow[i] * 65536;
        for (int k = 0; k < 4; k++)
          outcome->i64[i] += (int64_t) c->i16[0][16 + 4 * (i / 8) + k] * c->j16[8 * k + i % 8];
      }
}

/* Halves are added to halves, of rows and then of lanes. */
static float
sum_lanes (const float *a)
{
  float x[64];

  memcpy (x, a, sizeof x);
  for (int n = 32; n > 0; n /= 2)
    for (int i = 0; i < n; i++)
      x[i] = x[i] + x[i + n];
  return x[0];
}

/* The order decides which zero is the largest of two. */
static void
row_max (const float *x, float *max)
{
  float far[8], near[8];

  for (int i = 0; i < 8; i++)
    far[i] = x[i] > x[i ^ 4] ? x[i] : x[i ^ 4];
  for (int i = 0; i < 8; i++)
    near[i] = far[i] > far[i ^ 2] ? far[i] : far[i ^ 2];
  for (int i = 0; i < 8; i++)
    max[i] = near[i] > near[i ^ 1] ? near[i] : near[i ^ 1];
}

static void
products (VectorOp op, const VectorCase *c, VectorOutcome *outcome)
{
  for (int i = 0; i < 64; i++)
    {
      int r = i / 8, column = i % 8;
      uint32_t sum = c->acc32[i];

      for (int k = 0; k < 8 && op == VECTOR_OP_mac_i8; k++)
        sum += c->i8[8 * r + k] * c->j8[8 * k + column];
      for (int k = 0; k < 4 && op == VECTOR_OP_mac_i16i8; k++)
        sum += c->i16[0][4 * r + k] * c->j8[8 * k + column];
      if (op == VECTOR_OP_mac_i16 && i < 32)
        {
          outcome->i64[i] = c->acc64[i];
          for (int k = 0; k < 4; k++)
            outcome->i64[i] += (int64_t) c->i16[0][16 + 4 * r + k] * c->j16[8 * k + column];
        }
      if (op != VECTOR_OP_mac_i16)
        outcome->i32[i] = (int32_t) sum;
    }
}

void
scalar_op (VectorOp op, const VectorCase *c, VectorOutcome *outcome)
{
  float rounded[64];

  for (int i = 0; i < 64; i++)
    outcome->x[i] = lane (op, c, i, &outcome->y[i]);

  switch (op)
    {
    case VECTOR_OP_store_rows:
      for (int i = 0; i < 64; i++)
        outcome->rows[c->first % 2 * 8 + i / 8 * 16 + i % 8] = c->a[i];
      break;
    case VECTOR_OP_store_col:
      for (int r = 0; r < 8; r++)
        outcome->x[r] = c->a[8 * r];
      break;
    case VECTOR_OP_load_bfp:
      memcpy (outcome->bytes, c->p, sizeof c->p);
      break;
    case VECTOR_OP_acc_to_bfp:
      scalar_block_to_bfp (c->a, outcome->bytes);
      for (int i = 0; i < 64; i++)
        outcome->x[i] = scalar_bfp_mac (scalar_bfp_value (outcome->bytes, i / 8, i % 8), outcome->bytes, i / 8, outcome->bytes,
                                        i % 8);
      break;
    case VECTOR_OP_row_max:
      for (int r = 0; r < 8; r++)
        row_max (c->a + 8 * r, outcome->x + 8 * r);
      break;
    case VECTOR_OP_row_sum:
      for (int i = 0; i < 64; i++)
        {
          const float *x = c->a + i / 8 * 8;

          outcome->x[i] = ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]));
        }
      break;
    case VECTOR_OP_mac_i8:
    case VECTOR_OP_mac_i16i8:
    case VECTOR_OP_mac_i16:
      products (op, c, outcome);
      break;
    case VECTOR_OP_mac_i16_shifted:
    case VECTOR_OP_load_shifted:
    case VECTOR_OP_store_shifted:
      wide (op, c, outcome);
      break;
    case VECTOR_OP_short_product:
    case VECTOR_OP_short_mac:
    case VECTOR_OP_short_mac_add:
      shorts (op, c, outcome);
      break;
    case VECTOR_OP_row_max_bf16:
      for (int i = 0; i < 64; i++)
        rounded[i] = scalar_bf16 (c->a[i]);
      for (int r = 0; r < 8; r++)
        row_max (rounded + 8 * r, outcome->x + 8 * r);
      break;
    case VECTOR_OP_sum_lanes:
      outcome->x[0] = sum_lanes (c->a);
      break;
    case VECTOR_OP_lanes_greater:
      for (int i = 0; i < 64; i++)
        outcome->i64[0] |= (int64_t) ((uint64_t) (c->a[i] > c->b[0]) << i);
      break;
    case VECTOR_OP_any_less:
      for (int i = 0; i < 64; i++)
        outcome->i32[0] |= c->a[i] < c->b[i];
      break;
    case VECTOR_OP_copy:
      memcpy (outcome->bytes + 64, c->j8, sizeof c->j8);
      memcpy (outcome->bytes + 55 + c->first, c->p + 9, 9);
      memset (outcome->bytes + 101 + c->first, 0, 9);
      break;
    case VECTOR_OP_blocks_i16:
      for (int i = 0; i < 32; i++)
        outcome->i16[i] = c->i16[i / 4 % 4][4 * (2 * (c->pair) + i / 16) + i % 4];
      break;
    case VECTOR_OP_acc_to_i8:
      for (int i = 0; i < 64; i++)
        outcome->bytes[i] = (uint8_t) (int8_t) fmaxf (-128, fminf (127, nearbyintf (c->a[i])));
      break;
    default:
      break;
    }
}
