/* mock-core.h - a compute tile without an array: the test is both of its DMAs
 *
 * What the core is to read is queued as objects of streams A and B. The DMA is as eager as the real one may be: a buffer is overwritten as soon as
 * it is free, with the next object or with rubbish, and results are taken, and their buffer made rubbish, as soon as they are given. A core that waits for
 * what nobody will send, or holds what it should have dropped, fails the test.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/program.h"

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  TileCore core;
  TileClock clock;
  GPtrArray *queues[2]; /* of objects, by TileStream */
  guint n_fed[2];
  GPtrArray *results; /* of objects, in the order they were written */
  guint n_free_results, n_full[2], n_free[2];
} MockCore;

/* The core of this row, 0..3, of the compute tiles. */
MockCore *mock_core_new (guint row);
void mock_core_free (MockCore *mock);

/* Queues a copy of n_bytes, at most an object; the rest of the object is rubbish. */
void mock_core_feed (MockCore *mock, TileStream stream, gconstpointer data, gsize n_bytes);

/* Queues the heads of n objects, TILE_HEADS to an object; what is left of the last one is rubbish. */
void mock_core_feed_heads (MockCore *mock, const guint8 (*objects)[TILE_OBJECT_BYTES], guint n);

/* Runs one op, whose control object is the first on B, and asserts that it read all that was queued. Returns its cycles. */
guint64 mock_core_run (MockCore *mock, void (*op) (TileProgram *program, const TileControl *control));

/* Result number i of all runs so far. */
gconstpointer mock_core_result (MockCore *mock, guint i);

/* Forgets the results. */
void mock_core_clear (MockCore *mock);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MockCore, mock_core_free)

G_END_DECLS
