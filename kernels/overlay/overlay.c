/* overlay.c - the resident design as tables
 *
 * Rings: an object goes around through descriptors that follow each other in a circle, one for each buffer, on both sides of it. The
 * side that fills takes from a lock "free" and adds to "full"; the side that empties does the opposite.
 *
 * A memory tile's even channels own descriptors 0-23, odd ones 24-47; the tables below are dealt out of these two halves.
 *
 * SPDX-License-Identifier: MIT
 */
#include "overlay/overlay.h"

#include "tile/layout.h"
#include "tile/programs.h"

#include <string.h>

#define MEMORY_BDS       24
#define N_B              8 /* objects in a memory tile's ring */
#define N_C              2 /* of each row */
#define LANE_B           1 /* north of the shim and of every tile */
#define MEMORY_C_CHANNEL 2 /* S2MM 2..5: results of rows 0..3; MM2S 2, 3: what goes to the shim */

/* Where the lanes of A leave a memory tile: channel of the DMA, and lane north. */
static const struct
{
  guint channel, lane;
} a_out[NPU_OVERLAY_ROWS] = { { 0, 0 }, { 4, 2 }, { 3, 3 }, { 5, 4 } };

/* Objects of A in a memory tile for each row that it feeds. */
static const guint n_a[NPU_OVERLAY_ROWS + 1] = { [1] = 6, [2] = 4, [4] = 2 };

/* What of a memory tile has been dealt out. */
typedef struct
{
  guint n_bds[2], n_locks, n_bytes;
} Dealt;

/* Buffers in a circle, and the two locks that count them. */
typedef struct
{
  guint n, address, lock_free, lock_full;
} Ring;

static void
lock (NpuOverlay *overlay, NpuTile tile, guint id, int value)
{
  NpuOverlayLock row = { tile, id, value };

  g_array_append_val (overlay->locks, row);
}

static void
start (NpuOverlay *overlay, NpuTile tile, NpuDirection direction, guint channel, guint bd)
{
  NpuOverlayStart row = { tile, direction, channel, bd };

  g_array_append_val (overlay->starts, row);
}

static void
hop (NpuOverlay *overlay, guint column, guint row, NpuBundle from, guint from_index, NpuBundle to, guint to_index)
{
  NpuOverlayHop hop = { { column, row }, from, to, from_index, to_index };

  g_array_append_val (overlay->hops, hop);
}

static void
descriptor (NpuOverlay *overlay, NpuTile tile, guint id, const Ring *ring, guint buffer, NpuDirection direction, guint next)
{
  const NpuLayout *layout = npu_layout (tile.row);
  const gboolean fills = direction == NPU_S2MM;
  NpuOverlayBd row = { tile, id, { 0 } };

  row.bd.base = layout->own_base + ring->address + buffer * TILE_OBJECT_BYTES;
  row.bd.length = TILE_OBJECT_WORDS;
  row.bd.acquire = true;
  row.bd.acquire_lock = layout->own_lock + (fills ? ring->lock_free : ring->lock_full);
  row.bd.acquire_value = -1;
  row.bd.release_lock = layout->own_lock + (fills ? ring->lock_full : ring->lock_free);
  row.bd.release_value = 1;
  row.bd.next = next;
  row.bd.use_next = true;
  row.bd.valid = true;
  g_array_append_val (overlay->bds, row);
}

/* Buffers of n_rings rings by turns, as a channel passes through them. */
static void
circle (NpuOverlay *overlay, NpuTile tile, NpuDirection direction, guint channel, guint first, const Ring *rings, guint n_rings)
{
  const guint n = n_rings * rings[0].n;

  for (guint i = 0; i < n; i++)
    descriptor (overlay, tile, first + i, &rings[i % n_rings], i / n_rings, direction, first + (i + 1) % n);
  start (overlay, tile, direction, channel, first);
}

static void
memory_circle (NpuOverlay *overlay,
               NpuTile tile,
               Dealt *dealt,
               NpuDirection direction,
               guint channel,
               const Ring *rings,
               guint n_rings)
{
  guint *n_bds = &dealt->n_bds[channel % 2];

  circle (overlay, tile, direction, channel, channel % 2 * MEMORY_BDS + *n_bds, rings, n_rings);
  *n_bds += n_rings * rings[0].n;
  g_assert (*n_bds <= MEMORY_BDS);
}

static Ring
memory_ring (NpuOverlay *overlay, NpuTile tile, Dealt *dealt, guint n)
{
  Ring ring = { n, dealt->n_bytes, dealt->n_locks, dealt->n_locks + 1 };

  lock (overlay, tile, ring.lock_free, (int) n);
  lock (overlay, tile, ring.lock_full, 0);
  dealt->n_locks += 2;
  dealt->n_bytes += n * TILE_OBJECT_BYTES;
  return ring;
}

static void
memory_tile (NpuOverlay *overlay, guint column)
{
  NpuTile tile = { column, 1 };
  Dealt dealt = { 0 };
  Ring a[NPU_OVERLAY_ROWS], b, c[NPU_OVERLAY_ROWS];

  for (guint i = 0; i < overlay->n_fed; i++)
    a[i] = memory_ring (overlay, tile, &dealt, n_a[overlay->n_fed]);
  b = memory_ring (overlay, tile, &dealt, N_B);
  for (guint row = 0; row < NPU_OVERLAY_ROWS; row++)
    c[row] = memory_ring (overlay, tile, &dealt, N_C);

  memory_circle (overlay, tile, &dealt, NPU_S2MM, 0, a, overlay->n_fed);
  memory_circle (overlay, tile, &dealt, NPU_S2MM, 1, &b, 1);
  for (guint row = 0; row < NPU_OVERLAY_ROWS; row++)
    memory_circle (overlay, tile, &dealt, NPU_S2MM, MEMORY_C_CHANNEL + row, &c[row], 1);

  for (guint i = 0; i < overlay->n_fed; i++)
    memory_circle (overlay, tile, &dealt, NPU_MM2S, a_out[i].channel, &a[i], 1);
  memory_circle (overlay, tile, &dealt, NPU_MM2S, 1, &b, 1);
  for (guint row = 0; row < NPU_OVERLAY_ROWS; row += overlay->n_joined)
    memory_circle (overlay, tile, &dealt, NPU_MM2S, MEMORY_C_CHANNEL + row / overlay->n_joined, c + row, overlay->n_joined);
}

static void
core_tile (NpuOverlay *overlay, NpuTile tile)
{
  static const struct
  {
    Ring ring[2]; /* of one buffer each: the two are not neighbours in memory */
    NpuDirection direction;
    guint channel;
  } streams[] = {
    { { { 1, TILE_A_0, TILE_LOCK_A_FREE, TILE_LOCK_A_FULL }, { 1, TILE_A_1, TILE_LOCK_A_FREE, TILE_LOCK_A_FULL } }, NPU_S2MM, 0 },
    { { { 1, TILE_B_0, TILE_LOCK_B_FREE, TILE_LOCK_B_FULL }, { 1, TILE_B_1, TILE_LOCK_B_FREE, TILE_LOCK_B_FULL } }, NPU_S2MM, 1 },
    { { { 1, TILE_C_0, TILE_LOCK_C_FREE, TILE_LOCK_C_FULL }, { 1, TILE_C_1, TILE_LOCK_C_FREE, TILE_LOCK_C_FULL } }, NPU_MM2S, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (streams); i++)
    {
      lock (overlay, tile, streams[i].ring[0].lock_free, 2);
      lock (overlay, tile, streams[i].ring[0].lock_full, 0);
      circle (overlay, tile, streams[i].direction, streams[i].channel, 2 * i, streams[i].ring, 2);
    }
}

/* B of a column: up from the shim through the memory tile, to all cores; C: down. */
static void
column_hops (NpuOverlay *overlay, guint column)
{
  const guint top = NPU_COMPUTE_ROW + NPU_OVERLAY_ROWS - 1;
  const guint n_c = NPU_OVERLAY_ROWS / overlay->n_joined;

  hop (overlay, column, 0, NPU_DMA, NPU_SHIM_A, NPU_NORTH, 0);
  hop (overlay, column, 0, NPU_DMA, NPU_SHIM_B, NPU_NORTH, LANE_B);
  hop (overlay, column, 1, NPU_SOUTH, 0, NPU_DMA, 0);
  hop (overlay, column, 1, NPU_SOUTH, LANE_B, NPU_DMA, 1);
  hop (overlay, column, 1, NPU_DMA, 1, NPU_NORTH, LANE_B);
  for (guint row = NPU_COMPUTE_ROW; row <= top; row++)
    {
      hop (overlay, column, row, NPU_SOUTH, LANE_B, NPU_DMA, 1);
      if (row < top)
        hop (overlay, column, row, NPU_SOUTH, LANE_B, NPU_NORTH, LANE_B);
    }

  for (guint lane = 0; lane < NPU_OVERLAY_ROWS; lane++)
    {
      hop (overlay, column, NPU_COMPUTE_ROW + lane, NPU_DMA, 0, NPU_SOUTH, lane);
      for (guint row = NPU_COMPUTE_ROW + lane - 1; row >= NPU_COMPUTE_ROW; row--)
        hop (overlay, column, row, NPU_NORTH, lane, NPU_SOUTH, lane);
      hop (overlay, column, 1, NPU_NORTH, lane, NPU_DMA, MEMORY_C_CHANNEL + lane);
    }
  for (guint i = 0; i < n_c; i++)
    {
      hop (overlay, column, 1, NPU_DMA, MEMORY_C_CHANNEL + i, NPU_SOUTH, i);
      hop (overlay, column, 0, NPU_NORTH, i, NPU_DMA, NPU_SHIM_C + i);
    }
}

/* A: up from the memory tile of the column that feeds a row, and from there east and west to the other columns of the half. */
static void
row_hops (NpuOverlay *overlay, guint first_column, guint lane_row)
{
  const guint source = first_column + lane_row / overlay->n_fed, row = NPU_COMPUTE_ROW + lane_row;
  const guint channel = a_out[lane_row % overlay->n_fed].channel, lane = a_out[lane_row % overlay->n_fed].lane;
  const guint end = first_column + overlay->n_half_columns;

  hop (overlay, source, 1, NPU_DMA, channel, NPU_NORTH, lane);
  for (guint below = NPU_COMPUTE_ROW; below < row; below++)
    hop (overlay, source, below, NPU_SOUTH, lane, NPU_NORTH, lane);
  hop (overlay, source, row, NPU_SOUTH, lane, NPU_DMA, 0);
  if (source + 1 < end)
    hop (overlay, source, row, NPU_SOUTH, lane, NPU_EAST, 0);
  if (source > first_column)
    hop (overlay, source, row, NPU_SOUTH, lane, NPU_WEST, 0);
  for (guint column = source + 1; column < end; column++)
    {
      hop (overlay, column, row, NPU_WEST, 0, NPU_DMA, 0);
      if (column + 1 < end)
        hop (overlay, column, row, NPU_WEST, 0, NPU_EAST, 0);
    }
  for (guint column = source; column-- > first_column;)
    {
      hop (overlay, column, row, NPU_EAST, 0, NPU_DMA, 0);
      if (column > first_column)
        hop (overlay, column, row, NPU_EAST, 0, NPU_WEST, 0);
    }
}

/* Through the shims between a column of the first half and its partner: a lane for each. Both ends are npu_overlay_sharing()'s. */
static void
sharing_hops (NpuOverlay *overlay, guint column)
{
  for (guint between = column + 1; between < column + overlay->n_half_columns; between++)
    hop (overlay, between, 0, NPU_WEST, column, NPU_EAST, column);
}

NpuOverlay *
npu_overlay_new (NpuGeneration generation, guint n_columns)
{
  NpuOverlay *overlay;

  if (n_columns != 1 && n_columns != 2 && n_columns != 4 && (n_columns != 8 || generation == NPU1))
    return NULL;

  overlay = g_new0 (NpuOverlay, 1);
  overlay->generation = generation;
  overlay->n_columns = n_columns;
  overlay->n_half_columns = MIN (n_columns, 4);
  overlay->n_halves = n_columns / overlay->n_half_columns;
  overlay->n_groups = overlay->n_halves * NPU_OVERLAY_ROWS;
  overlay->n_fed = NPU_OVERLAY_ROWS / overlay->n_half_columns;
  /* a memory tile that feeds all rows has no channel left for a second stream */
  overlay->n_joined = overlay->n_fed < NPU_OVERLAY_ROWS ? NPU_OVERLAY_ROWS / NPU_SHIM_N_C : NPU_OVERLAY_ROWS;
  overlay->locks = g_array_new (FALSE, FALSE, sizeof (NpuOverlayLock));
  overlay->bds = g_array_new (FALSE, FALSE, sizeof (NpuOverlayBd));
  overlay->starts = g_array_new (FALSE, FALSE, sizeof (NpuOverlayStart));
  overlay->hops = g_array_new (FALSE, FALSE, sizeof (NpuOverlayHop));

  for (guint column = 0; column < n_columns; column++)
    {
      memory_tile (overlay, column);
      for (guint row = 0; row < NPU_OVERLAY_ROWS; row++)
        core_tile (overlay, (NpuTile){ column, NPU_COMPUTE_ROW + row });
      column_hops (overlay, column);
    }
  for (guint column = 0; column < n_columns; column += overlay->n_half_columns)
    for (guint row = 0; row < NPU_OVERLAY_ROWS; row++)
      row_hops (overlay, column, row);
  for (guint column = 0; overlay->n_halves > 1 && column < overlay->n_half_columns; column++)
    sharing_hops (overlay, column);
  return overlay;
}

void
npu_overlay_free (NpuOverlay *overlay)
{
  g_array_unref (overlay->locks);
  g_array_unref (overlay->bds);
  g_array_unref (overlay->starts);
  g_array_unref (overlay->hops);
  g_free (overlay);
}

static void
write_register (GArray *writes, guint32 address, guint32 value)
{
  NpuWrite write = { address, value };

  g_array_append_val (writes, write);
}

/* A hop turns on the slave port and points the master to it; the shim's DMA comes in and goes out by ports of its south side. */
static void
write_hop (GArray *writes, const NpuOverlayHop *hop, guint32 *mux, guint32 *demux)
{
  const guint column = hop->tile.column, row = hop->tile.row;
  NpuBundle from = hop->from, to = hop->to;
  guint from_index = hop->from_index, to_index = hop->to_index;

  if (row == 0 && from == NPU_DMA)
    {
      *mux |= NPU_MUX_DMA (from_index);
      from = NPU_SOUTH;
      from_index = NPU_MUX_PORT (from_index);
    }
  if (row == 0 && to == NPU_DMA)
    {
      *demux |= NPU_DEMUX_DMA (to_index);
      to = NPU_SOUTH;
      to_index = NPU_DEMUX_PORT (to_index);
    }
  g_assert (npu_switch_joins (npu_tile_kind (row), from, from_index, to, to_index));
  write_register (writes, npu_slave_address (column, row, from, from_index), NPU_SLAVE_ON);
  write_register (writes, npu_master_address (column, row, to, to_index),
                  NPU_MASTER_FROM (npu_slave_port (npu_tile_kind (row), from, from_index)));
}

static void
write_shim (GArray *writes, guint column, guint32 mux, guint32 demux)
{
  const guint32 slave = npu_slave_address (column, 0, NPU_CONTROL, 0);
  const guint32 port = npu_slave_port (NPU_TILE_SHIM, NPU_CONTROL, 0);

  write_register (writes, NPU_ADDRESS (column, 0, NPU_SHIM_MUX), mux);
  write_register (writes, NPU_ADDRESS (column, 0, NPU_SHIM_DEMUX), demux);
  write_register (writes, slave, NPU_TOKEN_SLAVE);
  write_register (writes, NPU_ADDRESS (column, 0, npu_layout (0)->slot + 0x10 * port), NPU_TOKEN_SLOT);
  write_register (writes, npu_master_address (column, 0, NPU_SOUTH, 0), NPU_TOKEN_MASTER);
}

GArray *
npu_overlay_configuration (const NpuOverlay *overlay)
{
  GArray *writes = g_array_new (FALSE, FALSE, sizeof (NpuWrite));
  guint32 mux[NPU_MAX_COLUMNS] = { 0 }, demux[NPU_MAX_COLUMNS] = { 0 };

  for (guint i = 0; i < overlay->locks->len; i++)
    {
      const NpuOverlayLock *lock = &g_array_index (overlay->locks, NpuOverlayLock, i);

      write_register (writes, npu_lock_address (lock->tile.column, lock->tile.row, lock->id), (guint32) lock->value);
    }
  for (guint i = 0; i < overlay->bds->len; i++)
    {
      const NpuOverlayBd *row = &g_array_index (overlay->bds, NpuOverlayBd, i);
      const guint32 address = npu_bd_address (row->tile.column, row->tile.row, row->id);
      guint32 words[8];
      gboolean fits = npu_bd_encode (npu_tile_kind (row->tile.row), &row->bd, words);

      g_assert (fits);
      for (guint word = 0; word < npu_layout (row->tile.row)->bd_words; word++)
        write_register (writes, address + 4 * word, words[word]);
    }
  for (guint i = 0; i < overlay->hops->len; i++)
    {
      const NpuOverlayHop *hop = &g_array_index (overlay->hops, NpuOverlayHop, i);

      write_hop (writes, hop, &mux[hop->tile.column], &demux[hop->tile.column]);
    }
  for (guint column = 0; column < overlay->n_columns; column++)
    write_shim (writes, column, mux[column], demux[column]);
  for (guint i = 0; i < overlay->starts->len; i++)
    {
      const NpuOverlayStart *row = &g_array_index (overlay->starts, NpuOverlayStart, i);

      write_register (writes, npu_queue_address (row->tile.column, row->tile.row, row->direction, row->channel),
                      NPU_TASK (row->bd, 1, FALSE));
    }
  for (guint column = 0; column < overlay->n_columns; column++)
    for (guint row = 0; row < NPU_OVERLAY_ROWS; row++)
      write_register (writes, NPU_ADDRESS (column, NPU_COMPUTE_ROW + row, NPU_CORE_CONTROL), 1);
  return writes;
}

GArray *
npu_overlay_sharing (const NpuOverlay *overlay, gboolean shares)
{
  const guint32 own = npu_slave_port (NPU_TILE_SHIM, NPU_SOUTH, NPU_MUX_PORT (NPU_SHIM_B));
  GArray *writes = g_array_new (FALSE, FALSE, sizeof (NpuWrite));

  for (guint lane = 0; overlay->n_halves > 1 && lane < overlay->n_half_columns; lane++)
    {
      const guint partner = lane + overlay->n_half_columns;
      const guint32 given = npu_slave_port (NPU_TILE_SHIM, NPU_WEST, lane);

      write_register (writes, npu_slave_address (partner, 0, NPU_WEST, lane), shares ? NPU_SLAVE_ON : 0);
      write_register (writes, npu_master_address (partner, 0, NPU_NORTH, LANE_B), NPU_MASTER_FROM (shares ? given : own));
      write_register (writes, npu_master_address (lane, 0, NPU_EAST, lane), shares ? NPU_MASTER_FROM (own) : 0);
    }
  return writes;
}

guint64
npu_overlay_hash (const NpuOverlay *overlay)
{
  g_autoptr (GArray) writes = npu_overlay_configuration (overlay);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  const guint32 head[] = { NPU_OVERLAY_VERSION, overlay->generation, overlay->n_columns };
  guint32 ops[TILE_N_PROGRAMS];
  guint8 digest[32];
  gsize size = sizeof digest;
  guint64 hash;

  for (guint i = 0; i < TILE_N_PROGRAMS; i++)
    ops[i] = tile_program_ops ((TileProgramId) i);
  g_checksum_update (checksum, (const guint8 *) head, sizeof head);
  g_checksum_update (checksum, (const guint8 *) ops, sizeof ops);
  g_checksum_update (checksum, (const guint8 *) writes->data, (gssize) (writes->len * sizeof (NpuWrite)));
  g_checksum_get_digest (checksum, digest, &size);
  memcpy (&hash, digest, sizeof hash);
  return hash;
}
