/* registers.h - the registers of an XDNA array, for whoever writes them and whoever obeys them
 *
 * An array is columns of six tiles: a shim (row 0, DMA to DDR), a memory tile (row 1), compute tiles (rows 2-5). Every register has
 * one address, column << 25 | row << 20 | offset, the column counted from the partition's first. What lies where is told by one
 * table, npu_layouts[], a row a kind of tile; the words of a buffer descriptor (BD) by another, in registers.c, that encodes and
 * decodes alike, so that what a stream writes is what the emulator reads.
 *
 * Offsets are AIE-ML's (AMD AM025), which AIE2P keeps; BD fields of the shim after AMD's aie-rt, xaie2pgbl_params.h; ports of the
 * stream switch, and what may be joined in one, after Xilinx/mlir-aie's AIETargetModel. Plain C11: a core's compiler reads it too.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define NPU_ADDRESS(column, row, offset) ((uint32_t) (column) << 25 | (uint32_t) (row) << 20 | (uint32_t) (offset))
#define NPU_COLUMN(address)              ((uint32_t) (address) >> 25)
#define NPU_ROW(address)                 ((uint32_t) (address) >> 20 & 31)
#define NPU_OFFSET(address)              ((uint32_t) (address) &0xFFFFF)

#define NPU_MAX_COLUMNS  8
#define NPU_ROWS         6
#define NPU_COMPUTE_ROW  2 /* the first row of compute tiles */
#define NPU_COMPUTE_ROWS 4
#define NPU_QUEUE_DEPTH  4  /* tasks that a channel holds */
#define NPU_MAX_LOCK     63 /* a lock's highest value */

typedef enum
{
  NPU1, /* XDNA1, AIE2: four columns */
  NPU2, /* XDNA2, AIE2P: eight */
  NPU_N_GENERATIONS
} NpuGeneration;

typedef enum
{
  NPU_TILE_SHIM,
  NPU_TILE_MEMORY,
  NPU_TILE_COMPUTE
} NpuTileKind;

/* As a token wait counts them. S2MM: from the stream into memory; MM2S: from memory into the stream. */
typedef enum
{
  NPU_S2MM,
  NPU_MM2S
} NpuDirection;

/* Groups of ports of a stream switch */
typedef enum
{
  NPU_CORE,
  NPU_DMA,
  NPU_CONTROL,
  NPU_FIFO,
  NPU_SOUTH,
  NPU_WEST,
  NPU_NORTH,
  NPU_EAST,
  NPU_TRACE,
  NPU_N_BUNDLES
} NpuBundle;

typedef struct
{
  uint8_t first, n;
} NpuPorts;

typedef struct
{
  const char *name;
  uint32_t memory;              /* bytes of data memory, from offset 0 */
  uint32_t bd, n_bds, bd_words; /* BD n at bd + 0x20 n */
  uint32_t control[2];          /* of channel c at + 8 c, its start queue 4 further; by direction, as all pairs here */
  uint32_t status[2];           /* of channel c at + 4 c */
  uint32_t n_channels;          /* in each direction */
  uint32_t lock, n_locks;       /* lock k at lock + 0x10 k */
  uint32_t lock_request, lock_flags;
  uint32_t own_lock;      /* what a BD calls the tile's own lock 0 */
  uint32_t own_base;      /* bytes: what a BD calls the tile's own byte 0 */
  uint32_t n_wraps;       /* dimensions that have a wrap; one more has a step only */
  uint32_t master, slave; /* port p at + 4 p */
  uint32_t slot;          /* slot s of slave p at + 0x10 p + 4 s */
  NpuPorts masters[NPU_N_BUNDLES], slaves[NPU_N_BUNDLES];
} NpuLayout;

extern const NpuLayout npu_layouts[3];

/* Single registers */
#define NPU_SHIM_MUX        0x1F000 /* MM2S 0 and 1 enter the switch: bits 11:10 and 15:14 = 1 */
#define NPU_SHIM_DEMUX      0x1F004 /* S2MM 0 and 1 are fed by it: bits 5:4 and 7:6 = 1 */
#define NPU_MUX_DMA(c)      (1u << (10 + 4 * (c)))
#define NPU_DEMUX_DMA(c)    (1u << (4 + 2 * (c)))
#define NPU_MUX_PORT(c)     (3 + 4 * (c)) /* MM2S c is this slave of the south */
#define NPU_DEMUX_PORT(c)   (2 + (c))     /* S2MM c is this master of the south */
#define NPU_PAD_VALUE       0xA06E0       /* memory tile, MM2S channel c at + 4 c; AIE2P only */
#define NPU_PROGRAM_MEMORY  0x20000       /* compute tile */
#define NPU_PROGRAM_SIZE    0x4000
#define NPU_CORE_CONTROL    0x32000 /* bit 0 enable, 1 reset */
#define NPU_CORE_STATUS     0x32004
#define NPU_CORE_BUS        0x32038
#define NPU_CASCADE         0x36060
#define NPU_TOKEN_ID        15u /* the controller id that the shim's tokens are routed by */
#define NPU_CONTROLLER_MASK 0xFF00u

/* Values of the stream switch: a master that repeats a slave; ports that are on; the route of the shim's tokens */
#define NPU_MASTER_FROM(slave) (0x80000000u | (uint32_t) (slave))
#define NPU_SLAVE_ON           0x80000000u
#define NPU_TOKEN_SLAVE        0xC0000000u /* shim, slave control 0 */
#define NPU_TOKEN_SLOT         0x0F1F0135u /* its slot 0: id 15 exactly, arbiter 5, msel 3 */
#define NPU_TOKEN_MASTER       0xC0000045u /* shim, master south 0 */

/* A start queue's entry: the chain from `bd`, `times` over, a token at the end if asked. */
#define NPU_TASK(bd, times, token) ((uint32_t) (bd) | (uint32_t) ((times) -1) << 16 | ((token) ? 0x80000000u : 0))

static inline NpuTileKind
npu_tile_kind (uint32_t row)
{
  return row == 0 ? NPU_TILE_SHIM : row == 1 ? NPU_TILE_MEMORY : NPU_TILE_COMPUTE;
}

static inline const NpuLayout *
npu_layout (uint32_t row)
{
  return &npu_layouts[npu_tile_kind (row)];
}

static inline uint32_t
npu_bd_address (uint32_t column, uint32_t row, uint32_t bd)
{
  return NPU_ADDRESS (column, row, npu_layout (row)->bd + 0x20 * bd);
}

static inline uint32_t
npu_control_address (uint32_t column, uint32_t row, NpuDirection direction, uint32_t channel)
{
  return NPU_ADDRESS (column, row, npu_layout (row)->control[direction] + 8 * channel);
}

static inline uint32_t
npu_queue_address (uint32_t column, uint32_t row, NpuDirection direction, uint32_t channel)
{
  return npu_control_address (column, row, direction, channel) + 4;
}

static inline uint32_t
npu_status_address (uint32_t column, uint32_t row, NpuDirection direction, uint32_t channel)
{
  return NPU_ADDRESS (column, row, npu_layout (row)->status[direction] + 4 * channel);
}

static inline uint32_t
npu_lock_address (uint32_t column, uint32_t row, uint32_t lock)
{
  return NPU_ADDRESS (column, row, npu_layout (row)->lock + 0x10 * lock);
}

static inline uint32_t
npu_master_port (NpuTileKind kind, NpuBundle bundle, uint32_t i)
{
  return npu_layouts[kind].masters[bundle].first + i;
}

static inline uint32_t
npu_slave_port (NpuTileKind kind, NpuBundle bundle, uint32_t i)
{
  return npu_layouts[kind].slaves[bundle].first + i;
}

static inline uint32_t
npu_master_address (uint32_t column, uint32_t row, NpuBundle bundle, uint32_t i)
{
  return NPU_ADDRESS (column, row, npu_layout (row)->master + 4 * npu_master_port (npu_tile_kind (row), bundle, i));
}

static inline uint32_t
npu_slave_address (uint32_t column, uint32_t row, NpuBundle bundle, uint32_t i)
{
  return NPU_ADDRESS (column, row, npu_layout (row)->slave + 4 * npu_slave_port (npu_tile_kind (row), bundle, i));
}

/* Whether a tile's switch has that wire at all: slave `from`, `i` to master `to`, `j`. In a memory tile what passes between north
 * and south keeps its index; nowhere does a group of ports turn back but on the same index. */
bool npu_switch_joins (NpuTileKind kind, NpuBundle from, uint32_t i, NpuBundle to, uint32_t j);

/* One configuration register, as a CDO writes it. */
typedef struct
{
  uint32_t address, value;
} NpuWrite;

/* A buffer descriptor, whatever the tile. Steps, wraps and counts are the numbers meant, not the fields; a step, a number of
 * iterations or a length of 0 fields' worth that stays 0 here is taken as not used, and read back as 1 where the field says so.
 *   element (i0, i1, i2, i3) is at base + 4 * (i0 * step[0] + i1 * step[1] + ...); wrap 0: that dimension goes on to the end.
 * base: bytes; in DDR, or in the tile's memory as the BD sees it (a memory tile's own begins at its own_base). */
typedef struct
{
  uint64_t base;
  uint32_t length; /* words, without padding and iteration */
  uint32_t wrap[3], step[4];
  uint32_t iterations, iteration_step, iteration_current;
  uint32_t acquire, acquire_lock; /* whether to wait for that lock */
  int32_t acquire_value;          /* below 0: wait until at least so many, and take them; else: wait until equal */
  uint32_t release_lock;
  int32_t release_value; /* 0: none */
  uint32_t valid, use_next, next;
  uint32_t pad_before[3], pad_after[3]; /* memory tile, MM2S */
  uint32_t packet, packet_id, packet_type, out_of_order_id;
  uint32_t tlast_suppress, compression;
  uint32_t burst, secure, smid, cache, qos; /* shim: 64, 128, 256, 512 bytes */
} NpuBd;

/* FALSE: a number does not fit its field, or the tile has no such field. Words beyond the tile's bd_words are 0. */
bool npu_bd_encode (NpuTileKind kind, const NpuBd *bd, uint32_t words[8]);
void npu_bd_decode (NpuTileKind kind, const uint32_t words[8], NpuBd *bd);
