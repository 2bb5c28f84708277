/* kernels-plain.c - the inner loops for no vectors but those of the base architecture
 *
 * SPDX-License-Identifier: MIT
 */
#define KERNELS      scribe_kernels_plain
#define KERNELS_NAME "plain"

#include "device/cpu/kernels-loops.h"
