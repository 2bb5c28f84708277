/* vector-ops-device.cc - the operations of vector-ops.h by the device half of tile.h, over what aie2p.cc has in place of the
 * device
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile/aie2p-declarations.h"

#include "vector-ops.c" // NOLINT(bugprone-suspicious-include): the same source, as C++
