/* npu-meaning.c - what follows from registers as words leave them
 *
 * SPDX-License-Identifier: MIT
 */
#include "npu-meaning.h"

#include "../kernels/reading.h"

#include "emulator/emulator.h"

#define PORT_ON     0x80000000u
#define PORT_PACKET 0x40000000u
#define ROUTE_HOPS  100

typedef struct
{
  Reading reading;
  GHashTable
      *locks; /* addresses of those that BDs take or give; of shims: none, they are 0 and nobody takes what they are given */
  guint n_columns;
  guint64 hash;
} Meaning;

static guint32
value_at (const Meaning *meaning, guint32 address)
{
  return reading_value (&meaning->reading, address);
}

static void
tell (Meaning *meaning, guint64 what)
{
  meaning->hash = (meaning->hash ^ what) * 0x9E3779B97F4A7C15u;
  meaning->hash ^= meaning->hash >> 29;
}

/* The places that one execution of a BD visits. */
static void
tell_places (Meaning *meaning, NpuTileKind kind, const NpuBd *bd, guint iteration)
{
  for (guint n = 0; n < bd->length; n++)
    tell (meaning, reading_place (kind, bd, iteration, n));
}

/* The lock that a BD of this tile calls so. A memory tile counts those of its western neighbour first. */
static guint32
lock_address (guint column, guint row, guint lock)
{
  const NpuLayout *layout = npu_layout (row);
  const guint at = lock / layout->n_locks;

  return npu_lock_address (row == 1 ? column + at - 1 : column, row, lock % layout->n_locks);
}

static void
tell_lock (Meaning *meaning, guint column, guint row, guint lock, gint32 value)
{
  guint32 address = lock_address (column, row, lock);

  tell (meaning, address);
  tell (meaning, (guint64) value);
  g_hash_table_add (meaning->locks, GUINT_TO_POINTER (address));
}

static void
tell_bd (Meaning *meaning, guint column, guint row, const NpuBd *bd, guint times)
{
  const NpuTileKind kind = npu_tile_kind (row);

  tell (meaning, bd->valid | bd->packet << 1 | bd->compression << 2);
  tell (meaning, bd->length);
  for (guint d = 0; d < 3; d++)
    tell (meaning, bd->pad_before[d] | (guint64) bd->pad_after[d] << 32);
  if (bd->acquire && (kind != NPU_TILE_SHIM || bd->acquire_value != 0))
    tell_lock (meaning, column, row, bd->acquire_lock, bd->acquire_value);
  tell (meaning, 1);
  if (bd->release_value != 0 && kind != NPU_TILE_SHIM)
    tell_lock (meaning, column, row, bd->release_lock, bd->release_value);
  tell (meaning, bd->iteration_current >= bd->iterations);
  for (guint i = 0; i < times; i++)
    tell_places (meaning, kind, bd, (bd->iteration_current + i) % bd->iterations);
}

/* A chain that comes back to its beginning is told once around; so are the iterations of its BDs. */
static void
tell_push (const Reading *reading, guint32 address, guint32 value)
{
  Meaning *meaning = reading->data;
  const guint column = NPU_COLUMN (address), row = NPU_ROW (address);
  const guint times = (value >> 16 & 0xFF) + 1;
  guint bd = value & 0x3F;
  guint64 seen = 0;

  tell (meaning, address);
  tell (meaning, value & 0x7F00FFC0);
  tell (meaning, value >> 31 ? 1 + (guint64) value_at (meaning, address - 4) : 0); /* of a token: its id */
  for (;;)
    {
      const NpuBd fields = reading_bd (reading, column, row, bd);

      seen |= (guint64) 1 << bd;
      tell_bd (meaning, column, row, &fields, fields.use_next ? fields.iterations : times);
      tell (meaning, fields.use_next);
      if (!fields.use_next)
        break;
      bd = fields.next;
      if (seen >> bd & 1)
        {
          tell (meaning, bd);
          return;
        }
    }
  tell (meaning, times);
}

static void
tell_wait (const Reading *reading, const guint32 *op)
{
  tell (reading->data, op[2] | (guint64) op[3] << 32);
}

static gboolean
find_port (const NpuPorts ports[NPU_N_BUNDLES], guint port, NpuBundle *bundle, guint *i)
{
  for (*bundle = 0; *bundle < NPU_N_BUNDLES; (*bundle)++)
    {
      *i = port - ports[*bundle].first;
      if (*i < ports[*bundle].n)
        return TRUE;
    }
  return FALSE;
}

/* A port that is on, and from which this master takes what comes. bundle, i: which master that is */
static gboolean
is_heard_by (const Meaning *meaning, guint column, guint row, guint slave, guint master, NpuBundle *bundle, guint *i)
{
  const NpuLayout *layout = npu_layout (row);
  const guint32 value = value_at (meaning, NPU_ADDRESS (column, row, layout->master + 4 * master));

  return (value_at (meaning, NPU_ADDRESS (column, row, layout->slave + 4 * slave)) & (PORT_ON | PORT_PACKET)) == PORT_ON
         && (value & (PORT_ON | PORT_PACKET)) == PORT_ON && (value & 0x7F) == slave
         && find_port (layout->masters, master, bundle, i);
}

/* Where data goes that comes in by this port of a tile's switch: nowhere, if no master hears it. */
static void
tell_route (Meaning *meaning, guint column, guint row, guint slave, guint hops)
{
  static const struct
  {
    gint columns, rows;
    NpuBundle arrives;
  } ways[NPU_N_BUNDLES] = {
    [NPU_SOUTH] = { 0, -1, NPU_NORTH },
    [NPU_NORTH] = { 0, 1, NPU_SOUTH },
    [NPU_WEST] = { -1, 0, NPU_EAST },
    [NPU_EAST] = { 1, 0, NPU_WEST },
  };

  for (guint m = 0; m < 32; m++)
    {
      NpuBundle bundle;
      guint i;

      if (hops > ROUTE_HOPS || !is_heard_by (meaning, column, row, slave, m, &bundle, &i))
        continue;
      tell (meaning, npu_master_address (column, row, bundle, i)); /* the way is told too: a branch may be dead */
      if (bundle == NPU_DMA)
        continue;
      if (row == 0 && bundle == NPU_SOUTH)
        tell (meaning, value_at (meaning, NPU_ADDRESS (column, 0, NPU_SHIM_DEMUX)) >> (2 * i) & 3);
      else if (ways[bundle].columns != 0 || ways[bundle].rows != 0)
        {
          const guint next_column = column + (guint) ways[bundle].columns, next_row = row + (guint) ways[bundle].rows;

          if (next_column < meaning->n_columns && next_row < NPU_ROWS
              && i < npu_layout (next_row)->slaves[ways[bundle].arrives].n)
            tell_route (meaning, next_column, next_row, npu_slave_port (npu_tile_kind (next_row), ways[bundle].arrives, i),
                        hops + 1);
        }
    }
  tell (meaning, 2);
}

static void
tell_routes (Meaning *meaning, guint column, guint row)
{
  const guint32 mux = value_at (meaning, NPU_ADDRESS (column, 0, NPU_SHIM_MUX));

  for (guint channel = 0; channel < npu_layout (row)->n_channels; channel++)
    if (row > 0)
      tell_route (meaning, column, row, npu_slave_port (npu_tile_kind (row), NPU_DMA, channel), 0);
    else if ((mux >> (10 + 4 * channel) & 3) == 1)
      tell_route (meaning, column, row, npu_slave_port (NPU_TILE_SHIM, NPU_SOUTH, NPU_MUX_PORT (channel)), 0);
    else
      tell (meaning, 3);
}

/* Tokens leave by the first slot of the shim's control port that fits their id. */
static void
tell_token_route (Meaning *meaning, guint column)
{
  const guint port = npu_slave_port (NPU_TILE_SHIM, NPU_CONTROL, 0);
  const guint32 slave = value_at (meaning, npu_slave_address (column, 0, NPU_CONTROL, 0));
  const guint32 master = value_at (meaning, npu_master_address (column, 0, NPU_SOUTH, 0));

  tell (meaning, slave >> 30);
  tell (meaning, master >> 30);
  tell (meaning, master >> 7 & 1);
  for (guint s = 0; s < 4; s++)
    {
      const guint32 slot = value_at (meaning, NPU_ADDRESS (column, 0, npu_layouts[NPU_TILE_SHIM].slot + 0x10 * port + 4 * s));

      if ((slot >> 8 & 1) == 0 || ((slot >> 24 ^ NPU_TOKEN_ID) & (slot >> 16) & 31) != 0)
        continue;
      tell (meaning, (slot & 7) == (master & 7));
      tell (meaning, master >> (3 + (slot >> 4 & 3)) & 1);
      return;
    }
  tell (meaning, 4);
}

static void
tell_array (Meaning *meaning)
{
  for (guint column = 0; column < meaning->n_columns; column++)
    {
      for (guint row = 0; row < NPU_ROWS; row++)
        {
          tell_routes (meaning, column, row);
          if (row >= NPU_COMPUTE_ROW)
            tell (meaning, value_at (meaning, NPU_ADDRESS (column, row, NPU_CORE_CONTROL)));
        }
      tell_token_route (meaning, column);
    }
}

/* In the order of the tiles; those that no BD takes or gives are nobody's. */
static void
tell_locks (Meaning *meaning, const NpuOverlay *right)
{
  for (guint i = 0; i < right->locks->len; i++)
    {
      const NpuOverlayLock *lock = &g_array_index (right->locks, NpuOverlayLock, i);
      const guint32 address = npu_lock_address (lock->tile.column, lock->tile.row, lock->id);
      const gint value = (gint) value_at (meaning, address);

      if (g_hash_table_remove (meaning->locks, GUINT_TO_POINTER (address)))
        tell (meaning, (guint64) (value > 0 && value < lock->value ? lock->value : value));
    }
  tell (meaning, g_hash_table_size (meaning->locks)); /* none is left in a right design */
}

guint64
npu_meaning (const NpuInstructions *instructions)
{
  Meaning meaning = { .locks = g_hash_table_new (NULL, NULL), .n_columns = instructions->n_columns };

  reading_init (&meaning.reading, tell_push, tell_wait, &meaning);
  for (guint i = 0; i < instructions->n_writes; i++)
    reading_write (&meaning.reading, instructions->writes[i].address, instructions->writes[i].value);
  tell_array (&meaning);
  tell_locks (&meaning, instructions->right);
  if (instructions->words)
    {
      reading_obey (&meaning.reading, instructions->words, instructions->n_words);
      tell_array (&meaning);
    }
  reading_clear (&meaning.reading);
  g_hash_table_unref (meaning.locks);
  return meaning.hash;
}
