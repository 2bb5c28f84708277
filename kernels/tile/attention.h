/* attention.h - softmax (q k' / 8) v of one head of 64 columns for 64 rows, 64 keys at a time
 *
 *   scores   s = q k'                                    [64, 64] f32, over the 64 columns
 *   weights  p = e^((s - level) / 8), in place of s       the carried output and sums are scaled where a row's level rises
 *   values   o += p v, sums += p 1                        f32
 *   finish   y = o / sums
 *
 * A row's level stands for its maximum: it is raised to the largest score so far only when that exceeds it by more than 32, a factor of 55 in
 * weights, which fp32 sums do not mind. So what was summed is almost never touched after the first keys. Maxima are taken of scores in bf16, whose rounding
 * cancels in o / sums, and the sums are of the weights as they are multiplied, rounded to bfp16.
 *
 *   q         a single object [64 rows, 64 columns], or two pair objects of 32 columns each
 *   k         a single object [64 keys, 64 columns], or two pair objects of 32 columns
 *   v         transposed: a single object [64 columns, 64 keys], or two pair objects of 32 keys
 *   scores    [8, 8] blocks of 64 floats, 16 384 bytes; weights lie in a block's first 72 bytes as bfp16, with v in pairs the rest in the next 72
 *   output    as scores
 *   state     TileAttention, 1784 bytes
 *
 * Products are those of product.h, 32 values of the sum after the other. Blocks of 8 rows beyond n_row_blocks are not touched, and of 64 keys that none of its rows
 * sees a block of rows takes no notice. What a row does not see weighs nothing; a row that sees nothing at all becomes zeros.
 * Contract: |q k'| < 2^14. What lies below the level by more than 192 weighs as if it were that (e^-24).
 * Source: Milakov and Gimelshein 2018 (online softmax); Dao et al. 2022.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/clock.h"

#if defined TILE_SET
#define tile_attention_begin   TILE_SYMBOL (tile_attention_begin)
#define tile_attention_clear   TILE_SYMBOL (tile_attention_clear)
#define tile_attention_scores  TILE_SYMBOL (tile_attention_scores)
#define tile_attention_weights TILE_SYMBOL (tile_attention_weights)
#define tile_attention_values  TILE_SYMBOL (tile_attention_values)
#define tile_attention_finish  TILE_SYMBOL (tile_attention_finish)
#define tile_attention_align   TILE_SYMBOL (tile_attention_align)
#endif

#define TILE_HEAD            64     /* columns of a head, and keys of an object */
#define TILE_SCORE_LEAST     -16384 /* of a key that a row does not see */
#define TILE_SCORE_TOLERANCE 32     /* how far a score may exceed its row's level */

typedef struct
{
  /* of rows */
  float level[64], sum[64];
  float found[64]; /* the largest score of these keys, then the sum of their weights */
  float factor[64];
  int32_t begin[64], end[64]; /* keys that it sees */
  /* of blocks of rows: keys that some row, and that every row, sees */
  int32_t some_begin[8], some_end[8], every_begin[8], every_end[8];
  int32_t n_row_blocks, n_keys; /* n_keys: before these 64 */
  int32_t n_active, active[8];  /* blocks of rows that see any of these keys */
  uint8_t ones[72];             /* a block */
  bool is_q_pair, is_k_pair, is_v_pair;
} TileAttention;

/* For the rows' keys begin .. end - 1. The formats and n_row_blocks are set before, n_keys before each 64 keys. */
void tile_attention_begin (TileClock *clock, TileAttention *state, const uint16_t seen[64][2]);

/* Before the first keys of a head. */
void tile_attention_clear (TileClock *clock, TileAttention *state, float *output);

/* With object number "part" of the keys, 0 or, of pairs, 1; q has one or two objects. */
void tile_attention_scores (TileClock *clock,
                            TileAttention *state,
                            const uint8_t *const q[2],
                            const uint8_t *k,
                            int part,
                            float *scores);

/* output: NULL where only sums and levels are wanted */
void tile_attention_weights (TileClock *clock, TileAttention *state, float *scores, float *output);

/* With object number "part" of the values. */
void tile_attention_values (TileClock *clock,
                            const TileAttention *state,
                            const uint8_t *v,
                            int part,
                            const float *scores,
                            float *output);

/* part: of a pair the 32 columns that the object is for, else -1 */
void tile_attention_finish (TileClock *clock, TileAttention *state, const float *output, int part, uint8_t *out);

/* When all keys have passed for sums and levels and pass again, after their scores: weights / sums of 32 of these keys, 0 where a row does not see
 * them, as a pair object [64 rows, 32 keys] */
void tile_attention_align (TileClock *clock, TileAttention *state, const float *scores, int part, uint8_t *out);
