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
  const uint32_t head = stream == TILE_STREAM_B ? 0 : program->head;

  if (head == 0)
    {
      tile_acquire (program->core, TILE_LOCK_A_FULL + 2 * (uint32_t) stream, 1);
      program->n_taken[stream]++;
    }
  return tile_memory (program->core) + first + (program->n_taken[stream] + 1) % 2 * TILE_OBJECT_BYTES + head * TILE_HEAD_BYTES;
}

void
tile_drop (TileProgram *program, TileStream stream)
{
  if (stream == TILE_STREAM_A)
    {
      program->head++;
      if (program->head < program->n_heads)
        return;
      program->head = 0;
    }
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

void
tile_skip_last (TileProgram *program, uint32_t n)
{
  tile_skip (program, TILE_STREAM_A, n);
  if (program->head > 0)
    {
      program->head = program->n_heads - 1;
      tile_drop (program, TILE_STREAM_A);
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

/* A program that was compiled for the device leaves the ops of others out. */
#if defined TILE_PROGRAM
#define IS_HERE(OP) (tile_program_has (TILE_PROGRAM, TILE_OP_##OP))
#else
#define IS_HERE(OP) true
#endif

#if TILE_DEVICE && defined TILE_PROGRAM
extern const bool tile_has_integers = TILE_PROGRAM_HAS_INTEGERS (TILE_PROGRAM);
#endif

#if !defined TILE_PROGRAM
static bool
needs_integers (const TileControl *control)
{
  bool needs = false;

  if (control->op == TILE_OP_LAYER_NORM)
    return tile_is_int8 (control->norm.out);
  if (control->op != TILE_OP_GEMM)
    return false;
  for (uint32_t tile = 0; tile < TILE_GEMM_TILES; tile++)
    needs |= tile_is_int8 (control->gemm.out[tile]);
  return needs || tile_is_int8 (control->gemm.steps.in);
}
#endif

/* What is not is dropped, which on a host is a fault besides. */
static bool
is_known (TileCore *core, const TileControl *control)
{
#if defined TILE_PROGRAM
  (void) core;
  return tile_program_has (TILE_PROGRAM, control->op);
#else
  const TileProgramId program = (TileProgramId) core->program;

  if (tile_program_has (program, control->op) && (TILE_PROGRAM_HAS_INTEGERS (program) || !needs_integers (control)))
    return true;
  tile_refuse (core, control->op);
  return false;
#endif
}

#define CASE(OP, name)          \
  case TILE_OP_##OP:            \
    if (IS_HERE (OP))           \
      name (&program, control); \
    break;

void
tile_program (TileCore *core)
{
  TileProgram program = { .core = core };

  for (;;)
    {
      const TileControl *control = (const TileControl *) (const void *) tile_take (&program, TILE_STREAM_B);

      if (!is_known (core, control))
        {
          tile_drop (&program, TILE_STREAM_B);
          continue;
        }
      program.n_heads = control->n_heads;
      switch (control->op)
        {
          CASE (GEMM, tile_op_gemm)
          CASE (LAYER_NORM, tile_op_layer_norm)
          CASE (ATTENTION, tile_op_attention)
          CASE (ALIGN, tile_op_align)
          CASE (CACHE, tile_op_cache)
          CASE (EMBED, tile_op_embed)
          CASE (SPECTRUM, tile_op_spectrum)
          CASE (LOG_MEL, tile_op_log_mel)
          CASE (PACK, tile_op_pack)
          CASE (TOP, tile_op_top)
          CASE (PASS, op_pass)
        }
    }
}
