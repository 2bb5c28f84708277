/* op-align.c - the weights of one head's attention, for the times of words
 *
 * All keys pass twice: first for the rows' sums and levels, then for the weights. The queries lie where attention has its output.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/attention.h"
#include "tile/op-attention.h"
#include "tile/tile-patch.h"

/* Scores of the next 64 keys */
static void
score (TileProgram *program, TileAttention *state, const uint8_t *const q[2], uint32_t block)
{
  const uint32_t n_parts = state->is_k_pair ? 2 : 1;

  state->n_keys = (int32_t) (block * TILE_HEAD);
  for (uint32_t i = 0; i < n_parts; i++)
    {
      const uint8_t *k = tile_take (program, TILE_STREAM_B);

      tile_attention_scores (program->core->clock, state, q, k, (int) i, tile_acc (program));
      tile_drop (program, TILE_STREAM_B);
    }
}

void
tile_op_align (TileProgram *program, const TileControl *control)
{
  const TileControlAttention *op = &control->attention;
  const TileQueries queries = { op->q_first, op->n_q, op->q == TILE_FORMAT_PAIR };
  const uint32_t n_passes = op->n_passes, n_key_blocks = op->n_key_blocks;
  TileClock *clock = program->core->clock;
  TileAttention *state = (TileAttention *) (void *) tile_param (program);
  float *scores = tile_acc (program);
  uint8_t *held = (uint8_t *) scores + TILE_ACC_BYTES / 2;
  uint8_t *const places[2] = { held, held + TILE_OBJECT_BYTES };
  const uint8_t *const q[2] = { places[0], places[1] };

  if (!tile_writes (program, control))
    {
      tile_drop (program, TILE_STREAM_B);
      tile_skip (program, TILE_STREAM_B, n_passes * 2 * n_key_blocks * (op->k == TILE_FORMAT_PAIR ? 2 : 1));
      return;
    }
  state->n_row_blocks = (int32_t) control->n_row_blocks[tile_row (program)];
  state->is_q_pair = op->q == TILE_FORMAT_PAIR;
  state->is_k_pair = op->k == TILE_FORMAT_PAIR;
  state->is_v_pair = true; /* sums of weights in 16 bits, as they leave */
  tile_attention_begin (clock, state, op->seen[tile_row (program)]);
  tile_drop (program, TILE_STREAM_B);

  for (uint32_t pass = 0; pass < n_passes; pass++)
    {
      tile_take_queries (program, &queries, (uint32_t) state->n_row_blocks, places);

      tile_attention_clear (clock, state, NULL);
      for (uint32_t block = 0; block < n_key_blocks; block++)
        {
          score (program, state, q, block);
          tile_attention_weights (clock, state, scores, NULL);
        }
      for (uint32_t block = 0; block < n_key_blocks; block++)
        {
          score (program, state, q, block);
          for (uint32_t i = 0; i < 2; i++)
            {
              tile_attention_align (clock, state, scores, (int) i, tile_open (program));
              tile_put (program);
            }
        }
    }
}
