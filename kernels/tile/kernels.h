/* kernels.h - the kernels as the host calls them: a table for each instruction set of this processor
 *
 * A kernel is an ordinary function, tile_NAME, declared in its own header. On the host every file is compiled once for each instruction set
 * with TILE_SET defined (plain, avx2, avx512), which the header puts behind the names:
 *
 *   #if defined TILE_SET
 *   #define tile_NAME TILE_SYMBOL (tile_NAME)
 *   #endif
 *
 * and the table of a set (table.c) has a pointer for each entry of TILE_KERNELS below. All sets give the same results, to the bit.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include "tile/attention.h"
#include "tile/cache.h"
#include "tile/embed.h"
#include "tile/finish.h"
#include "tile/gemm-int.h"
#include "tile/gemm-wide.h"
#include "tile/gemm.h"
#include "tile/log-mel.h"
#include "tile/norm.h"
#include "tile/pack.h"
#include "tile/program.h"
#include "tile/spectrum.h"
#include "tile/top.h"

#define TILE_KERNELS(X) \
  X (gemm_bfp)          \
  X (gemm_finish)       \
  X (gemm_i8)           \
  X (gemm_i16i8)        \
  X (gemm_scale)        \
  X (gemm_requantise)   \
  X (gemm_wide)         \
  X (wide_program)      \
  X (spectrum_step)     \
  X (spectrum_power)    \
  X (log_mel_turn)      \
  X (log_mel_add)       \
  X (log_mel_store)     \
  X (log_mel_largest)   \
  X (pack)              \
  X (embed_add)         \
  X (embed_clear)       \
  X (embed_store)       \
  X (norm_add)          \
  X (norm_settle)       \
  X (norm_write)        \
  X (attention_begin)   \
  X (attention_clear)   \
  X (attention_scores)  \
  X (attention_weights) \
  X (attention_values)  \
  X (attention_finish)  \
  X (attention_align)   \
  X (cache_keys)        \
  X (cache_values)      \
  X (top_clear)         \
  X (top_add)           \
  X (program)           \
  X (op_align)          \
  X (op_attention)      \
  X (op_cache)          \
  X (op_embed)          \
  X (op_layer_norm)     \
  X (op_log_mel)        \
  X (op_pack)           \
  X (op_spectrum)       \
  X (op_top)

#define TILE_KERNELS_FIELD(name) __typeof__ (tile_##name) *name;

typedef struct
{
  const char *name; /* of the instruction set */
  TILE_KERNELS (TILE_KERNELS_FIELD)
} TileKernels;

/* The best set for this processor is number 0; NULL beyond the last. */
const TileKernels *tile_kernels_get_nth (unsigned index);
