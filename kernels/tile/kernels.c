/* kernels.c - which instruction set this processor has
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/kernels.h"

#if defined __x86_64__
extern const TileKernels tile_kernels_avx2;

#if !defined TILE_ONLY_AVX2
extern const TileKernels tile_kernels_avx512;

static bool
has_avx512 (void)
{
  return __builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw") && __builtin_cpu_supports ("avx512dq")
         && __builtin_cpu_supports ("avx512vl");
}
#endif

static bool
has_avx2 (void)
{
  return __builtin_cpu_supports ("avx2");
}
#endif

#if !defined TILE_ONLY_AVX2
extern const TileKernels tile_kernels_plain;

static bool
always (void)
{
  return true;
}
#endif

static const struct
{
  bool (*is_here) (void);
  const TileKernels *kernels;
} choices[] = {
#if defined __x86_64__
#if !defined TILE_ONLY_AVX2
  { has_avx512, &tile_kernels_avx512 },
#endif
  { has_avx2, &tile_kernels_avx2 },
#endif
#if !defined TILE_ONLY_AVX2
  { always, &tile_kernels_plain },
#endif
};

const TileKernels *
tile_kernels_get_nth (unsigned index)
{
  for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++)
    if (choices[i].is_here () && index-- == 0)
      return choices[i].kernels;
  return NULL;
}
