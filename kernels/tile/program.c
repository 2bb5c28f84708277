/* program.c - the loop of a core, and how it takes and gives objects
 *
 * SPDX-License-Identifier: MIT
 */
#include "program.h"

_Static_assert(TILE_A_1 - TILE_A_0 == TILE_OBJECT_BYTES && TILE_B_1 - TILE_B_0 == TILE_OBJECT_BYTES,
               "the second buffer lies behind the first");
_Static_assert(TILE_LOCK_B_FULL - TILE_LOCK_A_FULL == 2 && TILE_LOCK_B_FREE - TILE_LOCK_A_FREE == 2,
               "streams have a pair of locks each");

const uint8_t *
tile_take (TileProgram *program, TileStream stream)
{
  const uint32_t first = stream == TILE_STREAM_B ? TILE_B_0 : TILE_A_0;

  tile_acquire (program->core, TILE_LOCK_A_FULL + 2 * (uint32_t) stream, 1);
  return tile_memory (program->core) + first + program->n_taken[stream]++ % 2 * TILE_OBJECT_BYTES;
}

void
tile_drop (TileProgram *program, TileStream stream)
{
  tile_release (program->core, TILE_LOCK_A_FREE + 2 * (uint32_t) stream, 1);
}

void
tile_skip (TileProgram *program, TileStream stream, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++)
    {
      tile_take (program, stream);
      tile_drop (program, stream);
    }
}

uint8_t *
tile_open (TileProgram *program)
{
  tile_acquire (program->core, TILE_LOCK_C_FREE, 1);
  return tile_memory (program->core) + (program->n_put % 2 == 0 ? TILE_C_0 : TILE_C_1);
}

void
tile_put (TileProgram *program)
{
  program->n_put++;
  tile_release (program->core, TILE_LOCK_C_FULL, 1);
}

float *
tile_acc (TileProgram *program)
{
  return (float *) (void *) (tile_memory (program->core) + TILE_ACC);
}

uint8_t *
tile_param (TileProgram *program)
{
  return tile_memory (program->core) + TILE_PARAM;
}

uint32_t
tile_row (const TileProgram *program)
{
  return program->core->row - 2;
}

bool
tile_writes (const TileProgram *program, const TileControl *control)
{
  const uint32_t row = tile_row (program);

  return control->n_row_blocks[row] + control->n_row_blocks[row ^ 1] > 0;
}

void
tile_put_nothing (TileProgram *program, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++)
    {
      tile_open (program);
      tile_put (program);
    }
}

static void
op_pass (TileProgram *program, const TileControl *control)
{
  uint32_t n = control->n_row_blocks[tile_row (program)] > 0 ? control->pass.n : 0;

  tile_drop (program, TILE_STREAM_B);
  tile_skip (program, TILE_STREAM_A, n);
}

void
tile_program (TileCore *core)
{
  TileProgram program = { .core = core };

  for (;;)
    {
      const TileControl *control = (const TileControl *) (const void *) tile_take (&program, TILE_STREAM_B);

      switch (control->op)
        {
        case TILE_OP_GEMM:
          tile_op_gemm (&program, control);
          break;
        case TILE_OP_LAYER_NORM:
          tile_op_layer_norm (&program, control);
          break;
        case TILE_OP_ATTENTION:
          tile_op_attention (&program, control);
          break;
        case TILE_OP_ALIGN:
          tile_op_align (&program, control);
          break;
        case TILE_OP_CACHE:
          tile_op_cache (&program, control);
          break;
        case TILE_OP_EMBED:
          tile_op_embed (&program, control);
          break;
        case TILE_OP_SPECTRUM:
          tile_op_spectrum (&program, control);
          break;
        case TILE_OP_LOG_MEL:
          tile_op_log_mel (&program, control);
          break;
        case TILE_OP_PACK:
          tile_op_pack (&program, control);
          break;
        case TILE_OP_TOP:
          tile_op_top (&program, control);
          break;
        case TILE_OP_PASS:
          op_pass (&program, control);
          break;
        default:
          tile_drop (&program, TILE_STREAM_B);
          break;
        }
    }
}
