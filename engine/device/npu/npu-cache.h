/* npu-cache.h - packed weights on disk, so that the next start only maps them
 *
 *   ~/.cache/tilescribe/npu/<identity>.weights:  a page of header | the weights as a plan has them in memory
 *
 * The identity is a hash of the model's values and of where the plan puts them. A file is used if its header is of this version, of this
 * overlay, mode and identity, and if all its bytes give the checksum in the header: read once, at the speed of memory (base: 230 MB in 60 ms), when it is
 * mapped. What is only old is replaced in silence; what is damaged is replaced, and a message says so. Where nothing can be read or written, plans
 * are made without.
 *
 * Written beside its place and renamed, so that nobody sees half of it. Each write leaves the SCRIBE_NPU_CACHE_FILES files that were used last.
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SCRIBE_NPU_CACHE_VERSION  4          /* counts up when weights are packed, or checked, in another way */
#define SCRIBE_NPU_CACHE_FILES    6          /* a model has two: encoder and decoder */
#define SCRIBE_NPU_CACHE_SMALLEST (1u << 22) /* bytes; what has fewer is packed faster than found */
#define SCRIBE_NPU_CACHE_HEADER   4096       /* bytes before the weights */

/* What weights were packed for */
typedef struct
{
  guint64 overlay;  /* npu_overlay_hash() */
  guint64 identity; /* of the model's values and the plan's layout */
  guint32 fast;
  gsize size; /* bytes */
} ScribeNpuCacheKey;

/* Weights from SCRIBE_NPU_CACHE_HEADER on; writes to them stay in memory. NULL: they must be packed. */
GMappedFile *scribe_npu_cache_open (const ScribeNpuCacheKey *key);

/* file: room for the header, which is filled in here, then the weights. */
void scribe_npu_cache_write (const ScribeNpuCacheKey *key, guint8 *file);

/* Where this one is. Freed by the caller. */
char *scribe_npu_cache_path (const ScribeNpuCacheKey *key);

G_END_DECLS
