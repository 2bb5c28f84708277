/* error.c - the error domain of libtilescribe
 *
 * SPDX-License-Identifier: MIT
 */
#include "error.h"

G_DEFINE_QUARK (scribe - error - quark, scribe_error)
