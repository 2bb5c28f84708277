/* kernels-neon.c - the inner loops for NEON
 *
 * SPDX-License-Identifier: MIT
 */
#define KERNELS      scribe_kernels_neon
#define KERNELS_NAME "neon"

#include "device/cpu/kernels-loops.h"
