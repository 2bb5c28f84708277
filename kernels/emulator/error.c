/* error.c - the error domain of the emulator
 *
 * SPDX-License-Identifier: MIT
 */
#include "emulator/emulator.h"

G_DEFINE_QUARK (npu - error - quark, npu_error)
