/* published.h - the array as arXiv 2512.13282 configures it for a matrix product, so that the clock can be held against what was measured there
 *
 *   C [M x N] = A [M x K] B, B column by column: both operands have K as their inner dimension
 *
 *   compute tile   two buffers of A [m x k] and of B [n x k], one of C [m x n]
 *   memory tile    two buffers of k_mt = n_chunks k columns of each operand, which it cuts in tiles of 8x8 blocks on the way out; one of C for each row,
 *                  whose blocks become rows on the way out
 *   streams        A of each row from a column of its own, to all columns; B up each column; C of a column's cores down it, joined in its
 *                  memory tile
 *
 * A pass of the array makes n_rows m rows and n_columns n columns of C from as many rows of A and columns of B, whole. The paper's array has all four
 * rows and eight columns; fewer are for comparison.
 * The paper: two buffers of A and B and one of C are 18 % better than two of each.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "overlay/overlay.h"
#include "tile/gemm-wide.h"

G_BEGIN_DECLS

typedef struct
{
  TileWide tile;
  guint n_chunks; /* tiles of k that lie side by side in a memory tile */
  guint n_rows, n_columns;
} NpuPublishedDesign;

/* Whose shim fetches A of a row of cores */
static inline guint
npu_published_a_column (const NpuPublishedDesign *design, guint row)
{
  return row * design->n_columns / design->n_rows;
}

/* NULL: tiles of this size do not fit, or two rows would need the same column. */
NpuOverlay *npu_published_overlay_new (const NpuPublishedDesign *design);

/* NpuWrites: the overlay's, and before them what each core is to do. */
GArray *npu_published_configuration (const NpuOverlay *overlay, const NpuPublishedDesign *design);

G_END_DECLS
