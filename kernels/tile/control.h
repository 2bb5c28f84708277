/* control.h - what a core is told at the beginning of an op
 *
 * The first object of an op on stream B. All cores of a column get the same; what differs between rows follows from the row.
 * A "group" is the cores that share stream A: one row of the array, over up to four columns; group = first_group + row. Each group has
 * its own 64 rows of the tensor, or, in round i, rows 64 (group + i n_groups) and on.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <stdint.h>

#define TILE_NORM_KEPT      5  /* objects of x that a core has room for beside its sums */
#define TILE_GEMM_TILES     4  /* output tiles of a core in one op, at most */
#define TILE_CONTROL_GROUPS 4  /* rows of the array */
#define TILE_CONTROL_ROWS   64 /* of a group */

typedef enum
{
  TILE_OP_GEMM = 1,
  TILE_OP_LAYER_NORM,
  TILE_OP_ATTENTION,
  TILE_OP_CACHE,
  TILE_OP_EMBED,
  TILE_OP_SPECTRUM,
  TILE_OP_LOG_MEL,
  TILE_OP_PACK,
  TILE_OP_PASS,
  TILE_OP_TOP,
  TILE_OP_ALIGN
} TileOp;

/* How objects of activations lie */
typedef enum
{
  TILE_FORMAT_SINGLE,
  TILE_FORMAT_PAIR,
  TILE_FORMAT_F32,
  TILE_FORMAT_SINGLE_TRANSPOSED, /* [128, 64] of a tile: columns of the product are rows of the object */
  TILE_FORMAT_PAIR_TRANSPOSED,
  TILE_FORMAT_INT8, /* [64, 64] of 8-bit integers (gemm-int.h) */
  TILE_N_FORMATS
} TileFormat;

/* What a tile's sums are made of: for each step one object of A and, for each 32 columns of it, one of W. Narrow tiles have 64 outputs, and an object of
 * W for 64 columns. Where W is a pair, an object of high values is followed by one of low ones. Integers are multiplied by integers: W is then never a
 * pair, and no tile is narrow. */
typedef struct
{
  uint32_t n;                    /* objects of A */
  uint32_t in;                   /* TileFormat: single, pair or int8 */
  uint32_t weight_pairs, narrow; /* 1: yes */
} TileSteps;

/* y = gelu (A W' + bias) + residual: for each round, for each tile its steps; then, with a residual, n_residual pair objects for all columns of the
 * group, of which a core takes those of its tile; then the results. Where the columns of a group have not equally many tiles, the others let n_blank
 * more tiles' worth of A pass in each round. */
typedef struct
{
  float bias[TILE_GEMM_TILES][128]; /* of each tile; without them there may be more tiles. Where a core loads eight at once */
  uint32_t n_rounds, n_tiles, n_blank;
  TileSteps steps;
  uint32_t out[TILE_GEMM_TILES];       /* TileFormat of each tile; of more tiles the last */
  uint32_t gelu, has_bias;             /* 1: yes */
  uint32_t residual_first, n_residual; /* 0: none */
  uint32_t first_group[2];             /* of columns 0 to 3, and of those beyond */
  uint32_t n_groups;
  uint32_t row_begin, row_end; /* rows of the tensor outside of these are written as zero */
  float int_scale, int_zero;   /* y becomes the integer y int_scale + int_zero */
} TileControlGemm;

#define TILE_TOP_GROUPS  2      /* text and special tokens; timestamps */
#define TILE_TOP_QUERIES 64     /* of a row of the array, at most */
#define TILE_TOP_MASKS   95     /* of a tile each, at most */
#define TILE_TOP_NONE    0xffff /* no set, no token */

typedef struct
{
  uint16_t row; /* of the group's */
  uint16_t n_top;
  uint16_t set;                                          /* of tokens that do not count; or none */
  uint16_t probe;                                        /* token whose logit is wanted anyway; or none */
  uint16_t begin[TILE_TOP_GROUPS], end[TILE_TOP_GROUPS]; /* tokens of a group */
} TileTopQuery;

/* The likeliest of x = A W', a row of which is the logits of all tokens: tile i is those from first_token + i token_step on. Each row of the array has
 * its own queries, and whatever it has it writes one object, an answer after another (top.h). Where there are sets, a second object on B has their
 * bits: for each set, for each tile four words. n_blank as above. */
typedef struct
{
  uint32_t n_tiles, n_blank;
  TileSteps steps;
  uint32_t first_token, token_step;
  uint32_t n_sets;
  uint32_t n_queries[TILE_CONTROL_GROUPS];
  TileTopQuery queries[TILE_CONTROL_GROUPS][TILE_TOP_QUERIES];
} TileControlTop;

/* Objects on A that are meant for other columns. */
typedef struct
{
  uint32_t n;
} TileControlPass;

/* y = (x - mean) / sqrt (var + 1e-5) * gain + bias: gain and bias of what the column writes as two objects on B, which are held; then for each
 * round the group's pair objects of x on A, twice (or once: keeps). A core writes objects out_first .. out_first + n_out - 1 of its group. */
typedef struct
{
  uint32_t n_rounds, n_in; /* pair objects of 32 columns: n_state / 32 */
  uint32_t keeps;          /* 1: x comes once only, and a core keeps its own objects, TILE_NORM_KEPT at most */
  float n_inverse;         /* 1 / n_state */
  uint32_t out;            /* TileFormat: single, pair or int8, whose scale gains and biases have in them */
  uint32_t out_first, n_out;
} TileControlLayerNorm;

/* y = softmax (q k' / 8) v for heads of 64, one head a pass: n_q objects of q on A, of which a core uses those of its head (one single, or two
 * pair objects of 32 columns); then for each 64 keys on B k objects (one single, or two pairs of 32 columns) and v objects (transposed, rows are the
 * head's columns: one single, or two pairs of 32 keys); then y, in the format of q. */
typedef struct
{
  uint32_t n_passes;
  uint32_t q_first, n_q; /* in objects: which of the n_q objects of a pass on A are this column's head */
  uint32_t q, k, v;      /* TileFormat: single or pair */
  uint32_t n_key_blocks; /* of 64 keys */
  uint16_t seen[TILE_CONTROL_GROUPS][TILE_CONTROL_ROWS][2]; /* keys begin .. end - 1 that a row sees */
} TileControlAttention;

#define TILE_CACHE_ITEMS 32 /* blocks of 64 keys in one op, at most */

/* New keys and values into blocks of 64 of caches: for each head of this column on B new keys (one single, or two pair objects of 32 columns), new
 * values (the same, rows are tokens), then of each item, a block, the keys and the values (transposed, as attention reads them). Of an item's results,
 * keys and then values, a core writes that whose number is its row. */
typedef struct
{
  uint32_t n_heads, n_items;
  uint32_t format; /* TileFormat of all: single or pair */
  uint32_t fresh;  /* bit i: what item i held counts as zeros, but comes all the same */
  uint8_t map[TILE_CACHE_ITEMS]
             [TILE_CONTROL_ROWS]; /* for each key the row among the new ones that takes its place, or 255 (cache.h) */
} TileControlCache;

/* Power of the DFT of windowed frames: for each round n_tiles times n_steps i16 objects of the group's 72 frames on A, each of 32 more of their
 * samples. A tile is 32 bins: in the first n_own tiles of a round this column takes, for each object on A, two of the transform on B (spectrum.h), and
 * then writes two f32 objects of 16 bins; it lets the others pass. */
typedef struct
{
  uint32_t n_rounds, n_tiles, n_own, n_steps;
  float scale; /* of the power: (2^7 / (factor of the samples x factor of the transform))^2 */
} TileControlSpectrum;

/* log10 of power in bands, this column's 32 of them: first the filters on B, 576 in an object; then for each round the n_in f32 objects of the
 * group's power on A, after which two f32 objects of 16 bands are written; at the end one object whose first float is the largest value
 * of all rows that are frames. Round i has frames 72 (group + i n_groups) and on. */
typedef struct
{
  uint32_t n_rounds, n_in, n_filters;
  uint32_t first_group, n_groups;
  uint32_t n_frames; /* rows from here on are none */
} TileControlLogMel;

#define TILE_FILTERS     1024 /* at most */
#define TILE_MEL_COLS    32   /* bands of a column */
#define TILE_LEAST_POWER 1e-10f

/* A bin's share in a band. In an object of filters these lie in the order of their bins. */
typedef struct
{
  uint16_t bin, band; /* band: of this column's */
  float weight;
} TileFilter;

/* Rows of a product: (max (v, largest - 8) + 4) / 4 of three log-mel frames in a row. First n_max objects on B, whose first floats are held against
 * each other for "largest"; then for each round 24 f32 objects on A, eight for each tap, of which row t (of the group's, as above) is
 * frame 2 t + phase + tap - 1; what lies outside of the frames and bands is zero. A column writes objects out_first .. out_first + n_out - 1 of the
 * [64, 384] that this is. */
typedef struct
{
  uint32_t n_rounds, n_max;
  int32_t phase; /* -1, 0 or 1 */
  uint32_t n_frames, n_mels;
  uint32_t out; /* TileFormat: single or pair */
  uint32_t out_first, n_out;
  uint32_t first_group, n_groups;
} TileControlPack;

/* Sums of two rows: for each token two objects on B, a row of the embedding and one of the positions (embed.h). A core takes tokens 64 row and on, and
 * of these columns col_first .. col_first + n_cols - 1 (64 or 128, both multiples of 64), and writes n_cols / 32 pair objects, zero where it has no token. */
typedef struct
{
  uint32_t n_tokens;
  uint32_t col_first, n_cols;
} TileControlEmbed;

/* n_heads: where no group has more than eight rows, an object on A may bring the first eight rows of TILE_HEADS objects that follow each other, as far as the op
 * takes objects for a tile or a pass; the next ones begin in an object of their own. Of GEMM, LAYER_NORM and TOP only. */
typedef struct
{
  uint32_t op;      /* TileOp */
  uint32_t n_heads; /* TILE_HEADS; or 0: objects come whole */
  uint32_t
      n_row_blocks[TILE_CONTROL_GROUPS]; /* of 8 rows that hold anything, for each row of the array; 0: nothing comes on its A */
  union
  {
    TileControlPass pass;
    TileControlGemm gemm;
    TileControlLayerNorm norm;
    TileControlAttention attention;
    TileControlCache cache;
    TileControlSpectrum spectrum;
    TileControlLogMel log_mel;
    TileControlPack pack;
    TileControlEmbed embed;
    TileControlTop top;
  };
} TileControl;
