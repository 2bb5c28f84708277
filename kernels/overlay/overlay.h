/* overlay.h - the resident design: what never changes while ops come and go
 *
 *        column c (of 8; with 8 columns there are two halves of four, each with its own A)
 *      .-----------.
 *      | core row 3|<-- A of row 3, from the memory tile of column 3 (7), east and west through the half
 *      |     ^     |
 *      |     | B   |    B goes up the column: all four cores read the same objects
 *      |     ...   |
 *      | core row 0|<-- A of row 0
 *      |  | C  ^   |    C goes down: a lane for each core, joined by twos in the memory tile
 *      |  v    |   |
 *      | memory    |    rings of objects: A, B, and the results of each row
 *      |  |    ^   |
 *      |  v    |   |
 *      |  shim     |    MM2S 0: A, MM2S 1: B; S2MM 0: results of rows 0 and 1 by turns, S2MM 1: of rows 2 and 3
 *      '-----------'
 *
 * Everything is circuit switched and moves objects of one size (tile/layout.h), so descriptors, locks and routes are set once. A stream
 * of instructions only tells the shim what to fetch and where to put it; and, where there are two halves, whether B of a column of the first
 * goes to its partner in the second too, by lanes through the shims, so that what both need is fetched once.
 *
 * Described here as tables of locks, descriptors, starts and hops; npu_overlay_configuration() turns them into register writes.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "overlay/registers.h"

#include <glib.h>

G_BEGIN_DECLS

#define NPU_OVERLAY_ROWS    NPU_COMPUTE_ROWS
#define NPU_OVERLAY_VERSION 5 /* counts up when a stream for the one before would not run */

/* Channels of the shim */
#define NPU_SHIM_A   0 /* MM2S */
#define NPU_SHIM_B   1
#define NPU_SHIM_C   0 /* S2MM: this one and the next */
#define NPU_SHIM_N_C 2

typedef struct
{
  guint column, row; /* row 0: shim, 1: memory tile, 2 and on: compute tiles */
} NpuTile;

typedef struct
{
  NpuTile tile;
  guint id;
  int value;
} NpuOverlayLock;

typedef struct
{
  NpuTile tile;
  guint id;
  NpuBd bd;
} NpuOverlayBd;

/* A channel that begins with this descriptor when the array is configured, and follows its chain for ever. */
typedef struct
{
  NpuTile tile;
  NpuDirection direction;
  guint channel, bd;
} NpuOverlayStart;

/* A circuit through the stream switch of one tile. */
typedef struct
{
  NpuTile tile;
  NpuBundle from, to; /* the shim's DMA counts as NPU_DMA: its mux and demux belong to the hop */
  guint from_index, to_index;
} NpuOverlayHop;

typedef struct
{
  NpuGeneration generation;
  guint n_columns;                     /* 1, 2, 4 or 8 */
  guint n_halves, n_half_columns;      /* columns of a half share A */
  guint n_groups;                      /* rows of all halves: how many blocks of rows are worked on at a time */
  guint n_fed;                         /* rows that a memory tile feeds with A */
  guint n_joined;                      /* rows that share a stream of results */
  GArray *locks, *bds, *starts, *hops; /* in the order of configuration */
} NpuOverlay;

/* NULL: there is no design for so many columns. */
NpuOverlay *npu_overlay_new (NpuGeneration generation, guint n_columns);
void npu_overlay_free (NpuOverlay *overlay);

/* NpuWrites that set an array up, in an order that starts nothing before all is set. */
GArray *npu_overlay_configuration (const NpuOverlay *overlay);

/* NpuWrites after which the columns of the second half get B from their partners, or, as at first, from their own shims; none where there is one half. Nothing
 * may be on its way on B. */
GArray *npu_overlay_sharing (const NpuOverlay *overlay, gboolean shares);

/* What a stream was planned for: version, tables, the ops of the cores' programs. */
guint64 npu_overlay_hash (const NpuOverlay *overlay);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NpuOverlay, npu_overlay_free)

G_END_DECLS
