/* vector-ops.c - see vector-ops.h
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/tile-patch.h"
#include "tile/tile-shift.h"
#include "tile/tile-softmax.h"
#include "tile/tile.h"

#include "vector-ops.h"

static TileAcc
arithmetic (TileClock *clock, VectorOp op, const VectorCase *c, TileAcc *second)
{
  TileAcc a = tile_load_acc (clock, c->a), b = tile_load_acc (clock, c->b), third = tile_load_acc (clock, c->c);
  TileAcc positive = tile_load_acc (clock, c->positive);

  switch (op)
    {
    case VECTOR_OP_add:
      return tile_add (clock, a, b);
    case VECTOR_OP_sub:
      return tile_sub (clock, a, b);
    case VECTOR_OP_mul:
      return tile_mul (clock, a, b);
    case VECTOR_OP_fma:
      return tile_fma (clock, a, b, third);
    case VECTOR_OP_mul_scalar:
      return tile_mul_scalar (clock, a, c->b[0]);
    case VECTOR_OP_add_scalar:
      return tile_add_scalar (clock, a, c->b[0]);
    case VECTOR_OP_fma_scalar:
      return tile_fma_scalar (clock, a, c->b[0], third);
    case VECTOR_OP_max:
      return tile_max (clock, a, b);
    case VECTOR_OP_select_less:
      return tile_select_less (clock, a, b, third, positive);
    case VECTOR_OP_clamp:
      return tile_clamp (clock, a, c->positive[0]);
    case VECTOR_OP_rectify:
      return tile_rectify (clock, a, second);
    case VECTOR_OP_mask_cols:
      return tile_mask_cols (clock, a, c->first, c->end, c->b[0]);
    case VECTOR_OP_mask_rows:
      return tile_mask_rows (clock, a, c->first, c->end, c->b[0]);
    case VECTOR_OP_row_max:
      return tile_row_max (clock, a);
    case VECTOR_OP_row_sum:
      return tile_row_sum (clock, a);
    case VECTOR_OP_transpose:
      return tile_transpose (clock, a);
    case VECTOR_OP_exp2:
      return tile_exp2 (clock, a);
    case VECTOR_OP_split_exponent:
      return tile_split_exponent (clock, positive, second);
    case VECTOR_OP_reciprocal:
      return tile_reciprocal (clock, positive);
    case VECTOR_OP_rsqrt:
      return tile_rsqrt (clock, positive);
    case VECTOR_OP_log2:
      return tile_log2 (clock, positive);
    case VECTOR_OP_gelu:
      return tile_gelu (clock, a);
    case VECTOR_OP_load_rows:
      return tile_load_rows (clock, c->rows + 8 * (c->first % 3), 24);
    case VECTOR_OP_splat:
      return tile_splat (clock, c->a[0]);
    case VECTOR_OP_zero_acc:
      return tile_zero_acc (clock);
    case VECTOR_OP_row_broadcast:
      return tile_row_broadcast (clock, c->a);
    case VECTOR_OP_col_broadcast:
      return tile_col_broadcast (clock, c->a);
    case VECTOR_OP_keep_lanes:
      return tile_keep_lanes (clock, a, c->mask);
    case VECTOR_OP_select_cols:
      return tile_select_cols (clock, c->mask & 0xff, a, b);
    case VECTOR_OP_max_bf16:
      return tile_bf16_to_acc (clock, tile_max_bf16 (clock, tile_acc_to_bf16 (clock, a), tile_acc_to_bf16 (clock, b)));
    case VECTOR_OP_row_max_bf16:
      return tile_bf16_to_acc (clock, tile_row_max_bf16 (clock, tile_acc_to_bf16 (clock, a)));
    case VECTOR_OP_keep_between:
      return tile_keep_between (clock, a, c->begin, c->end_of, c->first, c->b[0]);
    case VECTOR_OP_exp_score:
      return tile_exp_score (clock, tile_load_acc (clock, c->score),
                             tile_sub (clock, tile_splat (clock, TILE_SCORE_MAGIC), tile_load_acc (clock, c->level)));
    default:
      return tile_zero_acc (clock);
    }
}

static bool
block_float (TileClock *clock, VectorOp op, const VectorCase *c, VectorOutcome *outcome)
{
  TileAcc a = tile_load_acc (clock, c->a);
  TileBfp p = tile_load_bfp (clock, c->p), q = tile_load_bfp (clock, c->q);

  switch (op)
    {
    case VECTOR_OP_load_bfp:
      tile_store_acc (clock, outcome->x, tile_bfp_to_acc (clock, p));
      tile_store_bfp (clock, outcome->bytes, p);
      return true;
    case VECTOR_OP_mac_bfp:
      a = tile_mac_bfp (clock, a, p, q);
      break;
    case VECTOR_OP_acc_to_bfp:
      p = tile_acc_to_bfp (clock, a);
      tile_store_bfp (clock, outcome->bytes, p);
      a = tile_mac_bfp (clock, tile_bfp_to_acc (clock, p), p, p); /* what never was in memory multiplies too */
      break;
    case VECTOR_OP_add_bfp:
      a = tile_add_bfp (clock, a, p);
      break;
    case VECTOR_OP_sub_bfp:
      a = tile_sub_bfp (clock, a, p);
      break;
    case VECTOR_OP_store_rows:
      tile_store_rows (clock, outcome->rows + 8 * (c->first % 2), 16, a);
      return true;
    case VECTOR_OP_store_col:
      tile_store_col (clock, outcome->x, a);
      return true;
    default:
      return false;
    }
  tile_store_acc (clock, outcome->x, a);
  return true;
}

static bool
integers (TileClock *clock, VectorOp op, const VectorCase *c, VectorOutcome *outcome)
{
  TileAcc32 acc32 = tile_load_acc32 (clock, c->acc32);
  TileAcc64 acc64 = tile_load_acc64 (clock, c->acc64);
  TileI8 i8 = tile_load_i8 (clock, c->i8);
  TileI16 i16[4], j16 = tile_load_i16 (clock, c->j16);

  for (int r = 0; r < 4; r++)
    i16[r] = tile_load_i16 (clock, c->i16[r]);
  switch (op)
    {
    case VECTOR_OP_mac_i8:
      tile_store_acc32 (clock, outcome->i32, tile_mac_i8 (clock, acc32, i8, tile_load_i8 (clock, c->j8)));
      return true;
    case VECTOR_OP_mac_i16i8:
      tile_store_acc32 (clock, outcome->i32, tile_mac_i16i8 (clock, acc32, i16[0], tile_load_half_i8 (clock, c->j8)));
      return true;
    case VECTOR_OP_mac_i16:
      tile_store_acc64 (clock, outcome->i64, tile_mac_i16 (clock, acc64, tile_upper_i16 (clock, i16[0]), j16));
      return true;
    case VECTOR_OP_blocks_i16:
      tile_store_i16 (clock, outcome->i16, tile_blocks_i16 (clock, i16[0], i16[1], i16[2], i16[3], c->pair));
      return true;
    case VECTOR_OP_acc32_to_acc:
      tile_store_acc (clock, outcome->x, tile_acc32_to_acc (clock, acc32));
      return true;
    case VECTOR_OP_acc_to_i8:
      tile_store_i8 (clock, (int8_t *) outcome->bytes, tile_acc_to_i8 (clock, tile_load_acc (clock, c->a)));
      return true;
    case VECTOR_OP_mac_i16_shifted:
      tile_store_acc64 (clock, outcome->i64,
                        tile_mac_i16_shifted (clock, tile_load_acc64 (clock, c->narrow), tile_upper_i16 (clock, i16[0]), j16));
      return true;
    case VECTOR_OP_load_shifted:
      tile_store_acc64 (clock, outcome->i64, tile_load_shifted (clock, c->acc32, c->shift));
      return true;
    case VECTOR_OP_store_shifted:
      tile_store_shifted (clock, outcome->i32, tile_load_acc64 (clock, c->narrow), c->shift);
      return true;
    default:
      return false;
    }
}

/* Lanes of 16 bits: halves of two vectors of int32, saturated, a few bits of them forced */
static bool
shorts (TileClock *clock, VectorOp op, const VectorCase *c, VectorOutcome *outcome)
{
  TileAcc32 small = tile_load_acc32 (clock, c->small);
  TileShort x = tile_short_and (clock, tile_short_from_acc32 (clock, small, c->shift), c->j16[0]);
  TileShort y = tile_short_or (clock, tile_short_from_acc32 (clock, tile_add_acc32_scalar (clock, small, c->small[1]), 0),
                               c->j16[1]);

  switch (op)
    {
    case VECTOR_OP_short_product:
      small = tile_short_product (clock, x, y);
      break;
    case VECTOR_OP_short_mac:
      small = tile_short_mac_scalar (clock, x, c->j16[2], c->small[0]);
      break;
    case VECTOR_OP_short_mac_add:
      small = tile_short_mac_add (clock, x, y, small, c->small[0]);
      break;
    default:
      return false;
    }
  tile_store_acc32 (clock, outcome->i32, small);
  return true;
}

/* What is no vector in the end */
static bool
others (TileClock *clock, VectorOp op, const VectorCase *c, VectorOutcome *outcome)
{
  TileAcc a = tile_load_acc (clock, c->a);

  switch (op)
    {
    case VECTOR_OP_lanes_greater:
      outcome->i64[0] = (int64_t) tile_lanes_greater (clock, a, c->b[0]);
      return true;
    case VECTOR_OP_sum_lanes:
      outcome->x[0] = tile_sum_lanes (clock, a);
      return true;
    case VECTOR_OP_any_less:
      outcome->i32[0] = tile_any_less (clock, a, tile_load_acc (clock, c->b));
      return true;
    case VECTOR_OP_copy:
      tile_copy (clock, outcome->bytes, (const uint8_t *) c->i8, 2);
      tile_zero (clock, outcome->bytes, 1);
      tile_copy_bfp_row (clock, outcome->bytes + 55 + c->first, c->p + 9);
      tile_zero_bfp_row (clock, outcome->bytes + 101 + c->first);
      return true;
    default:
      return false;
    }
}

void
vector_op (VectorOp op, const VectorCase *c, VectorOutcome *outcome)
{
  static TileClock from_zero; /* the device's holds nothing that a list could begin with */
  TileClock clock = from_zero;
  TileAcc second = tile_zero_acc (&clock);

  if (block_float (&clock, op, c, outcome) || integers (&clock, op, c, outcome) || shorts (&clock, op, c, outcome)
      || others (&clock, op, c, outcome))
    return;
  tile_store_acc (&clock, outcome->x, arithmetic (&clock, op, c, &second));
  tile_store_acc (&clock, outcome->y, second);
}
