/* program.h - the loop that every core runs for ever
 *
 * It takes a control object from stream B, does the op that it names, and takes the next. Which ops there are, programs.h says. An op reads objects from A and B and writes
 * objects to C in an order that its control object settles; the cores of a column write equally many, as their results share a stream.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "control.h"
#include "core.h"
#include "layout.h"
#include "programs.h"

#include <stdbool.h>

#if defined TILE_SET
#define tile_program       TILE_SYMBOL (tile_program)
#define tile_take          TILE_SYMBOL (tile_take)
#define tile_drop          TILE_SYMBOL (tile_drop)
#define tile_skip          TILE_SYMBOL (tile_skip)
#define tile_skip_last     TILE_SYMBOL (tile_skip_last)
#define tile_open          TILE_SYMBOL (tile_open)
#define tile_put           TILE_SYMBOL (tile_put)
#define tile_acc           TILE_SYMBOL (tile_acc)
#define tile_param         TILE_SYMBOL (tile_param)
#define tile_row           TILE_SYMBOL (tile_row)
#define tile_writes        TILE_SYMBOL (tile_writes)
#define tile_put_nothing   TILE_SYMBOL (tile_put_nothing)
#define tile_op_gemm       TILE_SYMBOL (tile_op_gemm)
#define tile_op_layer_norm TILE_SYMBOL (tile_op_layer_norm)
#define tile_op_align      TILE_SYMBOL (tile_op_align)
#define tile_op_attention  TILE_SYMBOL (tile_op_attention)
#define tile_op_cache      TILE_SYMBOL (tile_op_cache)
#define tile_op_embed      TILE_SYMBOL (tile_op_embed)
#define tile_op_spectrum   TILE_SYMBOL (tile_op_spectrum)
#define tile_op_log_mel    TILE_SYMBOL (tile_op_log_mel)
#define tile_op_pack       TILE_SYMBOL (tile_op_pack)
#define tile_op_top        TILE_SYMBOL (tile_op_top)
#endif

typedef struct
{
  TileCore *core;
  uint32_t n_taken[2]; /* objects of A and B, since the start */
  uint32_t n_put;      /* objects of C */
  uint32_t n_heads;    /* of the op's control object */
  uint32_t head;       /* of the object of A: which is the next */
} TileProgram;

typedef enum
{
  TILE_STREAM_A,
  TILE_STREAM_B
} TileStream;

/* Runs for ever. */
void tile_program (TileCore *core);

/* The next object of a stream, or head of one of A, which stays until it is dropped; at most two objects can be held at once, or one head. */
TILE_CALLED const uint8_t *tile_take (TileProgram *program, TileStream stream);

/* Gives the oldest object of a stream back to the DMA. */
TILE_CALLED void tile_drop (TileProgram *program, TileStream stream);

/* Takes and drops n objects that are meant for others. */
TILE_CALLED void tile_skip (TileProgram *program, TileStream stream, uint32_t n);

/* The same of A, the last ones of a tile or a pass: what is left of an object of heads goes with them. */
TILE_CALLED void tile_skip_last (TileProgram *program, uint32_t n);

/* The next buffer for results; what was written into it leaves with tile_put(). */
TILE_CALLED uint8_t *tile_open (TileProgram *program);
TILE_CALLED void tile_put (TileProgram *program);

/* Memory of the op: the accumulators, and TILE_PARAM_BYTES beside them. */
float *tile_acc (TileProgram *program);
uint8_t *tile_param (TileProgram *program);

/* Which of the rows of compute tiles this is: 0..3. */
uint32_t tile_row (const TileProgram *program);

/* Whether this core writes in an op: with rows of its own, or because its neighbour has some, whose results go by turns with its own. */
TILE_CALLED bool tile_writes (const TileProgram *program, const TileControl *control);

/* n results that nobody reads */
TILE_CALLED void tile_put_nothing (TileProgram *program, uint32_t n);

/* The ops. Each is given its control object, still held, and drops it as soon as it has no more need of it. */
void tile_op_gemm (TileProgram *program, const TileControl *control);
void tile_op_layer_norm (TileProgram *program, const TileControl *control);
void tile_op_align (TileProgram *program, const TileControl *control);
void tile_op_attention (TileProgram *program, const TileControl *control);
void tile_op_cache (TileProgram *program, const TileControl *control);
void tile_op_embed (TileProgram *program, const TileControl *control);
void tile_op_spectrum (TileProgram *program, const TileControl *control);
void tile_op_log_mel (TileProgram *program, const TileControl *control);
void tile_op_pack (TileProgram *program, const TileControl *control);
void tile_op_top (TileProgram *program, const TileControl *control);
