/* op-attention.c - attention of this column's heads
 *
 * Four columns share a stream of queries, each of which takes its own head's from it. None may hold them there for long, as the others would wait; so
 * they are copied to where the results of the pass will be. Keys and values are used straight from their buffers: those of keys are free again before
 * the weights are computed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/op-attention.h"

#include "tile/attention.h"
#include "tile/tile-patch.h"

#define N_BLOCK_FLOATS 64
#define N_BLOCKS       64 /* of [64, 64] */

_Static_assert(sizeof (TileAttention) <= TILE_PARAM_BYTES, "what is known of the rows lies beside the accumulators");

void
tile_take_queries (TileProgram *program, const TileQueries *queries, uint32_t n_row_blocks, uint8_t *const to[2])
{
  const uint32_t n = queries->is_pair ? 2 : 1;

  if (n_row_blocks == 0)
    return;
  tile_skip (program, TILE_STREAM_A, queries->first);
  for (uint32_t i = 0; i < n; i++)
    {
      tile_copy (program->core->clock, to[i], tile_take (program, TILE_STREAM_A), TILE_OBJECT_BYTES / 64);
      tile_drop (program, TILE_STREAM_A);
    }
  tile_skip (program, TILE_STREAM_A, queries->n - queries->first - n);
}

/* The buffers of the next n results */
static void
open_results (TileProgram *program, uint32_t n, uint8_t *results[2])
{
  for (uint32_t i = 0; i < n; i++)
    {
      results[i] = tile_open (program);
      program->n_put++;
    }
  program->n_put -= n;
}

void
tile_op_attention (TileProgram *program, const TileControl *control)
{
  const TileControlAttention *op = &control->attention;
  const TileQueries queries = { op->q_first, op->n_q, op->q == TILE_FORMAT_PAIR };
  const uint32_t n_passes = op->n_passes, n_key_blocks = op->n_key_blocks;
  const uint32_t n_q_parts = queries.is_pair ? 2 : 1, n_k_parts = op->k == TILE_FORMAT_PAIR ? 2 : 1,
                 n_v_parts = op->v == TILE_FORMAT_PAIR ? 2 : 1;
  TileClock *clock = program->core->clock;
  TileAttention *state = (TileAttention *) (void *) tile_param (program);
  float *scores = tile_acc (program), *output = scores + N_BLOCKS * N_BLOCK_FLOATS;

  if (!tile_writes (program, control))
    {
      tile_drop (program, TILE_STREAM_B);
      tile_skip (program, TILE_STREAM_B, n_passes * n_key_blocks * (n_k_parts + n_v_parts));
      return;
    }
  state->n_row_blocks = (int32_t) control->n_row_blocks[tile_row (program)];
  state->is_q_pair = n_q_parts == 2;
  state->is_k_pair = n_k_parts == 2;
  state->is_v_pair = n_v_parts == 2;
  tile_attention_begin (clock, state, op->seen[tile_row (program)]);
  tile_drop (program, TILE_STREAM_B);

  for (uint32_t pass = 0; pass < n_passes; pass++)
    {
      uint8_t *results[2] = { NULL, NULL };
      const uint8_t *q[2];

      open_results (program, n_q_parts, results);
      tile_take_queries (program, &queries, (uint32_t) state->n_row_blocks, results);
      q[0] = results[0];
      q[1] = results[1];

      tile_attention_clear (clock, state, output);
      for (uint32_t block = 0; block < n_key_blocks; block++)
        {
          state->n_keys = (int32_t) (block * TILE_HEAD);
          for (uint32_t i = 0; i < n_k_parts; i++)
            {
              tile_attention_scores (clock, state, q, tile_take (program, TILE_STREAM_B), (int) i, scores);
              tile_drop (program, TILE_STREAM_B);
            }
          tile_attention_weights (clock, state, scores, output);
          for (uint32_t i = 0; i < n_v_parts; i++)
            {
              tile_attention_values (clock, state, tile_take (program, TILE_STREAM_B), (int) i, scores, output);
              tile_drop (program, TILE_STREAM_B);
            }
        }
      for (uint32_t i = 0; i < n_q_parts; i++)
        {
          tile_attention_finish (clock, state, output, n_q_parts == 2 ? (int) i : -1, results[i]);
          tile_put (program);
        }
    }
}
