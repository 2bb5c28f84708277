/* core.h - what a program of a compute tile sees of its tile
 *
 * 64 KiB of memory, sixteen counting locks that it shares with its own DMA, and its place in the array. The core waits on a lock
 * until somebody has counted it up; nothing else ever stops it.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "clock.h"

#include <stdint.h>

#define TILE_MEMORY_BYTES (64 * 1024)
#define TILE_OWN_MEMORY   0x70000 /* where a core sees its own tile's memory */

typedef struct
{
  uint8_t *memory;      /* [TILE_MEMORY_BYTES] */
  uint32_t column, row; /* in the array: row 0 is the shim, 2 the first compute tile */
  TileClock *clock;
  void *host;       /* whoever runs this core on a host */
  uint32_t program; /* TileProgramId: which of them that is to be; on the device it was compiled as one */
} TileCore;

/* On the device a constant, which spares loads of addresses. */
static inline uint8_t *
tile_memory (const TileCore *core)
{
#if TILE_DEVICE
  return (uint8_t *) TILE_OWN_MEMORY;
#else
  return core->memory;
#endif
}

/* Waits until an own lock (0..15) is at least "value", and takes that much away from it. */
void tile_acquire (TileCore *core, uint32_t lock, int32_t value);

/* Adds to an own lock what others wait for. */
void tile_release (TileCore *core, uint32_t lock, int32_t value);

/* On a host only: the program has been given an op that it does not have. */
void tile_refuse (TileCore *core, uint32_t op);
