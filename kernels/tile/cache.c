/* cache.c - see cache.h
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/cache.h"

#include "tile/layout.h"
#include "tile/tile-patch.h"
#include "tile/tile.h"

#define N_BLOCKS      8 /* in a row of any object */
#define N_PAIR_BLOCKS 4
#define BFP_ROW_BYTES (TILE_BLOCK_BYTES / TILE_BLOCK)
#define N_REGISTERS   (TILE_OBJECT_BYTES / 64)

/* Row "row" of block n of those in its row of blocks */
TILE_INLINE uint32_t
row_offset (uint32_t row, uint32_t n)
{
  return (row / TILE_BLOCK * N_BLOCKS + n) * TILE_BLOCK_BYTES + row % TILE_BLOCK * BFP_ROW_BYTES;
}

void
tile_cache_keys (TileClock *clock, const uint8_t source[64], const uint8_t *old, const uint8_t *fresh, uint8_t *out)
{
  TileClock here = *clock;

  tile_loop_begin (&here);
  if (old)
    tile_copy (&here, out, old, N_REGISTERS);
  else
    tile_zero (&here, out, N_REGISTERS);
  tile_loop_end (&here, 1);
  for (uint32_t key = 0; key < 64; key++)
    if (source[key] != TILE_CACHE_KEEP)
      for (uint32_t n = 0; n < N_BLOCKS; n++)
        tile_copy_bfp_row (&here, out + row_offset (key, n), fresh + row_offset (source[key], n));
  *clock = here;
}

/* Which of eight keys are new, a bit each */
static uint32_t
find_new (const uint8_t source[8])
{
  uint32_t mask = 0;

  for (uint32_t key = 0; key < TILE_BLOCK; key++)
    mask |= (uint32_t) (source[key] != TILE_CACHE_KEEP) << key;
  return mask;
}

/* Columns of block "column" of the new rows: [8 columns, 8 keys], keys that are not new being zero */
static TileAcc
gather (TileClock *clock, const uint8_t source[8], const uint8_t *fresh, uint32_t column, bool is_pair, uint8_t *scratch)
{
  const uint32_t n_parts = is_pair ? 2 : 1;

  if (is_pair)
    fresh += column / N_PAIR_BLOCKS * TILE_OBJECT_BYTES;
  for (uint32_t part = 0; part < n_parts; part++)
    for (uint32_t key = 0; key < TILE_BLOCK; key++)
      {
        uint8_t *to = scratch + part * TILE_BLOCK_BYTES + key * BFP_ROW_BYTES;

        if (source[key] != TILE_CACHE_KEEP)
          tile_copy_bfp_row (clock, to, fresh + row_offset (source[key], is_pair ? column % N_PAIR_BLOCKS * 2 + part : column));
        else
          tile_zero_bfp_row (clock, to);
      }
  return tile_transpose (clock, tile_load_block (clock, scratch, is_pair));
}

/* A block, with its low half if there is one, of old values and new */
static void
merge (TileClock *clock, uint32_t mask, TileAcc fresh, const uint8_t *old, bool is_pair, uint8_t *out)
{
  if (old)
    fresh = tile_select_cols (clock, mask, fresh, tile_load_block (clock, old, is_pair));
  tile_store_block (clock, out, fresh, is_pair);
}

void
tile_cache_values (TileClock *clock,
                   const uint8_t source[64],
                   const uint8_t *old,
                   const uint8_t *fresh,
                   int part,
                   uint8_t *scratch,
                   uint8_t *out)
{
  const bool is_pair = part >= 0;
  const uint32_t n_key_blocks = is_pair ? N_PAIR_BLOCKS : N_BLOCKS, bytes = is_pair ? 2 * TILE_BLOCK_BYTES : TILE_BLOCK_BYTES;
  TileClock here = *clock;

  if (is_pair)
    source += part * TILE_PAIR_COLS;
  tile_loop_begin (&here);
  if (old)
    tile_copy (&here, out, old, N_REGISTERS);
  else
    tile_zero (&here, out, N_REGISTERS);
  tile_loop_end (&here, 1);
  for (uint32_t j = 0; j < n_key_blocks; j++)
    {
      const uint8_t *keys = source + TILE_BLOCK * j;
      uint32_t mask = find_new (keys);

      for (uint32_t i = 0; i < N_BLOCKS && mask != 0; i++)
        {
          uint32_t offset = (i * n_key_blocks + j) * bytes;

          merge (&here, mask, gather (&here, keys, fresh, i, is_pair, scratch), old ? old + offset : NULL, is_pair, out + offset);
        }
    }
  *clock = here;
}
