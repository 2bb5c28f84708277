/* npu-private.h - what the files of the NPU device share
 *
 *   npu-device.c     opens, runs, keeps the caches
 *   npu-describe.c   what the planner chose, in words
 *   npu-plan.c       prepares a graph: where each tensor lies, and its weights in the array's formats
 *   npu-order.c      which channels lie beside each other
 *   npu-integers.c   which activations are integers, and of what
 *   npu-calibration.c  how large activations were in recordings
 *   npu-weights.c    a matrix in objects
 *   npu-cache.c      the same from the last start, npu-hash.c: checked
 *   npu-lower.c      an op becomes tasks of the shims; in which order they are started
 *   npu-lower-*.c    linear and convolution, attention and its weights, caches, mel, embedding, logits and queries
 *   npu-parts.c      a run in parts, where the cores' program changes
 *   npu-kept.c       what a run has in common with the last one
 *   npu-submit.c     words are handed to the array
 *   npu-array.h      the array: npu-array-emulated.c, npu-array-xrt.c
 *   npu-tensor.c     a tensor in memory as patterns of those tasks
 *   npu-stream.c     tasks become words
 *   npu-profile.c    where the time of a run went
 *   npu-format.c     floats become objects
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "device/device.h"
#include "device/npu/npu-array.h"
#include "device/npu/npu-format.h"
#include "device/npu/npu-stream.h"

G_BEGIN_DECLS

/* Arguments of a run */
typedef enum
{
  NPU_BUFFER_WEIGHTS,
  NPU_BUFFER_WORK,
  NPU_BUFFER_CACHES,
  NPU_BUFFER_CONTROL,
  NPU_BUFFER_ALIGNMENT,
  NPU_N_BUFFERS
} NpuBufferId;

/* How a tensor lies in memory.
 *   rows   object (block, o) of blocks of 64 rows (72 for f32), two blocks interleaved, as two cores write them by turns
 *   heads  [block of 64 keys][key, value][head][objects of a head], as attention reads them */
typedef struct
{
  NpuBufferId buffer;
  guint64 offset;
  TileFormat format;
  guint n_objects; /* of a block of rows; heads: of a block of keys, keys and values */
  guint first;     /* the tensor's first object among them */
} NpuTensor;

typedef struct
{
  ScribeDevice base;
  NpuOverlay *overlay;
  guint64 overlay_hash;
  NpuArray *array;
  GArray *sharing[2]; /* of NpuWrite: what undoes it, and what makes the halves share B */
  NpuMemory caches;
  GError *failure;   /* of the first synchronisation since the last run that went wrong; NULL: none did */
  double compared;   /* seconds of the host that the last transaction's comparison took */
  gboolean fast;     /* one block of mantissas for activations, not two */
  gboolean integers; /* of the encoder's products, those that can be are of 8-bit integers */
} NpuDevice;

/* A matrix in the weights of a plan: for each slot of columns, its tiles one after another. */
typedef struct
{
  guint64 offset;
  guint n_tile, n_step; /* outputs of a tile, inputs of a step: 128 and 32, or of a narrow one 64 and 64 */
  guint n_tiles, n_steps;
  guint n_parts; /* objects of a step: 2 where the weights are pairs */
  guint n_slots;
} NpuMatrix;

/* Tiles first .. first + n - 1 of each slot: those that one control object can tell of. */
typedef struct
{
  guint first, n;
} NpuSpan;

/* An activation of 8-bit integers; scales: NULL: it is none */
typedef struct
{
  float *scales; /* [n_cols]: what 1 stands for, of each channel of the graph */
  float zero;    /* the integer that stands for 0 */
} NpuIntegers;

/* A column's share of the mel filters: 32 bands */
typedef struct
{
  guint64 offset;
  guint n, n_objects;
} NpuFilters;

#define NPU_KEYS        64  /* of a block of a tensor of heads */
#define NPU_TAP_COLS    128 /* inputs of the first convolution's tap, and floats of a log-mel frame */
#define NPU_MEL_BANDS   4   /* of 32 mels */
#define NPU_MEL_PADDING 2   /* rows before the first frame's: the convolutions look at frames -1 and -2 */

/* Places of what the mel ops share */
typedef struct
{
  guint n_mels;
  float scale;   /* of the last run's power */
  gsize samples; /* 16 bits each */
  NpuTensor power;
  gsize log_mel; /* [frames and padding, 128] floats */
  gsize largest; /* an object of each core that filters */
  gsize packed;  /* three tensors: the first convolution's inputs */
  NpuFilters filters[NPU_MEL_BANDS];
} NpuMel;

/* What an op's lowering leaves to the next one's, beside the stream's state */
typedef struct
{
  gboolean waits[NPU_MAX_COLUMNS][SCRIBE_NPU_N_CHANNELS]; /* tokens that the op before has left */
  guint waiting;                                          /* the op before, from 1 on: the time at its end is noted */
  guint control;                                          /* bytes of control objects */
  guint part;                                             /* of the run, from 1 on */
} NpuFlow;

/* What an op's words depend on, beside the graph */
typedef enum
{
  NPU_VARIES,
  NPU_STEADY,          /* the run's shape, and a number */
  NPU_STEADY_IN_BLOCKS /* also in which blocks of the caches its tokens are */
} NpuSteadiness;

/* An op as the last run had it */
typedef struct
{
  NpuFlow before, after;
  ScribeNpuStreamState stream_before, stream_after;
  ScribeNpuReach reach; /* of its own tasks */
  NpuSteadiness steadiness;
  guint32 key;
} NpuKept;

/* Ops whose control objects are the same in every layer of a step */
typedef enum
{
  NPU_SHARED_CACHE,
  NPU_SHARED_ATTENTION, /* to what the sequence has said itself */
  NPU_N_SHARED
} NpuShared;

/* Of a run: a stream for one program of the cores */
typedef struct
{
  const ScribePlan *plan;
  ScribeNpuStream *stream;
  NpuMemory shown; /* its words, as the array sees them */
  GArray *written; /* of NpuExtent: what of them has changed since */
  ScribeNpuTransaction transaction;
} NpuPart;

struct _ScribePlan
{
  NpuDevice *device;
  const ScribeGraph *graph;
  ScribeRows rows;     /* of all its activations: positions or tokens */
  NpuTensor *tensors;  /* [graph's tensors]: activations */
  NpuTensor *inputs;   /* [graph's tensors]: those that are rows of floats */
  gint *heads;         /* [ops]: -1: its output is rows; 0: keys, 1: values */
  guint *groups;       /* [ops] linear ops: how many from this one on are one product; 0: it is part of one before */
  NpuMatrix *matrices; /* [ops] */
  guint64 *extras;     /* [ops]: gain and bias, positions, the transform, or biases [n_out] for integers, among the weights */
  guint64 embedding, positions;
  guint *order;          /* [n_state]: the channel at each place of the residual stream; NULL: as the graph has them */
  gboolean *is_ordered;  /* [graph's tensors]: activations that have this order */
  NpuIntegers *integers; /* [graph's tensors] */
  gboolean has_integers; /* some of them are */
  NpuMemory weights;
  gsize weights_size;
  guint8 *packing;     /* the same, while they are packed; NULL: places are dealt out, and nothing is written */
  GMappedFile *cached; /* what the array sees as "weights" in place: this, */
  guint8 *packed;      /* or this, or neither */
  NpuMemory work, alignment;
  NpuMel mel;
  NpuTensor new_rows[2]; /* keys and values of a step, before they go to the caches */
  guint64 logits;        /* in "work": whole logits in sections, or objects of answers */
  gsize logits_bytes;
  guint n_ctx, n_rows; /* of the last run */

  /* the last run's, of which the next one keeps what it can */
  GPtrArray *parts; /* of NpuPart; behind the first n_parts: of an earlier run */
  guint n_parts;
  GByteArray *control;
  NpuMemory shown_control; /* as the array sees them */
  GArray *written_control; /* of NpuExtent: what has changed since */
  GArray *tasks;
  GArray *batches;              /* of queries, as the op of the logits was given them; NULL: whole logits, or none */
  NpuKept *kept;                /* [ops] */
  GArray *shape;                /* of guint; empty: nothing is kept */
  GArray *blocks;               /* of guint: where its tokens are in the caches */
  GArray *shared[NPU_N_SHARED]; /* of guint: control objects, as the first layer made them */
  guint first_row;              /* in the profile */
  guint last_row;               /* behind those of the ops: of the run as a whole */
};

/* How the array is shared out in a graph. Many rows: each half has blocks of rows of its own. Few: both halves work on the same rows. */
typedef struct
{
  guint n_groups; /* blocks of rows that are worked on at a time */
  guint n_slots;  /* columns that share out the outputs */
  gboolean halves_share;
} NpuSpread;

/* One task of a shim */
typedef struct
{
  guint step; /* tasks of earlier steps are started first */
  guint column;
  ScribeNpuChannel channel;
  gboolean constant; /* reads nothing that an op of the same run wrote */
  ScribeNpuPattern pattern;
} NpuTask;

/* A run, or a part of it, being lowered */
typedef struct
{
  NpuDevice *device;
  ScribePlan *plan;
  const ScribeRun *run;
  guint first_token, n_tokens; /* of the run whose part this is: those before it, and all of them */
  const ScribeOp *op;
  guint op_index;
  NpuSpread spread;
  guint n_rounds; /* of blocks of rows */
  guint32 n_row_blocks
      [TILE_CONTROL_GROUPS]; /* of 8 rows that hold anything, for each row of the array; nothing is fed to one without */
  guint n_heads;             /* of objects of rows in one on A, where no group has more than eight rows; 0: objects come whole */
  NpuPart *part;             /* that is being written; NULL: none is */
  gboolean shares;           /* in it, the second half gets B from the first */
  ScribeNpuStream *stream;
  GByteArray *control;
  guint n_noted, control_noted; /* words of the part, and bytes of control objects, that are known to be written or kept */
  gsize alignment_bytes;        /* of the weights of attention, where they are asked for: a tensor for each head */
  GArray *tasks;                /* of NpuTask: of this op */
  NpuFlow flow;
  guint n_shared;        /* control objects of the op that all layers have in common, so far */
  gboolean keeps;        /* the last run had the same shape */
  gboolean keeps_blocks; /* and its tokens were in the same blocks of the caches */
  ScribeNpuReach reach;  /* of the part's ops before */
  double clock;          /* up to when the host's time is accounted for */
} NpuLower;

/* npu-tensor.c */

/* Objects first .. first + n - 1 of n_rows blocks of rows, as cores give and take them by turns; of one block, and of each only the first eight rows,
 * rounded up to whole objects of heads. */
ScribeNpuPattern npu_tensor_rows (const NpuTensor *tensor, guint block, guint n_rows, guint first, guint n);
ScribeNpuPattern npu_tensor_heads (const NpuTensor *tensor, guint block, guint first, guint n);

/* n_iterations times the pattern, each so many objects further on in the same blocks of rows. */
ScribeNpuPattern npu_pattern_iterate (ScribeNpuPattern pattern, guint n_iterations, guint n_objects);

ScribeNpuPattern npu_pattern_linear (NpuBufferId buffer, guint64 offset, guint n_objects);

/* Bytes of a tensor of so many blocks of rows. */
gsize npu_tensor_bytes (const NpuTensor *tensor, guint n_blocks);

/* Eight values of a row, from this column on. Rows of an f32 tensor count as its objects have them. */
void npu_tensor_get (const NpuTensor *tensor, const guint8 *memory, guint row, guint column, float x[TILE_BLOCK]);
void npu_tensor_set (const NpuTensor *tensor, guint8 *memory, guint row, guint column, const float x[TILE_BLOCK]);

/* npu-lower.c */
NpuSpread npu_spread (const NpuOverlay *overlay, ScribeRows rows);
guint npu_rounds (const NpuSpread *spread, guint n_rows);

/* What all ops of lower's plan and run share. */
void npu_lower_begin (NpuLower *lower);

/* A control object, with rows of the array and else zeroed; its offset in the buffer of controls. */
TileControl *npu_control (NpuLower *lower, TileOp op, guint64 *offset);

/* The next one of an op that has the same in every layer. NULL: an earlier layer made it. */
TileControl *npu_shared_control (NpuLower *lower, NpuShared kind, TileOp op, guint64 *offset);

void npu_task (NpuLower *lower, guint step, guint column, ScribeNpuChannel channel, gboolean constant, ScribeNpuPattern pattern);

/* Results of row and of those that share its stream, if any of them writes. */
void npu_result (NpuLower *lower, guint step, guint column, guint row, ScribeNpuPattern pattern);

/* Half of a column, and which slot of outputs it has. */
guint npu_half (const NpuLower *lower, guint column);
guint npu_slot (const NpuLower *lower, guint column);

/* Whether the column's shim has to bring B: control objects, weights, keys. */
gboolean npu_brings (const NpuLower *lower, guint column);

/* The first block of rows that the half works on in a round. */
guint npu_block (const NpuLower *lower, guint half, guint round);

/* Objects on A for every row of a half. */
void npu_feed (NpuLower *lower, guint step, guint half, const NpuTensor *tensor, guint round, guint first, guint n, guint times);

/* The same to an op that takes heads, if lower's ops do; and how many objects on A n of a tensor then are. */
void
npu_feed_heads (NpuLower *lower, guint step, guint half, const NpuTensor *tensor, guint round, guint first, guint n, guint times);
guint npu_fed (const NpuLower *lower, guint n);

/* Results of all rows of a column, n objects each for n_tiles tiles, tile_step objects apart. */
void npu_put (NpuLower *lower,
              guint step,
              guint column,
              const NpuTensor *tensor,
              guint round,
              guint first,
              guint n,
              guint n_tiles,
              guint tile_step);

/* A column that has nothing to do, but must let objects on A pass. */
void npu_pass (NpuLower *lower, guint step, guint column, guint n);

/* A slot's share of n things that all slots write in equal parts: how many, from which on. */
guint npu_share (const NpuSpread *spread, guint n, guint slot, guint *first);

/* All tasks of the op to the stream, in an order in which none waits for a later one. */
void npu_flush (NpuLower *lower);

/* The last op's results are waited for. */
void npu_finish (NpuLower *lower);

/* npu-parts.c: the plan's; from here on the cores hold a program that has this op; the part ends. What has been lowered since the last call is noted as
 * written, or was kept. */
GPtrArray *npu_parts_new (void);
void npu_part_enter (NpuLower *lower, TileOp op);
void npu_part_leave (NpuLower *lower);
void npu_part_note (NpuLower *lower, gboolean is_new);

/* npu-kept.c: before the first op; whether the last run's words for the op are this one's too, and are taken; after it was lowered */
void npu_kept_begin (NpuLower *lower);
gboolean npu_kept_take (NpuLower *lower);
void npu_kept_note (NpuLower *lower);

/* npu-device.c: the graph's words and control objects for lower's plan and run, in the plan's parts */
void npu_lower_run (NpuLower *lower);

/* npu-submit.c: bytes that the host has written; that it is about to read. What goes wrong is told by the next npu_synced(). */
void npu_written (NpuDevice *device, const NpuMemory *memory, gsize offset, gsize n);
void npu_reading (NpuDevice *device, const NpuMemory *memory, gsize offset, gsize n);
gboolean npu_synced (NpuDevice *device, GError **error);

/* npu-submit.c: the words and control objects that the plan has now, for the array to see */
gboolean npu_show (ScribePlan *plan, GError **error);

/* npu-submit.c: runs the parts, which were planned for this very array, and are as they were */
gboolean npu_submit (NpuDevice *device,
                     NpuPart *const *parts,
                     guint n_parts,
                     const NpuMemory *buffers,
                     guint n_buffers,
                     GCancellable *cancellable,
                     NpuReport *report,
                     GError **error);

/* npu-device.c: keys and values of a sequence or window; cache: any of the layer */
NpuTensor npu_cache (const NpuDevice *device, const ScribeTensor *cache, guint owner);

/* npu-profile.c: the costs that were asked for; the time, of which the clock costs next to nothing, as each op asks it; an op's row; adds a run to the rows of its ops */
NpuCosts npu_costs_of (const ScribeDeviceOptions *options);
double npu_host_seconds (void);
ScribeProfileRow *npu_profile_row (const ScribePlan *plan, guint op_index);
void npu_add_profile (const ScribePlan *plan, const ScribeRun *run, const NpuReport *report);

/* npu-profile.c: a row for what belongs to no op of the graph; seconds in which the array was shown what it is to read */
void npu_profile_add_last_row (ScribePlan *plan);
void npu_profile_add_transfer (const ScribePlan *plan, double seconds);

/* npu-describe.c: a line for each op */
void npu_describe (const ScribePlan *plan, GString *to);

/* npu-plan.c */
#define NPU_MAX_STEP 1024 /* tokens of a submission */

ScribePlan *npu_plan_new (NpuDevice *device, const ScribeGraph *graph, GError **error);
void npu_plan_free (ScribePlan *plan);

/* Where an activation or an input lies. */
const NpuTensor *npu_tensor (const ScribePlan *plan, const ScribeTensor *tensor);

/* Blocks of rows in the longest run. */
guint npu_max_blocks (const ScribePlan *plan, ScribeRows rows);

/* Whole logits: NPU_LOGITS_TILES tiles of each slot. */
#define NPU_LOGITS_TILES 8
NpuTensor npu_logits (const ScribePlan *plan, guint section);

/* The first convolution's input for frames 2t + tap - 1. */
NpuTensor npu_packed_mel (const ScribePlan *plan, guint tap);

/* npu-order.c: chooses it; the channel at each place of a tensor, NULL: as the graph has them; values first .. first + n - 1 of "from", by place */
void npu_order_init (ScribePlan *plan);
const guint *npu_order_of (const ScribePlan *plan, const ScribeTensor *tensor);
void npu_order_values (const guint *order, const float *from, guint first, guint n, float *to);

/* npu-integers.c: what the calibration of this graph says, if the device wants integers; NULL: not integers; weights by the scales of their inputs; an
 * output's weights as integers, and their sum */
gboolean npu_integers_init (ScribePlan *plan, GError **error);
void npu_integers_clear (ScribePlan *plan);
const NpuIntegers *npu_integers_of (const ScribePlan *plan, const ScribeTensor *tensor);
void npu_integers_weigh (const NpuIntegers *integers, const guint *order, guint n, float *x);
float npu_integers_pack_row (guint8 *tile, const NpuMatrix *matrix, guint row, const float *x);

/* npu-weights.c: a row of a matrix, by the vectors of this processor; then each puts something among the weights and says where */
void npu_read_weights (const ScribeWeight *weight, guint row, float *out);
gsize npu_weights_reserve (ScribePlan *plan, gsize n);

/* The weights of all ops, one under another. tap_pitch: inputs that a tap takes, of a convolution; 0: it is none. is_wide: no narrow tiles, where more slots would have one. */
NpuMatrix npu_pack_matrix (ScribePlan *plan, guint op_index, guint n_ops, guint n_slots, guint tap_pitch, gboolean is_wide);

/* For each slot and part an object of gains and one of biases of the outputs that are its own. */
guint64 npu_pack_norm (ScribePlan *plan, const ScribeOp *op, const NpuSpread *spread);

/* A constant tensor of pair objects, of n_blocks blocks of rows; rows of an embedding. "out": what they are added to. */
guint64 npu_pack_rows (ScribePlan *plan, const ScribeWeight *weight, const ScribeTensor *out, guint n_blocks);
guint64 npu_pack_embedding (ScribePlan *plan, const ScribeWeight *weight, const ScribeTensor *out);

guint64 npu_pack_transform (ScribePlan *plan, guint n_slots);
gboolean npu_pack_filters (ScribePlan *plan, const ScribeWeight *weight, GError **error);

/* A hash of what the places that were dealt out will hold. */
guint64 npu_weights_identity (const ScribePlan *plan);

/* Bytes of a row of an embedding. */
gsize npu_embedding_bytes (guint n_state);

/* npu-lower-*.c: the ops */
void npu_lower_linear (NpuLower *lower);
void npu_lower_conv1d (NpuLower *lower);
void npu_lower_layer_norm (NpuLower *lower);
void npu_lower_attention (NpuLower *lower);
void npu_lower_embedding (NpuLower *lower);
void npu_lower_logits (NpuLower *lower);
void npu_lower_spectrum (NpuLower *lower);
void npu_lower_log_mel (NpuLower *lower);

/* npu-lower-attention.c: a slot's objects of a layer norm's output, in parts whose gains fit in an object: how many a part has, from which on */
guint npu_norm_parts (const ScribePlan *plan, const ScribeOp *op, const NpuSpread *spread);
guint npu_norm_share (const ScribePlan *plan, const ScribeOp *op, const NpuSpread *spread, guint slot, guint part, guint *first);

/* npu-lower-linear.c: how many linear ops from this one on read the same tensor and can be one product */
guint npu_linear_group (const ScribeGraph *graph, guint first);

/* npu-lower-linear.c: tiles that a slot has in a span, the most that a column of this half has, and the weights of a slot's */
guint npu_matrix_steps (const NpuMatrix *matrix, TileFormat in); /* objects of A for a tile */
guint npu_tiles_of_most (const NpuMatrix *matrix);
guint npu_tiles_of_slot (const NpuMatrix *matrix, const NpuSpan *span, guint slot);
guint npu_tiles_of_half (const NpuLower *lower, const NpuMatrix *matrix, const NpuSpan *span, guint half);
ScribeNpuPattern npu_matrix_pattern (const NpuMatrix *matrix, const NpuSpan *span, guint slot);

/* Logits to memory, all of all tokens. */
void npu_lower_whole_logits (NpuLower *lower);

/* Blocks of keys that stream past, one owner's after another's. */
typedef struct
{
  NpuTensor keys; /* heads of one sequence, window, or of this run */
  guint n_blocks;
} NpuSegment;

typedef struct
{
  NpuSegment *segments;
  guint n_segments, n_blocks;
  guint16 (*seen)[2]; /* [n_rows]: keys begin .. end - 1 of all segments that a row sees */
  guint n_rows;
} NpuKeys;

/* npu-lower-attention.c: what the op under way looks at; and that in its control object for a half in a round, but for whose queries it takes */
void npu_keys_init (NpuKeys *keys, const NpuLower *lower);
void npu_keys_clear (NpuKeys *keys);
void npu_fill_attention (const NpuLower *lower, const NpuKeys *keys, guint half, guint round, TileControl *control);

/* A head's keys, or keys and values, block after block. */
ScribeNpuPattern npu_head_pattern (const NpuSegment *segment, guint head, guint n_head, gboolean with_values);

/* npu-lower-align.c: where a tensor lies, if it is not queries that are kept for later; after the last layer, and, after the run, the weights of all heads
 * that were asked for */
NpuTensor npu_queries (const NpuLower *lower, const ScribeTensor *tensor);
void npu_lower_alignment (NpuLower *lower);
void npu_read_alignment (NpuLower *lower);

/* npu-lower-logits.c: after the run */
void npu_answer_queries (const ScribePlan *plan, const ScribeRun *run);

/* What the values of a step need after them. */
void npu_lower_cache (NpuLower *lower);

/* The kept tensor "mel" of the last run. */
void npu_read_mel (const ScribePlan *plan, const ScribeTensor *tensor, float *out);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NpuKeys, npu_keys_clear)

G_END_DECLS
