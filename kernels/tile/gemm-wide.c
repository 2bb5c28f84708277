/* gemm-wide.c - see gemm-wide.h
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/gemm-wide.h"

#include "tile/layout.h"
#include "tile/tile-wide.h"

#define BLOCK 64 /* values */

/* The four sums of a step, (i, j) to (i + 1, j + 1), counted in blocks */
typedef struct
{
  const TileWide *wide;
  uint8_t *c;
  const uint8_t *a, *b;
  uint32_t i, j;
  bool is_first;
} Step;

TILE_INLINE uint32_t
sum_at (const Step *step, int s)
{
  return ((step->i + (uint32_t) s / 2) * (step->wide->n / 8) + step->j + (uint32_t) s % 2) * BLOCK;
}

TILE_INLINE uint32_t
row_at (const Step *step, uint32_t block, uint32_t k)
{
  return (block * (step->wide->k / 8) + k) * BLOCK;
}

TILE_INLINE TileAcc32
load_sum (TileClock *clock, const Step *step, const TileWideKind kind, int s)
{
  const uint32_t at = sum_at (step, s);

  if (step->is_first)
    return tile_zero_acc32 (clock);
  if (kind == TILE_WIDE_I8_I8)
    return tile_load_sum_i8 (clock, (const int8_t *) step->c + at);
  if (kind == TILE_WIDE_I8_I16)
    return tile_load_sum_i16 (clock, (const int16_t *) (const void *) step->c + at);
  return tile_load_acc32 (clock, (const int32_t *) (const void *) step->c + at);
}

TILE_INLINE void
store_sum (TileClock *clock, const Step *step, const TileWideKind kind, int s, TileAcc32 sum)
{
  const uint32_t at = sum_at (step, s);

  if (kind == TILE_WIDE_I8_I8)
    tile_store_sum_i8 (clock, (int8_t *) step->c + at, sum);
  else if (kind == TILE_WIDE_I8_I16)
    tile_store_sum_i16 (clock, (int16_t *) (void *) step->c + at, sum);
  else
    tile_store_acc32 (clock, (int32_t *) (void *) step->c + at, sum);
}

TILE_INLINE void
step_i8 (TileClock *clock, const Step *step, const TileWideKind kind)
{
  TileAcc32 sum[4];

  TILE_TIMES (s, 4)
    sum[s] = load_sum (clock, step, kind, s);
  for (uint32_t k = 0; k < step->wide->k / 8; k++)
    {
      TileI8 rows[2], columns[2];

      TILE_TIMES (r, 2)
        {
          rows[r] = tile_load_i8 (clock, (const int8_t *) step->a + row_at (step, step->i + (uint32_t) r, k));
          columns[r] = tile_transpose_i8 (
              clock, tile_load_i8 (clock, (const int8_t *) step->b + row_at (step, step->j + (uint32_t) r, k)));
        }
      TILE_TIMES (s, 4)
        sum[s] = tile_mac_i8 (clock, sum[s], rows[s / 2], columns[s % 2]);
    }
  TILE_TIMES (s, 4)
    store_sum (clock, step, kind, s, sum[s]);
}

TILE_INLINE void
step_bf16 (TileClock *clock, const Step *step)
{
  const uint16_t *a = (const uint16_t *) (const void *) step->a, *b = (const uint16_t *) (const void *) step->b;
  uint16_t *c = (uint16_t *) (void *) step->c;
  TileAcc sum[4];

  TILE_TIMES (s, 4)
    sum[s] = step->is_first ? tile_zero_acc (clock) : tile_load_bf16 (clock, c + sum_at (step, s));
  for (uint32_t k = 0; k < step->wide->k / 8; k++)
    {
      TileBfp rows[2], columns[2];

      TILE_TIMES (r, 2)
        {
          rows[r] = tile_acc_to_bfp (clock, tile_load_bf16 (clock, a + row_at (step, step->i + (uint32_t) r, k)));
          columns[r] = tile_acc_to_bfp (clock, tile_load_bf16_by_one (clock, b + row_at (step, step->j + (uint32_t) r, k)));
        }
      TILE_TIMES (s, 4)
        sum[s] = tile_mac_bfp (clock, sum[s], rows[s / 2], columns[s % 2]);
    }
  TILE_TIMES (s, 4)
    tile_store_bf16 (clock, c + sum_at (step, s), sum[s]);
}

/* The loop over columns is pipelined: its body has the whole of k. */
#define FOR_EACH_STEP(call)                               \
  for (step.i = 0; step.i < wide->m / 8; step.i += 2)     \
    {                                                     \
      tile_loop_begin (&here);                            \
      for (step.j = 0; step.j < wide->n / 8; step.j += 2) \
        call;                                             \
      tile_loop_end (&here, 1);                           \
    }

void
tile_gemm_wide (TileClock *clock, const TileWide *wide, uint8_t *c, const uint8_t *a, const uint8_t *b, bool is_first)
{
  Step step = { .wide = wide, .a = a, .b = b, .is_first = is_first };
  TileClock here = *clock;

  step.c = c;
  switch ((TileWideKind) wide->kind)
    {
    case TILE_WIDE_I8_I8:
      FOR_EACH_STEP (step_i8 (&here, &step, TILE_WIDE_I8_I8))
      break;
    case TILE_WIDE_I8_I16:
      FOR_EACH_STEP (step_i8 (&here, &step, TILE_WIDE_I8_I16))
      break;
    case TILE_WIDE_I8_I32:
      FOR_EACH_STEP (step_i8 (&here, &step, TILE_WIDE_I8_I32))
      break;
    case TILE_WIDE_BF16:
    default:
      FOR_EACH_STEP (step_bf16 (&here, &step))
      break;
    }
  *clock = here;
}

void
tile_wide_program (TileCore *core)
{
  const TileWide *wide = (const TileWide *) (const void *) (core->memory + TILE_WIDE_PARAMETERS);
  const uint32_t a_bytes = tile_wide_a_bytes (wide), b_bytes = tile_wide_b_bytes (wide);
  const uint8_t *a = core->memory, *b = a + 2 * a_bytes;
  uint8_t *c = core->memory + 2 * a_bytes + 2 * b_bytes;

  for (uint32_t turn = 0;;)
    {
      tile_acquire (core, TILE_LOCK_C_FREE, 1);
      for (uint32_t i = 0; i < wide->n_steps; i++, turn ^= 1)
        {
          tile_acquire (core, TILE_LOCK_A_FULL, 1);
          tile_acquire (core, TILE_LOCK_B_FULL, 1);
          tile_gemm_wide (core->clock, wide, c, a + turn * a_bytes, b + turn * b_bytes, i == 0);
          tile_release (core, TILE_LOCK_A_FREE, 1);
          tile_release (core, TILE_LOCK_B_FREE, 1);
        }
      tile_release (core, TILE_LOCK_C_FULL, 1);
    }
}
