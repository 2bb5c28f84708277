/* npu-hash.c - XXH3, by xxHash's own library
 *
 * On x86 it looks at run time which vectors the processor has: a step's stream takes a quarter of the time that XXH64 does.
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/npu/npu-hash.h"

#if defined __x86_64__ && __has_include(<xxh_x86dispatch.h>)
#include <xxh_x86dispatch.h>
#else
#include <xxhash.h>
#endif

guint64
scribe_npu_hash (gconstpointer data, gsize n, guint64 seed)
{
  return XXH3_64bits_withSeed (data, n, seed);
}
