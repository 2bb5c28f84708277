/* op-top.c - tiles of logits that never leave the core
 *
 * The answers are added up in the object that carries them away.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/op-gemm.h"
#include "tile/program.h"
#include "tile/top.h"

typedef struct
{
  uint32_t n_queries;
  TileTopQuery queries[TILE_TOP_QUERIES];
  uint32_t masks[TILE_TOP_MASKS][TILE_N / 32];
} Parameters;

_Static_assert(sizeof (Parameters) <= TILE_PARAM_BYTES, "what an op keeps while weights take the place of the control object");
_Static_assert(sizeof (TileControl) <= TILE_OBJECT_BYTES, "a control object");

static void
keep (TileProgram *program, const TileControlTop *top, Parameters *p)
{
  const uint32_t row = tile_row (program), n_masks = top->n_sets * top->n_tiles;

  p->n_queries = top->n_queries[row];
  for (uint32_t i = 0; i < p->n_queries; i++)
    p->queries[i] = top->queries[row][i];
  tile_clock_count (program->core->clock, 0, 0, p->n_queries * 2, p->n_queries * 2, p->n_queries);
  tile_drop (program, TILE_STREAM_B);
  if (n_masks > 0)
    {
      const uint32_t *masks = (const uint32_t *) (const void *) tile_take (program, TILE_STREAM_B);

      for (uint32_t i = 0; i < n_masks; i++)
        for (uint32_t word = 0; word < TILE_N / 32; word++)
          p->masks[i][word] = masks[i * (TILE_N / 32) + word];
      tile_clock_count (program->core->clock, 0, 0, n_masks * 2, n_masks * 2, n_masks);
      tile_drop (program, TILE_STREAM_B);
    }
}

void
tile_op_top (TileProgram *program, const TileControl *control)
{
  const uint32_t n_row_blocks = control->n_row_blocks[tile_row (program)];
  const bool writes = tile_writes (program, control);
  const uint32_t n_tiles = control->top.n_tiles, n_blank = control->top.n_blank;
  const uint32_t first_token = control->top.first_token, token_step = control->top.token_step;
  const TileSteps steps = control->top.steps;
  TileClock *clock = program->core->clock;
  Parameters *p = (Parameters *) (void *) tile_param (program);
  uint8_t *answers;

  keep (program, &control->top, p);
  if (!writes)
    {
      for (uint32_t tile = 0; tile < n_tiles; tile++)
        tile_add_up (program, &steps, 0);
      return;
    }
  answers = tile_open (program);
  for (uint32_t i = 0, at = 0; i < p->n_queries; at += tile_top_bytes (p->queries[i++].n_top))
    tile_top_clear (clock, (TileTopAnswer *) (void *) (answers + at));

  for (uint32_t tile = 0; tile < n_tiles; tile++)
    {
      tile_add_up (program, &steps, n_row_blocks);
      for (uint32_t i = 0, at = 0; i < p->n_queries; at += tile_top_bytes (p->queries[i++].n_top))
        {
          const TileTopQuery *query = &p->queries[i];
          const uint32_t *mask = query->set == TILE_TOP_NONE ? 0 : p->masks[query->set * n_tiles + tile];

          tile_top_add (clock, tile_acc (program), query, first_token + tile * token_step, mask,
                        (TileTopAnswer *) (void *) (answers + at));
        }
    }
  tile_put (program);
  for (uint32_t blank = 0; n_row_blocks > 0 && blank < n_blank; blank++)
    tile_skip_last (program, steps.n);
}
