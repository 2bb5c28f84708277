/* npu-lower-embedding.c - the rows of a step's tokens and of their positions
 *
 * Each row is fetched where it lies, in an object that goes on into the rows behind it; a core adds the first part of both and drops the rest.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-private.h"

void
npu_lower_embedding (NpuLower *lower)
{
  const NpuOverlay *overlay = lower->device->overlay;
  const ScribePlan *plan = lower->plan;
  const ScribeOp *op = lower->op;
  const ScribeRun *run = lower->run;
  const NpuTensor *out = npu_tensor (plan, op->out);
  const guint n_shares = op->out->n_cols / TILE_N, n_objects = TILE_N / TILE_PAIR_COLS;
  const guint n_round = NPU_OVERLAY_ROWS * TILE_M;
  const gsize row_bytes = npu_embedding_bytes (op->out->n_cols);
  guint step = 0;

  for (guint round = 0; round < lower->n_rounds; round++)
    for (guint first = 0; first < n_shares; first += overlay->n_columns)
      {
        const guint n_tokens = MIN (n_round, run->n_tokens - round * n_round);

        for (guint column = 0; column < overlay->n_columns && first + column < n_shares; column++)
          {
            guint64 offset;
            TileControl *control = npu_control (lower, TILE_OP_EMBED, &offset);

            control->embed.n_tokens = n_tokens;
            control->embed.col_first = (first + column) * TILE_N;
            control->embed.n_cols = TILE_N;
            npu_task (lower, step, column, SCRIBE_NPU_B, TRUE, npu_pattern_linear (NPU_BUFFER_CONTROL, offset, 1));
            for (guint i = 0; i < n_tokens; i++)
              {
                const ScribeStepToken *token = &run->tokens[round * n_round + i];

                npu_task (lower, step, column, SCRIBE_NPU_B, TRUE,
                          npu_pattern_linear (NPU_BUFFER_WEIGHTS, plan->embedding + (guint64) token->id * row_bytes, 1));
                npu_task (lower, step, column, SCRIBE_NPU_B, TRUE,
                          npu_pattern_linear (NPU_BUFFER_WEIGHTS, plan->positions + token->position * row_bytes, 1));
              }
            npu_put (lower, step, column, out, round, (first + column) * n_objects, n_objects, 1, n_objects);
          }
        step++;
      }
  npu_flush (lower);
}
