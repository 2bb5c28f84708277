/* walk.h - the order in which a buffer descriptor visits memory
 *
 * A shape is a BD's box of words, with what it says about padding, brought into its simplest form: dimensions of one are dropped, and
 * one that continues the dimension below is joined with it, so that a BD that visits words one after the other has one dimension,
 * however it was written. A walk is a place in a shape laid over memory; it hands out or takes in the next n words.
 *
 *   row: before[0] words of padding, count[0] words step[0] apart, after[0] words; rows are counted by the dimensions above,
 *   where a row that lies before or after the box is all padding
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

#include "overlay/registers.h"

G_BEGIN_DECLS

typedef struct
{
  guint n;
  guint32 count[4], step[4]; /* words */
  guint32 before[4], after[4];
  gboolean is_padded;
  guint32 total;  /* words that pass through the stream */
  guint64 extent; /* bytes of memory from the base to the end of the last word */
  guint run;      /* bytes that are visited one after the other */
} NpuShape;

typedef struct
{
  const NpuShape *shape;
  guint8 *base, *row; /* row: where this row's first word is */
  guint32 index[4];   /* place in this row, then rows; padding counts */
  gboolean is_pad_row;
  guint32 pad; /* the value */
} NpuWalk;

/* NULL, or what is wrong with the BD's dimensions, as half a sentence. */
const char *npu_shape_init (NpuShape *shape, NpuTileKind kind, const NpuBd *bd);

void npu_walk_init (NpuWalk *walk, const NpuShape *shape, guint8 *base, guint32 pad);

/* The next n words, or memory for them, if they lie one after the other: then the walk has passed them. Else NULL. */
guint8 *npu_walk_straight (NpuWalk *walk, guint32 n);
void npu_walk_read (NpuWalk *walk, guint8 *out, guint32 n);
void npu_walk_write (NpuWalk *walk, const guint8 *in, guint32 n);

G_END_DECLS
