/* core.c - what surrounds the program on a compute tile: the entry, its place, its locks
 *
 * Compiled for the device only, once for each program and tile with TILE_PROGRAM, TILE_COLUMN and TILE_ROW, and linked with the sources of tile/. The compiler's
 * start-up code sets the stack and calls main(), which never returns: a core stops when it waits for a lock, and goes on when a DMA counts
 * the lock up.
 *
 * A core knows sixteen locks of each neighbour's memory, and its own as the last sixteen. The value of an acquire is negative for "at
 * least so many, and take them", which is what acquire_greater_equal() of the compiler's aie2p_locks.h makes of it.
 *
 * Why these are functions in a file of their own, and not inline: what is read from a buffer must not be read before the lock is there, and
 * what is written must be written before the lock is given. No load or store is moved over the call of a function that the compiler cannot
 * see into; so this file is compiled to machine code, while the others are optimised as a whole when they are linked.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/program.h"

#define OWN_LOCKS 48 /* where a core sees its own lock 0 */

void
tile_acquire (TileCore *core, uint32_t lock, int32_t value)
{
  (void) core;
  acquire_greater_equal (OWN_LOCKS + lock, (unsigned) value);
}

void
tile_release (TileCore *core, uint32_t lock, int32_t value)
{
  (void) core;
  release (OWN_LOCKS + lock, value);
}

int
main (void)
{
  static TileClock clock;
  TileCore core = { (uint8_t *) TILE_OWN_MEMORY, TILE_COLUMN, TILE_ROW, &clock, 0, TILE_PROGRAM };

  /* A core begins without either: it rounds down and wraps. Kernels are written for rounding to nearest even, and for saturation. */
  set_rnd (rnd_conv_even);
  set_sat ();
  tile_program (&core);
  return 0;
}
