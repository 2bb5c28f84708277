/* attention.c - see attention.h
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/attention.h"

#include "tile/layout.h"
#include "tile/product.h"
#include "tile/tile-softmax.h"
#include "tile/tile.h"

#define N_BLOCKS      8 /* of 8 in 64 */
#define N_PAIR_BLOCKS 4 /* of 8 in the 32 columns of a pair object */

TILE_INLINE float *
acc_block (float *acc, int i, int j)
{
  return acc + (i * N_BLOCKS + j) * TILE_BLOCK * TILE_BLOCK;
}

/* Where the weights of a block of scores lie: the high ones, the low ones after them */
TILE_INLINE size_t
weight_offset (int i, int j)
{
  return (size_t) (i * N_BLOCKS + j) * TILE_BLOCK * TILE_BLOCK * sizeof (float);
}

/* ---------------------------------------------------------------- rows and what they see */

void
tile_attention_begin (TileClock *clock, TileAttention *state, const uint16_t seen[64][2])
{
  TileBfp ones = tile_acc_to_bfp (clock, tile_splat (clock, 1));

  tile_store_bfp (clock, state->ones, ones);
  for (int i = 0; i < state->n_row_blocks; i++)
    {
      int32_t some_begin = INT32_MAX, some_end = 0, every_begin = 0, every_end = INT32_MAX;

      for (int r = N_BLOCKS * i; r < N_BLOCKS * i + TILE_BLOCK; r++)
        {
          int32_t begin = seen[r][0], end = seen[r][1];

          state->begin[r] = begin;
          state->end[r] = end;
          every_begin = begin > every_begin ? begin : every_begin;
          every_end = end < every_end ? end : every_end;
          if (begin >= end)
            continue;
          some_begin = begin < some_begin ? begin : some_begin;
          some_end = end > some_end ? end : some_end;
        }
      state->some_begin[i] = some_begin;
      state->some_end[i] = some_end;
      state->every_begin[i] = every_begin;
      state->every_end[i] = every_end;
      tile_scalar (clock, 12 * TILE_BLOCK);
    }
}

void
tile_attention_clear (TileClock *clock, TileAttention *state, float *output)
{
  TileAcc zero = tile_zero_acc (clock);

  tile_store_acc (clock, state->sum, zero);
  tile_store_acc (clock, state->level, tile_splat (clock, TILE_SCORE_LEAST));
  tile_loop_begin (clock);
  for (int i = 0; i < N_BLOCKS * state->n_row_blocks && output != NULL; i++)
    tile_store_acc (clock, acc_block (output, 0, i), zero);
  tile_loop_end (clock, 1);
}

/* Whether all rows of a block see all of the current keys */
TILE_INLINE bool
sees_all (const TileAttention *state, int i)
{
  return state->every_begin[i] <= state->n_keys && state->every_end[i] >= state->n_keys + TILE_HEAD;
}

TILE_INLINE bool
sees_any (const TileAttention *state, int i)
{
  return state->some_begin[i] < state->n_keys + TILE_HEAD && state->some_end[i] > state->n_keys;
}

/* Of block (i, j) of scores or weights: fill, where a row of it does not see a key */
TILE_SHARED TileAcc
keep_seen (TileClock *clock, const TileAttention *state, TileAcc x, int i, int j, float fill)
{
  return tile_keep_between (clock, x, state->begin + TILE_BLOCK * i, state->end + TILE_BLOCK * i, state->n_keys + TILE_BLOCK * j,
                            fill);
}

static void
find_active (TileClock *clock, TileAttention *state)
{
  state->n_active = 0;
  for (int i = 0; i < state->n_row_blocks; i++)
    if (sees_any (state, i))
      state->active[state->n_active++] = i;
  tile_scalar (clock, 8u * (uint32_t) state->n_row_blocks);
}

/* ---------------------------------------------------------------- products */

/* Half of the weights, which lie in the scores' place */
static TileBlocks
half_of_weights (const float *scores, bool is_pair, int half)
{
  const uint8_t *at = (const uint8_t *) scores;

  return (TileBlocks){ at + weight_offset (0, half * N_PAIR_BLOCKS), (int) weight_offset (1, 0), (int) weight_offset (0, 1),
                       is_pair ? TILE_BLOCK_BYTES : 0 };
}

static void
add_product (TileClock *clock, const TileAttention *state, float *sums, TileBlocks a, TileBlocks b, bool is_first)
{
  const TileProduct product = { .a = a,
                                .b = b,
                                .rows = state->active,
                                .n_rows = state->n_active,
                                .n_cols = N_BLOCKS,
                                .pitch = N_BLOCKS * TILE_BLOCK * TILE_BLOCK };

  tile_product_add (clock, sums, &product, is_first);
}

void
tile_attention_scores (TileClock *clock,
                       TileAttention *state,
                       const uint8_t *const q[2],
                       const uint8_t *k,
                       int part,
                       float *scores)
{
  const int end = state->is_k_pair ? part + 1 : 2; /* a single object has both halves */

  if (part == 0)
    find_active (clock, state);
  for (int half = part; half < end; half++)
    add_product (clock, state, scores, tile_half_of (q[state->is_q_pair ? half : 0], state->is_q_pair, half),
                 tile_half_of (k, state->is_k_pair, half), half == 0);
}

void
tile_attention_values (TileClock *clock,
                       const TileAttention *state,
                       const uint8_t *v,
                       int part,
                       const float *scores,
                       float *output)
{
  const int end = state->is_v_pair ? part + 1 : 2;

  for (int half = part; half < end; half++)
    add_product (clock, state, output, half_of_weights (scores, state->is_v_pair, half), tile_half_of (v, state->is_v_pair, half),
                 false);
}

/* ---------------------------------------------------------------- maxima */

/* Of the scores that rows see; the others become the least. */
static void
find_largest (TileClock *clock, TileAttention *state, float *scores)
{
  TileAcc least = tile_splat (clock, TILE_SCORE_LEAST);

  tile_store_acc (clock, state->found, least);
  tile_loop_begin (clock);
  for (int n = 0; n < state->n_active; n++)
    {
      const int i = state->active[n];
      TileBf16 largest = tile_acc_to_bf16 (clock, least);

      for (int j = 0; j < N_BLOCKS; j++)
        {
          TileAcc x = tile_load_acc (clock, acc_block (scores, i, j));

          if (!sees_all (state, i))
            {
              x = keep_seen (clock, state, x, i, j, TILE_SCORE_LEAST);
              tile_store_acc (clock, acc_block (scores, i, j), x);
            }
          largest = tile_max_bf16 (clock, largest, tile_acc_to_bf16 (clock, x));
        }
      tile_store_col (clock, state->found + TILE_BLOCK * i, tile_bf16_to_acc (clock, tile_row_max_bf16 (clock, largest)));
    }
  tile_loop_end (clock, (uint64_t) state->n_active);
}

/* ---------------------------------------------------------------- weights */

/* 1 over what e^0 is in tile_exp_score(): 2^12 e^-8 */
#define EXP_SCORE_SCALE 1.37405492f
#define LOG2_E_OF_8     0.18033688f /* log2 (e) / 8 */

/* Levels of rows whose scores exceed them by too much, and by what their sums shrink */
static void
raise_levels (TileClock *clock, TileAttention *state, float *output)
{
  TileAcc level = tile_load_acc (clock, state->level), found = tile_load_acc (clock, state->found);
  TileAcc limit = tile_add_scalar (clock, level, TILE_SCORE_TOLERANCE);
  TileAcc sum = tile_load_acc (clock, state->sum), one = tile_splat (clock, 1);
  TileAcc raised, factor;

  if (!tile_any_less (clock, limit, found))
    return;
  raised = tile_select_less (clock, limit, found, found, level);
  if (output == NULL)
    /* the weights pass once more, and the sums are to be theirs */
    factor = tile_exp2 (clock, tile_mul_scalar (clock, tile_sub (clock, level, raised), LOG2_E_OF_8));
  else
    {
      factor = tile_exp_score (clock, level, tile_sub (clock, tile_splat (clock, TILE_SCORE_MAGIC), raised));
      factor = tile_select_less (clock, limit, found, tile_mul_scalar (clock, factor, EXP_SCORE_SCALE), one);
    }
  factor = tile_select_less (clock, tile_zero_acc (clock), sum, factor, one); /* what has no sum yet need not shrink */
  tile_store_acc (clock, state->level, raised);
  tile_store_acc (clock, state->factor, factor);
  tile_store_acc (clock, state->sum, tile_mul (clock, sum, factor));
  for (int n = 0; n < state->n_active && output != NULL; n++)
    {
      const int i = state->active[n];
      TileAcc factors = tile_col_broadcast (clock, state->factor + TILE_BLOCK * i);

      if (!tile_any_less (clock, factors, one))
        continue;
      tile_loop_begin (clock);
      for (int j = 0; j < N_BLOCKS; j++)
        {
          float *block = acc_block (output, i, j);

          tile_store_acc (clock, block, tile_mul (clock, tile_load_acc (clock, block), factors));
        }
      tile_loop_end (clock, 1);
    }
}

static void
weigh (TileClock *clock, TileAttention *state, float *scores)
{
  TileAcc magic = tile_splat (clock, TILE_SCORE_MAGIC);
  TileBfp ones = tile_load_bfp (clock, state->ones);

  tile_loop_begin (clock);
  for (int n = 0; n < state->n_active; n++)
    {
      const int i = state->active[n];
      TileAcc offset = tile_sub (clock, magic, tile_col_broadcast (clock, state->level + TILE_BLOCK * i));
      TileAcc sum = tile_zero_acc (clock);

      for (int j = 0; j < N_BLOCKS; j++)
        {
          uint8_t *weights = (uint8_t *) scores + weight_offset (i, j);
          TileAcc weight = tile_exp_score (clock, tile_load_acc (clock, acc_block (scores, i, j)), offset);
          TileBfp hi, lo;

          if (!sees_all (state, i))
            weight = keep_seen (clock, state, weight, i, j, 0);
          hi = tile_acc_to_bfp (clock, weight);
          tile_store_bfp (clock, weights, hi);
          sum = tile_mac_bfp (clock, sum, hi, ones);
          if (!state->is_v_pair)
            continue;
          lo = tile_acc_to_bfp (clock, tile_sub_bfp (clock, weight, hi));
          tile_store_bfp (clock, weights + TILE_BLOCK_BYTES, lo);
          sum = tile_mac_bfp (clock, sum, lo, ones);
        }
      tile_store_col (clock, state->found + TILE_BLOCK * i, sum);
    }
  tile_loop_end (clock, 1);
}

void
tile_attention_weights (TileClock *clock, TileAttention *state, float *scores, float *output)
{
  TileClock here = *clock;

  find_largest (&here, state, scores);
  raise_levels (&here, state, output);
  tile_store_acc (&here, state->found, tile_zero_acc (&here));
  weigh (&here, state, scores);
  tile_store_acc (&here, state->sum, tile_add (&here, tile_load_acc (&here, state->sum), tile_load_acc (&here, state->found)));
  *clock = here;
}

/* ---------------------------------------------------------------- result */

/* 1 / sums; of a row that saw nothing something finite, which will be multiplied by 0 */
static void
find_factors (TileClock *clock, TileAttention *state)
{
  TileAcc sum = tile_add_scalar (clock, tile_load_acc (clock, state->sum), 0x1p-100f);

  tile_store_acc (clock, state->factor, tile_reciprocal (clock, sum));
}

void
tile_attention_finish (TileClock *clock, TileAttention *state, const float *output, int part, uint8_t *out)
{
  const int first = part > 0 ? N_PAIR_BLOCKS : 0, end = part == 0 ? N_PAIR_BLOCKS : N_BLOCKS;
  TileClock here = *clock;

  find_factors (&here, state);
  tile_loop_begin (&here);
  for (int i = 0; i < state->n_row_blocks; i++)
    {
      TileAcc factor = tile_col_broadcast (&here, state->factor + TILE_BLOCK * i);

      for (int j = first; j < end; j++)
        {
          TileAcc y = tile_mul (&here, tile_load_acc (&here, output + (i * N_BLOCKS + j) * TILE_BLOCK * TILE_BLOCK), factor);

          tile_store_block (&here, out, y, part >= 0);
          out += part < 0 ? TILE_BLOCK_BYTES : 2 * TILE_BLOCK_BYTES;
        }
    }
  tile_loop_end (&here, 1);
  *clock = here;
}

void
tile_attention_align (TileClock *clock, TileAttention *state, const float *scores, int part, uint8_t *out)
{
  TileClock here = *clock;
  TileAcc magic = tile_splat (&here, TILE_SCORE_MAGIC), zero = tile_zero_acc (&here);

  find_factors (&here, state);
  tile_loop_begin (&here);
  for (int i = 0; i < state->n_row_blocks; i++)
    {
      const float *level = state->level + TILE_BLOCK * i;
      TileAcc offset = tile_sub (&here, magic, tile_col_broadcast (&here, level));
      TileAcc factor = tile_col_broadcast (&here, state->factor + TILE_BLOCK * i);

      for (int j = N_PAIR_BLOCKS * part; j < N_PAIR_BLOCKS * (part + 1); j++)
        {
          TileAcc weight = zero;

          if (sees_any (state, i))
            {
              const float *block = scores + (i * N_BLOCKS + j) * TILE_BLOCK * TILE_BLOCK;

              weight = tile_mul (&here, tile_exp_score (&here, tile_load_acc (&here, block), offset), factor);
              if (!sees_all (state, i))
                weight = keep_seen (&here, state, weight, i, j, 0);
            }
          tile_store_block (&here, out, weight, true);
          out += 2 * TILE_BLOCK_BYTES;
        }
    }
  tile_loop_end (&here, 1);
  *clock = here;
}
