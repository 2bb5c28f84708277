/* cpu-private.h - what the files of the CPU device share
 *
 *   cpu-device.c   opens, plans, runs: op after op
 *   cpu-rows.c     ops over many rows (mel, encoder, long prompts): products by the library, in tiles that stay in the cache
 *   cpu-step.c     ops over a few rows (decoder steps): bound by memory, so each weight is read once, in the file's format
 *   cpu-logits.c   the vocabulary: its product, and the answers to the search's queries
 *   cpu-screen.c   its text tokens in 8 bits, to find those that are worth computing
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "device/cpu/cpu-device.h"
#include "device/cpu/kernels.h"
#include "device/cpu/pool.h"

G_BEGIN_DECLS

/* Rows up to which a linear op counts as a decoder step's. */
#define CPU_STEP_ROWS 24

typedef struct
{
  float *data;
  gsize size; /* floats */
} CpuBuffer;

/* A matrix in 8 bits a value, to see which of its products are large; the margin tells how wrong it may be. */
typedef struct
{
  gint8 *rows;   /* [n_rows, n_cols] */
  float *scales; /* [n_rows] */
  float max_scale;
} CpuScreen;

typedef struct
{
  ScribeDevice base;
  const ScribeKernels *kernels;
  ScribePool *pool;
  ScribeHalf **self;  /* [n_caches]: [n_sequences, n_head, n_text_ctx, 64] */
  ScribeHalf **cross; /* [n_caches]: [n_windows, n_head, n_audio_ctx, 64] */
  CpuBuffer *scratch; /* [n_threads]: each thread's own */
  CpuBuffer weights;  /* a matrix of the file as floats, for the library */
  CpuBuffer packed;   /* keys and values of all heads, in panels */
  CpuBuffer logits;   /* [n_queries, n_vocab] and the rows they come from */
} CpuDevice;

struct _ScribePlan
{
  const ScribeGraph *graph;
  guint *slot_of; /* [n_tensors]: which buffer holds an activation */
  CpuBuffer *slots;
  guint n_slots;
  float **packed;    /* [n_ops]: a constant matrix in the layout that the op wants; NULL: none */
  ScribeRun last;    /* for the numbers of rows that kept tensors have */
  CpuScreen *screen; /* of the op "logits"; NULL: it has none */
  guint first_row;   /* in the profile */
};

typedef struct
{
  CpuDevice *device;
  ScribePlan *plan;
  const ScribeRun *run;
  const ScribeOp *op;
  guint op_index;
} CpuContext;

/* At least n floats, aligned to 64 bytes; what was in it is lost when it grows. */
float *cpu_buffer_get (CpuBuffer *buffer, gsize n);

/* The values of an input or activation. */
float *cpu_values (const CpuContext *c, const ScribeTensor *tensor);

/* Row 0 of one head of a cache: [rows, 64] */
ScribeHalf *cpu_cache_head (const CpuContext *c, const ScribeTensor *cache, guint sequence_or_window, guint head);

/* Row i of an op whose output is a cache: y [n_state] to its place in all heads. */
void cpu_cache_store (const CpuContext *c, guint i, const float *y);

/* The matrix that cpu_spectrum() and cpu_conv1d() want, packed once. [402, 400], [n_out, 3 n_in]; owned by the caller. */
float *cpu_pack (const ScribeOp *op);

CpuScreen *cpu_screen_new (CpuDevice *device, const ScribeWeight *weight);
void cpu_screen_free (CpuScreen *screen);

/* How far, with a likelihood of one in a billion, two products of the screen with x can be wrong against each other. */
float cpu_screen_margin (const CpuScreen *screen, const float *x, guint n_cols);

/* Rows of floats [n, n_cols] in 16 bits, as matvec_i8 wants them. */
void cpu_screen_input (const float *x, guint n, guint n_cols, gint16 *out, float *scales);

void cpu_spectrum (const CpuContext *c);
void cpu_log_mel (const CpuContext *c);
void cpu_conv1d (const CpuContext *c);
void cpu_linear_rows (const CpuContext *c);
void cpu_attention_rows (const CpuContext *c);
void cpu_layer_norm (const CpuContext *c);
void cpu_linear_step (const CpuContext *c);
void cpu_attention_step (const CpuContext *c);
void cpu_embedding (const CpuContext *c);
void cpu_logits (const CpuContext *c);

G_END_DECLS
