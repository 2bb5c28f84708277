/* kernels.c - which instruction set this processor has
 *
 * SPDX-License-Identifier: MIT
 */
#include "device/cpu/kernels.h"

extern const ScribeKernels scribe_kernels_plain;

#if defined __x86_64__
extern const ScribeKernels scribe_kernels_avx2;
extern const ScribeKernels scribe_kernels_avx512;

static gboolean
has_avx512 (void)
{
  return __builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw") && __builtin_cpu_supports ("avx512dq")
         && __builtin_cpu_supports ("avx512vl");
}

static gboolean
has_avx2 (void)
{
  /* every processor with AVX2 and FMA has F16C, which GCC 12 cannot ask for */
  return __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma");
}
#elif defined __aarch64__
extern const ScribeKernels scribe_kernels_neon;

static gboolean
has_neon (void)
{
  return TRUE; /* part of every 64-bit ARM */
}
#endif

static gboolean
always (void)
{
  return TRUE;
}

static const struct
{
  gboolean (*is_here) (void);
  const ScribeKernels *kernels;
} choices[] = {
#if defined __x86_64__
  { has_avx512, &scribe_kernels_avx512 },
  { has_avx2, &scribe_kernels_avx2 },
#elif defined __aarch64__
  { has_neon, &scribe_kernels_neon },
#endif
  { always, &scribe_kernels_plain },
};

const ScribeKernels *
scribe_kernels_get_nth (guint index)
{
  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    if (choices[i].is_here () && index-- == 0)
      return choices[i].kernels;
  return NULL;
}

const ScribeKernels *
scribe_kernels_get (void)
{
  return scribe_kernels_get_nth (0);
}
