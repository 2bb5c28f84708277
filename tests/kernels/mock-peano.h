/* mock-peano.h - what kernels/mlir/core.c has from the headers of the device's compiler, played by test-npu-core.c
 *
 * SPDX-License-Identifier: MIT
 */
#pragma once

#define rnd_conv_even 12

void acquire_greater_equal (unsigned id, unsigned value);
void release (unsigned id, int value);
void set_rnd (unsigned mode);
void set_sat (void);
