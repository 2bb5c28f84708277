/* bus.c - register addresses: what lies there, and what a write to it does
 *
 * SPDX-License-Identifier: MIT
 */
#include "emulator/array.h"

#include <string.h>

#define PORT_ON     0x80000000u
#define PORT_PACKET 0x40000000u
#define SLOT_BITS   0x1F1F0137u
#define MUX_BITS    0xFF00u
#define DEMUX_BITS  0x0FF0u

typedef enum
{
  NOTHING,
  MEMORY,
  DESCRIPTOR,
  CONTROL,
  QUEUE,
  STATUS,
  LOCK,
  LOCK_REQUEST,
  LOCK_FLAGS,
  MASTER,
  SLAVE,
  SLOT,
  MUX,
  DEMUX,
  PAD_VALUE,
  PROGRAM,
  CORE_CONTROL,
  CORE_STATUS,
  CORE_BUS,
  CASCADE
} Register;

typedef struct
{
  NpuTile *tile;
  Register is;
  guint i; /* which of them */
  NpuDirection direction;
} Place;

static inline gboolean
within (guint32 offset, guint32 first, guint32 size, guint *distance)
{
  *distance = offset - first;
  return *distance < size;
}

static Place
place_in_dma (NpuTile *tile, guint32 offset)
{
  const NpuLayout *l = tile->layout;
  guint at;

  if (within (offset, l->bd, l->n_bds * 0x20, &at) && at % 0x20 < l->bd_words * 4)
    return (Place){ tile, DESCRIPTOR, at / 4 };
  for (guint direction = 0; direction < 2; direction++)
    {
      if (within (offset, l->control[direction], l->n_channels * 8, &at))
        return (Place){ tile, at % 8 == 0 ? CONTROL : QUEUE, at / 8, direction };
      if (within (offset, l->status[direction], l->n_channels * 4, &at))
        return (Place){ tile, STATUS, at / 4, direction };
    }
  if (within (offset, l->lock, l->n_locks * 0x10, &at) && at % 0x10 == 0)
    return (Place){ tile, LOCK, at / 0x10 };
  if (within (offset, l->lock_request, l->n_locks * 0x400, &at))
    return (Place){ tile, LOCK_REQUEST, at };
  if (within (offset, l->lock_flags, 0x10, &at))
    return (Place){ tile, LOCK_FLAGS };
  return (Place){ tile, NOTHING };
}

static guint
count_ports (const NpuPorts ports[NPU_N_BUNDLES])
{
  guint n = 0;

  for (guint b = 0; b < NPU_N_BUNDLES; b++)
    n = MAX (n, ports[b].first + ports[b].n);
  return n;
}

static Place
place_in_switch (NpuTile *tile, guint32 offset)
{
  const NpuLayout *l = tile->layout;
  guint at;

  if (within (offset, l->master, count_ports (l->masters) * 4, &at))
    return (Place){ tile, MASTER, at / 4 };
  if (within (offset, l->slave, count_ports (l->slaves) * 4, &at))
    return (Place){ tile, SLAVE, at / 4 };
  if (within (offset, l->slot, count_ports (l->slaves) * 0x10, &at))
    return (Place){ tile, SLOT, at / 4 };
  return (Place){ tile, NOTHING };
}

static Place
place_in_kind (NpuTile *tile, guint32 offset)
{
  guint at;

  if (tile->kind == NPU_TILE_SHIM && offset == NPU_SHIM_MUX)
    return (Place){ tile, MUX };
  if (tile->kind == NPU_TILE_SHIM && offset == NPU_SHIM_DEMUX)
    return (Place){ tile, DEMUX };
  if (tile->kind == NPU_TILE_MEMORY && tile->e->generation == NPU2 && within (offset, NPU_PAD_VALUE, 6 * 4, &at))
    return (Place){ tile, PAD_VALUE, at / 4, NPU_MM2S };
  if (tile->kind != NPU_TILE_COMPUTE)
    return (Place){ tile, NOTHING };
  if (within (offset, NPU_PROGRAM_MEMORY, NPU_PROGRAM_SIZE, &at))
    return (Place){ tile, PROGRAM };
  return (Place){ tile, offset == NPU_CORE_CONTROL  ? CORE_CONTROL
                        : offset == NPU_CORE_STATUS ? CORE_STATUS
                        : offset == NPU_CORE_BUS    ? CORE_BUS
                        : offset == NPU_CASCADE     ? CASCADE
                                                    : NOTHING };
}

static Place
find_place (NpuEmulator *e, guint32 address)
{
  const guint32 offset = NPU_OFFSET (address);
  Place place = { npu_tile (e, NPU_COLUMN (address), NPU_ROW (address)) };

  if (place.tile == NULL || offset % 4 != 0)
    return place;
  if (offset < place.tile->layout->memory)
    return (Place){ place.tile, MEMORY, offset };
  place = place_in_dma (place.tile, offset);
  if (place.is == NOTHING)
    place = place_in_switch (place.tile, offset);
  if (place.is == NOTHING)
    place = place_in_kind (place.tile, offset);
  return place;
}

static void
refuse (NpuEmulator *e, const Place *place, const char *what, guint32 value)
{
  npu_fail (e, NPU_ERROR_REGISTER, "Tile (%u, %u): 0x%08X is written to %s.", place->tile->column, place->tile->row, value, what);
}

/* A BD that a queued or running task leads to may not change under it. */
static gboolean
may_write_bd (NpuEmulator *e, const Place *place)
{
  if (!npu_tile_uses_bd (place->tile, place->i / 8))
    return TRUE;
  npu_fail (e, NPU_ERROR_REGISTER, "BD %u of tile (%u, %u) is written while a task that leads to it is queued or runs.",
            place->i / 8, place->tile->column, place->tile->row);
  return FALSE;
}

static void
write_bd (NpuEmulator *e, const Place *place, guint32 value)
{
  NpuDescriptor *d = &place->tile->bds[place->i / 8];

  if (!may_write_bd (e, place))
    return;
  d->words[place->i % 8] = value;
  d->is_decoded = FALSE;
}

static void
write_memory (NpuTile *tile, guint32 offset, guint32 value)
{
  memcpy (tile->memory + offset, &value, 4);
  npu_mark_filled (tile, offset, 4);
}

static void
write_master (NpuEmulator *e, const Place *place, guint32 value)
{
  NpuTile *tile = place->tile;
  const gboolean is_token_port = tile->kind == NPU_TILE_SHIM && place->i == npu_master_port (NPU_TILE_SHIM, NPU_SOUTH, 0);
  guint i, j;
  const NpuBundle to = npu_bundle_of (tile->layout->masters, place->i, &j);
  const NpuBundle from = npu_bundle_of (tile->layout->slaves, value & 0x7F, &i);

  if ((value & ~(PORT_ON | PORT_PACKET | 0xFF)) != 0)
    refuse (e, place, "a master port, which has no such bits", value);
  else if ((value & PORT_ON) != 0 && (value & PORT_PACKET) != 0 && !is_token_port)
    refuse (e, place, "a master port for packets, which are not emulated", value);
  else if ((value & (PORT_ON | PORT_PACKET)) == PORT_ON && ((value & 0x80) != 0 || from == NPU_N_BUNDLES))
    refuse (e, place, "a master port, which has no such slave", value);
  else if ((value & (PORT_ON | PORT_PACKET)) == PORT_ON && !npu_switch_joins (tile->kind, from, i, to, j))
    refuse (e, place, "a master port, which has no wire from that slave", value);
  else
    {
      tile->masters[place->i] = value;
      e->are_routes_stale = TRUE;
    }
}

static void
write_slave (NpuEmulator *e, const Place *place, guint32 value)
{
  const gboolean is_token_port = place->tile->kind == NPU_TILE_SHIM && place->i == npu_slave_port (NPU_TILE_SHIM, NPU_CONTROL, 0);

  if ((value & ~(PORT_ON | PORT_PACKET)) != 0)
    refuse (e, place, "a slave port, which has no such bits", value);
  else if ((value & PORT_ON) != 0 && (value & PORT_PACKET) != 0 && !is_token_port)
    refuse (e, place, "a slave port for packets, which are not emulated", value);
  else
    {
      place->tile->slaves[place->i] = value;
      e->are_routes_stale = TRUE;
    }
}

/* Those whose value is kept as it is, but for bits that are not there. */
static void
keep (NpuEmulator *e, const Place *place, guint32 *where, guint32 bits, guint32 value)
{
  if ((value & ~bits) != 0)
    refuse (e, place, "a register that has no such bits", value);
  else
    {
      *where = value;
      e->are_routes_stale = TRUE;
    }
}

void
npu_bus_write (NpuEmulator *e, guint32 address, guint32 value)
{
  const Place place = find_place (e, address);
  NpuTile *tile = place.tile;

  switch (place.is)
    {
    case MEMORY:
      write_memory (tile, place.i, value);
      break;
    case DESCRIPTOR:
      write_bd (e, &place, value);
      break;
    case CONTROL:
      npu_channel_control (e, &tile->channels[place.direction][place.i], value);
      break;
    case QUEUE:
      npu_channel_push (e, &tile->channels[place.direction][place.i], value);
      break;
    case LOCK:
      if (value > NPU_MAX_LOCK)
        refuse (e, &place, "a lock, which counts to 63", value);
      else
        npu_lock_set (e, &tile->locks[place.i], (gint32) value);
      break;
    case MASTER:
      write_master (e, &place, value);
      break;
    case SLAVE:
      write_slave (e, &place, value);
      break;
    case SLOT:
      keep (e, &place, &tile->slots[place.i / 4][place.i % 4], SLOT_BITS, value);
      break;
    case MUX:
      keep (e, &place, &tile->mux, MUX_BITS, value);
      break;
    case DEMUX:
      keep (e, &place, &tile->demux, DEMUX_BITS, value);
      break;
    case PAD_VALUE:
      tile->channels[NPU_MM2S][place.i].pad_value = value;
      break;
    case CORE_CONTROL:
      npu_core_control (e, tile->core, value);
      break;
    case CASCADE:
      if (value != 0)
        refuse (e, &place, "the cascade, which is not emulated", value);
      break;
    case LOCK_REQUEST:
    case CORE_STATUS:
      refuse (e, &place, "a register that can only be read", value);
      break;
    case STATUS:
    case LOCK_FLAGS:
    case PROGRAM: /* npu_emulator_set_program() says what is there */
    case CORE_BUS:
      break;
    case NOTHING:
    default:
      npu_fail (e, NPU_ERROR_REGISTER, "Nothing is at address 0x%08X, to which 0x%08X is written.", address, value);
      break;
    }
}

/* Each read is an attempt: 1 if it was granted. */
static guint32
request_lock (NpuEmulator *e, NpuTile *tile, guint32 at)
{
  NpuLock *lock = &tile->locks[at / 0x400];
  gint32 value = (gint32) (at >> 2 & 0x7F);

  if (value > 63)
    value -= 128;
  if ((at & 0x200) != 0)
    return npu_lock_take (lock, value);
  npu_lock_give (e, lock, value);
  return 1;
}

guint32
npu_bus_read (NpuEmulator *e, guint32 address, gboolean acts)
{
  const Place place = find_place (e, address);
  NpuTile *tile = place.tile;
  guint32 value = 0;

  switch (place.is)
    {
    case MEMORY:
      memcpy (&value, tile->memory + place.i, 4);
      return value;
    case DESCRIPTOR:
      return tile->bds[place.i / 8].words[place.i % 8];
    case CONTROL:
      return tile->channels[place.direction][place.i].control;
    case STATUS:
      return npu_channel_status (&tile->channels[place.direction][place.i]);
    case LOCK:
      return (guint32) tile->locks[place.i].value;
    case LOCK_REQUEST:
      return acts ? request_lock (e, tile, place.i) : 0;
    case MASTER:
      return tile->masters[place.i];
    case SLAVE:
      return tile->slaves[place.i];
    case SLOT:
      return tile->slots[place.i / 4][place.i % 4];
    case MUX:
      return tile->mux;
    case DEMUX:
      return tile->demux;
    case PAD_VALUE:
      return tile->channels[NPU_MM2S][place.i].pad_value;
    case CORE_CONTROL:
      return tile->core->control;
    case CORE_STATUS:
      return (tile->core->control & 3) | (tile->core->state == NPU_CORE_DONE ? 1u << 20 : 0);
    case LOCK_FLAGS:
    case CORE_BUS:
    case CASCADE:
      return 0;
    case QUEUE:
    case PROGRAM:
    case NOTHING:
    default:
      npu_fail (e, NPU_ERROR_REGISTER, "Nothing can be read at address 0x%08X.", address);
      return 0;
    }
}

void
npu_bus_block (NpuEmulator *e, guint32 address, const guint32 *words, guint n)
{
  for (guint i = 0; i < n && e->failure == NULL; i++)
    {
      const Place place = find_place (e, address + 4 * i);

      npu_bus_write (e, address + 4 * i, words[i]);
      if (place.is == DESCRIPTOR && place.i % 8 == 7 && i >= 7)
        {
          place.tile->bds[place.i / 8].is_block_written = TRUE;
          place.tile->bds[place.i / 8].is_patched = FALSE;
        }
    }
}

void
npu_bus_patch (NpuEmulator *e, guint32 address, guint64 target)
{
  const Place place = find_place (e, address);
  NpuDescriptor *d;

  if (place.is != DESCRIPTOR || place.tile->kind != NPU_TILE_SHIM || place.i % 8 != 1)
    {
      npu_fail (e, NPU_ERROR_REGISTER, "Address 0x%08X is patched, which is not the base of a shim's BD.", address);
      return;
    }
  d = &place.tile->bds[place.i / 8];
  if (!may_write_bd (e, &place))
    return;
  if (!d->is_block_written || d->is_patched || d->words[1] != 0 || (d->words[2] & 0xFFFF) != 0)
    {
      npu_fail (e, NPU_ERROR_REGISTER,
                "BD %u of tile (%u, 0) is patched %s: block-write it whole with base 0 before each patch, for some loaders add.",
                place.i / 8, place.tile->column,
                d->is_patched         ? "again"
                : d->is_block_written ? "over a base that is not 0"
                                      : "before it was block-written");
      return;
    }
  d->words[1] = (guint32) target & ~3u;
  d->words[2] |= (guint32) (target >> 32) & 0xFFFF;
  d->is_patched = TRUE;
  d->is_decoded = FALSE;
}
