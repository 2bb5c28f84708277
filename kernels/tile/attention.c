/* attention.c - see attention.h
 *
 * Products go in squares of two rows of blocks and two columns, four sums in registers: a block that is loaded serves twice. A last row without
 * another is its own partner, for the program memory that another loop would take.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/attention.h"

#include "tile/layout.h"
#include "tile/tile-softmax.h"
#include "tile/tile.h"

#define N_BLOCKS      8 /* of 8 in 64 */
#define N_PAIR_BLOCKS 4 /* of 8 in the 32 columns of a pair object */

TILE_INLINE const uint8_t *
single_block (const uint8_t *object, int i, int j)
{
  return object + (i * N_BLOCKS + j) * TILE_BLOCK_BYTES;
}

TILE_INLINE const uint8_t *
pair_block (const uint8_t *object, int i, int j)
{
  return object + (i * N_PAIR_BLOCKS + j) * 2 * TILE_BLOCK_BYTES;
}

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
  if (state->n_active > 0)
    state->active[state->n_active] = state->active[state->n_active - 1];
  tile_scalar (clock, 8u * (uint32_t) state->n_row_blocks);
}

/* ---------------------------------------------------------------- products */

/* A block of a matrix and, of a pair, what remains of it */
typedef struct
{
  TileBfp hi, lo;
} Block;

TILE_INLINE Block
load_block (TileClock *clock, const uint8_t *p, const bool is_pair)
{
  Block x;

  x.hi = tile_load_bfp (clock, p);
  if (is_pair)
    x.lo = tile_load_bfp (clock, p + TILE_BLOCK_BYTES);
  return x;
}

TILE_INLINE TileAcc
mac (TileClock *clock, TileAcc sum, const Block *a, const bool is_a_pair, const Block *b, const bool is_b_pair)
{
  sum = tile_mac_bfp (clock, sum, a->hi, b->hi);
  if (is_b_pair)
    sum = tile_mac_bfp (clock, sum, a->hi, b->lo);
  if (is_a_pair)
    sum = tile_mac_bfp (clock, sum, a->lo, b->hi);
  return sum;
}

/* What multiplies: for a block i and its number k along the sum, where it is */
typedef enum
{
  SCORES,
  VALUES
} Product;

typedef struct
{
  const uint8_t *const *q; /* of scores */
  const uint8_t *weights;  /* of values */
  const uint8_t *b;        /* k or v */
  int part;
  bool is_q_pair;
} Operands;

TILE_INLINE const uint8_t *
left_block (const Operands *from, const Product product, int i, int k)
{
  if (product == VALUES)
    return from->weights + weight_offset (i, k);
  return from->is_q_pair ? pair_block (from->q[k / N_PAIR_BLOCKS], i, k % N_PAIR_BLOCKS) : single_block (from->q[0], i, k);
}

/* sums [2, 2] of blocks rows[] and j, j + 1, over the blocks of this part of b */
TILE_INLINE void
multiply (TileClock *clock,
          const Operands *from,
          const Product product,
          const bool is_a_pair,
          const bool is_b_pair,
          const int32_t rows[2],
          int j,
          TileAcc sums[2][2])
{
  const int n_k = is_b_pair ? N_PAIR_BLOCKS : N_BLOCKS;

  for (int k = 0; k < n_k; k++)
    {
      Block b[2];

      TILE_TIMES (c, 2)
        b[c] = load_block (clock, is_b_pair ? pair_block (from->b, j + c, k) : single_block (from->b, j + c, k), is_b_pair);
      TILE_TIMES (r, 2)
        {
          Block a = load_block (clock, left_block (from, product, rows[r], k + N_PAIR_BLOCKS * from->part), is_a_pair);

          TILE_TIMES (c, 2)
            sums[r][c] = mac (clock, sums[r][c], &a, is_a_pair, &b[c], is_b_pair);
        }
    }
}

/* ---------------------------------------------------------------- scores */

TILE_INLINE void
score_rows (TileClock *clock,
            TileAttention *state,
            const Operands *from,
            const bool is_q_pair,
            const bool is_k_pair,
            const int32_t rows[2],
            float *scores)
{
  const bool is_first = from->part == 0, is_last = !is_k_pair || from->part == 1;
  bool is_masked[2];
  TileBf16 largest[2];

  TILE_TIMES (r, 2)
    {
      is_masked[r] = is_last && !sees_all (state, rows[r]);
      largest[r] = tile_acc_to_bf16 (clock, tile_splat (clock, TILE_SCORE_LEAST));
    }
  for (int j = 0; j < N_BLOCKS; j += 2)
    {
      TileAcc sums[2][2];

      TILE_TIMES (r, 2)
        TILE_TIMES (c, 2)
          sums[r][c] = is_first ? tile_zero_acc (clock) : tile_load_acc (clock, acc_block (scores, rows[r], j + c));
      multiply (clock, from, SCORES, is_q_pair, is_k_pair, rows, j, sums);
      TILE_TIMES (r, 2)
        if (is_masked[r])
          TILE_TIMES (c, 2)
            sums[r][c] = keep_seen (clock, state, sums[r][c], rows[r], j + c, TILE_SCORE_LEAST);
      TILE_TIMES (r, 2)
        TILE_TIMES (c, 2)
          tile_store_acc (clock, acc_block (scores, rows[r], j + c), sums[r][c]);
      if (is_last)
        TILE_TIMES (r, 2)
          TILE_TIMES (c, 2)
            largest[r] = tile_max_bf16 (clock, largest[r], tile_acc_to_bf16 (clock, sums[r][c]));
    }
  TILE_TIMES (r, 2)
    if (is_last)
      tile_store_col (clock, state->found + TILE_BLOCK * rows[r],
                      tile_bf16_to_acc (clock, tile_row_max_bf16 (clock, largest[r])));
}

TILE_INLINE void
score (TileClock *clock, TileAttention *state, const Operands *from, const bool is_q_pair, const bool is_k_pair, float *scores)
{
  tile_loop_begin (clock);
  for (int i = 0; i < state->n_active; i += 2)
    score_rows (clock, state, from, is_q_pair, is_k_pair, state->active + i, scores);
  tile_loop_end (clock, 1);
}

void
tile_attention_scores (TileClock *clock,
                       TileAttention *state,
                       const uint8_t *const q[2],
                       const uint8_t *k,
                       int part,
                       float *scores)
{
  const Operands from = { .q = q, .b = k, .part = part, .is_q_pair = state->is_q_pair };
  TileClock here = *clock;

  if (part == 0)
    {
      find_active (&here, state);
      tile_store_acc (&here, state->found, tile_splat (&here, TILE_SCORE_LEAST));
    }
  if (state->is_q_pair)
    score (&here, state, &from, true, true, scores);
  else if (state->is_k_pair)
    score (&here, state, &from, false, true, scores);
  else
    score (&here, state, &from, false, false, scores);
  *clock = here;
}

/* ---------------------------------------------------------------- weights */

/* Levels of rows whose scores exceed them by too much, and by what their sums shrink */
static void
raise_levels (TileClock *clock, TileAttention *state, float *output)
{
  TileAcc level = tile_load_acc (clock, state->level), found = tile_load_acc (clock, state->found);
  TileAcc limit = tile_add_scalar (clock, level, TILE_SCORE_TOLERANCE);
  TileAcc raised, factor;

  if (!tile_any_less (clock, limit, found))
    return;
  raised = tile_select_less (clock, limit, found, found, level);
  factor = tile_exp2 (clock, tile_mul_scalar (clock, tile_sub (clock, level, raised), 0.18033688f)); /* log2 (e) / 8 */
  tile_store_acc (clock, state->level, raised);
  tile_store_acc (clock, state->factor, factor);
  for (int i = 0; i < state->n_active; i++)
    {
      const float *factors = state->factor + TILE_BLOCK * state->active[i], *sums = state->sum + TILE_BLOCK * state->active[i];
      bool is_any = false;

      TILE_TIMES (r, TILE_BLOCK)
        is_any |= factors[r] != 1 && sums[r] != 0;
      tile_scalar (clock, 4 * TILE_BLOCK);
      if (!is_any || output == NULL)
        continue;
      factor = tile_col_broadcast (clock, factors);
      tile_loop_begin (clock);
      for (int j = 0; j < N_BLOCKS; j++)
        {
          float *block = acc_block (output, state->active[i], j);

          tile_store_acc (clock, block, tile_mul (clock, tile_load_acc (clock, block), factor));
        }
      tile_loop_end (clock, 1);
    }
  tile_store_acc (clock, state->sum, tile_mul (clock, tile_load_acc (clock, state->sum), tile_load_acc (clock, state->factor)));
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

  raise_levels (&here, state, output);
  tile_store_acc (&here, state->found, tile_zero_acc (&here));
  weigh (&here, state, scores);
  tile_store_acc (&here, state->sum, tile_add (&here, tile_load_acc (&here, state->sum), tile_load_acc (&here, state->found)));
  *clock = here;
}

/* ---------------------------------------------------------------- values */

TILE_INLINE void
add_rows (TileClock *clock, const Operands *from, const bool is_pair, const int32_t rows[2], float *output)
{

  for (int j = 0; j < N_BLOCKS; j += 2)
    {
      TileAcc sums[2][2];

      TILE_TIMES (r, 2)
        TILE_TIMES (c, 2)
          sums[r][c] = tile_load_acc (clock, acc_block (output, rows[r], j + c));
      multiply (clock, from, VALUES, is_pair, is_pair, rows, j, sums);
      TILE_TIMES (r, 2)
        TILE_TIMES (c, 2)
          tile_store_acc (clock, acc_block (output, rows[r], j + c), sums[r][c]);
    }
}

TILE_INLINE void
add (TileClock *clock, const TileAttention *state, const Operands *from, const bool is_pair, float *output)
{
  tile_loop_begin (clock);
  for (int i = 0; i < state->n_active; i += 2)
    add_rows (clock, from, is_pair, state->active + i, output);
  tile_loop_end (clock, 1);
}

void
tile_attention_values (TileClock *clock,
                       const TileAttention *state,
                       const uint8_t *v,
                       int part,
                       const float *scores,
                       float *output)
{
  const Operands from = { .weights = (const uint8_t *) scores, .b = v, .part = part };
  TileClock here = *clock;

  if (state->is_v_pair)
    add (&here, state, &from, true, output);
  else
    add (&here, state, &from, false, output);
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

TILE_INLINE void
store_pair (TileClock *clock, TileAcc y, uint8_t *out)
{
  TileBfp hi = tile_acc_to_bfp (clock, y);

  tile_store_bfp (clock, out, hi);
  tile_store_bfp (clock, out + TILE_BLOCK_BYTES, tile_acc_to_bfp (clock, tile_sub_bfp (clock, y, hi)));
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

          if (part < 0)
            tile_store_bfp (&here, out, tile_acc_to_bfp (&here, y));
          else
            store_pair (&here, y, out);
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
          store_pair (&here, weight, out);
          out += 2 * TILE_BLOCK_BYTES;
        }
    }
  tile_loop_end (&here, 1);
  *clock = here;
}
