/* kernels-avx512.c - the inner loops for AVX-512
 *
 * SPDX-License-Identifier: MIT
 */
#define KERNELS      scribe_kernels_avx512
#define KERNELS_NAME "avx512"

#include "device/cpu/kernels-loops.h"
