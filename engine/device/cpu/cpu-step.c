/* cpu-step.c - ops over a few rows: the decoder's steps
 *
 * A step reads all weights of the decoder for a handful of tokens, so memory sets the pace: weights stay in the file's
 * format and are widened in registers, once for all tokens; caches are half precision, one run of memory per head.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/cpu/cpu-private.h"

#include <string.h>

#define TILE_OUTPUTS 64 /* rows of a weight for one task */

static void
linear_tile (guint tile, guint thread, gpointer data)
{
  const CpuContext *c = data;
  const ScribeOp *op = c->op;
  guint n = scribe_run_rows (c->run, op->in->rows), n_in = op->weight->n_cols, n_out = op->weight->n_rows;
  guint first = tile * TILE_OUTPUTS, n_here = MIN (TILE_OUTPUTS, n_out - first);
  gsize row_bytes = scribe_weight_row_bytes (op->weight->type, n_in);
  gboolean to_cache = op->out->kind != SCRIBE_TENSOR_ACTIVATION;
  gsize stride = to_cache ? TILE_OUTPUTS : n_out;
  float *y = to_cache ? cpu_buffer_get (&c->device->scratch[thread], (gsize) n * TILE_OUTPUTS) : cpu_values (c, op->out) + first;

  c->device->kernels->matvec (op->weight->type, op->weight->data + first * row_bytes, row_bytes, n_here, n_in,
                              cpu_values (c, op->in), n, y, stride);
  for (guint i = 0; i < n; i++)
    {
      const float *residual = op->residual ? cpu_values (c, op->residual) + (gsize) i * n_out + first : NULL;

      c->device->kernels->epilogue (y + i * stride, op->bias ? op->bias + first : NULL, op->gelu, residual, n_here);
      if (to_cache)
        {
          /* the tile is one head */
          const ScribeStepToken *token = &c->run->tokens[i];

          c->device->kernels->to_half (y + i * stride, SCRIBE_HEAD_SIZE,
                                       cpu_cache_head (c, op->out, token->sequence, tile)
                                           + (gsize) token->position * SCRIBE_HEAD_SIZE);
        }
    }
}

G_STATIC_ASSERT (TILE_OUTPUTS == SCRIBE_HEAD_SIZE);

void
cpu_linear_step (const CpuContext *c)
{
  scribe_pool_run (c->device->pool, (c->op->weight->n_rows + TILE_OUTPUTS - 1) / TILE_OUTPUTS, linear_tile, (gpointer) c);
}

/* Where the weights of this head are wanted for word times, a place for those of the token. */
static float *
alignment_row (const CpuContext *c, guint head, guint token, guint n_keys)
{
  const ScribeAlignment *alignment = c->run->alignment;

  for (guint i = 0; i < alignment->n_heads; i++)
    if (alignment->heads[i].layer == c->op->layer && alignment->heads[i].head == head)
      return alignment->weights + ((gsize) i * c->run->n_tokens + token) * n_keys;
  return NULL;
}

/* One head for all tokens: those that share a window find its keys and values in the cache. */
static void
attention_head (guint head, guint thread, gpointer data)
{
  const CpuContext *c = data;
  const ScribeOp *op = c->op;
  gboolean cross = op->key->kind == SCRIBE_TENSOR_CROSS_CACHE;
  guint n_cols = op->in->n_cols;

  for (guint i = 0; i < c->run->n_tokens; i++)
    {
      const ScribeStepToken *token = &c->run->tokens[i];
      guint owner = cross ? token->window : token->sequence;
      guint n_keys = cross ? c->device->base.window_ctx[token->window] : token->position + 1;
      float *scores = cpu_buffer_get (&c->device->scratch[thread], n_keys);
      gsize at = (gsize) i * n_cols + head * SCRIBE_HEAD_SIZE;
      float *aligned = cross && c->run->alignment ? alignment_row (c, head, i, n_keys) : NULL;

      c->device->kernels->attend (cpu_values (c, op->in) + at, cpu_cache_head (c, op->key, owner, head),
                                  cpu_cache_head (c, op->value, owner, head), n_keys, scores, cpu_values (c, op->out) + at);
      if (aligned)
        memcpy (aligned, scores, n_keys * sizeof (float));
    }
}

void
cpu_attention_step (const CpuContext *c)
{
  scribe_pool_run (c->device->pool, c->op->in->n_cols / SCRIBE_HEAD_SIZE, attention_head, (gpointer) c);
}

void
cpu_embedding (const CpuContext *c)
{
  guint n_cols = c->op->weight->n_cols;
  float *position = cpu_buffer_get (&c->device->scratch[0], n_cols);

  for (guint i = 0; i < c->run->n_tokens; i++)
    {
      float *y = cpu_values (c, c->op->out) + (gsize) i * n_cols;

      scribe_weight_row (c->op->weight, c->run->tokens[i].id, y);
      scribe_weight_row (c->op->positions, c->run->tokens[i].position, position);
      c->device->kernels->epilogue (y, position, FALSE, NULL, n_cols);
    }
}
