/* op-norm.c - layer norm of this column's part of a tensor
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/norm.h"
#include "tile/program.h"
#include "tile/tile-patch.h"

_Static_assert(sizeof (TileNorm) + TILE_NORM_KEPT * TILE_OBJECT_BYTES <= TILE_ACC_BYTES, "sums, and the objects that are kept");

/* Objects of x, to be read again: kept ones, or from A. */
typedef struct
{
  uint32_t first, n; /* this core's */
  uint8_t *kept;     /* [n] objects, or NULL */
} Own;

/* First pass: the sums of all columns. */
static void
add_up (TileProgram *program, TileNorm *stats, const TileControlLayerNorm *op, const Own *own, uint32_t n_row_blocks)
{
  TileClock *clock = program->core->clock;
  const uint32_t n_bytes = program->n_heads > 0 ? TILE_HEAD_BYTES : TILE_OBJECT_BYTES;

  for (uint32_t i = 0; i < op->n_in; i++)
    {
      const uint8_t *x = tile_take (program, TILE_STREAM_A);

      tile_norm_add (clock, stats, x, n_row_blocks, i == 0);
      if (own->kept && i - own->first < own->n)
        tile_copy (clock, own->kept + (i - own->first) * TILE_OBJECT_BYTES, x, n_bytes / 64);
      tile_drop (program, TILE_STREAM_A);
    }
  tile_skip_last (program, 0);
  tile_norm_settle (clock, stats, n_row_blocks, op->n_inverse);
}

void
tile_op_layer_norm (TileProgram *program, const TileControl *control)
{
  const TileControlLayerNorm op = control->norm;
  TileClock *clock = program->core->clock;
  TileNorm *stats = (TileNorm *) (void *) tile_acc (program);
  const uint32_t n_row_blocks = control->n_row_blocks[tile_row (program)];
  const bool writes = tile_writes (program, control);
  const TileFormat out_format = (TileFormat) op.out;
  const uint32_t n_parts = out_format == TILE_FORMAT_PAIR ? 1 : 2; /* objects of x that make one of the result */
  const Own own = { op.out_first * n_parts, op.n_out * n_parts, op.keeps ? (uint8_t *) stats + sizeof *stats : 0 };
  const float *gain, *bias;

  tile_drop (program, TILE_STREAM_B);
  gain = (const float *) (const void *) tile_take (program, TILE_STREAM_B);
  bias = (const float *) (const void *) tile_take (program, TILE_STREAM_B);
  for (uint32_t round = 0; round < op.n_rounds; round++)
    {
      const bool reads_again = !op.keeps;
      uint8_t *out = NULL;

      if (n_row_blocks == 0)
        {
          if (writes)
            tile_put_nothing (program, op.n_out);
          continue;
        }
      add_up (program, stats, &op, &own, n_row_blocks);
      if (reads_again)
        tile_skip (program, TILE_STREAM_A, own.first);
      for (uint32_t i = own.first; i < own.first + own.n; i++)
        {
          const uint32_t nth = i - own.first;
          const uint8_t *x = reads_again ? tile_take (program, TILE_STREAM_A) : own.kept + nth * TILE_OBJECT_BYTES;

          if (i % n_parts == 0)
            out = tile_open (program);
          tile_norm_write (clock, stats, x, gain + nth * TILE_PAIR_COLS, bias + nth * TILE_PAIR_COLS, n_row_blocks, out_format,
                           i % 2, out);
          if (reads_again)
            tile_drop (program, TILE_STREAM_A);
          if (i % n_parts == n_parts - 1)
            tile_put (program);
        }
      if (reads_again)
        tile_skip_last (program, op.n_in - own.first - own.n);
    }
  tile_drop (program, TILE_STREAM_B);
  tile_drop (program, TILE_STREAM_B);
}
