/* published.c - see published.h
 *
 * SPDX-License-Identifier: MIT
 */
#include "overlay/published.h"

#include "tile/layout.h"

#include <string.h>

#define LANE_A     0 /* north of the shim, and of every tile of the column that feeds a row */
#define LANE_B     1
#define BLOCK      8  /* rows and columns */
#define MEMORY_BDS 24 /* of the even channels, and as many of the odd ones */

/* A memory tile's channels: A 0, B 1; S2MM 2..5: C of rows 0..3; MM2S 2: C to the shim */
#define CHANNEL_A 0
#define CHANNEL_B 1
#define CHANNEL_C 2

/* A memory tile's locks: free and full of A, of B, and of C of each row */
#define LOCK_A 0
#define LOCK_B 2
#define LOCK_C 4

/* What of a tile is dealt out, and to whom descriptors go */
typedef struct
{
  NpuOverlay *overlay;
  NpuTile tile;
  guint n_bds[2]; /* of even and of odd channels; of a compute tile: of all, and none */
} Place;

/* Buffers that follow each other in memory, and the two locks that count them: "lock" those that are free, the next one those that are full. */
typedef struct
{
  guint n, address, words, lock;
} Ring;

static void
add_lock (Place *place, guint id, int value)
{
  NpuOverlayLock row = { place->tile, id, value };

  g_array_append_val (place->overlay->locks, row);
}

static void
add_ring_locks (Place *place, const Ring *ring)
{
  add_lock (place, ring->lock, (int) ring->n);
  add_lock (place, ring->lock + 1, 0);
}

static void
add_start (Place *place, NpuDirection direction, guint channel, guint bd)
{
  NpuOverlayStart row = { place->tile, direction, channel, bd };

  g_array_append_val (place->overlay->starts, row);
}

static void
add_hop (NpuOverlay *overlay, guint column, guint row, NpuBundle from, guint from_index, NpuBundle to, guint to_index)
{
  NpuOverlayHop hop = { { column, row }, from, to, from_index, to_index };

  g_array_append_val (overlay->hops, hop);
}

static guint
first_bd (const Place *place, guint channel)
{
  return place->tile.row == 1 ? channel % 2 * MEMORY_BDS + place->n_bds[channel % 2] : place->n_bds[0];
}

/* All buffers in turn, each in n_parts descriptors: part i begins part_words further. The first part takes the buffer, the last gives it back. `shape`
 * has the dimensions and the length of a part. */
static void
add_circle (Place *place,
            NpuDirection direction,
            guint channel,
            const Ring *ring,
            guint n_parts,
            guint part_words,
            const NpuBd *shape)
{
  const NpuLayout *layout = npu_layout (place->tile.row);
  const guint first = first_bd (place, channel), n = ring->n * n_parts;
  const guint take = ring->lock + (direction == NPU_MM2S), give = ring->lock + (direction == NPU_S2MM);

  for (guint i = 0; i < n; i++)
    {
      const guint part = i % n_parts;
      NpuOverlayBd row = { place->tile, first + i, *shape };

      row.bd.base = layout->own_base + ring->address + 4 * (i / n_parts * ring->words + part * part_words);
      row.bd.acquire = part == 0;
      row.bd.acquire_lock = part == 0 ? layout->own_lock + take : 0;
      row.bd.acquire_value = part == 0 ? -1 : 0;
      row.bd.release_lock = part == n_parts - 1 ? layout->own_lock + give : 0;
      row.bd.release_value = part == n_parts - 1;
      row.bd.next = first + (i + 1) % n;
      row.bd.use_next = true;
      row.bd.valid = true;
      g_array_append_val (place->overlay->bds, row);
    }
  place->n_bds[place->tile.row == 1 ? channel % 2 : 0] += n;
  add_start (place, direction, channel, first);
}

static void
add_straight (Place *place, NpuDirection direction, guint channel, const Ring *ring)
{
  const NpuBd shape = { .length = ring->words };

  add_circle (place, direction, channel, ring, 1, 0, &shape);
}

/* Rows of k_mt values in, tiles of k columns out: 8x8 blocks, row after row of them. */
static void
add_operand (Place *place, guint channel, const Ring *ring, guint n_rows, guint k, guint n_chunks, guint value_bytes)
{
  const guint block_words = BLOCK * value_bytes / 4, row_words = n_chunks * k * value_bytes / 4;
  const NpuBd shape = { .length = n_rows * k * value_bytes / 4,
                        .wrap = { block_words, BLOCK, k / BLOCK },
                        .step = { 1, row_words, block_words, BLOCK * row_words } };

  add_ring_locks (place, ring);
  add_straight (place, NPU_S2MM, channel, ring);
  add_circle (place, NPU_MM2S, channel, ring, n_chunks, k * value_bytes / 4, &shape);
}

/* C of each row has a buffer of its own; the shim gets them in turn, as rows of n values. */
static void
add_results (Place *place, guint address, const TileWide *tile, guint n_rows)
{
  const guint words = tile_wide_c_bytes (tile) / 4, block_words = BLOCK * tile_wide_out_bytes (tile) / 4,
              n_blocks = tile->n / BLOCK;
  const NpuBd shape = { .length = words,
                        .wrap = { block_words, n_blocks, BLOCK },
                        .step = { 1, BLOCK * block_words, block_words, n_blocks * BLOCK * block_words } };
  const guint first = first_bd (place, CHANNEL_C);

  for (guint row = 0; row < n_rows; row++)
    {
      const Ring ring = { 1, address + 4 * row * words, words, LOCK_C + 2 * row };

      /* a circle of one: the next row follows it, and only the first of them is started */
      add_circle (place, NPU_MM2S, CHANNEL_C, &ring, 1, 0, &shape);
      g_array_index (place->overlay->bds, NpuOverlayBd, place->overlay->bds->len - 1).bd.next = first + (row + 1) % n_rows;
      if (row > 0)
        g_array_set_size (place->overlay->starts, place->overlay->starts->len - 1);
    }
  for (guint row = 0; row < n_rows; row++)
    {
      const Ring ring = { 1, address + 4 * row * words, words, LOCK_C + 2 * row };

      add_ring_locks (place, &ring);
      add_straight (place, NPU_S2MM, CHANNEL_C + row, &ring);
    }
}

static gboolean
add_memory_tile (NpuOverlay *overlay, guint column, const NpuPublishedDesign *design)
{
  const TileWide *tile = &design->tile;
  Place place = { .overlay = overlay, .tile = { column, 1 } };
  const guint a_bytes = design->n_chunks * tile_wide_a_bytes (tile), b_bytes = design->n_chunks * tile_wide_b_bytes (tile);
  const Ring a = { 2, 0, a_bytes / 4, LOCK_A }, b = { 2, 2 * a_bytes, b_bytes / 4, LOCK_B };
  const guint c_address = 2 * (a_bytes + b_bytes);

  if (c_address + design->n_rows * tile_wide_c_bytes (tile) > npu_layout (1)->memory)
    return FALSE;
  add_operand (&place, CHANNEL_A, &a, tile->m, tile->k, design->n_chunks, tile_wide_in_bytes (tile));
  add_operand (&place, CHANNEL_B, &b, tile->n, tile->k, design->n_chunks, tile_wide_in_bytes (tile));
  add_results (&place, c_address, tile, design->n_rows);
  return place.n_bds[0] <= MEMORY_BDS && place.n_bds[1] <= MEMORY_BDS;
}

static void
add_core_tile (NpuOverlay *overlay, guint column, guint row, const TileWide *tile)
{
  Place place = { .overlay = overlay, .tile = { column, row } };
  const guint a_bytes = tile_wide_a_bytes (tile), b_bytes = tile_wide_b_bytes (tile);
  const Ring a = { 2, 0, a_bytes / 4, TILE_LOCK_A_FREE }, b = { 2, 2 * a_bytes, b_bytes / 4, TILE_LOCK_B_FREE };
  const Ring c = { 1, 2 * (a_bytes + b_bytes), tile_wide_c_bytes (tile) / 4, TILE_LOCK_C_FREE };

  add_ring_locks (&place, &a);
  add_ring_locks (&place, &b);
  add_ring_locks (&place, &c);
  add_straight (&place, NPU_S2MM, 0, &a);
  add_straight (&place, NPU_S2MM, 1, &b);
  add_straight (&place, NPU_MM2S, 0, &c);
}

/* B up, C down */
static void
add_column_hops (NpuOverlay *overlay, guint column, guint n_rows)
{
  const guint top = NPU_COMPUTE_ROW + n_rows - 1;

  add_hop (overlay, column, 0, NPU_DMA, NPU_SHIM_B, NPU_NORTH, LANE_B);
  add_hop (overlay, column, 1, NPU_SOUTH, LANE_B, NPU_DMA, CHANNEL_B);
  add_hop (overlay, column, 1, NPU_DMA, CHANNEL_B, NPU_NORTH, LANE_B);
  for (guint row = NPU_COMPUTE_ROW; row <= top; row++)
    {
      add_hop (overlay, column, row, NPU_SOUTH, LANE_B, NPU_DMA, 1);
      if (row < top)
        add_hop (overlay, column, row, NPU_SOUTH, LANE_B, NPU_NORTH, LANE_B);
    }
  for (guint lane = 0; lane < n_rows; lane++)
    {
      add_hop (overlay, column, NPU_COMPUTE_ROW + lane, NPU_DMA, 0, NPU_SOUTH, lane);
      for (guint row = NPU_COMPUTE_ROW; row < NPU_COMPUTE_ROW + lane; row++)
        add_hop (overlay, column, row, NPU_NORTH, lane, NPU_SOUTH, lane);
      add_hop (overlay, column, 1, NPU_NORTH, lane, NPU_DMA, CHANNEL_C + lane);
    }
  add_hop (overlay, column, 1, NPU_DMA, CHANNEL_C, NPU_SOUTH, 0);
  add_hop (overlay, column, 0, NPU_NORTH, 0, NPU_DMA, NPU_SHIM_C);
}

/* A of a row: up a column, and from there east and west */
static void
add_row_hops (NpuOverlay *overlay, const NpuPublishedDesign *design, guint r)
{
  const guint source = npu_published_a_column (design, r), row = NPU_COMPUTE_ROW + r;

  add_hop (overlay, source, 0, NPU_DMA, NPU_SHIM_A, NPU_NORTH, LANE_A);
  add_hop (overlay, source, 1, NPU_SOUTH, LANE_A, NPU_DMA, CHANNEL_A);
  add_hop (overlay, source, 1, NPU_DMA, CHANNEL_A, NPU_NORTH, LANE_A);
  for (guint below = NPU_COMPUTE_ROW; below < row; below++)
    add_hop (overlay, source, below, NPU_SOUTH, LANE_A, NPU_NORTH, LANE_A);
  for (guint column = 0; column < design->n_columns; column++)
    {
      const NpuBundle from = column == source ? NPU_SOUTH : column > source ? NPU_WEST : NPU_EAST;

      add_hop (overlay, column, row, from, LANE_A, NPU_DMA, 0);
      if (column >= source && column + 1 < design->n_columns)
        add_hop (overlay, column, row, from, LANE_A, NPU_EAST, LANE_A);
      if (column <= source && column > 0)
        add_hop (overlay, column, row, from, LANE_A, NPU_WEST, LANE_A);
    }
}

static gboolean
fits_core (const TileWide *tile)
{
  const guint bytes = 2 * (tile_wide_a_bytes (tile) + tile_wide_b_bytes (tile)) + tile_wide_c_bytes (tile);

  return tile->m % (2 * BLOCK) == 0 && tile->n % (2 * BLOCK) == 0 && tile->k % BLOCK == 0
         && bytes + TILE_WIDE_STACK + sizeof (TileWide) <= TILE_MEMORY_BYTES && bytes <= TILE_WIDE_PARAMETERS;
}

NpuOverlay *
npu_published_overlay_new (const NpuPublishedDesign *design)
{
  g_autoptr (NpuOverlay) overlay = g_new0 (NpuOverlay, 1);

  overlay->generation = NPU2;
  overlay->n_columns = overlay->n_half_columns = design->n_columns;
  overlay->n_halves = overlay->n_fed = 1;
  overlay->n_groups = design->n_rows;
  overlay->locks = g_array_new (FALSE, FALSE, sizeof (NpuOverlayLock));
  overlay->bds = g_array_new (FALSE, FALSE, sizeof (NpuOverlayBd));
  overlay->starts = g_array_new (FALSE, FALSE, sizeof (NpuOverlayStart));
  overlay->hops = g_array_new (FALSE, FALSE, sizeof (NpuOverlayHop));
  if (!fits_core (&design->tile) || design->n_rows > NPU_COMPUTE_ROWS || design->n_columns < design->n_rows
      || design->n_columns > NPU_MAX_COLUMNS)
    return NULL;

  for (guint column = 0; column < design->n_columns; column++)
    {
      if (!add_memory_tile (overlay, column, design))
        return NULL;
      for (guint row = 0; row < design->n_rows; row++)
        add_core_tile (overlay, column, NPU_COMPUTE_ROW + row, &design->tile);
      add_column_hops (overlay, column, design->n_rows);
    }
  for (guint row = 0; row < design->n_rows; row++)
    add_row_hops (overlay, design, row);
  return g_steal_pointer (&overlay);
}

/* All cores of the array are enabled: one that has no part in it waits for ever. */
GArray *
npu_published_configuration (const NpuOverlay *overlay, const NpuPublishedDesign *design)
{
  g_autoptr (GArray) rest = npu_overlay_configuration (overlay);
  GArray *writes = g_array_new (FALSE, FALSE, sizeof (NpuWrite));
  guint32 words[sizeof design->tile / 4];

  memcpy (words, &design->tile, sizeof words);
  for (guint column = 0; column < design->n_columns; column++)
    for (guint row = 0; row < NPU_COMPUTE_ROWS; row++)
      for (guint i = 0; i < G_N_ELEMENTS (words); i++)
        {
          const NpuWrite write = { NPU_ADDRESS (column, NPU_COMPUTE_ROW + row, TILE_WIDE_PARAMETERS + 4 * i), words[i] };

          g_array_append_val (writes, write);
        }
  g_array_append_vals (writes, rest->data, rest->len);
  return writes;
}
