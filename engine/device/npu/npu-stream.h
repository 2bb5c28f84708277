/* npu-stream.h - writes the instruction streams that the array's controller executes
 *
 * A stream is an NPU transaction: register writes, block writes of shim descriptors, patches of their addresses, starts of channels,
 * waits for tokens. It says nothing but what the shims fetch and where they put it; the overlay does the rest.
 *
 * A channel takes four tasks at a time and a task keeps its descriptor until it ends. The writer knows how many tasks may be left of what
 * it has started, and where they may be too many it lets the controller poll the channel's status first.
 *
 * Source: the transaction binary as Xilinx/mlir-aie writes it (AIETargetNPU.cpp), version 0.1.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "overlay/overlay.h"
#include "tile/programs.h"

#include <glib.h>

G_BEGIN_DECLS

#define SCRIBE_NPU_HEADER_WORDS   4   /* of a transaction */
#define SCRIBE_NPU_MAX_ITERATIONS 64  /* of a descriptor */
#define SCRIBE_NPU_MAX_TIMES      256 /* of a task, iterations and all */
#define SCRIBE_NPU_MAX_ARGUMENTS  7   /* of a run */

#define SCRIBE_NPU_MAX_ITERATION_STEP (1u << 20) /* words */

/* The shim's channels as the overlay uses them */
typedef enum
{
  SCRIBE_NPU_A,
  SCRIBE_NPU_B,
  SCRIBE_NPU_C0, /* results of rows 0 and 1 */
  SCRIBE_NPU_C1, /* of rows 2 and 3 */
  SCRIBE_NPU_N_CHANNELS
} ScribeNpuChannel;

/* What a task moves: for each iteration n runs of words, "step" words apart, or that n_outer times over; all of it "times" over. */
typedef struct
{
  guint buffer;   /* argument of the run */
  guint64 offset; /* bytes */
  guint run;      /* words one after another */
  guint n, step;
  guint n_outer, outer_step; /* 0: once */
  guint iterations, iteration_step;
  guint times;
} ScribeNpuPattern;

typedef struct
{
  guint n_left; /* tasks that may not have ended, at most */
  guint n_new;  /* of those, started since the last call of scribe_npu_stream_begin() */
  guint next_bd;
  gboolean ready; /* its tokens are routed */
} ScribeNpuChannelState;

/* What the words to come depend on */
typedef struct
{
  guint at; /* words written */
  guint n_ops;
  ScribeNpuChannelState channels[NPU_MAX_COLUMNS][SCRIBE_NPU_N_CHANNELS];
} ScribeNpuStreamState;

typedef struct
{
  guint64 bytes[SCRIBE_NPU_MAX_ARGUMENTS]; /* of each argument of the run that is touched */
} ScribeNpuReach;

/* A descriptor without its place. Most tasks are like one shortly before. */
typedef struct
{
  ScribeNpuPattern pattern;
  guint32 words[8];
} ScribeNpuDescribed;

#define SCRIBE_NPU_N_DESCRIBED 64

/* What is submitted */
typedef struct
{
  const guint32 *words;
  gsize n_words;
  guint64 overlay;      /* npu_overlay_hash() of the design that it was planned for */
  guint64 program;      /* TileProgramId of that whose ops are in it */
  ScribeNpuReach reach; /* no less than the words touch */
  guint64 checksum;     /* of all of the above */
} ScribeNpuTransaction;

typedef struct
{
  GArray *words; /* of guint32; while they are written, behind "at": those of the run before */
  guint64 overlay;
  TileProgramId program;
  ScribeNpuStreamState state;
  ScribeNpuReach reach;
  gboolean is_new;    /* words have been written that were not there before, since this was last set to FALSE */
  gboolean is_summed; /* "finished" has the checksum of the words as they are */
  ScribeNpuTransaction finished;
  ScribeNpuDescribed described[SCRIBE_NPU_N_DESCRIBED];
} ScribeNpuStream;

/* hash: the overlay's. */
ScribeNpuStream *scribe_npu_stream_new (const NpuOverlay *overlay, guint64 hash);
void scribe_npu_stream_free (ScribeNpuStream *stream);

/* From the first word on again, for this program. */
void scribe_npu_stream_restart (ScribeNpuStream *stream, TileProgramId program);

/* What is started from here on belongs to a new op. */
void scribe_npu_stream_begin (ScribeNpuStream *stream);

/* A register that is none of a task's. */
void scribe_npu_stream_write (ScribeNpuStream *stream, guint32 address, guint32 value);

/* Starts a task; token: its end can be waited for. */
void scribe_npu_stream_start (ScribeNpuStream *stream,
                              guint column,
                              ScribeNpuChannel channel,
                              const ScribeNpuPattern *pattern,
                              gboolean token);

/* Waits for a token of that channel. */
void scribe_npu_stream_wait (ScribeNpuStream *stream, guint column, ScribeNpuChannel channel);

/* All tasks of ops before this one have ended: their results were waited for. */
void scribe_npu_stream_ended (ScribeNpuStream *stream);

/* Notes the time under this number. */
void scribe_npu_stream_mark (ScribeNpuStream *stream, guint id);

/* Completes the header. The words stay the stream's. */
ScribeNpuTransaction scribe_npu_stream_finish (ScribeNpuStream *stream);

/* The checksum that it ought to have. */
guint64 scribe_npu_transaction_checksum (const ScribeNpuTransaction *transaction);

/* The larger of both, for each argument. */
void scribe_npu_reach_join (ScribeNpuReach *reach, const ScribeNpuReach *other);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScribeNpuStream, scribe_npu_stream_free)

G_END_DECLS
