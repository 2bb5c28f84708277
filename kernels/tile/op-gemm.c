/* op-gemm.c - tiles of a matrix product
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/op-gemm.h"

#include "tile/finish.h"
#include "tile/gemm-int.h"
#include "tile/programs.h"

_Static_assert(sizeof ((TileControlGemm *) 0)->bias <= TILE_PARAM_BYTES,
               "biases are kept while weights take the place of the control object");

/* 32 columns of A with an object of weights; the product of both low values is too small to matter. */
static void
add_columns (TileProgram *program,
             const TileSteps *steps,
             const TileGemmShape *shape,
             const uint8_t *a,
             const uint8_t *b,
             bool is_first)
{
  if (tile_is_int8 (steps->in))
    tile_gemm_i8 (program->core->clock, (int32_t *) (void *) tile_acc (program), a, b, shape, is_first);
  else
    tile_gemm_bfp (program->core->clock, tile_acc (program), a, b, shape, is_first);
}

/* Integers become floats, by the scales that the last objects brought. */
static void
scale (TileProgram *program, const TileGemmShape *shape, const uint8_t *a, const uint8_t *b)
{
  tile_gemm_scale (program->core->clock, tile_acc (program), (const float *) (const void *) (a + TILE_INT_SCALES),
                   (const float *) (const void *) (b + TILE_INT_SCALES), shape);
}

void
tile_add_up (TileProgram *program, const TileSteps *steps, uint32_t n_row_blocks)
{
  const bool is_pair = steps->in == TILE_FORMAT_PAIR;
  const uint32_t n_parts = is_pair ? 1 : TILE_SINGLE_COLS / TILE_WEIGHT_COLS;
  const uint32_t n_of_weights = steps->narrow ? TILE_NARROW_COLS / TILE_WEIGHT_COLS
                                              : 1; /* parts for which an object of them lasts */
  TileGemmShape shape = { .n_row_blocks = (int) n_row_blocks,
                          .n_col_blocks = (steps->narrow ? TILE_NARROW_N : TILE_N) / TILE_BLOCK,
                          .is_pair = is_pair,
                          .is_narrow = steps->narrow != 0 };
  const uint8_t *b[2] = { 0, 0 };
  uint32_t n_done = 0;

  if (n_row_blocks == 0)
    {
      tile_skip (program, TILE_STREAM_B, steps->n * n_parts / n_of_weights * (1 + steps->weight_pairs));
      return;
    }
  for (uint32_t step = 0; step < steps->n; step++)
    {
      const uint8_t *a = tile_take (program, TILE_STREAM_A);

      for (uint32_t part = 0; part < n_parts; part++, n_done++)
        {
          shape.a_first_col_block = (int) (part * TILE_WEIGHT_COLS / TILE_BLOCK);
          shape.b_first_col_block = (int) (n_done % n_of_weights * TILE_WEIGHT_COLS / TILE_BLOCK);
          /* high weights make room for the next ones while low ones multiply: with both held, nothing would come meanwhile */
          for (uint32_t low = 0; low <= steps->weight_pairs; low++)
            {
              if (n_done % n_of_weights == 0)
                b[low] = tile_take (program, TILE_STREAM_B);
              shape.is_high_only = low > 0;
              add_columns (program, steps, &shape, a, b[low], n_done + low == 0);
              if (tile_is_int8 (steps->in) && n_done == steps->n * n_parts - 1)
                scale (program, &shape, a, b[0]);
              if (n_done % n_of_weights == n_of_weights - 1)
                tile_drop (program, TILE_STREAM_B);
            }
        }
      tile_drop (program, TILE_STREAM_A);
    }
  tile_skip_last (program, 0);
}

/* Bias, GELU and residual, and the objects of the tile. */
static void
finish (TileProgram *program, const TileControlGemm *op, uint32_t first_row, uint32_t tile, uint32_t n_row_blocks, bool writes)
{
  const TileFormat out = (TileFormat) op->out[tile < TILE_GEMM_TILES ? tile : TILE_GEMM_TILES - 1];
  const int begin = (int) op->row_begin - (int) first_row, end = (int) op->row_end - (int) first_row;
  const TileFinish how = { .out = out,
                           .gelu = op->gelu != 0,
                           .row_first = begin,
                           .row_end = end,
                           .bias = op->has_bias ? op->bias[tile] : 0,
                           .scale = op->int_scale,
                           .zero = op->int_zero };
  const uint32_t n_parts = (uint32_t) tile_out_n_parts (out) / (op->steps.narrow ? 2 : 1);
  const uint32_t n_of_object = (uint32_t) tile_out_parts_per_object (out);
  uint32_t n_residual = 0;
  uint8_t *object = 0;

  if (n_row_blocks == 0)
    {
      if (writes)
        tile_put_nothing (program, n_of_object == 1 ? n_parts : n_parts / 2);
      return;
    }
  if (op->n_residual > 0)
    tile_skip (program, TILE_STREAM_A, op->residual_first);
  for (uint32_t part = 0; part < n_parts; part++)
    {
      const uint8_t *residual = 0;

      if (op->n_residual > 0)
        {
          residual = tile_take (program, TILE_STREAM_A);
          n_residual++;
        }
      if (part % n_of_object == 0)
        object = tile_open (program);
      tile_gemm_finish (program->core->clock, tile_acc (program), &how, (int) part, residual, object);
      if (residual)
        tile_drop (program, TILE_STREAM_A);
      /* before the last result, which tells the host that all of A is through */
      if (op->n_residual > 0 && part == n_parts - 1)
        tile_skip_last (program, op->n_residual - op->residual_first - n_residual);
      if (part % n_of_object == n_of_object - 1)
        tile_put (program);
    }
}

void
tile_op_gemm (TileProgram *program, const TileControl *control)
{
  const uint32_t n_row_blocks = control->n_row_blocks[tile_row (program)];
  const bool writes = tile_writes (program, control);
  TileControlGemm *op = (TileControlGemm *) (void *) tile_param (program);

  const uint32_t first_group = control->gemm.first_group[program->core->column / 4];

  *op = control->gemm;
  tile_clock_count (program->core->clock, 0, 0, sizeof *op / TILE_BLOCK, sizeof *op / TILE_BLOCK, 0);
  tile_drop (program, TILE_STREAM_B);
  for (uint32_t round = 0; round < op->n_rounds; round++)
    {
      const uint32_t first_row = TILE_M * (first_group + tile_row (program) + round * op->n_groups);

      for (uint32_t tile = 0; tile < op->n_tiles; tile++)
        {
          tile_add_up (program, &op->steps, n_row_blocks);
          finish (program, op, first_row, tile, n_row_blocks, writes);
        }
      for (uint32_t blank = 0; n_row_blocks > 0 && blank < op->n_blank; blank++)
        {
          tile_skip_last (program, op->steps.n);
          tile_skip_last (program, op->n_residual);
        }
    }
}
