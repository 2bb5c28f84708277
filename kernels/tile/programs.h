/* programs.h - which ops each of the cores' programs has
 *
 * A core has 16 KiB for its program, and one with all ops does not fit (count-bytes.py). So there are several, of which all cores hold the same one at a
 * time, and whatever asks for ops of two has the programs changed in between. That resets the array and takes its time, so ops that follow each
 * other are in one program where they can be. An op may be in more than one.
 *
 * On the device a program is the same sources, compiled with TILE_PROGRAM as one of the names below: of the others' ops it holds nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "clock.h"
#include "control.h"

#include <stdbool.h>

#define TILE_BIT(OP) (1u << TILE_OP_##OP)

/* PASS is in each. Integers are products of 8-bit integers besides those of blocks; no other program has any. */
#define TILE_PROGRAMS(X)                                                                                  \
  X (SOUND, "sound", TILE_BIT (SPECTRUM) | TILE_BIT (LOG_MEL) | TILE_BIT (PACK))                          \
  X (LAYERS, "layers", TILE_BIT (GEMM) | TILE_BIT (LAYER_NORM) | TILE_BIT (ATTENTION) | TILE_BIT (CACHE)) \
  X (INTEGERS, "integers", TILE_BIT (GEMM) | TILE_BIT (LAYER_NORM) | TILE_BIT (ATTENTION))                \
  X (WORDS, "words", TILE_BIT (EMBED) | TILE_BIT (TOP))                                                   \
  X (TIMES, "times", TILE_BIT (ALIGN))

#define TILE_PROGRAM_ENTRY(ID, name, ops) TILE_PROGRAM_##ID,
typedef enum
{
  TILE_PROGRAMS (TILE_PROGRAM_ENTRY) /**/
  TILE_N_PROGRAMS
} TileProgramId;
#undef TILE_PROGRAM_ENTRY

/* Its ops, a bit each. Behind the last is one that has them all, which no core has room for: count-bytes.py looks at it. */
static inline uint32_t
tile_program_ops (TileProgramId program)
{
#define TILE_PROGRAM_OPS(ID, name, ops) \
  case TILE_PROGRAM_##ID:               \
    return TILE_BIT (PASS) | (ops);
  switch (program)
    {
      TILE_PROGRAMS (TILE_PROGRAM_OPS)
    case TILE_N_PROGRAMS:
      return ~0u;
    default:
      return 0;
    }
#undef TILE_PROGRAM_OPS
}

/* op: whatever a control object says. */
static inline bool
tile_program_has (TileProgramId program, uint32_t op)
{
  return op < 32 && (tile_program_ops (program) >> op & 1) != 0;
}

/* One of them, and where all are in one. A macro, to be known when it is compiled. */
#define TILE_PROGRAM_HAS_INTEGERS(program) ((program) == TILE_PROGRAM_INTEGERS || (program) == TILE_N_PROGRAMS)

/* Whether the program has integers: of one without them linking leaves out whatever is for them. */
#if TILE_DEVICE
extern const bool tile_has_integers; /* program.c */
#else
#define tile_has_integers true
#endif

static inline bool
tile_is_int8 (uint32_t format)
{
  return tile_has_integers && format == TILE_FORMAT_INT8;
}

/* The first that has it. */
static inline TileProgramId
tile_program_of (TileOp op)
{
  uint32_t program = 0;

  while (program + 1 < TILE_N_PROGRAMS && !tile_program_has ((TileProgramId) program, op))
    program++;
  return (TileProgramId) program;
}

static inline const char *
tile_program_name (TileProgramId program)
{
#define TILE_PROGRAM_NAME(ID, name, ops) \
  case TILE_PROGRAM_##ID:                \
    return name;
  switch (program)
    {
      TILE_PROGRAMS (TILE_PROGRAM_NAME)
    default:
      return "none";
    }
#undef TILE_PROGRAM_NAME
}
