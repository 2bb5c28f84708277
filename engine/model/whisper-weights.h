/* whisper-weights.h - what is in a Whisper model, by name
 *
 * The engine's view of ScribeModel: the sizes, and every tensor where the architecture has it. Vectors (biases, gains) are
 * aligned floats; matrices stay in the file's format. Names of sizes are those of the Whisper paper's code.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "model.h"
#include "tokenizer.h"
#include "weight.h"

G_BEGIN_DECLS

#define SCRIBE_N_FFT     400
#define SCRIBE_HOP       160
#define SCRIBE_N_BINS    (SCRIBE_N_FFT / 2 + 1)
#define SCRIBE_HEAD_SIZE 64

typedef struct
{
  guint n_vocab, n_audio_ctx, n_audio_layer, n_text_ctx, n_text_layer, n_mels;
  guint n_state; /* width of encoder and decoder */
  guint n_head;  /* n_state / 64 */
} ScribeModelSizes;

typedef struct
{
  ScribeWeight weight; /* [n_out, n_in] */
  const float *bias;   /* [n_out]; NULL: none */
} ScribeLinear;

typedef struct
{
  const float *gain, *bias; /* [n_state] */
} ScribeNorm;

typedef struct
{
  ScribeLinear query, key, value, out; /* [n_state, n_state] */
} ScribeAttentionWeights;

typedef struct
{
  ScribeNorm attn_norm, cross_norm, mlp_norm; /* cross: decoder only */
  ScribeAttentionWeights attn, cross;
  ScribeLinear mlp_up;   /* [4 n_state, n_state] */
  ScribeLinear mlp_down; /* [n_state, 4 n_state] */
} ScribeBlock;

struct _ScribeModel
{
  ScribeModelSizes sizes;
  ScribeTokenizer *tokenizer;
  ScribeWeight mel_filters;     /* [n_mels, 201] */
  ScribeLinear conv1;           /* [n_state, 3 n_mels]: input channel major, tap minor */
  ScribeLinear conv2;           /* [n_state, 3 n_state] */
  ScribeWeight audio_positions; /* [n_audio_ctx, n_state] */
  ScribeBlock *encoder;         /* [n_audio_layer] */
  ScribeNorm encoder_norm;
  ScribeWeight embedding;      /* [n_vocab, n_state]; also the output matrix */
  ScribeWeight text_positions; /* [n_text_ctx, n_state] */
  ScribeBlock *decoder;        /* [n_text_layer] */
  ScribeNorm decoder_norm;

  char *name, *path;
  GMappedFile *file;
  GPtrArray *vectors; /* owned copies behind the float pointers */
  gatomicrefcount ref_count;
};

G_END_DECLS
