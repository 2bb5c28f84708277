/* kernels-avx2.c - the inner loops for AVX2
 *
 * SPDX-License-Identifier: MIT
 */
#define KERNELS      scribe_kernels_avx2
#define KERNELS_NAME "avx2"

#include "device/cpu/kernels-loops.h"
