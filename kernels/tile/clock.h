/* clock.h - what a kernel would cost on a compute tile of XDNA2, counted while it runs on the host
 *
 * A compute tile issues one bundle a cycle: one operation of the vector unit (a VMAC, an addition of accumulators, a comparison), one move
 * (shuffle, conversion, a register to an accumulator), two loads of 64 bytes, one store of 64 bytes, one scalar operation. Every function of
 * tile.h counts what it issues into its slot; loads and stores are counted in eighths of 64 bytes, because a block of bfp16 has 72.
 *
 *   between tile_loop_begin() and tile_loop_end()   a software-pipelined loop: the fullest slot decides, and each time the loop is entered
 *                                                   its pipeline fills and drains once: a latency of every kind of operation in it, or the
 *                                                   longest chain that a function said it has (tile_clock_depth())
 *   elsewhere                                       straight code, nothing overlaps: the sum of all slots
 *
 * Regions do not nest. A region may be the whole loop nest when the inner loop is unrolled, or run once over all trips: then n_entries says how
 * often the innermost loop was entered. tile_loop_chain() is for loops whose trips wait for each other.
 * Not modelled: bank conflicts, program memory, register pressure (five accumulators: the kernels are written for that).
 *
 * Slots and latencies (load 7, store 2, VMAC 6 with back-to-back accumulation, move 2) are those that public sources give: Xilinx/llvm-aie,
 * scalable-analyses/xdna. What an operation without an instruction of its own is made of stands in tile.h. Nothing was measured on silicon.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Without vector instructions a block is hundreds of operations: inlined everywhere, kernels would take minutes to compile. */
#if defined(__AVX2__) || !defined(__x86_64__)
#define TILE_INLINE static inline __attribute__ ((always_inline))
#else
#define TILE_INLINE static inline
#endif

#if defined(__AIE2P__) || (defined(__AIEARCH__) && __AIEARCH__ == 21)
#define TILE_DEVICE 1
#else
#define TILE_DEVICE 0
#endif

/* A function so large, or used so often, that it is in the device's program once, and called: SHARED in a header, CALLED in a file */
#if TILE_DEVICE
#define TILE_SHARED inline __attribute__ ((noinline))
#define TILE_CALLED __attribute__ ((noinline))
#else
#define TILE_SHARED TILE_INLINE
#define TILE_CALLED
#endif

/* The name of a kernel compiled for one instruction set of the host, see kernels.h */
#if defined TILE_SET
#define TILE_PASTE(name, set)   name##_##set
#define TILE_PASTE_2(name, set) TILE_PASTE (name, set)
#define TILE_SYMBOL(name)       TILE_PASTE_2 (name, TILE_SET)
#endif

#if TILE_DEVICE

typedef struct
{
} TileClock;

#define tile_clock_count(clock, vector, move, load, store, scalar) ((void) (clock))
#define tile_clock_depth(clock, depth)                             ((void) (clock))
#define tile_loop_begin(clock)                                     ((void) (clock))
#define tile_loop_chain(clock, n_cycles)                           ((void) (clock))
#define tile_loop_end(clock, n_entries)                            ((void) (clock))

#else

enum
{
  TILE_LATENCY_VECTOR = 6,
  TILE_LATENCY_MOVE = 2,
  TILE_LATENCY_LOAD = 7,
  TILE_LATENCY_STORE = 2,
  TILE_LATENCY_SCALAR = 1,
};

typedef struct
{
  uint64_t cycles; /* of what is finished */

  /* of the code since: slots */
  uint64_t vector;
  uint64_t move;
  uint64_t load;  /* eighths of 64 bytes, two loads a cycle */
  uint64_t store; /* eighths of 64 bytes */
  uint64_t scalar;
  uint64_t depth; /* the longest chain of latencies inside one function */
  uint64_t chain; /* cycles that trips spend waiting for each other */
} TileClock;

TILE_INLINE void
tile_clock_count (TileClock *clock, uint64_t vector, uint64_t move, uint64_t load, uint64_t store, uint64_t scalar)
{
  clock->vector += vector;
  clock->move += move;
  clock->load += load;
  clock->store += store;
  clock->scalar += scalar;
}

TILE_INLINE void
tile_clock_depth (TileClock *clock, uint64_t depth)
{
  clock->depth = clock->depth > depth ? clock->depth : depth;
}

TILE_INLINE uint64_t
tile_clock_larger (uint64_t a, uint64_t b)
{
  return a > b ? a : b;
}

/* The cycles of the open code, were it straight. */
TILE_INLINE uint64_t
tile_clock_straight (const TileClock *clock)
{
  return clock->vector + clock->move + (clock->load + 7) / 8 + (clock->store + 7) / 8 + clock->scalar;
}

TILE_INLINE void
tile_clock_close (TileClock *clock, uint64_t n_cycles)
{
  *clock = (TileClock){ .cycles = clock->cycles + n_cycles };
}

TILE_INLINE void
tile_loop_begin (TileClock *clock)
{
  tile_clock_close (clock, tile_clock_straight (clock));
}

/* The loop can take no less than n_cycles, however wide the machine is; calls add up. */
TILE_INLINE void
tile_loop_chain (TileClock *clock, uint64_t n_cycles)
{
  clock->chain += n_cycles;
}

TILE_INLINE void
tile_loop_end (TileClock *clock, uint64_t n_entries)
{
  uint64_t fullest = tile_clock_larger (clock->vector, clock->move);
  uint64_t fill = clock->depth;

  fullest = tile_clock_larger (fullest, (clock->load + 15) / 16);
  fullest = tile_clock_larger (fullest, (clock->store + 7) / 8);
  fullest = tile_clock_larger (fullest, clock->scalar);
  fullest = tile_clock_larger (fullest, clock->chain);
  fill += clock->vector > 0 ? TILE_LATENCY_VECTOR : 0;
  fill += clock->move > 0 ? TILE_LATENCY_MOVE : 0;
  fill += clock->load > 0 ? TILE_LATENCY_LOAD : 0;
  fill += clock->store > 0 ? TILE_LATENCY_STORE : 0;
  tile_clock_close (clock, fullest + n_entries * fill);
}

TILE_INLINE uint64_t
tile_clock_cycles (const TileClock *clock)
{
  return clock->cycles + tile_clock_straight (clock);
}

#endif
